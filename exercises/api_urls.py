"""Addresses below /api/."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from exercises import documentation_views
from exercises.api import content, drafts, errors, help, progress, runs, submissions

app_name = "api"
urlpatterns = [
    path("v1/courses/", content.Courses.as_view(), name="courses"),
    path("v1/courses/<slug:course>/", content.CourseDetail.as_view(), name="course"),
    path("v1/courses/<slug:course>/lessons/<slug:lesson>/", content.LessonDetail.as_view(), name="lesson"),
    path("v1/exercises/", content.Exercises.as_view(), name="exercises"),
    path("v1/exercises/<slug:slug>/", content.ExerciseDetail.as_view(), name="exercise"),
    path("v1/exercises/<slug:slug>/submissions/", submissions.SubmissionCreate.as_view(), name="submit"),
    path("v1/exercises/<slug:slug>/draft/", drafts.DraftDetail.as_view(), name="draft"),
    path("v1/exercises/<slug:slug>/hints/", help.Hints.as_view(), name="hints"),
    path("v1/exercises/<slug:slug>/solution/", help.Solution.as_view(), name="solution"),
    path("v1/submissions/<uuid:uuid>/", submissions.SubmissionDetail.as_view(), name="submission"),
    path("v1/submissions/<uuid:uuid>/cancel/", submissions.SubmissionCancel.as_view(), name="submission-cancel"),
    path("v1/submissions/<uuid:uuid>/events/", submissions.SubmissionEvents.as_view(), name="submission-events"),
    path("v1/runs/", runs.RunCreate.as_view(), name="run-create"),
    path("v1/runs/<uuid:uuid>/", runs.RunDetail.as_view(), name="run"),
    path("v1/runs/<uuid:uuid>/cancel/", runs.RunCancel.as_view(), name="run-cancel"),
    path("v1/runs/<uuid:uuid>/events/", runs.RunEvents.as_view(), name="run-events"),
    path("v1/me/progress/", progress.Progress.as_view(), name="progress"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", documentation_views.documentation_page, name="docs"),
    # With a slash at its end only, so that Django still adds one that was forgotten.
    re_path(r"^v1/.*/$", errors.NoSuchAddress.as_view()),
]
