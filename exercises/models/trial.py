"""What a learner only tried out."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from courses.access import may
from courses.models import LessonVersion
from exercises.models.exercise import ExerciseVersion
from exercises.models.owner import OwnedModel, Owner
from exercises.models.run import SUBJECTS, Run

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

KEPT = timedelta(days=1)  # a trial is of the moment: nobody comes back for it


class TrialQuerySet(models.QuerySet["Trial"]):
    def readable_by(self, user: User | AnonymousUser) -> TrialQuerySet:
        """What *user* may read: one's own; a guest's, because only the guest knows its id; and what a role opens."""
        if may(user, "exercises.view_run"):
            return self
        guests = Q(guest__isnull=False)
        return self.filter(guests | Q(user_id=user.pk) if user.is_authenticated else guests)

    def with_run(self) -> TrialQuerySet:
        """Also load the run, and what is said of where the program came from."""
        origins = [path.removeprefix("trial__") for path in SUBJECTS if path.startswith("trial__")]
        origins += ["exercise_version__exercise__lesson__course", "lesson_version__lesson__course"]
        unneeded = [f"exercise_version__{name}" for name in ExerciseVersion.NOT_FOR_JUDGING]
        texts = [f"lesson_version__{name}" for name in ("body_markdown", "body_html", "contents")]
        return self.select_related("run", *origins).defer(*unneeded, *texts)

    def outdated(self) -> TrialQuerySet:
        """Trials that may go: older than KEPT, and not under way."""
        return self.filter(created_at__lt=now() - KEPT).exclude(run__status__in=Run.PENDING)


class Trial(OwnedModel):
    """Code that was run without being handed in, and what was asked of it. It has one run, and lives for a day.

    What a worker needs is all in here, so that an exercise or a lesson may change meanwhile.
    """

    class Kind(models.TextChoices):
        HTTP = "http", _("Web application")
        FUNCTION = "function", _("Function")
        SCRIPT = "script", _("Program")
        STREAMLIT = "streamlit", _("Streamlit app")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Where the program came from: an exercise, or a listing of a lesson.
    exercise_version = models.ForeignKey(ExerciseVersion, on_delete=models.CASCADE, null=True, related_name="trials")
    lesson_version = models.ForeignKey(LessonVersion, on_delete=models.CASCADE, null=True, related_name="trials")
    listing = models.CharField(max_length=100, blank=True)  # its name in the lesson
    kind = models.CharField(max_length=16, choices=Kind.choices)  # how it is asked
    framework = models.CharField(max_length=16, blank=True)  # of ExerciseVersion.Framework; "" is none
    limits = models.JSONField(default=dict)  # overrides of sandbox.Limits by field name
    files = models.JSONField()  # {path: text}
    request = models.JSONField(default=dict)  # what is asked: see exercises.asking
    created_at = models.DateTimeField(default=now, editable=False, db_index=True)
    run: Run  # the other end of a one-to-one: every trial has one

    objects = TrialQuerySet.as_manager()

    class Meta(OwnedModel.Meta):
        ordering = ["-pk"]
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(exercise_version__isnull=False, lesson_version__isnull=True, listing="")
                | Q(exercise_version__isnull=True, lesson_version__isnull=False) & ~Q(listing=""),
                name="trial_of_exercise_or_listing",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def get_absolute_url(self) -> str:
        return reverse("exercises:trial", args=[self.uuid])

    @property
    def owner(self) -> Owner:
        return Owner(user_id=self.user_id, guest=self.guest)

    @property
    def origin(self) -> str:
        """For logs: the slug of the exercise, or the lesson's with the listing's name."""
        if self.exercise_version is not None:
            return self.exercise_version.exercise.slug
        assert self.lesson_version is not None  # noqa: S101 - a constraint: it is one of the two
        return f"{self.lesson_version.lesson.slug}/{self.listing}"
