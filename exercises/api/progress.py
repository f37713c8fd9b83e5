"""What the learner who asks has done."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import generics, serializers

from courses.models import Course
from exercises.api.content import Slugs
from exercises.api.submissions import PrivateView
from exercises.course_progress import progress_in
from exercises.owners import owner_of


class CourseProgressOutput(serializers.Serializer[Any]):
    course = serializers.SlugField(source="course.slug")
    lessons_done = Slugs(source="done", read_only=True)
    lessons_total = serializers.IntegerField()
    exercises_passed = Slugs(source="passed", read_only=True)
    exercises_with_solution = Slugs(
        source="with_solution", read_only=True, help_text="Those of the passed ones whose solution was opened first."
    )
    exercises_total = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="Lessons done and exercises passed, of all of them.")


class Progress(PrivateView, generics.ListAPIView[Course]):
    """Per published course, lessons done and exercises passed: of the account, or of this session's guest."""

    serializer_class = CourseProgressOutput

    def get_queryset(self) -> QuerySet[Course]:
        return Course.objects.published().with_outline()

    def paginate_queryset(self, queryset: Any) -> Any:
        courses = super().paginate_queryset(queryset)
        return progress_in(courses or [], owner_of(self.request))
