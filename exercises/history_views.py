"""Pages about what a learner has written: the history, comparing, using older code again, and starting over.

Everything works without a script. Each page is about who asks: what belongs to others is not found.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.diffs import diffs_of
from exercises import drafts
from exercises.access import visible_exercise
from exercises.answers import ANSWERED
from exercises.forms import FilesForm
from exercises.highlighting import shown_files
from exercises.history import (
    NOW,
    Code,
    Entry,
    comparable,
    entry_files,
    history_of,
    of_kept,
    present_code,
    timeline_of,
)
from exercises.kept_drafts import complete
from exercises.models import Exercise, ExerciseVersion, KeptDraft, Owner
from exercises.owners import ensure_owner, owner_of
from exercises.pages import place_of
from exercises.responses import SeeOther, private


def coded(request: HttpRequest, slug: str) -> tuple[Exercise, ExerciseVersion]:
    """An exercise for which one writes code. Raises Http404."""
    found, version = visible_exercise(request, slug)
    if version.kind in ANSWERED:
        raise Http404
    return found, version


@private
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """All attempts and drafts; with ?a=…&b=… what is different between two of them."""
    found, version = coded(request, slug)
    owner = owner_of(request)
    attempts = history_of(owner, found)
    timeline = timeline_of(owner, found, attempts)
    present = present_code(drafts.draft_of(owner, found), attempts, version)
    codes = comparable(owner, found, version, present, timeline)
    context: dict[str, Any] = {**place_of(found, version), "codes": codes}
    if "a" not in request.GET and "b" not in request.GET:
        context["rows"] = [row_of(entry, timeline) for entry in timeline]
        return render(request, "exercises/history.html", context)
    by_ref = {code.ref: code for code in codes}
    before, after = by_ref.get(request.GET.get("a", NOW)), by_ref.get(request.GET.get("b", NOW))
    if before is None or after is None:
        raise Http404
    return render(request, "exercises/comparison.html", {**context, **difference(before, after)})


def row_of(entry: Entry, timeline: list[Entry]) -> dict[str, Any]:
    """An entry, and the one before it, to be compared with."""
    older = timeline[timeline.index(entry) + 1 :]
    return {"entry": entry, "previous": older[0].ref if older else "start"}


def difference(before: Code, after: Code) -> dict[str, Any]:
    return {"before": before, "after": after, "diffs": diffs_of(before.files, after.files)}


@private
@require_POST
def compare_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """What is different between the code that the page holds and the draft that another device has saved.

    Nothing is stored: the code is only sent to be compared.
    """
    found, version = coded(request, slug)
    form = FilesForm(version, request.POST)
    present = present_code(drafts.draft_of(owner_of(request), found), history_of(owner_of(request), found), version)
    there, here = _("the draft of the other device"), _("your code here")
    saved = Code(ref=NOW, label=there, name=there, files=present)
    yours = Code(ref="", label=here, name=here, files=form.texts)
    status = 200 if form.is_valid() else 422
    context = {**place_of(found, version), **difference(saved, yours), "problems": form.non_field_errors(), "codes": []}
    return render(request, "exercises/comparison.html", context, status=status)


@private
@require_safe
def kept(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """A draft that was set aside."""
    found, version = coded(request, slug)
    draft = get_object_or_404(kept_drafts_of(owner_of(request), found), uuid=uuid)
    context = {**place_of(found, version), "entry": of_kept(draft, found), "files": shown_files(draft.files)}
    return render(request, "exercises/kept.html", context)


def kept_drafts_of(owner: Owner | None, exercise: Exercise) -> Any:
    kept = KeptDraft.objects.filter(exercise=exercise)
    return kept.owned_by(owner) if owner else kept.none()


@require_POST
def use(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Go on with older code; the present draft becomes an entry."""
    found, _version = coded(request, slug)
    files = files_of(request, found, uuid)
    reason = KeptDraft.Reason.REPLACED
    drafts.replace_draft(owner=ensure_owner(request), exercise=found, files=complete(files, found), reason=reason)
    messages.success(request, _("The older code is in the editor. What was there before is in your history."))
    return SeeOther(f"{found.get_absolute_url()}#your-code")


@private
@require_safe
def download(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """The files of an entry: one as it is, several as a zip archive."""
    found, _version = coded(request, slug)
    files = files_of(request, found, uuid)
    if len(files) == 1:
        ((path, text),) = files.items()
        name, content, content_type = path.rsplit("/", 1)[-1], text.encode(), "text/plain; charset=utf-8"
    else:
        name, content, content_type = f"{found.slug}.zip", archive_of(files), "application/zip"
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def archive_of(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()


def files_of(request: HttpRequest, found: Exercise, uuid: UUID) -> dict[str, str]:
    """Raises Http404."""
    files = entry_files(owner_of(request), found, uuid)
    if files is None:
        raise Http404
    return files


@private
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then go back to the start version; the code becomes an entry."""
    found, version = coded(request, slug)
    if request.method != "POST":
        return render(request, "exercises/reset.html", place_of(found, version))
    if owner := owner_of(request):  # else there is nothing to reset
        drafts.start_over(owner=owner, exercise=found)
    messages.success(request, _("You start over. Your code is in your history."))
    return SeeOther(f"{found.get_absolute_url()}#your-code")
