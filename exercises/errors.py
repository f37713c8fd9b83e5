"""Refusals that learners meet. The API words them in exercises.api.errors, the pages in their forms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from exercises.models import Draft


class ExerciseError(Exception):
    """A refusal with a stable code. `message` is for the learner; `status` is the HTTP status in the API."""

    code = "refused"
    status = HTTPStatus.CONFLICT
    message: StrOrPromise = _("This cannot be done now.")
    retry_after_seconds: int | None = None
    wait_seconds: int | None = None  # how long the message says to wait; pages count it down

    def __init__(self, message: str = "") -> None:
        self.message = str(message or self.message)  # in the language of who asked
        super().__init__(self.message)


class TooManyPending(ExerciseError):
    code = "too_many_pending"
    status = HTTPStatus.TOO_MANY_REQUESTS
    message = _("Wait for your earlier attempts to finish, then submit again.")
    retry_after_seconds = 2  # about as long as one attempt takes


class TooManyRequests(ExerciseError):
    """The page's counterpart of DRF's Throttled."""

    code = "throttled"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, *, retry_after_seconds: float | None) -> None:
        self.retry_after_seconds = self.wait_seconds = math.ceil(retry_after_seconds or 1)
        super().__init__(
            gettext("That was a lot at once. Try again in %(seconds)s s.") % {"seconds": self.retry_after_seconds}
        )


class NotPublished(ExerciseError):
    code = "not_published"
    message = _("This exercise is not published, so nothing can be handed in.")


class NotComplete(ExerciseError):
    """Of a draft that was saved with mistakes, which only staff can meet."""

    code = "not_complete"
    message = _("This draft was saved with mistakes that keep it from being run. Its form in the admin names them.")


class Archived(ExerciseError):
    """What learners had at this address is in no list any more, and takes no more answers."""

    code = "archived"
    status = HTTPStatus.GONE
    message = _("This was archived. Attempts that were handed in can still be read.")


class InvalidFiles(ExerciseError):
    """problems: {path: sentence}, the path as it was handed in."""

    code = "invalid"
    status = HTTPStatus.BAD_REQUEST
    message = _("The files cannot be accepted.")

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


class DraftConflict(ExerciseError):
    """present: the draft that was saved meanwhile."""

    code = "draft_conflict"
    message = _("Another device has saved other code meanwhile.")

    def __init__(self, present: Draft) -> None:
        super().__init__()
        self.present = present


class KeyReused(ExerciseError):
    code = "key_reused"
    message = _("This idempotency key came with other code before.")


class InvalidAnswers(ExerciseError):
    """problems: {place in the answers: sentence}; see exercises.answers.reading."""

    code = "invalid"
    status = HTTPStatus.BAD_REQUEST
    message = _("The answers cannot be accepted.")

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


class InvalidRequest(ExerciseError):
    """problems: {place in the request: sentence}; see exercises.asking."""

    code = "invalid"
    status = HTTPStatus.BAD_REQUEST
    message = _("The request cannot be accepted.")

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


class NotRunnable(ExerciseError):
    code = "not_runnable"
    message = _("This exercise is answered: it has no program that could be run.")


class NotYours(ExerciseError):
    code = "not_yours"
    status = HTTPStatus.FORBIDDEN
    message = _(
        "Only who handed this in can do that. As a guest, send the session cookie that came with your submission."
    )


class NotPending(ExerciseError):
    code = "not_pending"
    message = _("This attempt has already come to its end.")


class NotRepeatable(ExerciseError):
    code = "not_repeatable"
    message = _("This attempt has a result; only one that was stopped or that we could not judge can be tried again.")


class NotPassed(ExerciseError):
    code = "not_passed"
    message = _("The rubric opens once this attempt is complete.")


class NoSuchEntry(ExerciseError):
    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    message = _("This attempt has no such entry.")


class NoConversation(ExerciseError):
    code = "no_conversation"
    message = _("You can write back once staff has written about this entry.")


class ConversationFull(ExerciseError):
    code = "conversation_full"
    message = _("You have written several times already. Please wait until staff has read it: your text is still here.")


class NoMoreHints(ExerciseError):
    code = "no_more_hints"
    message = _("There is no further hint.")


class NoSolution(ExerciseError):
    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    message = _("This exercise has no solution to look at.")


class SolutionClosed(ExerciseError):
    """missing: how many more attempts have to fail; 0: it only has to be asked for."""

    code = "solution_closed"
    status = HTTPStatus.FORBIDDEN

    def __init__(self, *, missing: int) -> None:
        self.missing = missing
        more = ngettext(
            "The solution opens when you have passed, or after %(number)d more attempt that did not pass.",
            "The solution opens when you have passed, or after %(number)d more attempts that did not pass.",
            missing,
        )
        ready = gettext(
            "The solution opens when you have passed, or now if you ask for it: by POST to this address. You can still "
            "finish the exercise; it will be marked as done with solution."
        )
        super().__init__(more % {"number": missing} if missing else ready)
