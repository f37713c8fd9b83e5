"""The search of lessons and listings: what is found, what never is, and that any question has an answer."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from courses.models import Course, Lesson, SearchEntry, SearchWord
from courses.publishing import (
    publish_course,
    publish_lesson,
    restore_lesson_version,
    save_lesson_draft,
    unpublish_course,
    unpublish_lesson,
)
from courses.search import Results, search
from courses.search.documents import documents_of, text_of
from courses.search.engines import EntryWords, vector, written
from courses.search.index import fill
from courses.search.marking import marked, snippet
from courses.search.words import similar_to, words_of
from courses.tests.builders import make_course, make_lesson, make_module

BODY = """\
An introduction about cabbages.

## Growing cabbages

They need a lot of water & *sun*.

```python listing="grow" framework="python" title="grow.py"
def water(cabbage):
    return cabbage
```

```console
$ harvest now
```

### Slugs

- Slugs eat cabbages at night.
- Beer traps.

## Storing

Keep them in a cool cellar.
"""


def urls(found: Results) -> dict[str, list[str]]:
    return {group.slug: [hit.url for hit in group.hits] for group in found.groups}


def texts(found: Results) -> list[str]:
    return [hit.text for group in found.groups for hit in group.hits]


@pytest.fixture
def lesson(db) -> Lesson:
    course = make_course("garden", title="Garden")
    return make_lesson(make_module(course), "plot-one", title="Cabbage for all", body_markdown=BODY)


# --- What is found ---------------------------------------------------------------------------------------------------


LESSON = "/courses/garden/plot-one/"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("slugs", {"lessons": [f"{LESSON}#slugs"]}),
        ("cellar", {"lessons": [f"{LESSON}#storing"]}),
        ("harvest", {"lessons": [f"{LESSON}#growing-cabbages"]}),  # code that is no listing belongs to its section
        ("def", {"listings": [f"{LESSON}#listing-grow"]}),
        ("grow.py", {"listings": [f"{LESSON}#listing-grow"]}),
        ("introduction", {"lessons": [LESSON]}),
        ("cellar beer", {"lessons": [LESSON]}),  # no section has both
        ("cel", {"lessons": [f"{LESSON}#storing"]}),  # the beginning of a word
        ("storage cellr", {"lessons": [f"{LESSON}#storing"]}),  # another form; misspelt
        ("STÖRING", {"lessons": [f"{LESSON}#storing"]}),
        ("sluggs", {"lessons": [f"{LESSON}#slugs"]}),
        ("celalr", {"lessons": [f"{LESSON}#storing"]}),
        ("beer tarps", {"lessons": [f"{LESSON}#slugs"]}),
        ("xylophone", {}),
        ("", {}),
        ("   ", {}),
    ],
)
def test_search_leads_to_the_place_in_the_lesson(lesson, query, expected):
    assert urls(search(query, limit=5)) == expected


def test_search_says_what_it_took_a_misspelt_word_for(lesson):
    found = search("cellr xylophone", limit=5)

    assert (found.corrected, found.unknown, found.is_partial) == ({"cellr": "cellar"}, ["xylophone"], False)


def test_pages_say_what_was_looked_for_before_they_say_how_much_was_found(client, lesson):
    page = client.get("/search/", {"q": "celalr"}).content.decode()
    fragment = client.get("/search/hits", {"q": "celalr"}).content.decode()

    assert re.search(r"Nothing has “celalr”. This is about <strong>cellar</strong>.*1 result", page, re.DOTALL)
    assert 'data-search-said="Nothing has “celalr”. This is about “cellar”. 1 result"' in fragment


def test_search_finds_some_words_where_nothing_has_all(lesson):
    make_lesson(lesson.module, "leeks", title="Leeks", body_markdown="Winter vegetables.\n")

    found = search("cellar winter", limit=5)

    assert (found.is_partial, urls(found)) == (True, {"lessons": ["/courses/garden/leeks/", f"{LESSON}#storing"]})


def test_search_joins_what_was_typed_as_two_words(lesson):
    make_lesson(lesson.module, "leeks", title="Websockets", body_markdown="Nothing else.\n")

    assert urls(search("web sockets", limit=5)) == {"lessons": ["/courses/garden/leeks/"]}


def test_search_puts_a_title_before_a_mention(lesson):
    make_lesson(lesson.module, "a-leeks", title="Leeks", body_markdown="With cabbage, cabbage and cabbage.\n")

    assert urls(search("cabbage", limit=5))["lessons"][0] == LESSON


def test_search_shows_few_hits_of_one_lesson_and_counts_those_of_each_group(lesson):
    body = "".join(f"## Turnip {number}\n\nText.\n\n" for number in range(9))
    make_lesson(lesson.module, "turnips", title="Turnips", body_markdown=body)
    make_lesson(lesson.module, "swedes", title="Swedes", body_markdown="A turnip, too.\n")

    found = search("turnip", limit=2)

    [group] = found.groups
    assert (len(group.hits), group.total, group.has_more, found.total) == (2, 4, True, 4)


def test_search_of_one_group_leaves_the_others_out(lesson):
    assert list(urls(search("cabbage", limit=5))) == ["lessons", "listings"]
    assert list(urls(search("cabbage", limit=5, group="listings"))) == ["listings"]


def test_hit_shows_its_words_in_context(lesson):
    [group] = search("water", limit=5, group="lessons").groups
    [hit] = group.hits

    assert (hit.title, hit.context, hit.language) == ("Growing cabbages", "Cabbage for all", "en")
    assert hit.text == "They need a lot of <mark>water</mark> &amp; sun."


# --- What is never found ---------------------------------------------------------------------------------------------


def later(lesson: Lesson) -> None:
    Lesson.objects.filter(pk=lesson.pk).update(published_at=now() + timedelta(hours=1))


def course_later(lesson: Lesson) -> None:
    Course.objects.filter(pk=lesson.course_id).update(published_at=now() + timedelta(hours=1))


def offline_behind_our_back(lesson: Lesson) -> None:
    Lesson.objects.filter(pk=lesson.pk).update(published=None, published_at=None)


def replaced(lesson: Lesson) -> None:
    text = {"title": "Leeks", "summary": "S", "minutes": 5, "body_markdown": "Nothing of the kind.\n"}
    save_lesson_draft(lesson=lesson, **text)
    publish_lesson(lesson=lesson)


def deleted_with_its_course(lesson: Lesson) -> None:
    lesson.course.delete()


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        (lambda lesson: None, True),
        (lambda lesson: unpublish_lesson(lesson=lesson), False),
        (later, False),
        (offline_behind_our_back, False),
        (lambda lesson: unpublish_course(course=lesson.course), False),
        (course_later, False),
        (replaced, False),
        (lambda lesson: lesson.delete(), False),
        (deleted_with_its_course, False),
    ],
    ids=["published", "taken offline", "later", "not by a service", "course offline", "course later", "replaced",
         "deleted", "course deleted"],
)  # fmt: skip
def test_search_shows_what_is_published_now_and_nothing_else(lesson, change, is_found):
    change(lesson)

    found = [search(query, limit=5).total > 0 for query in ("cabbage", "slugs", "water(", "celar", "cellar beer")]

    assert found == [is_found] * 5


def test_search_shows_no_draft_of_a_published_lesson(lesson):
    text = {"title": "Cabbage for all", "summary": "S", "minutes": 5, "body_markdown": "About parsnips.\n"}
    save_lesson_draft(lesson=lesson, **text)

    assert (search("parsnips", limit=5).total, search("slugs", limit=5).total) == (0, 1)

    publish_lesson(lesson=lesson)

    assert (search("parsnips", limit=5).total, search("slugs", limit=5).total) == (1, 0)


def test_search_corrects_nothing_into_a_word_that_only_a_hidden_text_has(lesson):
    later(make_lesson(lesson.module, "secret", title="Pumpkins", body_markdown="Pumpkins.\n"))

    found = search("pumpkin", limit=5), search("pumkins", limit=5)

    assert [(result.total, result.corrected) for result in found] == [(0, {}), (0, {})]


def test_search_looks_past_a_hidden_word_for_what_was_meant(lesson):
    later(make_lesson(lesson.module, "secret", title="Celler", body_markdown="Celler.\n"))

    assert urls(search("celler", limit=5)) == {"lessons": [f"{LESSON}#storing"]}


def test_hidden_lesson_is_found_when_its_course_is_published_again(lesson):
    unpublish_course(course=lesson.course)
    publish_course(course=lesson.course)

    assert search("slugs", limit=5).total == 1


def test_restored_version_is_found_once_it_is_published(lesson):
    first = lesson.published
    replaced(lesson)
    restore_lesson_version(version=first)
    lesson.refresh_from_db()
    before = search("slugs", limit=5).total
    publish_lesson(lesson=lesson)

    assert (before, search("slugs", limit=5).total) == (0, 1)


# --- The index -------------------------------------------------------------------------------------------------------


def index_of(query: str = "cabbage") -> tuple[int, int, int]:
    return SearchEntry.objects.count(), SearchWord.objects.count(), search(query, limit=5).total


def test_rebuild_makes_the_same_index(lesson, capsys):
    before = index_of()

    call_command("rebuild_search")

    assert capsys.readouterr().out == f"{before[0]} entries in the index of the search.\n"
    assert index_of() == before


def test_fill_indexes_what_is_missing_and_what_was_made_another_way(lesson):
    before = index_of()
    other = make_lesson(lesson.module, "leeks", title="Leeks")
    SearchEntry.objects.filter(object_id=lesson.pk).delete()
    SearchEntry.objects.filter(object_id=other.pk).update(format=0)

    filled = [fill(), fill()]

    other.delete()
    assert (filled, index_of()[::2]) == ([2, 0], before[::2])


def test_index_keeps_nothing_of_what_is_deleted(lesson):
    lesson.course.delete()

    assert SearchEntry.objects.count() == 0
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM courses_searchtext")
            assert cursor.fetchone() == (0,)


def test_rendering_again_renews_the_index(lesson):
    lesson.published.body_html = "<p>Old HTML.</p>"
    lesson.published.save()
    call_command("rebuild_search")
    before = search("slugs", limit=5).total

    call_command("render_lessons")

    assert (before, search("slugs", limit=5).total) == (0, 1)


# --- Any question has an answer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        '"', "'", '"cabbage', "cabbage' OR '1'='1", "cabbage*", "*", "^cabbage", "title:cabbage",
        "{title body}:x", "-x", "İ", "e\u0301", "कखग", "甘藍", "﷽", "²", "cabbage " * 1300, "x" * 10_000,
        "cabbage AND", "OR", "NOT cabbage", "NEAR(cabbage slugs, 5)", "cabbage & | !", "cabbage:*", "<->", "\\", "\0",
        "cab\0bage", "%", "_", "%s %(x)s", "()", "((((((", "--", ";DROP TABLE courses_searchentry",
        "<script>alert(1)</script>",
        "\ud800", "\u202ecabbage", "🥬", "ﬁ", "ß",
        " ".join(f"word{n}" for n in range(2000)), "a " * 3000, "\n\r\t", "١٢٣", "1e10 3.11 0x1f",
    ],
)  # fmt: skip
def test_search_answers_hostile_questions(client, lesson, query):
    response = client.get("/search/", {"q": query.encode("utf-8", "surrogatepass")})
    fragment = client.get("/search/hits", {"q": query.encode("utf-8", "surrogatepass")})

    assert (response.status_code, fragment.status_code) == (200, 200)
    assert b"<script>alert" not in response.content + fragment.content


def test_search_marks_and_escapes_what_a_text_says(client, lesson):
    body = "## Tags\n\nWrite `<script>alert(1)</script>` never.\n"
    make_lesson(lesson.module, "tags", title="<b>Bold</b> & brave", body_markdown=body)

    page = client.get("/search/", {"q": "script bold"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;<mark>Bold</mark>&lt;/b&gt; &amp; brave" in page
    assert "&lt;<mark>script</mark>&gt;alert(1)" in page


@pytest.mark.parametrize(("query", "queries"), [("cabbage", 2), ("sluggs", 3), ("cellar winter", 3)])
@pytest.mark.parametrize("count", [1, 3])
def test_search_asks_the_same_number_of_questions_for_any_number_of_hits(lesson, query, queries, count):
    for number in range(count):
        make_lesson(lesson.module, f"lesson-{number}", title="Cabbages, slugs", body_markdown="## Winter\n\nSlugs.\n")

    with CaptureQueriesContext(connection) as asked:
        search(query, limit=20)

    assert len(asked) == queries


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_search_page_is_for_readers_and_not_for_search_engines(client, lesson):
    response = client.get("/search/", {"q": "slugs"})

    assert response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "private, no-cache"


def test_search_page_without_hits_says_so_and_offers_the_courses(client, lesson):
    make_course("secret", title="Secret", published=False)

    page = client.get("/search/", {"q": "xylophone"}).content.decode()

    assert "Nothing found for “xylophone”" in page
    assert 'href="/courses/garden/"' in page
    assert "Secret" not in page


def test_search_page_of_one_group(client, lesson):
    found = client.get("/search/", {"q": "cabbage", "in": "listings"}).context["found"]
    unknown = client.get("/search/", {"q": "cabbage", "in": "secrets"}).context["found"]

    assert [list(urls(found)), list(urls(unknown))] == [["listings"], ["lessons", "listings"]]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_search_is_only_read(client, db, method):
    assert [getattr(client, method)(address).status_code for address in ("/search/", "/search/hits")] == [405, 405]


# --- Parts -----------------------------------------------------------------------------------------------------------


def test_documents_are_the_text_its_sections_and_its_listings(lesson):
    found = documents_of(lesson.published.body_html, title="Cabbage", summary="You can grow it.")

    assert [(document.kind, document.title, document.anchor, document.label, document.body) for document in found] == [
        (
            "lesson", "Cabbage", "", "",
            "You can grow it.\nAn introduction about cabbages.\nGrowing cabbages\nThey need a lot of water & sun.\n"
            "$ harvest now\nSlugs\nSlugs eat cabbages at night.\nBeer traps.\nStoring\nKeep them in a cool cellar.",
        ),
        ("section", "Growing cabbages", "growing-cabbages", "", "They need a lot of water & sun.\n$ harvest now"),
        ("section", "Slugs", "slugs", "", "Slugs eat cabbages at night.\nBeer traps."),
        ("section", "Storing", "storing", "", "Keep them in a cool cellar."),
        ("listing", "Growing cabbages", "listing-grow", "grow.py", "def water(cabbage):\n    return cabbage"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\nline</p><p>two</p>", "One line\ntwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p>a<br>b</p>", "a b"),
        ("<svg><title>t</title><text>x</text></svg><p>after</p>", "after"),
        ("<details><summary>more</summary>folded</details>", "more\nfolded"),
        ("<pre><code>a = 1<button>1</button>\nb = 2</code></pre>", "a = 1\nb = 2"),
        ("<p>unclosed <em>tags", "unclosed tags"),
        ("</p></div>stray", "stray"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("", ""),
    ],
)
def test_text_of_html_has_a_line_for_each_block(html, text):
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FastAPI's main.py", ["fastapi", "s", "main", "py"]),
        ("page_size=20", ["page", "size", "20"]),
        ("Käse CAFÉ Straße", ["kase", "cafe", "strasse"]),
        ("ﬁsh ²", ["fish", "2"]),
        ("x" * 50, ["x" * 40]),
        ("— … \0 \u0301 🥬", []),
    ],
)
def test_words_are_small_letters_and_digits(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("fastpi", ["fastapi"]),
        ("djagno", ["django"]),
        ("strealmit", ["streamlit"]),
        ("dango", ["django"]),
        ("api", []),  # too short to guess
        ("django", []),  # not misspelt
        ("zebra", []),
    ],
)
def test_similar_words_are_what_was_meant(word, expected):
    assert list(similar_to(word, ["fastapi", "django", "streamlit", "flask", "apis"])) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one\ntwo x\nthree", "two x"),
        ("no hit\nat all", "no hit"),
        ("", ""),
        ("a " * 200 + "x" + " b" * 200, "… " + "a " * 15 + "x" + " b" * 74 + " …"),
        ("x" + "y" * 300, "x" + "y" * 179 + " …"),
    ],
)
def test_snippet_is_the_line_with_the_hit(body, expected):
    assert snippet(body, {"x": 1.0}) == expected


def test_marked_text_is_escaped():
    assert (
        marked('<i>Cab</i> & "cab"', {"cab"})
        == "&lt;i&gt;<mark>Cab</mark>&lt;/i&gt; &amp; &quot;<mark>cab</mark>&quot;"
    )


def test_question_is_written_for_each_database():
    question = ("and", ["a", ("or", ["b", ("and", ["c", "d"])])])

    assert written(question, quote='"', words={"and": " AND ", "or": " OR "}) == '("a" AND ("b" OR ("c" AND "d")))'
    assert written(question, quote="'", words={"and": " & ", "or": " | "}) == "('a' & ('b' | ('c' & 'd')))"


def test_vector_has_the_places_of_words_with_their_weights():
    assert vector(EntryWords(["a", "b"], ["a"], ["c", "a"])) == "'a':1A,3B,5C 'b':2A 'c':4C"
