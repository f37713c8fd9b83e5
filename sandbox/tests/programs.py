"""Small jobs for tests."""

from pathlib import Path

from sandbox import HttpProbe, Job, Limits

APPS = Path(__file__).parent / "apps"
SCRIPTS = Path(__file__).parent / "scripts"
FRAMEWORKS = sorted(path.stem for path in APPS.glob("*.py"))


def job(source, *paths, framework="flask", files=None, **limits):
    """One file, and a GET for each of *paths* (one for "/" if there are none)."""
    return Job(
        kind="http",
        framework=framework,
        files={"main.py": source.encode() if isinstance(source, str) else source, **(files or {})},
        probes=[HttpProbe("GET", path) for path in paths or ("/",)],
        limits=Limits(**limits),
    )


def app_job(framework, *paths, **limits):
    """The app of *framework* in tests/apps: / answers {"message": "hello"}, /boom raises KeyError("lost")."""
    return job((APPS / f"{framework}.py").read_text(), *paths, framework=framework, **limits)
