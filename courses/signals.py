"""Receivers; each of them only delegates."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from courses.models import Course, Lesson, Module
from courses.outline import outline_changed
from courses.search.index import forget_row
from courses.working_copies import Subject, forget_copies


@receiver([post_save, post_delete], sender=Course)
def refresh_the_outline(*, instance: Course, **_: Any) -> None:
    outline_changed(instance.pk)


@receiver([post_save, post_delete], sender=Module)
@receiver([post_save, post_delete], sender=Lesson)
def refresh_the_outline_of_the_course(*, instance: Module | Lesson, **_: Any) -> None:
    outline_changed(instance.course_id)


@receiver(post_delete, sender=Lesson)
def forget_a_deleted_lesson(*, instance: Lesson, **_: Any) -> None:
    forget_row("lesson", instance.pk)
    forget_copies(Subject.of(instance))
