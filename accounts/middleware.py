"""The way out to other sites, under a policy that lets forms lead to ourselves only; and who was seen today."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from accounts.sessions import mark_seen

logger = logging.getLogger(__name__)
FOUND, BAD_GATEWAY = 302, 502


class BothWays:
    """A middleware for answers that come at once and for those that are awaited."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)


class AfterAnswer(BothWays):
    """One that does something with some of the answers."""

    def concerns(self, request: HttpRequest, response: HttpResponse) -> bool:
        """Asks no database: it is called where nothing may wait."""
        raise NotImplementedError

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer in place of *response*."""
        raise NotImplementedError

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self.answer_later(request)
        response = self.get_response(request)
        return self.after(request, response) if self.concerns(request, response) else response

    async def answer_later(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = await self.get_response(request)
        if self.concerns(request, response):
            return await sync_to_async(self.after)(request, response)
        return response


class LeaveByPage(AfterAnswer):
    """Answer a form that leads to another site with a page that goes there.

    Browsers hold the redirects after a form to the policy's form-action as well, which is 'self': sign-in at GitHub
    would stop there. To name the providers in the policy would mean to ask an OpenID Connect server for its addresses
    on every page with its button.
    """

    def concerns(self, request: HttpRequest, response: HttpResponse) -> bool:
        host = urlsplit(response.get("Location", "")).netloc
        return request.method == "POST" and response.status_code == FOUND and host not in ("", request.get_host())

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        address = response["Location"]
        context = {"redirect_to": address, "host": urlsplit(address).netloc}
        return render(request, "socialaccount/login_redirect.html", context)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A provider that does not answer is not our failure, and the visitor can do something else."""
        if not isinstance(exception, requests.RequestException):
            return None
        logger.warning("a provider of sign-in cannot be reached: %s", exception)
        return render(request, "socialaccount/authentication_error.html", status=BAD_GATEWAY)


class SeenToday(AfterAnswer):
    """Note once a day that a browser in which somebody is signed in was there. A visitor costs no look at a session."""

    def concerns(self, request: HttpRequest, response: HttpResponse) -> bool:
        return request.session.accessed

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if SESSION_KEY in request.session:
            mark_seen(request.session, day=now().date())
        return response
