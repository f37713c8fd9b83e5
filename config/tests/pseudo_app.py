"""Speaks the language of config.tests.pseudolocale as soon as the apps are loaded."""

from django.apps import AppConfig

from config.tests import pseudolocale


class PseudoApp(AppConfig):
    name = "config.tests"
    label = "pseudolocale"

    def ready(self) -> None:
        pseudolocale.install()
