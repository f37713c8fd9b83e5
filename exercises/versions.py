"""Services that write exercises: save drafts of them and of their families, publish, unpublish."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext, gettext_lazy

from courses import releasing
from courses.models import Course, Noted
from courses.proofreading import python_problem
from courses.publishing import DraftChanged, PublishRefused, content_hash, normalised_text, what_can_be_named
from courses.rendering import Problem, Rendered, render
from courses.search.index import forget_row, index_row
from courses.usage import Mention
from exercises import files
from exercises.answers import ANSWERED, sheets
from exercises.answers.sheets import Sheet
from exercises.cases import Case, CasesError, check_alone, declared_params
from exercises.content import ContentProblem, ExerciseContent, InvalidContent
from exercises.models import Exercise, ExerciseCheck, ExerciseVersion, Family
from exercises.toml_documents import Document
from exercises.usage import texts_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class NotChecked(PublishRefused):
    """The sandbox has not shown that this very version is sound (exercises.checking)."""


class InvalidFamily(Exception):
    """The cases of a family cannot be stored; the text says why."""


class FamilyChanged(Exception):
    """Somebody else saved the family meanwhile. `cases_hash` is of the cases that it has now."""

    def __init__(self, cases_hash: str) -> None:
        super().__init__("other cases were saved meanwhile")
        self.cases_hash = cases_hash


class Text(NamedTuple):
    """What is said of one of the texts of an exercise."""

    name: StrOrPromise
    mend: StrOrPromise


# By the columns in which problems_of_draft() finds something.
TEXTS = {
    "framework": Text(gettext_lazy("framework"), gettext_lazy("Choose the framework anew, then publish.")),
    "prompt_markdown": Text(gettext_lazy("prompt"), gettext_lazy("Mend these problems in the prompt, then publish.")),
    "hints": Text(gettext_lazy("hints"), gettext_lazy("Mend these problems in the hints, then publish.")),
    "limits": Text(gettext_lazy("limits"), gettext_lazy("Mend these problems in the limits, then publish.")),
    "family": Text(
        gettext_lazy("family"), gettext_lazy("Mend these problems in the cases of the family, then publish.")
    ),
    "params": Text(gettext_lazy("parameters"), gettext_lazy("Mend these problems in the parameters, then publish.")),
    "cases_toml": Text(gettext_lazy("cases"), gettext_lazy("Mend these problems in the cases, then publish.")),
    "solution_markdown": Text(
        gettext_lazy("solution"), gettext_lazy("Mend these problems in the solution, then publish.")
    ),
    "starter": Text(gettext_lazy("starter"), gettext_lazy("Mend these problems in the starter, then publish.")),
    "solution": Text(gettext_lazy("reference"), gettext_lazy("Mend these problems in the reference, then publish.")),
    "wrong": Text(
        gettext_lazy("wrong answers"), gettext_lazy("Mend these problems in the wrong answers, then publish.")
    ),
}


def renderer(course: Course) -> Callable[[str], Rendered]:
    """What renders the texts of an exercise of *course*. Three queries."""
    # Seen from /exercises/<slug>/ or /submissions/<id>/, which is where they are shown.
    lesson_url = f"../../courses/{course.slug}/{{slug}}/"
    return partial(render, lesson_url=lesson_url, **what_can_be_named(course))


@transaction.atomic
def save_exercise_draft(
    *,
    exercise: Exercise,
    content: ExerciseContent,
    author: User | None = None,
    note: str = "",
    origin: str = "",
    restored_number: int | None = None,
) -> ExerciseVersion:
    """Store *content* as the exercise's newest version and make that its draft; learners keep the published one.

    *note*, *origin* and *restored_number*: see Noted.

    The texts are rendered and the cases are resolved now, never in a request; content with mistakes makes a draft that
    has none (ExerciseVersion.is_complete). Content equal to the draft's makes no new version: the draft is returned.
    Raises InvalidContent for what cannot be stored.
    """
    content = content.normalised()
    if problems := content.refusals():
        raise InvalidContent(problems)
    cases = [] if content.mistakes() else content.cases()
    hashed = content_hash({"author": content.author_hash, "cases": cases})
    stored = _locked(exercise)
    if stored.draft is not None and stored.draft.content_hash == hashed:
        exercise.draft = stored.draft
        return stored.draft
    newest = stored.versions.aggregate(number=Max("number"))["number"] or 0
    render_text = renderer(stored.lesson.course)
    version = ExerciseVersion.objects.create(
        exercise=stored,
        number=newest + 1,
        **rendered_columns(content, cases, render_text),
        content_hash=hashed,
        created_by=author,
        note=note,
        origin=origin,
        restored_number=restored_number,
        **content.columns,
    )
    exercise.draft = version
    exercise.save(update_fields=["draft"])
    return version


def rendered_columns(
    content: ExerciseContent, cases: Sequence[Case], render_text: Callable[[str], Rendered]
) -> dict[str, Any]:
    """What a version has beside the columns that its author wrote. *cases*: [] where *content* has mistakes."""
    return _html_columns(content, content.sheet() if cases else {}, render_text) | {"cases": cases}


def _html_columns(
    texts: ExerciseVersion | ExerciseContent, sheet: Sheet, render_text: Callable[[str], Rendered]
) -> dict[str, Any]:
    """What is made of the Markdown, and *sheet* with its HTML where there is one."""
    kind = ANSWERED.get(texts.kind)
    return {
        "instructions_html": render_text(texts.prompt_markdown).html,
        "hints_html": [render_text(hint).html for hint in texts.hints],
        "solution_html": render_text(texts.solution_markdown).html,
        "sheet": sheets.rendered(sheet, kind.markdown, lambda text: render_text(text).html) if sheet and kind else {},
    }


def render_exercises_again(course: Course, image_names: Collection[str]) -> None:
    """Make the HTML anew of all versions that show one of these images: it has their addresses and sizes."""
    mentions = [Mention(f"images/{name}") for name in image_names]
    render_text = renderer(course)
    for version in ExerciseVersion.objects.filter(exercise__lesson__course=course):
        if any(mention.is_in(text) for text in texts_of(version) for mention in mentions):
            columns = _html_columns(version, version.sheet, render_text)
            for name, value in columns.items():
                setattr(version, name, value)
            version.save(update_fields=[*columns])


@transaction.atomic
def restore_exercise_version(*, version: ExerciseVersion, author: User | None = None) -> ExerciseVersion:
    """Make the content of an old *version* the draft again, as a new version, with the cases that its family has now.

    What learners see stays. Where it does not fit its family any more, that is a mistake of the draft. Raises
    InvalidContent for what could be stored once and cannot be now.
    """
    content, origin = ExerciseContent.of(version), Noted.Origin.RESTORED
    return save_exercise_draft(
        exercise=version.exercise, content=content, author=author, origin=origin, restored_number=version.number
    )


@transaction.atomic
def check_draft_is_still(*, exercise: Exercise, number: int) -> None:
    """Raise DraftChanged unless version *number* is the draft that an editor started from; it stays locked then."""
    draft = _locked(exercise).draft
    if draft is not None and draft.number != number:
        raise DraftChanged(draft)


@transaction.atomic
def save_family(*, family: Family, cases_toml: str, author: User | None = None) -> list[ExerciseVersion]:
    """Store the cases of a new or known family; the drafts of its members, resolved again. Their learners see nothing.

    Cases with mistakes keep the members from being published. Raises InvalidFamily for what cannot be stored.
    """
    family.cases_toml = normalised_text(cases_toml)
    check_storable(family)
    family.save()
    return [
        save_exercise_draft(exercise=member, content=draft_content(member), author=author, origin=Noted.Origin.FAMILY)
        for member in members_of(family)
    ]


def hash_of_cases(family: Family) -> str:
    """What tells two states of its cases apart."""
    return content_hash({"cases_toml": family.cases_toml})


@transaction.atomic
def check_family_is_still(*, family: Family, cases_hash: str) -> None:
    """Raise FamilyChanged unless it has the cases that an editor started from; it stays locked then."""
    present = hash_of_cases(Family.objects.select_for_update().get(pk=family.pk))
    if present != cases_hash:
        raise FamilyChanged(present)


def check_storable(family: Family) -> None:
    """Raise InvalidFamily where its cases cannot be stored, whatever they say."""
    if problem := files.problem_of(family.cases_toml):
        raise InvalidFamily(files.REMARKS[problem] % {"limit": files.MAX_FILE_BYTES // 1024})


def problems_of_family(family: Family) -> dict[str, list[ContentProblem]]:
    """How its cases keep exercises from being published, by the slug of the member; "": whoever uses them.

    *family* may have another text than is stored.
    """
    try:
        declared_params(family.cases_toml)
        members = {member.slug: replace(draft_content(member), family=family) for member in members_of(family)}
        if not members:
            check_alone(family.cases_toml)
    except CasesError as error:
        return {"": [ContentProblem("family", message, line=line) for line, message in error.problems]}
    return {slug: found for slug, content in members.items() if (found := [*content.mistakes_of_cases()])}


def draft_content(exercise: Exercise) -> ExerciseContent:
    """What the exercise's draft was made from. ValueError when it has none yet."""
    if exercise.draft is None:
        raise ValueError(f"the exercise {exercise} has no content")
    return ExerciseContent.of(exercise.draft)


def members_of(family: Family) -> list[Exercise]:
    """The exercises whose draft takes its cases from *family*; [] while that is not stored. One query."""
    if family.pk is None:
        return []
    return list(Exercise.objects.filter(draft__family=family).select_related("draft__family").order_by("slug"))


def check_publishable(exercise: Exercise, *, check: bool = True) -> ExerciseVersion:
    """The draft that would be published.

    Raises PublishRefused when there is none, when the exercise is archived, when the draft has mistakes, or, unless
    *check* is false, when the sandbox has not shown that it is sound (NotChecked).
    """
    draft = exercise.draft
    if draft is None:
        raise PublishRefused(gettext("The exercise has no content yet."))
    releasing.refuse_archived(exercise)
    if problems := problems_of_draft(exercise):
        field = problems[0].field
        raise PublishRefused(str(TEXTS[field].mend), [as_line(one) for one in problems if one.field == field])
    if check and draft.kind not in ANSWERED and not ExerciseCheck.objects.is_green(draft):
        raise NotChecked(_why_not_checked(draft))
    return draft


@transaction.atomic
def publish_exercise(*, exercise: Exercise, at: datetime | None = None, check: bool = True) -> ExerciseVersion:
    """Let learners solve the exercise's draft from now on, or from *at*. What they have already changes nothing.

    Raises PublishRefused as check_publishable() does. Only load_course passes *check* as false: for courses that CI
    has checked. What is answered instead of coded has no program, and needs no sandbox.
    """
    stored = _locked(exercise)
    draft = check_publishable(stored, check=check)
    if releasing.release_draft(exercise, stored, at=at):
        index_row("exercise", exercise)
    return draft


def _why_not_checked(version: ExerciseVersion) -> str:
    """What its newest check says, and what to do."""
    newest = ExerciseCheck.objects.filter(version=version).order_by("-pk").first()
    if newest is not None and newest.status == ExerciseCheck.Status.FAILED:
        return gettext(
            "The check of the draft in the sandbox found something wrong. Mend what it names, save, and check again."
        )
    if newest is not None and newest.is_pending:
        return gettext("The draft is being checked in the sandbox. Publish it when everything is as it should be.")
    return gettext("Check the draft in the sandbox first; it is published only when everything is as it should be.")


@transaction.atomic
def release_due_exercise(*, exercise: Exercise) -> bool:
    """Show the scheduled version of *exercise*, if its time has come; whether it had. Asked twice, it is done once."""
    is_released = releasing.release_scheduled(exercise, _locked(exercise))
    if is_released:
        index_row("exercise", exercise)
    return is_released


def release_due_exercises() -> int:
    """All whose time has come; how many there were. One query where there are none."""
    due = Exercise.objects.due().select_related("lesson__course")
    return sum(release_due_exercise(exercise=exercise) for exercise in due)


@transaction.atomic
def cancel_exercise_schedule(*, exercise: Exercise) -> bool:
    """Have nothing happen at the time that was set; False when none was."""
    is_cancelled = releasing.cancel_schedule(exercise, _locked(exercise))
    if is_cancelled and exercise.published_id is None:
        forget_row("exercise", exercise.pk)
    return is_cancelled


@transaction.atomic
def publish_family(*, family: Family) -> list[ExerciseVersion]:
    """Publish the drafts of the members that learners see already, all of them or none.

    Raises PublishRefused, which names the member that cannot be published.
    """
    published = []
    for member in members_of(family):
        if member.is_live:
            try:
                published.append(publish_exercise(exercise=member))
            except PublishRefused as refusal:
                raise PublishRefused(f"{member.slug}: {refusal.message}", refusal.problems) from refusal
    return published


@transaction.atomic
def unpublish_exercise(*, exercise: Exercise) -> None:
    """Take the exercise away from learners; drafts and attempts stay, and load_course does not publish it again."""
    releasing.take_offline(exercise, _locked(exercise))
    forget_row("exercise", exercise.pk)


@transaction.atomic
def archive_exercise(*, exercise: Exercise) -> None:
    """Retire the exercise: its page says what it was, and attempts at it can still be read."""
    releasing.archive(exercise, _locked(exercise))


@transaction.atomic
def bring_back_exercise(*, exercise: Exercise) -> None:
    releasing.bring_back(exercise, _locked(exercise))


def problems_of_draft(exercise: Exercise) -> list[ContentProblem]:
    """What keeps the draft from being published though it could be saved: what cannot be run or answered, mistakes in
    what learners read, and programs that are no Python. Renders the texts: not for lists."""
    draft = exercise.draft
    if draft is None:
        return []
    mistakes = ExerciseContent.of(draft).mistakes()
    if not (mistakes or draft.is_complete):  # it had mistakes by the rules of an earlier release
        message = gettext("The draft was saved when it had mistakes: save it once more.")
        mistakes = [ContentProblem("cases_toml", message)]
    found = markdown_problems(draft, draft.sheet, renderer(exercise.lesson.course))
    return [*mistakes, *found, *program_problems(draft)]


def as_line(problem: ContentProblem) -> Problem:
    """One of problems_of_draft() as a line of its field; the words say which hint, or which file."""
    message = problem.message
    if problem.field == "hints" and problem.path:
        message = gettext("hint %(number)s: %(message)s") % {"number": problem.path, "message": message}
    elif problem.path:
        message = f"{problem.path}: {message}"
    return Problem(problem.line or 0, message)


def program_problems(programs: ExerciseVersion | ExerciseContent) -> Iterator[ContentProblem]:
    """Files that are no Python. None may be: starter and reference have to run, a wrong file has to reach its case."""
    for role in ("starter", "solution", "wrong"):
        for path, text in getattr(programs, role).items():
            if not path.endswith(".py") or files.problem_of(text):
                continue
            if problem := python_problem(text):
                line, reason = problem
                message = gettext("This Python does not parse: %(reason)s.") % {"reason": reason}
                yield ContentProblem(role, message, path, line)


def markdown_problems(
    texts: ExerciseVersion | ExerciseContent, sheet: Sheet, render_text: Callable[[str], Rendered]
) -> Iterator[ContentProblem]:
    """What is wrong with the Markdown of an exercise. Of a hint, path is its number, from 1."""
    for problem in render_text(texts.prompt_markdown).problems:
        yield ContentProblem("prompt_markdown", problem.message, line=problem.line)
    for number, hint in enumerate(texts.hints, 1):
        for problem in render_text(hint).problems:
            yield ContentProblem("hints", problem.message, str(number), problem.line)
    for problem in render_text(texts.solution_markdown).problems:
        yield ContentProblem("solution_markdown", problem.message, line=problem.line)
    if sheet and (kind := ANSWERED.get(texts.kind)):
        lines = Document(texts.cases_toml)
        for path, text in sheets.passages(sheet, kind.markdown):
            for problem in render_text(text).problems:
                yield ContentProblem("cases_toml", problem.message, line=lines.line(*path) or 1)


def _locked(exercise: Exercise) -> Exercise:
    """The exercise's row as it is now; nobody else changes it until this transaction ends (SQLite: is alone anyway)."""
    rows = Exercise.objects.select_for_update(of=("self",)).select_related(
        "lesson__course", "draft", "published", "scheduled"
    )
    return rows.get(pk=exercise.pk)
