"""What learners did: what they handed in, and the lessons that they marked as done."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from courses.access import may
from courses.models import Lesson
from exercises.models.exercise import ExerciseVersion
from exercises.models.owner import OwnedModel, Owner
from exercises.models.run import Run

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def owned_by(self, owner: Owner) -> SubmissionQuerySet:
        """What *owner* handed in, without what staff tried of a version that learners do not see."""
        return self.filter(**owner.columns, is_preview=False)

    def without_previews(self) -> SubmissionQuerySet:
        """All that statistics are about."""
        return self.filter(is_preview=False)

    def among(self, owner: Owner, *, previews: bool) -> SubmissionQuerySet:
        """What *owner* handed in; with *previews*, only what they tried as staff of versions not for learners."""
        return self.filter(**owner.columns, is_preview=previews)

    def of_learners(self) -> SubmissionQuerySet:
        """All that statistics are about: not what staff handed in."""
        staff = get_user_model().objects.filter(is_staff=True).values("pk")
        return self.without_previews().filter(Q(user__isnull=True) | ~Q(user__in=staff))

    def readable_by(self, user: User | AnonymousUser) -> SubmissionQuerySet:
        """What *user* may read: one's own; a guest's, because only the guest knows its id; and what a role opens."""
        if may(user, "exercises.view_submission"):
            return self
        guests = Q(guest__isnull=False)
        return self.filter(guests | Q(user_id=user.pk) if user.is_authenticated else guests)

    def of_exercise(self, exercise_id: int) -> SubmissionQuerySet:
        """Attempts at any version of the exercise."""
        return self.filter(exercise_version__exercise_id=exercise_id)

    def counted(self) -> SubmissionQuerySet:
        """Attempts that count: all but those that we failed to judge."""
        newest = Run.objects.newest().filter(submission=models.OuterRef("pk"), status=Run.Status.BROKEN)
        return self.exclude(models.Exists(newest))

    def with_verdicts(self, verdicts: Iterable[str]) -> SubmissionQuerySet:
        """Attempts whose result is one of *verdicts*."""
        newest = Run.objects.newest().filter(submission=models.OuterRef("pk"), verdict__in=verdicts)
        return self.filter(models.Exists(newest))

    def failed(self) -> SubmissionQuerySet:
        """Attempts that were judged and did not pass, but for start code that was handed in as it is."""
        newest = Run.objects.newest().filter(submission=models.OuterRef("pk"), status=Run.Status.DONE)
        return self.filter(models.Exists(newest.exclude(verdict=Run.Verdict.PASSED).exclude(reason="unfinished")))

    def with_current_run(self) -> SubmissionQuerySet:
        """Also load what `current_run` and a page about the attempt read; one query more for any number of rows."""
        return self.select_related("exercise_version__exercise__lesson__course", "self_assessment").prefetch_related(
            models.Prefetch("runs", queryset=Run.objects.newest(), to_attr="newest_runs")
        )


class Submission(OwnedModel):
    """What a learner handed in.

    Only its owner ever changes, when a guest signs up, and its version, when staff had it judged by another one.
    """

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    exercise_version = models.ForeignKey(
        ExerciseVersion, on_delete=models.PROTECT, related_name="submissions", verbose_name=_("exercise")
    )
    files = models.JSONField()  # {path: text}; {} where the exercise is answered
    answers = models.JSONField(null=True)  # as its kind reads them (exercises.answers); None where code was handed in
    # What the client calls this attempt, so that sending it again after a lost answer makes no second one.
    # An owner has each once: who hands in holds the owner's lock, which a constraint would not add to.
    client_key = models.UUIDField(null=True, editable=False)
    # Staff tried a version that learners did not see then: it counts in no progress, statistics or usual time.
    is_preview = models.BooleanField(_("preview"), default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), default=now, editable=False)
    newest_runs: list[Run]  # set by with_current_run(): one, the current

    objects = SubmissionQuerySet.as_manager()

    class Meta(OwnedModel.Meta):
        ordering = ["-pk"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            models.Index(fields=["user", "exercise_version"], name="submission_of_user"),
            models.Index(fields=["guest", "exercise_version"], name="submission_of_guest"),
        ]
        constraints = [
            *OwnedModel.Meta.constraints,
            # Pages and judging ask only whether there are answers; code beside them would be neither shown nor run.
            models.CheckConstraint(condition=Q(answers__isnull=True) | Q(files={}), name="submission_files_or_answers"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def get_absolute_url(self) -> str:
        return reverse("exercises:submission", args=[self.uuid])

    @property
    def owner(self) -> Owner:
        return Owner(user_id=self.user_id, guest=self.guest)

    @property
    def origin(self) -> str:
        """For logs: the slug of the exercise."""
        return self.exercise_version.exercise.slug

    @property
    def framework(self) -> str:
        return self.exercise_version.framework

    @property
    def current_run(self) -> Run:
        """The run whose result counts: the newest. One query, or none after `with_current_run()`."""
        prefetched: list[Run] | None = getattr(self, "newest_runs", None)
        return prefetched[0] if prefetched else self.runs.filter(is_preview=False).latest("pk")


class SelfAssessment(models.Model):
    """What a learner ticked of the rubric, for one attempt; may change at any time. No row: nothing was ticked yet."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="self_assessment")
    ticked = models.JSONField(default=list)  # names of items of the rubric, in its order
    changed_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")

    def __str__(self) -> str:
        return f"self-assessment of {self.submission_id}"


class LessonDoneQuerySet(models.QuerySet["LessonDone"]):
    def owned_by(self, owner: Owner) -> LessonDoneQuerySet:
        return self.filter(**owner.columns)


class LessonDone(OwnedModel):
    """A learner marked a lesson as done, or passed all its exercises."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    done_at = models.DateTimeField(default=now, editable=False)

    objects = LessonDoneQuerySet.as_manager()

    class Meta(OwnedModel.Meta):
        verbose_name = _("finished lesson")
        verbose_name_plural = _("finished lessons")
        constraints = [
            *OwnedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "lesson"], condition=Q(user__isnull=False), name="lesson_done_once_by_user"
            ),
            models.UniqueConstraint(
                fields=["guest", "lesson"], condition=Q(guest__isnull=False), name="lesson_done_once_by_guest"
            ),
        ]

    def __str__(self) -> str:
        return f"lesson {self.lesson_id}"
