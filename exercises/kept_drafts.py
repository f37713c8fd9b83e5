"""Code that other code took the place of, as entries of the history; and whose draft counts at a login.

Everything here runs under the lock of the owner, which the caller holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from exercises.models import Draft, Exercise, KeptDraft, Owner, Submission

MAX_KEPT = 50  # for each learner and exercise, beside the attempts; older ones go


def keep_in_history(*, owner: Owner, exercise: Exercise, files: Mapping[str, object], reason: KeptDraft.Reason) -> None:
    """Make *files* an entry, unless they are the start version or the newest attempt or entry.

    Only the newest MAX_KEPT stay.
    """
    kept = KeptDraft.objects.owned_by(owner).filter(exercise=exercise)
    attempts = Submission.objects.owned_by(owner).of_exercise(exercise.pk)
    known: list[KeptDraft | Submission] = [*kept.order_by("-pk")[:1], *attempts.order_by("-pk")[:1]]
    if dict(files) == complete({}, exercise) or any(entry.files == files for entry in known):
        return
    KeptDraft.objects.create(**owner.columns, exercise=exercise, files=dict(files), reason=reason)
    kept.exclude(pk__in=list(kept.order_by("-pk").values_list("pk", flat=True)[:MAX_KEPT])).delete()


def complete(files: Mapping[str, str], exercise: Exercise) -> dict[str, str]:
    """*files* with what is missing from the start version; without what belongs to an older version of the exercise."""
    starter = exercise.published.starter if exercise.published else {}
    return {path: files.get(path, text) for path, text in starter.items()}


def adopt_drafts(*, guest: Owner, account: Owner) -> None:
    """Give a guest's drafts to *account*: of two the newer wins, the older becomes an entry.

    The version of a draft that there were two of is new to every device, so that none overwrites it unasked.
    """
    KeptDraft.objects.owned_by(guest).update(**account.columns)
    ours = {draft.exercise_id: draft for draft in _with_exercises(account)}
    for draft in _with_exercises(guest):
        other = ours.get(draft.exercise_id)
        if other is None:
            Draft.objects.filter(pk=draft.pk).update(**account.columns)
            continue
        older, newer = sorted((draft, other), key=lambda one: (one.updated_at, one.pk))
        if older.files != newer.files:
            keep_in_history(
                owner=account,
                exercise=draft.exercise,
                files=complete(older.files, draft.exercise),
                reason=KeptDraft.Reason.LOGIN,
            )
        Draft.objects.filter(pk=draft.pk).delete()
        Draft.objects.filter(pk=other.pk).update(
            files=newer.files, updated_at=newer.updated_at, version=max(draft.version, other.version) + 1
        )


def _with_exercises(owner: Owner) -> Iterable[Draft]:
    return Draft.objects.owned_by(owner).select_related("exercise__published")
