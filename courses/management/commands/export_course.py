"""manage.py export_course SLUG PATH: write a course into files (docs/authoring.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.exporting import ExportRefused, export_course
from courses.models import Course


class Command(BaseCommand):
    help = (
        "Write a course into a folder of files that load_course reads. The newest texts are written, drafts included."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the course")
        parser.add_argument("path", type=Path, help="the folder, which is named like the course")

    def handle(self, *, slug: str, path: Path, **options: Any) -> None:
        course = Course.objects.filter(slug=slug).first()
        if course is None:
            known = ", ".join(Course.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f'There is no course "{slug}"; there are: {known}.')
        try:
            written = export_course(course, path if path.name else path.resolve())
        except (ExportRefused, OSError) as error:
            raise CommandError(str(error)) from error
        for label in written:
            self.stdout.write(f"written: {label}")
        if not written:
            self.stdout.write(f"{slug}: the course's own files have everything already.")
