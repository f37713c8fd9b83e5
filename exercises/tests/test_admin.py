"""The staff pages, used as a browser would: forms, buttons, permissions."""

import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from courses.action_log import sentence_of
from exercises.admin.fields import MAX_ROWS
from exercises.models import Exercise, ExerciseCheck, Family, Run
from exercises.tests.builders import guest, make_course, make_lesson, make_run, make_submission, make_trial, make_user
from exercises.tests.content import CASES, FAMILY, SOLUTION, STARTER, WRONG, content
from exercises.versions import publish_exercise, save_exercise_draft, save_family

pytestmark = pytest.mark.django_db

ROLES = {
    "nobody": [],
    "viewer": ["view_exercise"],
    "editor": ["view_exercise", "change_exercise"],
    "publisher": ["view_exercise", "change_exercise", "publish_exercise"],
}


def staff(role: str = "publisher", *more: str) -> User:
    user = make_user(role, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=[*ROLES[role], *more, "edit_every_course"]))
    return user


@pytest.fixture
def exercise() -> Exercise:
    exercise = Exercise.objects.create(lesson=make_lesson(), slug="health")
    save_exercise_draft(exercise=exercise, content=content(hints=["Think.", "Think\nharder."]))
    return exercise


@pytest.fixture
def publisher(client) -> User:
    user = staff("publisher", "add_exercise", "delete_exercise", "view_family", "change_family", "add_family")
    client.force_login(user)
    return user


def url(name: str, *arguments: object) -> str:
    return reverse(f"admin:exercises_{name}", args=arguments)


def filled_in(page: str) -> dict[str, str]:
    """What a browser would send if the form of *page* were submitted without typing anything."""
    data = {}
    form = page[re.search(r'<form[^>]*id="(?:exercise|family)_form"', page).start() :]
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if attributes.get("type") not in ("submit", "checkbox") and "name" in attributes:
            data[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*\sname="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
        data[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]*\sname="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        selected = re.findall(r'<option value="([^"]*)" selected', options)
        data[name] = selected[0] if selected else ""
    return data


def open_form(client, exercise: Exercise) -> dict[str, str]:
    response = client.get(url("exercise_change", exercise.pk))
    assert response.status_code == 200
    return filled_in(response.content.decode())


def choices(page: str, name: str) -> dict[str, list[str]]:
    """What the list called *name* offers, by the headings in it."""
    select = re.search(rf'<select[^>]*\sname="{name}"[^>]*>(.*?)</select>', page, re.DOTALL)[1]
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', select, re.DOTALL) or [("", select)]
    return {label: re.findall(r'<option value="\d+"[^>]*>([^<]*)<', options) for label, options in groups}


def draft_of(exercise: Exercise):
    return Exercise.objects.select_related("draft").get(pk=exercise.pk).draft


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def green(version) -> None:
    ExerciseCheck.objects.create(version=version, status=ExerciseCheck.Status.PASSED)


@pytest.mark.parametrize(
    ("role", "look", "save", "check", "publish", "restore"),
    [
        ("nobody", 403, 403, 403, 403, 403),
        ("viewer", 200, 403, 403, 403, 403),
        ("editor", 200, 302, 302, 403, 302),
        ("publisher", 200, 302, 302, 302, 302),
    ],
)
def test_who_may_do_what(client, exercise, role, look, save, check, publish, restore):
    client.force_login(staff("publisher", "view_family"))
    form = open_form(client, exercise)
    User.objects.all().delete()
    client.force_login(staff(role))
    change = url("exercise_change", exercise.pk)

    statuses = [
        client.get(change).status_code,
        client.post(change, form).status_code,
        client.post(change, form | {"_check": "1"}).status_code,
        client.post(change, form | {"_publish": "1"}).status_code,
        client.post(url("exercise_restore", exercise.pk, 1)).status_code,
    ]

    assert statuses == [look, save, check, publish, restore]


def test_saving_the_form_as_it_was_opened_makes_no_version(client, publisher, exercise):
    response = client.post(url("exercise_change", exercise.pk), open_form(client, exercise))

    assert (response.status_code, exercise.versions.count()) == (302, 1)


def test_the_form_edits_adds_and_removes_files_and_hints(client, publisher, exercise):
    form = open_form(client, exercise)
    form |= {
        "title": "Healthier",
        "note": "Two files",
        "starter-0-text": "import shop\r\n",
        "starter-1-path": "shop/__init__.py",
        "starter-1-text": "\nX = 1\n",
        "solution-1-path": "shop/__init__.py",
        "solution-1-text": "X = 1\n",
        "wrong-0-remove": "on",
        "hints-1": "",
        "hints-2": "New.",
        "limits": "wall_seconds = 20",
    }

    response = client.post(url("exercise_change", exercise.pk), form)

    version = draft_of(exercise)
    assert response.status_code == 302
    assert (version.number, version.title, version.note, version.created_by) == (2, "Healthier", "Two files", publisher)
    assert version.starter == {"main.py": "import shop\n", "shop/__init__.py": "\nX = 1\n"}
    assert version.solution == {"main.py": SOLUTION, "shop/__init__.py": "X = 1\n"}
    assert (version.wrong, version.hints, version.limits) == ({}, ["Think.", "New."], {"wall_seconds": 20})


@pytest.mark.parametrize(("hints", "rows"), [(3, 4), (MAX_ROWS - 1, MAX_ROWS), (MAX_ROWS, MAX_ROWS)])
def test_the_form_has_an_empty_row_as_long_as_there_may_be_one_more(client, publisher, exercise, hints, rows):
    texts = [f"Hint {number}" for number in range(hints)]
    save_exercise_draft(exercise=exercise, content=content(hints=texts))

    form = open_form(client, exercise)
    said = (
        f"{MAX_ROWS} is the most that there can be." in client.get(url("exercise_change", exercise.pk)).content.decode()
    )
    client.post(url("exercise_change", exercise.pk), form | {"hints-0": "Other"})

    assert (form["hints-total"], said) == (str(rows), rows == MAX_ROWS)
    assert draft_of(exercise).hints == ["Other", *texts[1:]]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"starter-1-path": "../up.py"}, "starter", "is no path such as"),
        ({"starter-1-path": "main.py"}, "starter", "main.py is there twice."),
        ({"starter-1-text": "x = 1"}, "starter", "A file has a text and no name."),
        ({"starter-0-text": "x" * 65537}, "starter", "main.py: is larger than 64 KiB."),
        ({"starter-0-text": "a\0b"}, "starter", "main.py: holds a NUL character."),
        ({"title": " "}, "title", "required"),
    ],
)
def test_the_form_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(
    client, publisher, exercise, changes, field, message
):
    form = open_form(client, exercise) | {"note": "Keep me"}

    response = client.post(url("exercise_change", exercise.pk), form | changes)

    errors = response.context["adminform"].form.errors
    assert response.status_code == 200
    assert message in " ".join(errors[field])
    assert "Keep me" in response.content.decode()
    assert exercise.versions.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cases_toml": CASES + "whys = 1\n"}, "Line 11: unknown key &#x27;whys&#x27;"),
        ({"cases_toml": "a ="}, "Line 1: not valid TOML: Invalid value (cases)"),
        ({"cases_toml": ""}, "one [[case]] is needed at least, 50 at most (cases)"),
        ({"params": "a = 1"}, "the exercise gives &#x27;a&#x27;"),
        ({"params": "a == 1"}, "Line 1: not valid TOML: Invalid value (parameters)"),
        ({"limits": "\nwall_seconds = 2000"}, "wall_seconds must be a number from 1 to 60. (limits)"),
        ({"solution-1-path": "more.py"}, "exactly the files of the starter"),
        ({"wrong-0-text": "x = 1"}, "Line 1: says-yes.py: must begin with a comment like"),
        ({"starter-0-remove": "on"}, "main.py is missing: it is the file that is run. (starter)"),
        ({"starter-total": "9" * 5000}, "main.py is missing: it is the file that is run. (starter)"),
        ({"prompt_markdown": ""}, "The prompt is empty. (prompt)"),
        ({"framework": ""}, "The framework is one of"),
    ],
)
def test_mistakes_are_saved_listed_and_keep_from_publishing_and_running(client, publisher, exercise, changes, message):
    change, form = url("exercise_change", exercise.pk), open_form(client, exercise)

    saved = client.post(change, form | changes)
    page = client.get(change).content.decode()
    listed = client.get(url("exercise_changelist")).content.decode()
    published = client.post(change, open_form(client, exercise) | {"_publish": "1"}, follow=True)
    checked = client.post(change, open_form(client, exercise) | {"_check": "1"}, follow=True)

    assert (saved.status_code, draft_of(exercise).number) == (302, 2)
    assert message in page
    assert "Has mistakes" in listed
    assert "is not published yet. " in messages_of(published)[-1]
    assert (
        messages_of(checked)[-1]
        == "A health check (version 2) was not run: mend what its form names, then check it again."
    )
    assert not Exercise.objects.get().published
    assert not Run.objects.exists()


def test_what_was_typed_with_mistakes_stands_in_the_form_as_it_was_typed(client, publisher, exercise):
    typed = {"cases_toml": "a = [\n", "params": "# mine\na == 1\n", "limits": "wall_seconds: 5\n"}

    client.post(url("exercise_change", exercise.pk), open_form(client, exercise) | typed)
    form = open_form(client, exercise)
    client.post(url("exercise_change", exercise.pk), form)

    assert {name: form[name] for name in typed} == typed
    assert draft_of(exercise).number == 2


def test_the_form_does_not_overwrite_what_somebody_else_saved(client, publisher, exercise):
    form = open_form(client, exercise)
    save_exercise_draft(exercise=exercise, content=content(title="Theirs"))

    refused = client.post(url("exercise_change", exercise.pk), form | {"title": "Mine"})
    again = filled_in(refused.content.decode())
    saved = client.post(url("exercise_change", exercise.pk), again)

    assert "Version 2 was saved by load_course" in refused.content.decode()
    assert (again["title"], saved.status_code, draft_of(exercise).title) == ("Mine", 302, "Mine")


@pytest.mark.parametrize("model", ["exercise", "family"])
def test_a_slug_that_is_none_is_told_once(client, publisher, model):
    response = client.post(url(f"{model}_add"), {"slug": "Bad Slug!"})

    assert response.context["adminform"].form.errors["slug"] == [
        "Use small letters, digits and single hyphens, and no name that Windows reserves, such as con."
    ]


def test_a_new_exercise_is_made_with_its_first_version(client, publisher):
    page = client.get(url("exercise_add")).content.decode()
    form = filled_in(page) | {
        "lesson": make_lesson("other").pk, "slug": "new", "title": "New", "framework": "flask",
        "prompt_markdown": "Do it.", "starter-0-path": "main.py", "starter-0-text": STARTER,
        "solution-0-path": "main.py", "solution-0-text": SOLUTION, "wrong-0-path": "says-yes.py", "wrong-0-text": WRONG,
        "cases_toml": CASES,
    }  # fmt: skip

    response = client.post(url("exercise_add"), form | {"kind": "http", "difficulty": "easy"})

    exercise = Exercise.objects.get(slug="new")
    assert response.status_code == 302
    assert (exercise.position, exercise.draft.number, exercise.published) == (1, 1, None)


def test_publish_is_refused_until_the_present_draft_was_checked(client, publisher, exercise):
    change = url("exercise_change", exercise.pk)
    form = open_form(client, exercise) | {"_publish": "1"}

    refused = client.post(change, form, follow=True)
    exercise.refresh_from_db()
    assert exercise.published is None
    assert messages_of(refused)[-1].startswith("“A health check” is not published yet. Check the draft in the sandbox")
    green(exercise.draft)
    published = client.post(change, form, follow=True)

    exercise.refresh_from_db()
    assert (exercise.published, messages_of(published)) == (exercise.draft, ["A health check is published."])
    assert "Version 1 published." in map(sentence_of, LogEntry.objects.filter(user=publisher))


def test_actions_check_publish_and_take_offline(client, publisher, exercise):
    def act(action):
        client.post(url("exercise_changelist"), {"action": action, "_selected_action": [exercise.pk]})
        exercise.refresh_from_db()

    act("check_drafts")
    assert ExerciseCheck.objects.get().status == "pending"
    act("publish")
    assert exercise.published is None
    green(exercise.draft)
    act("publish")
    assert exercise.published == exercise.draft
    act("unpublish")
    assert (exercise.published, exercise.held_back) == (None, True)


def test_versions_show_what_changed_and_one_can_be_restored(client, publisher, exercise):
    green(exercise.draft)
    publish_exercise(exercise=exercise)
    save_exercise_draft(exercise=exercise, content=content(title="Second"))

    page = client.get(url("exercise_versions", exercise.pk), {"a": 1, "b": 2}).content.decode()
    client.post(url("exercise_restore", exercise.pk, 1))

    exercise.refresh_from_db()
    assert "<del>title = &quot;<mark>A health check</mark>&quot;</del>" in page
    assert "<ins>title = &quot;<mark>Second</mark>&quot;</ins>" in page
    assert (exercise.draft.number, exercise.draft.title, exercise.published.number) == (3, "A health check", 1)
    assert client.get(url("exercise_restore", exercise.pk, 1)).status_code == 405


def test_only_an_exercise_that_is_offline_can_be_deleted(client, publisher, exercise):
    delete = url("exercise_delete", exercise.pk)
    assert client.get(delete).status_code == 200
    green(exercise.draft)
    publish_exercise(exercise=exercise)

    assert client.post(delete, {"post": "yes"}).status_code == 409
    assert Exercise.objects.get() == exercise


@pytest.mark.parametrize("query", ["", "?q=health", "?state=newer", "?draft__framework__exact=flask"])
def test_the_list_needs_the_same_queries_for_any_length(
    client, publisher, exercise, query, django_assert_max_num_queries
):
    for number in range(3):
        other = Exercise.objects.create(lesson=exercise.lesson, slug=f"health-{number}")
        save_exercise_draft(exercise=other, content=content())
        green(other.draft)

    with django_assert_max_num_queries(12):
        response = client.get(url("exercise_changelist") + query)

    assert response.status_code == 200


def test_a_family_is_saved_for_all_its_members_with_its_mistakes(client, publisher, exercise):
    family = Family(course=exercise.lesson.course, slug="shared")
    save_family(family=family, cases_toml=FAMILY)
    save_exercise_draft(
        exercise=exercise, content=content(cases_toml="", family=family, params={"answer": True}, wrong={})
    )
    change = url("family_change", family.pk)

    form = filled_in(client.get(change).content.decode())

    wanting = client.post(
        change, form | {"cases_toml": FAMILY.replace("[params]", "[params]\nmore = 'x'")}, follow=True
    )
    wanting_page = client.get(change).content.decode()
    client.post(change, filled_in(wanting_page) | {"cases_toml": FAMILY + "\n[x"})
    broken_page = client.get(change).content.decode()
    mended = filled_in(broken_page) | {"cases_toml": FAMILY.replace("200", "204")}
    saved = client.post(change, mended, follow=True)

    assert messages_of(wanting)[0].startswith("These cases have mistakes.")
    assert "The family asks for more: x (health)" in wanting_page
    assert "health</a>: Draft · Has mistakes" in broken_page
    assert "Line 9: not valid TOML" in broken_page
    assert messages_of(saved)[0] == "Drafts with these cases: health. Check them, then publish."
    assert draft_of(exercise).cases[0]["expect"]["status"] == [204]
    assert "health</a>: Draft" in client.get(change).content.decode()
    assert client.get(url("family_changelist")).status_code == 200


def test_the_action_of_families_checks_their_members(client, publisher, exercise):
    family = Family(course=exercise.lesson.course, slug="shared")
    save_family(family=family, cases_toml=FAMILY)
    save_exercise_draft(
        exercise=exercise, content=content(cases_toml="", family=family, params={"answer": True}, wrong={})
    )

    client.post(url("family_changelist"), {"action": "check_members", "_selected_action": [family.pk]})

    assert ExerciseCheck.objects.get().version == draft_of(exercise)


@pytest.mark.parametrize("count", [1, 3])
def test_records_are_listed_with_the_same_queries_for_any_length(
    client, exercise, count, django_assert_max_num_queries
):
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    for _ in range(count):
        make_run(make_submission(owner=guest(), exercise=exercise), status=Run.Status.DONE)

    with django_assert_max_num_queries(14):
        submissions = client.get(url("submission_changelist"))
    with django_assert_max_num_queries(14):
        runs = client.get(url("run_changelist"))

    assert (submissions.status_code, runs.status_code) == (200, 200)


def test_records_are_shown_escaped_and_cannot_be_changed(client, exercise):
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    run = make_run(
        make_submission(exercise=exercise), status=Run.Status.DONE, stdout="<script>", tests=[{"name": "<b>"}]
    )

    page = client.get(url("run_change", run.pk)).content.decode()
    pages = [client.get(url("submission_change", run.submission_id)).status_code]
    pages += [client.post(url("run_change", run.pk), {"status": "queued"}).status_code]
    pages += [client.get(url("run_add")).status_code, client.get(url("run_delete", run.pk)).status_code]

    assert "&lt;script&gt;" in page
    assert "<b>" not in page
    assert pages == [200, 403, 403, 403]


def test_staff_previews_the_draft_and_learners_see_the_published_version(client, publisher, exercise):
    green(exercise.draft)
    publish_exercise(exercise=exercise)
    save_exercise_draft(exercise=exercise, content=content(title="Second"))
    preview = exercise.get_absolute_url() + "?version=draft"

    def shown():
        context = client.get(preview).context
        return context["version"].title, context["is_preview"]

    assert f'href="{preview}"' in client.get(url("exercise_change", exercise.pk)).content.decode()
    assert shown() == ("Second", True)
    client.logout()
    assert shown() == ("A health check", False)


def test_the_action_of_families_publishes_their_members(client, publisher, exercise):
    family = Family(course=exercise.lesson.course, slug="shared")
    save_family(family=family, cases_toml=FAMILY)
    member = content(cases_toml="", family=family, params={"answer": True}, wrong={})
    save_exercise_draft(exercise=exercise, content=member)
    publish_exercise(exercise=exercise, check=False)
    (draft,) = save_family(family=family, cases_toml=FAMILY.replace("200", "201"))

    def act():
        data = {"action": "publish_members", "_selected_action": [family.pk]}
        return messages_of(client.post(url("family_changelist"), data, follow=True))

    assert act()[0].startswith("Nothing of shared was published. health: Check the draft")
    green(draft)
    assert act() == ["Of shared were published: health."]


@pytest.mark.parametrize("count", [1, 3])
def test_runs_of_both_kinds_are_listed_with_the_same_queries(client, count, django_assert_num_queries):
    client.force_login(staff("viewer", "view_run"))
    for _ in range(count):
        make_run(make_submission())
        make_trial(Run.Status.DONE)

    with django_assert_num_queries(10):
        page = client.get(reverse("admin:exercises_run_changelist"))

    assert page.content.decode().count("health-flask") == 2 * count
    assert client.get(reverse("admin:exercises_run_change", args=[Run.objects.latest("pk").pk])).status_code == 200


def test_lists_of_lessons_and_families_name_their_courses_or_have_those_of_one(client, publisher, exercise):
    other = make_lesson("async", course=make_course("advanced"))
    for course, slug in [(exercise.lesson.course, "web-cases"), (other.course, "more-cases")]:
        save_family(family=Family(course=course, slug=slug), cases_toml=FAMILY)

    new = client.get(url("exercise_add")).content.decode()
    old = client.get(url("exercise_change", exercise.pk)).content.decode()

    assert choices(new, "lesson") == {"Web": ["Flask"], "Advanced": ["Async"]}
    assert choices(new, "family") == {"Web": ["web-cases"], "Advanced": ["more-cases"]}
    assert choices(old, "lesson") == {"": ["Flask"]}
    assert choices(old, "family") == {"": ["web-cases"]}


def test_publishing_page_says_that_the_draft_was_not_checked(client, publisher, exercise):
    page = client.get(url("exercise_publishing", exercise.pk)).content.decode()

    assert "Check the draft in the sandbox first" in page
    assert f'<a href="{url("exercise_change", exercise.pk)}">Open the draft</a>' in page


def test_publishing_page_leads_to_the_check_that_is_missing(client, publisher, exercise):
    page = url("exercise_publishing", exercise.pk)
    before = client.get(page).content.decode()
    start = url("exercise_check_start", exercise.pk)

    client.post(start)
    check = ExerciseCheck.objects.get()
    pending = client.get(page).content.decode()
    ExerciseCheck.objects.update(status=ExerciseCheck.Status.FAILED)
    failed = client.get(page).content.decode()

    assert [f'action="{start}"' in shown for shown in (before, pending, failed)] == [True, False, True]
    assert [f'href="{check.get_absolute_url()}"' in shown for shown in (before, pending, failed)] == [False, True, True]


def test_list_and_filter_name_courses_where_there_are_several(client, publisher, exercise):
    def shown() -> tuple[str, str]:
        page = client.get(url("exercise_changelist")).content.decode()
        return page, page[page.index('id="changelist-filter"') :]

    make_lesson("async")
    _, of_one = shown()
    Exercise.objects.create(lesson=make_lesson("other", course=make_course("advanced")), slug="other")

    listed, of_two = shown()

    assert '<td class="field-lesson_and_course">Flask (Web)</td>' in listed
    assert ("Flask (Web)" in of_one, "Flask (Web)" in of_two) == (False, True)
