"""manage.py load_course PATH: load a course from files (docs/authoring.md)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import pluralize

from courses.loading import ContentError, Loading, load_course
from courses.models import Course
from courses.outline import store_outline


def is_shipped(folder: Path) -> bool:
    """Whether it is a course of ours: CI has run every exercise of these, so that `make run` need not."""
    return folder.resolve().is_relative_to(settings.BASE_DIR / "courses" / "content")


class Command(BaseCommand):
    help = (
        "Load a course from a folder of files. Texts that were edited in the admin since the last load are kept and "
        "named; a mistake in any file stops the load before anything is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the course's folder; its name is the course's slug")
        parser.add_argument("--force", action="store_true", help="overwrite what was edited in the admin, too")
        parser.add_argument("--publish", action="store_true", help="publish everything that is not marked as a draft")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")

    def handle(self, *, path: Path, force: bool, publish: bool, dry_run: bool, **options: Any) -> None:
        # The folder's own name counts, also when the path ends in "." or is a link.
        folder = path if path.name else path.resolve()
        if folder.is_file():
            raise CommandError(
                f"{folder} is a file; this command takes the folder of a course. A .zip archive is loaded in the "
                "admin: Load from files, above the list of courses."
            )
        try:
            loading = load_course(folder, force=force, publish=publish, is_checked=is_shipped(folder), dry_run=dry_run)
        except ContentError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            count = len(error.problems)
            mistakes = f"{count} mistake{pluralize(count)}"
            raise CommandError(f"{folder.name}: {mistakes} in the files; nothing was loaded.") from error
        for pk in Course.objects.filter(slug=folder.name).values_list("pk", flat=True):
            store_outline(pk)  # which an earlier version of the site did not keep
        if options["verbosity"] or dry_run:
            self.report_files(loading, dry_run=dry_run)
        self.report(folder.name, loading, dry_run=dry_run)

    def report_files(self, loading: Loading, *, dry_run: bool) -> None:
        """A line, or in a dry run a diff, for each file."""
        for change in loading.changes:
            if dry_run:
                for line in change.diff():
                    self.stdout.write(line, ending="")
            else:
                did = "new" if change.before is None else "removed" if change.after is None else "changed"
                self.stdout.write(f"{did}: {change.label}")
        for label in loading.published_now:
            self.stdout.write(f"{'would publish' if dry_run else 'published'}: {label}")
        for label in loading.only_here:
            self.stdout.write(f"not in the files, left as it is: {label}")

    def report(self, course: str, loading: Loading, *, dry_run: bool) -> None:
        """What holds for the course as a whole; said at every verbosity."""
        for label in loading.overwritten:
            self.stderr.write(self.style.WARNING(f"OVERWRITTEN: what was edited in the admin of {label}."))
        for label in loading.kept:
            self.stderr.write(
                self.style.WARNING(
                    f"KEPT: {label} was edited in the admin since the last load and was not overwritten."
                )
            )
        if loading.kept:
            self.stderr.write(
                self.style.WARNING(
                    f"To take those edits into the files: manage.py export_course {course} PATH. "
                    "To overwrite them: load_course --force."
                )
            )
        for label in loading.unchecked:
            slug = label.rpartition("/")[2]
            self.stderr.write(
                self.style.WARNING(
                    f"NOT PUBLISHED: the sandbox has not shown that {label} is sound as it is now. "
                    f"Run manage.py check_exercises {slug}, then load_course --publish again."
                )
            )
        for problem in loading.unfinished:
            self.stderr.write(self.style.WARNING(f"DRAFT: {problem}"))
        if loading.waits_for_lesson:
            text = "NOT PUBLISHED: the course, as long as no lesson of it is published."
            self.stderr.write(self.style.WARNING(text))
        if loading.is_unchanged:
            self.stdout.write(f"{course}: nothing changed.")
        elif dry_run:
            self.stdout.write(f"{course}: this was a dry run; nothing was changed.")
        else:
            files, texts = len(loading.changes), len(loading.published_now)
            counts = f"{files} file{pluralize(files)} loaded, {texts} text{pluralize(texts)} published"
            self.stdout.write(f"{course}: {counts}.")
