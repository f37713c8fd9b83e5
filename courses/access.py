"""Who of the staff may do what with content: the one place that knows.

Roles are groups (accounts/roles.py), a group is permissions, and code asks for permissions only. Whoever has
`courses.edit_every_course` works on all content; every other member of the staff on the courses whose author they are.
Neither holds for somebody who has yet to show what the site asks of its staff: see accounts/second_step.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from courses.models import Course

EVERY_COURSE = "courses.edit_every_course"
OF_GROUPS = "django.contrib.auth.backends.ModelBackend"  # which knows the permissions of roles
NOTHING = Q(pk__in=[])


def acts_as_staff(user: User | AnonymousUser) -> bool:
    """Whether what is for staff is for *user* in this request. No query."""
    return user.is_active and user.is_staff and not getattr(user, "lacks_second_step", False)


def may(user: User | AnonymousUser, permission: str) -> bool:
    """Whether *user* has a permission of the staff. Two queries for the first one asked of a user, none for others."""
    return acts_as_staff(user) and user.has_perm(permission)


def edits_every_course(user: User | AnonymousUser) -> bool:
    return may(user, EVERY_COURSE)


def may_edit(user: User | AnonymousUser, course: Course) -> bool:
    """Whether *course* is one that *user* works on; what may be done there is what the user's permissions say."""
    return type(course)._default_manager.filter(editable_by(user, "pk"), pk=course.pk).exists()


def editable_by(user: User | AnonymousUser, course: str) -> Q:
    """The rows that belong to a course that *user* works on, for filter(); never an empty Q.

    *course* is the way from a row to its course: "lesson__course" for exercises, "pk" for courses themselves.
    """
    if edits_every_course(user):
        return ~NOTHING
    if not acts_as_staff(user) or user.is_anonymous:
        return NOTHING
    return Q(**{f"{course}__in": user.authored_courses.values("pk")})


def possible_authors() -> QuerySet[User]:
    """Staff who change courses that name them: the role Author, and who has its permission otherwise."""
    accounts = get_user_model().objects
    change, every = (
        accounts.with_perm(permission, backend=OF_GROUPS, include_superusers=False)
        for permission in ("courses.change_course", EVERY_COURSE)
    )
    return change.filter(is_staff=True).exclude(pk__in=every.values("pk"))
