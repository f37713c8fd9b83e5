"""Everything that the site keeps about an account, as one JSON document."""

import re
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OUR_APPS = ("accounts", "courses", "exercises")
# Never in the download: what would let somebody in, and what only this installation can make sense of.
SECRETS = {"password", "digest", "session_key", "data", "seed", "lease"}
INTERNAL = {"id", "user", "guest", "leased_until", "requeue_at", "tries", "workers_lost", "level", "rejudging",
            "judged_by", "is_preview", "exercise_check", "program", "author", "mail_due_at", "mail_tries"}  # fmt: skip
# Rows of other apps that belong to an account, by the fields that are about it.
ACCOUNT_ROWS = {
    "account.EmailAddress": ("email", "verified", "primary"),
    "mfa.Authenticator": ("type", "created_at", "last_used_at"),
    "socialaccount.SocialAccount": ("provider", "uid", "extra_data", "date_joined", "last_login"),
    "usersessions.UserSession": ("ip", "user_agent", "created_at", "last_seen_at"),
}
# Belong to an account as well, and are not in the download.
LEFT_OUT = {
    "admin.LogEntry",  # what staff did, which is the site's record
    "exercises.Adoption",  # that a guest became this account: an id and nothing else
}


def download_of(user: "User") -> dict[str, Any]:
    """{"account": {…}, "<model>": [{…}, …]}: a list for each kind of row, newest last, values ready for JSON.

    Rows of our own apps are taken as their models have them, so that a new kind of row is in the download from its
    first day. Queries: two or so for each kind, whatever the number of rows.
    """
    document: dict[str, Any] = {
        "account": {
            "email": user.email,
            "user_name": user.get_username(),
            "joined": user.date_joined,
            "last_login": user.last_login,
        }
    }
    for label, names in ACCOUNT_ROWS.items():
        rows = apps.get_model(label)._default_manager.filter(user=user).order_by("pk").values(*names)
        document[key_of(apps.get_model(label))] = list(rows)
    for model, column in owned_models():
        if model._meta.app_label in OUR_APPS and model._meta.label not in LEFT_OUT:
            document[key_of(model)] = rows_of(model, {column: user})
    return document


def owned_models() -> list[tuple[type[models.Model], str]]:
    """Every model whose rows go when an account goes, with the name of the field that points at it."""
    relations = get_user_model()._meta.get_fields(include_hidden=True)
    found = [
        (relation.related_model, relation.field.name)
        for relation in relations
        if isinstance(relation, models.ForeignObjectRel) and getattr(relation, "on_delete", None) is models.CASCADE
    ]
    return [(model, column) for model, column in found if not model._meta.auto_created]


def rows_of(model: type[models.Model], condition: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows with what hangs on them (an attempt's runs), each as a dictionary."""
    pointers = [field.name for field in model._meta.concrete_fields if field.is_relation and field.name in shown(model)]
    parts = [
        relation
        for relation in model._meta.related_objects
        if relation.on_delete is models.CASCADE and relation.related_model._meta.app_label in OUR_APPS
    ]
    instances = list(model._default_manager.filter(**condition).order_by("pk").select_related(*pointers))
    rows = [{name: value_of(instance, name) for name in shown(model)} for instance in instances]
    places = {instance.pk: row for instance, row in zip(instances, rows, strict=True)}
    for part in parts:
        column = part.field.name
        for row in rows:
            row[key_of(part.related_model)] = []
        children = part.related_model._default_manager.filter(**{f"{column}__{k}": v for k, v in condition.items()})
        for child in children.order_by("pk"):
            if getattr(child, "is_preview", False):
                continue  # what judging an attempt again would change: nobody has decided that it shall
            names = [name for name in shown(part.related_model) if name != column]
            places[getattr(child, part.field.attname)][key_of(part.related_model)].append(
                {name: value_of(child, name) for name in names}
            )
    return rows


def shown(model: type[models.Model]) -> list[str]:
    # An archive that was uploaded to be looked at is no text, and gone within the hour.
    names = [field.name for field in model._meta.concrete_fields if not isinstance(field, models.BinaryField)]
    return [name for name in names if name not in SECRETS | INTERNAL]


def value_of(instance: models.Model, name: str) -> Any:
    value = getattr(instance, name)
    return str(value) if isinstance(value, models.Model) else value


def key_of(model: type[models.Model]) -> str:
    """The model's name as such documents write names: lesson_done."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
