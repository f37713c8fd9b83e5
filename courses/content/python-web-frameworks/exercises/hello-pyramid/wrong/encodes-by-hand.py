# fails: GET / answers with JSON
import json

from pyramid.config import Configurator
from pyramid.response import Response


def root(request):
    return Response(json.dumps({"message": "Hello from Pyramid"}))


with Configurator() as config:
    config.add_route("root", "/")
    config.add_view(root, route_name="root")
    app = config.make_wsgi_app()
