"""Forms of staff. They check what a service would refuse, and say it where it can be mended."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from courses.course_files import MAX_MINUTES, TITLE_LENGTH
from courses.models import Course, Lesson, Module
from courses.publishing import DraftChanged, check_draft_is_still
from courses.toml_tables import is_slug


def validate_slug(slug: str) -> None:
    """The slugs of courses, modules and lessons are names of files and folders, too."""
    if not is_slug(slug):
        raise ValidationError("Use small letters, digits and single hyphens.")


class CourseForm(forms.ModelForm):
    class Meta:
        model = Course
        fields = ["title", "slug", "summary", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].validators.append(validate_slug)


class ModuleForm(forms.ModelForm):
    class Meta:
        model = Module
        fields = ["course", "title", "slug"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].validators.append(validate_slug)


class LessonForm(forms.ModelForm):
    """A lesson's place and the text of its next version, filled in from the draft."""

    title = forms.CharField(max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"class": "vTextField wide"}))
    summary = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="What the reader will be able to do, in one sentence.",
    )
    minutes = forms.IntegerField(min_value=1, max_value=MAX_MINUTES, help_text="Reading time in minutes.")
    body_markdown = forms.CharField(
        label="Text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 32, "class": "vLargeTextField markdown", "spellcheck": "true"}),
        help_text="Markdown; docs/authoring.md has callouts, code blocks and links to lessons.",
    )
    note = forms.CharField(
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField wide"}),
        help_text="What you changed and why, for the list of versions. Learners do not see it.",
    )
    # Which version the editor started from; 0 for a lesson without a text.
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    class Meta:
        model = Lesson
        fields = ["module", "slug"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].validators.append(validate_slug)
        if self.instance.pk and "module" in self.fields:
            modules = cast(forms.ModelChoiceField, self.fields["module"])
            modules.queryset = Module.objects.filter(course_id=self.instance.course_id)
        draft = self.instance.draft
        if draft is not None:
            for name in ("title", "summary", "minutes", "body_markdown"):
                self.initial.setdefault(name, getattr(draft, name))
        self.initial.setdefault("based_on", draft.number if draft is not None else 0)

    def clean_body_markdown(self) -> str:
        body: str = self.cleaned_data["body_markdown"]
        if not body.strip():
            raise ValidationError("Write a text.")
        return body

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        module, slug = cleaned.get("module"), cleaned.get("slug")
        if not self.instance.pk and module and slug and module.course.lessons.filter(slug=slug).exists():
            self.add_error("slug", "The course has a lesson with this slug already.")
        if self.instance.pk:
            try:
                check_draft_is_still(lesson=self.instance, number=cleaned.get("based_on") or 0)
            except DraftChanged as changed:
                self.add_error(None, self._conflict(changed))
        return cleaned

    def _conflict(self, changed: DraftChanged) -> ValidationError:
        """Nothing is lost: the text stays in the form, and the other one is a link away."""
        newest = changed.newest
        preview = f"{self.instance.get_absolute_url()}?version={newest.number}"
        message = format_html(
            'Version {} was saved by {} while you were editing. <a href="{}">Look at it</a>, take over what you need, '
            "and save again to put your text on top of it.",
            newest.number,
            newest.created_by or "load_course",
            preview,
        )
        # The next save is based on what the editor has been shown now.
        self.data = {**dict(self.data.items()), self.add_prefix("based_on"): str(newest.number)}
        return ValidationError(message)
