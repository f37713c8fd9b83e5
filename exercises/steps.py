"""Where an exercise leads: to what comes after it, and back to its lesson."""

from dataclasses import dataclass

from courses.models import Lesson
from exercises.models import Exercise


@dataclass(frozen=True, slots=True)
class Step:
    url: str
    title: str
    is_practice: bool = False


def next_step(exercise: Exercise) -> Step | None:
    """The lesson's next exercise, else the course's next lesson; None at the end of the course, or off its path."""
    lesson = exercise.lesson
    slugs = list(Exercise.objects.published().filter(lesson=lesson).order_by("position", "pk"))
    following = slugs[slugs.index(exercise) + 1 :] if exercise in slugs else []
    if following and following[0].published:
        return Step(following[0].get_absolute_url(), following[0].published.title)
    lessons = list(
        Lesson.objects.published().filter(course=lesson.course_id).in_course_order().select_related("course")
    )
    after = lessons[lessons.index(lesson) + 1 :] if lesson in lessons else []
    if after and after[0].published:
        return Step(after[0].get_absolute_url(), after[0].published.title)
    return None


def lesson_url(lesson: Lesson) -> str:
    """Address of *lesson*; "" while learners cannot read it: staff tries an exercise before its lesson is published."""
    return lesson.get_absolute_url() if Lesson.objects.published().filter(pk=lesson.pk).exists() else ""
