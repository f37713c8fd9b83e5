"""Forms of staff. They check what a service would refuse, and say it where it can be mended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug as validate_any_slug
from django.db.models import Model, Q, QuerySet
from django.forms.models import ModelChoiceIterator, model_to_dict
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from courses.access import possible_authors
from courses.addresses import AddressTaken, check_course_slug, check_lesson_slug
from courses.course_files import LANGUAGE, MAX_MINUTES, SUMMARY_LENGTH, TITLE_LENGTH
from courses.models import Course, Lesson, LessonVersion, Module
from courses.publishing import DraftChanged, check_draft_is_still
from courses.toml_tables import is_slug

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


SLUG_HELP = gettext_lazy("Part of its address. When it is changed, the old address leads to the new one.")


def _guided(text: StrOrPromise, part: str) -> SafeString:
    return format_html(str(text), guide=f"{reverse('admin:guide_authoring')}#{part}")


# A help text whose {guide} is the address of a part of the guide for authors; *part* is the id of its heading.
guided = lazy(_guided, SafeString)


def validate_slug(slug: str) -> None:
    """The slugs of courses, modules, lessons, exercises and families are names of files and folders, too."""
    if not is_slug(slug):
        raise ValidationError(
            gettext("Use small letters, digits and single hyphens, and no name that Windows reserves, such as con.")
        )


class ChoicesByCourse(ModelChoiceIterator):
    """The rows to choose from under the names of their courses."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        rows = self.queryset.select_related("course")
        order = rows.query.order_by or rows.model._meta.ordering or ()
        for course, of_course in groupby(rows.order_by("course__position", "course_id", *order), attrgetter("course")):
            yield course.title, [self.choice(row) for row in of_course]


def offer(field: forms.Field, rows: QuerySet[Any], *, course_id: int | None) -> None:
    """Have *field* offer those *rows* that are of one course, or where that is to be chosen (None), all by course."""
    choice = cast(forms.ModelChoiceField, field)
    if course_id is None:
        choice.iterator = ChoicesByCourse
    choice.queryset = rows if course_id is None else rows.filter(course_id=course_id)


def leave_slug_to_us(form: forms.BaseForm) -> None:
    """Django takes capitals and underscores as well, and would say so beside what validate_slug() says."""
    if "slug" in form.fields:
        field = form.fields["slug"]
        field.validators = [validator for validator in field.validators if validator is not validate_any_slug]


def leave_links_out(form: forms.BaseForm) -> None:
    """The rows that *form* names have pages of their own; a link beside each needs Django's scripts."""
    for field in form.fields.values():
        for link in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if hasattr(field.widget, link):
                setattr(field.widget, link, False)


class WideInput(forms.TextInput):
    """For a sentence."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "vTextField wide"})


class SeenField(forms.CharField):
    """What stood in the fields of a row when its form was opened, as JSON: {name: value}."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False  # nobody writes it


class SeveralTextsField(forms.Field):
    """A field that holds more than one text."""

    def texts(self, value: Any) -> dict[str, str]:
        """What a form shows of *value*, by names; one without a name is called like the field."""
        raise NotImplementedError


class AddressForm(forms.ModelForm):
    """A form with the slug that is part of an address. Left empty, a row that has one keeps it.

    Of the fields of the row itself, which have no versions, it saves those that were changed in it: what somebody else
    wrote meanwhile into another stays, and what both have changed is said.
    """

    seen = SeenField(label=gettext_lazy("Seen"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name in self._meta.fields or () if name in self.fields]
        stored = model_to_dict(self.instance, names) if self.instance.pk else {}
        self.stored = {name: _plain(value) for name, value in stored.items()}
        self.initial.setdefault("seen", json.dumps(self.stored))
        leave_slug_to_us(self)
        if "slug" in self.fields:
            self.fields["slug"].validators.append(validate_slug)
            self.fields["slug"].help_text = SLUG_HELP
            self.fields["slug"].required = self.instance.pk is None

    def check_slug(self, slug: str) -> None:
        """Raise AddressTaken unless the row can have *slug*."""
        raise NotImplementedError

    def keep_what_others_wrote(self, cleaned: dict[str, Any]) -> None:
        seen = _read_seen(cleaned.get("seen") or "")
        for name, stored in self.stored.items():
            typed = _plain(cleaned.get(name))
            if name in self.errors or stored in (seen.get(name, stored), typed):
                continue  # nobody else has changed it, or both to the same
            field = self.instance._meta.get_field(name)
            found = field.value_from_object(self.instance) if field.many_to_many else getattr(self.instance, name)
            if typed == seen[name]:
                cleaned[name] = found
                continue
            shown = ", ".join(map(str, found)) if field.many_to_many else str(found)
            text = gettext("Somebody changed this to “%(value)s” meanwhile. Save again to have it your way.")
            self.data = cast(QueryDict, self.data).copy()
            self.data[self.add_prefix("seen")] = json.dumps(self.stored)
            self.add_error(name, text % {"value": shown})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.keep_what_others_wrote(cleaned)
        if "slug" in self.fields and "slug" not in self.errors:
            cleaned["slug"] = cleaned.get("slug") or self.instance.slug
            try:
                self.check_slug(cleaned["slug"])
            except AddressTaken as taken:
                self.add_error("slug", str(taken))
        return cleaned


def _plain(value: Any) -> Any:
    """The value of a field as JSON has it: keys instead of rows."""
    if isinstance(value, Model):
        return value.pk
    return sorted(map(_plain, value)) if isinstance(value, (list, tuple, QuerySet)) else value


def _read_seen(text: str) -> dict[str, Any]:
    """{} where there is none, or something else than what a form has written."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # the second of a million brackets
        return {}
    return found if isinstance(found, dict) else {}


class CourseForm(AddressForm):
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=SUMMARY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("One or two sentences, plain text."),
    )

    class Meta:
        model = Course
        fields = ["title", "slug", "summary", "language", "authors"]
        widgets = {"title": WideInput, "authors": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave_links_out(self)
        if "authors" in self.fields:
            offered = Q(pk__in=possible_authors().values("pk"))
            if self.instance.pk:  # whoever is one already stays until somebody takes them out
                offered |= Q(pk__in=self.instance.authors.values("pk"))
            authors = cast(forms.ModelMultipleChoiceField, self.fields["authors"])
            authors.queryset = User.objects.filter(offered).order_by("username")
            if not authors.queryset.exists():
                authors.help_text = gettext("Nobody has the role Author, which is given on the page of an account.")

    def check_slug(self, slug: str) -> None:
        check_course_slug(slug, course=self.instance if self.instance.pk else None)

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"]
        if not LANGUAGE.fullmatch(language):
            raise ValidationError(gettext("Write a language tag, such as en or pt-BR."))
        return language


class ModuleForm(forms.ModelForm):
    class Meta:
        model = Module
        fields = ["course", "title", "slug"]
        widgets = {"title": WideInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave_slug_to_us(self)
        if "slug" in self.fields:
            self.fields["slug"].validators.append(validate_slug)


class EditedForm(forms.ModelForm):
    """A form that is written in (courses.admin.editing). A subclass ends its __init__() with begin_with_restored()."""

    # What was typed earlier and not saved, by the names of the fields; None to begin with what is stored.
    restored: Mapping[str, list[str]] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave_slug_to_us(self)
        leave_links_out(self)

    def begin_with_restored(self) -> None:
        """With the version, too, on which that is based: a conflict stays one."""
        if self.restored is None:
            return
        typed = MultiValueDict(self.restored)
        for name, field in self.fields.items():
            if not field.widget.value_omitted_from_data(typed, MultiValueDict(), self.add_prefix(name)):
                self.initial[name] = field.widget.value_from_datadict(typed, MultiValueDict(), self.add_prefix(name))


class VersionedForm(EditedForm, AddressForm):
    """The next version of a row, filled in from its draft. A subclass ends its clean() with check_conflict()."""

    # The fields that a version has.
    content_fields: Sequence[str]
    # What the editor typed, as a conflict calls it.
    conflict_message: StrOrPromise  # takes {number}, {author} and {url}

    # Which version the editor started from; 0 for a row without one.
    based_on = forms.IntegerField(label=gettext_lazy("Based on"), widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        draft = self.instance.draft
        if draft is not None:
            for name in self.content_fields:
                self.initial.setdefault(name, getattr(draft, name))
        self.initial.setdefault("based_on", draft.number if draft is not None else 0)
        self.begin_with_restored()

    def check_draft_is_still(self, number: int) -> None:
        """Raise DraftChanged unless version *number* is the draft still."""
        raise NotImplementedError

    def address_of(self, version: Any) -> str:
        """Where the editor can look at *version*."""
        raise NotImplementedError

    def check_conflict(self, cleaned: dict[str, Any]) -> None:
        """Refuse what was typed when somebody else saved meanwhile."""
        if self.instance.pk:
            try:
                self.check_draft_is_still(cleaned.get("based_on") or 0)
            except DraftChanged as changed:
                self.add_error(None, self._conflict(changed.newest))

    def _conflict(self, newest: Any) -> ValidationError:
        """Nothing is lost: what was typed stays in the form, and the other version is a link away."""
        # The next save is based on what the editor has been shown now.
        self.data = {**dict(self.data.items()), self.add_prefix("based_on"): str(newest.number)}
        message = format_html(
            str(self.conflict_message),
            number=newest.number,
            author=newest.created_by or "load_course",
            url=self.address_of(newest),
        )
        return ValidationError(message)


class LessonForm(VersionedForm):
    """A lesson's place and the text of its next version, filled in from the draft."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=TITLE_LENGTH, widget=WideInput)
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=SUMMARY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=gettext_lazy("What the reader will be able to do, in one sentence."),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=1,
        max_value=MAX_MINUTES,
        help_text=gettext_lazy("Reading time in minutes."),
    )
    body_markdown = forms.CharField(
        label=gettext_lazy("Text"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 32, "class": "vLargeTextField markdown", "spellcheck": "true", "data-edited": "markdown"}
        ),
        help_text=guided(
            gettext_lazy('Markdown; <a href="{guide}">the guide</a> has callouts, code blocks and links to lessons.'),
            "text",
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        widget=WideInput,
        help_text=gettext_lazy("What you changed and why, for the list of versions. Learners do not see it."),
    )

    content_fields = ("title", "summary", "minutes", "body_markdown")
    conflict_message = gettext_lazy(
        'Version {number} was saved by {author} while you were editing. <a href="{url}">Look at it</a>, take over what '
        "you need, and save again to put your text on top of it."
    )

    class Meta:
        model = Lesson
        fields = ["module", "slug"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "module" in self.fields:
            offer(self.fields["module"], Module.objects.all(), course_id=self.instance.course_id)

    def clean_body_markdown(self) -> str:
        body: str = self.cleaned_data["body_markdown"]
        if not body.strip():
            raise ValidationError(gettext("Write a text."))
        return body

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_conflict(cleaned)
        return cleaned

    def check_slug(self, slug: str) -> None:
        if self.instance.pk:
            check_lesson_slug(slug, course=self.instance.course, lesson=self.instance)
        elif module := self.cleaned_data.get("module"):
            check_lesson_slug(slug, course=module.course)

    def check_draft_is_still(self, number: int) -> None:
        check_draft_is_still(lesson=self.instance, number=number)

    def address_of(self, version: LessonVersion) -> str:
        return f"{self.instance.get_absolute_url()}?version={version.number}"
