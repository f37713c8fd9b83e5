"""The exercises of a course's files: families/ and exercises/, loaded and exported with it (courses.loading)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from django.utils.translation import gettext

from courses.loading import Loading, read_text
from courses.models import Course, Lesson, Noted
from courses.publishing import PublishRefused, content_hash, lesson_names, normalised_text
from courses.snapshots import former_names, with_present_names
from courses.toml_tables import is_slug
from exercises.addresses import exercise_at
from exercises.cases import CasesError, check_alone
from exercises.content import ContentProblem
from exercises.exercise_files import DESCRIPTION, FOLDERS, TEXTS, ExerciseFiles, InvalidFiles, read_exercise
from exercises.models import Exercise, Family
from exercises.versions import (
    InvalidFamily,
    NotChecked,
    as_line,
    check_storable,
    draft_content,
    hash_of_cases,
    members_of,
    problems_of_draft,
    publish_exercise,
    save_exercise_draft,
)


class ExercisesPart:
    """What this app keeps in a course folder."""

    names = frozenset({"families", "exercises"})

    def load(self, course: Course, loading: Loading) -> None:
        _Load(course, loading).run()

    def export(self, course: Course) -> dict[str, bytes]:
        """The newest state of families and exercises."""
        files = {f"families/{family.slug}.toml": family.cases_toml for family in course.families.all()}
        for exercise in Exercise.objects.filter(lesson__course=course).select_related(
            "lesson__course", "draft__family"
        ):
            if exercise.draft is not None:
                exported = as_files(exercise)
                if not exported.draft and problems_of_draft(exercise):
                    exported = replace(exported, draft=True)  # or it could not be loaded again
                files |= {f"exercises/{exercise.slug}/{path}": text for path, text in exported.to_files().items()}
        return {label: text.encode() for label, text in files.items()}


def as_files(exercise: Exercise) -> ExerciseFiles:
    """The exercise's newest state as its files would say it. ValueError when it has no content yet."""
    return ExerciseFiles(
        lesson=exercise.lesson.slug,
        position=exercise.position,
        draft=exercise.held_back,
        content=draft_content(exercise).normalised(),
    )


def hash_of(files: ExerciseFiles) -> str:
    return content_hash(
        {
            "content": files.content.author_hash,
            "lesson": files.lesson,
            "position": files.position,
            "draft": files.draft,
        }
    )


class _Load:
    """One load of one course."""

    def __init__(self, course: Course, loading: Loading) -> None:
        self.course = course
        self.loading = loading
        lessons = {lesson.slug: lesson for lesson in course.lessons.all()}
        # Also by names that they had: files may be older than a change of slugs in the admin.
        self.lessons: Mapping[str, Lesson] = {name: lessons[slug] for name, slug in lesson_names(course).items()}
        self.former_names = former_names(course)
        # By slug, with the text that counts after this load; None when the file has mistakes.
        self.families: dict[str, Family | None] = {}
        self.reported: set[tuple[str, int | None, str]] = set()

    def run(self) -> None:
        for name in self.loading.below("families"):
            if (slug := name.removesuffix(".toml")) != name and is_slug(slug):
                self._load_family(slug, f"families/{name}")
            else:
                message = gettext("does not belong here: families has files named <slug>.toml")
                self._problem(f"families/{name}", None, message)
        for family in self.course.families.exclude(slug__in=self.families):
            self.loading.missing(f"families/{family.slug}.toml")
            self.families[family.slug] = family
        slugs = set()
        for slug, paths in self._folders():
            present = exercise_at(slug)
            slugs.add(present.slug if present else slug)
            if (files := self._read(f"exercises/{slug}", paths)) is not None:
                self._load_exercise(slug, f"exercises/{slug}", files)
        for exercise in Exercise.objects.filter(lesson__course=self.course).exclude(slug__in=slugs):
            self.loading.missing(f"exercises/{exercise.slug}")
        self._resolve_others(slugs)

    def _problem(self, label: str, line: int | None, message: str) -> None:
        """Report a mistake once, however many exercises share the file."""
        if (label, line, message) not in self.reported:
            self.reported.add((label, line, message))
            self.loading.problem(label, line, message)

    def _folders(self) -> Iterator[tuple[str, list[str]]]:
        """The exercises in the order of their slugs, each with the paths of its files in its folder."""
        folders: dict[str, list[str]] = {}
        for name in self.loading.below("exercises"):
            slug, slash, path = name.partition("/")
            if slash and is_slug(slug):
                folders.setdefault(slug, []).append(path)
            else:
                message = gettext("does not belong here: exercises has folders named <slug>")
                self._problem(f"exercises/{slug}", None, message)
        yield from sorted(folders.items())

    # Families

    def _load_family(self, slug: str, label: str) -> None:
        """Bring one family in; its members come later, when all files are read."""
        self.families[slug] = None
        text = read_text(label, self.loading)
        if text is None:
            return
        text = normalised_text(text)
        try:
            check_storable(Family(cases_toml=text))
        except InvalidFamily as refusal:
            self._problem(label, None, str(refusal))
            return
        family = Family.objects.filter(slug=slug).first() or Family(slug=slug, course=self.course)
        if family.course_id != self.course.pk:
            message = gettext("the course %(course)s has a family of this name already") % {"course": family.course}
            self._problem(label, None, message)
            return
        self.families[slug] = family
        before, hashed = family.cases_toml, hash_of_cases(Family(cases_toml=text))
        if before != text:
            if family.pk and self.loading.keep_edited(
                label, hash_of_cases(Family(cases_toml=before)) != family.loaded_hash
            ):
                return
            self.loading.changed(label, before if family.pk else None, text)
        if before != text or family.loaded_hash != hashed:
            family.cases_toml, family.loaded_hash = text, hashed
            family.save()

    def _resolve_others(self, loaded: set[str]) -> None:
        """Resolve the cases again of members that this load did not write: they may use a family that it changed.

        A family without members keeps nothing from being published: its mistakes are told, and it is loaded.
        """
        for family in filter(None, self.families.values()):
            members = members_of(family)
            if not members:
                try:
                    check_alone(family.cases_toml)
                except CasesError as error:
                    for line, message in error.problems:
                        self.loading.unfinished_at(f"families/{family.slug}.toml", line, message)
            for exercise in members:
                if exercise.slug not in loaded:
                    self._resolve(exercise)

    def _resolve(self, exercise: Exercise) -> None:
        """Save the draft of *exercise* as it is, with the cases that its family has now; it must not suffer by them."""
        content, before = draft_content(exercise), exercise.draft
        save_exercise_draft(exercise=exercise, content=content, author=self.loading.author, origin=Noted.Origin.FAMILY)
        if before is not None and before.is_complete:
            for problem in content.mistakes():
                label = f"exercises/{exercise.slug}"
                if content.family:
                    label = f"families/{content.family.slug}.toml"
                message = gettext("%(message)s (exercise %(slug)s)")
                self._problem(label, problem.line, message % {"message": problem.message, "slug": exercise.slug})

    # Exercises

    def _read(self, folder: str, paths: Iterable[str]) -> ExerciseFiles | None:
        """What one exercise's folder says; None when that cannot be told, which is reported then."""
        texts = {}
        complete = True
        for path in paths:
            label = f"{folder}/{path}"
            if path not in (DESCRIPTION, *TEXTS) and path.partition("/")[0] not in FOLDERS:
                self._problem(label, None, gettext("does not belong to an exercise"))
            elif (text := read_text(label, self.loading)) is not None:
                texts[path] = text
                continue
            complete = False
        if not complete:
            return None
        if DESCRIPTION not in texts:
            self._problem(f"{folder}/{DESCRIPTION}", None, gettext("is missing"))
            return None
        try:
            return read_exercise(texts, self.families)
        except InvalidFiles as error:
            for path, line, message in error.problems:
                self._problem(f"{folder}/{path}", line, message)
        return None

    def _load_exercise(self, slug: str, folder: str, files: ExerciseFiles) -> None:
        lesson = self.lessons.get(files.lesson)
        problems = files.content.refusals() if files.draft else files.content.problems()
        for problem in problems:
            self._problem(*self._place(folder, files, problem))
        if lesson is None:
            line = files.lines.get("lesson")
            message = gettext("the course has no lesson %(slug)s") % {"slug": files.lesson}
            self._problem(f"{folder}/{DESCRIPTION}", line, message)
        if lesson is None or problems:
            return
        files = replace(files, lesson=lesson.slug)
        present = exercise_at(slug)  # which may have another slug by now
        known = Exercise.objects.select_related("lesson", "draft__family", "published")
        exercise = known.get(pk=present.pk) if present else None
        if exercise is None:
            exercise = Exercise.objects.create(slug=slug, lesson=lesson, position=files.position)
        elif exercise.lesson.course_id != self.course.pk:
            message = gettext("the course %(course)s has an exercise of this name already")
            self._problem(folder, None, message % {"course": exercise.lesson.course})
            return
        if not self._write(exercise, lesson, files):
            return
        report = self.loading.unfinished_at if files.draft else self._problem
        for problem in problems_of_draft(exercise):
            if problem.field == "hints":
                problem = problem._replace(message=as_line(problem).message)
            report(*self._place(folder, files, problem))
        if not files.draft:
            self._publish(exercise)

    def _present(self, files: ExerciseFiles) -> dict[str, str]:
        """The files, with links to lessons by their present slugs."""
        return {path: with_present_names(text, self.former_names) for path, text in files.to_files().items()}

    def _write(self, exercise: Exercise, lesson: Lesson, files: ExerciseFiles) -> bool:
        """Make the exercise what its files say; False when it was edited here and stays as it is."""
        current = as_files(exercise) if exercise.draft else None
        if current is not None and current != files and self._present(current) == self._present(files):
            files = current  # an export has links with the present names, where a text may still have former ones
        if current is not None and current != files:
            label = f"exercises/{exercise.slug}"
            if self.loading.keep_edited(label, exercise.loaded_hash != hash_of(current)):
                self._resolve(exercise)
                return False
        save_exercise_draft(
            exercise=exercise, content=files.content, author=self.loading.author, origin=Noted.Origin.LOADED
        )
        wanted = {
            "lesson_id": lesson.pk,
            "position": files.position,
            "held_back": files.draft,
            "loaded_hash": hash_of(files),
        }
        different = {name: value for name, value in wanted.items() if getattr(exercise, name) != value}
        for name, value in different.items():
            setattr(exercise, name, value)
        if different:
            exercise.save(update_fields=list(different))
        if current != files:
            before, after = current.to_files() if current else {}, files.to_files()
            for path in sorted(before.keys() | after.keys()):
                if before.get(path) != after.get(path):
                    label = f"exercises/{exercise.slug}/{path}"
                    self.loading.changed(label, before.get(path), after.get(path))
        return True

    def _publish(self, exercise: Exercise) -> None:
        is_newer = exercise.draft_id not in (exercise.published_id, exercise.scheduled_id)
        if self.loading.publish and is_newer and exercise.archived_at is None:
            try:
                at = exercise.scheduled_at or exercise.published_at  # what is scheduled stays so
                publish_exercise(exercise=exercise, at=at, check=not self.loading.is_checked)
            except NotChecked:
                self.loading.unchecked.append(f"exercises/{exercise.slug}")
                return
            except PublishRefused:
                return  # the mistakes of its texts are reported already
            self.loading.published(f"exercises/{exercise.slug}")

    def _place(self, folder: str, files: ExerciseFiles, problem: ContentProblem) -> tuple[str, int | None, str]:
        """The file, line and words of a mistake in the content."""
        if problem.field in FOLDERS:
            label = f"{folder}/{problem.field}/{problem.path}".removesuffix("/")
            return label, problem.line, problem.message
        for name, column in TEXTS.items():
            if problem.field == column:
                return f"{folder}/{name}", problem.line, problem.message
        if problem.field == "family" and problem.line and files.content.family:
            return f"families/{files.content.family.slug}.toml", problem.line, problem.message
        return f"{folder}/{DESCRIPTION}", files.lines.get(problem.field), problem.message
