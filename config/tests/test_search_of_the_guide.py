"""What learners will look for, in the courses that ship with the project: the right place comes first."""

import pytest
from django.conf import settings

from courses.loading import load_course
from courses.search import search

CONTENT = settings.BASE_DIR / "courses" / "content"
FRAMEWORKS = "/courses/python-web-frameworks/"
DEPLOYMENT = "/courses/deployment-and-production/"

# What is typed: the first hit, of all groups.
FIRST_HITS = {
    "fastapi": f"{FRAMEWORKS}first-app-fastapi/",
    "fastpi": f"{FRAMEWORKS}first-app-fastapi/",
    "fast api": f"{FRAMEWORKS}first-app-fastapi/",
    "flask": f"{FRAMEWORKS}compare-with-flask/",
    "djagno": f"{FRAMEWORKS}the-same-in-django/",
    "starlette": f"{FRAMEWORKS}starlette/",
    "pyramid": f"{FRAMEWORKS}pyramid/",
    "aiohttp": f"{FRAMEWORKS}aiohttp/",
    "sanic": f"{FRAMEWORKS}sanic/",
    "tornado": f"{FRAMEWORKS}tornado/",
    "gevent": f"{FRAMEWORKS}gevent/",
    "streamlit": f"{FRAMEWORKS}streamlit-prototype/",
    "plotly dash": f"{FRAMEWORKS}plotly-dash/",
    "sync vs async": f"{FRAMEWORKS}sync-and-async/",
    "asynch": f"{FRAMEWORKS}sync-and-async/",
    "framework selection criteria": f"{FRAMEWORKS}selection-criteria/",
    "how do I choose a framework?": f"{FRAMEWORKS}selection-criteria/",
    "typical roles of frameworks": f"{FRAMEWORKS}typical-roles/",
    "validation": f"{FRAMEWORKS}validation-with-fastapi/",
    "validating pydantic": f"{FRAMEWORKS}validation-with-fastapi/",
    "common mistakes": f"{FRAMEWORKS}common-mistakes/",
    "project constraints": f"{FRAMEWORKS}evaluate-real-constraints/",
    "key takeaways": f"{FRAMEWORKS}key-takeaways/",
    "who is this for": f"{FRAMEWORKS}who-this-is-for/",
    "environment variables": f"{DEPLOYMENT}configuration-from-environment/",
    # Sections
    "batteries included": f"{FRAMEWORKS}typical-roles/#django-a-full-stack-with-batteries-included",
    "microframework": f"{FRAMEWORKS}typical-roles/#flask-a-microframework-that-you-compose",
    "monkey patching": f"{FRAMEWORKS}gevent/#monkey-patching-and-why-the-order-matters",
    "long polling": f"{FRAMEWORKS}tornado/#hold-the-request-long-polling",
}
# What is typed, and a group: its first hit.
FIRST_HITS_OF_GROUPS = {
    ("sales dashboard", "exercises"): "/exercises/sales-dashboard/",
    ("hello tornado", "exercises"): "/exercises/hello-tornado/",
    ("monkey patch", "listings"): f"{FRAMEWORKS}gevent/#listing-patch-order",
    ("Decimal", "listings"): f"{FRAMEWORKS}validation-with-fastapi/#listing-items-decimal",
}


def first_hit(query: str, group: str = "") -> str:
    return next((found.hits[0].url for found in search(query, limit=1, group=group).groups), "")


@pytest.mark.django_db
def test_search_of_the_shipped_courses_finds_the_right_place_first():
    for name in (CONTENT / "order.txt").read_text().split():
        load_course(CONTENT / name, publish=True, is_checked=True)

    assert {query: first_hit(query) for query in FIRST_HITS} == FIRST_HITS
    assert {asked: first_hit(*asked) for asked in FIRST_HITS_OF_GROUPS} == FIRST_HITS_OF_GROUPS
