import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from exercises import kept_drafts
from exercises.drafts import SetAside, draft_of, replace_draft, save_draft
from exercises.errors import DraftConflict, InvalidFiles, NotPublished
from exercises.models import Draft, KeptDraft, Owner, Submission
from exercises.owners import GUEST, adopt_guest
from exercises.tests.builders import STARTER, guest, make_exercise, make_submission, make_user
from exercises.throttling import DraftThrottle

pytestmark = pytest.mark.django_db
Reason = KeptDraft.Reason
URL = "/api/v1/exercises/health-flask/draft/"


def files(text):
    return {"main.py": text}


def make_draft(owner, exercise, text="mine", version=1, minutes_ago=0):
    at = now() - timedelta(minutes=minutes_ago)
    return Draft.objects.create(**owner.columns, exercise=exercise, files=files(text), version=version, updated_at=at)


def kept(owner):
    return [(entry.reason, entry.files["main.py"]) for entry in KeptDraft.objects.owned_by(owner)]


@pytest.mark.parametrize(
    ("stored", "known", "text", "version"),
    [
        (None, 0, "new", 1),
        (None, 7, "new", 8),  # a row that is gone: the number goes on, so that other devices notice
        (3, 3, "new", 4),
        (3, 2, "new", DraftConflict),
        (3, 4, "new", DraftConflict),
        (3, 0, "new", DraftConflict),
        (3, 2, "mine", 3),  # the same text: sent twice, nothing to choose between
    ],
)
def test_a_draft_is_saved_over_the_version_that_it_comes_from(stored, known, text, version):
    owner, exercise = guest(), make_exercise()
    if stored:
        make_draft(owner, exercise, version=stored)

    if version is DraftConflict:
        with pytest.raises(DraftConflict) as refused:
            save_draft(owner=owner, exercise=exercise, files=files(text), version=known)
        present = refused.value.present
        assert (present.files, present.version) == (files("mine"), stored)
        assert draft_of(owner, exercise) == present
    else:
        draft = save_draft(owner=owner, exercise=exercise, files=files(text), version=known)
        assert (draft.files, draft.version) == (files(text), version)
        assert draft_of(owner, exercise) == draft


@pytest.mark.parametrize(
    ("is_published", "given", "refusal"),
    [
        (True, files("x" * 65536), None),
        (True, files("x" * 65537), InvalidFiles),
        (True, files("a\0"), InvalidFiles),
        (True, {"main.py": "", "../other.py": ""}, InvalidFiles),
        (True, {}, InvalidFiles),
        (False, files(""), NotPublished),
    ],
)
def test_a_draft_has_the_limits_of_a_submission(is_published, given, refusal):
    owner, exercise = guest(), make_exercise(is_published=is_published)
    for arguments in (
        {"files": given, "version": 0},
        {"files": files(""), "version": 0, "keep": SetAside(given, Reason.RESET)},
    ):
        if refusal:
            with pytest.raises(refusal):
                save_draft(owner=owner, exercise=exercise, **arguments)
            assert not Draft.objects.exists()
        else:
            save_draft(owner=owner, exercise=exercise, **arguments)
            Draft.objects.all().delete()


@pytest.mark.parametrize("owners", [0, 1, 2])
@pytest.mark.parametrize("model", [Draft, KeptDraft])
def test_a_draft_has_exactly_one_owner_in_the_database(model, owners):
    exercise = make_exercise()
    columns = {"user": make_user() if owners else None, "guest": uuid.uuid4() if owners == 2 else None}
    more = {"reason": Reason.RESET} if model is KeptDraft else {}

    try:
        with transaction.atomic():
            model.objects.create(**columns, exercise=exercise, files={}, **more)
    except IntegrityError:
        assert owners != 1
    else:
        assert owners == 1


@pytest.mark.parametrize("who", ["guest", "account"])
def test_a_learner_has_one_draft_of_an_exercise_in_the_database(who):
    owner = guest() if who == "guest" else Owner(user_id=make_user().pk)
    exercise = make_exercise()
    make_draft(owner, exercise)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_draft(owner, exercise)
    make_draft(owner, make_exercise("other"))


@pytest.mark.parametrize(
    ("aside", "entries"),
    [
        ("old code", [("reset", "old code")]),
        (STARTER["main.py"], []),  # everybody has the start version
        ("attempt", []),  # the newest attempt is in the history already
    ],
)
def test_what_makes_room_is_kept_in_the_same_step(aside, entries):
    owner, exercise = guest(), make_exercise()
    submission = make_submission(owner=owner, exercise=exercise)
    Submission.objects.filter(pk=submission.pk).update(files=files("attempt"))

    for version in (0, 1):  # the second time it is there already
        save_draft(
            owner=owner,
            exercise=exercise,
            files=STARTER,
            version=version,
            keep=SetAside(files(aside), Reason.RESET),
        )

    assert kept(owner) == entries


def test_what_is_refused_keeps_nothing():
    owner, exercise = guest(), make_exercise()
    make_draft(owner, exercise)

    with pytest.raises(DraftConflict):
        save_draft(
            owner=owner, exercise=exercise, files=STARTER, version=0, keep=SetAside(files("old"), Reason.CONFLICT)
        )

    assert kept(owner) == []


@pytest.mark.parametrize(
    ("present", "new", "entries"),
    [
        (None, {}, []),
        ("mine", {}, [("replaced", "mine")]),
        ("mine", files("attempt"), [("replaced", "mine")]),
        ("mine", files("mine"), []),
    ],
)
def test_replacing_keeps_the_present_draft_as_an_entry(present, new, entries):
    owner, exercise = guest(), make_exercise()
    if present:
        make_draft(owner, exercise, present, version=4)

    draft = replace_draft(owner=owner, exercise=exercise, files=new, reason=Reason.REPLACED)

    assert (draft.files, draft.version) == (new, 5 if present else 1)
    assert kept(owner) == entries


def test_only_the_newest_entries_stay(monkeypatch):
    monkeypatch.setattr(kept_drafts, "MAX_KEPT", 2)
    owner, other, exercise = guest(), guest(), make_exercise()
    for who in (other, owner):
        for text in ("one", "two", "three"):
            kept_drafts.keep_in_history(owner=who, exercise=exercise, files=files(text), reason=Reason.RESET)

    assert [text for _, text in kept(owner)] == [text for _, text in kept(other)] == ["three", "two"]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_save_at_once_one_is_told():
    owner, exercise = guest(), make_exercise()
    make_draft(owner, exercise)
    together, told = threading.Barrier(4), []

    def work(text):
        together.wait()
        try:
            save_draft(owner=owner, exercise=exercise, files=files(text), version=1)
        except DraftConflict as conflict:
            told.append(conflict.present.files["main.py"])
        connection.close()

    threads = [threading.Thread(target=work, args=[text]) for text in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    draft = draft_of(owner, exercise)
    assert (told, draft.version) == ([draft.files["main.py"]] * 3, 2)


@pytest.mark.parametrize(
    ("of_guest", "of_account", "text", "version", "entries"),
    [
        ((3, 0), None, "guest", 3, []),
        (None, (3, 0), "account", 3, []),
        ((3, 0), (3, 5), "guest", 4, [("login", "account")]),
        ((3, 5), (7, 0), "account", 8, [("login", "guest")]),
    ],
)
def test_at_a_login_the_newer_draft_wins_and_the_older_is_kept(of_guest, of_account, text, version, entries):
    user, owner, exercise = make_user(), guest(), make_exercise()
    account = Owner(user_id=user.pk)
    for who, name, row in ((owner, "guest", of_guest), (account, "account", of_account)):
        if row:
            make_draft(who, exercise, name, version=row[0], minutes_ago=row[1])
    kept_drafts.keep_in_history(owner=owner, exercise=exercise, files=files("kept"), reason=Reason.RESET)

    for _ in range(2):
        adopt_guest(user=user, guest=owner.guest)

        draft = draft_of(account, exercise)
        assert (draft.files["main.py"], draft.version) == (text, version)
        assert kept(account) == [*entries, ("reset", "kept")]
        assert (draft_of(owner, exercise), kept(owner)) == (None, [])


def test_what_a_guest_saves_after_the_login_of_another_tab_is_the_accounts():
    user, owner, exercise = make_user(), guest(), make_exercise()
    save_draft(owner=owner, exercise=exercise, files=files("before"), version=0)
    adopt_guest(user=user, guest=owner.guest)

    save_draft(owner=owner, exercise=exercise, files=files("after"), version=1)

    assert draft_of(Owner(user_id=user.pk), exercise).files == files("after")
    assert draft_of(owner, exercise) is None


# API


def put(client, text="mine", version=0, **more):
    return client.put(URL, {"files": files(text), "version": version, **more}, content_type="application/json")


def test_api_saves_for_a_guest_and_reads_it_back(client):
    make_exercise()

    unsaved = client.get(URL)
    assert (unsaved.json(), "sessionid" in client.cookies) == (
        {"files": STARTER, "version": 0, "updated_at": None},
        False,
    )
    saved = put(client)

    assert (saved.status_code, saved.json()["files"], saved.json()["version"]) == (200, files("mine"), 1)
    assert client.get(URL).json() == saved.json()
    assert saved["Cache-Control"] == "private, no-store"
    assert Client().get(URL).json()["files"] == STARTER
    assert Draft.objects.get().guest == uuid.UUID(client.session[GUEST])


def test_api_answers_a_conflict_with_both_texts(client):
    make_exercise()
    put(client, "first")

    response = put(client, "second")

    body = response.json()
    assert (response.status_code, body["code"]) == (409, "draft_conflict")
    assert (body["present"]["files"], body["present"]["version"]) == (files("first"), 1)
    assert body["yours"] == files("second")


def test_api_keeps_what_was_not_chosen(client):
    make_exercise()
    put(client, "theirs")

    response = put(client, "mine", 1, keep={"files": files("theirs"), "reason": "conflict"})

    assert response.status_code == 200
    assert kept(Owner(guest=uuid.UUID(client.session[GUEST]))) == [("conflict", "theirs")]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"files": files("x")}, ["version"]),
        ({"version": 0}, ["files"]),
        ({"files": files("x"), "version": -1}, ["version"]),
        ({"files": files("x"), "version": 2**31 - 1}, ["version"]),
        ({"files": files("x"), "version": "new"}, ["version"]),
        ({"files": "x", "version": 0}, ["files"]),
        ({"files": {"other.py": ""}, "version": 0}, ["files"]),
        ({"files": files(7), "version": 0}, ["files"]),
        ({"files": files("\ud800"), "version": 0}, ["files"]),
        ({"files": files("x"), "version": 0, "keep": {"files": files("x" * 65537), "reason": "reset"}}, ["files"]),
        ({"files": files("x"), "version": 0, "keep": {"files": files("x"), "reason": "mood"}}, ["keep"]),
        ([], ["non_field_errors"]),
    ],
)
def test_api_says_what_is_wrong_and_makes_nobody_a_guest(client, body, fields):
    make_exercise()

    response = client.put(URL, body, content_type="application/json")

    assert (response.status_code, list(response.json()["fields"])) == (400, fields)
    assert ("sessionid" in client.cookies, Draft.objects.exists()) == (False, False)


@pytest.mark.parametrize("case", ["unknown", "unpublished", "answered"])
@pytest.mark.parametrize("method", ["get", "put"])
def test_api_has_drafts_only_where_there_is_something_to_code(client, case, method):
    if case != "unknown":
        make_exercise(is_published=case == "answered", kind="choice" if case == "answered" else "http")

    response = client.get(URL) if method == "get" else put(client)

    assert response.status_code == 404


def test_api_limits_the_saves_of_a_guest_and_not_of_the_neighbours(client, monkeypatch):
    monkeypatch.setattr(DraftThrottle, "rate", "2/min", raising=False)
    make_exercise()
    neighbour = Client()
    put(client)  # as a visitor, who counts by address
    put(neighbour)

    statuses = [put(client, "a", 1).status_code, put(client, "b", 2).status_code, put(client, "c", 3).status_code]

    assert statuses == [200, 200, 429]
    assert put(neighbour, "a", 1).status_code == 200
    assert client.get(URL).status_code == 200


@pytest.mark.parametrize(
    ("keys", "texts", "statuses", "attempts"),
    [
        ("aa", "xx", [202, 202], 1),
        ("ab", "xx", [202, 202], 2),
        ("aa", "xy", [202, 409], 1),
        ("", "xx", [202, 202], 2),
    ],
)
def test_a_submission_that_is_sent_again_with_its_key_is_one(client, keys, texts, statuses, attempts):
    make_exercise()
    uuids = {key: str(uuid.uuid4()) for key in "ab"}

    answers = [
        client.post(
            reverse("api:submit", args=["health-flask"]),
            {"files": files(text)},
            content_type="application/json",
            headers={"Idempotency-Key": uuids[keys[number]]} if keys else {},
        )
        for number, text in enumerate(texts)
    ]

    assert [answer.status_code for answer in answers] == statuses
    assert Submission.objects.count() == attempts
    if keys == "aa" and statuses == [202, 202]:
        assert answers[0].json()["id"] == answers[1].json()["id"]


def test_a_key_is_its_owners_and_a_uuid(client):
    make_exercise()
    url, key = reverse("api:submit", args=["health-flask"]), str(uuid.uuid4())

    for who in (client, Client()):
        assert (
            who.post(url, {"files": STARTER}, "application/json", headers={"Idempotency-Key": key}).status_code == 202
        )
    wrong = client.post(url, {"files": STARTER}, "application/json", headers={"Idempotency-Key": "mine"})

    assert Submission.objects.count() == 2
    assert (wrong.status_code, wrong.json()["fields"]) == (400, {"Idempotency-Key": ["This must be a UUID."]})
