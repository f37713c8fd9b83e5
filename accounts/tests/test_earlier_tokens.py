"""Tokens made before they were hashed go on working, and are nowhere in the clear any more."""

import hashlib

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.tests.steps import make_account

KEY = "0123456789abcdef0123456789abcdef01234567"
BEFORE, AFTER = ("accounts", "0001_api_tokens"), ("accounts", "0002_hash_earlier_tokens")


@pytest.mark.django_db(transaction=True)
def test_earlier_tokens_are_taken_over_as_hashes():
    MigrationExecutor(connection).migrate([BEFORE])
    user = make_account()
    moment = "timestamp with time zone" if connection.vendor == "postgresql" else "datetime"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created {moment} NOT NULL,"
            " user_id integer NOT NULL UNIQUE REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED)"
        )
        cursor.execute("INSERT INTO authtoken_token VALUES (%s, '2026-03-01 10:00:00+00:00', %s)", [KEY, user.pk])

    executor = MigrationExecutor(connection)
    executor.migrate([AFTER])

    token = executor.loader.project_state([AFTER]).apps.get_model("accounts", "ApiToken").objects.get()
    assert (token.user_id, token.digest) == (user.pk, hashlib.sha256(KEY.encode()).hexdigest())
    assert token.created_at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert "authtoken_token" not in connection.introspection.table_names()
