"""Practice. Rows are written by the services of this app only; read them from anywhere."""

from exercises.models.check import CheckQuerySet, CourseCheck, ExerciseCheck
from exercises.models.draft import Draft, DraftQuerySet, KeptDraft, KeptDraftQuerySet
from exercises.models.exercise import (
    Exercise,
    ExerciseQuerySet,
    ExerciseVersion,
    Family,
    FormerExerciseAddress,
    Statistics,
)
from exercises.models.help import HelpUsed, HelpUsedQuerySet
from exercises.models.message import (
    AnswerMailsOff,
    EntryMessage,
    EntryMessageQuerySet,
    ScenarioAnswers,
    ScenarioAnswersQuerySet,
)
from exercises.models.owner import Adoption, OwnedModel, Owner
from exercises.models.rejudging import Rejudging
from exercises.models.report import ProblemReport
from exercises.models.run import Run, RunQuerySet
from exercises.models.submission import (
    LessonDone,
    LessonDoneQuerySet,
    SelfAssessment,
    Submission,
    SubmissionQuerySet,
)
from exercises.models.trial import Trial, TrialQuerySet

__all__ = [
    "Adoption",
    "AnswerMailsOff",
    "CheckQuerySet",
    "CourseCheck",
    "Draft",
    "DraftQuerySet",
    "EntryMessage",
    "EntryMessageQuerySet",
    "Exercise",
    "ExerciseCheck",
    "ExerciseQuerySet",
    "ExerciseVersion",
    "Family",
    "FormerExerciseAddress",
    "HelpUsed",
    "HelpUsedQuerySet",
    "KeptDraft",
    "KeptDraftQuerySet",
    "LessonDone",
    "LessonDoneQuerySet",
    "OwnedModel",
    "Owner",
    "ProblemReport",
    "Rejudging",
    "Run",
    "RunQuerySet",
    "ScenarioAnswers",
    "ScenarioAnswersQuerySet",
    "SelfAssessment",
    "Statistics",
    "Submission",
    "SubmissionQuerySet",
    "Trial",
    "TrialQuerySet",
]
