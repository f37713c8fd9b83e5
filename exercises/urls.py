"""Pages of the practice."""

from django.urls import path

from exercises import answer_views, report_views, views

app_name = "exercises"
urlpatterns = [
    path("progress/", views.progress, name="progress"),
    path("reports/", report_views.report, name="report"),
    path("exercises/<slug:slug>/", views.exercise, name="exercise"),
    path("submissions/<uuid:uuid>/", views.submission, name="submission"),
    path("submissions/<uuid:uuid>/panel", views.panel, name="panel"),
    path("submissions/<uuid:uuid>/cancel/", views.cancel, name="cancel"),
    path("submissions/<uuid:uuid>/retry/", views.retry, name="retry"),
    path("submissions/<uuid:uuid>/assessment/", answer_views.assess, name="assess"),
    path("submissions/<uuid:uuid>/decision.md", answer_views.decision_record, name="decision-record"),
    path("courses/<slug:course>/<slug:lesson>/done/", views.lesson_done, name="lesson-done"),
]
