"""Nothing of the guide that the first course was made from is missing: docs/guide-coverage.md, line by line."""

import hashlib
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from courses.loading import load_course

COVERAGE = Path(settings.BASE_DIR) / "docs" / "guide-coverage.md"
COURSE = Path(settings.BASE_DIR) / "courses" / "content" / "python-web-frameworks"
# SHA-256 of the guide's lines that are not blank, joined by line ends. It changes only when the guide does.
DIGEST = "812a0bfebbfa228abd07dce0495d97d4ddefee9d3308e446dbfaa4d9687a75fd"

ENTRY = re.compile(
    r"^(?P<number>\d+)\. `(?P<line>[^`]+)`\n   → (?:`(?P<page>/[^`]+)` says (?P<terms>`.+`)|nothing: .+)$"
)
ITEM = re.compile(r"^\d+\. .+(?:\n   .+)*", re.MULTILINE)
INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "samp", "span", "strong", "sub", "sup", "var"}
UNSEEN = {"script", "style", "svg", "template"}


class VisibleText(HTMLParser):
    """What a page says in its <main>. What is not inside a line stands apart; drawings and scripts say nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.inside = {"main": 0} | dict.fromkeys(UNSEEN, 0)

    def handle_starttag(self, tag, attrs):
        self._pass(tag, 1)

    def handle_endtag(self, tag):
        self._pass(tag, -1)

    def handle_data(self, data):
        if self.inside["main"] and not any(self.inside[tag] for tag in UNSEEN):
            self.parts.append(data)

    def _pass(self, tag, step):
        if tag in self.inside:
            self.inside[tag] += step
        if tag not in INLINE:
            self.parts.append(" ")


def normalised(text):
    return " ".join(text.split()).casefold()


def visible_text(html):
    reader = VisibleText()
    reader.feed(html)
    reader.close()
    return normalised("".join(reader.parts))


def entries():
    found = [ENTRY.fullmatch(item[0]) for item in ITEM.finditer(COVERAGE.read_text())]
    assert None not in found, f"cannot read entry {found.index(None) + 1}"
    return found


def test_visible_text_is_what_stands_in_main():
    html = (
        "<title>x</title><nav>menu</nav><main><h1>One</h1><p>t<em>w</em>o &amp;\n three</p><svg><title>x</title></svg>"
        "<pre><span>a</span>.<span>b</span>()</pre><table><tr><td>c</td><td>D</td></tr></table><script>x</script></main>x"
    )

    assert visible_text(html) == "one two & three a.b() c d"


def test_every_line_of_the_guide_is_quoted_in_order():
    lines = [entry["line"] for entry in entries()]

    assert [int(entry["number"]) for entry in entries()] == list(range(1, 121))
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == DIGEST


def test_every_line_but_the_footer_has_a_page_and_words_to_look_for():
    assert [entry["line"] for entry in entries() if not entry["page"]] == ["No Comments"]


@pytest.mark.django_db
def test_every_line_of_the_guide_is_covered_by_its_page(client):
    load_course(COURSE, publish=True, is_checked=True)

    @cache
    def page(address):
        response = client.get(address)
        return visible_text(response.content.decode()) if response.status_code == 200 else ""

    missing = [
        f"{entry['number']}: {entry['page']} does not say {term}"
        for entry in entries()
        if entry["page"]
        for term in re.findall("`([^`]+)`", entry["terms"])
        if normalised(term) not in page(entry["page"])
    ]

    assert missing == []
