"""/metrics for Prometheus: what this web process counted itself, and what all workers counted."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import REGISTRY

from exercises.exposition import Metrics

REGISTRY.register(Metrics())


def has_metrics_token(request: HttpRequest) -> bool:
    """Whether the request carries METRICS_TOKEN, as operators' machines do."""
    sent = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Open on one machine, behind METRICS_TOKEN in production (404 without it)."""
    if settings.METRICS_TOKEN and not has_metrics_token(request):
        return HttpResponse("A bearer token is needed.\n", status=401, content_type="text/plain")
    if settings.PRODUCTION and not settings.METRICS_TOKEN:
        raise Http404("METRICS_TOKEN is not set")
    response: HttpResponse = ExportToDjangoView(request)
    return response
