# fails: GET / answers 200
from pyramid.config import Configurator
from pyramid.view import view_config


@view_config(route_name="root", renderer="json")
def root(request):
    return {"message": "Hello from Pyramid"}


with Configurator() as config:
    config.add_route("root", "/")
    app = config.make_wsgi_app()
