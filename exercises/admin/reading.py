"""What the form of an exercise says while it is written: its problems, each at its text box and line, and its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from courses.addresses import AddressTaken
from courses.admin.editing import Mistake, Reading, Typed, as_guest, read_fields
from courses.extent import extent_of
from courses.models import Lesson
from courses.rendering import Problem, Rendered
from exercises import answer_views, views
from exercises.addresses import check_exercise_slug
from exercises.admin.forms import CONTENT_FIELDS, ExerciseForm, FamilyForm
from exercises.answers import ANSWERED
from exercises.cases import Case, CasesError
from exercises.content import ContentProblem, ExerciseContent
from exercises.forms import FilesForm
from exercises.models import Exercise, ExerciseVersion, Family
from exercises.toml_documents import Document
from exercises.versions import (
    InvalidFamily,
    check_storable,
    draft_content,
    markdown_problems,
    members_of,
    problems_of_family,
    program_problems,
    rendered_columns,
    renderer,
)

NEW = "new"  # the slug of an exercise as long as it has none
NEEDED = {"kind": ExerciseVersion.Kind.HTTP.value, "difficulty": ExerciseVersion.Difficulty.EASY.value, "title": ""}


def lesson_in(row: Exercise | None, form: ExerciseForm) -> Lesson | None:
    """Where the exercise belongs, by what the form says; None as long as that is nothing."""
    chosen = read_fields(form, ["lesson"]).values.get("lesson")
    return chosen or (row.lesson if row is not None else None)


def read_exercise_form(row: Exercise | None, form: ExerciseForm) -> Reading:
    """*form* is bound, and may hold anything. Nothing is stored."""
    typed = read_fields(form, CONTENT_FIELDS)
    content = ExerciseContent(**{**NEEDED, **typed.values})
    lesson = lesson_in(row, form)
    extent = extent_of("")
    mistakes = [
        *_misplaced(row, form),
        *_unreadable(form, typed),
        *(_placed(form, one) for one in content.refusals() if one.field not in typed.errors),
        *(_placed(form, one, "publishing") for one in content.mistakes() if one.field not in typed.errors),
        *(_placed(form, one, "publishing") for one in program_problems(content)),
    ]
    if lesson is None:
        return Reading(mistakes, extent, why_no_page=gettext("The preview comes when a lesson is chosen."))
    render_text = renderer(lesson.course)
    try:
        cases, sheet = content.cases(), content.sheet()
    except CasesError:
        cases, sheet = [], {}
    mistakes += [_placed(form, one, "publishing") for one in markdown_problems(content, sheet, render_text)]
    if content.answered is not None and not sheet:
        return Reading(mistakes, extent, why_no_page=gettext("The preview comes back when the cases can be read."))

    exercise = row or Exercise(pk=0, lesson=lesson, slug=read_fields(form, ["slug"]).values.get("slug") or NEW)
    version = _next_version(exercise, content, cases, render_text)
    return Reading(mistakes, extent_of(version.instructions_html), _page(exercise, version))


def read_family_form(row: Family | None, form: FamilyForm) -> Reading:
    """The same for a family. Its page is that of the first exercise without mistakes, with the cases as typed."""
    typed = read_fields(form, ["course", "slug"])
    text = str(form["cases_toml"].value() or "").replace("\r\n", "\n")
    family = Family(pk=row.pk if row else None, slug=row.slug if row else "", cases_toml=text)
    label = str(form["cases_toml"].label)
    mistakes = [
        Mistake(name, str(form[name].label), None, message)
        for name, messages in typed.errors.items()
        for message in messages
    ]
    try:
        check_storable(family)
    except InvalidFamily as refusal:
        mistakes.append(Mistake("cases_toml", label, None, str(refusal)))
    if problems := problems_of_cases(family):
        mistakes += [Mistake("cases_toml", label, one.line or None, one.message, "publishing") for one in problems]
        return Reading(mistakes, None, why_no_page=gettext("The preview comes back when the cases can be read."))
    for exercise in members_of(family):
        content = replace(draft_content(exercise), family=family)
        if not content.mistakes():
            version = _next_version(exercise, content, content.cases(), renderer(exercise.lesson.course))
            return Reading(mistakes, None, _page(exercise, version))
    why = gettext("The preview comes when an exercise without mistakes takes its cases from here.")
    return Reading(mistakes, None, why_no_page=why)


def problems_of_cases(family: Family) -> list[Problem]:
    """What is wrong with the cases of *family*, each once, with the exercises for which it is wrong."""
    slugs: dict[tuple[int, str], list[str]] = {}
    for slug, found in problems_of_family(family).items():
        for problem in found:
            line = problem.line if problem.field == "family" else None  # of the family's cases
            message = f"{problem.path}: {problem.message}" if problem.path else problem.message
            slugs.setdefault((line or 0, message), []).extend(filter(None, [slug]))
    return [
        Problem(line, f"{message} ({', '.join(members)})" if members else message)
        for (line, message), members in sorted(slugs.items())
    ]


def _next_version(
    exercise: Exercise, content: ExerciseContent, cases: Sequence[Case], render_text: Callable[[str], Rendered]
) -> ExerciseVersion:
    """What *content* would be saved as. It is not stored."""
    return ExerciseVersion(
        exercise=exercise,
        number=(exercise.draft.number if exercise.draft else 0) + 1,
        **content.columns,
        **rendered_columns(content, cases, render_text),
    )


def _page(exercise: Exercise, version: ExerciseVersion) -> Callable[[HttpRequest], HttpResponse]:
    """What makes the page of *version* that learners would see."""

    def page(request: HttpRequest) -> HttpResponse:
        guest = as_guest(request, exercise.get_absolute_url())
        if version.kind in ANSWERED:
            return answer_views.exercise_page(guest, exercise, version)
        return views.exercise_page(guest, exercise, version, FilesForm(version, None), None)

    return page


def _misplaced(row: Exercise | None, form: ExerciseForm) -> Iterator[Mistake]:
    """What is wrong with where the exercise belongs and how it is called there."""
    place = read_fields(form, ["lesson", "slug"])
    yield from _unreadable(form, place)
    if slug := place.values.get("slug"):
        try:
            check_exercise_slug(slug, exercise=row)
        except AddressTaken as taken:
            yield Mistake("slug", str(form["slug"].label), None, str(taken))


def _unreadable(form: ExerciseForm, typed: Typed) -> Iterator[Mistake]:
    """What the fields themselves say."""
    for name, messages in typed.errors.items():
        label = str(form[name].label)
        yield from (Mistake(name, label, None, message) for message in messages)


def _placed(form: ExerciseForm, problem: ContentProblem, keeps_from: str = "saving") -> Mistake:
    """The text box of *problem* and, where values stand by name, its line."""
    label, line, name = str(form[problem.field].label), problem.line, problem.field
    if problem.key:
        text = str(form[problem.field].value() or "").replace("\r\n", "\n")
        line = Document(text).line(problem.key)  # it could be read, or there were no values with names
    elif problem.path:
        label = f"{label}: {problem.path}"
        name = _box(form.data, problem)
    return Mistake(name, label, line, problem.message, keeps_from)


def _box(data: Mapping[str, Any], problem: ContentProblem) -> str:
    """The text box of one of several texts or files."""
    if problem.field == "hints":
        filled = [key for key in data if key.startswith("hints-") and str(data[key]).strip() and key != "hints-total"]
        number = int(problem.path) - 1
        return filled[number] if number < len(filled) else "hints-0"
    prefix, suffix = f"{problem.field}-", "-path"
    for key in data:
        if key.startswith(prefix) and key.endswith(suffix) and str(data[key]).strip() == problem.path:
            return key.removesuffix(suffix) + "-text"
    return f"{problem.field}-0-text"
