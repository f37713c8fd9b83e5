"""Courses that staff upload: looked at first, loaded then, exactly as they were looked at.

Nothing is published by it: what is loaded is a draft, and the publish gate stands where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction

from courses.loading import Change, Loading, load_archive, load_files
from courses.models import Course, CourseUpload

MAX_DIFF_LINES = 400  # of one file that a preview shows
MAX_NAME = 200


@transaction.atomic
def keep_upload(
    *, content: bytes, name: str, slug: str, files: Mapping[str, bytes], force: bool, author: User
) -> CourseUpload:
    """Find out what loading an archive would do, and keep it for who uploaded it; an earlier upload of theirs goes.

    *slug* and *files* are what courses.loading.course_of_archive() found in *content*. Raises ContentError.
    """
    loading = load_files(slug, files, root=slug, force=force, dry_run=True)
    clear_outdated()
    CourseUpload.objects.filter(uploaded_by=author).delete()
    return CourseUpload.objects.create(
        uploaded_by=author,
        name=name[-MAX_NAME:],
        slug=slug,
        content=content,
        force=force,
        fingerprint=loading.fingerprint,
        preview=preview_of(loading),
    )


@transaction.atomic
def load_upload(*, upload: CourseUpload, author: User) -> Course:
    """Load what was uploaded, and forget the upload. The course that it is now.

    Raises LoadChanged, without loading anything, when it would do something else than its preview said because
    somebody changed the course meanwhile, and ContentError when it cannot be loaded any more.
    """
    loading = load_archive(
        bytes(upload.content), name=upload.name, force=upload.force, author=author, expected=upload.fingerprint
    )
    upload.delete()
    return cast(Course, loading.course)


def clear_outdated() -> int:
    """Delete what nobody may load any more; how many there were."""
    return CourseUpload.objects.outdated().delete()[0]


def preview_of(loading: Loading) -> dict[str, Any]:
    """What a page says of a load, as JSON: labels, and for each change its kind and its unified diff."""
    return {
        "changes": [_change(change) for change in loading.changes],
        "kept": loading.kept,
        "overwritten": loading.overwritten,
        "only_here": loading.only_here,
        "unfinished": [asdict(problem) for problem in loading.unfinished],
    }


def _change(change: Change) -> dict[str, Any]:
    kind = "added" if change.before is None else "removed" if change.after is None else "changed"
    lines = [line.rstrip("\n") for line in islice(change.diff(), 2, MAX_DIFF_LINES + 3)]  # two lines name the file
    return {"label": change.label, "kind": kind, "lines": lines[:MAX_DIFF_LINES], "cut": len(lines) > MAX_DIFF_LINES}
