"""With STAFF_REQUIRE_MFA staff are staff only after a second step: a code of an app, a recovery code or a passkey.

Until then a request of theirs is like one of a learner, on every page and in the API: courses.access and the admin ask
the mark that is set here. A token is one step, whoever it belongs to, and carries no rights of staff.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware
from django.utils.functional import SimpleLazyObject

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SECOND_STEP = "mfa"  # what allauth calls it among the ways in which a session was authenticated


def mark(user: "User", *, has_shown: bool) -> "User":
    """*user*, for one request; a member of the staff who has not shown a second step is marked as such."""
    if settings.STAFF_REQUIRE_MFA and user.is_staff and not has_shown:
        user.lacks_second_step = True  # type: ignore[attr-defined]  # of this object only, never stored
    return user


def has_shown(request: HttpRequest, user: "User") -> bool:
    """Whether a second step was part of how this session began, or came later in it. No query."""
    return any(record["method"] == SECOND_STEP for record in get_authentication_records(request, user))


@sync_and_async_middleware
def mark_staff_without_second_step(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware, after the one that sets request.user. It looks at nothing until somebody asks for the user."""
    if not settings.STAFF_REQUIRE_MFA:
        raise MiddlewareNotUsed

    def prepare(request: HttpRequest) -> None:
        found = request.user

        def marked() -> Any:
            return mark(found, has_shown=has_shown(request, found)) if found.is_staff else found

        request.user = SimpleLazyObject(marked)  # type: ignore[assignment]

    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            prepare(request)
            response: HttpResponse = await get_response(request)
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        prepare(request)
        response: HttpResponse = get_response(request)
        return response

    return answer


def note_new_authenticator(*, request: HttpRequest, user: "User", authenticator: Authenticator, **_: Any) -> None:
    """Receiver: who sets up a second step has just used it, and need not look for another code at once."""
    if authenticator.type in (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN):
        record_authentication(request, user, method=SECOND_STEP, type=authenticator.type, id=authenticator.pk)
