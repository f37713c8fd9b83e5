"""Forms of staff. They check what a service would refuse, and say it where it can be mended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from courses.admin.forms import EditedForm, VersionedForm, guided, offer, validate_slug
from courses.models import Lesson
from exercises.addresses import check_exercise_slug
from exercises.admin import skeletons
from exercises.admin.fields import FilesField, TextsField, TomlField
from exercises.content import MAX_TITLE, ExerciseContent
from exercises.exercise_files import MAX_POSITION
from exercises.models import Exercise, ExerciseVersion, Family
from exercises.versions import (
    FamilyChanged,
    InvalidFamily,
    check_draft_is_still,
    check_family_is_still,
    check_storable,
    hash_of_cases,
)

CONTENT_FIELDS = list(ExerciseContent.__dataclass_fields__)


CASES_HELP = guided(gettext_lazy('TOML; <a href="{guide}">the guide</a> has its form.'), "casestoml-and-families")


def text_area(rows: int, language: str) -> forms.Textarea:
    """A text box that js/admin/ may put an editor over, for "markdown" or "toml"."""
    is_prose = "true" if language == "markdown" else "false"
    attributes = {"rows": rows, "class": "vLargeTextField", "spellcheck": is_prose, "data-edited": language}
    return forms.Textarea(attrs=attributes)


class ExerciseForm(VersionedForm):
    """An exercise's place and the content of its next version, filled in from the draft.

    `content` is what is to be saved, once the form is valid.
    """

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=MAX_TITLE, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ExerciseVersion.Kind)
    framework = forms.ChoiceField(
        label=gettext_lazy("Framework"),
        choices=[("", gettext_lazy("None")), *ExerciseVersion.Framework.choices],
        required=False,
        help_text=gettext_lazy("Of kinds in which code is written; a function and a program can do without one."),
    )
    difficulty = forms.ChoiceField(label=gettext_lazy("Difficulty"), choices=ExerciseVersion.Difficulty)
    prompt_markdown = forms.CharField(
        required=False,
        label=gettext_lazy("Prompt"),
        strip=False,
        widget=text_area(16, "markdown"),
        help_text=guided(gettext_lazy('Markdown; <a href="{guide}">the guide</a> has all of it.'), "text"),
    )
    starter = FilesField(
        label=gettext_lazy("Starter"),
        required=False,
        help_text=gettext_lazy("What learners begin with. main.py is the file that is run."),
    )
    solution = FilesField(
        required=False,
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("The same files as the starter; they must pass every case."),
    )
    solution_markdown = forms.CharField(
        required=False,
        label=gettext_lazy("Why the reference is written so"),
        strip=False,
        widget=text_area(6, "markdown"),
        help_text=gettext_lazy("Markdown, shown with the solution. Of a decision, the model answer."),
    )
    wrong = FilesField(
        required=False,
        label=gettext_lazy("Wrong answers"),
        help_text=gettext_lazy(
            "Plausible mistakes in main.py, named like returns-text.py. The first line names the case that must catch "
            "it: # fails: GET / answers 200"
        ),
    )
    family = forms.ModelChoiceField(
        queryset=Family.objects.all(),
        label=gettext_lazy("Family"),
        required=False,
        help_text=gettext_lazy("Shares its cases; empty: the exercise has its own."),
    )
    params = TomlField(
        required=False,
        label=gettext_lazy("Parameters"),
        widget=text_area(3, "toml"),
        help_text=gettext_lazy('What the family asks for, one a line: framework = "Flask"'),
    )
    cases_toml = forms.CharField(
        required=False,
        label=gettext_lazy("Cases"),
        strip=False,
        widget=text_area(20, "toml"),
        help_text=guided(
            gettext_lazy(
                "TOML; empty when a family has them. Kinds that are answered keep their questions here, each in its "
                'own form: <a href="{guide}">see the guide</a>. In the editor, / at the start of a line writes a '
                "beginning for the kind."
            ),
            "casestoml-and-families",
        ),
    )
    hints = TextsField(
        label=gettext_lazy("Hints"), required=False, help_text=gettext_lazy("In order: nudge, where, how.")
    )
    limits = TomlField(
        label=gettext_lazy("Limits"),
        required=False,
        widget=text_area(3, "toml"),
        help_text=gettext_lazy("Only what differs from the defaults, such as wall_seconds = 30"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("What you changed and why, for the list of versions. Learners do not see it."),
    )

    content_fields = CONTENT_FIELDS
    conflict_message = gettext_lazy(
        'Version {number} was saved by {author} while you were editing. <a href="{url}">Look at it</a>, take over what '
        "you need, and save again to put yours on top of it."
    )

    class Meta:
        model = Exercise
        fields = ["lesson", "slug"]

    content: ExerciseContent

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "cases_toml" in self.fields:
            self.fields["cases_toml"].widget.attrs["data-skeletons"] = skeletons.as_data()
        if "position" in self.fields:
            self.fields["position"].validators.append(MaxValueValidator(MAX_POSITION))
        course_id = self.instance.lesson.course_id if self.instance.pk else None
        if "lesson" in self.fields:
            # With their drafts, which have the titles.
            offer(self.fields["lesson"], Lesson.objects.select_related("draft"), course_id=course_id)
        if "family" in self.fields:
            offer(self.fields["family"], Family.objects.all(), course_id=course_id)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        family, lesson = cleaned.get("family"), cleaned.get("lesson")
        if family and lesson and family.course_id != lesson.course_id:
            self.add_error("family", gettext("The family is of another course than the lesson."))
        if not any(name in self.errors for name in CONTENT_FIELDS):
            self.content = ExerciseContent(**{name: cleaned[name] for name in CONTENT_FIELDS}).normalised()
            for problem in self.content.refusals():
                self.add_error(problem.field, str(problem))
        self.check_conflict(cleaned)
        return cleaned

    def check_slug(self, slug: str) -> None:
        check_exercise_slug(slug, exercise=self.instance if self.instance.pk else None)

    def check_draft_is_still(self, number: int) -> None:
        check_draft_is_still(exercise=self.instance, number=number)

    def address_of(self, version: ExerciseVersion) -> str:
        return "../versions/"


class FamilyForm(EditedForm):
    cases_toml = forms.CharField(
        label=gettext_lazy("Cases"),
        strip=False,
        widget=text_area(40, "toml"),
        help_text=CASES_HELP,
    )
    # Of the cases that the editor started from; "" for a family that is new.
    based_on = forms.CharField(label=gettext_lazy("Based on"), widget=forms.HiddenInput, required=False)

    class Meta:
        model = Family
        fields = ["course", "slug"]
        help_texts = {"cases_toml": CASES_HELP}  # for those who may only look

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "cases_toml" in self.fields:
            self.fields["cases_toml"].widget.attrs["data-skeletons"] = skeletons.as_data()
        if "slug" in self.fields:
            self.fields["slug"].validators.append(validate_slug)
        self.initial.setdefault("cases_toml", self.instance.cases_toml)
        self.initial.setdefault("based_on", hash_of_cases(self.instance) if self.instance.pk else "")
        self.begin_with_restored()

    def clean(self) -> dict[str, Any]:
        """Refuse what was typed when somebody else saved meanwhile. It stays in the form."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            try:
                check_family_is_still(family=self.instance, cases_hash=cleaned.get("based_on") or "")
            except FamilyChanged as changed:
                # The next save is based on what the editor can look at now.
                self.data = {**dict(self.data.items()), self.add_prefix("based_on"): changed.cases_hash}
                text = gettext(
                    'Somebody saved other cases while you were editing. <a href="{url}">Look at them</a>, take over '
                    "what you need, and save again to put yours in their place."
                )
                self.add_error(None, format_html(text, url="../change/"))
        return cleaned

    def clean_cases_toml(self) -> str:
        text: str = self.cleaned_data["cases_toml"]
        try:
            check_storable(Family(cases_toml=text))
        except InvalidFamily as refusal:
            raise ValidationError(str(refusal)) from refusal
        return text
