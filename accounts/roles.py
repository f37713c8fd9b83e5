"""The roles of staff: groups of django's, whose permissions are written here and nowhere else.

A role is given to somebody in the admin (Users, with *Staff status*). More than one role adds up. The groups are set
to this table with every `migrate`; permissions beyond it belong in a group of another name.
"""

from itertools import product
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

AUTHOR, EDITOR, REVIEWER, SUPPORT = "Author", "Editor", "Reviewer", "Support"


def named(actions: str, *models: str) -> set[str]:
    """{"courses.view_course", …}: each of the *actions* on each of the models, which are written "app.model"."""
    split = [model.split(".") for model in models]
    return {f"{app}.{action}_{model}" for action, (app, model) in product(actions.split(), split)}


CONTENT = ("courses.module", "courses.lesson", "exercises.exercise")

ROLES: dict[str, set[str]] = {
    # Of one's own courses: see courses.access. Cases that exercises share may be used, and are written by editors.
    AUTHOR: (
        named("view add change delete", "courses.course", *CONTENT)
        | named("publish", "courses.course", "courses.lesson", "exercises.exercise")
        | named("view", "exercises.family", "exercises.statistics")
        | named("view delete", "courses.courseimage")
    ),
    EDITOR: (
        {"courses.edit_every_course"}
        | named("view add change delete", "courses.course", *CONTENT, "exercises.family")
        | named("publish", "courses.course", "courses.lesson", "exercises.exercise")
        | named("view change", "exercises.problemreport", "exercises.run")
        | named("view", "exercises.submission", "exercises.statistics", "admin.logentry")
        | named("view delete", "courses.courseimage")
        | named("view add change", "exercises.rejudging")
        | {"courses.load_course"}
    ),
    REVIEWER: named("view change", "exercises.scenarioanswers"),
    SUPPORT: named("view", "auth.user", "exercises.submission", "exercises.run", "exercises.problemreport"),
}


def make_roles(*, using: str = "default", **_: Any) -> None:
    """Make the groups, or set them to ROLES again. Receiver of post_migrate, when permissions have been made.

    A permission whose model a migration has not reached yet is left to the next `migrate`.
    """
    for role, permissions in ROLES.items():
        group, _created = Group.objects.using(using).get_or_create(name=role)
        wanted = Q(pk__in=[])
        for permission in permissions:
            app, _dot, codename = permission.partition(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        group.permissions.set(Permission.objects.using(using).filter(wanted))
