"""Where a learner answers staff, and where mails about it are switched off. Everything works without a script."""

from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from exercises import answer_mails, conversations
from exercises.access import readable_submission
from exercises.answers.given import Typed, given_entries
from exercises.errors import ExerciseError, NoSuchEntry, NotYours, TooManyRequests
from exercises.message_forms import MessageForm
from exercises.owners import owner_of
from exercises.responses import SeeOther, private
from exercises.throttling import check_message_rate
from exercises.views import submission_page


@private
@require_POST
def write_back(request: HttpRequest, uuid: UUID, entry: int) -> HttpResponse:
    """The learner answers what staff wrote about an entry; back to it. For the attempt's owner alone, guests too."""
    found = readable_submission(request, uuid)
    if found.owner != owner_of(request):
        raise PermissionDenied(NotYours().message)
    form = MessageForm(request.POST)
    problem, status, seconds = form.problem, HTTPStatus.UNPROCESSABLE_ENTITY, None
    if form.is_valid():
        try:
            check_message_rate(request)
            conversations.write_back(submission=found, entry=entry, text=form.cleaned_data["text"])
        except NoSuchEntry as refusal:
            raise Http404 from refusal
        except TooManyRequests as refusal:
            problem = gettext("You wrote often within an hour. Please wait a little: your text is still here.")
            status, seconds = refusal.status, refusal.retry_after_seconds
        except ExerciseError as refusal:
            problem, status = str(refusal.message), refusal.status
        else:
            return SeeOther(f"{found.get_absolute_url()}#entry-{entry}")
    entries = given_entries(found, is_owner=True, typed={entry: Typed(form.typed, problem)})
    response = submission_page(request, found, entries, status=status)
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response


@csrf_exempt  # a mail program posts here for its reader (RFC 8058); the signed address is what it needs
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_mails_off(request: HttpRequest, token: str) -> HttpResponse:
    """No more mails about answers, for the account in the signed address. To look at the page changes nothing."""
    user_id = answer_mails.user_id_in(token)
    if user_id is None:
        raise Http404
    if request.method == "POST":
        answer_mails.set_mails(user_id=user_id, are_wanted=False)
    return render(request, "exercises/answer_mails_off.html", {"is_off": request.method == "POST"})
