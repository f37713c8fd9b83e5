from pyramid.config import Configurator


def root(request):
    ...


with Configurator() as config:
    config.add_route("root", "/")
    config.add_view(root, route_name="root")
    app = config.make_wsgi_app()
