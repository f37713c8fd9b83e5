"""Receivers; each of them only delegates."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from courses.models import Lesson
from courses.outline import outline_changed
from courses.search.index import forget_row
from courses.working_copies import Subject, forget_copies
from exercises.models import Exercise, Family
from exercises.owners import GUEST, adopt_guest, guest_in


@receiver(user_logged_in)
def take_the_guests_work_along(*, request: Any, user: Any, **_: Any) -> None:
    """At login and sign-up."""
    if not hasattr(request, "session"):
        return  # a test client or a command logs somebody in
    guest = guest_in(request)
    if guest:
        adopt_guest(user=user, guest=guest)
        del request.session[GUEST]


@receiver([post_save, post_delete], sender=Exercise)
def refresh_the_outline(*, instance: Exercise, **_: Any) -> None:
    """What a course offers to practise stands in its outline."""
    for course_id in Lesson.objects.filter(pk=instance.lesson_id).values_list("course_id", flat=True):
        outline_changed(course_id)


@receiver(post_delete, sender=Exercise)
def forget_a_deleted_exercise(*, instance: Exercise, **_: Any) -> None:
    forget_row("exercise", instance.pk)
    forget_copies(Subject.of(instance))


@receiver(post_delete, sender=Family)
def forget_what_was_typed_of_a_deleted_family(*, instance: Family, **_: Any) -> None:
    forget_copies(Subject.of(instance))
