"""Below /accounts/, before what django-allauth has there."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke, name="revoke"),
    path("sessions/<int:session_id>/end/", views.end, name="end-session"),
    path("answer-mails/", views.answer_mails, name="answer-mails"),
    path("second-step/", views.second_step, name="second-step"),
    path("data/", views.download, name="download"),
    path("delete/", views.delete, name="delete"),
]
