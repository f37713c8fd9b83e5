"""Every staff action is in the admin's log: each one is done here as staff does it, and leaves an entry."""

from collections.abc import Callable
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry, LogEntryManager
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.roles import AUTHOR, EDITOR
from config.tests.stage import A_PICTURE
from config.tests.test_roles import PAGES, Stage, addresses, make_stage, table
from courses.action_log import sentence_of
from courses.models import Course, Lesson, Module
from courses.publishing import save_lesson_draft
from courses.tests.builders import make_course, make_lesson, make_module
from exercises.answering import answer
from exercises.conversations import answer_entry, write_back
from exercises.models import Exercise, ExerciseCheck, Family, Owner, ProblemReport, Rejudging, Run, SelfAssessment
from exercises.tests.answer_content import RIGHT, make_answered
from exercises.tests.builders import LISTING, guest, make_exercise, make_run, make_submission, make_trial, make_user
from exercises.tests.content import FAMILY, content
from exercises.versions import publish_exercise, save_exercise_draft, save_family

pytestmark = pytest.mark.django_db

# Action of a list, and what the log says of each row that it was done to.
ACTIONS = {
    "course.publish": "Published.",
    "course.unpublish": "Taken offline.",
    "course.check_exercises": "Check of all exercises in the sandbox asked for.",
    "lesson.publish": "Version 1 published.",
    "lesson.unpublish": "Taken offline.",
    "exercise.check_drafts": "Check of version 1 in the sandbox asked for.",
    "exercise.publish": "Version 1 published.",
    "exercise.unpublish": "Taken offline.",
    "family.check_members": "Checks of its exercises asked for.",
    "family.publish_members": "Exercises published.",
    "submission.judge_by_published": "Attempts judged again, as a preview.",
    "submission.judge_by_same": "Attempts judged again, as a preview.",
    "emailaddress.make_verified": "Marked as verified.",
    "problemreport.close_reports": "Closed.",
    "problemreport.reopen_reports": "Opened again.",
}
DELETE = "delete_selected"  # Django's own, which writes its entries itself


@pytest.fixture
def root(client) -> User:
    user = make_user("root", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def rows() -> dict[str, object]:
    """A row of each model that has actions, in a state in which each action does something."""
    course = make_course()
    lesson = make_lesson(make_module(course))
    exercise = Exercise.objects.create(lesson=lesson, slug="health")
    save_exercise_draft(exercise=exercise, content=content())
    ExerciseCheck.objects.create(version=exercise.draft, status=ExerciseCheck.Status.PASSED)
    family = Family(course=course, slug="cases")
    save_family(family=family, cases_toml=FAMILY)
    report = ProblemReport.objects.create(**guest().columns, kind="problem", page="/", lesson_version=lesson.draft)
    address = EmailAddress.objects.create(user=make_user("addressed"), email="one@example.org")
    attempt = make_submission(owner=guest(), exercise=make_exercise("attempted", lesson=lesson))
    make_run(attempt, "done")
    return {row._meta.model_name: row for row in (course, lesson, exercise, family, report, address, attempt)}


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def add_versions(rows: dict[str, object]) -> None:
    """A second draft of what has versions, so that there is an old one."""
    text = {"title": "New", "summary": "You can.", "minutes": 5, "body_markdown": "New.\n"}
    save_lesson_draft(lesson=rows["lesson"], **text)
    save_exercise_draft(exercise=rows["exercise"], content=content(title="New"))


def entries(user: User) -> list[str]:
    """What the log says that *user* did, oldest first."""
    return [sentence_of(entry) for entry in LogEntry.objects.filter(user=user).order_by("pk")]


def test_every_action_of_a_list_is_known_here(root):
    request = RequestFactory().get("/")
    request.user = root

    found = {
        f"{model._meta.model_name}.{name}"
        for model, model_admin in admin.site._registry.items()
        for name in model_admin.get_actions(request)
        if name != DELETE
    }

    assert found == set(ACTIONS)


@pytest.fixture(params=ACTIONS)
def action(request) -> str:
    return request.param


@pytest.fixture
def acted_on(rows, action):
    """The row that *action* is done to, in a state in which it does something."""
    row = rows[action.partition(".")[0]]
    if action == "problemreport.reopen_reports":
        ProblemReport.objects.update(closed_at="2026-01-01T00:00Z")
    if action == "exercise.unpublish":
        publish_exercise(exercise=row)
    return row


def act(client: Client, action: str, row: Model) -> HttpResponse:
    model, _, name = action.partition(".")
    address = reverse(f"admin:{row._meta.app_label}_{model}_changelist")
    return client.post(address, {"action": name, "_selected_action": [row.pk]}, follow=True)


def test_action_of_a_list_is_logged(client, root, acted_on, action):
    act(client, action, acted_on)

    assert entries(root) == [ACTIONS[action]]
    # Attempts stay as they are: what was made is a preview of other results.
    about = Rejudging.objects.get() if action.startswith("submission.") else acted_on
    assert LogEntry.objects.get().get_edited_object() == about


@pytest.fixture
def _full_log(monkeypatch):
    """A log in which nothing more can be noted."""

    def refuse(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(LogEntryManager, "log_actions", refuse)


@pytest.mark.usefixtures("_full_log")
def test_action_of_a_list_that_cannot_be_noted_is_not_done(client, root, acted_on, action):
    client.raise_request_exception = False
    before = all_rows()

    response = act(client, action, acted_on)

    assert response.status_code == 500
    assert all_rows() == before


def test_action_that_fails_at_its_second_row_has_done_nothing_and_says_nothing(client, root, monkeypatch):
    def fail_at_second(self, *arguments, **options):
        if done:
            raise OSError("the disk is full")
        done.append(log(self, *arguments, **options))

    done, log = [], LogEntryManager.log_actions
    lessons = [make_lesson(make_module(make_course(slug))) for slug in ("one", "two")]
    monkeypatch.setattr(LogEntryManager, "log_actions", fail_at_second)
    client.raise_request_exception = False

    page = reverse("admin:courses_lesson_changelist")
    sent = client.post(page, {"action": "unpublish", "_selected_action": [lesson.pk for lesson in lessons]})

    assert (sent.status_code, len(done)) == (500, 1)
    assert Lesson.objects.filter(published=None).count() == 0
    assert "is offline" not in client.get(page).content.decode()


def all_rows() -> dict[str, list[dict[str, object]]]:
    """What staff works on, as the database has it."""
    names = ("account", "auth", "courses", "exercises")
    models = [model for name in names for model in apps.get_app_config(name).get_models()]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize(
    ("button", "sent", "said"),
    [
        ("courses_lesson_move", {"direction": "up"}, "Moved up."),
        ("courses_lesson_restore", {}, "Version 1 restored as version 3."),
        ("exercises_exercise_restore", {}, "Version 1 restored as version 3."),
    ],
)
def test_what_the_buttons_of_a_page_do_is_logged(client, root, rows, button, sent, said):
    model = button.split("_")[1]
    add_versions(rows)
    make_lesson(Module.objects.get(), "before")
    Lesson.objects.filter(slug="before").update(position=0)
    parameters = [rows[model].pk, 1] if button.endswith("restore") else [rows[model].pk]

    client.post(reverse(f"admin:{button}", args=parameters), sent)

    assert entries(root) == [said]


def test_what_a_form_saves_is_logged(client, root, rows):
    form = {"title": "New", "slug": "new", "summary": "It is.", "language": "en"}
    client.post(reverse("admin:courses_course_add"), form)
    course = Course.objects.get(slug="new")
    client.post(reverse("admin:courses_course_change", args=[course.pk]), form | {"title": "Newer"})
    client.post(reverse("admin:courses_course_delete", args=[course.pk]), {"post": "yes"})

    assert entries(root) == ["Added.", "Changed Title.", ""]
    assert [entry.get_action_flag_display() for entry in LogEntry.objects.order_by("pk")] == [
        "Addition", "Change", "Deletion",
    ]  # fmt: skip


def test_a_role_that_is_given_is_logged(client, root):
    user = make_user("ana")
    page = reverse("admin:auth_user_change", args=[user.pk])
    form = {"username": "ana", "is_active": "on", "is_staff": "on", "groups": [Group.objects.get(name=EDITOR).pk]}

    saved = client.post(page, form)

    assert saved.status_code == 302, saved.context["adminform"].form.errors
    assert user.groups.get().name == EDITOR
    assert len(entries(root)) == 1
    assert "Groups" in entries(root)[0]


# What staff does to the work of a learner, and what the log says of it.
TO_LEARNERS = {
    "cancel": "Attempt stopped for its learner.",
    "retry": "Attempt tried again for its learner.",
    "assessment": "Self-assessment changed for its learner.",
    "trial": "Run stopped for its learner.",
    "api": "Attempt stopped for its learner.",
    "api-trial": "Run stopped for its learner.",
}


def make_work_of_a_learner(what: str) -> str:
    """Something that *what* can be done to; the address to which it is sent."""
    learner = Owner(user_id=make_user("learner").pk)
    if what == "assessment":
        attempt = answer(owner=learner, exercise=make_answered("scenario"), answers=RIGHT["scenario"])
    else:
        attempt = make_submission(owner=learner)
        make_run(attempt, "cancelled" if what == "retry" else "queued")
    trial = make_trial(owner=learner)
    return {
        "trial": f"{trial.get_absolute_url()}cancel/",
        "api": f"/api/v1/submissions/{attempt.uuid}/cancel/",
        "api-trial": f"/api/v1/runs/{trial.uuid}/cancel/",
    }.get(what, f"{attempt.get_absolute_url()}{what}/")


@pytest.mark.parametrize("what", TO_LEARNERS)
def test_what_staff_does_to_the_work_of_a_learner_is_logged_once_it_is_done(client, root, what):
    address = make_work_of_a_learner(what)
    client.post(address)
    if what != "assessment":  # which may be changed again
        client.post(address)  # too late, or under way already

    told = [TO_LEARNERS[what]] * (2 if what == "retry" else 1)
    assert entries(root) == told


@pytest.mark.parametrize("what", TO_LEARNERS)
def test_what_cannot_be_logged_is_not_done(client, root, django_capture_on_commit_callbacks, what):
    address = make_work_of_a_learner(what)
    before = [list(rows.values()) for rows in (Run.objects.order_by("pk"), SelfAssessment.objects.all())]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_admin_log RENAME TO elsewhere")

    client.raise_request_exception = False
    with django_capture_on_commit_callbacks() as announced:
        said = client.post(address)

    assert said.status_code == 500
    assert [list(rows.values()) for rows in (Run.objects.order_by("pk"), SelfAssessment.objects.all())] == before
    assert announced == []  # and nothing sent to the workers


def test_what_learners_do_themselves_is_not(client):
    user = make_user("learner")
    client.force_login(user)
    attempt = make_submission(owner=Owner(user_id=user.pk))
    make_run(attempt)

    client.post(f"{attempt.get_absolute_url()}cancel/")

    assert LogEntry.objects.count() == 0


def test_a_reviewers_answer_is_logged(client, root):
    attempt = answer(owner=guest(), exercise=make_answered("scenario"), answers=RIGHT["scenario"])
    page = reverse("admin:exercises_scenarioanswers_change", args=[attempt.pk])
    client.post(page, {"entry": "1", "text": "Good."})
    write_back(submission=attempt, entry=1, text="Thanks.")
    client.post(page, {"entry": "1", "no_answer": "1"})
    answer_entry(submission=attempt, entry=2, text="By a program, with no request: not in the log.", author=root)

    assert entries(root) == ["Entry 1 answered.", "Entry 1 marked as needing no answer."]


# Pages of the admin to which something is sent, beside the forms and the lists of rows: what is sent, in this order.
FORMS = ("add", "change", "changelist", "history", "delete")  # above, and Django's own
UPLOADED = {"_image": A_PICTURE}
DONE: list[tuple[str, dict[str, object]]] = [
    ("courses_course_publishing", {"do": "publish"}),
    ("courses_lesson_publishing", {"do": "publish"}),
    ("exercises_exercise_publishing", {"do": "archive"}),
    ("courses_course_move", {"direction": "up"}),
    ("courses_module_move", {"direction": "up"}),
    ("courses_lesson_move", {"direction": "up"}),
    ("exercises_exercise_move", {"direction": "down"}),
    ("courses_lesson_image", UPLOADED),
    ("courses_lesson_add_image", UPLOADED),
    ("exercises_exercise_image", UPLOADED),
    ("exercises_exercise_add_image", UPLOADED),
    ("exercises_coursecheck_stop", {}),
    ("exercises_coursecheck_resume", {}),
    ("exercises_coursecheck_again", {}),
    ("exercises_exercise_check_stop", {}),
    ("exercises_exercise_check_resume", {}),
    ("exercises_exercise_check_start", {}),
    ("exercises_listings_run", {}),
    ("exercises_listings_stop", {}),
    ("courses_lesson_restore", {}),
    ("exercises_exercise_rejudge", {"against": "same"}),
    ("exercises_rejudging_apply", {}),
]
TESTED_ELSEWHERE = {
    "exercises_exercise_restore",  # above
    "exercises_rejudging_discard",  # exercises.tests.test_rejudging_pages
    "courses_course_preview",  # courses.tests.test_course_files_admin
    "auth_user_password_change",  # Django's
}
# They show something, or keep what nobody else sees.
CHANGE_NOTHING = {
    "index", "login", "logout", "password_change", "view_on_site", "app_list", "courses_course_load",
    "courses_lesson_versions", "exercises_exercise_versions", "exercises_exercise_check", "exercises_listings",
    "exercises_statistics_lessons", "exercises_statistics_days", "exercises_statistics_exercise",
}  # fmt: skip
WRITING = ("_proofread", "_preview", "_copy")  # of the forms that are written in


@pytest.fixture
def sendings(stage) -> list[tuple[str, Callable[[], HttpResponse]]]:
    """Each of DONE: the name of its page, and what sends it."""
    root, rows = stage.clients["*"], stage.own
    lesson, exercise = Lesson.objects.get(pk=rows["courses.lesson"]), Exercise.objects.get(slug="own-exercise")
    save_lesson_draft(lesson=lesson, title="New", summary="S.", minutes=1, body_markdown=LISTING)
    ExerciseCheck.objects.filter(version__exercise=exercise).update(course_check=rows["exercises.coursecheck"])
    make_run(make_submission(owner=guest(), exercise=exercise), "done")
    place = {"module": lesson.module_id, "lesson": lesson.pk}
    pages = addresses(rows)
    LogEntry.objects.all().delete()
    root.raise_request_exception = False

    def send(name: str, data: dict[str, object]) -> HttpResponse:
        files = {field: SimpleUploadedFile("one.png", content) for field, content in data.items() if field == "_image"}
        return root.post(pages[name], place | data | files)

    return [(name, partial(send, name, data)) for name, data in DONE]


def test_whatever_is_sent_to_a_page_of_the_admin_is_logged(sendings):
    unlogged = []
    for name, send in sendings:
        before = LogEntry.objects.count()
        response = send()
        if LogEntry.objects.count() != before + 1:
            unlogged.append((name, response.status_code))

    assert unlogged == []
    known = {name for name, _data in DONE} | TESTED_ELSEWHERE | CHANGE_NOTHING
    sent = {name for name, (_get, post) in table(PAGES).items() if post != "-"}
    others = {name for name in sent if name.rpartition("_")[2] not in FORMS and not name.endswith(WRITING)}
    assert others - known == set()


@pytest.mark.usefixtures("_full_log")
def test_what_is_sent_to_a_page_of_the_admin_and_cannot_be_noted_is_not_done(sendings):
    before = all_rows()

    kept = {name: send().status_code for name, send in sendings}

    # Three find nothing to do: what comes before them in the list was not done.
    idle = {"exercises_listings_stop", "exercises_exercise_check_resume", "exercises_coursecheck_resume"}
    assert {name for name, status in kept.items() if status != 500} == idle
    assert all_rows() == before


# The list of it


@pytest.mark.parametrize(("role", "status"), [(EDITOR, 200), (AUTHOR, 403)])
def test_log_is_read_by_editors_and_changed_by_nobody(root, rows, role, status):
    user, client, boss = make_user("somebody", is_staff=True), Client(), Client()
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    boss.force_login(root)
    add_versions(rows)
    boss.post(reverse("admin:courses_lesson_restore", args=[rows["lesson"].pk, 1]))
    entry = LogEntry.objects.get()
    pages = {name: reverse(f"admin:admin_logentry_{name}", args=[] if name in ("changelist", "add") else [entry.pk])
             for name in ("changelist", "change", "add", "delete")}  # fmt: skip

    read = [client.get(pages[name]).status_code for name in ("changelist", "change")]
    listed = client.get(pages["changelist"]).content.decode()
    written = [one.post(pages[name], {"post": "yes"}).status_code for one in (client, boss)
               for name in ("change", "add", "delete")]  # fmt: skip

    assert read == [status, status]
    assert written == [403] * 6
    if status == 200:
        for words in (
            "Version 1 restored as version 3.",
            "root",
            reverse("admin:courses_lesson_change", args=[rows["lesson"].pk]),
        ):
            assert words in listed
        LogEntry.objects.create(user=user, object_id="1", object_repr="another", action_flag=CHANGE)
        for query in (f"user__id__exact={user.pk}", "q=restored", f"content_type__id__exact={entry.content_type_id}"):
            assert client.get(f"{pages['changelist']}?{query}").context["cl"].result_count == 1, query
