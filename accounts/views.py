"""The account's own page, its tokens, its download and its end; everything else of accounts is django-allauth's."""

from typing import TYPE_CHECKING

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.deleting import delete_account
from accounts.downloading import download_of
from accounts.errors import AccountRefusal
from accounts.forms import DeleteAccountForm, TokenForm
from accounts.models import ApiToken
from accounts.overview import overview_of
from accounts.sessions import end_session
from accounts.tokens import MAX_TOKENS, make_token, revoke_token
from exercises.answer_mails import set_mails

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CONFLICT, UNPROCESSABLE = 409, 422


class SignedIn(HttpRequest):
    """What views behind @login_required get."""

    user: "User"


@require_safe
@login_required
def overview(request: SignedIn) -> HttpResponse:
    return render(request, "accounts/overview.html", {"overview": overview_of(request.user)})


@never_cache  # the page after a POST holds the token
@login_required
@reauthentication_required(allow_get=True)
def tokens(request: SignedIn) -> HttpResponse:
    """The list, and a form for another one. The answer to the form shows the token, which no later page can."""
    form, made, status = TokenForm(), None, 200
    if request.method == "POST":
        form, status = TokenForm(request.POST), UNPROCESSABLE
        if form.is_valid():
            try:
                token, key = make_token(user=request.user, name=form.cleaned_data["name"])
            except AccountRefusal as refusal:
                form.add_error("name", refusal.message)
                status = CONFLICT
            else:
                form, made, status = TokenForm(), {"token": token, "key": key}, 201
    context = {"tokens": ApiToken.objects.of(request.user.pk), "form": form, "made": made, "limit": MAX_TOKENS}
    return render(request, "accounts/tokens.html", context, status=status)


@require_POST
@login_required
def revoke(request: SignedIn, token_id: int) -> HttpResponse:
    if not revoke_token(user=request.user, token_id=token_id):
        raise Http404
    messages.success(request, gettext("The token is revoked. Programs that use it are refused from now on."))
    return redirect("accounts:tokens")


@require_POST
@login_required
def end(request: SignedIn, session_id: int) -> HttpResponse:
    if not end_session(user=request.user, session_id=session_id):
        raise Http404
    messages.success(request, gettext("That browser is signed out. What was saved in it stays in your account."))
    return redirect("usersessions_list")


@require_POST
@login_required
def answer_mails(request: SignedIn) -> HttpResponse:
    """Mails about answers of staff: wanted=1 or wanted=0."""
    wanted = request.POST.get("wanted")
    if wanted not in ("0", "1"):
        raise BadRequest("wanted must be 0 or 1")
    set_mails(user_id=request.user.pk, are_wanted=wanted == "1")
    messages.success(
        request,
        gettext("You get a mail when staff answers you.")
        if wanted == "1"
        else gettext("You get no more mails when staff answers you."),
    )
    return redirect("accounts:overview")


@require_safe
@never_cache
@login_required
def second_step(request: SignedIn) -> HttpResponse:
    """What staff see in place of the admin until they have shown a second step."""
    wanted = get_next_redirect_url(request) or reverse("admin:index")
    if not getattr(request.user, "lacks_second_step", False):
        return HttpResponseRedirect(wanted)
    context = {
        "wanted": wanted,
        "has_one": is_mfa_enabled(request.user),
        "has_passkey": is_mfa_enabled(request.user, types=[Authenticator.Type.WEBAUTHN]),
        "has_unconfirmed_address": EmailAddress.objects.filter(user=request.user, verified=False).exists(),
    }
    return render(request, "accounts/second_step.html", context)


@require_safe
@never_cache
@login_required
def download(request: SignedIn) -> HttpResponse:
    response = JsonResponse(download_of(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="fieldguide-account.json"'
    return response


@login_required
@reauthentication_required
def delete(request: SignedIn) -> HttpResponse:
    form, status = DeleteAccountForm(), 200
    if request.method == "POST":
        form, status = DeleteAccountForm(request.POST), UNPROCESSABLE
        if form.is_valid():
            try:
                delete_account(user=request.user)
            except AccountRefusal as refusal:
                form.add_error(None, refusal.message)
                status = CONFLICT
            else:
                logout(request)
                messages.success(request, gettext("Your account is deleted, with everything that was in it."))
                return HttpResponseRedirect("/")
    return render(request, "accounts/delete.html", {"form": form}, status=status)
