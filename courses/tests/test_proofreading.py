"""Each mistake is reported once, at its line, and the text beside it that is right is not."""

import pytest

from courses.rendering import Problem, render


@pytest.mark.parametrize(
    ("markdown", "problems"),
    [
        ("Nothing wrong.", []),
        ("!!! note\n    a\n\n!!! tip\n    a\n\n!!! warning\n    a\n\n!!! compare\n    a", []),
        ("a\n\n!!! danger\n    b", [(3, 'Unknown callout "danger"; there are note, tip, warning, compare.')]),
        ("!!! note\n\ta\n\n!!! tip\n\n    ```text\n    b\n    ```\n\n- c\n\n    ??? deeper\n        d", []),
        ("!!! note\na", [(1, "This callout has no content; indent it by four spaces, below the first line.")]),
        ("> !!! note\n> a", [(1, "This callout has no content; indent it by four spaces, below the first line.")]),
        ('a\n\n??? warning "Care"\n', [(3, "This callout has no content; indent it by four spaces, below the first "
          "line.")]),
        ("!!! note\n    !!! tip\n    a", [(2, "This callout has no content; indent it by four spaces, below the first "
          "line.")]),
        ("```text\n!!! danger\n# no heading\n<script>\n```", []),
        ("`<script>` and ``a ` <b>`` and `two\nlines <div onclick=x>`", []),
        ("```\nx\n```", [(1, "Say which language this code is in: python, console, json, text, …")]),
        ("```python\nx = 1\n```\n\n    ```text\n    y\n    ```", []),
        ("a\n\n```python\nok = 1\ndef f(:\n```", [(5, "This Python does not parse: invalid syntax. If it is a piece of "
          "a program: ```python fragment")]),
        ("```python fragment\ndef f(:\n```", []),
        ("- a\n\n    ```python\n    if True:\n        x = 1\n    ```", []),
        ("```python\nawait x\n```", []),
        ("```text\nopen", [(1, "This code fence is never closed.")]),
        ('```text frame="x"\n```', [(1, 'Unknown option "frame"; a code fence knows fragment, framework, hide, '
          "hl_lines, linenums, listing, request, showcase, title.")]),
        ('```text hide="2"\na\n```', [(1, "hide names line 2, but the block has 1.")]),
        ('```text hide="all"\na\n```', [(1, 'hide must be line numbers and ranges, such as "2 4-6".')]),
        ('```text linenums\na\n```\n\n```text linenums="7"\na\n```', []),
        ('```text linenums="0"\na\n```', [(1, 'linenums is the number of the first line, such as linenums="1".')]),
        ('```python fragment\na  # (1)!\nb  # (2)!\n```\n\n1. One.\n\n    More.\n2. Two.\n\nText.', []),
        ('> ```python fragment\n> a  # (1)!\n> ```\n>\n> 1. One.\n\n1. Another list.', []),
        ('```html\n<a> <!-- (2)! -->\n```\n\nText.\n\n1. One.', [(1, "The listing refers to the notes 2, but the "
          "list below it has 0 entries; each note needs one, and each one its `# (1)!` in the listing.")]),
        ('```python fragment showcase\na\n```', [(1, "Only a listing can be the showcase of its course: give it a name "
          "and a framework.")]),
        ('??? tip\n    a\n\n???+ deeper "More"\n    ```text\n## a\n    ```\n\n## b', []),
        ("??? info\n    a", [(1, 'Unknown callout "info"; there are note, tip, warning, compare, deeper.')]),
        ("!!! deeper\n    a", [(1, 'Unknown callout "deeper"; there are note, tip, warning, compare.')]),
        ("> ??? deeper\n>     a\n>\n>     ## b\n> ## c", [(4, "What is folded has no headings: the contents of the "
          "page would lead to what is hidden.")]),
        ("<button>a</button>", [(1, "The tag <button> is not allowed and was left out.")]),
        ('```python listing="a" framework="flask" request="GET /items/2?q=x"\nx\n```', []),
        ("```python listing=\"a\" framework=\"flask\" request='POST /items {\"name\": \"Tea\"}'\nx\n```", []),
        ('```python listing="a" framework="flask" request="/items"\nx\n```', [(1, "A request is a method and a path, "
          'and a body if need be: request="GET /items/2"')]),
        ('```python listing="a" framework="python" request="GET /"\nx\n```', [(1, "Only a web application is sent a "
          "request: leave out request.")]),
        ('```python listing="a" framework="python"\nx\n```\n\n```python listing="b" framework="flask"\nx\n```', []),
        ('```python listing="a" framework="python"\nx\n```\n\n```python listing="a" framework="flask"\nx\n```',
         [(5, 'The listing in line 1 is called "a", too.')]),
        ('```python listing="A b" framework="python"\nx\n```', [(1, "A listing has a name of small letters, digits and "
          'hyphens: listing="first-app"')]),
        ('```text listing="a" framework="python"\nx\n```', [(1, "Only a whole Python program can be a listing: leave "
                                                              "out listing and framework.")]),
        ('```python listing="a"\nx\n```', [(1, 'Say what runs the listing: framework="…" with one of flask, django, '
          "fastapi, starlette, pyramid, aiohttp, sanic, tornado, gevent, streamlit, dash, python.")]),
        ('```text hl_lines="2"\na\n```', [(1, "hl_lines names line 2, but the block has 1.")]),
        ('```text hl_lines="two"\na\n```', [(1, 'hl_lines must be line numbers and ranges, such as "2 4-6".')]),
        ("```{.python}\nx\n```", [(1, 'Cannot read "{.python}"; write it like: ```python title="main.py" '
          'hl_lines="2 3"')]),
        ('=== "A"\n    a\n\n=== "B"\n\n    b\n===! "A"\n    ```text\n    c\n    ```\n=== "B"\n    b', []),
        ('- a\n\n    === "A"\n        a\n    === "B"\n        b\n\n> === "A"\n>     a\n> === "B"\n>     b', []),
        ('```text\n=== "A"\n```\n\na\n\n---\n\n`=== "A"`', []),
        ('=== "Flask"\n    a\n=== "Plotly Dash"\n    b\n\nc\n\n=== "Django"\n    a\n=== "Flask"\n    b', [
            (1, "These tabs have nothing for Django, which other tabs of this text have."),
            (8, "These tabs have nothing for Plotly Dash, which other tabs of this text have."),
        ]),
        ('=== "Flask"\n    a\n=== "Django"\n    b\n\nc\n\n=== "macOS"\n    a\n=== "Linux"\n    b', []),
        ('=== "A"\n    a\n\nb\n\n=== "B"\n    b\n', [(1, "One tab alone is nothing to choose from."),
                                                    (6, "One tab alone is nothing to choose from.")]),
        ('=== "A"\n    a\n    === "B"\n        b\n=== "C"\n    c', [(3, "One tab alone is nothing to choose from.")]),
        ('=== "A"\n    a\n=== ""\n    b', [(3, "The tab has no title.")]),
        ('=== "A"\n    a\n\n=== "A"\n    b', [(4, 'Another tab of this set is called "A", too.')]),
        ('=== "A"\n\n=== "B"\n    b', [(1, "This tab has no content; indent it by four spaces, below the title.")]),
        ('=== "A"\n    a\n=== "B"', [(3, "This tab has no content; indent it by four spaces, below the title.")]),
        ("=== A\n    a", [(1, 'Cannot read this tab; write it like: === "Flask"')]),
        ('==="A"\n    a', [(1, 'Cannot read this tab; write it like: === "Flask"')]),
        ('===+ "A"\n    a', [(1, 'Cannot read this tab; write it like: === "Flask"')]),
        ('=== "A"\n    ## a\n=== "B"\n    b', [(2, "A tab has no headings: the contents of the page would lead "
                                                        "to what is hidden.")]),
        ("## a\n\n### b\n\n## c", []),
        ("## a\n\n#### b", [(3, "The heading jumps from level 2 to level 4.")]),
        ("# a", [(1, "The page's title is its only heading of level 1; start with ##.")]),
        ("## a\n\n## \n\nb\n##\n> ## #", [(3, "This heading has no words."), (6, "This heading has no words."),
                                            (7, "This heading has no words.")]),
        ("#\na", [(1, "This heading has no words.")]),
        ('\n+++\ntitle = "a"\n+++\n\nb', [(2, "The text begins with the front matter of a file, which readers would "
          "see: leave out all of it, up to the second +++.")]),
        ("a\n\n+++\n\n```text\n+++\n```", []),
        ("a\n=", [(2, "The page's title is its only heading of level 1; start with ##.")]),
        ("| a |\n|---|\n| b |\n\n---\n\ntext", []),
        ("![A chart](/static/a.svg)", []),
        ("![](/static/a.svg)", [(1, "The image has no text for those who cannot see it: ![what it shows](…).")]),
        ("![a](https://example.org/a.svg)", [(1, "Images come from this site: images/… of the course, or an address "
          "that starts with /; not https://example.org/a.svg.")]),
        ("![a](images/Photo.png)", [(1, "Images come from this site: images/… of the course, or an address that starts "
          "with /; not images/Photo.png.")]),
        ('<img src="//example.org/a.png" alt="a">', [(1, "Images come from this site: images/… of the course, or an "
          "address that starts with /; not //example.org/a.png.")]),
        ('<img src="/a.svg" alt="A chart">', []),
        ('<img src="/a.svg" alt="">', [(1, "The image has no text for those who cannot see it.")]),
        ("a <https://example.org> b < c > d", []),
        ("<script>alert(1)</script>", [(1, "The tag <script> is not allowed and was left out.")]),
        ("a\n<p onclick='x()' style=\"y\">b</p>", [(2, "The attribute onclick is not allowed and was left out."),
                                                 (2, "The attribute style is not allowed and was left out.")]),
        ("[a](lesson:gevent) [b](lesson:gevent#why) [c](/search/) [d](https://example.org) [e](mailto:a@example.org)",
         []),
        ("## Here\n\n[a](#here)", []),
        ("![a\n![b](/static/b.svg)](/static/a.svg) [![c](/static/c.svg)](/search/)", [(1, "An image stands in "
          "the words of another one; write it behind that.")]),
        ("[a](#nowhere)", [(1, "This page has no heading with the address #nowhere.")]),
        ("a\n[b](lesson:nobody)", [(2, 'The course has no lesson "nobody".')]),
        ("[a](gevent.md)", [(1, 'The link "gevent.md" leads nowhere; write lesson:slug, /path, #heading or https://….')]),
        ("[a][b]\n\n[b]: ../x", [(3, 'The link "../x" leads nowhere; write lesson:slug, /path, #heading or https://….')]),
        ('<a href="javascript:x()">a</a>', [(1, 'The link "javascript:x()" leads nowhere; write lesson:slug, /path, '
          "#heading or https://….")]),
    ],
)  # fmt: skip
def test_problems_have_the_line_of_the_mistake(markdown, problems):
    rendered = render(markdown, lesson_names={"gevent": "gevent"})

    assert rendered.problems == [Problem(line, message) for line, message in problems]


DIAGRAM = """<figure class="diagram">
<svg viewBox="0 0 9 9" role="img" aria-labelledby="dg-a dg-b">
<title id="dg-a">What it shows</title><desc id="dg-b">And more.</desc>

  <g class="dg-ink"><rect width="9" height="9"/></g>
</svg>
<figcaption>Words.</figcaption>
</figure>"""
NO_TEXT = (
    "The diagram has no text for those who cannot see it: "
    '<svg role="img" aria-labelledby="dg-x" …><title id="dg-x">What it shows</title> …'
)


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("", "", []),
        ('<title id="dg-a">What it shows</title>', "",
         [(2, NO_TEXT), (2, 'The diagram has nothing with the id "dg-a".')]),
        ("What it shows", " ", [(2, NO_TEXT)]),
        (' role="img"', "", [(2, NO_TEXT)]),
        (' aria-labelledby="dg-a dg-b"', "", [(2, NO_TEXT)]),
        ('"dg-a dg-b"', '"dg-b"', [(2, NO_TEXT)]),
        ('id="dg-a"', 'id="a"', [(2, NO_TEXT), (2, 'The diagram has nothing with the id "dg-a".'),
                                 (3, 'A diagram cannot have id="a" in <title>: it was left out.')]),
        ('id="dg-b"', 'id="dg-a"', [(2, 'The diagram has nothing with the id "dg-b".'),
                                    (2, 'The id "dg-a" stands twice on this page.')]),
        (' viewBox="0 0 9 9"', "", [(2, "The diagram has no viewBox, and so no size.")]),
        ("viewBox", "viewbox", []),
        ("<rect width", "<RECT fill='red' onclick=x() width",
         [(5, "A diagram cannot have fill=\"red\" in <rect>: it was left out."),
          (5, "A diagram cannot have onclick=\"x()\" in <rect>: it was left out.")]),
        ('width="9"', 'width="50%"', [(5, 'A diagram cannot have width="50%" in <rect>: it was left out.')]),
        ("dg-ink", "dg-ink red", [(5, "Unknown class red; there are dg-accent, dg-band, dg-box, dg-dashed, dg-end, "
                                      "dg-ink, dg-label, dg-line, dg-middle, dg-on, dg-soft, dg-strong, dg-warn.")]),
        ("</g>", '</g>\n<use href="#dg-a"/><text x="1">x</text>',
         [(6, "The tag <use> is not allowed here in a diagram and was left out.")]),
        ("</g>", "<title>x</title></g>", [(5, "The tag <title> is not allowed here in a diagram and was left out.")]),
        ("Words.", '<span onclick="x()"><a href="#nowhere">Words</a></span>',
         [(7, "The attribute onclick is not allowed and was left out."),
          (7, "This page has no heading with the address #nowhere.")]),
        (' class="diagram"', "", [(2, "The tag <svg> is not allowed and was left out."),
                                  (3, "The tag <desc> is not allowed and was left out."),
                                  (3, "The tag <title> is not allowed and was left out."),
                                  (5, "The tag <g> is not allowed and was left out."),
                                  (5, "The tag <rect> is not allowed and was left out.")]),
    ],
)  # fmt: skip
def test_problems_of_a_diagram(old, new, problems):
    rendered = render(DIAGRAM.replace(old, new, 1))

    assert rendered.problems == [Problem(line, message) for line, message in problems]


def test_two_diagrams_on_a_page_need_different_ids():
    rendered = render(f"{DIAGRAM}\n\n{DIAGRAM}")

    assert rendered.problems == [
        Problem(11, f'The id "{name}" stands twice on this page.') for name in ("dg-a", "dg-b")
    ]


def test_a_diagram_in_code_is_code():
    assert render(f"```html\n{DIAGRAM.replace(' role=', ' rolle=')}\n```\n\n`<svg>`").problems == []


def test_unknown_languages_are_named_and_still_shown():
    rendered = render("```cobol\nDISPLAY 1\n```")

    [problem] = rendered.problems
    assert problem.line == 1
    assert problem.message.startswith('Unknown language "cobol"; known are bash, console,')
    assert "<pre><code>DISPLAY 1\n</code></pre>" in rendered.html


def test_lesson_links_are_not_checked_without_a_list_of_lessons():
    assert render("[a](lesson:nobody)").problems == []
