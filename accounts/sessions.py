"""Where an account is signed in: when a browser was last seen there, and how its owner ends that from elsewhere.

django-allauth keeps a row for each session. It would write it at every request; a day is exact enough to know an own
browser from another's, and costs one write a day.
"""

from datetime import date
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.utils.timezone import now

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SEEN_ON = "seen_on"  # key in the session: the day, as ISO 8601 writes it


def begin(session: SessionBase, *, day: date) -> None:
    """Note that somebody signed in; the row of that is made by django-allauth."""
    session[SEEN_ON] = day.isoformat()


def mark_seen(session: SessionBase, *, day: date) -> None:
    """Note that the browser of a signed-in *session* was seen on *day*; no query but on the first call of a day."""
    if session.get(SEEN_ON) == day.isoformat():
        return
    session[SEEN_ON] = day.isoformat()
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now())


def end_session(*, user: "User", session_id: int) -> bool:
    """Sign *user* out of one browser; False when it has no such session, or has ended it already."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        return False
    session.end()
    return True
