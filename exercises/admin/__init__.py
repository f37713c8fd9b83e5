"""Staff pages for practice: forms and lists only; what they do is done by the services."""

from exercises.admin.exercises import ExerciseAdmin
from exercises.admin.families import FamilyAdmin
from exercises.admin.records import RunAdmin, SubmissionAdmin

__all__ = ["ExerciseAdmin", "FamilyAdmin", "RunAdmin", "SubmissionAdmin"]
