"""Tells from a program's text what it is. A guess, by its imports: the text is never compiled."""

import re

from sandbox.job import HttpProbe, Probe, WidgetProbe

# In the order in which they win where a file imports several: those that build on others come first.
FRAMEWORKS = (
    "streamlit",
    "dash",
    "gevent",
    "fastapi",
    "flask",
    "django",
    "pyramid",
    "aiohttp",
    "sanic",
    "tornado",
    "starlette",
)
NO_FRAMEWORK = "python"
_SERVERS = ("http.server", "socketserver", "wsgiref", "socket", "uvicorn", "waitress", "werkzeug")
_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w.][\w., \t]*))", re.MULTILINE)
_APP = re.compile(rb"^(?:app[ \t]*[:=]|(?:async[ \t]+)?def[ \t]+app\b|class[ \t]+app\b)", re.MULTILINE)


def imported(source: bytes) -> set[str]:
    """The modules that *source* seems to import, by their full names."""
    names: set[bytes] = set()
    for from_module, modules in _IMPORT.findall(source):
        parts = [from_module] if from_module else modules.split(b",")
        names.update(part.split()[0] for part in parts if part.split())
    return {name.decode(errors="replace") for name in names}


def framework_of(source: bytes) -> str:
    """The framework that *source* imports, or NO_FRAMEWORK."""
    packages = {name.partition(".")[0] for name in imported(source)}
    return next((name for name in FRAMEWORKS if name in packages), NO_FRAMEWORK)


def kind_of(source: bytes, framework: str) -> str:
    """Whether *source* looks like something that answers requests ("http"), or that runs and ends ("script")."""
    names = imported(source)
    serves = any(name == server or name.startswith(f"{server}.") for name in names for server in _SERVERS)
    return "http" if framework != NO_FRAMEWORK or serves or _APP.search(source) else "script"


def probes_of(kind: str, framework: str) -> list[Probe]:
    """What to ask a program about which nothing was said."""
    if kind != "http":
        return []
    return [WidgetProbe()] if framework == "streamlit" else [HttpProbe("GET", "/")]
