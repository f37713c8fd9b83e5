"""A check of an exercise in this process, for commands: without a queue, and with an answer at once. Worker side."""

from dataclasses import asdict

from exercises.checking import programs_of, record_check
from exercises.judging import judge_files
from exercises.models import ExerciseCheck, ExerciseVersion


def check_here(version: ExerciseVersion) -> ExerciseCheck:
    """Run the version's own files in the sandbox, a few seconds, and remember what came of it.

    Raises JudgingPostponed when the sandbox is down; nothing is remembered then.
    """
    programs = ExerciseCheck(version=version)
    results = {
        (program, seed): asdict(judge_files(version, programs.files_of(program), seed))
        for program, seed in programs_of(version)
    }
    return record_check(version=version, results=results)
