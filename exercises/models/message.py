"""What staff and a learner write to each other about the entries of an answered scenario."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from exercises.models.owner import Owner
from exercises.models.run import Run
from exercises.models.submission import Submission


class EntryMessageQuerySet(models.QuerySet["EntryMessage"]):
    def from_staff(self) -> EntryMessageQuerySet:
        return self.filter(is_from_staff=True)

    def from_learner(self) -> EntryMessageQuerySet:
        return self.filter(is_from_staff=False)

    def unread(self) -> EntryMessageQuerySet:
        return self.filter(read_at__isnull=True)

    def written_to(self, owner: Owner) -> EntryMessageQuerySet:
        """What staff wrote about the attempts of *owner*."""
        return self.from_staff().filter(**{f"submission__{name}": value for name, value in owner.columns.items()})

    def mail_due(self) -> EntryMessageQuerySet:
        """Those of which their reader is to be told by mail now."""
        return self.filter(mail_due_at__lte=now())


class EntryMessage(models.Model):
    """One text about one entry of an attempt. The texts about an entry, oldest first, are its conversation.

    Only staff begin one. It goes with the attempt, and with the learner's account.
    """

    MAX_TEXT = 4000  # characters

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="messages")
    entry = models.PositiveSmallIntegerField()  # from 1, as pages number them
    is_from_staff = models.BooleanField()
    # Who of the staff wrote it. Learners are told that it was staff and not who.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    text = models.TextField()  # plain text; hostile
    created_at = models.DateTimeField(default=now, editable=False)
    # Of staff's: when its learner saw it. Of a learner's: when staff answered, or decided that it needs no answer.
    read_at = models.DateTimeField(null=True, editable=False)
    # When a mail about it is to be sent, or sent again; empty: none is owed. See exercises.answer_mails.
    mail_due_at = models.DateTimeField(null=True, editable=False)
    mail_tries = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = EntryMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message about an entry")
        verbose_name_plural = _("messages about entries")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="entrymessage_mail_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(entry__gte=1), name="entrymessage_entry_from_one"),
            models.CheckConstraint(
                condition=Q(is_from_staff=True) | Q(author__isnull=True, mail_due_at__isnull=True),
                name="entrymessage_only_staff_have_authors_and_mails",
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.entry} of {self.submission_id}"


class ScenarioAnswersQuerySet(models.QuerySet["ScenarioAnswers"]):
    def with_state(self) -> ScenarioAnswersQuerySet:
        """Adds queue_state, a ScenarioAnswers.QueueState, to each attempt."""
        messages = EntryMessage.objects.filter(submission=OuterRef("pk"))
        newest = Run.objects.newest().filter(submission=OuterRef("pk"), verdict=Run.Verdict.PASSED)
        same_owner = Q(user__isnull=False, user=OuterRef("user")) | Q(guest__isnull=False, guest=OuterRef("guest"))
        later = Submission.objects.filter(
            same_owner,
            is_preview=False,
            exercise_version__exercise=OuterRef("exercise_version__exercise"),
            pk__gt=OuterRef("pk"),
        )
        states = ScenarioAnswers.QueueState
        state = Case(
            When(Exists(messages.from_learner().unread()), then=Value(states.WRITTEN_BACK)),
            When(Exists(messages.from_staff()), then=Value(states.ANSWERED)),
            When(Exists(later) | ~Exists(newest), then=Value(states.PASSED_OVER)),
            default=Value(states.NEW),
            output_field=models.PositiveSmallIntegerField(),
        )
        return self.annotate(queue_state=state)


class ScenarioAnswersManager(models.Manager["ScenarioAnswers"]):
    def get_queryset(self) -> ScenarioAnswersQuerySet:
        rows = ScenarioAnswersQuerySet(self.model, using=self._db)
        return rows.filter(exercise_version__kind="scenario", is_preview=False)


class ScenarioAnswers(Submission):
    """An attempt at a scenario, as reviewers see it: with permissions of its own, so that they see nothing else."""

    class QueueState(models.IntegerChoices):
        """In the order of the queue."""

        WRITTEN_BACK = 1, _("Learner wrote back")
        NEW = 2, _("Not answered")  # complete, and the newest of its learner
        ANSWERED = 3, _("Answered")
        PASSED_OVER = 4, _("Incomplete, or followed by another attempt")

    objects = ScenarioAnswersManager()  # type: ignore[assignment,misc]  # narrower than that of all attempts

    class Meta:
        proxy = True
        verbose_name = _("answer to a scenario")
        verbose_name_plural = _("answers to scenarios")


class AnswerMailsOff(models.Model):
    """An account that wants no mails about answers of staff. No row: it gets them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answer_mails_off")
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("no mails about answers")

    def __str__(self) -> str:
        return f"account {self.user_id}"
