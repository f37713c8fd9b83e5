"""Changing the slugs of exercises, and where an old address leads; see courses.addresses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils.translation import gettext

from courses import addresses
from courses.access import may_edit
from courses.addresses import AddressTaken, was_seen
from courses.search.index import index_row
from exercises.models import Exercise, FormerExerciseAddress


def check_exercise_slug(slug: str, *, exercise: Exercise | None = None) -> None:
    """Raise AddressTaken unless *exercise*, or a new one, can have *slug*."""
    if Exercise.objects.filter(slug=slug).exclude(pk__in=[exercise.pk] if exercise else []).exists():
        raise AddressTaken(gettext("There is an exercise with this slug already."))
    former = FormerExerciseAddress.objects.filter(slug=slug).exclude(exercise=exercise)
    if found := former.select_related("exercise").first():
        raise AddressTaken(
            gettext("This was the slug of “%(slug)s”, where its old address leads. Choose another one.")
            % {"slug": found.exercise.slug}
        )


@transaction.atomic
def rename_exercise(*, exercise: Exercise, slug: str) -> bool:
    """Give *exercise* another slug; False when it has this one. Raises AddressTaken."""
    stored = Exercise.objects.select_for_update().get(pk=exercise.pk)
    exercise.slug = slug
    if stored.slug == slug:
        return False
    check_exercise_slug(slug, exercise=exercise)
    FormerExerciseAddress.objects.filter(slug=slug).delete()  # its own: it goes back to an old name
    FormerExerciseAddress.objects.create(exercise=exercise, slug=stored.slug)
    exercise.save(update_fields=["slug"])
    if exercise.published_id is not None:
        index_row("exercise", exercise)
    return True


def exercise_at(slug: str) -> Exercise | None:
    """The exercise that has or had *slug*."""
    former = FormerExerciseAddress.objects.filter(slug=slug).select_related("exercise").first()
    return former.exercise if former else Exercise.objects.filter(slug=slug).first()


def known_slugs(slugs: Collection[str]) -> set[str]:
    """Those of *slugs* that an exercise has or had. One query."""
    former = FormerExerciseAddress.objects.filter(slug__in=slugs).values_list("slug")
    return {slug for (slug,) in Exercise.objects.filter(slug__in=slugs).order_by().values_list("slug").union(former)}


def former_slugs() -> dict[str, str]:
    """All that exercises had, each with the present one. One query."""
    return dict(FormerExerciseAddress.objects.values_list("slug", "exercise__slug"))


def moved(kwargs: Mapping[str, Any], user: User | AnonymousUser) -> dict[str, Any] | None:
    """The arguments of an address of courses or exercises as they are now; None when they are no old ones."""
    if "course" in kwargs:
        return addresses.moved(kwargs, user)
    former = (
        FormerExerciseAddress.objects.filter(slug=kwargs.get("slug", ""))
        .select_related("exercise__lesson__course")
        .first()
    )
    if former is None:
        return None
    course = former.exercise.lesson.course
    if not (was_seen(former.exercise) and was_seen(course)) and not may_edit(user, course):
        return None
    return {**kwargs, "slug": former.exercise.slug}
