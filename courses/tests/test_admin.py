"""The staff pages, used as a browser would: forms, buttons, permissions."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from courses.action_log import noted, sentence_of
from courses.models import Course, Lesson, LessonVersion, Module
from courses.publishing import publish_lesson, save_lesson_draft, unpublish_lesson
from courses.structure import add_lesson
from courses.tests.builders import make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db

ROLES = {
    "nobody": [],
    "viewer": ["view_lesson"],
    "editor": ["view_lesson", "change_lesson"],
    "publisher": ["view_lesson", "change_lesson", "publish_lesson"],
}


def staff(role: str = "publisher", *more: str) -> User:
    user = User.objects.create_user(role, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=[*ROLES[role], *more, "edit_every_course"]))
    return user


@pytest.fixture
def lesson() -> Lesson:
    return make_lesson(make_module(make_course()), title="Old title")


@pytest.fixture
def publisher(client) -> User:
    user = staff("publisher", "add_lesson", "delete_lesson")
    client.force_login(user)
    return user


def url(name: str, *arguments: object) -> str:
    return reverse(f"admin:courses_{name}", args=arguments)


def form_data(lesson: Lesson, **changes: object) -> dict[str, object]:
    """What the browser sends when the form is opened and only *changes* are typed."""
    draft = Lesson.objects.get(pk=lesson.pk).draft
    fields = {name: getattr(draft, name) for name in ("title", "summary", "minutes", "body_markdown")}
    return {"module": lesson.module_id, "slug": lesson.slug, "note": "", "based_on": draft.number, **fields, **changes}


def draft_of(lesson: Lesson) -> LessonVersion:
    return Lesson.objects.select_related("draft").get(pk=lesson.pk).draft


def published_of(lesson: Lesson) -> LessonVersion | None:
    return Lesson.objects.select_related("published").get(pk=lesson.pk).published


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("role", "look", "save", "publish", "restore", "move"),
    [
        ("nobody", 403, 403, 403, 403, 403),
        ("viewer", 200, 403, 403, 403, 403),
        ("editor", 200, 302, 403, 302, 302),
        ("publisher", 200, 302, 302, 302, 302),
    ],
)
def test_who_may_do_what(client, lesson, role, look, save, publish, restore, move):
    client.force_login(staff(role))
    change = url("lesson_change", lesson.pk)

    statuses = [
        client.get(change).status_code,
        client.post(change, form_data(lesson, title="Saved")).status_code,
        client.post(change, form_data(lesson, title="Published", _publish="1")).status_code,
        client.post(url("lesson_restore", lesson.pk, 1)).status_code,
        client.post(url("lesson_move", lesson.pk), {"direction": "up"}).status_code,
    ]

    assert statuses == [look, save, publish, restore, move]
    assert client.get(url("lesson_versions", lesson.pk)).status_code == look
    assert published_of(lesson).title == ("Published" if publish == 302 else "Old title")


@pytest.mark.parametrize("name", ["lesson_change", "lesson_versions", "lesson_move"])
def test_learners_are_sent_to_the_login(client, lesson, name):
    client.force_login(User.objects.create_user("learner"))

    response = client.get(url(name, lesson.pk))

    assert (response.status_code, response["Location"].startswith(reverse("admin:login"))) == (302, True)


@pytest.mark.parametrize(("role", "actions"), [("editor", []), ("publisher", ["publish", "unpublish"])])
def test_only_publishers_are_offered_to_publish(client, lesson, role, actions):
    client.force_login(staff(role))

    response = client.get(url("lesson_changelist"))
    form = client.get(url("lesson_change", lesson.pk)).content.decode()

    offered = (
        [] if response.context["action_form"] is None else response.context["action_form"].fields["action"].choices
    )
    assert [name for name, _ in offered if name] == actions
    assert ('name="_publish"' in form) == (role == "publisher")


def test_viewers_see_the_text(client, lesson):
    client.force_login(staff("viewer"))

    html = client.get(url("lesson_change", lesson.pk)).content.decode()

    assert "Old title" in html
    assert "## Why" in html
    assert '<textarea name="body_markdown"' not in html


def test_saving_makes_a_draft_and_leaves_the_page_alone(client, lesson, publisher):
    client.post(url("lesson_change", lesson.pk), form_data(lesson, title="New title", note="Clearer"))

    draft = draft_of(lesson)
    assert (draft.number, draft.title, draft.note, draft.created_by) == (2, "New title", "Clearer", publisher)
    assert published_of(lesson).title == "Old title"
    assert Lesson.objects.get().state == "Published, newer draft"


def test_saving_without_a_change_makes_no_version(client, lesson, publisher):
    data = form_data(lesson)
    data["body_markdown"] = str(data["body_markdown"]).replace("\n", "\r\n")  # as browsers send it

    client.post(url("lesson_change", lesson.pk), data)

    assert LessonVersion.objects.count() == 1


def test_save_and_publish_shows_it_to_learners(client, lesson, publisher):
    client.post(url("lesson_change", lesson.pk), form_data(lesson, title="New title", _publish="1"))

    assert published_of(lesson).title == "New title"
    assert sentence_of(LogEntry.objects.first()) == "Version 2 published."


def test_problems_block_publishing_but_not_saving(client, lesson, publisher):
    body = "Text.\n\n!!! danger\n    No.\n\n![](/static/a.svg)\n"
    change = url("lesson_change", lesson.pk)

    response = client.post(change, form_data(lesson, body_markdown=body, _publish="1"), follow=True)

    assert response.redirect_chain == [(change, 302)]
    assert (draft_of(lesson).body_markdown, published_of(lesson).number) == (body, 1)
    assert messages_of(response) == [
        "The draft of “Old title” was not published; learners still read version 1. Mend these problems, then publish."
    ]
    assert [problem.line for problem in response.context["problems"]] == [3, 6]


def test_the_list_names_the_problems_that_block_publishing(client, lesson, publisher):
    unpublish_lesson(lesson=lesson)
    save_lesson_draft(lesson=lesson, title="<b>", summary="S.", minutes=1, body_markdown="!!! danger\n    No.\n")
    data = {"action": "publish", "_selected_action": [lesson.pk]}

    response = client.post(url("lesson_changelist"), data, follow=True)

    assert messages_of(response) == [
        "“&lt;b&gt;” is not published yet. Mend these problems, then publish."
        "<br>Line 1: Unknown callout &quot;danger&quot;; there are note, tip, warning, compare."
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", "x" * 201), ("minutes", "0"), ("minutes", "601"), ("minutes", ""), ("summary", " "),
     ("body_markdown", " \n"), ("body_markdown", "a\0b"), ("module", "0")],
)  # fmt: skip
def test_wrong_input_is_refused_beside_its_field(client, lesson, publisher, field, value):
    response = client.post(url("lesson_change", lesson.pk), form_data(lesson, **{field: value}))

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert LessonVersion.objects.count() == 1


def test_two_editors_do_not_overwrite_each_other(client, lesson, publisher):
    opened = form_data(lesson, title="Mine")
    save_lesson_draft(lesson=lesson, title="Theirs", summary="S.", minutes=1, body_markdown="T.", author=publisher)
    change = url("lesson_change", lesson.pk)

    refused = client.post(change, opened)

    form = refused.context["adminform"].form
    assert (refused.status_code, draft_of(lesson).title) == (200, "Theirs")
    assert "Version 2 was saved by publisher while you were editing." in form.non_field_errors()[0]
    assert form["title"].value() == "Mine"

    client.post(change, opened | {"based_on": form["based_on"].value()})

    assert (draft_of(lesson).number, draft_of(lesson).title) == (3, "Mine")


def test_a_new_lesson_goes_to_the_end_of_its_module(client, lesson, publisher):
    data = {"module": lesson.module_id, "slug": "second", "title": "Second", "summary": "S.", "minutes": 3,
            "body_markdown": "Text.", "note": "", "based_on": ""}  # fmt: skip

    response = client.post(url("lesson_add"), data | {"_publish": "1"})

    assert response.status_code == 302
    assert list(Lesson.objects.published().in_course_order().values_list("slug", flat=True)) == ["first", "second"]


@pytest.mark.parametrize("slug", ["first", "Second", "two words", "a--b", "a_b", ""])
def test_a_new_lesson_needs_a_free_slug(client, lesson, publisher, slug):
    data = {"module": lesson.module_id, "slug": slug, "title": "Second", "summary": "S.", "minutes": 3,
            "body_markdown": "Text.", "note": "", "based_on": ""}  # fmt: skip

    response = client.post(url("lesson_add"), data)

    assert (response.status_code, list(response.context["adminform"].form.errors)) == (200, ["slug"])
    assert Lesson.objects.count() == 1


@pytest.mark.parametrize("model", ["course", "module", "lesson"])
def test_a_slug_that_is_none_is_told_once(client, model):
    client.force_login(User.objects.create_superuser("root"))

    response = client.post(url(f"{model}_add"), {"slug": "Bad Slug!"})

    assert response.context["adminform"].form.errors["slug"] == [
        "Use small letters, digits and single hyphens, and no name that Windows reserves, such as con."
    ]


def test_a_lesson_moves_to_another_module_of_its_course_only(client, lesson, publisher):
    more = make_module(lesson.course, "more")
    foreign = make_module(make_course("other"), "foreign")
    change = url("lesson_change", lesson.pk)

    assert client.post(change, form_data(lesson, module=foreign.pk)).status_code == 200
    assert client.post(change, form_data(lesson, module=more.pk)).status_code == 302
    assert Lesson.objects.get().module == more


def test_restoring_makes_a_draft_and_leaves_the_page_alone(client, lesson, publisher):
    save_lesson_draft(lesson=lesson, title="Worse", summary="S.", minutes=1, body_markdown="T.")
    publish_lesson(lesson=lesson)

    response = client.post(url("lesson_restore", lesson.pk, 1))

    assert response["Location"] == url("lesson_change", lesson.pk)
    assert (draft_of(lesson).number, draft_of(lesson).title) == (3, "Old title")
    assert published_of(lesson).title == "Worse"
    assert client.get(url("lesson_restore", lesson.pk, 1)).status_code == 405


def test_versions_of_a_lesson_without_any_are_none(client, publisher):
    lesson = add_lesson(module=make_module(make_course()), slug="empty")

    response = client.get(url("lesson_versions", lesson.pk))

    assert (response.status_code, response.context["versions"]) == (200, [])


def test_versions_show_what_changed(client, lesson, publisher):
    save_lesson_draft(lesson=lesson, title="<b>New</b>", summary="You can do it.", minutes=5, body_markdown="T.")

    listed = client.get(url("lesson_versions", lesson.pk))
    compared = client.get(url("lesson_versions", lesson.pk), {"a": 1, "b": 2})

    assert [(version.number, before) for version, before in listed.context["versions"]] == [(2, 1), (1, None)]
    html, listed_html = compared.content.decode(), listed.content.decode()
    assert "(learners read this)" in listed_html
    assert '<a href="?a=1&amp;b=2">What version 2 changed</a>' in listed_html
    assert '<del>title = "<mark>Old title</mark>"</del>'.replace('"', "&quot;") in html
    assert '<ins>title = "<mark>&lt;b&gt;New&lt;/b&gt;</mark>"</ins>'.replace('"', "&quot;") in html
    assert "<b>New</b>" not in html + listed_html


@pytest.mark.parametrize("query", [{"a": 1}, {"a": 1, "b": 9}, {"a": "x", "b": "\0"}])
def test_versions_that_are_not_there_cannot_be_compared(client, lesson, publisher, query):
    assert client.get(url("lesson_versions", lesson.pk), query).status_code == 404


@pytest.mark.parametrize(
    ("asked", "shown", "oldest_has"), [({}, range(61, 36, -1), 36), ({"p": "3"}, range(11, 0, -1), None),
                                       ({"p": "99"}, range(11, 0, -1), None), ({"p": "\0"}, range(61, 36, -1), 36)]
)  # fmt: skip
def test_versions_stand_on_pages_and_are_read_without_their_texts(
    client, lesson, publisher, django_assert_max_num_queries, asked, shown, oldest_has
):
    for number in range(60):
        save_lesson_draft(lesson=lesson, title=f"T{number}", summary="S.", minutes=1, body_markdown="T.")

    with django_assert_max_num_queries(10) as queries:
        response = client.get(url("lesson_versions", lesson.pk), asked)

    assert [version.number for version, _ in response.context["versions"]] == list(shown)
    assert response.context["versions"][-1][1] == oldest_has
    assert response.content.decode().count("<option") == 2 * 61
    assert not any("body_html" in query["sql"] for query in queries.captured_queries)


def test_actions_publish_and_take_offline(client, lesson, publisher):
    save_lesson_draft(lesson=lesson, title="New", summary="S.", minutes=1, body_markdown="T.")
    changelist = url("lesson_changelist")

    client.post(changelist, {"action": "publish", "_selected_action": [lesson.pk]})
    assert published_of(lesson).title == "New"

    client.post(changelist, {"action": "unpublish", "_selected_action": [lesson.pk]})
    assert published_of(lesson) is None
    assert Lesson.objects.get().held_back


@pytest.mark.parametrize(("published", "status"), [(True, 409), (False, 302)])
def test_only_lessons_that_are_offline_can_be_deleted(client, publisher, published, status):
    lesson = make_lesson(make_module(make_course()), published=published)

    response = client.post(url("lesson_delete", lesson.pk), {"post": "yes"})

    assert response.status_code == status
    assert Lesson.objects.count() == LessonVersion.objects.count() == (1 if published else 0)


def test_order_is_changed_by_buttons(client, lesson, publisher):
    second = make_lesson(lesson.module, "second")
    move = url("lesson_move", second.pk)
    assert f'formaction="{move}"' in client.get(url("lesson_changelist")).content.decode()

    response = client.post(move, {"direction": "up"})

    assert response["Location"] == f"{url('lesson_changelist')}#up-{second.pk}"
    assert list(Lesson.objects.in_course_order().values_list("slug", flat=True)) == ["second", "first"]
    assert client.post(move, {"direction": "sideways"}).status_code == 400
    assert client.get(move).status_code == 200


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ({"state": "draft"}, ["hidden"]),
        ({"state": "published"}, ["first", "newer"]),
        ({"state": "newer"}, ["newer"]),
        ({"q": "because"}, ["first", "hidden"]),
        ({"q": "Old title"}, ["first"]),
    ],
)
def test_lessons_can_be_found(client, lesson, publisher, query, slugs):
    newer = make_lesson(lesson.module, "newer")
    save_lesson_draft(lesson=newer, title="N", summary="S.", minutes=1, body_markdown="T.")
    make_lesson(lesson.module, "hidden", published=False)

    response = client.get(url("lesson_changelist"), query)

    assert [row.slug for row in response.context["cl"].result_list] == slugs


@pytest.mark.parametrize("model", ["course", "module", "lesson"])
def test_lists_need_the_same_queries_for_any_length(client, django_assert_num_queries, model):
    client.force_login(User.objects.create_superuser("root"))
    for number in (1, 2):  # a filter with one choice is not shown
        make_lesson(make_module(make_course(f"course-{number}"), f"module-{number}"), f"lesson-{number}")
    client.get(url(f"{model}_changelist"))
    with django_assert_num_queries(100, exact=False) as before:
        client.get(url(f"{model}_changelist"))

    for number in (3, 4):
        make_lesson(make_module(make_course(f"course-{number}"), f"module-{number}"), f"lesson-{number}")

    with django_assert_num_queries(len(before)):
        client.get(url(f"{model}_changelist"))


def test_courses_and_modules_are_made_changed_and_moved(client):
    client.force_login(User.objects.create_superuser("root"))
    for slug in ("one", "two"):
        course = {"title": slug, "slug": slug, "summary": "S.", "language": "en"}
        assert client.post(url("course_add"), course).status_code == 302
    one, two = Course.objects.all()
    for slug in ("a", "b"):
        assert client.post(url("module_add"), {"course": one.pk, "title": slug, "slug": slug}).status_code == 302
    a, b = Module.objects.all()

    client.post(url("course_change", one.pk), {"title": "Renamed", "slug": "first", "summary": "S.", "language": "en"})
    client.post(url("module_change", a.pk), {"title": "First"})
    client.post(url("course_move", two.pk), {"direction": "up"})
    client.post(url("module_move", b.pk), {"direction": "up"})

    assert list(Course.objects.values_list("slug", "title")) == [("two", "two"), ("first", "Renamed")]
    assert list(Module.objects.values_list("slug", "title", "course__slug")) == [
        ("b", "b", "first"),
        ("a", "First", "first"),
    ]


def test_courses_are_published_and_taken_offline(client):
    client.force_login(User.objects.create_superuser("root"))
    course = make_lesson(make_module(make_course(published=False))).course

    client.post(url("course_changelist"), {"action": "publish", "_selected_action": [course.pk]})
    assert list(Course.objects.published()) == [course]
    assert client.post(url("course_delete", course.pk), {"post": "yes"}).status_code == 409

    client.post(url("course_changelist"), {"action": "unpublish", "_selected_action": [course.pk]})
    assert list(Course.objects.published()) == []
    assert client.post(url("course_delete", course.pk), {"post": "yes"}).status_code == 302
    assert Course.objects.count() == 0


@pytest.mark.parametrize(("with_lesson", "status"), [(True, 409), (False, 302)])
def test_only_empty_modules_can_be_deleted(client, with_lesson, status):
    client.force_login(User.objects.create_superuser("root"))
    module = make_module(make_course())
    if with_lesson:
        make_lesson(module)

    assert client.post(url("module_delete", module.pk), {"post": "yes"}).status_code == status


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        (json.dumps(noted("Version %(number)s published.", number=2)), "Version 2 published."),
        (json.dumps(noted("Taken offline.")), "Taken offline."),
        ('[{"added": {}}]', "Added."),
        ('[{"changed": {"fields": ["Title", "Slug"]}}]', "Changed Title and Slug."),
        ("Version 2 published.", "Version 2 published."),  # as entries were written at first
        ("[not JSON", "[not JSON"),
        ("", ""),
    ],
)
def test_log_says_what_was_done_in_the_language_of_its_reader(stored, sentence):
    assert sentence_of(LogEntry(change_message=stored)) == sentence


def test_others_who_read_the_log_are_told_that_something_was_changed():
    assert LogEntry(change_message=json.dumps(noted("Taken offline."))).get_change_message() == "Changed state."


# --- Two people, one row ---


def opened(client, page: str) -> dict[str, object]:
    """What a browser would send of a form that was just opened."""
    form = client.get(page).context["adminform"].form
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def test_what_somebody_else_wrote_into_another_field_of_a_course_stays(client):
    client.force_login(User.objects.create_superuser("root"))
    course = make_course()
    page = reverse("admin:courses_course_change", args=[course.pk])
    mine, theirs = opened(client, page), opened(client, page)

    client.post(page, theirs | {"title": "Their title"})
    client.post(page, mine | {"summary": "My summary."})

    course.refresh_from_db()
    assert (course.title, course.summary) == ("Their title", "My summary.")


def test_a_field_of_a_course_that_two_people_changed_is_said_and_saved_the_second_time(client):
    client.force_login(User.objects.create_superuser("root"))
    course = make_course()
    page = reverse("admin:courses_course_change", args=[course.pk])
    mine, theirs = opened(client, page), opened(client, page)

    client.post(page, theirs | {"title": "Their title"})
    refused = client.post(page, mine | {"title": "My title"})
    form = refused.context["adminform"].form
    kept = Course.objects.get().title
    again = client.post(page, mine | {"title": "My title", "seen": form["seen"].value()})

    text = "Somebody changed this to “Their title” meanwhile. Save again to have it your way."
    assert form.errors == {"title": [text]}
    assert (refused.status_code, form["title"].value(), kept) == (200, "My title", "Their title")
    assert (again.status_code, Course.objects.get().title) == (302, "My title")


def test_a_form_of_before_undoes_neither_a_new_address_nor_a_move(client):
    client.force_login(User.objects.create_superuser("root"))
    lesson = make_lesson(make_module(make_course()))
    more = make_module(lesson.course, "more", "More")
    page = reverse("admin:courses_lesson_change", args=[lesson.pk])
    mine = opened(client, page)
    Lesson.objects.filter(pk=lesson.pk).update(slug="renamed", module=more)

    client.post(page, mine | {"title": "A better title"})

    lesson = Lesson.objects.select_related("draft").get()
    assert (lesson.slug, lesson.module, lesson.draft.title) == ("renamed", more, "A better title")


@pytest.mark.parametrize("seen", ["", "{", "[]", "null", "[" * 100_000, '{"title": 5, "nothing": 1}'], ids=range(6))
def test_a_form_that_says_nothing_of_what_it_saw_saves_what_it_has(client, seen):
    client.force_login(User.objects.create_superuser("root"))
    course = make_course()
    page = reverse("admin:courses_course_change", args=[course.pk])

    sent = client.post(page, opened(client, page) | {"summary": "New.", "seen": seen})

    course.refresh_from_db()
    assert (sent.status_code, course.summary) == (302, "New.")


def test_modules_of_a_new_lesson_stand_under_their_courses(client, publisher, lesson):
    make_module(make_course("advanced", title="Advanced"), title="Async")

    page = " ".join(client.get(url("lesson_add")).content.decode().split())

    basics, asynchronous = Module.objects.order_by("pk")
    assert f'<optgroup label="Frameworks"> <option value="{basics.pk}">Basics</option>' in page
    assert f'<optgroup label="Advanced"> <option value="{asynchronous.pk}">Async</option>' in page


def test_list_names_the_courses_of_modules_where_there_are_several(client, publisher, lesson):
    of_one = client.get(url("lesson_changelist")).content.decode()
    make_lesson(make_module(make_course("advanced", title="Advanced")))

    of_two = client.get(url("lesson_changelist")).content.decode()

    assert '<td class="field-module nowrap">Basics</td>' in of_one
    assert ["Basics (Frameworks)</td>" in of_two, "Basics (Advanced)</td>" in of_two] == [True, True]


def test_form_of_a_course_says_that_there_is_nobody_to_choose(client):
    client.force_login(User.objects.create_superuser("root"))

    page = client.get(url("course_add")).content.decode()

    assert "Nobody has the role Author, which is given on the page of an account." in page
    assert "add_id_authors" not in page
