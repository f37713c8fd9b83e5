"""Options that several commands have."""

import argparse
import os
from typing import Any

from sandbox.level import Level


class _SetLevel(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        os.environ["SANDBOX_LEVEL"] = values


def add_level(parser: argparse.ArgumentParser) -> None:
    help_text = "refuse any other level of isolation than this one (the default is the best)"
    parser.add_argument("--level", choices=[str(level) for level in Level], action=_SetLevel, help=help_text)


def add_start(parser: argparse.ArgumentParser) -> None:
    help_text = "start an interpreter for this job alone, even if a warm one is ready"
    parser.add_argument("--cold", dest="warm", action="store_false", help=help_text)
