"""Every page of the site with something on it: rows, three readers, and what the addresses of the pages need.

Used with the small rows of unit tests and with a whole site: the functions take the exercises that they find.
`python manage.py shell` may call `as_json()` in a site of its own; nothing here belongs into a real installation.
"""

import base64
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from typing import Any

from allauth.account.internal.flows import login
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import CharField, Field, Model, SlugField, TextField
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import gettext_noop

from accounts.tokens import make_token
from courses.action_log import noted
from courses.images import add_image
from courses.listings import listings
from courses.models import CourseUpload, Lesson
from exercises.answer_mails import token_of
from exercises.conversations import answer_entry, write_back
from exercises.models import CourseCheck, Exercise, Owner, ProblemReport, Rejudging, Run, Submission
from exercises.owners import GUEST
from exercises.progress import mark_lesson
from exercises.tests import answer_content
from exercises.tests.builders import make_check, make_run, make_trial

# A PNG of one pixel.
A_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PASSWORD = "correct horse battery staple"
READERS = ("guest", "learner", "staff")
EMAIL = "ana@example.org"
MIB = 1024 * 1024
Status, Verdict = Run.Status, Run.Verdict

PASS = {"status": "passed", "message": None, "expected": None, "actual": None, "traceback": ""}
FAIL = {
    "status": "failed",
    "message": {"code": "status", "expected": [200], "actual": 404},
    "expected": "200",
    "actual": "404",
    "traceback": "",
}
ERROR = {
    "status": "error",
    "message": {"code": "exception", "exception": "KeyError", "message": "99", "file": "main.py", "line": 1},
    "expected": None,
    "actual": None,
    "traceback": 'Traceback (most recent call last):\n  File "main.py", line 1\nKeyError: 99',
}
SKIP = {"status": "skipped", "message": {"code": "not_reached"}, "expected": None, "actual": None, "traceback": ""}
RAISED = {"exception": "KeyError", "message": "99", "file": "main.py", "line": 1}

ENDS = (Status.QUEUED, Status.DONE, Status.CANCELLED)

# What each outcome of a run looks like in its row: its status, other columns, and what came of its tests in turn.
OUTCOMES: dict[str, tuple[str, dict[str, Any], list[dict[str, Any]]]] = {
    "pending": (Status.QUEUED, {}, []),
    "pass": (Status.DONE, {"verdict": Verdict.PASSED, "score": 1.0, "wall_ms": 61}, [PASS]),
    "fail": (Status.DONE, {"verdict": Verdict.FAILED, "reason": "mismatch", "stdout": "one\n"}, [PASS, FAIL]),
    "exception": (Status.DONE, {"verdict": Verdict.FAILED, "reason": "exception", "details": RAISED}, [ERROR, PASS]),
    "not_started": (
        Status.DONE,
        {
            "verdict": Verdict.CRASHED,
            "reason": "syntax_error",
            "details": {
                "exception": "SyntaxError",
                "message": "invalid syntax",
                "file": "main.py",
                "line": 1,
                "source": "def (:",
                "column": 5,
            },
        },
        [SKIP],
    ),
    "unfinished": (
        Status.DONE,
        {"verdict": Verdict.FAILED, "reason": "unfinished", "details": {"functions": ["hello"]}},
        [SKIP],
    ),
    "time": (Status.DONE, {"verdict": Verdict.TIMED_OUT, "details": {"limit": 5.0, "test": 0}}, [PASS, SKIP]),
    "memory": (Status.DONE, {"verdict": Verdict.MEMORY_EXCEEDED, "details": {"limit": 256 * MIB, "test": 0}}, [SKIP]),
    "output": (
        Status.DONE,
        {"verdict": Verdict.OUTPUT_EXCEEDED, "details": {"limit": 65536, "test": 0}, "stdout": "x\n" * 50,
         "truncated": True},
        [SKIP],
    ),
    "blocked": (
        Status.DONE,
        {"verdict": Verdict.CRASHED, "reason": "blocked", "details": {"exception": "OSError", "message": "refused"}},
        [SKIP],
    ),
    "unavailable": (Status.BROKEN, {"reason": Run.Fault.SANDBOX_UNAVAILABLE, "tries": 5}, []),
    "cancelled": (Status.CANCELLED, {}, []),
}  # fmt: skip


@dataclass
class Stage:
    """cookies: the session of each reader; arguments: for names of addresses, the keyword arguments of their pages."""

    cookies: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)  # addresses of the guest's attempts, by outcome

    def addresses(self, named: "Named") -> list[str]:
        """The addresses of that name to look at; none where nothing is known for one of its parameters."""
        known = {"listing": 0, "number": 1, "token_id": 1, "slug": self.arguments["exercises:solution"][0]["slug"]}
        known |= self.arguments["courses:lesson"][0] | self.arguments["exercises:submission"][1]
        if named.name in self.arguments:
            return [reverse(named.name, kwargs=values) for values in self.arguments[named.name]]
        if set(named.parameters) <= set(known):
            return [reverse(named.name, kwargs={name: known[name] for name in named.parameters})]
        return []


def set_the_stage() -> Stage:
    """Make readers, attempts and the rest around the published lessons and exercises that there are."""
    stage = Stage()
    guest = Owner(guest=uuid.uuid4())
    learner = User.objects.create_user("ana", EMAIL, PASSWORD)
    staff = User.objects.create_superuser("boss", "boss@example.org", PASSWORD)
    stage.cookies = {
        "guest": session_of({GUEST: str(guest.guest)}),
        "learner": session_of(login_of(learner)),
        "staff": session_of(login_of(staff)),
    }
    lesson = Lesson.objects.published().order_by("pk")[0]
    of_kind = {exercise.published.kind: exercise for exercise in Exercise.objects.published().order_by("-pk")}
    attempts: list[Submission] = []
    for owner in (guest, Owner(user_id=learner.pk)):
        mark_lesson(owner=owner, lesson=lesson, is_done=True)
        attempts += [make_attempt(of_kind["http"], owner, outcome) for outcome in OUTCOMES]
    stage.outcomes = {outcome: attempt.get_absolute_url() for outcome, attempt in zip(OUTCOMES, attempts, strict=False)}
    answered = [
        make_answer(exercise, guest, kind) for kind, exercise in of_kind.items() if kind in answer_content.RIGHT
    ]
    course = lesson.course.slug
    code = of_kind["http"]
    kept = [{"slug": code.slug, "uuid": str(attempt.uuid)} for attempt in attempts if attempt.files]
    trials = [make_trial(status, owner=guest, exercise_version=code.published) for status in ENDS]
    ProblemReport.objects.create(
        **guest.columns, kind="problem", lesson_version=lesson.published, text="It is not so.", page="/"
    )
    make_token(user=staff, name="laptop")
    first = Exercise.objects.all()[0]
    course_check = CourseCheck.objects.create(course=first.lesson.course, created_by=staff)
    check = make_check(first.draft, course_check=course_check)
    rejudging = Rejudging.objects.create(against=Rejudging.Against.PUBLISHED, created_by=staff)
    for verdict in (Verdict.PASSED, Verdict.FAILED):
        columns = {"judged_by": code.published, "purpose": Run.Purpose.REJUDGE, "rejudging": rejudging}
        attempt = make_attempt(code, guest, "fail")
        make_run(attempt, Status.DONE, verdict=verdict, is_preview=True, **columns)
    for attempt in answered:
        if attempt.exercise_version.kind == "scenario":
            answer_entry(submission=attempt, entry=1, text="Why this one?", author=staff)
            write_back(submission=attempt, entry=1, text="The team knows it.")
    image = add_image(course=lesson.course, data=A_PICTURE)
    stage.arguments = {
        "exercises:download": kept[:1],
        "exercises:solution": [{"slug": code.slug}],
        "exercises:trial": [{"uuid": str(trial.uuid)} for trial in trials],
        "exercises:run-listing": [
            {"course": course, "lesson": found.slug, "name": listing.name}
            for found in Lesson.objects.published().with_published_text()
            for listing in list(listings(found.published.body_markdown))[:1]
        ][:1],
        "exercises:answer-mails-off": [{"token": token_of(learner)}],
        "exercises:write-back": [{"uuid": str(answered[0].uuid), "entry": 1}],
        "courses:course": [{"course": course}],
        "courses:image": [{"course": course, "name": image.name}],
        "courses:lesson": [{"course": course, "lesson": lesson.slug}],
        "exercises:exercise": [{"slug": exercise.slug} for exercise in of_kind.values()],
        "exercises:decision-record": [
            {"uuid": str(attempt.uuid)} for attempt in answered if attempt.exercise_version.kind == "decision"
        ],
        "exercises:submission": [{"uuid": str(attempt.uuid)} for attempt in [*attempts, *answered]],
        "admin:exercises_listings": [{"lesson_id": lesson.pk}],
        "admin:exercises_exercise_check": [{"object_id": first.pk, "check_id": check.pk}],
    } | dict(arguments_in_admin(staff))
    return stage


def session_of(values: dict[str, Any]) -> str:
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update(values)
    session.save()
    return str(session.session_key)


def login_of(user: User) -> dict[str, Any]:
    backend = "django.contrib.auth.backends.ModelBackend"
    # Nothing asks for the password again.
    just_now = [{"method": "password", "at": time.time() + 3600, "email": user.email, "reauthenticated": True}]
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: backend,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        login.AUTHENTICATION_METHODS_SESSION_KEY: just_now,
        login._AUTHENTICATION_METHODS_USER_SESSION_KEY: str(user.pk),
    }


def make_attempt(exercise: Exercise, owner: Owner, outcome: str) -> Submission:
    status, columns, results = OUTCOMES[outcome]
    version = exercise.published
    assert version is not None
    submission = Submission.objects.create(
        **owner.columns, exercise_version=version, files=dict.fromkeys(version.starter, "print(1)\n")
    )
    # The last result stands for the cases that are left.
    results = results and [*results, *[results[-1]] * len(version.cases)][: max(len(version.cases), len(results))]
    tests = [
        {
            "name": version.cases[index]["name"] if index < len(version.cases) else f"Case {index}",
            "why": "",
            "duration_ms": None if result["status"] == "skipped" else 4,
            "request": {"method": "GET", "path": "/"},
            "response": None,
        }
        | result
        for index, result in enumerate(results)
    ]
    make_run(submission, status, tests=tests, **({"verdict": Verdict.FAILED, "score": 0.5} | columns if results
             else columns))  # fmt: skip
    return submission


def make_answer(exercise: Exercise, owner: Owner, kind: str) -> Submission:
    """An attempt at an exercise that is answered, one requirement or question of it not fulfilled."""
    version = exercise.published
    assert version is not None
    submission = Submission.objects.create(
        **owner.columns, exercise_version=version, files={}, answers=answer_content.RIGHT[kind]
    )
    tests = [
        PASS | {"name": case["name"], "why": "", "duration_ms": None, "request": None, "response": None}
        for case in version.cases
    ]
    make_run(submission, Status.DONE, tests=tests, details={"kind": kind}, verdict=Verdict.PASSED)
    return submission


def arguments_in_admin(staff: User) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The pages of every model's first row; the history of each has an entry."""
    Group.objects.create(name="Editors")
    for user in User.objects.exclude(email=""):
        confirmed = {"email": user.email, "verified": True, "primary": True}
        EmailAddress.objects.get_or_create(user=user, defaults=confirmed)
    change = {"label": "lessons/first.md", "kind": "changed", "lines": ["@@ -1 +1 @@", "-one", "+two"], "cut": True}
    preview = {
        "changes": [change],
        "kept": ["lessons/a.md"],
        "overwritten": ["lessons/b.md"],
        "only_here": ["lessons/c.md"],
    }
    upload = CourseUpload.objects.create(
        uploaded_by=staff,
        name="small.zip",
        slug="small",
        content=b"",
        force=False,
        preview=preview,
    )
    names = {named.name: named for named in named_addresses()}
    for model in admin.site._registry:
        row: Model | None = model._default_manager.first()
        if row is None:
            continue
        for change in ([{"added": {}}], [{"changed": {"fields": ["Title"]}}], noted(gettext_noop("Taken offline."))):
            LogEntry.objects.log_actions(staff.pk, [row], CHANGE, change, single_object=True)
        for name in names:
            if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
                parameters = {"object_id": row.pk, "id": row.pk, "number": 1, "slug": getattr(row, "slug", "")}
                parameters["uuid"] = str(upload.uuid)
                if parameters.keys() >= set(names[name].parameters):
                    yield name, [{name: parameters[name] for name in names[name].parameters}]
    yield "admin:app_list", [{"app_label": "courses"}, {"app_label": "exercises"}]


# In rows, but no content: codes, which are the same in every language, and what others compute with. By the end of
# the field's name.
CODES = ("reason", "level", "language", "framework", "password", "digest", "hash", "program", "fingerprint", "kind")
# Shown as they were typed, in <textarea> or <pre>, or read again by the site.
SOURCES = ("_markdown", "_html", "_toml", "stdout", "stderr", "change_message")
# Beside the models of our own apps.
NAMED_BY_STAFF = ("auth.Group.name", "auth.Permission.name", "admin.LogEntry.object_repr", "auth.User.username")
GREEK = str.maketrans("abcdefghijklmnopqrstuvwxyz", "αβψδεφγηιξκλμνοπθρστθωςχυζ")


def without_latin_letters() -> None:
    """Write the names and texts in all rows with Greek letters, slugs as numbers: a Latin word is then the interface's.

    Sessions stay, and addresses of the admin; those of the other pages are different ones afterwards.
    """
    for model in apps.get_models():
        is_ours = model._meta.app_label in ("courses", "exercises", "accounts")
        for column in model._meta.concrete_fields:
            if (is_ours and is_text(column)) or f"{model._meta.label}.{column.name}" in NAMED_BY_STAFF:
                for pk, value in model._default_manager.values_list("pk", column.attname):
                    model._base_manager.filter(pk=pk).update(**{column.attname: in_greek(column, pk, value)})


def is_text(column: "Field[Any, Any]") -> bool:
    is_free = isinstance(column, CharField | TextField) and not column.choices and not column.primary_key
    return is_free and not column.name.endswith((*CODES, *SOURCES))


def in_greek(column: "Field[Any, Any]", pk: int, value: str) -> str:
    return str(pk) if isinstance(column, SlugField) else value.lower().translate(GREEK)


def as_json() -> str:
    return json.dumps(asdict(set_the_stage()))


# Addresses


@dataclass(frozen=True)
class Named:
    """An address of the site by its name, and what it needs."""

    name: str
    parameters: tuple[str, ...]


def named_addresses() -> list[Named]:
    """All of them, from the resolver."""
    found: dict[str, Named] = {}

    def look(resolver: URLResolver, namespaces: list[str], outer: tuple[str, ...]) -> None:
        for pattern in resolver.url_patterns:
            parameters = (*outer, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
            parameters = tuple(dict.fromkeys(parameters))
            if isinstance(pattern, URLResolver):
                look(pattern, [*namespaces, pattern.namespace] if pattern.namespace else namespaces, parameters)
            elif isinstance(pattern, URLPattern) and pattern.name:
                name = ":".join([*namespaces, pattern.name])
                found.setdefault(name, Named(name, parameters))

    look(get_resolver(), [], ())
    return list(found.values())
