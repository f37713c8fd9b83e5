"""/metrics for Prometheus."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The counters of this process: open on one machine, behind METRICS_TOKEN in production (404 without it)."""
    token = settings.METRICS_TOKEN
    if token:
        if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
            return HttpResponse("A bearer token is needed.\n", status=401, content_type="text/plain")
    elif settings.PRODUCTION:
        raise Http404("METRICS_TOKEN is not set")
    response: HttpResponse = ExportToDjangoView(request)
    return response
