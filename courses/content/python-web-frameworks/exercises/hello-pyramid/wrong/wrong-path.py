# fails: GET / answers 200
from pyramid.config import Configurator


def root(request):
    return {"message": "Hello from Pyramid"}


with Configurator() as config:
    config.add_route("root", "/root")
    config.add_view(root, route_name="root", request_method="GET", renderer="json")
    app = config.make_wsgi_app()
