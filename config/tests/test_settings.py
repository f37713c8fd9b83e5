"""Settings are read from the environment, and the page that describes them is complete."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.database import database
from config.social import social_providers
from config.tests.everything import PRODUCTION
from sandbox import supervisor
from sandbox.jail import DEFAULT_SANDBOX_UID

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_environment_variable_is_documented():
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "config/settings.py").read_text()))
    for source in (ROOT / "sandbox").glob("*.py"):
        read |= set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"(?!\] =)', source.read_text()))
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/settings.md").read_text(), re.M))

    assert read - {"PATH", "HOME"} == documented


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (lambda: env.flag("X", default=True), "", True),
        (lambda: env.flag("X", default=True), "off", False),
        (lambda: env.flag("X", default=False), "YES", True),
        (lambda: env.integer("X", 5, at_least=1, at_most=9), "9", 9),
        (lambda: env.words("X"), " a, b ,,", ["a", "b"]),
        (lambda: env.choice("X", ["a", "b"], "a"), "b", "b"),
        (lambda: env.rate("X", "30/min"), "1000/s", "1000/s"),
        (lambda: env.text("X", "default"), "  ", "default"),
    ],
)
def test_reader_returns_the_typed_value(monkeypatch, reader, value, expected):
    monkeypatch.setenv("X", value)

    assert reader() == expected


@pytest.mark.parametrize(
    ("reader", "value", "message"),
    [
        (lambda: env.flag("X", default=True), "maybe", "X is 'maybe'; use on or off."),
        (lambda: env.integer("X", 5), "five", "X is 'five'; it must be a whole number."),
        (lambda: env.integer("X", 5, at_most=9), "10", "X is 10; it must lie between 0 and 9."),
        (lambda: env.choice("X", ["a", "b"], "a"), "c", "X is 'c'; use one of: a, b."),
        (lambda: env.rate("X", "1/s"), "0/min", "X is '0/min'; write it like 30/min (s, min, hour or day)."),
        (lambda: env.text("X", env.REQUIRED), "", "X must be set; docs/settings.md says what it is for."),
        (lambda: env.email("pop3://x"), "", "EMAIL_URL must be console: or smtp(s)://user:password@host:port"),
    ],
)
def test_reader_says_what_is_wrong(monkeypatch, reader, value, message):
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured) as error:
        reader()

    assert str(error.value) == message


def test_secret_is_read_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))

    assert env.secret("X") == "s3cret"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////srv/site.sqlite3", {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/site.sqlite3"}),
        ("sqlite:///data/site.sqlite3", {"NAME": "/base/data/site.sqlite3"}),
        (
            "postgres://ana:p%40ss@db:5433/site?sslmode=require",
            {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "site",
                "USER": "ana",
                "PASSWORD": "p@ss",
                "HOST": "db",
                "PORT": "5433",
                "OPTIONS": {"sslmode": "require"},
            },
        ),
    ],
)
def test_database_url_is_read(url, expected):
    result = database(url, base=Path("/base"))

    assert {key: result[key] for key in expected} == expected


@pytest.mark.parametrize("url", ["mysql://db/site", "sqlite://", "postgres://db", "nonsense"])
def test_database_url_that_cannot_be_used_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like"):
        database(url, base=Path("/base"))


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of its own."""
    program = "import django; django.setup(); from django.conf import settings; print(settings.SECRET_KEY)"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("SECRET_KEY", "SECRET_KEY must be set"),
        ("SITE_URL", "SITE_URL must be set"),
        ("REDIS_URL", "REDIS_URL must be set"),
    ],
)
def test_production_refuses_to_start_without(missing, said, tmp_path):
    complete = start(**PRODUCTION, VAR_DIR=str(tmp_path))
    incomplete = start(**{name: value for name, value in PRODUCTION.items() if name != missing}, VAR_DIR=str(tmp_path))

    assert (complete.returncode, complete.stdout.strip()) == (0, PRODUCTION["SECRET_KEY"])
    assert incomplete.returncode == 1
    assert said in incomplete.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SANDBOX_ZYGOTE_JOBS", "0", "SANDBOX_ZYGOTE_JOBS is 0; it must lie between 1 and 1000000."),
        ("SANDBOX_LEVEL", "half", "SANDBOX_LEVEL is 'half'; use one of: full, rootless."),
        ("SANDBOX_UID", "12", "SANDBOX_UID is 12; it must lie between 1000 and 4294967294."),
        (
            "TRUSTED_PROXIES",
            "127.0.0.1,proxy",
            "TRUSTED_PROXIES: 'proxy' does not appear to be an IPv4 or IPv6 network",
        ),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "TRUSTED_PROXIES: 10.0.0.1/8 has host bits set"),
        ("REDIS_URL", "http://broker", "REDIS_URL cannot be used; write it like redis://user:password@host:6379/0"),
        ("REDIS_URL", "redis://:top/secret@broker:6379", "REDIS_URL cannot be used; write it like redis://user"),
        ("VAR_DIR", "/proc/nothing", "VAR_DIR: the folder /proc/nothing cannot be made: No such file or directory."),
    ],
)
def test_value_that_cannot_be_used_stops_make_run_with_one_sentence(tmp_path, name, value, said):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), name: value}

    result = subprocess.run(
        [sys.executable, "-m", "config.serve"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Fieldguide cannot start: {said}")
    assert result.stderr.count("\n") == 1
    assert "top" not in result.stderr


def test_defaults_of_the_sandbox_are_its_own(settings):
    assert (settings.SANDBOX_ZYGOTE_MEMORY, settings.SANDBOX_ZYGOTE_JOBS, settings.SANDBOX_UID) == (
        supervisor.DEFAULT_MEMORY_MIB,
        supervisor.DEFAULT_JOBS,
        DEFAULT_SANDBOX_UID,
    )
    assert settings.SANDBOX_LEVEL == ""


def test_secret_is_made_once_and_kept_private(tmp_path):
    first, second = (start(VAR_DIR=str(tmp_path / "new")) for _ in range(2))

    assert len(first.stdout.strip()) > 60
    assert first.stdout == second.stdout
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o777 == 0o600


KEYS = {
    "github": ("", ""),
    "gitlab": ("", ""),
    "gitlab_url": "https://gitlab.com",
    "google": ("", ""),
    "oidc": ("", ""),
    "oidc_url": "",
    "oidc_name": "School",
}


@pytest.mark.parametrize(
    ("given", "providers"),
    [
        ({}, []),
        ({"github": ("id", "secret")}, ["github"]),
        ({"gitlab": ("id", "secret"), "google": ("id", "secret")}, ["gitlab", "google"]),
        ({"oidc": ("id", "secret"), "oidc_url": "https://login.example.org/"}, ["openid_connect"]),
    ],
)
def test_other_sites_are_those_with_keys(given, providers):
    made = social_providers(**KEYS | given)

    assert list(made) == providers
    assert all(provider["OAUTH_PKCE_ENABLED"] for provider in made.values())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"github": ("id", "")},
            "SOCIAL_GITHUB_SECRET is missing: sign-in needs both SOCIAL_GITHUB_ID and SOCIAL_GITHUB_SECRET.",
        ),
        (
            {"google": ("", "secret")},
            "SOCIAL_GOOGLE_ID is missing: sign-in needs both SOCIAL_GOOGLE_ID and SOCIAL_GOOGLE_SECRET.",
        ),
        (
            {"oidc": ("id", "secret")},
            "SOCIAL_OIDC_URL is ''; it must look like https://login.example.org",
        ),
    ],
)
def test_half_of_what_another_site_needs_stops_the_start(given, message):
    with pytest.raises(ImproperlyConfigured) as error:
        social_providers(**KEYS | given)

    assert str(error.value) == message


def test_command_whose_reader_has_enough_ends_without_a_traceback():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(
            [sys.executable, "manage.py", "diffsettings"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True
        )
    finally:
        os.close(writing)

    assert (result.returncode, result.stderr) == (1, "")


def test_command_whose_other_pipe_breaks_says_so():
    program = "import socket; a, b = socket.socketpair(); b.close(); a.send(b'x')"
    result = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", program], cwd=ROOT, capture_output=True, text=True
    )

    assert result.returncode == 1
    assert result.stderr.endswith("BrokenPipeError: [Errno 32] Broken pipe\n")
