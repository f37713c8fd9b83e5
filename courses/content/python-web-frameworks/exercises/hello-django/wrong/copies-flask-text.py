# fails: The body is the hello message
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(
    DEBUG=True,
    ROOT_URLCONF=__name__,
    SECRET_KEY="only-for-my-own-machine",
)


def root(request):
    return JsonResponse({"message": "Hello from Flask"})


urlpatterns = [path("", root)]

app = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
