"""The examples on the page of the API."""

from django import template

from exercises.api.documentation import Operation
from exercises.api.examples import curl
from exercises.highlighting import highlighted

register = template.Library()


@register.filter
def example_at(operation: Operation, site: str) -> str:
    """A command that asks *site* for *operation*, as HTML."""
    return highlighted("example.sh", curl(operation, site))
