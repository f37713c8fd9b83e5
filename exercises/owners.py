"""Who a request works for, and how a guest's work moves to an account."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpRequest
from rest_framework.request import Request

from exercises.kept_drafts import adopt_drafts
from exercises.locks import hold
from exercises.models import Adoption, HelpUsed, LessonDone, Owner, ProblemReport, Submission, Trial

if TYPE_CHECKING:
    from django.contrib.auth.models import User

GUEST = "guest"  # key in the session


def owner_of(request: HttpRequest | Request) -> Owner | None:
    """For reading. None: a visitor who has not written anything yet."""
    if request.user.is_authenticated:
        return Owner(user_id=request.user.pk)
    guest = guest_in(request)
    return Owner(guest=guest) if guest else None


def ensure_owner(request: HttpRequest | Request) -> Owner:
    """For writing: makes a visitor a guest, which stores a session and sets its cookie."""
    owner = owner_of(request)
    if owner is None:
        owner = Owner(guest=uuid.uuid4())
        request.session[GUEST] = str(owner.guest)
    return owner


def guest_in(request: HttpRequest | Request) -> uuid.UUID | None:
    text = request.session.get(GUEST)
    return uuid.UUID(text) if text else None


def lock_of(owner: Owner) -> str:
    """Name of the lock that the writes of one learner take."""
    return f"owner:{owner.user_id or owner.guest}"


def hold_owner(owner: Owner) -> Owner:
    """Take the lock of *owner* in this transaction. Returns who owns what is written now.

    That is another one for a guest who logged in, in a second tab, after this request had read the session.
    """
    hold(lock_of(owner))
    adoption = Adoption.objects.filter(guest=owner.guest).first() if owner.guest else None
    return hold_owner(Owner(user_id=adoption.user_id)) if adoption else owner


@transaction.atomic
def adopt_guest(*, user: "User", guest: uuid.UUID) -> None:
    """Give the work of *guest* to *user*; progress becomes the union. Doing it again changes nothing."""
    account = Owner(user_id=user.pk)
    hold(lock_of(Owner(guest=guest)))
    hold(lock_of(account))
    Adoption.objects.get_or_create(guest=guest, defaults={"user": user})
    Submission.objects.filter(guest=guest).update(**account.columns)
    Trial.objects.filter(guest=guest).update(**account.columns)
    already = LessonDone.objects.owned_by(account).values("lesson")
    LessonDone.objects.filter(guest=guest, lesson__in=already).delete()
    LessonDone.objects.filter(guest=guest).update(**account.columns)
    ProblemReport.objects.filter(guest=guest).update(**account.columns)
    adopt_drafts(guest=Owner(guest=guest), account=account)
    _adopt_help(account, guest)


def _adopt_help(account: Owner, guest: uuid.UUID) -> None:
    """What either of them has opened stays open; of two openings of a solution the earlier one counts."""
    own = {used.exercise_id: used for used in HelpUsed.objects.owned_by(account)}
    for used in HelpUsed.objects.filter(guest=guest):
        if kept := own.get(used.exercise_id):
            kept.hints = max(kept.hints, used.hints)
            opened = [time for time in (kept.solution_opened_at, used.solution_opened_at) if time]
            kept.solution_opened_at = min(opened, default=None)
            kept.save()
            used.delete()
    HelpUsed.objects.filter(guest=guest).update(**account.columns)
