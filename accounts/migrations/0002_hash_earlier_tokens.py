"""Tokens of Django REST framework's own app, which kept them as they are: taken over as hashes, and the table dropped."""

import hashlib

from django.db import migrations
from django.db.migrations.recorder import MigrationRecorder

TABLE = "authtoken_token"
NAME = "Token of before"


def take_over(apps, schema_editor):
    connection = schema_editor.connection
    if TABLE not in connection.introspection.table_names():
        return  # a new installation
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, created, user_id FROM {TABLE}")
        rows = cursor.fetchall()
    token = apps.get_model("accounts", "ApiToken")
    for key, created, user_id in rows:
        digest = hashlib.sha256(key.encode()).hexdigest()
        token.objects.create(user_id=user_id, name=NAME, digest=digest, ending=key[-4:], created_at=as_time(created))
    schema_editor.execute(f"DROP TABLE {TABLE}")
    MigrationRecorder(connection).migration_qs.filter(app="authtoken").delete()


def as_time(value):
    """SQLite answers a raw query with a text."""
    from datetime import datetime, timezone

    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


def forget_content_types(apps, schema_editor):
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label="authtoken").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_api_tokens"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RunPython(forget_content_types, migrations.RunPython.noop),
    ]
