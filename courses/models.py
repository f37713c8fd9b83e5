"""Lesson content. Rows are written by the services of courses and by courses.loading only; read them from anywhere.

A lesson's text lives in immutable versions. `draft` is the newest version, which staff edit by saving
another one; `published` is the version that learners read. The versions are the history.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.access import editable_by

# SHA-256 in hexadecimal: long enough that two contents never share one by accident.
HASH_LENGTH = 64


class CourseQuerySet(models.QuerySet["Course"]):
    def published(self) -> CourseQuerySet:
        """Courses a visitor may see now."""
        return self.filter(published_at__lte=now(), archived_at__isnull=True)

    def visible_to(self, user: User | AnonymousUser) -> CourseQuerySet:
        """The published ones, and all that *user* works on and that are not archived."""
        return self.filter(archived_at__isnull=True).filter(Q(published_at__lte=now()) | editable_by(user, "pk"))

    def with_outline(self) -> CourseQuerySet:
        """Loads the stored outline along, for courses.outline."""
        return self.select_related("outline")

    def with_counts(self) -> CourseQuerySet:
        """Adds lesson_count and minutes (of reading) of the published lessons to each course."""
        is_live = Q(
            lessons__published__isnull=False, lessons__published_at__lte=now(), lessons__archived_at__isnull=True
        )
        return self.annotate(
            lesson_count=Count("lessons", filter=is_live),
            minutes=Coalesce(Sum("lessons__published__minutes", filter=is_live), 0),
        ).order_by(*(Course._meta.ordering or ()))  # a query that groups leaves the model's own order out


def state_name(published_at: datetime | None, archived_at: datetime | None, *, scheduled: bool, newer: bool) -> str:
    """The state of a row in words. *scheduled*: a newer version is to follow; *newer*: there is one that is not."""
    if archived_at is not None:
        return gettext("Archived")
    if published_at is None:
        return gettext("Draft")
    if published_at > now():
        return gettext("Scheduled")
    if scheduled:
        return gettext("Published, newer version scheduled")
    return gettext("Published, newer draft") if newer else gettext("Published")


class Course(models.Model):
    # Rows with an order are moved by courses.structure among those of one parent; "": all are one list.
    ORDERED_IN: ClassVar[str] = ""

    slug = models.SlugField(_("slug"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), help_text=_("One or two sentences, plain text."))
    language = models.CharField(
        _("language"), max_length=16, default="en", help_text=_("Language tag of the texts, such as en.")
    )
    authors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="authored_courses",
        blank=True,
        limit_choices_to={"is_staff": True},
        verbose_name=_("authors"),
        help_text=_("Staff in the role Author who work on this course. Editors work on every course."),
    )
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Place among the courses; smaller comes first.")
    )
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, editable=False, help_text=_("Empty: a draft that only staff see.")
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # in no list, its page says so
    # Staff took it offline, or its file says `draft = true`: `load_course --publish` leaves it unpublished.
    held_back = models.BooleanField(default=False, editable=False)
    # Of what the last load_course wrote (title, summary, language and the order of modules and lessons);
    # a course whose content differs was edited here and is not overwritten.
    loaded_hash = models.CharField(max_length=HASH_LENGTH, blank=True, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        permissions = [
            ("publish_course", "Can publish courses"),
            ("edit_every_course", "Can work on every course, and not only as its author"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("courses:course", args=[self.slug])

    @property
    def above(self) -> list[Course | Released]:
        return []

    @property
    def state(self) -> str:
        return state_name(self.published_at, self.archived_at, scheduled=False, newer=False)

    @property
    def is_live(self) -> bool:
        """Whether learners may see it now."""
        return self.archived_at is None and self.published_at is not None and self.published_at <= now()


def _authorship(row: Any) -> str:
    return gettext("%(author)s works on %(course)s") % {"author": row.user, "course": row.course}


# Django makes the model of these rows, and would call them "Course_authors object (2)" where a course is deleted.
Course.authors.through.__str__ = _authorship  # type: ignore[method-assign]


class CourseOutline(models.Model):
    """What courses.outline reads from the rows of a course, kept until one of them changes."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, primary_key=True, related_name="outline")
    stamp = models.PositiveIntegerField(default=0)  # goes up with every change
    content = models.JSONField(null=True)  # None: the rows have changed

    class Meta:
        verbose_name = _("course outline")
        verbose_name_plural = _("course outlines")

    def __str__(self) -> str:
        return gettext("Outline of %(course)s") % {"course": self.course}


class Module(models.Model):
    ORDERED_IN: ClassVar[str] = "course"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="modules", verbose_name=_("course"))
    slug = models.SlugField(_("slug"))
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Place in the course; smaller comes first.")
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="module_slug_once_in_course")]

    def __str__(self) -> str:
        return self.title


class LessonQuerySet(models.QuerySet["Lesson"]):
    def with_published_text(self, at: datetime | None = None) -> LessonQuerySet:
        """Lessons that are published themselves now, or will be *at* a time, and are not archived.

        Whether their course is, is another question.
        """
        is_live = Q(published__isnull=False, published_at__lte=at or now(), archived_at__isnull=True)
        return self.filter(is_live).select_related("published")

    def published(self) -> LessonQuerySet:
        """Lessons a visitor may read now: published, not in the future, in a published course."""
        return self.with_published_text().filter(course__published_at__lte=now(), course__archived_at__isnull=True)

    def visible_to(self, user: User | AnonymousUser) -> LessonQuerySet:
        """The published ones; also those in a course that is not, where *user* works on it."""
        is_public = Q(course__published_at__lte=now(), course__archived_at__isnull=True)
        return self.with_published_text().filter(is_public | editable_by(user, "course"))

    def editable_by(self, user: User | AnonymousUser) -> LessonQuerySet:
        """Lessons of the courses that *user* works on."""
        return self.filter(editable_by(user, "course"))

    def with_course_outline(self) -> LessonQuerySet:
        """Loads the course along, and its stored outline for courses.outline."""
        return self.select_related("course__outline")

    def due(self) -> LessonQuerySet:
        """Lessons whose scheduled version should be the published one by now."""
        return self.filter(scheduled_at__lte=now(), archived_at__isnull=True)

    def with_newer_draft(self) -> LessonQuerySet:
        """Lessons of which learners read an older text than the draft."""
        return self.filter(published__isnull=False).exclude(published=F("draft"))

    def in_course_order(self) -> LessonQuerySet:
        """Lessons as the course tells them: by module, then by their place in it."""
        return self.order_by("module__position", "module_id", "position", "pk")


def new_preview_key() -> str:
    """What the preview links of a row are signed with, beside the site's own secret; a new one withdraws them all."""
    return secrets.token_urlsafe(16)


class Released(models.Model):
    """A row with versions of which one is for learners, from a time on that a query compares with the clock.

    `published_at` in the future: scheduled. A newer version of what learners see already waits as `scheduled` until
    `scheduled_at`, when courses.releasing puts it in the place of the published one.
    """

    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    scheduled_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)  # in no list, its page says so
    # Staff took it offline, or its file says `draft = true`: `load_course --publish` leaves it unpublished.
    held_back = models.BooleanField(default=False, editable=False)
    preview_key = models.CharField(max_length=32, default=new_preview_key, editable=False)

    slug: str
    draft_id: int | None
    published_id: int | None
    scheduled_id: int | None

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(published__isnull=True, published_at__isnull=True)
                | Q(published__isnull=False, published_at__isnull=False),
                name="%(class)s_published_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(scheduled__isnull=True, scheduled_at__isnull=True)
                | Q(scheduled__isnull=False, scheduled_at__isnull=False, published__isnull=False),
                name="%(class)s_scheduled_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        """For staff: the draft's title where the draft was loaded along, else the slug. No query."""
        draft = self._state.fields_cache.get("draft")
        return str(draft.title if draft else self.slug)

    @property
    def above(self) -> list[Course | Released]:
        """What has to be live, too, for learners to see it; the nearest first."""
        raise NotImplementedError

    @property
    def state(self) -> str:
        """What staff has to know about the versions, in words."""
        newer = self.published_id != self.draft_id
        return state_name(self.published_at, self.archived_at, scheduled=self.scheduled_id is not None, newer=newer)

    @property
    def is_live(self) -> bool:
        """Whether learners may see it now, as far as it depends on the row itself."""
        return self.archived_at is None and self.published_at is not None and self.published_at <= now()

    @property
    def is_due(self) -> bool:
        """Whether its scheduled version should be the published one by now."""
        return self.scheduled_at is not None and self.scheduled_at <= now()


class Noted(models.Model):
    """Why there is this version: what its author wrote of it, or how the site came to make it."""

    class Origin(models.TextChoices):
        LOADED = "loaded", _("Loaded from files")
        FAMILY = "family", _("Family changed")
        RESTORED = "restored", _("Restored")

    note = models.CharField(_("note"), max_length=200, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, blank=True, editable=False)  # "": it was written
    restored_number = models.PositiveIntegerField(null=True, editable=False)  # of the version that it repeats

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="restored", restored_number__isnull=False)
                | ~Q(origin="restored") & Q(restored_number__isnull=True),
                name="%(class)s_restored_has_a_number",
            )
        ]

    @property
    def origin_in_words(self) -> str:
        """How the site came to make it, in the reader's language; "" where somebody wrote it."""
        if self.origin == Noted.Origin.RESTORED:
            return gettext("Version %(number)s restored") % {"number": self.restored_number}
        return str(Noted.Origin(self.origin).label) if self.origin else ""


class Lesson(Released):
    ORDERED_IN: ClassVar[str] = "module"

    # The course of the module once more, so that the database can keep slugs unique within a course.
    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="lessons", editable=False, verbose_name=_("course")
    )
    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="lessons", verbose_name=_("module"))
    slug = models.SlugField(_("slug"))
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Place in the module; smaller comes first.")
    )
    # RESTRICT: a version in use cannot go, except together with its lesson.
    draft = models.ForeignKey(
        "LessonVersion", on_delete=models.RESTRICT, null=True, related_name="+", editable=False, verbose_name=_("draft")
    )
    published = models.ForeignKey(
        "LessonVersion",
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("published version"),
    )
    scheduled = models.ForeignKey(
        "LessonVersion",
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("scheduled version"),
    )
    loaded_hash = models.CharField(max_length=HASH_LENGTH, blank=True, editable=False)  # of the text, see publishing

    objects = LessonQuerySet.as_manager()

    class Meta(Released.Meta):
        abstract = False
        ordering = ["module__position", "module_id", "position", "pk"]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        permissions = [("publish_lesson", "Can publish lessons")]
        constraints = [
            *Released.Meta.constraints,
            models.UniqueConstraint(fields=["course", "slug"], name="lesson_slug_once_in_course"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("courses:lesson", args=[self.course.slug, self.slug])

    @property
    def above(self) -> list[Course | Released]:
        return [self.course]


class LessonVersion(Noted):
    """One saved state of a lesson; never changed after it was made."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="versions", verbose_name=_("lesson"))
    number = models.PositiveIntegerField(_("number"), help_text=_("1 is the first save of this lesson."))
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), help_text=_("What the reader will be able to do, in one sentence."))
    minutes = models.PositiveSmallIntegerField(_("minutes"), help_text=_("Reading time in minutes."))
    body_markdown = models.TextField(_("text"))
    # Rendered and sanitised when the version was made, never in a request.
    body_html = models.TextField(editable=False)
    # Headings of the text in order: [{"level": 2, "id": "what-it-does", "text": "What it does"}, ...]
    contents = models.JSONField(default=list, editable=False)
    # Ids of headings of earlier published versions and the ids here that they stand for: {"old-name": "new-name"}.
    # Set when it is published, together with body_html (courses.anchors).
    anchors = models.JSONField(default=dict, editable=False)
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
        verbose_name = _("version of a lesson")
        verbose_name_plural = _("versions of lessons")
        constraints = [
            *Noted.Meta.constraints,
            models.UniqueConstraint(fields=["lesson", "number"], name="lesson_version_number_once"),
        ]

    def __str__(self) -> str:
        return gettext("%(title)s (version %(number)s)") % {"title": self.title, "number": self.number}


class CourseImage(models.Model):
    """A picture in the texts of a course, which call it images/<name>. Written by courses.images only.

    Its bytes are a row, not a file: every web process sees them at once, and a backup of the database has them. Rows
    of one name do not change but by load_course; what an upload makes is named after its content.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="images", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=100, help_text=_("As texts call it, after images/."))
    data = models.BinaryField(editable=False)  # PNG or WebP, as courses.images checked or wrote it
    digest = models.CharField(max_length=HASH_LENGTH, editable=False)  # SHA-256 of data
    width = models.PositiveIntegerField(_("width"), editable=False, help_text=_("In pixels."))
    height = models.PositiveIntegerField(_("height"), editable=False, help_text=_("In pixels."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["course", "name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="course_image_name_once_in_course")]

    def __str__(self) -> str:
        return self.name


class WorkingCopy(models.Model):
    """What one editor has typed into a form and not saved, and since when they have had it open.

    One row for each form that was opened, overwritten each time: not a version, and nothing that learners or publishing
    know of. Written by courses.working_copies only.
    """

    # The model, such as courses.lesson, and the row's primary key; 0 while the row is being added. No foreign key:
    # courses does not know the models of other apps.
    kind = models.CharField(max_length=64)
    object_id = models.PositiveBigIntegerField(default=0)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=32, blank=True)  # the name that the form was given when it was opened
    # Saved or discarded: what the form still sends afterwards, having been on its way, is not unsaved.
    is_over = models.BooleanField(default=False)
    number = models.PositiveIntegerField(default=0, help_text=_("How often the form had sent its content until then."))
    opened_at = models.DateTimeField(help_text=_("Since when the form has been open without a pause."))
    seen_at = models.DateTimeField(help_text=_("When the open form was heard of last."))
    # {name of a field of the form: [values]}; None where nothing is unsaved.
    content = models.JSONField(null=True)
    changed_at = models.DateTimeField(null=True, help_text=_("When the content was written."))

    class Meta:
        verbose_name = _("working copy")
        verbose_name_plural = _("working copies")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "editor", "form"], name="working_copy_once_for_each_form"
            ),
            models.CheckConstraint(
                condition=Q(content__isnull=True, changed_at__isnull=True)
                | Q(content__isnull=False, changed_at__isnull=False),
                name="working_copy_content_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}, {self.editor}"


class FormerAddress(models.Model):
    """A slug that a page had. Its address leads to where the page is now, and no other page can take it."""

    slug = models.SlugField()
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.slug


class FormerCourseAddress(FormerAddress):
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="former_addresses")

    class Meta:
        verbose_name = _("former address of a course")
        verbose_name_plural = _("former addresses of courses")
        constraints = [models.UniqueConstraint(fields=["slug"], name="former_course_slug_once")]


class FormerLessonAddress(FormerAddress):
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="former_lesson_addresses")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="former_addresses")

    class Meta:
        verbose_name = _("former address of a lesson")
        verbose_name_plural = _("former addresses of lessons")
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="former_lesson_slug_once_in_course")]


class CourseUploadQuerySet(models.QuerySet["CourseUpload"]):
    def of(self, user: User) -> CourseUploadQuerySet:
        """What *user* may still load: their own, and not outdated."""
        return self.filter(uploaded_by=user, created_at__gte=now() - CourseUpload.KEPT)

    def outdated(self) -> CourseUploadQuerySet:
        return self.filter(created_at__lt=now() - CourseUpload.KEPT)


class CourseUpload(models.Model):
    """A course as an archive that somebody looks at before it is loaded. Rows are written by courses.uploads only.

    What is loaded in the end are these bytes, and with them only what the preview said.
    """

    KEPT = timedelta(hours=1)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)  # of the file, as the browser said
    slug = models.CharField(max_length=50)  # of the course in it
    content = models.BinaryField()  # the archive
    force = models.BooleanField()  # whether what was edited here is overwritten
    fingerprint = models.CharField(max_length=HASH_LENGTH)  # courses.loading.Loading.fingerprint
    preview = models.JSONField()  # courses.uploads.preview_of()
    created_at = models.DateTimeField(default=now, db_index=True)

    objects = CourseUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload of a course")
        verbose_name_plural = _("uploads of courses")
        default_permissions = ()
        permissions = [("load_course", "Can load courses from files")]

    def __str__(self) -> str:
        return self.name


class SearchEntry(models.Model):
    """Something that can be found, of one published version. Rows are written by courses.search.index only.

    Whether a visitor may see it is asked of the version's own row with every search, never of this one. The words
    that are searched stand beside it, in the form of each database: see courses.search.engines.
    """

    class Kind(models.TextChoices):
        LESSON = "lesson"
        SECTION = "section"
        LISTING = "listing"
        EXERCISE = "exercise"

    source = models.CharField(max_length=16)  # courses.search.sources
    object_id = models.BigIntegerField()  # of a lesson, an exercise, …
    version_id = models.BigIntegerField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    slug = models.SlugField()  # of the page
    position = models.PositiveIntegerField()  # among the entries of the version
    format = models.PositiveSmallIntegerField()  # of the way in which it was made
    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.TextField()
    label = models.CharField(max_length=200, blank=True)  # such as a listing's file
    context = models.TextField(blank=True)  # title of the page, unless that is the entry's own
    anchor = models.TextField(blank=True)
    body = models.TextField(blank=True)  # plain text, a line for each paragraph, row or line of code
    # As courses.search.words makes them of the body, with a space before and after each: ranking counts in it.
    body_words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(fields=["source", "object_id", "position"], name="search_entry_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.kind})"


class SearchWord(models.Model):
    """A word that some entry had when it was made: what misspelt and partial words are compared with."""

    word = models.CharField(max_length=40, primary_key=True)
    stem = models.CharField(max_length=40, db_index=True)  # what it has in common with its other forms

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")

    def __str__(self) -> str:
        return self.word
