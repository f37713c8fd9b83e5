"""The sandbox from a shell: `python -m sandbox doctor`, `python -m sandbox run FILE --get /path`."""

import argparse
import sys
from pathlib import Path

from sandbox import HttpProbe, Job, SandboxUnavailable, judge, verify


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="run a trial job and say which level of isolation this machine gives")
    run = commands.add_parser("run", help="run one file and show everything that was seen")
    run.add_argument("file", type=Path)
    run.add_argument("--framework", default="flask", help="whose memory baseline is subtracted (default: %(default)s)")
    run.add_argument("--get", metavar="PATH", action="append", default=[], help="a request to send; may be repeated")
    options = parser.parse_args()
    try:
        if options.command == "doctor":
            print(f"the sandbox works, level: {verify()}")
        else:
            show(options.file, options.framework, options.get or ["/"])
    except SandboxUnavailable as error:
        print(f"the sandbox is not available: {error}", file=sys.stderr)
        return 1
    return 0


def show(file: Path, framework: str, paths: list[str]) -> None:
    probes = [HttpProbe("GET", path) for path in paths]
    report = judge(Job(kind="http", framework=framework, files={"main.py": file.read_bytes()}, probes=probes))
    print(f"{report.ending} ({report.level}) {report.usage}")
    if report.detail.reason or report.detail.signal:
        print(report.detail)
    for probe, observation in zip(probes, report.observations, strict=False):
        print(f"GET {probe.path}: {observation}")
    for name, stream in (("stdout", report.stdout), ("stderr", report.stderr)):
        if stream:
            print(f"--- {name}\n{stream.decode(errors='backslashreplace')}")


if __name__ == "__main__":
    sys.exit(main())
