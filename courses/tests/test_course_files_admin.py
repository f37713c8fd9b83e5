"""Courses as archives in the admin: out, in after a look at what would change, and by those who may."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from courses import uploads
from courses.action_log import sentence_of
from courses.addresses import rename_course
from courses.course_folder import MAX_ARCHIVE_BYTES, read_archive, read_folder, write_archive
from courses.exporting import export_archive
from courses.loading import load_course
from courses.models import Course, CourseUpload, Lesson
from courses.publishing import publish_lesson, save_lesson_draft
from courses.tests.builders import lesson_text, make_course, make_lesson, make_module, write_course

pytestmark = pytest.mark.django_db

LOAD = reverse("admin:courses_course_load")
MAY_LOAD = ("load_course", "add_course", "change_course", "view_course")


@pytest.fixture(autouse=True)
def _only_this_app(monkeypatch):
    monkeypatch.setattr("courses.loading._parts", [])


def staff(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    codes = [*permissions, "edit_every_course"]  # all courses are theirs, whatever they may do with them
    user.user_permissions.set(Permission.objects.filter(codename__in=codes, content_type__app_label="courses"))
    return user


@pytest.fixture
def author(client) -> User:
    user = staff("author", *MAY_LOAD)
    client.force_login(user)
    return user


@pytest.fixture
def folder(tmp_path):
    return write_course(tmp_path)


def archive_of(folder) -> bytes:
    return write_archive(folder.name, read_folder(folder))


def upload(client, content: bytes, *, name: str = "small.zip", **data):
    return client.post(LOAD, {"archive": SimpleUploadedFile(name, content), **data})


def preview_of(client, content: bytes, **data) -> str:
    """The address of the preview that an upload leads to."""
    response = upload(client, content, **data)
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def problems_of(response) -> list[str]:
    assert response.status_code == 422
    return [str(problem) for problem in response.context["problems"]]


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def log() -> list[tuple[int, str]]:
    return [(entry.action_flag, sentence_of(entry)) for entry in LogEntry.objects.order_by("pk")]


# --- Export ----------------------------------------------------------------------------------------------------------


def test_an_export_is_the_archive_of_the_course(client, author, folder):
    load_course(folder)
    course = Course.objects.get()

    response = client.get(reverse("admin:courses_course_export", args=[course.pk]))

    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert response["Content-Disposition"] == 'attachment; filename="small.zip"'
    assert response.content == export_archive(course) == archive_of(folder)
    assert read_archive(response.content, name="x")[1] == read_folder(folder)
    assert log() == [(CHANGE, "Exported as files.")]


def test_an_export_that_cannot_be_made_says_why(client, author, folder):
    load_course(folder)
    Lesson.objects.filter(slug="first").update(draft=None)
    course = Course.objects.get()

    response = client.get(reverse("admin:courses_course_export", args=[course.pk]), follow=True)

    assert messages_of(response) == ["Write a text first for first."]
    assert log() == []


# --- Load ------------------------------------------------------------------------------------------------------------


def test_a_new_course_is_looked_at_and_loaded(client, author, folder):
    address = preview_of(client, archive_of(folder))
    page = client.get(address)
    html = page.content.decode()

    assert Course.objects.count() == 0
    assert "There is no course <code>small</code>: it would be a new one, as a draft." in html
    assert "4 files differ" in html
    assert "<ins>+title = &quot;First&quot;</ins>" in html

    response = client.post(address, {"load": "1"}, follow=True)

    assert messages_of(response) == ["4 files were loaded into drafts. Nothing was published."]
    course = Course.objects.get()
    assert response.redirect_chain[-1][0] == reverse("admin:courses_course_change", args=[course.pk])
    assert (course.slug, course.published_at, CourseUpload.objects.count()) == ("small", None, 0)
    first = Lesson.objects.get(slug="first")
    assert (first.draft.created_by, first.draft.origin, first.published) == (author, "loaded", None)
    assert log() == [(ADDITION, "Loaded from small.zip, files: 4.")]


def test_changes_are_shown_as_a_diff_and_become_drafts(client, author, folder):
    load_course(folder, publish=True)
    (folder / "lessons/first.md").write_text(lesson_text("<b>Better</b>", "See [the next](lesson:second).\n"))
    make_lesson(Lesson.objects.get(slug="first").module, "fourth", published=False)

    address = preview_of(client, archive_of(folder))
    html = client.get(address).content.decode()
    assert "<del>-title = &quot;First&quot;</del>" in html
    assert "<ins>+title = &quot;&lt;b&gt;Better&lt;/b&gt;&quot;</ins>" in html
    assert '<code translate="no">lessons/fourth.md</code>' in html
    client.post(address, {"load": "1"})

    first = Lesson.objects.get(slug="first")
    assert (first.draft.title, first.published.title) == ("<b>Better</b>", "First")
    assert log() == [(CHANGE, "Loaded from small.zip, files: 1.")]


@pytest.mark.parametrize("force", [False, True])
def test_edits_are_kept_or_overwritten_and_named(client, author, folder, force):
    load_course(folder)
    first = Lesson.objects.get(slug="first")
    save_lesson_draft(lesson=first, title="Edited", summary="Here.", minutes=5, body_markdown="Edited.\n")
    (folder / "lessons/first.md").write_text(lesson_text("From the files"))
    (folder / "lessons/second.md").write_text(lesson_text("From the files"))

    address = preview_of(client, archive_of(folder), **({"force": "on"} if force else {}))
    html = client.get(address).content.decode()
    assert ("and left as it is" in html, "and overwritten" in html) == (not force, force)
    client.post(address, {"load": "1"})

    assert Lesson.objects.get(slug="first").draft.title == ("From the files" if force else "Edited")
    assert Lesson.objects.get(slug="second").draft.title == "From the files"


def test_what_is_unchanged_offers_nothing_to_load(client, author, folder):
    load_course(folder)

    html = client.get(preview_of(client, archive_of(folder))).content.decode()

    assert ("0 files differ" in html, 'name="load"' in html) == (True, False)


def test_mistakes_are_named_with_file_and_line(client, author, folder):
    (folder / "lessons/first.md").write_text(lesson_text("First", "!!! danger\n    No.\n"))
    (folder / "lessons/second.md").write_bytes(b"\xff\xfe+\0")

    response = upload(client, archive_of(folder))

    assert problems_of(response) == [
        'small/lessons/first.md:7: Unknown callout "danger"; there are note, tip, warning, compare.',
        "small/lessons/second.md:1: is UTF-16, not UTF-8",
    ]
    assert "small/lessons/first.md:7</code> Unknown callout &quot;danger&quot;" in response.content.decode()
    assert (Course.objects.count(), CourseUpload.objects.count()) == (0, 0)


def hostile_archive(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = name
        archive.writestr(entry, b"evil")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"not a zip", "small.zip: is no .zip archive that can be read"),
        (hostile_archive("small/../../evil"), "small/../../evil: has a name that leads elsewhere"),
        (hostile_archive("<script>alert(1)</script>/x"),
         "<script>alert(1)</script>/x: has a name that Windows does not know or reserves"),
        (hostile_archive("Not A Slug/course.toml"), None),
    ],
)  # fmt: skip
def test_a_hostile_upload_is_refused_and_shown_escaped(client, author, content, problem):
    response = upload(client, content)

    problems = problems_of(response)
    assert problem is None or problems == [problem]
    assert "<script>alert" not in response.content.decode()
    assert (Course.objects.count(), CourseUpload.objects.count()) == (0, 0)


def test_a_large_upload_is_refused(client, author):
    response = upload(client, b"x" * (MAX_ARCHIVE_BYTES + 1))

    assert response.status_code == 422
    assert response.context["form"].errors == {"archive": ["The archive is larger than 16 MiB."]}
    assert CourseUpload.objects.count() == 0


def test_an_upload_without_a_file_is_asked_for_one(client, author):
    response = client.post(LOAD, {})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["archive"])


# --- Exactly what was looked at ----------------------------------------------------------------------------------


def test_nothing_is_loaded_when_the_course_changed_after_the_preview(client, author, folder):
    load_course(folder)
    (folder / "lessons/first.md").write_text(lesson_text("From the files"))
    address = preview_of(client, archive_of(folder), force="on")
    first = Lesson.objects.get(slug="first")
    save_lesson_draft(lesson=first, title="Edited meanwhile", summary="Here.", minutes=5, body_markdown="Edited.\n")

    response = client.post(address, {"load": "1"}, follow=True)

    assert messages_of(response) == [
        "Somebody changed the course after you had looked. Nothing was loaded: upload it again."
    ]
    assert Lesson.objects.get(slug="first").draft.title == "Edited meanwhile"
    assert log() == []


def test_what_does_not_matter_to_the_load_may_change_meanwhile(client, author, folder):
    load_course(folder)
    (folder / "lessons/first.md").write_text(lesson_text("From the files"))
    address = preview_of(client, archive_of(folder))
    publish_lesson(lesson=Lesson.objects.select_related("draft").get(slug="second"))

    client.post(address, {"load": "1"})

    assert Lesson.objects.get(slug="first").draft.title == "From the files"


def test_a_second_upload_takes_the_place_of_the_first(client, author, folder):
    first = preview_of(client, archive_of(folder))
    second = preview_of(client, archive_of(folder))

    assert messages_of(client.get(first, follow=True)) == ["That upload is not kept any more. Upload it again."]
    assert client.get(second).status_code == 200


def test_an_archive_of_before_the_course_had_another_name_loads_into_it(client, author, folder):
    load_course(folder)
    content = archive_of(folder)
    course = Course.objects.get()
    rename_course(course=course, slug="renamed")
    save_lesson_draft(
        lesson=course.lessons.get(slug="second"), title="Typed", summary="S.", minutes=1, body_markdown="x\n"
    )
    address = preview_of(client, content, force="on")

    page = client.get(address)
    response = client.post(address)

    assert page.context["course"] == course
    assert response["Location"] == reverse("admin:courses_course_change", args=[course.pk])
    assert Course.objects.get() == course
    assert log()[-1][0] == CHANGE


@pytest.mark.parametrize("slug", ["small", "renamed"])
def test_a_course_of_others_is_not_loaded_by_any_of_its_names(client, folder, slug):
    load_course(folder)
    rename_course(course=Course.objects.get(), slug="renamed")
    user = User.objects.create_user("mine", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=MAY_LOAD, content_type__app_label="courses"))
    client.force_login(user)

    response = upload(client, write_archive(slug, read_folder(folder)))

    assert response.status_code == 403
    assert not CourseUpload.objects.exists()


def test_an_upload_is_thrown_away(client, author, folder):
    address = preview_of(client, archive_of(folder))

    client.post(address, {"discard": "1"})

    assert (CourseUpload.objects.count(), Course.objects.count()) == (0, 0)


def test_an_upload_is_kept_for_an_hour(client, author, folder):
    address = preview_of(client, archive_of(folder))
    CourseUpload.objects.update(created_at=now() - timedelta(minutes=61))

    response = client.post(address, {"load": "1"}, follow=True)

    assert messages_of(response) == ["That upload is not kept any more. Upload it again."]
    assert (Course.objects.count(), uploads.clear_outdated(), CourseUpload.objects.count()) == (0, 1, 0)


# --- Who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permissions", "exists", "status"),
    [
        (MAY_LOAD, False, 302),
        (MAY_LOAD, True, 302),
        (("load_course", "add_course"), False, 302),
        (("load_course", "add_course"), True, 403),  # it may not be changed
        (("load_course", "change_course"), True, 302),
        (("load_course", "change_course"), False, 403),  # it may not be made
        (("add_course", "change_course", "view_course"), True, 403),
        ((), False, 403),
    ],
)
def test_who_may_load(client, folder, permissions, exists, status):
    if exists:
        load_course(folder)
        (folder / "lessons/first.md").write_text(lesson_text("From the files"))
    client.force_login(staff("somebody", *permissions))

    response = upload(client, archive_of(folder))

    assert response.status_code == status
    assert client.get(LOAD).status_code == (200 if "load_course" in permissions else 403)
    if status == 302:
        User.objects.get().user_permissions.clear()  # taken away between the look and the load
        assert client.post(response["Location"], {"load": "1"}).status_code == 403
    assert Lesson.objects.filter(draft__title="From the files").count() == 0


@pytest.mark.parametrize(("permissions", "status"), [(("change_course",), 200), (("view_course",), 403), ((), 403)])
def test_who_may_export(client, permissions, status):
    course = make_course()
    client.force_login(staff("somebody", *permissions))

    assert client.get(reverse("admin:courses_course_export", args=[course.pk])).status_code == status


def test_nobody_loads_what_another_uploaded(client, author, folder):
    address = preview_of(client, archive_of(folder))
    client.force_login(staff("other", *MAY_LOAD))

    assert client.get(address).status_code == 302
    client.post(address, {"load": "1"})

    assert (Course.objects.count(), CourseUpload.objects.count()) == (0, 1)


@pytest.mark.parametrize("name", ["load", "export", "preview"])
def test_learners_are_sent_to_the_login(client, name):
    course = make_course()
    arguments = {"load": [], "export": [course.pk], "preview": ["00000000-0000-4000-8000-000000000000"]}[name]
    client.force_login(User.objects.create_user("learner"))

    response = client.get(reverse(f"admin:courses_course_{name}", args=arguments))

    assert (response.status_code, response["Location"].startswith(reverse("admin:login"))) == (302, True)


@pytest.mark.parametrize(("permissions", "load", "export"), [(MAY_LOAD, True, True), (("view_course",), False, False)])
def test_links_are_for_those_who_may(client, permissions, load, export):
    course = make_course()
    make_lesson(make_module(course))
    client.force_login(staff("somebody", *permissions))

    listed = client.get(reverse("admin:courses_course_changelist")).content.decode()
    form = client.get(reverse("admin:courses_course_change", args=[course.pk])).content.decode()

    assert ("Load from files" in listed, "Export as .zip" in form) == (load, export)
