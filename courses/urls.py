from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search_page, name="search"),
    path("search/hits", views.search_hits, name="search-hits"),
    path("courses/<slug:course>/", views.course, name="course"),
    path("courses/<slug:course>/images/<str:name>", views.image, name="image"),
    path("courses/<slug:course>/<slug:lesson>/", views.lesson, name="lesson"),
]
