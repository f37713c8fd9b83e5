"""What Prometheus gets, with a real Valkey, and whether docs/operations.md describes it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings as django_settings
from django.utils.timezone import now
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from exercises import metrics, redis_client, worker_state
from exercises.exposition import QUEUES, Metrics
from exercises.models import Run
from exercises.worker_state import WorkerState

ROOT = Path(__file__).resolve().parent.parent.parent
SUPERVISOR = {
    "pid": 7,
    "zygotes": [
        {"profile": "flask", "pid": 8, "jobs": 3, "starts": 1, "memory_bytes": 30, "state": "ready"},
        {"profile": "flask", "pid": 9, "jobs": 3, "starts": 1, "memory_bytes": 31, "state": "ending"},
        {"profile": "python", "pid": 10, "jobs": 0, "starts": 1, "memory_bytes": 9, "state": "ready"},
    ],
    "starts": {"flask": 4, "python": 1},
    "faults": {"start": 2, "something new": 1, "something else": 1},
    "jobs": 3,
}


@pytest.fixture(autouse=True)
def no_silence(monkeypatch):
    monkeypatch.setattr(metrics._silence, "until", 0.0)


def page():
    registry = CollectorRegistry()
    registry.register(Metrics())
    return generate_latest(registry).decode()


def samples(name):
    """The samples of that name, as {the values of the labels in the order of the labels' names: value}."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page())
        for sample in family.samples
        if sample.name == name
    }


def report(hostname="celery@one", **fields):
    state = {
        "seen": now(),
        "level": "rootless",
        "sandbox_ok": True,
        "reason": "",
        "machine": "one",
        "checked_at": now(),
    }
    worker_state.report(WorkerState(**{"hostname": hostname, **state, **fields}))


def test_counters_of_several_workers_are_one():
    for framework, verdict in (("flask", "passed"), ("flask", "passed"), ("django", "failed")):
        metrics.count(metrics.RUNS, framework=framework, status="done", ending="finished", verdict=verdict)

    assert samples("fieldguide_runs_total") == {
        ("finished", "flask", "done", "passed"): 2,
        ("finished", "django", "done", "failed"): 1,
    }
    assert samples("fieldguide_metrics_up") == {(): 1}


def test_faults_are_there_before_the_first():
    assert samples("fieldguide_faults_total") == {(kind,): 0 for kind in metrics.FAULT_KINDS}


@pytest.mark.parametrize(
    ("given", "shown"), [("flask", "flask"), ("", "none"), ("os|system", "other"), ('"} 1\nevil 1', "other")]
)
def test_values_of_labels_are_bounded(given, shown):
    metrics.count(metrics.STARTS, framework=given, start="warm")

    assert samples("fieldguide_starts_total") == {(shown, "warm"): 1}


def test_a_counter_wants_its_own_labels():
    with pytest.raises(ValueError, match="fieldguide_faults has the labels kind, not framework"):
        metrics.count(metrics.FAULTS, framework="flask")


def test_histogram_has_cumulative_buckets_and_a_sum():
    counts = metrics.Counts()
    for seconds in (0.05, 0.06, 0.2, 61):
        counts.observe(metrics.RUN_TIME, seconds, framework="flask")
    counts.observe(metrics.RUN_TIME, 1, framework="django")
    assert counts.send()

    buckets = samples("fieldguide_run_seconds_bucket")
    assert [buckets["flask", bound] for bound in ("0.05", "0.1", "0.25", "0.5", "60.0", "+Inf")] == [1, 2, 3, 3, 3, 4]
    assert samples("fieldguide_run_seconds_count") == {("django",): 1, ("flask",): 4}
    assert samples("fieldguide_run_seconds_sum") == {("django",): 1, ("flask",): 61.31}


def test_what_another_version_counted_does_no_harm():
    for field in ("fieldguide_runs|flask", "fieldguide_run_seconds|flask|0.07", "gone|x", "fieldguide_run_seconds"):
        redis_client.client().hincrby(metrics.KEY, field, 1)

    assert samples("fieldguide_runs_total") == {}
    buckets = samples("fieldguide_run_seconds_bucket")
    assert [buckets["flask", bound] for bound in ("0.05", "0.1", "+Inf")] == [0, 1, 1]


def test_workers_and_their_canaries():
    report(level="full", running=2, checked_at=now() - timedelta(seconds=60))
    report("celery@two", sandbox_ok=False, level="", is_consuming=False)
    report("celery@three", grades=False, checked_at=now() + timedelta(seconds=60))

    assert samples("fieldguide_workers") == {(): 3}
    assert samples("fieldguide_runs_running") == {("celery@one",): 2, ("celery@two",): 0, ("celery@three",): 0}
    assert samples("fieldguide_worker_consuming") == {("celery@one",): 1, ("celery@two",): 0}
    assert samples("fieldguide_worker_isolation") == {
        ("full", "celery@one"): 1,
        ("none", "celery@two"): 1,
        ("rootless", "celery@three"): 1,
    }
    assert samples("fieldguide_canary_ok") == {("celery@one",): 1, ("celery@two",): 0, ("celery@three",): 1}
    ages = samples("fieldguide_canary_age_seconds")
    assert 60 <= ages["celery@one",] < 70
    assert ages["celery@three",] == 0


def test_a_worker_that_has_not_looked_yet_has_no_age():
    report(checked_at=None)

    assert samples("fieldguide_canary_age_seconds") == {}


def test_the_supervisor_of_a_machine_is_shown_once():
    report(supervisor=SUPERVISOR)
    report("celery@two", supervisor=SUPERVISOR)
    report("celery@just-started", supervisor=None)
    report("celery@elsewhere", machine="other", supervisor=None)

    assert samples("fieldguide_supervisor_up") == {("one",): 1, ("other",): 0}
    assert samples("fieldguide_zygotes") == {("one", "flask"): 2, ("one", "python"): 1}
    assert samples("fieldguide_zygote_memory_bytes") == {("one", "flask"): 61, ("one", "python"): 9}
    assert samples("fieldguide_zygote_starts_total") == {("one", "flask"): 4, ("one", "python"): 1}
    assert samples("fieldguide_supervisor_faults_total") == {("start", "one"): 2, ("other", "one"): 2}


def test_queues_are_measured_in_messages():
    redis_client.client().rpush("grading", "a", "b")

    assert samples("fieldguide_queue_length") == {("grading",): 2, ("batch",): 0}


def test_the_queues_are_those_of_the_tasks():
    routed = {entry["options"]["queue"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    assert set(QUEUES) == routed | {django_settings.CELERY_TASK_DEFAULT_QUEUE}


def test_without_redis_there_is_one_sample(valkey):
    report()
    valkey.stop()
    try:
        lines = [line for line in page().splitlines() if not line.startswith("#")]
    finally:
        valkey.start()

    assert lines == ["fieldguide_metrics_up 0.0"]


@pytest.mark.django_db
def test_metrics_page_has_them_once(client):
    report()
    content = client.get("/metrics").content.decode()

    assert content.count("\nfieldguide_metrics_up 1.0\n") == 1
    assert "django_http_requests_total" in content
    assert [type(collector) for collector in REGISTRY._collector_to_names].count(Metrics) == 1


def exported():
    """(name of the samples, type, labels) of each metric, from the code."""
    report(supervisor=SUPERVISOR)
    counts = metrics.Counts()
    counts.add(metrics.RUNS, framework="flask", status="done", ending="finished", verdict=Run.Verdict.PASSED)
    counts.add(metrics.STARTS, framework="flask", start="cold")
    counts.observe(metrics.QUEUE_WAIT, 1)
    counts.observe(metrics.RUN_TIME, 1, framework="flask")
    counts.send()
    for family in text_string_to_metric_families(page()):
        labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
        yield family.name + ("_total" if family.type == "counter" else ""), family.type, labels


def test_operations_describe_every_metric():
    text = (ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `(fieldguide_\w+)` \| (\w+) \|(.*?)\| .+ \|$", text, re.M)
    documented = sorted((name, kind, sorted(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows)

    assert documented == sorted(exported())


def test_alerts_are_rules_about_metrics_that_exist():
    text = (ROOT / "docs" / "operations.md").read_text()
    (group,) = yaml.safe_load(re.search(r"```yaml\n(groups:.*?)```", text, re.S)[1])["groups"]
    names = {name for name, _, _ in exported()}

    assert {rule.keys() - {"for"} == {"alert", "expr"} for rule in group["rules"]} == {True}
    for rule in group["rules"]:
        asked = {re.sub(r"_bucket$", "", name) for name in re.findall(r"fieldguide_\w+", rule["expr"])}
        assert asked, rule["alert"]
        assert asked <= names, rule["alert"]


def test_describing_asks_nobody(monkeypatch):
    monkeypatch.setattr(redis_client, "client", lambda: 1 / 0)

    described = {family.name for family in Metrics().describe()}

    assert "fieldguide_runs" in described
