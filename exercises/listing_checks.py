"""The listings of a lesson, run for staff as a learner would run each of them: what Run shows is what they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.listings import Listing, listings
from courses.models import LessonVersion
from exercises import events
from exercises.check_results import BY_STATUS, CHECK_LOOKS, STANDINGS
from exercises.errors import NotPending
from exercises.locks import hold
from exercises.models import ExerciseCheck, Owner, Run, Trial, TrialQuerySet
from exercises.submitting import start_run
from exercises.trial_results import TrialResult, result_of
from exercises.trying import program_of_listing

Status = ExerciseCheck.Status


def trials_of(version: LessonVersion) -> TrialQuerySet:
    """What staff had run of *version*; it is kept as long as what a learner tries out."""
    return Trial.objects.filter(lesson_version=version, run__purpose=Run.Purpose.CHECK)


@transaction.atomic
def request_listing_check(*, version: LessonVersion, author: User) -> None:
    """Have every listing of *version* run in the batch, as it stands there. Does nothing while they are under way."""
    hold(f"listing-check:{version.pk}")
    if trials_of(version).filter(run__status__in=Run.PENDING).exists():
        return
    trials_of(version).delete()
    owner = Owner(user_id=author.pk)
    for listing in listings(version.body_markdown):
        program = program_of_listing(version, listing)
        trial = Trial.objects.create(
            **owner.columns,
            kind=program.kind,
            framework=program.framework,
            files=dict(program.files),
            request=program.request,
            lesson_version=version,
            listing=program.listing,
        )
        start_run(trial, purpose=Run.Purpose.CHECK)


@transaction.atomic
def cancel_listing_check(*, version: LessonVersion) -> None:
    """Run no further listing. Raises NotPending."""
    under_way = list(trials_of(version).filter(run__status__in=Run.PENDING).values_list("pk", "uuid"))
    if not Run.objects.filter(trial__in=[pk for pk, _uuid in under_way]).cancel_all():
        raise NotPending
    for _pk, uuid in under_way:
        events.announce(uuid)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingResult:
    """id is unique on the page. standing as in check_results; result is None while there is nothing to show."""

    id: str
    listing: Listing
    title: str
    standing: str
    word: str
    tone: str
    icon: str
    result: TrialResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonResult:
    rows: Sequence[ListingResult]
    headline: str
    tone: str
    icon: str
    done: int
    total: int
    said: str
    is_pending: bool
    was_asked: bool  # whether they were run at all


def lesson_result(version: LessonVersion) -> LessonResult:
    """Every listing of *version* in its order with what came of it: one query for all of them."""
    trials = {trial.listing: trial for trial in trials_of(version).with_run().order_by("pk")}
    found = list(listings(version.body_markdown))
    rows = [listing_result(number, listing, trials.get(listing.name)) for number, listing in enumerate(found, 1)]
    pending = [trial for trial in trials.values() if trial.run.is_pending]
    standings = [row.standing for row in rows]
    headline, status = headline_of(standings, is_pending=bool(pending), was_asked=bool(trials))
    return LessonResult(
        rows=rows,
        headline=headline,
        tone=CHECK_LOOKS[status].tone,
        icon=CHECK_LOOKS[status].icon,
        done=len(trials) - len(pending),
        total=len(rows),
        said=headline,
        is_pending=bool(pending),
        was_asked=bool(trials),
    )


def headline_of(standings: Sequence[str], *, is_pending: bool, was_asked: bool) -> tuple[str, ExerciseCheck.Status]:
    """The words about all listings, and the status of a check that looks like it."""
    if not standings:
        return _("The draft has no listing that can be run"), Status.CANCELLED
    if is_pending:
        return _("The listings are being run"), Status.PENDING
    if not was_asked:
        return _("The listings were not run yet"), Status.CANCELLED
    if wrong := standings.count("wrong"):
        text = ngettext("%(count)d listing does not run", "%(count)d listings do not run", wrong)
        return text % {"count": wrong}, Status.FAILED
    if set(standings) != {"right"}:
        return _("Not every listing was run"), Status.CANCELLED
    return _("Every listing runs"), Status.PASSED


def listing_result(number: int, listing: Listing, trial: Trial | None) -> ListingResult:
    standing = standing_of(trial)
    word, look = STANDINGS[standing]
    shown = trial is not None and standing not in ("waiting", "stopped")
    return ListingResult(
        id=f"listing-{number}",
        listing=listing,
        title=listing.title or listing.name,
        standing=standing,
        word=_("It runs") if standing == "right" else _("It does not run") if standing == "wrong" else str(word),
        tone=look.tone,
        icon=look.icon,
        result=result_of(trial, may_act=False) if trial and shown else None,
    )


def standing_of(trial: Trial | None) -> str:
    """A key of STANDINGS: that it does not run is what is wrong with a listing; nothing is expected of its answer."""
    if trial is None:
        return "stopped"
    is_right = trial.run.verdict == Run.Verdict.RAN
    return BY_STATUS.get(Run.Status(trial.run.status)) or ("right" if is_right else "wrong")
