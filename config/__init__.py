"""Wiring of the site. Imported by no app; use django.conf.settings."""
