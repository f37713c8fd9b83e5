"""Run a folder as a job and print the report. Its files are the program; job.toml, if there is one, says the rest."""

import argparse
import json
from pathlib import Path

from sandbox.commands import showing
from sandbox.commands.job_file import BadJob, read
from sandbox.commands.options import add_level, add_start
from sandbox.judging import judge


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox judge", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    add_level(parser)
    add_start(parser)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    try:
        job = read(options.folder)
    except BadJob as error:
        parser.exit(2, f"{showing.harmless(str(error))}\n")
    report = judge(job, warm=options.warm)
    print(json.dumps(showing.as_json(report), indent=2) if options.json else "\n".join(showing.lines(job, report)))
    return 0
