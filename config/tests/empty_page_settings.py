"""The settings, with an empty page beside the others: what the middleware alone costs (config.benchmark)."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "config.tests.empty_page_urls"
