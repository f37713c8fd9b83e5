"""The Markdown record of a decision: what it says, and that it stays text whatever was typed."""

import re
from copy import deepcopy
from datetime import date

import pytest
from markdown import Markdown

from exercises.answers.record import line, record_of
from exercises.tests.answer_content import RIGHT

DAY = date(2026, 11, 28)

RECORD = """\
# A framework for the shop

Date: 2026-11-28

## Context

A small shop.

## Criteria

| Criterion | Weight (0 to 5) |
| --- | ---: |
| Required features | 5 |
| Team experience | 3 |

## Scores

| Score (0 to 5) | Flask | Django | FastAPI |
| --- | ---: | ---: | ---: |
| Required features | 2 | 5 | 3 |
| Team experience | 5 | 3 | 1 |
| Points (score times weight) | 25 | 34 | 18 |

## Ranking

1. Django: 34 of 40
2. Flask: 25 of 40
3. FastAPI: 18 of 40

## Decision

**Django**

The admin is there already.

## Rejected alternatives

- **Flask** (25 of 40 points): scored lower on Required features; higher on Team experience.
- **FastAPI** (18 of 40 points): scored lower on Required features, Team experience.
"""


def record(**changes):
    return record_of(deepcopy(RIGHT["decision"]) | changes, fallback_title="Choose a framework", day=DAY)


def html_of(text):
    return Markdown(extensions=["tables", "attr_list", "def_list", "footnotes"]).convert(text)


def test_a_record_has_everything_that_a_team_asks_later():
    assert record() == RECORD


def test_a_record_without_title_context_and_reasons_says_so():
    text = record(title="", context="", reasons="")

    assert text.startswith("# Choose a framework\n\nDate: 2026-11-28\n\n## Criteria\n")
    assert "**Django**\n\nNo reasons are given yet.\n" in text


def test_a_pick_below_the_top_says_what_had_more_points():
    text = record(pick="Flask", deviation_reason="We know it.")

    assert "**Flask**\n\nThe admin is there already.\n\nMore points, and not picked: Django.\n\nWe know it.\n" in text
    assert "- **Django** (34 of 40 points): scored lower on Team experience; higher on Required features." in text


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;script&gt; &#60;b&#62;",
    "[click](javascript:alert(1))",
    "![spy](https://example.org/x.png)",
    "[a]: https://example.org 'x'",
    "<https://example.org>",
    "# A heading",
    "Title\n=====",
    "Title\n-----",
    "- a list\n* another\n+ third\n1. first\n2) second",
    "> a quote",
    "```\ncode\n```",
    "~~~\ncode\n~~~",
    "    indented code",
    "`code` **bold** _em_ ~~gone~~ $x$ ^1^",
    "a | b | c",
    "| --- | --- |",
    "{: .danger onclick=alert(1) }",
    "term\n: definition",
    "note[^1]\n\n[^1]: footnote",
    "a  \nb\\",
    "***",
    "\\<b\\>",
    "@everyone, see #1 and org/repository#2",
    "#1 closes it, says @org/team",
    "somebody@example.org",
    "\\@everyone \\#1",
]
PLAIN = {"a", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "ol", "ul", "li", "strong", "br"}


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_typed_stays_text(text):
    name = " ".join(text.split())
    answers = record(
        title=name,
        context=text,
        reasons=text,
        deviation_reason=text,
        criteria=[{"name": name, "weight": 5}, {"name": "b", "weight": 3}],
        candidates=[
            {"name": name, "scores": [2, 5]},
            {"name": "Django", "scores": [5, 3]},
            {"name": "c", "scores": [1, 1]},
        ],
        pick=name,
    )

    html = html_of(answers)

    body = re.sub(r"(?m)^##? ", "", answers)  # our own headings
    assert not re.search(r"(?<!\\)(?:\\\\)*[@#]", body)
    tags = re.findall(r"<(/?)([a-zA-Z0-9]+)([^>]*)>", html)
    assert {tag for _, tag, _ in tags} <= PLAIN
    assert {attributes for _, tag, attributes in tags if tag != "a"} <= {"", ' style="text-align: right;"'}
    links = re.findall(r'<a href="(.*?)">(.*?)</a>', html)
    assert len(links) == html.count("<a ")
    assert all(address == words and address.startswith("https://") for address, words in links)
    assert html.count("<h2>") == 6
    assert html.count("<h1>") == 1
    assert (html.count("<table>"), html.count("<ol>"), html.count("<ul>")) == (2, 1, 1)
    assert (html.count("<tr>"), len(re.findall("<th[ >]", html))) == (3 + 4, 2 + 4)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("https://example.org/our_plan", "<https://example.org/our_plan>"),
        ("See https://example.org/a*b, or not.", "See <https://example.org/a*b>, or not."),
        ("(https://example.org/X_(Y))", "(<https://example.org/X_(Y)>)"),
        ("<https://example.org/>", "&lt;<https://example.org/>&gt;"),
        ("https://example.org/?a=1&copy;=2", "https\\://example.org/?a=1&amp;copy;=2"),
        ("https://", "https\\://"),
        ("https://...", "https\\://..."),
        ("www.example.org/a_b", "www\\.example.org/a\\_b"),
    ],
)
def test_an_address_stays_whole(typed, written):
    assert line(typed) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("@octocat", "\\@&ZeroWidthSpace;octocat"),
        ("(@org/team)", "(\\@&ZeroWidthSpace;org/team)"),
        ("é@octocat", "é\\@&ZeroWidthSpace;octocat"),
        ("#12 and org/repository#3", "\\#&ZeroWidthSpace;12 and org/repository\\#&ZeroWidthSpace;3"),
        ("somebody@example.org", "somebody\\@example.org"),
        ("C# @ home", "C\\# \\@ home"),
    ],
)
def test_nobody_is_mentioned_even_where_no_backslash_is_left(typed, written):
    assert line(typed) == written
