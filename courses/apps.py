from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses import signals  # noqa: F401, PLC0415 - connects receivers, which need the models
        from courses.search.sources import LessonSource, register_source  # noqa: PLC0415 - needs the models

        register_source(LessonSource())
