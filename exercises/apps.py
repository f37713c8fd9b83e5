from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExercisesConfig(AppConfig):
    name = "exercises"
    verbose_name = _("Exercises")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses.loading import register_part  # noqa: PLC0415 - needs the models
        from courses.outline import register_exercises  # noqa: PLC0415 - needs the models
        from courses.publishing import register_renderer  # noqa: PLC0415 - needs the models
        from courses.search.sources import register_source  # noqa: PLC0415 - needs the models
        from courses.site_links import register_section  # noqa: PLC0415 - needs the models
        from courses.usage import register_usage  # noqa: PLC0415 - needs the models
        from exercises import deleting, signals  # noqa: F401, PLC0415 - register themselves, and need the models
        from exercises.addresses import former_slugs, known_slugs  # noqa: PLC0415 - needs the models
        from exercises.course_progress import exercises_of  # noqa: PLC0415 - needs the models
        from exercises.loading import ExercisesPart  # noqa: PLC0415 - needs the models
        from exercises.searching import ExerciseSource  # noqa: PLC0415 - needs the models
        from exercises.usage import exercises_of_lesson, exercises_with  # noqa: PLC0415 - needs the models
        from exercises.versions import render_exercises_again  # noqa: PLC0415 - needs the models

        register_part(ExercisesPart())
        register_exercises(exercises_of)
        register_section("exercises", known_slugs, former_slugs)
        register_source(ExerciseSource())
        register_usage(exercises_with, exercises_of_lesson)
        register_renderer(render_exercises_again)
