"""Every listing of a lesson run at once, each with what a learner would see; in the real sandbox."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from courses.action_log import sentence_of
from exercises.listing_checks import cancel_listing_check, lesson_result, request_listing_check, trials_of
from exercises.models import Run, Trial
from exercises.tests.builders import make_lesson, make_user
from exercises.tests.test_check_pages import text_of
from exercises.tests.test_checking import work_off

pytestmark = pytest.mark.django_db
TEXT = """Three programs.

```python listing="adds" framework="python" title="adds.py"
print(20 + 22)
```

```python listing="breaks" framework="python"
print(1 / 0)
```

```python listing="says" framework="flask" request="GET /tea"
from flask import Flask

app = Flask(__name__)


@app.get("/tea")
def tea():
    return {"price": 3}
```
"""


@pytest.fixture
def lesson():
    return make_lesson("listings", body_markdown=TEXT)


@pytest.fixture
def author(client):
    author = make_user("author", is_staff=True)
    author.user_permissions.set(
        Permission.objects.filter(codename__in=["edit_every_course", "view_lesson", "change_lesson"])
    )
    client.force_login(author)
    return author


def url(name, lesson):
    return reverse(f"admin:exercises_{name}", args=[lesson.pk])


def test_each_listing_is_run_and_what_does_not_run_is_named(client, author, lesson):
    asked = client.post(url("listings_run", lesson), follow=True)
    assert "0 of 3 listings were run" in text_of(asked)
    work_off()

    result = lesson_result(lesson.draft)
    assert [(row.listing.name, row.standing, row.listing.line) for row in result.rows] == [
        ("adds", "right", 3),
        ("breaks", "wrong", 7),
        ("says", "right", 11),
    ]
    page = client.get(url("listings", lesson))
    panels = re.findall(r'<section class="run-result.*?</section>', page.content.decode(), re.DOTALL)
    assert ["42" in panels[0], "ZeroDivisionError" in panels[1], "price" in panels[2]] == [True, True, True]
    assert "1 listing does not run" in text_of(page)
    assert sentence_of(LogEntry.objects.get(user=author)) == "Listings of version 1 run in the sandbox."


def test_listings_are_of_the_batch_and_cost_the_author_none_of_their_own_runs(author, lesson):
    request_listing_check(version=lesson.draft, author=author)
    request_listing_check(version=lesson.draft, author=author)  # they are under way

    assert {run.purpose for run in Run.objects.all()} == {Run.Purpose.CHECK}
    assert Trial.objects.count() == 3
    assert not Run.objects.awaited_by(Trial.objects.first().owner).exists()


def test_listings_are_stopped_and_run_anew(client, author, lesson):
    request_listing_check(version=lesson.draft, author=author)

    stopped = client.post(url("listings_stop", lesson), follow=True)
    again = client.post(url("listings_stop", lesson), follow=True)

    assert "Not every listing was run" in text_of(stopped)
    assert "It has already come to its end." in text_of(again)
    request_listing_check(version=lesson.draft, author=author)
    assert lesson_result(lesson.draft).is_pending
    cancel_listing_check(version=lesson.draft)
    assert trials_of(lesson.draft).count() == 3


@pytest.mark.parametrize(
    ("permissions", "look", "act"), [([], 403, 403), (["view_lesson"], 200, 403), (["change_lesson"], 200, 303)]
)
def test_who_may_run_them_and_who_may_look(client, lesson, permissions, look, act):
    user = make_user("somebody", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["edit_every_course", *permissions]))
    client.force_login(user)

    statuses = [
        client.get(url("listings", lesson)).status_code,
        client.post(url("listings_run", lesson)).status_code,
        client.post(url("listings_stop", lesson)).status_code,
    ]

    assert statuses == [look, act, act]


@pytest.mark.parametrize("count", [1, 3])
def test_listings_need_as_many_queries_for_any_number(author, count, django_assert_num_queries):
    one = '```python listing="a{}" framework="python"\nprint(1)\n```\n\n'
    lesson = make_lesson("many", body_markdown="".join(one.format(number) for number in range(count)))
    request_listing_check(version=lesson.draft, author=author)

    with django_assert_num_queries(1):
        assert len(lesson_result(lesson.draft).rows) == count


def test_a_lesson_without_programs_says_so(client, author):
    lesson = make_lesson("words", body_markdown="Hello.\n")

    words = text_of(client.get(url("listings", lesson)))

    assert "The draft has no listing that can be run" in words
