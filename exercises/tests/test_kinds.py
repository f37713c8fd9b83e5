"""Each kind of exercise, from its files to its pages. Its cases and its judging have tests of their own."""

import json

import pytest
from django.urls import reverse

from courses.exporting import export_course
from courses.loading import ContentError, load_course
from courses.models import Course
from courses.tests.builders import contents_of, write_course
from exercises import judging, metrics
from exercises.check_results import program_results
from exercises.checking_here import check_here
from exercises.kinds import KINDS
from exercises.models import Exercise, ExerciseVersion, Run
from exercises.tests.builders import make_exercise, make_lesson, make_run, make_submission, make_user
from exercises.tests.kinds import FILES, FRAMEWORKS, content_of, write_exercise
from exercises.versions import publish_exercise, save_exercise_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("warm")]
Kind = ExerciseVersion.Kind
# What wrong/ of each kind does, in the words that the API and the page have for it.
SENTENCES = {
    "http": ("We sent", "GET /health", "At ok we expected a boolean, true, and got a string, \"yes\"."),
    "function": ("We called", "greet(name='')", "We expected the exception ValueError, and it returned 'Hello, '."),
    "script": ("We ran", "python main.py with the input",
               "We expected the text “Name?” in the output, and it is not there."),
    "streamlit": ("We chose each option of select boxes and radios", "",
                  "The chart is the same for “North” and “South” of “Region”. It should show the chosen rows only."),
}  # fmt: skip


def test_every_kind_has_a_small_exercise_and_a_way_to_be_judged():
    assert set(FILES) == set(FRAMEWORKS) == set(KINDS)
    assert {kind.value for kind in judging.JOB_KINDS} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gate_opens_for_a_sound_exercise(kind):
    exercise = Exercise.objects.create(lesson=make_lesson(), slug=kind)

    check = check_here(save_exercise_draft(exercise=exercise, content=content_of(kind)))

    assert (check.status, [program.problem for program in program_results(check)]) == ("passed", ["", "", ""])
    runs = [(run.program, run.verdict, run.reason) for run in check.runs.order_by("pk")]
    assert runs[:4] == [*3 * [("solution", "passed", "")], ("starter", "failed", "unfinished")]
    (wrong,) = check.runs.order_by("pk")[4:]
    assert sum(test["status"] != "passed" for test in wrong.tests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_exercise_comes_from_files_and_goes_back_to_them(kind, tmp_path):
    course = write_course(tmp_path)
    write_exercise(course, kind)

    load_course(course, publish=True, is_checked=True)
    version = Exercise.objects.get().published
    export_course(Course.objects.get(), tmp_path / "export" / course.name)

    assert (version.kind, version.framework) == (kind, FRAMEWORKS[kind])
    assert [KINDS[kind].ASKS in case for case in version.cases] == [True, True]
    assert contents_of(tmp_path / "export" / course.name) == contents_of(course)
    assert load_course(course, publish=True, is_checked=True).is_unchanged


@pytest.mark.parametrize(
    ("kind", "label", "old", "new", "problem"),
    [
        ("function", "cases.toml", 'function = "greet", arg', 'function = "greet", arg2',
         "cases.toml:7: unknown key 'arg2uments'; call knows arguments, function, keywords"),
        ("function", "cases.toml", "call = { function", "request = { function",
         "cases.toml:4: a case needs 'call'"),
        ("script", "cases.toml", "exit_code = 0", "exit_code = 300",
         "cases.toml:7: exit_code must be a whole number from 0 to 255"),
        ("streamlit", "cases.toml", 'type = "title"', 'type = "titel"', "cases.toml:5: type must be one of title,"),
        ("streamlit", "exercise.toml", 'framework = "streamlit"', 'framework = "flask"',
         "exercise.toml:3: The framework of this kind is streamlit."),
        ("http", "exercise.toml", 'framework = "flask"\n', "",
         "exercise.toml: The framework is one of flask,"),
        ("function", "exercise.toml", 'kind = "function"', 'kind = "function"\nframework = "flusk"',
         "exercise.toml:3: The framework is one of flask,"),
        ("script", "exercise.toml", 'kind = "script"', 'kind = "skript"',
         "exercise.toml:2: The kind is one of http, function, script, streamlit, choice, decision, scenario."),
        ("function", "wrong/greets-all.py", "empty name", "empty text",
         "wrong/greets-all.py:1: names a case that does not exist: It refuses an empty text"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_named_with_its_line(kind, label, old, new, problem, tmp_path):
    course = write_course(tmp_path)
    path = write_exercise(course, kind) / label
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))

    with pytest.raises(ContentError) as caught:
        load_course(course)

    assert any(f"exercises/{kind}/{problem}" in line for line in str(caught.value).split("\n")), str(caught.value)


def hand_in(kind, name="wrong"):
    """A submission of the solution or of the mistake, judged; with the sentence that is said of it."""
    exercise = Exercise.objects.create(lesson=make_lesson(), slug=kind)
    save_exercise_draft(exercise=exercise, content=content_of(kind))
    version = publish_exercise(exercise=exercise, check=False)
    submission = make_submission(exercise=exercise)
    submission.files = version.solution if name == "solution" else {"main.py": next(iter(version.wrong.values()))}
    submission.save()
    run = make_run(submission, status=Run.Status.RUNNING)
    assert Run.objects.finish(run, **judging.judge(run))
    return submission


@pytest.mark.parametrize("kind", KINDS)
def test_the_api_tells_what_was_asked_and_what_came(client, kind):
    submission = hand_in(kind)

    answer = client.get(reverse("api:submission", args=[submission.uuid])).json()

    did, asked, finding = SENTENCES[kind]
    passed, failed = answer["tests"]
    assert (answer["status"], answer["verdict"], answer["reason"]) == ("done", "failed", "mismatch")
    assert (passed["status"], passed["message"], failed["status"]) == ("passed", "", "failed")
    assert failed["message"].startswith(f"{did} {asked}".strip())
    assert failed["message"].endswith(f". {finding}")
    assert set(failed["response"]) == {"status", "body"}
    assert failed["response"]["body"]
    assert set(failed["request"]) == {
        "http": {"method", "path"}, "function": {"call"}, "script": {"run", "input"}, "streamlit": {"interact"}
    }[kind]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_tells_what_was_asked_and_what_came(client, kind):
    submission = hand_in(kind)
    client.force_login(make_user(is_staff=True, is_superuser=True))

    panel = client.get(reverse("exercises:panel", args=[submission.uuid]))

    did, _, finding = SENTENCES[kind]
    (row,) = [row for row in panel.context["result"].tests if row.is_open]
    assert (row.did, row.message) == (did, finding)
    assert did in panel.content.decode()
    assert panel.context["result"].headline == "1 of 2 tests passes"
    assert b'data-outcome="fail"' in panel.content
    page = client.get(f"/exercises/{kind}/")
    assert page.status_code == 200
    assert ("None" in page.content.decode()) is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_solution_passes_and_the_page_says_so(client, kind):
    submission = hand_in(kind, "solution")
    client.force_login(make_user(is_staff=True, is_superuser=True))

    panel = client.get(reverse("exercises:panel", args=[submission.uuid]))

    assert panel.context["result"].headline == "All 2 tests pass"
    assert panel.context["result"].body.startswith(("Your", "Every"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_api_tells_the_kind_and_what_a_program_may_use(client, kind):
    exercise = make_exercise(kind, is_published=True, kind=kind, framework=FRAMEWORKS[kind])

    (listed,) = client.get(f"/api/v1/exercises/?kind={kind}").json()["results"]
    limits = client.get(f"/api/v1/exercises/{kind}/").json()["limits"]

    assert (listed["kind"], listed["framework"]) == (kind, FRAMEWORKS[kind])
    assert client.get("/api/v1/exercises/?kind=choice").json()["results"] == []
    assert limits["cpu_seconds"] == judging.limits_of(exercise.draft).cpu_seconds
    assert limits["cpu_seconds"] == (20 if kind == "streamlit" else 5)


def test_an_exercise_without_a_framework_is_counted_as_none():
    labels = {"framework": "", "status": "done", "ending": "finished", "verdict": "passed"}

    assert metrics.RUNS.field(labels) == "fieldguide_runs|none|done|finished|passed"


@pytest.mark.parametrize("kind", KINDS)
def test_the_admin_edits_an_exercise_of_any_kind(client, kind):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    exercise = Exercise.objects.create(lesson=make_lesson(), slug=kind)
    save_exercise_draft(exercise=exercise, content=content_of(kind))
    address = reverse("admin:exercises_exercise_change", args=[exercise.pk])
    page = client.get(address).content.decode()
    assert f'<option value="{kind}" selected>' in page

    form = {
        "lesson": exercise.lesson_id, "slug": kind, "position": 0, "title": "Changed", "kind": kind,
        "framework": FRAMEWORKS[kind], "difficulty": "easy", "prompt_markdown": "Do it.\n", "based_on": 1,
        "cases_toml": FILES[kind]["cases.toml"],
    }  # fmt: skip
    for role in ("starter", "solution", "wrong"):
        files = {path: text for path, text in FILES[kind].items() if path.startswith(f"{role}/")}
        form[f"{role}-total"] = len(files)
        for number, (path, text) in enumerate(files.items()):
            form |= {f"{role}-{number}-path": path.partition("/")[2], f"{role}-{number}-text": text}
    broken = client.post(address, form | {"cases_toml": form["cases_toml"].replace("expect =", "expected =", 1)})
    listed = client.get(address).content.decode()
    saved = client.post(address, form | {"based_on": 2})

    assert "unknown key &#x27;expected&#x27;" in listed
    assert (broken.status_code, saved.status_code) == (302, 302)
    version = Exercise.objects.select_related("draft").get(pk=exercise.pk).draft
    assert (version.title, version.kind, version.framework, version.number) == ("Changed", kind, FRAMEWORKS[kind], 3)
    assert json.dumps(version.cases, sort_keys=True) == json.dumps(content_of(kind).cases(), sort_keys=True)
