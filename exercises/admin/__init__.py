"""Staff pages for practice: forms and lists only; what they do is done by the services."""

from exercises.admin.course_checks import CourseCheckAdmin
from exercises.admin.exercises import ExerciseAdmin
from exercises.admin.families import FamilyAdmin
from exercises.admin.records import RunAdmin, SubmissionAdmin
from exercises.admin.rejudging import RejudgingAdmin
from exercises.admin.reports import ProblemReportAdmin
from exercises.admin.scenarios import ScenarioAnswersAdmin
from exercises.admin.statistics import StatisticsAdmin

__all__ = [
    "CourseCheckAdmin",
    "ExerciseAdmin",
    "FamilyAdmin",
    "ProblemReportAdmin",
    "RejudgingAdmin",
    "RunAdmin",
    "ScenarioAnswersAdmin",
    "StatisticsAdmin",
    "SubmissionAdmin",
]
