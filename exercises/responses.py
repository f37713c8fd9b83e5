"""How pages of the practice answer."""

from http import HTTPStatus

from django.http import HttpResponseRedirect
from django.views.decorators.cache import cache_control

# What a page shows depends on who asks.
private = cache_control(private=True, no_store=True)


class SeeOther(HttpResponseRedirect):
    """The browser goes on with GET, and a reload does not post again."""

    status_code = HTTPStatus.SEE_OTHER
