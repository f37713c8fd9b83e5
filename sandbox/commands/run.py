"""Run one file and show everything that was seen: how it ended, what it answered, what it printed, what it used."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.commands import showing
from sandbox.commands.guessing import framework_of, kind_of, probes_of
from sandbox.commands.options import add_level, add_start
from sandbox.job import MIB, HttpProbe, Job, Limits
from sandbox.judging import judge


def main(arguments: list[str]) -> int:
    parser, options = _parsed(arguments)
    try:
        source = options.file.read_bytes()
        given = b"" if options.input is None else options.input.read_bytes()
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    try:
        job = _job(source, given, options)
    except ValueError as error:
        parser.error(str(error))
    report = judge(job, warm=options.warm)
    if options.json:
        print(json.dumps(showing.as_json(report), indent=2))
    else:
        print("\n".join(showing.lines(job, report)))
    return 0


def _job(source: bytes, given: bytes, options: argparse.Namespace) -> Job:
    framework = options.framework or framework_of(source)
    kind = options.kind or ("http" if options.requests else kind_of(source, framework))
    probes = [HttpProbe(**request) for request in options.requests] or probes_of(kind, framework)
    wanted: dict[str, Any] = {
        "kind": kind,
        "framework": framework,
        "files": {"main.py": source},
        "probes": probes,
        "limits": Limits(**{name: value for name, value in _limits(options) if value is not None}),
        "input": given,
        "arguments": tuple(options.arguments),
    }
    return Job(**wanted)


def _limits(options: argparse.Namespace) -> list[tuple[str, Any]]:
    return [
        ("wall_seconds", options.wall),
        ("cpu_seconds", options.cpu),
        ("memory_bytes", None if options.memory is None else options.memory * MIB),
        ("processes", options.processes),
    ]


class _Request(argparse.Action):
    """Collects requests in their order; --header and --body belong to the request before them."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        requests: list[dict[str, Any]] = list(namespace.requests)
        namespace.requests = requests
        if self.dest == "get":
            requests.append({"method": "GET", "path": values})
        elif self.dest == "request":
            requests.append({"method": values[0], "path": values[1]})
        elif not requests:
            parser.error(f"{option_string} belongs to a request: put it after --get or --request")
        elif self.dest == "body":
            requests[-1]["body"] = values.encode(errors="surrogateescape")
        else:
            name, colon, value = values.partition(":")
            if not colon:
                parser.error(f'a header is "Name: value", not {values!r}')
            requests[-1]["headers"] = (*requests[-1].get("headers", ()), (name, value.strip()))


def _parsed(arguments: Sequence[str]) -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    arguments = list(arguments)
    for_program: list[str] = []
    if "--" in arguments:
        split = arguments.index("--")
        arguments, for_program = arguments[:split], arguments[split + 1 :]
    parser = argparse.ArgumentParser(
        prog="python -m sandbox run", usage="%(prog)s FILE [options] [-- ARGUMENTS]", description=__doc__
    )
    parser.set_defaults(requests=[], arguments=for_program)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--framework", metavar="NAME", help="told from the imports if it is not given")
    parser.add_argument("--kind", choices=["http", "script"], help="told from the file if it is not given")
    parser.add_argument("--get", metavar="PATH", action=_Request, help="send a GET; may be repeated")
    parser.add_argument("--request", nargs=2, metavar=("METHOD", "PATH"), action=_Request, help="send any request")
    parser.add_argument("--header", metavar='"NAME: VALUE"', action=_Request, help="of the request before it")
    parser.add_argument("--body", metavar="TEXT", action=_Request, help="of the request before it")
    parser.add_argument("--input", type=Path, metavar="PATH", help="a file that a script finds on its stdin")
    limits = parser.add_argument_group("limits")
    limits.add_argument("--wall", type=float, metavar="SECONDS")
    limits.add_argument("--cpu", type=float, metavar="SECONDS")
    limits.add_argument("--memory", type=int, metavar="MIB")
    limits.add_argument("--processes", type=int, metavar="N")
    add_level(parser)
    add_start(parser)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser, parser.parse_args(arguments)
