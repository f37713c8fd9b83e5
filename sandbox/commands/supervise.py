"""Keep warm interpreters for the jobs of this machine, as the worker has it done. Ends with Ctrl-C."""

from sandbox import supervision, supervisor


def main(arguments: list[str]) -> int:
    return supervisor.main(arguments or [str(supervision.socket_path())])
