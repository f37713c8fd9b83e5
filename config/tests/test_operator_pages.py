"""Health, metrics and system checks: what operators and their machines look at."""

import os
import subprocess
import sys

import pytest
from django.core.checks.registry import registry
from django.test import override_settings
from django.urls import get_resolver
from django.utils.timezone import now

from config.checks import check_deployment, check_private_folder
from config.errors import server_error
from config.tests.everything import PRODUCTION, ROOT
from exercises import worker_state
from exercises.worker_state import WorkerState


@pytest.mark.django_db
def test_live_answers_without_anything_else(client):
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_names_each_part_that_is_missing(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "not ready"
    assert {name: check["ok"] for name, check in response.json()["checks"].items()} == {
        "database": True,
        "broker": False,
        "worker": False,
        "sandbox": False,
    }


@pytest.mark.parametrize(
    ("production", "sent", "in_full"),
    [(False, "", True), (True, "", False), (True, "Bearer wrong", False), (True, "Bearer secret", True)],
)
@pytest.mark.django_db
def test_ready_names_hosts_and_paths_to_operators_only(client, production, sent, in_full):
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0", PRODUCTION=production, METRICS_TOKEN="secret"):
        detail = client.get("/health/ready", headers={"Authorization": sent}).json()["checks"]["broker"]["detail"]

    assert detail.startswith("the broker does not answer")
    assert ("127.0.0.1:1" in detail) == in_full


def report(hostname, **fields):
    state = {"seen": now(), "level": "full", "sandbox_ok": True, "reason": "", "checked_at": now()}
    worker_state.report(WorkerState(**{"hostname": hostname, **state, **fields}))


REFUSED = {"level": "", "sandbox_ok": False, "reason": "no bwrap in /usr/bin", "refused_since": now()}


@pytest.mark.parametrize(
    ("workers", "status", "worker_detail", "sandbox_detail"),
    [
        ([], 503, "no worker was seen lately; start one: celery -A config.celery worker -Q grading,batch", None),
        ([{}], 200, "1 seen", "full"),
        ([{}, {"level": "rootless"}], 200, "2 seen", "full, rootless"),
        ([{}, REFUSED], 200, "2 seen", "full; refused on 1 of 2 workers"),
        ([REFUSED], 503, "1 seen", "no worker has a sandbox that works: no bwrap in /usr/bin"),
        (
            [{"level": "", "sandbox_ok": False, "reason": "not checked yet", "checked_at": None}],
            503,
            "1 seen",
            "no worker has verified its sandbox yet",
        ),
        ([{"grades": False}, REFUSED], 503, "2 seen", "no worker has a sandbox that works: no bwrap in /usr/bin"),
        ([{"grades": False}], 503, "no worker was seen lately; start one:", None),
    ],
)
@pytest.mark.django_db
def test_ready_needs_one_worker_whose_canary_passes(client, workers, status, worker_detail, sandbox_detail):
    for number, fields in enumerate(workers):
        report(f"celery@{number}", **fields)

    response = client.get("/health/ready")

    checks = response.json()["checks"]
    assert response.status_code == status
    assert checks["worker"]["detail"].startswith(worker_detail)
    assert sandbox_detail in (None, checks["sandbox"]["detail"])


@pytest.mark.parametrize(
    ("token", "production", "sent", "status"),
    [
        ("", False, "", 200),
        ("", True, "", 404),
        ("secret", True, "", 401),
        ("secret", True, "Bearer wrong", 401),
        ("secret", True, "Bearer secret", 200),
        ("secret", False, "Bearer sécret", 401),
    ],
)
@pytest.mark.django_db
def test_metrics_are_open_locally_and_behind_a_token_in_production(client, token, production, sent, status):
    with override_settings(METRICS_TOKEN=token, PRODUCTION=production):
        response = client.get("/metrics", headers={"Authorization": sent})

    assert response.status_code == status
    assert (b"django_http_requests_total" in response.content) == (status == 200)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "System check identified no issues"),
        ({"DEPLOYMENT": "local"}, "fieldguide.W001"),
        ({"DATABASE_URL": "sqlite:////tmp/site.sqlite3"}, "fieldguide.W002"),
        ({"SITE_URL": "http://learn.example.org"}, "fieldguide.W003"),
        ({"EMAIL_URL": ""}, "fieldguide.W004"),
    ],
)
def test_check_deploy_says_what_production_needs(tmp_path, changed, expected):
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, "VAR_DIR": str(tmp_path / "var"), **changed},
        capture_output=True,
        text=True,
    )

    assert expected in result.stdout + result.stderr
    assert (result.returncode == 0) == (not changed)


@pytest.mark.parametrize(("mode", "count"), [(0o700, 0), (0o755, 1)])
def test_private_folder_that_others_can_read_is_reported(settings, tmp_path, mode, count):
    tmp_path.chmod(mode)
    settings.VAR_DIR = tmp_path

    assert len(check_private_folder()) == count


def test_deployment_check_is_registered_for_deploy_only():
    assert check_deployment in registry.deployment_checks
    assert check_deployment not in registry.registered_checks


@pytest.mark.parametrize(
    ("path", "content_type"), [("/api/v1/courses/", "application/json"), ("/courses/x/", "text/html; charset=utf-8")]
)
def test_mistake_of_ours_is_answered_in_the_form_that_the_client_reads(rf, path, content_type):
    response = server_error(rf.get(path))

    assert (response.status_code, response["Content-Type"]) == (500, content_type)
    assert resolve_error_handler() is server_error


def resolve_error_handler():
    return get_resolver().resolve_error_handler(500)
