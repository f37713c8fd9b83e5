"""Pages of the practice."""

from django.urls import path

from exercises import answer_views, help_views, history_views, message_views, report_views, trial_views, views

app_name = "exercises"
urlpatterns = [
    path("progress/", views.progress, name="progress"),
    path("reports/", report_views.report, name="report"),
    path("exercises/<slug:slug>/", views.exercise, name="exercise"),
    path("exercises/<slug:slug>/reset/", history_views.reset, name="reset"),
    path("exercises/<slug:slug>/history/", history_views.history, name="history"),
    path("exercises/<slug:slug>/history/compare/", history_views.compare_draft, name="compare-draft"),
    path("exercises/<slug:slug>/history/<uuid:uuid>/", history_views.kept, name="kept"),
    path("exercises/<slug:slug>/history/<uuid:uuid>/use/", history_views.use, name="use"),
    path("exercises/<slug:slug>/history/<uuid:uuid>/download/", history_views.download, name="download"),
    # Without a slash: the links of their texts are those of the exercise's page.
    path("exercises/<slug:slug>/help", help_views.help_fragment, name="help"),
    path("exercises/<slug:slug>/solution", help_views.solution, name="solution"),
    path("submissions/<uuid:uuid>/", views.submission, name="submission"),
    path("submissions/<uuid:uuid>/panel", views.panel, name="panel"),
    path("submissions/<uuid:uuid>/cancel/", views.cancel, name="cancel"),
    path("submissions/<uuid:uuid>/retry/", views.retry, name="retry"),
    path("submissions/<uuid:uuid>/assessment/", answer_views.assess, name="assess"),
    path("submissions/<uuid:uuid>/entries/<int:entry>/", message_views.write_back, name="write-back"),
    path("answer-mails/<str:token>/", message_views.answer_mails_off, name="answer-mails-off"),
    path("submissions/<uuid:uuid>/decision.md", answer_views.decision_record, name="decision-record"),
    path("exercises/<slug:slug>/run/", trial_views.exercise, name="run-exercise"),
    path("courses/<slug:course>/<slug:lesson>/run/<slug:name>/", trial_views.listing, name="run-listing"),
    path("courses/<slug:course>/<slug:lesson>/run/<slug:name>/form", trial_views.form_fragment, name="run-form"),
    path("runs/<uuid:uuid>/", trial_views.trial, name="trial"),
    path("runs/<uuid:uuid>/panel", trial_views.panel, name="trial-panel"),
    path("runs/<uuid:uuid>/answer", trial_views.answer, name="trial-answer"),
    path("runs/<uuid:uuid>/cancel/", trial_views.cancel, name="trial-cancel"),
    path("courses/<slug:course>/<slug:lesson>/done/", views.lesson_done, name="lesson-done"),
]
