"""The pages of the admin on which staff publish, show drafts to outsiders, and change the order."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime, now

from courses.action_log import sentence_of
from courses.admin.ordering import MoveForm
from courses.models import Course, Lesson, Module
from courses.previews import VALID, preview_address, withdraw_previews
from courses.publishing import archive_lesson, publish_lesson, save_lesson_draft
from courses.tests.builders import make_course, make_lesson, make_module
from courses.views import with_runs_of

pytestmark = pytest.mark.django_db

LOOK, EDIT = ["view_lesson"], ["view_lesson", "change_lesson"]
PUBLISH = [*EDIT, "publish_lesson"]


def staff(*permissions: str) -> User:
    user = User.objects.create_user("staff", is_staff=True)
    codes = [*permissions, "edit_every_course"]  # all courses are theirs, whatever they may do with them
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return user


@pytest.fixture
def lesson() -> Lesson:
    lesson = make_lesson(make_module(make_course()))
    save_lesson_draft(
        lesson=lesson, title="Newer", summary="S.", minutes=1,
        body_markdown='## Draft\n\n```python listing="shop" framework="flask" title="shop.py"\nx = 1\n```\n',
    )  # fmt: skip
    return lesson


def url(name: str, *arguments: object) -> str:
    return reverse(f"admin:courses_{name}", args=arguments)


def local(moment) -> str:
    return localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("permissions", "look", "publish", "withdraw", "sees_link"),
    [([], 403, 403, 403, False), (LOOK, 200, 403, 403, False), (EDIT, 200, 403, 302, True),
     (PUBLISH, 200, 302, 302, True)],
)  # fmt: skip
def test_who_may_publish_and_who_may_show_a_draft(client, lesson, permissions, look, publish, withdraw, sees_link):
    client.force_login(staff(*permissions))
    page = url("lesson_publishing", lesson.pk)
    at = local(now() + timedelta(days=1))

    shown = client.get(page)
    statuses = [
        client.post(page, {"do": do, "at": at}).status_code
        for do in ("publish", "cancel", "archive", "bring-back", "offline", "schedule")
    ]

    assert (shown.status_code, set(statuses)) == (look, {publish})
    assert client.post(page, {"do": "withdraw"}).status_code == withdraw
    assert (b"?preview=" in shown.content) == sees_link


@pytest.mark.parametrize(
    ("steps", "state", "log"),
    [
        (["publish"], "Published", "Published."),
        (["schedule"], "Published, newer version scheduled", "Scheduled for"),
        (["schedule", "cancel"], "Published, newer draft", "Schedule cancelled."),
        (["offline"], "Draft", "Taken offline."),
        (["archive"], "Archived", "Archived."),
        (["archive", "bring-back"], "Published, newer draft", "Brought back."),
        (["archive", "publish"], "Archived", "Archived."),
    ],
)
def test_each_button_does_what_it_says_and_is_in_the_log(client, lesson, steps, state, log):
    client.force_login(staff(*PUBLISH))
    page = url("lesson_publishing", lesson.pk)

    for step in steps:
        client.post(page, {"do": step, "at": local(now() + timedelta(days=1))})

    shown = client.get(page).content.decode()
    assert f"<strong>{state}</strong>" in shown
    assert Lesson.objects.get(pk=lesson.pk).state == state
    assert sentence_of(LogEntry.objects.first()).startswith(log)


def test_what_cannot_be_done_is_said_and_not_logged(client, lesson):
    client.force_login(staff(*PUBLISH))
    page = url("lesson_publishing", lesson.pk)

    cancelled = client.post(page, {"do": "cancel"}, follow=True)
    unknown = client.post(page, {"do": "explode"})

    assert "Nothing is scheduled" in cancelled.content.decode()
    assert (unknown.status_code, LogEntry.objects.count()) == (400, 0)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("what", ["lesson", "module", "course"])
def test_places_to_move_to_need_as_many_queries_for_any_number(lesson, what, count, django_assert_num_queries):
    for number in range(count):
        module = make_module(lesson.course, f"module-{number}")
        make_lesson(module, f"lesson-{number}")
        make_course(f"course-{number}")
    row = {"lesson": lesson, "module": lesson.module, "course": lesson.course}[what]
    row = type(row).objects.get(pk=row.pk)

    with django_assert_num_queries({"lesson": 3, "module": 2, "course": 1}[what]):
        form = MoveForm(row)

    assert len(form.rows) == count


@pytest.mark.parametrize(("at", "message"), [("", "required"), ("soon", "valid"), ("2020-01-01T10:00", "passed")])
def test_a_time_that_cannot_be_is_refused_where_it_was_typed(client, lesson, at, message):
    client.force_login(staff(*PUBLISH))

    response = client.post(url("lesson_publishing", lesson.pk), {"do": "schedule", "at": at})

    assert (response.status_code, message in str(response.context["form"].errors)) == (422, True)
    assert Lesson.objects.get(pk=lesson.pk).scheduled is None


def test_a_draft_with_problems_is_not_scheduled_and_they_are_named(client, lesson):
    save_lesson_draft(lesson=lesson, title="T", summary="S.", minutes=1, body_markdown="!!! danger\n    No.\n")
    client.force_login(staff(*PUBLISH))

    response = client.post(
        url("lesson_publishing", lesson.pk), {"do": "schedule", "at": local(now() + timedelta(days=1))}, follow=True
    )

    assert "Line 1:" in response.content.decode()
    assert Lesson.objects.get(pk=lesson.pk).scheduled is None


def test_courses_are_scheduled_and_archived_too(client):
    course = make_lesson(make_module(make_course(published=False))).course
    client.force_login(User.objects.create_superuser("root"))
    page = url("course_publishing", course.pk)
    states = []

    for step in ("schedule", "cancel", "publish", "archive", "bring-back", "offline"):
        client.post(page, {"do": step, "at": local(now() + timedelta(days=1))})
        states.append(Course.objects.get().state)

    assert states == ["Scheduled", "Draft", "Published", "Archived", "Published", "Draft"]
    assert "?preview=" not in client.get(page).content.decode()


def test_a_changed_slug_is_taken_from_the_form_and_one_that_is_taken_is_refused(client, lesson):
    make_lesson(lesson.module, "second")
    client.force_login(staff(*PUBLISH))
    form = {
        "module": lesson.module_id,
        "based_on": 2,
        "title": "T",
        "summary": "S.",
        "minutes": 1,
        "body_markdown": "x",
    }
    change = url("lesson_change", lesson.pk)

    taken = client.post(change, form | {"slug": "second"})
    client.post(change, form | {"slug": "begin"})

    assert "already" in str(taken.context["adminform"].form.errors["slug"])
    assert Lesson.objects.get(pk=lesson.pk).slug == "begin"
    assert Client().get("/courses/frameworks/first/")["Location"] == "/courses/frameworks/begin/"


# --- Preview links ---


def test_an_outsider_sees_the_draft_and_can_do_nothing(lesson):
    outsider = Client()
    page = outsider.get(preview_address(lesson))

    html = page.content.decode()
    assert (page.status_code, page.context["version"].title) == (200, "Newer")
    assert page["X-Robots-Tag"] == "noindex"
    assert "private" in page["Cache-Control"]
    assert dict(outsider.session) == {}
    assert '<form class="done"' not in html
    assert 'href="run/' not in html
    assert "data-run-tools" not in html
    assert "/reports/" not in html
    assert outsider.post(preview_address(lesson)).status_code == 405
    assert outsider.get("/courses/frameworks/first/").context["version"].title == "First"


def test_an_outsider_cannot_name_a_version_beside_the_link(lesson):
    text = {"title": "Runs", "summary": "S.", "minutes": 1}
    save_lesson_draft(lesson=lesson, body_markdown='```python listing="a"\nprint(1)\n```\n', **text)

    page = Client().get(preview_address(lesson) + "&version=1%22%3E%3Cimg%3E")

    assert (page.status_code, page.context["version"].title, page.context["is_preview"]) == (200, "Runs", False)
    assert "<img>" not in page.content.decode()
    assert with_runs_of('<a href="run/a/">', '1"><img>') == '<a href="run/a/?version=1%22%3E%3Cimg%3E">'


def test_an_outsider_sees_what_is_not_published_at_all():
    lesson = make_lesson(make_module(make_course(published=False)), published=False)

    assert Client().get(preview_address(lesson)).status_code == 200
    assert Client().get(lesson.get_absolute_url()).status_code == 404


def test_a_link_ends_by_time_or_withdrawal_and_is_good_for_one_page(lesson, monkeypatch):
    other = make_lesson(lesson.module, "second")
    address = preview_address(lesson)
    token = parse_qs(urlsplit(address).query)["preview"][0]
    statuses = {
        "fresh": Client().get(address).status_code,
        "another page": Client().get(f"/courses/frameworks/second/?preview={token}").status_code,
        "forged": Client().get(address[:-1] + ("a" if address[-1] != "a" else "b")).status_code,
        "nonsense": Client().get("/courses/frameworks/first/?preview=%00").status_code,
    }
    withdraw_previews(other)
    statuses["the other's withdrawn"] = Client().get(address).status_code
    with monkeypatch.context() as patch:
        real = signing.time.time
        patch.setattr(signing.time, "time", lambda: real() + VALID.total_seconds() - 60)
        statuses["last minute"] = Client().get(address).status_code
        patch.setattr(signing.time, "time", lambda: real() + VALID.total_seconds() + 60)
        statuses["too old"] = Client().get(address).status_code
    withdraw_previews(lesson)
    statuses["withdrawn"] = Client().get(address).status_code

    assert statuses == {
        "fresh": 200, "another page": 410, "forged": 410, "nonsense": 410, "the other's withdrawn": 200,
        "last minute": 200, "too old": 410, "withdrawn": 410,
    }  # fmt: skip


# --- Order ---


def test_the_page_of_move_to_offers_every_place_of_the_course(client, lesson):
    more = make_module(lesson.course, "more", "More")
    second = make_lesson(lesson.module, "second")
    client.force_login(staff(*EDIT))
    page = url("lesson_move", lesson.pk)

    shown = client.get(page)
    choices = {name: [value for value, _ in group] for name, group in shown.context["form"].fields["to"].choices}
    response = client.post(page, {"to": f"end:{more.pk}"}, follow=True)

    assert choices == {
        "Basics": [f"before:{second.pk}", f"end:{lesson.module_id}"], "More": [f"end:{more.pk}"],
    }  # fmt: skip
    assert Lesson.objects.get(pk=lesson.pk).module == more
    assert "Newer was moved. It is now 1 of 1 in More." in [str(message) for message in response.context["messages"]]
    assert sentence_of(LogEntry.objects.first()) == "Moved to place 1 of More."


@pytest.mark.parametrize("what", ["publish", "schedule"])
def test_a_draft_that_the_page_did_not_name_is_not_published(client, lesson, what):
    client.force_login(User.objects.create_superuser("root"))
    page, at = url("lesson_publishing", lesson.pk), local(now() + timedelta(days=1))
    shown = client.get(page).context["draft_number"]
    text = {"title": "Half a thought", "summary": "S.", "minutes": 5, "body_markdown": "Not yet.\n"}
    newer = save_lesson_draft(lesson=lesson, **text)

    stale = client.post(page, {"do": what, "at": at, "draft": shown}, follow=True)
    kept = Lesson.objects.values("published", "scheduled").get(pk=lesson.pk)
    fresh = client.post(page, {"do": what, "at": at, "draft": newer.number}, follow=True)

    refusal = f"Somebody has saved version {newer.number} meanwhile. Look at it, and publish then."
    still = "The draft of “Half a thought” was not published; learners still read version 1."
    assert said(stale) == [("error", f"{still} {refusal}")]
    assert f'name="draft" value="{newer.number}"' in stale.content.decode()
    assert kept == {"published": lesson.published_id, "scheduled": None}
    assert said(fresh)[0][0] == "success"


@pytest.mark.parametrize("to", ["before:999999", "end:999999", "end:", "sideways", "before:x", ""])
def test_places_that_are_none_are_refused(client, lesson, to):
    client.force_login(staff(*EDIT))
    page = url("lesson_move", lesson.pk)

    assert client.post(page, {"to": to}).status_code == 422
    assert client.post(page, {"to": to}, headers={"accept": "application/json"}).status_code == 400


def test_a_script_is_told_what_to_announce(client):
    client.force_login(User.objects.create_superuser("root"))
    course = make_course()
    one, two = make_module(course, "one", "one"), make_module(course, "two", "two")
    page = url("module_move", two.pk)

    moved = client.post(page, {"to": f"before:{one.pk}"}, headers={"accept": "application/json"})
    again = client.post(page, {"direction": "up"}, headers={"accept": "application/json"})

    assert moved.json() == {"message": "two was moved. It is now 1 of 2 in Frameworks."}
    assert again.json() == {"message": "two is the first one already."}
    assert list(Module.objects.values_list("slug", flat=True)) == ["two", "one"]
    assert not list(client.get(url("module_changelist")).context["messages"])


# --- What else has to be published ---


def said(response) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def test_a_lesson_below_a_draft_says_that_learners_do_not_see_it_yet(client):
    lesson = make_lesson(make_module(make_course(published=False)), published=False)
    client.force_login(staff(*PUBLISH))
    page = url("lesson_publishing", lesson.pk)
    before = client.get(page).content.decode()

    button = client.post(page, {"do": "publish"}, follow=True)
    action = client.post(url("lesson_changelist"), {"action": "publish", "_selected_action": [lesson.pk]}, follow=True)
    at = local(now() + timedelta(days=1))
    scheduled = client.post(page, {"do": "offline"}) and client.post(page, {"do": "schedule", "at": at}, follow=True)

    waits = "Learners see it once its course is published."
    assert waits not in before
    assert said(button) == [("warning", f"Published. {waits}")]
    assert button.content.decode().count(waits) == 2  # the message, and the page of what learners have
    assert said(action) == [("warning", f"First is published. {waits}")]
    assert "Published, not visible yet" in action.content.decode()
    assert [(tag, text.startswith("Scheduled for"), waits in text) for tag, text in said(scheduled)][-1] == (
        "warning", True, True,
    )  # fmt: skip
    assert Client().get(lesson.get_absolute_url()).status_code == 404


def test_a_lesson_below_what_is_published_is_seen_and_said_to_be(client, lesson):
    client.force_login(staff(*PUBLISH))

    page = client.post(url("lesson_publishing", lesson.pk), {"do": "publish"}, follow=True)

    assert said(page) == [("success", "Published. Learners have it now.")]
    assert "not visible yet" not in client.get(url("lesson_changelist")).content.decode()


@pytest.mark.parametrize("do", ["publish", "schedule"])
@pytest.mark.parametrize("what", ["none", "draft", "archived", "later"])
def test_a_course_with_nothing_to_read_is_not_published(client, do, what):
    course = make_course(published=False)
    if what != "none":
        lesson = make_lesson(make_module(course), published=what == "archived")
        if what == "later":
            publish_lesson(lesson=lesson, at=now() + timedelta(days=2))
        elif what == "archived":
            archive_lesson(lesson=lesson)
    client.force_login(User.objects.create_superuser("root"))

    response = client.post(
        url("course_publishing", course.pk), {"do": do, "at": local(now() + timedelta(days=1))}, follow=True
    )

    sentence = "Learners would find nothing in this course. Publish a lesson of it first."
    assert (said(response), Course.objects.get().published_at) == ([("error", sentence)], None)


def test_a_course_is_scheduled_for_when_its_first_lesson_is_there(client):
    lesson = make_lesson(make_module(make_course(published=False)), published=False)
    publish_lesson(lesson=lesson, at=now() + timedelta(days=1))
    client.force_login(User.objects.create_superuser("root"))

    client.post(url("course_publishing", lesson.course_id), {"do": "schedule", "at": local(now() + timedelta(days=2))})

    assert Course.objects.get().state == "Scheduled"


BROKEN = {"title": "Broken", "summary": "S.", "minutes": 1, "body_markdown": "## Part\n\n[Lost](lost.md)\n"}


def test_page_says_what_keeps_a_draft_from_being_published_before_anybody_tries(client, lesson):
    client.force_login(staff(*PUBLISH))
    page = url("lesson_publishing", lesson.pk)
    sound = client.get(page).content.decode()
    save_lesson_draft(lesson=lesson, **BROKEN)

    broken = client.get(page).content.decode()
    refused = client.post(page, {"do": "publish"}, follow=True)

    assert "errornote" not in sound
    assert "Mend these problems, then publish." in broken
    assert broken.count("<li>Line 3: ") == refused.content.decode().count("<li>Line 3: ") == 1
    assert len(said(refused)) == 1


def test_page_says_nothing_of_problems_to_who_cannot_publish_or_where_nothing_can_be(client, lesson):
    save_lesson_draft(lesson=lesson, **BROKEN)
    page = url("lesson_publishing", lesson.pk)
    client.force_login(staff(*EDIT))
    looked_at = client.get(page)
    archive_lesson(lesson=lesson)
    client.force_login(User.objects.create_superuser("root"))

    archived = client.get(page)

    assert [found.context["refusal"] for found in (looked_at, archived)] == [None, None]


def test_page_says_nothing_of_problems_that_what_learners_have_got_later(client, lesson):
    other = make_lesson(lesson.module, "other", body_markdown="## Part\n\n[First](lesson:first)\n")
    Lesson.objects.filter(pk=lesson.pk).delete()
    client.force_login(User.objects.create_superuser("root"))

    unchanged = client.get(url("lesson_publishing", other.pk))
    save_lesson_draft(lesson=other, **BROKEN | {"body_markdown": other.draft.body_markdown})
    changed = client.get(url("lesson_publishing", other.pk))

    assert unchanged.context["refusal"] is None
    assert changed.context["refusal"].problems


@pytest.mark.parametrize(("is_scheduled", "is_said"), [(False, True), (True, False)])
def test_page_of_a_course_says_that_it_has_nothing_to_read_unless_that_comes(client, is_scheduled, is_said):
    lesson = make_lesson(make_module(make_course(published=False)), published=False)
    if is_scheduled:
        publish_lesson(lesson=lesson, at=now() + timedelta(days=400))
    client.force_login(User.objects.create_superuser("root"))

    page = client.get(url("course_publishing", lesson.course_id)).content.decode()

    assert ("Learners would find nothing in this course." in page) == is_said
