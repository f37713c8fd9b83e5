"""Writing a lesson in the admin: problems, preview, unsaved text and pictures, with and without scripts."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from courses.addresses import rename_lesson
from courses.images import add_image
from courses.models import CourseImage, Lesson, LessonVersion, WorkingCopy
from courses.publishing import publish_lesson, save_lesson_draft
from courses.tests.builders import make_course, make_lesson, make_module
from courses.tests.test_admin import form_data, published_of, staff, url
from courses.tests.test_images import SVG, picture
from courses.usage import uses_of_image, uses_of_lesson
from courses.working_copies import Subject, keep, unsaved

pytestmark = pytest.mark.django_db

SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def lesson() -> Lesson:
    return make_lesson(make_module(make_course()), title="Old title")


@pytest.fixture
def editor(client) -> User:
    user = staff("publisher", "add_lesson")
    client.force_login(user)
    return user


def check(client, lesson: Lesson, **changes: object) -> dict:
    response = client.post(url("lesson_proofread", lesson.pk), form_data(lesson, **changes))
    assert response.status_code == 200
    return response.json()


def upload(data: bytes, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/png")


# Who may


@pytest.mark.parametrize("page", ["proofread", "preview", "copy", "image"])
@pytest.mark.parametrize(("role", "status"), [("nobody", 403), ("viewer", 403), ("editor", 200)])
def test_only_who_may_change_a_lesson_is_answered(client, lesson, page, role, status):
    client.force_login(staff(role))

    response = client.post(url(f"lesson_{page}", lesson.pk), form_data(lesson), follow=True)
    adding = client.post(url(f"lesson_add_{page}"), form_data(lesson))

    assert response.status_code == status
    assert adding.status_code == 403
    assert client.get(url(f"lesson_{page}", lesson.pk)).status_code == 405


def test_a_form_from_elsewhere_is_refused(lesson):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff())

    statuses = {
        page: client.post(url(f"lesson_{page}", lesson.pk), form_data(lesson)).status_code
        for page in ("proofread", "preview", "copy", "image")
    }

    assert set(statuses.values()) == {403}


# Problems and preview


def test_problems_name_their_line_while_somebody_types(client, lesson, editor):
    body = (
        "Text.\r\n\r\n!!! danger\r\n    No.\r\n\r\n![](/static/a.svg)\r\n\r\n[x](lesson:nowhere)\r\n\r\n#### Deep\r\n"
    )
    body += "\r\n```\r\nx\r\n```\r\n\r\n```python\r\nx = (\r\n```\r\n"

    found = check(client, lesson, body_markdown=body)["problems"]

    assert [(problem["field"], problem["line"]) for problem in found] == [
        ("body_markdown", line) for line in (3, 6, 8, 10, 12, 17)
    ]
    assert "danger" in found[0]["message"]


def test_fields_that_are_wrong_are_named_too(client, lesson, editor):
    found = check(client, lesson, title="", minutes="many")["problems"]

    assert {problem["field"]: problem["line"] for problem in found} == {"title": None, "minutes": None}


def test_a_slug_of_another_lesson_is_named_while_somebody_types(client, lesson, editor):
    other = make_lesson(lesson.module, "other")
    rename_lesson(lesson=other, slug="another")

    said = {}
    for slug in (lesson.slug, "", "other", "another"):
        found = check(client, lesson, slug=slug)
        said[slug] = [(one["field"], one["line"], one["message"]) for one in found["problems"]], found["summary"]
    adding = client.post(url("lesson_add_proofread"), form_data(lesson, slug="another", module=lesson.module_id)).json()

    refused = "1 problem keeps this from being saved. What you type is kept for you."
    taken = ("slug", None, "The course has a lesson with this slug already.")
    former = "This was the slug of “another”, where its old address leads. Choose another one."
    assert said == {
        lesson.slug: ([], "No problems found."),
        "": ([], "No problems found."),
        "other": ([("slug", None, former)], refused),
        "another": ([taken], refused),
    }
    assert [(one["field"], one["line"], one["message"]) for one in adding["problems"]] == [taken]


def test_preview_is_the_page_of_learners_with_what_is_typed(client, lesson, editor):
    answer = check(client, lesson, title="Typed <title>", body_markdown="## Typed heading\n\nTyped *text*.\n")
    published = client.get(lesson.get_absolute_url()).content.decode()

    html = answer["html"]
    assert "Typed &lt;title&gt;</h1>" in html
    assert '<h2 id="typed-heading">Typed heading</h2>' in html
    assert "You see a draft" in html
    sheets = re.findall(r'<link rel="stylesheet"[^>]*>', published)
    assert sheets
    assert re.findall(r'<link rel="stylesheet"[^>]*>', html) == sheets
    assert editor.username not in html  # as a visitor sees it


def test_looking_stores_nothing(client, lesson, editor):
    check(client, lesson, title="Typed")
    client.post(url("lesson_preview", lesson.pk), form_data(lesson, title="Typed"))

    assert LessonVersion.objects.count() == 1
    assert not WorkingCopy.objects.exists()
    assert Lesson.objects.get().draft.title == "Old title"


def test_preview_without_a_script_is_the_same_page(client, lesson, editor):
    response = client.post(url("lesson_preview", lesson.pk), form_data(lesson, title="Typed"))

    assert response["X-Robots-Tag"] == "noindex"
    assert "Typed</h1>" in response.content.decode()


@pytest.mark.parametrize("slug", ["", "next"])
def test_lesson_that_is_being_added_has_a_preview_at_the_end_of_its_module(client, lesson, editor, slug):
    data = {"module": lesson.module_id, "slug": slug, "title": "New lesson", "body_markdown": "Text.\n"}

    answer = client.post(url("lesson_add_proofread"), data).json()

    assert "New lesson</h1>" in answer["html"]
    assert "Lesson 2 of 2" in answer["html"]
    assert Lesson.objects.count() == 1


def test_without_a_module_there_is_no_preview_and_a_reason(client, editor):
    data = {"title": "New lesson", "body_markdown": "!!! danger\n    x\n"}

    answer = client.post(url("lesson_add_proofread"), data).json()
    page = client.post(url("lesson_add_preview"), data)

    assert (answer["html"], answer["why"]) == (None, "The preview comes when a module is chosen.")
    assert ("body_markdown", 1) in {(problem["field"], problem["line"]) for problem in answer["problems"]}
    assert "when a module is chosen" in page.content.decode()


def test_length_is_told(client, lesson, editor):
    body = "word " * 400 + "\n\n```python\n" + "x = 1\n" * 50 + "```\n"

    answer = check(client, lesson, body_markdown=body)

    assert (answer["length"], answer["minutes"]) == ("400 words, about 4 min to read.", 4)
    assert check(client, lesson, body_markdown="One\n")["length"] == "1 word, about 1 min to read."


# Unsaved text


def test_unsaved_text_is_offered_and_comes_back(client, lesson, editor):
    kept = client.post(url("lesson_copy", lesson.pk), form_data(lesson, title="Half a title", _form="a"), **SCRIPT)

    offered = client.get(url("lesson_change", lesson.pk)).content.decode()
    restored = client.get(url("lesson_change", lesson.pk), {"restore": "a"}).content.decode()

    assert kept.json()["kept_at"]
    assert "You have unsaved changes" in offered
    assert 'value="Old title"' in offered
    assert 'value="Half a title"' in restored
    assert "You have unsaved changes" not in restored


def test_discarded_text_is_gone(client, lesson, editor):
    for name in ("a", "b"):
        client.post(url("lesson_copy", lesson.pk), form_data(lesson, title=f"Half of {name}", _form=name))

    response = client.post(url("lesson_copy", lesson.pk), form_data(lesson, _form="c", _discard="a"))
    late = client.post(url("lesson_copy", lesson.pk), form_data(lesson, title="Half of a", _form="a"))

    assert response["Location"] == url("lesson_change", lesson.pk)
    assert late.status_code == 409
    assert [row.form for row in unsaved(subject=Subject.of(lesson), editor=editor)] == ["b"]


def test_typing_leaves_the_text_that_is_offered(client, lesson, editor):
    client.post(url("lesson_copy", lesson.pk), form_data(lesson, title="Work of a day", _form="a"))
    client.post(url("lesson_copy", lesson.pk), form_data(lesson, title="W", _form="b"))

    restored = client.get(url("lesson_change", lesson.pk), {"restore": "a"}).content.decode()

    assert 'value="Work of a day"' in restored
    assert 'name="_form" value="a"' in restored  # its page goes on where that ended
    assert restored.count("You have unsaved changes") == 1


def differences(page) -> list[dict[str, list[tuple[str, str]]]]:
    """Of each text that *page* offers: the fields that differ, and their changed lines."""
    return [
        {
            diff.path: [
                (line.kind, "".join(piece.text for piece in line.pieces))
                for hunk in diff.hunks
                for line in hunk.lines
                if line.kind != "same"
            ]
            for diff in one.diffs
        }
        for one in page.context["editing"]["unsaved"]
    ]


def test_each_text_that_is_offered_says_what_is_different_in_it(client, lesson, editor):
    body, other = lesson.draft.body_markdown, make_module(lesson.course, "other", "Other")
    typed = {
        "a": form_data(lesson, body_markdown=f"{body}\r\n<script>alert(1)</script>\r\n", note="Why"),
        "b": form_data(lesson, title="Half a title", module=other.pk),
        "c": form_data(lesson, body_markdown=body.replace("\n", "\r\n")),
    }
    for name, data in typed.items():
        client.post(url("lesson_copy", lesson.pk), data | {"_form": name})

    offered = client.get(url("lesson_change", lesson.pk))
    restored = client.get(url("lesson_change", lesson.pk), {"restore": "b"})

    of_b = {
        "Module": [("removed", str(lesson.module)), ("added", str(other))],
        "Title": [("removed", "Old title"), ("added", "Half a title")],
    }
    of_a = {"Text": [("added", ""), ("added", "<script>alert(1)</script>")], "Note": [("added", "Why")]}
    assert differences(offered) == [{}, of_b, of_a]
    # Beside the restored one, the others differ in what that has, too.
    back = {name: [(kind, line) for kind, (_, line) in zip(("removed", "added"), reversed(lines), strict=True)]
            for name, lines in of_b.items()}  # fmt: skip
    assert differences(restored) == [back, back | of_a]
    page = offered.content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert page.count("They say the same as this form.") == 1
    assert page.count("<summary>") - client.get(url("lesson_add")).content.decode().count("<summary>") == 2


def test_text_of_a_new_lesson_names_the_module_that_was_chosen(client, lesson, editor):
    client.post(url("lesson_add_copy"), {"module": str(lesson.module_id), "_form": "a"})

    assert differences(client.get(url("lesson_add"))) == [{"Module": [("removed", "---------"), ("added", "Basics")]}]


def test_two_tabs_that_add_keep_a_text_each(client, lesson, editor):
    for name in ("a", "b"):
        client.post(url("lesson_add_copy"), {"title": f"Lesson {name}", "_form": name})

    pages = [client.get(url("lesson_add"), {"restore": name}).content.decode() for name in ("a", "b")]

    assert ['value="Lesson a"' in pages[0], 'value="Lesson b"' in pages[1]] == [True, True]


def test_autosaves_that_overtake_each_other_leave_the_newer_text(client, lesson, editor):
    for number, title in (("2", "Newer"), ("1", "Older")):
        client.post(url("lesson_copy", lesson.pk), form_data(lesson, title=title, _form="a", _number=number))

    restored = client.get(url("lesson_change", lesson.pk), {"restore": "a"}).content.decode()

    assert 'value="Newer"' in restored
    assert 'name="_number" value="2"' in restored


def test_form_that_is_sent_again_after_it_was_saved_loses_nothing(client, lesson, editor):
    client.post(url("lesson_change", lesson.pk), form_data(lesson, title="Saved", _form="a"))

    again = form_data(lesson, title="", body_markdown="Typed after Back.\n", _form="a")
    response = client.post(url("lesson_change", lesson.pk), again)

    assert "Nothing is lost" in response.content.decode()
    (kept,) = unsaved(subject=Subject.of(lesson), editor=editor)
    assert kept.content["body_markdown"] == ["Typed after Back.\n"]
    assert kept.form != "a"


def test_saving_ends_what_was_unsaved_also_what_comes_too_late(client, lesson, editor):
    typed = form_data(lesson, title="Typed", _form="a")
    client.post(url("lesson_copy", lesson.pk), typed)
    client.post(url("lesson_change", lesson.pk), typed)

    late = client.post(url("lesson_copy", lesson.pk), typed, **SCRIPT)

    assert late.status_code == 409
    assert unsaved(subject=Subject.of(lesson), editor=editor) == []
    assert "You have unsaved changes" not in client.get(url("lesson_change", lesson.pk)).content.decode()


def test_adding_ends_what_was_unsaved_of_it(client, lesson, editor):
    place = {"module": lesson.module_id, "slug": "next", "_form": "a"}
    typed = place | {"title": "Next", "summary": "You can.", "minutes": 1, "body_markdown": "Text.\n"}
    client.post(url("lesson_add_copy"), typed)
    offered = client.get(url("lesson_add")).content.decode()
    client.post(url("lesson_add"), typed)

    assert "You have unsaved changes" in offered
    assert Lesson.objects.filter(slug="next").exists()
    assert "You have unsaved changes" not in client.get(url("lesson_add")).content.decode()


def test_text_that_cannot_be_saved_is_kept(client, lesson, editor):
    response = client.post(url("lesson_change", lesson.pk), form_data(lesson, title="", body_markdown="Long work.\n"))

    assert "Nothing is lost" in response.content.decode()
    (kept,) = unsaved(subject=Subject.of(lesson), editor=editor)
    assert kept.content["body_markdown"] == ["Long work.\n"]


def test_restored_text_does_not_overwrite_what_somebody_saved_meanwhile(client, lesson, editor):
    client.post(url("lesson_copy", lesson.pk), form_data(lesson, title="Mine", _form="a"))
    save_lesson_draft(lesson=lesson, title="Theirs", summary="x", minutes=1, body_markdown="Theirs.\n")
    form = client.get(url("lesson_change", lesson.pk), {"restore": "a"}).content.decode()
    based_on = re.search(r'name="based_on" value="(\d+)"', form)[1]

    response = client.post(url("lesson_change", lesson.pk), form_data(lesson, title="Mine", based_on=based_on))

    assert based_on == "1"
    assert "Version 2 was saved by" in response.content.decode()
    assert Lesson.objects.get().draft.title == "Theirs"


def test_two_editors_are_told_of_each_other(client, lesson, editor):
    ana = User.objects.create_user("ana", first_name="Ana", is_staff=True)
    keep(subject=Subject.of(lesson), editor=ana, content={"title": ["Ana's"]})

    form = client.get(url("lesson_change", lesson.pk)).content.decode()
    beat = client.post(url("lesson_copy", lesson.pk), {"_open": "1"}, **SCRIPT).json()

    assert re.search(r"Ana</bdi> has been editing since", form)
    assert "Ana</bdi> has been editing since" in beat["others_html"]
    assert "Ana's" not in form  # what others have not saved is theirs


# Pictures


def test_picture_of_a_script_is_stored_and_its_markdown_answered(client, lesson, editor):
    data = form_data(lesson, _image=upload(picture()))

    answer = client.post(url("lesson_image", lesson.pk), data, **SCRIPT).json()

    image = CourseImage.objects.get()
    assert answer["markdown"] == f"![](images/{image.name})"
    assert (image.course_id, image.created_by) == (lesson.course_id, editor)
    (problem,) = check(client, lesson, body_markdown=f"{answer['markdown']}\n")["problems"]
    assert "no text for those who cannot see it" in problem["message"]
    assert check(client, lesson, body_markdown=f"![A chart](images/{image.name})\n")["problems"] == []


def test_picture_without_a_script_stands_at_the_end_of_the_unsaved_text(client, lesson, editor):
    data = form_data(lesson, title="Typed", _image=upload(picture()))

    page = client.post(url("lesson_image", lesson.pk), data, follow=True).content.decode()

    assert 'value="Typed"' in page
    assert f"![](images/{CourseImage.objects.get().name})" in page
    assert "Write between its brackets what it shows" in page


@pytest.mark.parametrize(
    ("data", "says"), [(SVG, "no image"), (b"\0" * 2_097_153, "larger than 2 MB"), (None, "first")]
)
def test_what_is_no_picture_is_refused_and_the_text_is_kept(client, lesson, editor, data, says):
    chosen = {} if data is None else {"_image": upload(data)}

    answer = client.post(url("lesson_image", lesson.pk), form_data(lesson, **chosen), **SCRIPT)
    page = client.post(
        url("lesson_image", lesson.pk),
        form_data(lesson, title="Typed", **({} if data is None else {"_image": upload(data)})),
        follow=True,
    ).content.decode()

    assert (answer.status_code, says in answer.json()["detail"]) == (400, True)
    assert (says in page, 'value="Typed"' in page) == (True, True)
    assert not CourseImage.objects.exists()


# The page around it


def test_form_names_what_uses_the_lesson(client, lesson, editor):
    other = make_lesson(lesson.module, "other", body_markdown="[x](lesson:first)\n", title="Other lesson")
    make_lesson(
        lesson.module, "third", body_markdown="[x](lesson:first-of-all)\n", title="Third lesson", published=False
    )

    form = client.get(url("lesson_change", lesson.pk)).content.decode()

    assert f'<a href="{url("lesson_change", other.pk)}" translate="no">Other lesson</a>' in form
    assert "Third lesson" not in form


def test_uses_are_found_by_former_slugs_and_in_what_is_scheduled(lesson):
    other = make_lesson(lesson.module, "other", body_markdown="[x](lesson:first)\n", title="Other lesson")
    image = add_image(course=lesson.course, data=picture())
    texts = {"title": "Other lesson", "summary": "S.", "minutes": 1}
    save_lesson_draft(lesson=other, body_markdown=f"![A](images/{image.name}) [x](lesson:first)\n", **texts)
    publish_lesson(lesson=other, at=now() + timedelta(hours=1))
    save_lesson_draft(lesson=other, body_markdown="[x](lesson:first)\n", **texts)
    rename_lesson(lesson=lesson, slug="begin")

    assert [use.title for use in uses_of_lesson(lesson)] == ["Other lesson"]
    assert [use.title for use in uses_of_image(image)] == ["Other lesson"]


def test_problems_block_publishing_and_not_saving(client, lesson, editor):
    client.post(url("lesson_change", lesson.pk), form_data(lesson, body_markdown="!!! danger\n    x\n", _publish="1"))

    assert published_of(lesson).number == 1
    assert Lesson.objects.get().draft.number == 2


def test_form_needs_no_scripts_of_the_admin_beyond_its_frame(client, lesson, editor):
    form = client.get(url("lesson_change", lesson.pk)).content.decode()

    scripts = [script.rpartition("/")[2].partition(".")[0] for script in re.findall(r'<script[^>]*src="([^"]+)"', form)]
    assert sorted(scripts) == ["admin", "nav_sidebar", "theme"]


def test_who_may_only_look_is_not_noted_as_editing(client, lesson):
    client.force_login(staff("viewer"))

    form = client.get(url("lesson_change", lesson.pk)).content.decode()

    assert "data-editing" not in form
    assert not WorkingCopy.objects.exists()
