"""Services for what readers say about a page, and for the staff who read it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.urls import Resolver404, resolve
from django.utils.timezone import now

from courses.hostile_text import clean
from courses.models import Lesson, LessonVersion
from exercises.models import Exercise, ExerciseVersion, Owner, ProblemReport
from exercises.owners import hold_owner

Kind = ProblemReport.Kind


def version_shown(*, page: str, number: int, user: User | AnonymousUser) -> LessonVersion | ExerciseVersion:
    """The version *number* of the lesson or exercise at the path *page*, as *user* may see it. Raises Http404."""
    try:
        match = resolve(page)
    except Resolver404 as error:
        raise Http404("there is no such page") from error
    about: Lesson | Exercise | None = None
    if match.view_name == "courses:lesson":
        lessons = Lesson.objects.visible_to(user).filter(course__slug=match.kwargs["course"])
        about = lessons.filter(slug=match.kwargs["lesson"]).first()
    elif match.view_name == "exercises:exercise":
        about = Exercise.objects.visible_to(user).filter(slug=match.kwargs["slug"]).first()
    version = about.versions.filter(number=number).first() if about else None
    if version is None:
        raise Http404("there is no such page or version")
    return version


@transaction.atomic
def report(
    *, owner: Owner, kind: Kind, version: LessonVersion | ExerciseVersion, page: str, text: str = ""
) -> ProblemReport:
    """Keep what a reader says. A second answer to whether a version was clear takes the place of the first."""
    owner = hold_owner(owner)
    about: dict[str, object] = {"lesson_version": None, "exercise_version": None}
    about["lesson_version" if isinstance(version, LessonVersion) else "exercise_version"] = version
    if kind != Kind.PROBLEM:
        votes = ProblemReport.objects.filter(**owner.columns, **about).exclude(kind=Kind.PROBLEM)
        votes.delete()
    return ProblemReport.objects.create(
        **owner.columns, **about, kind=kind, page=page, text=clean(text, ProblemReport.MAX_TEXT)
    )


def close(*, reports: QuerySet[ProblemReport], by: User) -> int:
    """Mark the open ones of *reports* as done with; returns how many those were."""
    return reports.filter(closed_at=None).update(closed_at=now(), closed_by=by)


def reopen(*, reports: QuerySet[ProblemReport]) -> int:
    return reports.exclude(closed_at=None).update(closed_at=None, closed_by=None)
