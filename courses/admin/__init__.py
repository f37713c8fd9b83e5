"""Staff pages for courses, modules and lessons: forms and lists only; what they do is done by the services."""

from courses.admin.courses import CourseAdmin, ModuleAdmin
from courses.admin.images import CourseImageAdmin
from courses.admin.lessons import LessonAdmin

__all__ = ["CourseAdmin", "CourseImageAdmin", "LessonAdmin", "ModuleAdmin"]
