"""Published courses, lessons and exercises, for reading."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers

from courses.models import Course, Lesson
from exercises.answers import ANSWERED, case_names
from exercises.api.errors import GONE, NOT_FOUND
from exercises.api.moved import FollowsMoves
from exercises.limits import limits_for
from exercises.models import Exercise, ExerciseVersion


class Slugs(serializers.ListField):
    """The slugs of related rows, in order."""

    child = serializers.SlugField()

    def to_representation(self, rows: Any) -> list[str]:
        return [row.slug for row in (rows.all() if hasattr(rows, "all") else rows)]


class LessonInCourse(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    title = serializers.CharField(source="published.title")
    summary = serializers.CharField(source="published.summary")
    minutes = serializers.IntegerField(source="published.minutes", help_text="Reading time.")
    exercises = Slugs(read_only=True)


class ModuleInCourse(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    title = serializers.CharField()
    lessons = LessonInCourse(many=True)


class CourseOutput(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    title = serializers.CharField()
    summary = serializers.CharField()
    language = serializers.CharField(help_text="Language tag of the texts.")
    modules = serializers.SerializerMethodField(help_text="In order; those that have a published lesson.")
    exercises = serializers.SerializerMethodField(help_text="Slugs, in order.")

    @extend_schema_field(ModuleInCourse(many=True))
    def get_modules(self, course: Course) -> Any:
        modules = [module for module in course.modules.all() if module.lessons.all()]
        return ModuleInCourse(modules, many=True).data

    def get_exercises(self, course: Course) -> list[str]:
        return [
            exercise.slug
            for module in course.modules.all()
            for lesson in module.lessons.all()
            for exercise in lesson.exercises.all()
        ]


class LessonOutput(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    course = serializers.SlugField(source="course.slug")
    title = serializers.CharField(source="published.title")
    summary = serializers.CharField(source="published.summary")
    minutes = serializers.IntegerField(source="published.minutes", help_text="Reading time.")
    body_markdown = serializers.CharField(source="published.body_markdown")
    body_html = serializers.CharField(source="published.body_html", help_text="Sanitised.")
    exercises = Slugs(read_only=True)


class ExerciseInList(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    title = serializers.CharField(source="published.title")
    kind = serializers.ChoiceField(ExerciseVersion.Kind.choices, source="published.kind")
    framework = serializers.CharField(source="published.framework", help_text="Empty: none in particular.")
    difficulty = serializers.ChoiceField(ExerciseVersion.Difficulty.choices, source="published.difficulty")
    version = serializers.IntegerField(source="published.number")
    course = serializers.SlugField(source="lesson.course.slug")
    lesson = serializers.SlugField(source="lesson.slug")


class LimitsOutput(serializers.Serializer[Any]):
    wall_seconds = serializers.FloatField()
    cpu_seconds = serializers.FloatField()
    memory_bytes = serializers.IntegerField(
        help_text="Of all processes and files together, above what an idle program of the framework takes."
    )
    output_bytes = serializers.IntegerField(help_text="Standard output and standard error together.")
    processes = serializers.IntegerField(help_text="Threads count.")
    files_bytes = serializers.IntegerField()


class OptionOutput(serializers.Serializer[Any]):
    name = serializers.SlugField()
    text_html = serializers.CharField(help_text="Sanitised.")


class QuestionOutput(serializers.Serializer[Any]):
    name = serializers.SlugField()
    text_html = serializers.CharField(help_text="Sanitised.")
    multiple = serializers.BooleanField(help_text="Pick any number of options, as an array; else one.")
    options = OptionOutput(many=True)


class CriterionOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    help = serializers.CharField(allow_blank=True)


class DecisionOutput(serializers.Serializer[Any]):
    criteria = CriterionOutput(many=True, help_text="To begin with; others may be given.")
    candidates = serializers.ListField(child=serializers.CharField(), help_text="Suggested; others may be given.")
    min_criteria = serializers.IntegerField()
    min_candidates = serializers.IntegerField()
    highest = serializers.IntegerField(help_text="Of weights and scores; the lowest is 0.")


class ScenarioOutput(serializers.Serializer[Any]):
    entries = serializers.IntegerField(help_text="How many to describe.")
    choice_label = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    criteria = serializers.ListField(child=serializers.CharField(), help_text="Reasons must name one of them.")


class ExerciseOutput(ExerciseInList):
    instructions_html = serializers.CharField(source="published.instructions_html", help_text="Sanitised.")
    files = serializers.DictField(
        source="published.starter", child=serializers.CharField(), help_text="The texts to begin with, by path."
    )
    limits = serializers.SerializerMethodField(help_text="What a program may use.")
    cases = serializers.SerializerMethodField(help_text="Names of the tests, in order.")

    questions = serializers.SerializerMethodField(help_text="What to answer, of the kind choice; else null.")
    decision = serializers.SerializerMethodField(help_text="What to fill in, of the kind decision; else null.")
    scenario = serializers.SerializerMethodField(help_text="What to fill in, of the kind scenario; else null.")

    @extend_schema_field(QuestionOutput(many=True, allow_null=True))
    def get_questions(self, exercise: Exercise) -> Any:
        return asked(exercise, "questions")

    @extend_schema_field(DecisionOutput(allow_null=True))
    def get_decision(self, exercise: Exercise) -> Any:
        return asked(exercise, "decision")

    @extend_schema_field(ScenarioOutput(allow_null=True))
    def get_scenario(self, exercise: Exercise) -> Any:
        return asked(exercise, "scenario")

    @extend_schema_field(LimitsOutput)
    def get_limits(self, exercise: Exercise) -> Any:
        assert exercise.published is not None  # noqa: S101 - the view reads published exercises
        return LimitsOutput(limits_for(exercise.published.kind, exercise.published.limits)).data

    def get_cases(self, exercise: Exercise) -> list[str]:
        assert exercise.published is not None  # noqa: S101 - the view reads published exercises
        return case_names(exercise.published)


def asked(exercise: Exercise, part: str) -> Any:
    """What an exercise asks that is answered, if it has this *part*."""
    version = exercise.published
    kind = ANSWERED.get(version.kind) if version else None
    return kind.public(version.sheet).get(part) if version and kind else None


def published_courses() -> QuerySet[Course]:
    """With everything that CourseOutput reads: four queries for any number of courses."""
    lessons = Lesson.objects.published().in_course_order()
    return Course.objects.published().prefetch_related(
        "modules",
        Prefetch("modules__lessons", queryset=lessons),
        Prefetch("modules__lessons__exercises", queryset=Exercise.objects.published()),
    )


class Courses(generics.ListAPIView[Course]):
    """The published courses."""

    serializer_class = CourseOutput

    def get_queryset(self) -> QuerySet[Course]:
        return published_courses()


@extend_schema(responses={200: CourseOutput, 404: NOT_FOUND, 410: GONE})
class CourseDetail(FollowsMoves, generics.RetrieveAPIView[Course]):
    """One course with its outline."""

    serializer_class = CourseOutput
    lookup_field = "slug"
    lookup_url_kwarg = "course"

    def get_queryset(self) -> QuerySet[Course]:
        return published_courses()


@extend_schema(responses={200: LessonOutput, 404: NOT_FOUND, 410: GONE})
class LessonDetail(FollowsMoves, generics.RetrieveAPIView[Lesson]):
    """One lesson with its text."""

    serializer_class = LessonOutput
    lookup_field = "slug"
    lookup_url_kwarg = "lesson"

    def get_queryset(self) -> QuerySet[Lesson]:
        exercises = Prefetch("exercises", queryset=Exercise.objects.published())
        lessons = Lesson.objects.published().filter(course__slug=self.kwargs["course"])
        return lessons.select_related("course").prefetch_related(exercises)


# What the list can be narrowed down by, and where it stands.
FILTERS = {"course": "lesson__course__slug", "framework": "published__framework", "kind": "published__kind"}


@extend_schema(
    parameters=[
        OpenApiParameter("course", OpenApiTypes.STR, description="Slug of a course."),
        OpenApiParameter("framework", OpenApiTypes.STR, description="Such as flask."),
        OpenApiParameter("kind", OpenApiTypes.STR, description="Such as http."),
    ]
)
class Exercises(generics.ListAPIView[Exercise]):
    """The published exercises, in the order of their courses."""

    serializer_class = ExerciseInList

    def get_queryset(self) -> QuerySet[Exercise]:
        asked = {FILTERS[name]: value for name, value in self.request.query_params.items() if name in FILTERS}
        if any("\0" in value for value in asked.values()):
            return Exercise.objects.none()  # PostgreSQL refuses to look for such a text
        exercises = Exercise.objects.published().filter(**asked)
        return exercises.select_related("lesson__course").in_course_order()


@extend_schema(responses={200: ExerciseOutput, 404: NOT_FOUND, 410: GONE})
class ExerciseDetail(FollowsMoves, generics.RetrieveAPIView[Exercise]):
    """One exercise: the task, the files to begin with, and the names of its tests."""

    serializer_class = ExerciseOutput
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Exercise]:
        return Exercise.objects.published().select_related("lesson__course")
