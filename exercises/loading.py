"""The exercises of a course folder: families/ and exercises/, loaded and exported with the course (courses.loading)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from courses.exporting import write_text
from courses.loading import Loading, read_text
from courses.models import Course, Lesson
from courses.publishing import PublishRefused, content_hash, normalised_text
from courses.toml_tables import is_slug
from exercises.cases import CasesError, declared_params
from exercises.content import ContentProblem, InvalidContent
from exercises.exercise_files import DESCRIPTION, FOLDERS, TEXTS, ExerciseFiles, InvalidFiles, read_exercise
from exercises.files import MAX_FILE_BYTES
from exercises.models import Exercise, Family
from exercises.versions import (
    NotChecked,
    draft_content,
    members_of,
    publish_exercise,
    save_exercise_draft,
    text_problems,
)

NOTE = "Loaded from files"
FILES_OF_TEXTS = {"prompt": "prompt.md", "hints": DESCRIPTION, "cases": "cases.toml", "solution": "solution.md"}
IGNORED = "__pycache__"  # authors run their files


class ExercisesPart:
    """What this app keeps in a course folder."""

    def load(self, course: Course, folder: Path, loading: Loading) -> None:
        _Load(course, folder, loading).run()

    def export(self, course: Course, folder: Path) -> None:
        """Write the newest state of families and exercises; files of others in the two folders are deleted."""
        files = {f"families/{family.slug}.toml": family.cases_toml for family in course.families.all()}
        for exercise in Exercise.objects.filter(lesson__course=course).select_related("lesson", "draft__family"):
            if exercise.draft is not None:
                files |= {
                    f"exercises/{exercise.slug}/{path}": text for path, text in as_files(exercise).to_files().items()
                }
        for label, text in files.items():
            (folder / label).parent.mkdir(parents=True, exist_ok=True)
            write_text(folder / label, text)
        for parent in ("families", "exercises"):
            for path in sorted((folder / parent).rglob("*"), reverse=True):
                if path.is_dir() and not path.is_symlink():
                    if not any(path.iterdir()):
                        path.rmdir()
                elif path.relative_to(folder).as_posix() not in files:
                    path.unlink()


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

    def __init__(self, course: Course, folder: Path, loading: Loading) -> None:
        self.course = course
        self.folder = folder
        self.loading = loading
        self.lessons: Mapping[str, Lesson] = {lesson.slug: lesson for lesson in course.lessons.all()}
        # By slug, with the text that counts after this load; None when the file has mistakes.
        self.families: dict[str, Family | None] = {}
        self.reported: set[tuple[Path, int | None, str]] = set()

    def run(self) -> None:
        for slug, path in self._entries("families", suffix=".toml"):
            self._load_family(slug, path)
        for family in self.course.families.exclude(slug__in=self.families):
            self.loading.missing(f"families/{family.slug}.toml")
            self.families[family.slug] = family
        slugs = set()
        for slug, path in self._entries("exercises", suffix=""):
            slugs.add(slug)
            if (files := self._read(path)) is not None:
                self._load_exercise(slug, path, files)
        for exercise in Exercise.objects.filter(lesson__course=self.course).exclude(slug__in=slugs):
            self.loading.missing(f"exercises/{exercise.slug}")
        self._resolve_others(slugs)

    def _problem(self, path: Path, line: int | None, message: str) -> None:
        """Report a mistake once, however many exercises share the file."""
        if (path, line, message) not in self.reported:
            self.reported.add((path, line, message))
            self.loading.problem(path, line, message)

    def _entries(self, parent: str, *, suffix: str) -> Iterator[tuple[str, Path]]:
        """The slug and path of everything in a folder that is named as it should be."""
        folder = self.folder / parent
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            is_right_type = path.is_dir() if not suffix else path.is_file() and path.suffix == suffix
            if path.is_symlink() or not is_right_type or not is_slug(path.name.removesuffix(suffix)):
                self._problem(path, None, f"does not belong here: {parent} has {'folders' if not suffix else 'files'}"
                                          f" named <slug>{suffix}")  # fmt: skip
            else:
                yield path.name.removesuffix(suffix), path

    # Families

    def _load_family(self, slug: str, path: Path) -> None:
        """Bring one family in; its members come later, when all files are read."""
        self.families[slug] = None
        text = read_text(path, self.loading)
        if text is None:
            return
        text = normalised_text(text)
        try:
            declared_params(text)
        except CasesError as error:
            for line, message in error.problems:
                self._problem(path, line, message)
            return
        family = Family.objects.filter(slug=slug).first() or Family(slug=slug, course=self.course)
        if family.course_id != self.course.pk:
            self._problem(path, None, f"the course {family.course} has a family of this name already")
            return
        self.families[slug] = family
        before, hashed = family.cases_toml, _hash_of_family(text)
        if before != text:
            label = f"families/{path.name}"
            if family.pk and self.loading.keep_edited(label, _hash_of_family(before) != family.loaded_hash):
                return
            self.loading.changed(label, before, text)
        if before != text or family.loaded_hash != hashed:
            family.cases_toml, family.loaded_hash = text, hashed
            family.save()

    def _resolve_others(self, loaded: set[str]) -> None:
        """Resolve the cases again of members that this load did not write: they may use a family that it changed."""
        for family in self.families.values():
            for exercise in members_of(family) if family else ():
                if exercise.slug not in loaded:
                    self._resolve(exercise)

    def _resolve(self, exercise: Exercise) -> None:
        """Save the draft of *exercise* as it is, with the cases that its family has now."""
        content = draft_content(exercise)
        try:
            save_exercise_draft(exercise=exercise, content=content, note="Family changed")
        except InvalidContent as error:
            for problem in error.problems:
                path = self.folder / "exercises" / exercise.slug
                if content.family:
                    path = self.folder / "families" / f"{content.family.slug}.toml"
                self._problem(path, problem.line, f"{problem.message} (exercise {exercise.slug})")

    # Exercises

    def _read(self, folder: Path) -> ExerciseFiles | None:
        """What one exercise's folder says; None when that cannot be told, which is reported then."""
        texts = {}
        complete = True
        for path in sorted(folder.rglob("*")):
            if IGNORED in path.parts or (path.is_dir() and not path.is_symlink()):
                continue
            label = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                self._problem(path, None, "is no ordinary file")
            elif label not in (DESCRIPTION, *TEXTS) and label.partition("/")[0] not in FOLDERS:
                self._problem(path, None, "does not belong to an exercise")
            elif path.stat().st_size > MAX_FILE_BYTES:
                self._problem(path, None, f"is larger than {MAX_FILE_BYTES // 1024} KiB")
            elif (text := read_text(path, self.loading)) is not None:
                texts[label] = text
                continue
            complete = False
        if not complete:
            return None
        if DESCRIPTION not in texts:
            self._problem(folder / DESCRIPTION, None, "is missing")
            return None
        try:
            return read_exercise(texts, self.families)
        except InvalidFiles as error:
            for label, line, message in error.problems:
                self._problem(folder / label, line, message)
        return None

    def _load_exercise(self, slug: str, folder: Path, files: ExerciseFiles) -> None:
        lesson = self.lessons.get(files.lesson)
        problems = files.content.problems()
        for problem in problems:
            self._problem(*self._place(folder, files, problem))
        if lesson is None:
            line = files.lines.get("lesson")
            self._problem(folder / DESCRIPTION, line, f"the course has no lesson {files.lesson}")
        if lesson is None or problems:
            return
        exercise = Exercise.objects.filter(slug=slug).select_related("lesson", "draft__family", "published").first()
        if exercise is None:
            exercise = Exercise.objects.create(slug=slug, lesson=lesson, position=files.position)
        elif exercise.lesson.course_id != self.course.pk:
            self._problem(folder, None, f"the course {exercise.lesson.course} has an exercise of this name already")
            return
        if not self._write(exercise, lesson, files):
            return
        if not files.draft:
            for name, mistakes in text_problems(exercise).items():
                for mistake in mistakes:
                    line = files.lines.get("hints") if name == "hints" else mistake.line
                    self._problem(folder / FILES_OF_TEXTS[name], line, mistake.message)
            self._publish(exercise)

    def _write(self, exercise: Exercise, lesson: Lesson, files: ExerciseFiles) -> bool:
        """Make the exercise what its files say; False when it was edited here and stays as it is."""
        current = as_files(exercise) if exercise.draft else None
        if current is not None and current != files:
            label = f"exercises/{exercise.slug}"
            if self.loading.keep_edited(label, exercise.loaded_hash != hash_of(current)):
                self._resolve(exercise)
                return False
        save_exercise_draft(exercise=exercise, content=files.content, note=NOTE)
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
                    self.loading.changed(label, before.get(path, ""), after.get(path, ""))
        return True

    def _publish(self, exercise: Exercise) -> None:
        if self.loading.publish and exercise.draft_id != exercise.published_id:
            try:
                publish_exercise(exercise=exercise, check=not self.loading.is_checked)
            except NotChecked:
                self.loading.unchecked.append(f"exercises/{exercise.slug}")
                return
            except PublishRefused:
                return  # the mistakes of its texts are reported already
            self.loading.published(f"exercises/{exercise.slug}")

    def _place(self, folder: Path, files: ExerciseFiles, problem: ContentProblem) -> tuple[Path, int | None, str]:
        """The file, line and words of a mistake in the content."""
        if problem.field in FOLDERS:
            return folder / problem.field / problem.path, problem.line, problem.message
        for name, column in TEXTS.items():
            if problem.field == column:
                return folder / name, problem.line, problem.message
        if problem.field == "family" and problem.line and files.content.family:
            return self.folder / "families" / f"{files.content.family.slug}.toml", problem.line, problem.message
        return folder / DESCRIPTION, files.lines.get(problem.field), problem.message


def _hash_of_family(cases_toml: str) -> str:
    return content_hash({"cases_toml": cases_toml})
