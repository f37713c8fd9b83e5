"""Changes Django for the next program: settings, routes, signals, apps, templates.

accept: exited
exit_code: 0
framework: django
"""

import os
import sys

import django
from django.apps import apps
from django.conf import settings
from django.core import signals
from django.urls import resolvers


def broken(*arguments, **keywords):
    os._exit(1)


settings.configure(DEBUG=True, SECRET_KEY="poison", ROOT_URLCONF="main", ALLOWED_HOSTS=["poison"], MIDDLEWARE=["main.broken"])
django.setup()
signals.request_started.connect(broken, weak=False)
signals.got_request_exception.connect(broken, weak=False)
resolvers.get_resolver = resolvers.URLResolver.resolve = broken
apps.populate = apps.get_app_configs = broken
for name, module in list(sys.modules.items()):
    if name.startswith("django."):
        for key, value in list(vars(module).items()):
            if callable(value) and not isinstance(value, type):
                setattr(module, key, broken)
os._exit(0)
