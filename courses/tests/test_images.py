"""Pictures of a course: what is taken, what is made of it, and who is given it."""

from io import BytesIO

import pytest
from django.contrib.auth.models import User
from PIL import Image

from courses.images import MAX_BYTES, MAX_SIDE, ImageRefused, add_image, images_of, store_image, url_of
from courses.models import CourseImage
from courses.publishing import render_lesson
from courses.tests.builders import make_course

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind: str = "PNG", size: tuple[int, int] = (6, 4), *, mode: str = "RGB", **options: object) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "teal").save(written, kind, **options)
    return written.getvalue()


def moving() -> bytes:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    written = BytesIO()
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])
    return written.getvalue()


def with_notes() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at home"
    return picture("JPEG", exif=exif, comment=b"secret")


def bomb() -> bytes:
    """A PNG of 20 kB that says it has 400 million pixels."""
    return picture(size=(20_000, 20_000), mode="1")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_upload_becomes_webp_named_after_its_content(kind):
    course = make_course()

    image = add_image(course=course, data=picture(kind))
    again = add_image(course=course, data=picture(kind))

    stored = Image.open(BytesIO(bytes(image.data)))
    assert (stored.format, stored.size, image.width, image.height) == ("WEBP", (6, 4), 6, 4)
    assert image.name == f"{image.digest[:16]}.webp"
    assert image.pk == again.pk


def test_upload_keeps_its_pixels_and_its_transparency():
    drawn = Image.new("RGBA", (2, 1))
    drawn.putdata([(255, 0, 0, 255), (0, 0, 0, 0)])
    written = BytesIO()
    drawn.save(written, "PNG")

    image = add_image(course=make_course(), data=written.getvalue())

    stored = Image.open(BytesIO(bytes(image.data))).convert("RGBA")
    assert (stored.getpixel((0, 0)), stored.getpixel((1, 0))[3]) == ((255, 0, 0, 255), 0)


def test_upload_loses_everything_but_its_pixels():
    image = add_image(course=make_course(), data=with_notes())

    data = bytes(image.data)
    assert not any(note in data for note in (b"EXIF", b"taken at home", b"secret", b"XMP", b"ICCP"))
    assert (image.width, image.height) == (4, 6)  # upright, as the note said


def test_large_upload_is_made_smaller():
    image = add_image(course=make_course(), data=picture(size=(3000, 1500)))

    assert (image.width, image.height) == (MAX_SIDE, MAX_SIDE // 2)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (SVG, "no image that can be read"),
        (b"", "no image that can be read"),
        (picture()[:45], "no image that can be read"),
        (picture("GIF"), "no image that can be read"),
        (picture("TIFF"), "no image that can be read"),
        (moving(), "moves"),
        (bomb(), "too many pixels"),
        (b"\0" * (MAX_BYTES + 1), "larger than 2 MB"),
    ],
    ids=["svg", "empty", "cut short", "gif", "tiff", "moving", "bomb", "large"],
)
def test_what_is_no_picture_is_refused(data, says):
    with pytest.raises(ImageRefused, match=says):
        add_image(course=make_course(), data=data)

    assert not CourseImage.objects.exists()


def test_picture_of_a_folder_is_stored_byte_for_byte_and_replaced():
    course = make_course()
    first, second = picture(), picture(size=(8, 8))

    store_image(course=course, name="chart.png", data=first)
    before = images_of(course)["chart.png"]
    store_image(course=course, name="chart.png", data=second)
    after = images_of(course)["chart.png"]

    assert bytes(CourseImage.objects.get().data) == second
    assert (after.width, after.height) == (8, 8)
    assert before.url != after.url


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("../a.png", picture()),
        ("A.png", picture()),
        (".png", picture()),
        ("a.svg", SVG),
        ("a.jpeg", picture("JPEG")),
        ("a.png", picture("WEBP")),
        ("a.webp", picture()),
        ("a.png", SVG),
        ("a.png", picture(size=(MAX_SIDE + 1, 1))),
        (f"{'a' * 100}.png", picture()),
    ],
)
def test_file_that_is_not_what_its_name_says_is_refused(name, data):
    with pytest.raises(ImageRefused):
        store_image(course=make_course(), name=name, data=data)


def test_text_shows_a_picture_with_its_address_and_size():
    course = make_course()
    image = store_image(course=course, name="chart.png", data=picture())

    rendered = render_lesson(course, '![A "chart" <b>](images/chart.png)\n')

    assert rendered.problems == []
    assert f'src="/courses/frameworks/images/chart.png?v={image.digest[:16]}"' in rendered.html
    assert 'width="6" height="4"' in rendered.html


def test_size_that_the_author_gave_stays():
    course = make_course()
    store_image(course=course, name="chart.png", data=picture())

    html = render_lesson(course, '<img src="images/chart.png" alt="A chart" width="3">\n').html

    assert 'width="3"' in html
    assert "height" not in html


def test_missing_picture_is_a_problem_and_shows_its_words():
    rendered = render_lesson(make_course(), "Text.\n\n![A chart](images/chart.png)\n")

    assert [(problem.line, problem.message) for problem in rendered.problems] == [
        (3, "The course has no image images/chart.png.")
    ]
    assert '<img alt="A chart">' in rendered.html


def test_picture_is_served_for_ever_and_can_do_nothing(client):
    image = store_image(course=make_course(), name="chart.png", data=picture())

    response = client.get(url_of(image))

    assert (response.status_code, response.content) == (200, picture())
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}


@pytest.mark.parametrize(
    ("published", "is_staff", "query", "status"),
    [
        (True, False, "", 200),
        (True, False, "?v=0000000000000000", 200),
        (False, True, "", 200),
        (False, False, "", 404),
        (False, False, "?v=0000000000000000", 404),
    ],
)
def test_without_its_stamp_a_picture_is_as_visible_as_its_course(client, published, is_staff, query, status):
    store_image(course=make_course(published=published), name="chart.png", data=picture())
    client.force_login(User.objects.create_user("reader", is_staff=is_staff, is_superuser=is_staff))

    response = client.get(f"/courses/frameworks/images/chart.png{query}")

    assert response.status_code == status
    if status == 200:
        assert "immutable" not in response["Cache-Control"]
