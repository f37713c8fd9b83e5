"""The migrations that one replaces lead to the same models: for a database that has some of them."""

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader


def test_replaced_migrations_lead_where_those_lead_that_replace_them():
    replaced, replacing = (
        MigrationLoader(None, replace_migrations=replaces).project_state() for replaces in (False, True)
    )

    assert replaced.models.keys() == replacing.models.keys()
    assert MigrationAutodetector(replaced, replacing)._detect_changes() == {}
