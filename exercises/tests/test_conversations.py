"""Staff answers an entry of a scenario, the learner reads it and answers back, and staff has it again."""

import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from courses.action_log import sentence_of
from exercises.answering import answer
from exercises.conversations import (
    MAX_MESSAGES,
    MAX_UNREAD,
    answer_entry,
    attempts_with_news,
    conversations_of,
    needs_no_answer,
    write_back,
)
from exercises.errors import ConversationFull, NoConversation, NoSuchEntry
from exercises.models import EntryMessage, Owner, ScenarioAnswers, Submission
from exercises.owners import GUEST, adopt_guest
from exercises.tests.answer_content import RIGHT, make_answered
from exercises.tests.builders import guest, make_user
from exercises.throttling import MessageThrottle

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> {{ 7|add:7 }} & <b>bold</b>\u202e"
States = ScenarioAnswers.QueueState


@pytest.fixture
def exercise():
    return make_answered("scenario")


@pytest.fixture
def reviewer():
    user = make_user("reviewer", is_staff=True)
    names = ["view_scenarioanswers", "change_scenarioanswers"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def desk(reviewer):
    """The reviewer's browser."""
    client = Client()
    client.force_login(reviewer)
    return client


def hand_in(exercise, owner=None, *, is_complete=True) -> Submission:
    answers = RIGHT["scenario"]
    if not is_complete:
        answers = {"entries": [answers["entries"][0] | {"reasons": ""}, *answers["entries"][1:]]}
    return answer(owner=owner or guest(), exercise=exercise, answers=answers)


def browser_of(owner: Owner) -> Client:
    client = Client()
    session = client.session
    session[GUEST] = str(owner.guest)
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def desk_page(attempt) -> str:
    return reverse("admin:exercises_scenarioanswers_change", args=[attempt.pk])


def back(attempt, entry=1) -> str:
    return f"{attempt.get_absolute_url()}entries/{entry}/"


def words_of(response):
    """What a reader sees: no tags, single spaces."""
    body = re.sub(r"(?s)<(svg|head|script).*?</\1>", "", response.content.decode())
    return " ".join(unescape(strip_tags(body)).split())


def state_of(attempt) -> States:
    return States(ScenarioAnswers.objects.get_queryset().with_state().get(pk=attempt.pk).queue_state)


# The whole way, as two browsers see it


def test_answer_is_read_answered_back_and_read_again(exercise, desk):
    owner = guest()
    attempt, learner = hand_in(exercise, owner), browser_of(owner)
    before = state_of(attempt)

    sent = desk.post(desk_page(attempt), {"entry": "2", "text": "Why not Flask?"})
    home, page, again = learner.get("/"), learner.get(attempt.get_absolute_url()), learner.get("/")
    answered = state_of(attempt)
    replied = learner.post(back(attempt, 2), {"text": "The team knows\r\ntype hints."})
    waiting = state_of(attempt)
    seen = desk.get(desk_page(attempt))
    closed = desk.post(desk_page(attempt), {"entry": "2", "no_answer": "1"})

    assert (sent.status_code, sent["Location"]) == (302, f"{desk_page(attempt)}#entry-2")
    assert "1 new answer from staff" in words_of(home)
    assert "Why not Flask?" in words_of(page)
    assert "Staff" in words_of(page)
    assert "New" in words_of(page)
    assert "reviewer" not in page.content.decode()  # who of them it was is nobody's business
    assert "new answer from staff" not in words_of(again)
    assert (replied.status_code, replied["Location"]) == (303, f"{attempt.get_absolute_url()}#entry-2")
    assert "The team knows type hints." in words_of(seen)
    assert "Scenario 2 (waits for an answer)" in words_of(seen)
    assert closed.status_code == 302
    assert [before, answered, waiting, state_of(attempt)] == [
        States.NEW, States.ANSWERED, States.WRITTEN_BACK, States.ANSWERED,
    ]  # fmt: skip
    assert [sentence_of(entry) for entry in LogEntry.objects.order_by("pk")] == [
        "Entry 2 answered.",
        "Entry 2 marked as needing no answer.",
    ]


def test_page_of_the_exercise_shows_it_beside_the_entry(exercise, reviewer, django_assert_num_queries):
    owner = guest()
    attempt, learner = hand_in(exercise, owner), browser_of(owner)
    answer_entry(submission=attempt, entry=3, text="Think of the load.", author=reviewer)

    page = learner.get(exercise.get_absolute_url())

    assert "Think of the load." in words_of(page)
    assert f'{attempt.get_absolute_url()}#entry-3"' in page.content.decode()
    assert attempts_with_news(owner)  # it is new until the page on which it can be answered was opened


@pytest.mark.parametrize("name", ["progress", "account"])
def test_news_are_on_the_pages_of_the_learner(client, exercise, reviewer, name):
    user = make_user()
    attempt = hand_in(exercise, Owner(user_id=user.pk))
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)
    client.force_login(user)

    page = client.get({"progress": "/progress/", "account": "/accounts/"}[name])

    assert "1 new answer from staff" in words_of(page)


@pytest.mark.parametrize(("headers", "is_seen"), [({}, True), ({"Sec-Purpose": "prefetch;prerender"}, False)])
def test_fetching_the_page_ahead_is_not_reading(exercise, reviewer, headers, is_seen):
    owner = guest()
    attempt = hand_in(exercise, owner)
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    browser_of(owner).get(attempt.get_absolute_url(), headers=headers)

    assert (attempts_with_news(owner) == []) == is_seen


def test_whoever_else_has_the_address_of_a_guests_attempt_reads_and_marks_nothing(client, exercise, reviewer):
    owner = guest()
    attempt = hand_in(exercise, owner)
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    page = client.get(attempt.get_absolute_url())
    sent = client.post(back(attempt), {"text": "Me too."})

    assert "Good." in words_of(page)
    assert "Write back" not in words_of(page)
    assert sent.status_code == 403
    assert attempts_with_news(owner) == [attempt]


def test_a_guests_conversation_moves_to_the_account(exercise, reviewer):
    owner, user = guest(), make_user()
    attempt = hand_in(exercise, owner)
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    adopt_guest(user=user, guest=owner.guest)

    assert attempts_with_news(Owner(user_id=user.pk)) == [attempt]


# What is written is hostile, and limited


@pytest.mark.parametrize("side", ["staff", "learner"])
def test_texts_are_shown_as_they_are_written(exercise, desk, reviewer, side):
    owner = guest()
    attempt, learner = hand_in(exercise, owner), browser_of(owner)
    answer_entry(submission=attempt, entry=1, text=HOSTILE if side == "staff" else "Good.", author=reviewer)
    if side == "learner":
        write_back(submission=attempt, entry=1, text=HOSTILE)

    pages = [
        learner.get(attempt.get_absolute_url()),
        learner.get(exercise.get_absolute_url()),
        desk.get(desk_page(attempt)),
    ]

    for page in pages:
        html = page.content.decode()
        assert "<script>alert" not in html
        assert "<b>bold" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:7 }} &amp; &lt;b&gt;bold" in html
        assert "\u202e" not in html


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Write something first."),
        (" \n ", "Write something first."),
        ("x" * 4001, "This is longer than 4000 characters."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
@pytest.mark.parametrize("side", ["staff", "learner"])
def test_what_is_not_accepted_stays_in_the_form(exercise, desk, reviewer, side, text, problem):
    owner = guest()
    attempt, learner = hand_in(exercise, owner), browser_of(owner)
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    if side == "learner":
        refused = learner.post(back(attempt), {"text": text})
    else:
        refused = desk.post(desk_page(attempt), {"entry": "1", "text": text})

    html = refused.content.decode()
    assert refused.status_code == 422
    assert problem in html
    assert 'aria-describedby="text-1-error"' in html
    assert text.replace("\0", "") == "" or text[:100].strip() in html or "\0" in text
    assert EntryMessage.objects.count() == 1


def test_a_line_end_counts_once_as_a_browser_counts(exercise, reviewer):
    owner = guest()
    attempt = hand_in(exercise, owner)
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    sent = browser_of(owner).post(back(attempt), {"text": "x" * 3900 + "\r\n" * 99 + "x"})

    assert sent.status_code == 303


def test_learners_write_where_staff_has_begun_and_not_without_end(exercise, reviewer):
    owner = guest()
    attempt, learner = hand_in(exercise, owner), browser_of(owner)
    early = learner.post(back(attempt), {"text": "Hello?"})
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    statuses = [learner.post(back(attempt), {"text": f"Text {number}"}).status_code for number in range(MAX_UNREAD + 1)]

    assert early.status_code == 409
    assert "once staff has written" in words_of(early)
    assert statuses == [303] * MAX_UNREAD + [409]


def test_learners_write_at_a_rate(exercise, reviewer, monkeypatch):
    monkeypatch.setattr(MessageThrottle, "rate", "1/hour", raising=False)
    owner = guest()
    attempt, learner = hand_in(exercise, owner), browser_of(owner)
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    accepted, refused = (learner.post(back(attempt), {"text": f"Text {number}"}) for number in (1, 2))

    assert (accepted.status_code, refused.status_code) == (303, 429)
    assert int(refused["Retry-After"]) > 0
    assert "Text 2" in refused.content.decode()


def test_services_refuse_what_cannot_be(exercise, reviewer):
    attempt = hand_in(exercise)
    for entry in (0, 4):
        with pytest.raises(NoSuchEntry):
            answer_entry(submission=attempt, entry=entry, text="x", author=reviewer)
        with pytest.raises(NoSuchEntry):
            needs_no_answer(submission=attempt, entry=entry)
    with pytest.raises(NoConversation):
        write_back(submission=attempt, entry=1, text="x")
    for number in range(MAX_MESSAGES - 1):
        answer_entry(submission=attempt, entry=1, text=str(number), author=reviewer)
    write_back(submission=attempt, entry=1, text="99")
    with pytest.raises(ConversationFull):
        answer_entry(submission=attempt, entry=1, text="x", author=reviewer)
    assert [message.text for message in conversations_of(attempt)[1]] == [str(number) for number in range(MAX_MESSAGES)]
    assert needs_no_answer(submission=attempt, entry=1) == 1  # so that it leaves the queue
    assert state_of(attempt) == States.ANSWERED


def test_what_staff_tries_of_a_draft_is_not_in_the_queue(desk, exercise):
    owner = Owner(user_id=make_user("author", is_staff=True).pk)
    attempt = hand_in(exercise, owner)
    tried = answer(owner=owner, exercise=exercise, answers=RIGHT["scenario"], preview=exercise.draft)

    assert list(ScenarioAnswers.objects.all()) == [ScenarioAnswers.objects.get(pk=attempt.pk)]
    assert state_of(attempt) == States.NEW
    assert desk.get(desk_page(tried)).status_code in (302, 404)


@pytest.mark.parametrize("kind", ["choice", "decision"])
def test_only_scenarios_have_conversations(desk, reviewer, kind):
    attempt = answer(owner=guest(), exercise=make_answered(kind), answers=RIGHT[kind])

    assert desk.get(desk_page(attempt)).status_code == 404
    with pytest.raises(NoSuchEntry):
        answer_entry(submission=attempt, entry=1, text="x", author=reviewer)


@pytest.mark.parametrize("entry", ["", "x", "0", "4", "99999", "²"])
def test_desk_knows_no_other_entries(exercise, desk, entry):
    attempt = hand_in(exercise)

    assert desk.post(desk_page(attempt), {"entry": entry, "text": "x"}).status_code == 404


# The queue


def test_queue_has_what_waits_first_and_course_by_course(exercise, desk, reviewer):
    learners = [Owner(user_id=make_user(name).pk) for name in ("ana", "ben", "cleo", "dan")]
    incomplete = hand_in(exercise, learners[0], is_complete=False)
    earlier, newest = (hand_in(exercise, learners[1]) for _ in range(2))
    answered, back_again = hand_in(exercise, learners[2]), hand_in(exercise, learners[3])
    for attempt in (answered, back_again):
        answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)
    write_back(submission=back_again, entry=1, text="Thanks.")
    address = reverse("admin:exercises_scenarioanswers_changelist")

    listed = [row.pk for row in desk.get(address).context["cl"].result_list]
    waiting = [row.pk for row in desk.get(f"{address}?state=open").context["cl"].result_list]

    assert listed == [back_again.pk, newest.pk, answered.pk, incomplete.pk, earlier.pk]
    assert waiting == [back_again.pk, newest.pk]
    page = desk.get(address).content.decode()
    assert "ben@example.org" not in page  # whose they are is not said


@pytest.mark.parametrize("count", [1, 6])
def test_queue_needs_the_same_queries_for_any_length(exercise, desk, reviewer, count, django_assert_max_num_queries):
    for _ in range(count):
        answer_entry(submission=hand_in(exercise), entry=1, text="Good.", author=reviewer)
    desk.get("/admin/")

    with django_assert_max_num_queries(9):
        desk.get(reverse("admin:exercises_scenarioanswers_changelist"))


def test_desk_has_the_task_the_rubric_and_the_model_answers(exercise, desk):
    attempt = hand_in(exercise)

    page = words_of(desk.get(desk_page(attempt)))

    for words in ("A shop", "The admin is built in.", "Rubric, as the learner ticked it", "Model answers", "Criteria"):
        assert words in page


def test_who_may_only_look_gets_no_form(exercise):
    viewer, client = make_user("viewer", is_staff=True), Client()
    viewer.user_permissions.set(Permission.objects.filter(codename="view_scenarioanswers"))
    client.force_login(viewer)
    attempt = hand_in(exercise)

    page = client.get(desk_page(attempt))

    assert (page.status_code, "Send the answer" in words_of(page)) == (200, False)
    assert client.post(desk_page(attempt), {"entry": "1", "text": "x"}).status_code == 403


def test_page_of_an_attempt_costs_one_query_more_where_it_is_a_scenario(
    exercise, reviewer, django_assert_max_num_queries
):
    owner = guest()
    attempt, learner = hand_in(exercise, owner), browser_of(owner)
    for entry in (1, 2, 3):
        answer_entry(submission=attempt, entry=entry, text="Good.", author=reviewer)
    learner.get(attempt.get_absolute_url())

    with django_assert_max_num_queries(11):
        learner.get(attempt.get_absolute_url())
