"""The settings with the language of config.tests.pseudolocale, for a running site whose pages tests look at."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, LANGUAGES

LANGUAGES = [*LANGUAGES, ("en-xa", "Pseudo")]
INSTALLED_APPS = [*INSTALLED_APPS, "config.tests.pseudo_app.PseudoApp"]
