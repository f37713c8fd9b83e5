"""What readers say about a page: kept with its version, and read and closed by staff."""

import pytest
from django.urls import reverse

from courses.models import LessonVersion
from exercises.models import ProblemReport
from exercises.owners import GUEST, adopt_guest
from exercises.tests.builders import guest, make_exercise, make_lesson, make_user
from exercises.throttling import ReportThrottle

pytestmark = pytest.mark.django_db
Kind = ProblemReport.Kind


@pytest.fixture
def lesson():
    return make_lesson("flask")


def said(client, page, kind="problem", version=1, **fields):
    return client.post("/reports/", {"page": page, "version": version, "kind": kind, **fields})


@pytest.mark.parametrize("page", ["/courses/web/flask/", "/exercises/health-flask/"])
def test_a_guest_reports_a_problem_with_the_version_that_was_shown(client, lesson, page):
    exercise = make_exercise("health-flask", lesson=lesson)

    response = said(client, page, text="The second line\r\nis wrong.\x07")

    (report,) = ProblemReport.objects.all()
    assert (response.status_code, response["Location"]) == (303, f"{page}?thanks=problem#feedback")
    assert (report.kind, report.text, report.page) == (
        Kind.PROBLEM,
        "The second line\nis wrong.\N{REPLACEMENT CHARACTER}",
        page,
    )
    assert report.version == (lesson.published if "courses" in page else exercise.published)
    assert (str(report.guest), report.user) == (client.session[GUEST], None)
    assert "The authors have your report" in client.get(response["Location"]).content.decode()


def test_a_second_answer_takes_the_place_of_the_first(client, lesson):
    client.force_login(make_user())

    for kind in ("clear", "unclear"):
        said(client, "/courses/web/flask/", kind)
    said(client, "/courses/web/flask/", text="This.")

    assert list(ProblemReport.objects.order_by("pk").values_list("kind", "text")) == [
        ("unclear", ""),
        ("problem", "This."),
    ]
    page = client.get("/courses/web/flask/?thanks=unclear").content.decode()
    assert '<details class="feedback-report" open>' in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Say what is wrong, in a few words."),
        (" \n ", "Say what is wrong, in a few words."),
        ("x" * 2001, "This is longer than 2000 characters. Please say it shorter."),
    ],
)
def test_a_text_that_cannot_be_kept_is_shown_again_with_the_reason(client, lesson, text, sentence):
    response = said(client, "/courses/web/flask/", text=text)

    assert (response.status_code, ProblemReport.objects.count()) == (422, 0)
    assert sentence in response.content.decode()
    assert text in response.content.decode()
    assert "sessionid" not in client.cookies


def test_line_ends_count_once_as_they_do_in_the_browser(client, lesson):
    assert said(client, "/courses/web/flask/", text="\r\n".join("x" * 1000)).status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"page": "/courses/web/nothing/"},
        {"page": "/courses/web/draft/"},
        {"page": "/"},
        {"page": "https://evil.example/courses/web/flask/"},
        {"page": "//evil.example/"},
        {"page": "/courses/web/flask/\x00"},
        {"version": 2},
        {"version": "²"},
        {"version": "99999999999999999999"},
        {"kind": "closed"},
        {"kind": ""},
    ],
)
def test_a_report_of_something_that_is_not_there_is_refused(client, lesson, fields):
    make_lesson("draft", is_published=False)
    whole = {"page": "/courses/web/flask/", "version": 1, "kind": "problem", "text": "x"}

    response = client.post("/reports/", {**whole, **fields})

    assert (response.status_code, ProblemReport.objects.count()) == (400, 0)
    assert "We could not read that" in response.content.decode()


def test_reports_are_limited_and_the_text_is_not_lost(client, lesson, monkeypatch):
    monkeypatch.setattr(ReportThrottle, "rate", "2/hour", raising=False)

    statuses = [said(client, "/courses/web/flask/", text="Wrong.") for _ in range(3)]

    assert [response.status_code for response in statuses] == [303, 303, 429]
    assert ">Wrong.</textarea>" in statuses[-1].content.decode()
    assert int(statuses[-1]["Retry-After"]) > 0


def test_reports_of_a_guest_go_along_to_the_account(lesson):
    owner = guest()
    report = ProblemReport.objects.create(**owner.columns, lesson_version=lesson.published, page="/x/", kind=Kind.CLEAR)

    adopt_guest(user=make_user(), guest=owner.guest)

    report.refresh_from_db()
    assert (report.user.username, report.guest) == ("ana", None)


@pytest.mark.parametrize(("state", "seen"), [("open", {"new"}), ("closed", {"old"}), (None, {"new", "old"})])
def test_staff_finds_open_and_closed_reports(client, lesson, state, seen):
    reports = [
        ProblemReport.objects.create(
            **guest().columns, lesson_version=lesson.published, page="/courses/web/flask/", kind=Kind.PROBLEM, text=text
        )
        for text in ("old", "new")
    ]
    client.force_login(make_user("staff", is_staff=True, is_superuser=True))
    address = reverse("admin:exercises_problemreport_changelist")
    client.post(address, {"action": "close_reports", "_selected_action": [reports[0].pk]})

    page = client.get(address, {"state": state} if state else {})

    assert {report.text for report in page.context["cl"].result_list} == seen
    reports[0].refresh_from_db()
    assert (reports[0].closed_by.username, reports[0].closed_at is not None) == ("staff", True)
    detail = client.get(reverse("admin:exercises_problemreport_change", args=[reports[0].pk])).content.decode()
    assert 'href="/courses/web/flask/"' in detail


def test_list_begins_with_what_is_still_to_be_answered(client, lesson):
    def make(kind: Kind, **more: object) -> int:
        columns = {**guest().columns, "lesson_version": lesson.published, "page": "/x/", "kind": kind}
        return ProblemReport.objects.create(**columns, **more).pk

    older, unclear = make(Kind.PROBLEM), make(Kind.UNCLEAR)
    closed, clear = make(Kind.PROBLEM, closed_at="2026-01-01T00:00Z"), make(Kind.CLEAR)
    client.force_login(make_user("staff", is_staff=True, is_superuser=True))
    address = reverse("admin:exercises_problemreport_changelist")

    listed = {
        state: [
            report.pk for report in client.get(address, {"state": state} if state else {}).context["cl"].result_list
        ]
        for state in ("", "open", "closed")
    }

    assert listed == {"": [unclear, older, clear, closed], "open": [unclear, older], "closed": [closed]}


def test_markup_in_a_report_is_text_for_staff(client, lesson):
    report = ProblemReport.objects.create(
        **guest().columns,
        lesson_version=lesson.published,
        page="/x/",
        kind=Kind.PROBLEM,
        text="<script>alert(1)</script>",
    )
    client.force_login(make_user("staff", is_staff=True, is_superuser=True))

    for address in ("changelist", "change"):
        arguments = [report.pk] if address == "change" else []
        page = client.get(reverse(f"admin:exercises_problemreport_{address}", args=arguments)).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_reports_needs_the_same_queries_for_any_length(
    client, lesson, count, django_assert_max_num_queries
):
    client.force_login(make_user("staff", is_staff=True, is_superuser=True))
    for _ in range(count):
        ProblemReport.objects.create(**guest().columns, lesson_version=lesson.published, page="/x/", kind=Kind.CLEAR)

    with django_assert_max_num_queries(7):
        client.get(reverse("admin:exercises_problemreport_changelist"))


def test_the_version_of_a_report_is_the_one_that_was_read(client, lesson):
    LessonVersion.objects.create(
        lesson=lesson,
        number=2,
        title="New",
        summary="S.",
        minutes=1,
        body_markdown="x",
        body_html="x",
        content_hash="1",
    )

    said(client, "/courses/web/flask/", text="Old text.")

    assert ProblemReport.objects.get().version.number == 1
