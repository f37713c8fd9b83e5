"""The sandbox from a shell, without the site: `python -m sandbox COMMAND`."""

import importlib
import os
import sys

from sandbox.report import SandboxUnavailable

COMMANDS = {
    "doctor": "say which level of isolation this machine gives, and what to do about what is missing",
    "run": "run one file and show everything that was seen",
    "judge": "run a folder, as its job.toml says, and print the report",
    "attack": "list the attack programs, or run them and say which were held off",
    "bench": "measure how fast jobs run here",
    "supervise": "keep warm interpreters for the jobs of this machine, as the worker has it done",
}
USAGE_ERROR = 2
INTERRUPTED = 130  # as a shell reports SIGINT
READER_GONE = 141  # as a shell reports SIGPIPE


def main(arguments: list[str]) -> int:
    """Run a command and return its exit status.

    0: it went well; 1: it did not, or the sandbox is not available; 2: it was not called as it should be.
    """
    name = arguments[0] if arguments else ""
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"there is no command {name!r}\n\n{usage()}" if name else usage(), file=sys.stderr)
        return USAGE_ERROR
    # Not before it is needed: a command that is broken must not take the doctor with it.
    command = importlib.import_module(f"sandbox.commands.{name}")
    return int(command.main(arguments[1:]))


def usage() -> str:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {does}" for name, does in COMMANDS.items())
    return f"usage: python -m sandbox COMMAND [--help] ...\n\n{listed}"


def run(arguments: list[str]) -> int:
    """main(), with quiet ends for Ctrl-C and a reader that went away."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal need not speak UTF-8
    try:
        status = main(arguments)
        sys.stdout.flush()
    except SandboxUnavailable as error:
        print(f"the sandbox is not available: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Or Python would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    return status


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
