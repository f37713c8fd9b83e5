from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x")


def index(request):
    return JsonResponse({"message": "hello"})


def boom(request):
    raise KeyError("lost")


urlpatterns = [path("", index), path("boom", boom)]
app = get_wsgi_application()
