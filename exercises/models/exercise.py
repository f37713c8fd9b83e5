"""What is to be solved: exercises, their immutable versions, and the cases that several of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.access import acts_as_staff, editable_by
from courses.models import HASH_LENGTH, Course, FormerAddress, Lesson, Noted, Released

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Family(models.Model):
    """Cases that several exercises share, with parameters that each of them fills in."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="families", verbose_name=_("course"))
    slug = models.SlugField(_("slug"), unique=True)
    cases_toml = models.TextField(verbose_name=_("cases"), help_text=_("TOML, see docs/authoring.md."))
    loaded_hash = models.CharField(max_length=HASH_LENGTH, blank=True, editable=False)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("family")
        verbose_name_plural = _("families")

    def __str__(self) -> str:
        return self.slug


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    def published(self) -> ExerciseQuerySet:
        """Exercises a visitor may solve now: they, their lesson and their course are live."""
        return self.published_themselves().filter(
            lesson__published__isnull=False,
            lesson__published_at__lte=now(),
            lesson__archived_at__isnull=True,
            lesson__course__published_at__lte=now(),
            lesson__course__archived_at__isnull=True,
        )

    def published_themselves(self) -> ExerciseQuerySet:
        """Whether their lesson and their course are, is another question."""
        is_live = Q(published__isnull=False, published_at__lte=now(), archived_at__isnull=True)
        return self.filter(is_live).select_related("published")

    def to_hand_in(self) -> ExerciseQuerySet:
        """Published exercises with what is needed to hand something in."""
        return self.published().defer(*(f"published__{name}" for name in ExerciseVersion.NOT_FOR_JUDGING))

    def in_course_order(self) -> ExerciseQuerySet:
        """Course after course, and in each as its lessons follow each other."""
        return self.order_by(
            "lesson__course", "lesson__module__position", "lesson__module_id", "lesson__position", "lesson_id",
            "position", "pk",
        )  # fmt: skip

    def visible_to(self, user: User | AnonymousUser) -> ExerciseQuerySet:
        """The published ones, and all of the courses that *user* works on and that are not archived."""
        if not acts_as_staff(user):
            return self.published()
        found = self.filter(Q(pk__in=self.published().values("pk")) | editable_by(user, "lesson__course"))
        return found.filter(archived_at__isnull=True).select_related("published")

    def due(self) -> ExerciseQuerySet:
        """Exercises whose scheduled version should be the published one by now."""
        return self.filter(scheduled_at__lte=now(), archived_at__isnull=True)

    def with_newer_draft(self) -> ExerciseQuerySet:
        """Exercises of which learners see an older version than the draft."""
        return self.filter(published__isnull=False).exclude(published=F("draft"))


class Exercise(Released):
    ORDERED_IN: ClassVar[str] = "lesson"

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="exercises", verbose_name=_("lesson"))
    slug = models.SlugField(_("slug"), unique=True)
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Place in the lesson; smaller comes first.")
    )
    # RESTRICT: a version in use cannot go, except together with its exercise.
    draft = models.ForeignKey(
        "ExerciseVersion",
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("draft"),
    )
    published = models.ForeignKey(
        "ExerciseVersion",
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("published version"),
    )
    scheduled = models.ForeignKey(
        "ExerciseVersion",
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("scheduled version"),
    )
    loaded_hash = models.CharField(max_length=HASH_LENGTH, blank=True, editable=False)

    objects = ExerciseQuerySet.as_manager()

    class Meta(Released.Meta):
        abstract = False
        ordering = ["lesson__module__position", "lesson__position", "position", "pk"]
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        permissions = [("publish_exercise", "Can publish exercises")]

    def get_absolute_url(self) -> str:
        return reverse("exercises:exercise", args=[self.slug])

    @property
    def above(self) -> list[Course | Released]:
        return [self.lesson, self.lesson.course]


class FormerExerciseAddress(FormerAddress):
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="former_addresses")

    class Meta:
        verbose_name = _("former address of an exercise")
        verbose_name_plural = _("former addresses of exercises")
        constraints = [models.UniqueConstraint(fields=["slug"], name="former_exercise_slug_once")]


class Statistics(Exercise):
    """No rows of its own: what the admin calls its pages of figures, and may be looked at by (exercises.statistics)."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("statistics")
        verbose_name_plural = _("statistics")


class ExerciseVersion(Noted):
    """One saved state of an exercise with its cases resolved; never changed after it was made."""

    class Kind(models.TextChoices):
        HTTP = "http", _("Web application")
        FUNCTION = "function", _("Function")
        SCRIPT = "script", _("Program")
        STREAMLIT = "streamlit", _("Streamlit app")
        # Answered, not coded: exercises.answers.
        CHOICE = "choice", _("Questions")
        DECISION = "decision", _("Decision")
        SCENARIO = "scenario", _("Scenarios")

    class Framework(models.TextChoices):
        FLASK = "flask", "Flask"
        DJANGO = "django", "Django"
        FASTAPI = "fastapi", "FastAPI"
        STARLETTE = "starlette", "Starlette"
        PYRAMID = "pyramid", "Pyramid"
        AIOHTTP = "aiohttp", "aiohttp"
        SANIC = "sanic", "Sanic"
        TORNADO = "tornado", "Tornado"
        GEVENT = "gevent", "gevent"
        STREAMLIT = "streamlit", "Streamlit"
        DASH = "dash", "Plotly Dash"

    # Texts of its author that are no part of judging; long ones, and read for each attempt otherwise.
    NOT_FOR_JUDGING = (
        "prompt_markdown", "instructions_html", "solution", "solution_markdown", "wrong", "params", "cases_toml",
        "hints", "hints_html", "solution_html",
    )  # fmt: skip

    class Difficulty(models.TextChoices):
        EASY = "easy", _("Easy")
        MEDIUM = "medium", _("Medium")
        HARD = "hard", _("Hard")

    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, related_name="versions", verbose_name=_("exercise")
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("1 is the first save of this exercise."))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.HTTP)
    framework = models.CharField(_("framework"), max_length=16, choices=Framework.choices, blank=True)
    difficulty = models.CharField(_("difficulty"), max_length=8, choices=Difficulty.choices, default=Difficulty.EASY)
    prompt_markdown = models.TextField(verbose_name=_("prompt"))
    instructions_html = models.TextField(editable=False)  # rendered and sanitised at save time
    # Files are {path: text}; paths are relative, use "/" and stay inside the work folder.
    starter = models.JSONField(_("starter"), default=dict)
    solution = models.JSONField(_("reference"), default=dict)
    solution_markdown = models.TextField(_("why the reference is written so"), blank=True)
    # Plausible mistakes; each must fail at the case that it names.
    wrong = models.JSONField(_("wrong answers"), default=dict)
    family = models.ForeignKey(
        Family, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("family")
    )
    params = models.JSONField(_("parameters"), default=dict)  # what this exercise fills into the cases of its family
    cases_toml = models.TextField(
        _("cases"), blank=True, help_text=_("The exercise's own cases; empty when a family has them.")
    )
    # Resolved: what exercises.cases.parse() returned; [] where a draft was saved with mistakes.
    cases = models.JSONField(default=list, editable=False)
    # Of the kinds that are answered: what else cases.toml and solution.md say, with its HTML (exercises.answers).
    sheet = models.JSONField(default=dict, editable=False)
    hints = models.JSONField(_("hints"), default=list)  # Markdown, from nudge to how
    # Rendered and sanitised at save time, like instructions_html: the hints in their order, and solution_markdown.
    hints_html = models.JSONField(default=list, editable=False)
    solution_html = models.TextField(blank=True, editable=False)
    limits = models.JSONField(_("limits"), default=dict)  # overrides of sandbox.Limits by field name
    content_hash = models.CharField(max_length=HASH_LENGTH, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("author"),
    )
    # When learners were first to see it.
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)

    class Meta(Noted.Meta):
        abstract = False
        ordering = ["-number"]
        verbose_name = _("version of an exercise")
        verbose_name_plural = _("versions of exercises")
        constraints = [
            *Noted.Meta.constraints,
            models.UniqueConstraint(fields=["exercise", "number"], name="exercise_version_number_once"),
        ]

    def __str__(self) -> str:
        return gettext("%(title)s (version %(number)s)") % {"title": self.title, "number": self.number}

    @property
    def is_complete(self) -> bool:
        """Whether it can be run or answered. A draft that was saved with mistakes has no cases."""
        return bool(self.cases)

    @property
    def has_solution(self) -> bool:
        """Whether there is a reference solution, or a text about it."""
        return bool(self.solution or self.solution_html)
