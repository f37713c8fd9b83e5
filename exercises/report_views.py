"""What readers say about a page: a form on the page itself, and a page of its own where something is to be mended."""

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from exercises.errors import ExerciseError
from exercises.models import ProblemReport
from exercises.owners import ensure_owner
from exercises.reporting import report as keep
from exercises.reporting import version_shown
from exercises.responses import SeeOther, private
from exercises.throttling import check_report_rate


class PlaceForm(forms.Form):
    """What the page itself filled in; a reader cannot get this wrong."""

    page = forms.CharField(max_length=ProblemReport.MAX_PAGE)
    version = forms.IntegerField(min_value=1, max_value=999_999_999)
    kind = forms.ChoiceField(choices=ProblemReport.Kind.choices)


class TextForm(forms.Form):
    """What is wrong, in the reader's words. The template writes the text area."""

    text = forms.CharField(
        max_length=ProblemReport.MAX_TEXT,
        error_messages={
            "required": _("Say what is wrong, in a few words."),
            "max_length": _("This is longer than %(limit_value)d characters. Please say it shorter."),
        },
    )

    def __init__(self, data: dict[str, str]) -> None:
        # A browser counts a line end as one character, and sends two.
        super().__init__({"text": data.get("text", "").replace("\r\n", "\n")})


@private
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Keep a report or an answer to "Was this clear?" and go back to the page, which says thank you."""
    place = PlaceForm(request.POST)
    if not place.is_valid():
        raise BadRequest("a report says of which page and which version it is")
    kind = ProblemReport.Kind(place.cleaned_data["kind"])
    page = place.cleaned_data["page"]
    try:
        version = version_shown(page=page, number=place.cleaned_data["version"], user=request.user)
    except Http404 as error:
        raise BadRequest("a report is of a page that there is") from error
    text = TextForm(request.POST)
    status, seconds = 422, None
    if kind != kind.PROBLEM or text.is_valid():
        try:
            check_report_rate(request)
        except ExerciseError as refusal:
            text.add_error(
                "text", _("You sent many reports within an hour. Please wait a little: your text is still here.")
            )
            status, seconds = refusal.status, refusal.retry_after_seconds
        else:
            said = text.cleaned_data["text"] if kind == kind.PROBLEM else ""
            keep(owner=ensure_owner(request), kind=kind, version=version, page=page, text=said)
            return SeeOther(f"{page}?thanks={kind}#feedback")
    context = {"form": text, "page": page, "version": version, "kind": kind}
    response = render(request, "exercises/report.html", context, status=status)
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response
