"""The arithmetic and the tables of the benchmark; how fast anything is, is never a test."""

import pytest

from sandbox import benchmark
from sandbox.benchmark import BenchmarkError, Case, Flow, jobs_a_second, measure, measure_flows
from sandbox.benchmark_table import (
    Latency,
    Results,
    Target,
    Throughput,
    document,
    latency_table,
    markdown,
    ratio,
    target_table,
    throughput_table,
)


class Clock:
    """Time that passes only when a case says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def passes(self, seconds):
        self.now += seconds


@pytest.fixture
def results():
    return Results(
        latencies=[Latency("bare", [0.4, 0.5, 0.9]), Latency("ours", [0.02, 0.05])],
        throughputs=[
            Throughput("bare", 1, [1.0, 2.0, 3.0]),
            Throughput("bare", 2, [4.0]),
            Throughput("ours", 1, [30.0]),
            Throughput("ours", 2, [44.0]),
        ],
    )


def test_cases_are_measured_in_turn_and_each_round_begins_with_another_one():
    done, clock = [], Clock()

    def case(name, seconds, times=1):
        def run():
            done.append(name)
            clock.passes(seconds)

        return Case(name, run, times)

    found = measure([case("a", 1.0), case("b", 2.0, times=2), case("c", 3.0)], 2, clock)

    assert "".join(done[-8:]) == "abbcbbca"
    assert [(one.name, one.seconds) for one in found] == [("a", [1.0] * 2), ("b", [2.0] * 4), ("c", [3.0] * 2)]


def test_first_rounds_do_not_count():
    clock, seconds = Clock(), iter([9.0] * benchmark.WARM_UPS + [1.0, 1.0])

    (found,) = measure([Case("a", lambda: clock.passes(next(seconds)))], 2, clock)

    assert found.seconds == [1.0, 1.0]


def test_what_a_case_raises_ends_the_run():
    def fail():
        raise BenchmarkError("no answer")

    with pytest.raises(BenchmarkError, match="no answer"):
        measure([Case("a", fail)], 1)


@pytest.mark.parametrize("outstanding", [1, 3])
def test_a_flow_does_its_jobs_on_as_many_places_as_may_be_outstanding(outstanding):
    places, clock = [], Clock()

    def run(place):
        places.append(place)
        clock.passes(0.5)

    assert jobs_a_second(Flow("a", run, jobs=6), outstanding, clock) == pytest.approx(2.0)
    assert len(places) == 6
    assert set(places) <= set(range(outstanding))


def test_a_job_that_fails_ends_the_flow():
    def fail(place):
        raise BenchmarkError("no answer")

    with pytest.raises(BenchmarkError, match="no answer"):
        jobs_a_second(Flow("a", fail, jobs=6), 2)


def test_flows_are_measured_at_each_number_of_outstanding_jobs():
    found = measure_flows([Flow("a", lambda place: None, 1), Flow("b", lambda place: None, 1)], (1, 2), 3)

    assert [(one.name, one.outstanding, len(one.per_second)) for one in found] == [
        ("a", 1, 3),
        ("a", 2, 3),
        ("b", 1, 3),
        ("b", 2, 3),
    ]


def test_numbers_of_a_case_are_its_median_and_its_minimum(results):
    assert [(one.median_ms, one.minimum_ms) for one in results.latencies] == [(500, 400), (35, 20)]
    assert results.median_ms("ours") == 35
    assert results.median_ms("nothing") is None
    assert results.best_per_second("bare") == 4.0
    assert results.best_per_second("nothing") is None


@pytest.mark.parametrize(("value", "reference", "expected"), [(1.0, 4.0, 0.25), (None, 4.0, None), (1.0, None, None)])
def test_ratio_needs_both_numbers(value, reference, expected):
    assert ratio(value, reference) == expected


@pytest.mark.parametrize(
    ("bound", "sense", "value", "expected"),
    [
        (0.06, "at most", 0.06, "reached"),
        (0.06, "at most", 0.061, "missed"),
        (15, "at least", 15.0, "reached"),
        (15, "at least", 14.9, "missed"),
        (15, "at least", None, "not measured"),
    ],
)
def test_target_is_reached_at_its_bound(bound, sense, value, expected):
    assert Target("a", bound, sense, value).outcome == expected


def test_tables_have_ratios_to_the_case_that_is_named(results):
    assert cells(latency_table(results, {"ours": "bare"}))[2:] == [
        ["bare", "500", "400", "3", ""],
        ["ours", "35.0", "20.0", "2", "0.070 of bare"],
    ]
    assert cells(throughput_table(results, {"ours": "bare"})) == [
        ["jobs a second, median", "1 outstanding", "2 outstanding", "best"],
        ["---------------------", "------------:", "------------:", "---------------"],
        ["bare", "2.0", "4.0", ""],
        ["ours", "30.0", "44.0", "11.0 times bare"],
    ]


def test_a_bar_in_a_cell_does_not_end_it():
    assert markdown(("a|b", "c"), [("1", "2")]).splitlines()[0] == "| a\\|b | c   |"


def test_target_table_says_what_was_reached():
    table = target_table([Target("fast", 0.5, "at most", 0.25), Target("much", 8, "at least", None)])

    assert cells(table)[2:] == [
        ["fast", "at most 0.5", "0.250", "reached"],
        ["much", "at least 8", "-", "not measured"],
    ]


def test_document_leaves_out_what_was_not_measured():
    text = document(Results(skipped=["no bubblewrap"]), [], facts=["date: today"], reference={})

    assert text == "- date: today\n\n## Not measured\n\n- no bubblewrap\n"


def test_targets_are_about_cases_that_exist(results):
    named = {name for case, reference, _ in benchmark.TIMES_WANTED for name in (case, reference)}
    named |= {name for case, reference, _ in benchmark.RATES_WANTED for name in (case, reference)}
    known = {
        benchmark.LESSON_PAGE,
        benchmark.EMPTY_PAGE,
        *benchmark.COLD.values(),
        *benchmark.WARM.values(),
        *benchmark.WHOLE.values(),
        *benchmark.PYTEST.values(),
    }

    assert named <= known | {benchmark.BARE_PYTHON, benchmark.BWRAP_PYTHON, benchmark.SCRIPT}
    assert {one.outcome for one in benchmark.targets(results)} == {"not measured"}


@pytest.mark.parametrize("text", ["0", "-1", "1001", "many", "1.5", ""])
def test_number_of_rounds_is_checked(text, capsys):
    with pytest.raises(SystemExit) as end:
        benchmark.main(["--rounds", text])

    assert end.value.code == 2
    assert "is not a whole number from 1 to 1000" in capsys.readouterr().err


def test_without_the_learners_environment_says_so(monkeypatch, capsys):
    monkeypatch.setenv("LEARNER_PYTHON", "/nonexistent/bin/python")

    assert benchmark.main(["--quick"]) == 1
    assert "LEARNER_PYTHON" in capsys.readouterr().err


def test_every_benchmark_job_is_one_that_the_sandbox_takes():
    jobs = [benchmark.job_of(profile) for profile in benchmark.WARM]

    assert {len(job.probes) for job in jobs if job.kind == "http"} == {3}


def cells(table):
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
