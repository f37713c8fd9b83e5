from pyramid.config import Configurator


def index(request):
    return {"message": "hello"}


def boom(request):
    raise KeyError("lost")


with Configurator() as config:
    config.add_route("index", "/")
    config.add_route("boom", "/boom")
    config.add_view(index, route_name="index", renderer="json")
    config.add_view(boom, route_name="boom")
    app = config.make_wsgi_app()
