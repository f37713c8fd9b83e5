"""Pictures of a course: taken from staff or from files, checked, written anew where they come from outside.

A text calls one images/<name>, as a course folder does; courses.rendering gives it its address and its size.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext
from PIL import Image, ImageOps

from courses.models import Course, CourseImage
from courses.rendering import PlacedImage
from courses.sanitising import IMAGE_PATH

MAX_BYTES = 2 * 1024 * 1024  # of an upload, and of what is stored
MAX_SIDE = 2000  # pixels; larger uploads are made smaller
MAX_PIXELS = 40_000_000  # that an upload may have at all: decoded, they take 160 MB
MAX_NAME = 100
QUALITY = 85  # of WebP, for what came as a photograph
READ_FORMATS = ("PNG", "JPEG", "WEBP")  # of uploads; nothing else of Pillow is let near them
CONTENT_TYPES = {"png": "image/png", "webp": "image/webp"}
STAMP_LENGTH = 16  # hexadecimal digits of the digest: enough that nobody guesses them


class ImageRefused(Exception):
    """The picture is not stored; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    width: int
    height: int


def images_of(course: Course) -> dict[str, PlacedImage]:
    """All pictures of *course* by their name. One query, without their bytes."""
    rows = course.images.values_list("name", "digest", "width", "height")
    return {name: PlacedImage(_url(course, name, digest), width, height) for name, digest, width, height in rows}


def url_of(image: CourseImage) -> str:
    """Where the picture is; the address changes with its content."""
    return _url(image.course, image.name, image.digest)


def stamp_of(digest: str) -> str:
    """What the address of a picture says of its content."""
    return digest[:STAMP_LENGTH]


def _url(course: Course, name: str, digest: str) -> str:
    return f"{reverse('courses:image', args=[course.slug, name])}?{urlencode({'v': stamp_of(digest)})}"


def add_image(*, course: Course, data: bytes, author: User | None = None) -> CourseImage:
    """Store what somebody uploaded, as WebP without anything but its pixels, named after its content.

    The same upload again gives the same row. Raises ImageRefused.
    """
    return add_picture(course=course, picture=written_anew(data), author=author)


def add_picture(*, course: Course, picture: Picture, author: User | None = None) -> CourseImage:
    """The second part of add_image(); the first, written_anew(), takes up to seconds, and no transaction should."""
    name = f"{hashlib.sha256(picture.data).hexdigest()[:STAMP_LENGTH]}.webp"
    return _store(course, name, picture, author)


def store_image(*, course: Course, name: str, data: bytes, author: User | None = None) -> CourseImage:
    """Store a picture of a course folder under its *name*, byte for byte, in place of what was called so.

    It must be a PNG or a WebP file that decodes and is within the limits. Raises ImageRefused.
    """
    if len(name) > MAX_NAME or not IMAGE_PATH.fullmatch(f"images/{name}"):
        raise ImageRefused(
            gettext("%(name)s is no name of an image: small letters, digits and hyphens, then .png or .webp.")
            % {"name": name[:MAX_NAME]}
        )
    wanted = {"png": "PNG", "webp": "WEBP"}[name.rpartition(".")[2]]
    picture = _decoded(data, formats=(wanted,))
    if max(picture.size) > MAX_SIDE:
        raise ImageRefused(gettext("The image is larger than %(most)s pixels in one direction.") % {"most": MAX_SIDE})
    return _store(course, name, Picture(data, picture.width, picture.height), author)


@transaction.atomic
def _store(course: Course, name: str, picture: Picture, author: User | None) -> CourseImage:
    digest = hashlib.sha256(picture.data).hexdigest()
    values = {"data": picture.data, "digest": digest, "width": picture.width, "height": picture.height}
    image, is_new = course.images.get_or_create(name=name, defaults=values | {"created_by": author})
    if not is_new and image.digest != digest:
        for column, value in values.items():
            setattr(image, column, value)
        image.save(update_fields=[*values])
    return image


def written_anew(data: bytes) -> Picture:
    """The pixels of an upload as a WebP file, at most MAX_SIDE in each direction. Raises ImageRefused."""
    picture = _decoded(data, formats=READ_FORMATS)
    is_photograph = picture.format == "JPEG"
    try:
        upright = ImageOps.exif_transpose(picture)  # as the camera meant it, before that note goes
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        written = BytesIO()
        upright.save(written, "WEBP", quality=QUALITY, lossless=not is_photograph, exif=b"", icc_profile=b"", xmp=b"")
        if written.tell() > MAX_BYTES:  # a photograph that came as PNG
            written = BytesIO()
            upright.save(written, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageRefused(gettext("The image cannot be read: its file is damaged.")) from error
    if written.tell() > MAX_BYTES:
        raise ImageRefused(_too_large())
    return Picture(written.getvalue(), upright.width, upright.height)


def _decoded(data: bytes, *, formats: tuple[str, ...]) -> Image.Image:
    """One still picture, decoded. Raises ImageRefused."""
    if len(data) > MAX_BYTES:
        raise ImageRefused(_too_large())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of a damaged note of the camera, which goes anyway
            picture = Image.open(BytesIO(data), formats=formats)
            width, height = picture.size  # of its head: nothing is decoded yet
            if width * height > MAX_PIXELS:
                raise ImageRefused(
                    gettext("The image has too many pixels (%(width)s by %(height)s). Make it smaller first.")
                    % {"width": width, "height": height}
                )
            if getattr(picture, "n_frames", 1) > 1:
                raise ImageRefused(gettext("The image moves. Only still images can be stored."))
            picture.load()
    except Image.DecompressionBombError as error:
        raise ImageRefused(gettext("The image has too many pixels. Make it smaller first.")) from error
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for files that are none, or damaged
        raise ImageRefused(
            gettext("This is no image that can be read; there are: %(formats)s.")
            % {"formats": ", ".join(formats).replace("WEBP", "WebP")}
        ) from error
    return picture


def _too_large() -> str:
    return gettext("The image is larger than %(most)s MB.") % {"most": MAX_BYTES // 1024**2}
