"""Reads a folder as a job: its files are the program, its job.toml says what to do with it (docs/sandbox.md)."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from sandbox.commands.guessing import framework_of, kind_of, probes_of
from sandbox.job import Burst, FunctionProbe, HttpProbe, Job, Limits, Probe, WidgetProbe, WidgetSweep

NAME = "job.toml"
MAX_FILES = 1000
_SKIPPED_FOLDERS = frozenset({"__pycache__", ".git", ".venv"})

_JOB_KEYS = {
    "kind": str,
    "framework": str,
    "entry": str,
    "input": str,
    "arguments": list,
    "limits": dict,
    "probes": list,
}
_REQUEST_KEYS = {"method": str, "path": str, "headers": dict, "body": str, "json": object}
_BURST_KEYS = {**_REQUEST_KEYS, "clients": int, "attempts": int}
_WIDGET_KEYS = {"widget_state": dict, "trigger": dict}
_FUNCTION_KEYS = {"function": str, "arguments": list, "keywords": dict}
_LIMIT_KEYS = {member.name: float if member.type is float else int for member in fields(Limits)}
_TYPE_NAMES = {str: "text", list: "an array", dict: "a table", float: "a number", int: "a whole number"}
_HEADER = re.compile(r"^\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}")


class BadJob(Exception):
    """The folder is no job; the message names the file, and the line where it is known."""


def read(folder: Path) -> Job:
    """The job that *folder* holds. Raises BadJob."""
    try:
        if not folder.is_dir():
            raise BadJob(f"{folder} is not a folder")
        files = _files(folder)
    except OSError as error:
        raise BadJob(f"{error.filename}: {error.strerror}") from error
    name = str(folder / NAME)
    text = files.pop(NAME, b"")
    try:
        table = tomllib.loads(text.decode())
    except UnicodeDecodeError as error:
        raise BadJob(f"{name}:{text[: error.start].count(10) + 1}: this is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        at = line[1] if line else text.count(b"\n") + 1  # "at end of document"
        raise BadJob(f"{name}:{at}: {error}") from error
    return _Reader(name, text.decode(), files).job(table)


def _files(folder: Path) -> dict[str, bytes]:
    """All regular files of *folder*, by their path in it."""
    found: dict[str, bytes] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _SKIPPED_FOLDERS)
        for name in sorted(names):
            path = Path(place, name)
            if path.is_symlink() or not path.is_file():
                raise BadJob(f"{path} is not a regular file")
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
            if len(found) > MAX_FILES:
                raise BadJob(f"{folder} has more than {MAX_FILES} files")
    return found


class _Reader:
    """Turns the tables of one job.toml into a job."""

    def __init__(self, name: str, text: str, files: Mapping[str, bytes]) -> None:
        self._name = name
        self._lines = text.splitlines()
        self._files = files

    def job(self, table: dict[str, Any]) -> Job:
        self._check(table, _JOB_KEYS, "")
        entry = table.get("entry", "main.py")
        if entry not in self._files:
            raise self._error(f"there is no file {entry!r}: name the one to start as `entry`", "entry", "")
        framework = table.get("framework") or framework_of(self._files[entry])
        kind = table.get("kind") or ("http" if "probes" in table else kind_of(self._files[entry], framework))
        wanted: dict[str, Any] = {
            "kind": kind,
            "framework": framework,
            "entry": entry,
            "files": self._files,
            "probes": self._probes(table["probes"]) if "probes" in table else probes_of(kind, framework),
            "limits": self._limits(table.get("limits", {})),
        }
        if "input" in table:
            wanted["input"] = table["input"].encode()
        if "arguments" in table:
            if not all(isinstance(argument, str) for argument in table["arguments"]):
                raise self._error("arguments must be an array of texts", "arguments", "")
            wanted["arguments"] = tuple(table["arguments"])
        try:
            return Job(**wanted)
        except (TypeError, ValueError) as error:
            raise BadJob(f"{self._name}: {error}") from error

    def _limits(self, table: dict[str, Any]) -> Limits:
        self._check(table, _LIMIT_KEYS, "limits")
        try:
            return Limits(**table)
        except ValueError as error:
            raise self._error(str(error), str(error).partition(" ")[0], "limits") from error

    def _probes(self, tables: list[Any]) -> list[Probe]:
        return [self._probe(table, number) for number, table in enumerate(tables)]

    def _probe(self, table: Any, number: int) -> Probe:
        """A request, a burst of them if it says how many clients, a call, or a change of a Streamlit app's widgets."""
        if not isinstance(table, dict):
            raise self._error("probes must be tables: write [[probes]]", "probes", "")
        try:
            if table.keys() & _WIDGET_KEYS.keys():
                self._check(table, _WIDGET_KEYS, "probes", number)
                return WidgetProbe(**table)
            if "each_option" in table:
                self._check(table, {"each_option": list}, "probes", number)
                return WidgetSweep(tuple(table["each_option"]))
            if "function" in table:
                self._check(table, _FUNCTION_KEYS, "probes", number)
                return FunctionProbe(**table)
            if table.keys() & {"clients", "attempts"}:
                self._check(table, _BURST_KEYS, "probes", number)
                several = {name: table[name] for name in ("clients", "attempts") if name in table}
                return Burst(self._request(table, number), **{"clients": 0, **several})
            self._check(table, _REQUEST_KEYS, "probes", number)
            return self._request(table, number)
        except (TypeError, ValueError) as error:
            raise self._error(str(error), "", "probes", number) from error

    def _request(self, table: dict[str, Any], number: int) -> HttpProbe:
        headers = table.get("headers", {})
        if not all(isinstance(value, str) for value in headers.values()):
            raise self._error("headers must be texts", "headers", "probes", number)
        if "json" in table and "body" in table:
            raise self._error("give either body or json", "json", "probes", number)
        body = table.get("body", "").encode()
        if "json" in table:
            body = json.dumps(table["json"]).encode()
            headers = {"Content-Type": "application/json", **headers}
        return HttpProbe(table.get("method", "GET"), table.get("path", "/"), tuple(headers.items()), body)

    def _check(self, table: dict[str, Any], known: Mapping[str, type], where: str, number: int = 0) -> None:
        """All keys of *table* are known, and their values are what they should be."""
        for key, value in table.items():
            if key not in known:
                inside = f" in {where}" if where else ""
                raise self._error(f"unknown key {key!r}{inside}; known: {', '.join(known)}", key, where, number)
            wanted = known[key]
            is_right = isinstance(value, int | float if wanted is float else wanted)
            if not is_right or (wanted in (int, float) and isinstance(value, bool)):
                raise self._error(f"{key} must be {_TYPE_NAMES[wanted]}, not {value!r}", key, where, number)

    def _error(self, message: str, key: str, where: str, number: int = 0) -> BadJob:
        line = self._line_of(key, where, number)
        return BadJob(f"{self._name}:{line}: {message}" if line else f"{self._name}: {message}")

    def _line_of(self, key: str, where: str, number: int) -> int:
        """The line, from 1, of *key* in the *number*-th table called *where*; else that of the table; else 0."""
        table, seen, found = "", -1, 0
        for line, text in enumerate(self._lines, 1):
            if header := _HEADER.match(text):
                table = header[1]
                seen += table == where
                if table == where and seen == number:
                    found = line
            elif table == where and (not where or seen == number) and re.match(rf'\s*"?{re.escape(key)}"?\s*=', text):
                return line
        return found
