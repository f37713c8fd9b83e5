"""manage.py check_exercises: run the publish gate for exercises."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from exercises.check_results import program_results
from exercises.checking_here import check_here
from exercises.judging import JudgingPostponed
from exercises.models import Exercise, ExerciseCheck, ExerciseVersion
from exercises.versions import TEXTS, as_line, problems_of_draft

WRONG, UNAVAILABLE = 1, 2  # exit codes


class Command(BaseCommand):
    help = (
        "Run each exercise's own files in the sandbox: the reference must pass, the starter must run and not pass, and "
        "each wrong file must fail at the case it names. Exit code 1: one does not; 2: there is no sandbox."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="exercises to check; without any, all of them")

    def handle(self, *args: Any, slugs: list[str], **options: Any) -> None:
        wrong = 0
        exercises = self._exercises(slugs)
        for exercise, draft in exercises:
            try:
                check = check_here(draft)
            except JudgingPostponed as error:
                self.stderr.write(self.style.ERROR(f"The sandbox is not available: {error}"))
                sys.exit(UNAVAILABLE)
            wrong += check.status != ExerciseCheck.Status.PASSED
            for line in self._table(exercise, check):
                self.stdout.write(line)
        count = f"{len(exercises)} exercise{pluralize(exercises)}"
        if wrong:
            self.stderr.write(self.style.ERROR(f"{wrong} of {count} cannot be published."))
            sys.exit(WRONG)
        self.stdout.write(self.style.SUCCESS(f"{count} {pluralize(exercises, 'is,are')} sound."))

    def _exercises(self, slugs: list[str]) -> list[tuple[Exercise, ExerciseVersion]]:
        related = ("draft__family", "lesson__course")
        found = Exercise.objects.filter(draft__isnull=False).select_related(*related).order_by("slug")
        if slugs:
            found = found.filter(slug__in=slugs)
        if missing := sorted(set(slugs) - {exercise.slug for exercise in found}):
            raise CommandError(f"There is no exercise {', '.join(missing)}, or it has no content yet.")
        return [(exercise, exercise.draft) for exercise in found if exercise.draft]

    def _table(self, exercise: Exercise, check: ExerciseCheck) -> Iterator[str]:
        """One line a program: what it was, whether it did as it should, what came of it."""
        yield self.style.MIGRATE_HEADING(exercise.slug)
        programs = program_results(check)
        if not check.version.is_complete:
            for problem in problems_of_draft(exercise):
                yield f"  {self.style.ERROR('wrong')}  {TEXTS[problem.field].name}  {as_line(problem)}"
        elif not programs:
            yield "  ok     cases.toml  has nothing to run"
        width = max((len(program.program) for program in programs), default=0)
        for program in programs:
            mark = self.style.ERROR("wrong") if program.problem else "ok   "
            yield f"  {mark}  {program.program:{width}}  {program.problem or program.brief}"
