"""Markdown in, page HTML out: the forms that authors and the style sheet rely on."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from courses.markdown_extensions import RESERVED_IDS
from courses.rendering import render
from courses.templatetags.variants import showing_first, with_depth

CODE = '<span class="n">x</span> <span class="o">=</span> <span class="mi">1</span>\n'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Plain *text*.", "<p>Plain <em>text</em>.</p>"),
        (
            '```python title="main.py"\nx = 1\n```',
            '<div class="codeblock"><div class="cbhead"><span class="name">main.py</span></div>'
            f'<div class="hl"><pre><code>{CODE}</code></pre></div></div>',
        ),
        (
            '```python hl_lines="1"\nx = 1\n```',
            '<div class="codeblock"><div class="cbhead"><span class="name">Python</span></div>'
            f'<div class="hl"><pre><code><span class="hll">{CODE}</span></code></pre></div></div>',
        ),
        (
            "```console\n$ ls\n```",
            '<div class="codeblock"><div class="cbhead"><span class="name">Terminal</span></div>'
            '<div class="hl"><pre><code><span class="gp">$ </span>ls\n</code></pre></div></div>',
        ),
        (  # a title is text, not HTML
            '```text title="<b>"\na < b\n```',
            '<div class="codeblock"><div class="cbhead"><span class="name">&lt;b&gt;</span></div>'
            '<div class="hl"><pre><code>a &lt; b\n</code></pre></div></div>',
        ),
        (
            '!!! note "Mine"\n    Text.',
            '<aside class="note note--note" role="note">\n<h2 class="note-title">Mine</h2>\n<p>Text.</p>\n</aside>',
        ),
        (
            "!!! tip\n    Text.",
            '<aside class="note note--tip" role="note">\n<h2 class="note-title">Tip</h2>\n<p>Text.</p>\n</aside>',
        ),
        (
            "!!! warning\n    Text.",
            '<aside class="note note--warning" role="note">\n<h2 class="note-title">Watch out</h2>\n'
            "<p>Text.</p>\n</aside>",
        ),
        (  # a callout always has a title
            '!!! compare ""\n    Text.',
            '<aside class="note note--compare" role="note">\n<h2 class="note-title">Compare</h2><p>Text.</p>\n</aside>',
        ),
        ("## What it does", '<h2 id="what-it-does">What it does</h2>'),
        ("## What it does {#purpose}", '<h2 id="purpose">What it does</h2>'),
        ("## Tab 1 flask", '<h2 id="tab-1-flask-section">Tab 1 flask</h2>'),
        ("## Outline", '<h2 id="outline-section">Outline</h2>'),
        ("## A {#dg-a}", '<h2 id="a">A</h2>'),  # dg-: for diagrams
        ("## dg", '<h2 id="dg">dg</h2>'),
        ("## dg: a", '<h2 id="dg-a-section">dg: a</h2>'),
        ("## What it does {#outline}", '<h2 id="what-it-does">What it does</h2>'),
        ("## Über Größe", '<h2 id="über-größe">Über Größe</h2>'),
        ("# Too high", '<h2 id="too-high">Too high</h2>'),
        ("[next](lesson:sync-and-async)", '<p><a href="../sync-and-async/">next</a></p>'),
        ("[next](lesson:sync-and-async#why)", '<p><a href="../sync-and-async/#why">next</a></p>'),
        ("[task](/exercises/hello-flask/)", '<p><a href="/exercises/hello-flask/">task</a></p>'),
        ("[out](https://example.org/)", '<p><a href="https://example.org/" rel="noopener">out</a></p>'),
        ("![A chart](/static/chart.svg)", '<p><img alt="A chart" src="/static/chart.svg"></p>'),
        ("![A chart](https://example.org/chart.svg)", '<p><img alt="A chart"></p>'),
        ("Press <kbd>Ctrl</kbd>.", "<p>Press <kbd>Ctrl</kbd>.</p>"),
        ('{"message": "braces are text"}', '<p>{"message": "braces are text"}</p>'),
    ],
)
def test_render_makes_the_agreed_html(markdown, html):
    assert render(markdown).html == html


RUN = (
    '<a class="run-link" href="run/shop/"><span class="run-word">Run</span>'
    '<span class="visually-hidden"> main.py</span></a>'
)


@pytest.mark.parametrize(
    ("fence", "can_run", "link"),
    [
        ('python listing="shop" framework="flask" title="main.py"', True, RUN),
        ('python listing="shop" framework="python" title="main.py"', True, RUN),
        ('python listing="shop" framework="flask" title="main.py"', False, ""),  # a text that is no lesson's
        ('python fragment listing="shop" framework="flask" title="main.py"', True, ""),
        ('python listing="../x" framework="flask" title="main.py"', True, ""),
        ('python listing="shop" framework="cobol" title="main.py"', True, ""),
        ('text listing="shop" framework="flask" title="main.py"', True, ""),
        ('python title="main.py"', True, ""),
    ],
)
def test_a_listing_of_a_lesson_leads_to_where_it_can_be_run(fence, can_run, link):
    html = render(f"```{fence}\nx\n```", can_run=can_run).html

    assert f'<div class="cbhead"><span class="name">main.py</span>{link}</div>' in html


NUMBER = '<span class="lineno" data-line="{}"></span>'
NOTE = '<button class="mark" popovertarget="mark-1-{0}" data-note="{0}" aria-label="{0}" type="button"></button>'


@pytest.mark.parametrize(
    ("options", "source", "code"),
    [
        ('linenums="7"', "a\n\nb", f"{NUMBER.format(7)}a\n{NUMBER.format(8)}\n{NUMBER.format(9)}b\n"),
        ("linenums", "a", f"{NUMBER.format(1)}a\n"),
        ('hide="1-2 4" hl_lines="2"', "a\nb\nc\nd",
         '<span class="folded">a\n<span class="hll">b\n</span></span>c\n<span class="folded">d\n</span>'),
        ('hide="1-3"', "import os\nfrom a import b\n\nc",
         '<span class="folded folded--imports">import os\nfrom a import b\n\n</span>c\n'),
        ("", "a  # (1)!\nb // (2)!\nc # (3)", f"a{NOTE.format(1)}\nb{NOTE.format(2)}\nc # (3)\n"),
    ],
)  # fmt: skip
def test_lines_of_a_listing_are_numbered_hidden_and_noted(options, source, code):
    html = render(f"```text {options}\n{source}\n```").html

    assert html.partition("<code>")[2].partition("</code>")[0] == code


def test_a_string_over_several_lines_stays_whole_when_lines_are_hidden():
    html = render('```python hide="2" linenums\nx = """a\nb\nc"""\n```').html

    text = re.sub(r"<[^>]+>", "", html.partition("<code>")[2])
    assert text == 'x = """a\nb\nc"""\n'
    assert html.count("<span") == html.count("</span>")


def test_the_list_below_a_listing_with_notes_becomes_their_texts():
    block = "```text\na  # (1)!\n```\n\n1. One *note*.\n\n    More.\n\nText.\n\n"
    html = render(block + block).html

    note = '<div class="mark-note" id="mark-{0}-1" popover="auto">\n<p>One <em>note</em>.</p>\n<p>More.</p>\n</div>'
    assert note.format(1) in html
    assert [target in html for target in ('popovertarget="mark-2-1"', note.format(2), "<ol", "<li")] == [
        True, True, False, False
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ('??? tip "Answer"\n    Yes.', '<details class="note note--tip">\n<summary class="note-title">Answer'
         "</summary>\n<p>Yes.</p>\n</details>"),
        ("???+ warning\n    Yes.", '<details class="note note--warning" open="">\n<summary class="note-title">Watch out'
         "</summary>\n<p>Yes.</p>\n</details>"),
        ("??? deeper\n    Yes.", '<details class="deeper">\n<summary>Going deeper</summary>\n<p>Yes.</p>\n</details>'),
    ],
)  # fmt: skip
def test_callouts_can_be_folded(markdown, html):
    assert render(markdown).html == html


def test_what_goes_deeper_is_opened_for_those_who_are_done():
    html = render('??? deeper\n    `<details class="deeper">`').html

    assert with_depth(html) == html.replace('<details class="deeper">', '<details class="deeper" open="">', 1)


def test_callouts_have_headings_of_the_level_below():
    html = render("!!! note\n    a\n\n## One\n\n### Two\n\n!!! tip\n    a\n\n!!! tip\n    b").html

    assert re.findall(r'<(h\d) class="note-title">', html) == ["h2", "h4", "h4"]


def test_render_keeps_a_diagram_as_it_was_drawn():
    html = render(
        'Text.\n\n<figure class="diagram">\n<svg viewBox="0 0 9 9" role="img" aria-labelledby="dg-a">\n'
        '  <title id="dg-a">A & b</title>\n\n  <g class="dg-ink"><path d="M0 0h9"/></g>\n\n'
        '    <text x="1" y="2">No *Markdown* in `it`</text>\n</svg>\n<figcaption>c</figcaption>\n</figure>\n\nMore.'
    ).html

    assert html == (
        '<p>Text.</p>\n<figure class="diagram">\n<svg viewBox="0 0 9 9" role="img" aria-labelledby="dg-a">'
        '<title id="dg-a">A &amp; b</title><g class="dg-ink"><path d="M0 0h9"></path></g>'
        '<text x="1" y="2">No *Markdown* in `it`</text></svg>\n<figcaption>c</figcaption>\n</figure>\n\n<p>More.</p>'
    )


def test_render_wraps_tables_and_keeps_their_alignment():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |").html

    assert html.startswith('<div class="tablewrap"><table>\n<thead>\n<tr>\n<th>a</th>\n<th align="right">b</th>')
    assert html.endswith("</table></div>")


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (  # tabs that follow each other are one set, also in the text of a paragraph
            'Both:\n=== "Flask"\n    One.\n\n    Two.\n=== "Plotly Dash"\n\n    Three.\n\nBelow.',
            '<p>Both:</p>\n<div class="variants"><div class="variant" id="tab-1-flask">\n'
            '<h2 class="variant-title">Flask</h2><p>One.</p>\n<p>Two.</p>\n</div>\n'
            '<div class="variant" id="tab-1-dash">\n'
            '<h2 class="variant-title">Plotly Dash</h2><p>Three.</p>\n</div>\n</div>\n<p>Below.</p>',
        ),
        (  # a title is text; the same one twice has two addresses
            '## Above\n\n=== "`a` <b>"\n    x\n=== "a b"\n    y\n=== "a b"\n    z',
            '<h2 id="above">Above</h2>\n<div class="variants"><div class="variant" id="tab-1-a">\n'
            '<h3 class="variant-title">a </h3><p>x</p>\n</div>\n<div class="variant" id="tab-1-a-b">\n'
            '<h3 class="variant-title">a b</h3><p>y</p>\n</div>\n<div class="variant" id="tab-1-a-b_1">\n'
            '<h3 class="variant-title">a b</h3><p>z</p>\n</div>\n</div>',
        ),
    ],
)
def test_tabs_become_variants_with_headings_and_stable_addresses(markdown, html):
    assert render(markdown).html == html


def test_tabs_are_numbered_in_the_text_and_not_among_its_contents():
    tabs = '=== "Flask"\n    {0}\n=== "aiohttp"\n    {0}\n\n'
    rendered = render("## One\n\n" + tabs.format("```python\n    x = 1\n    ```") + "### Two\n\n" + tabs.format("x"))

    found = re.findall(r'id="(tab-[^"]+)">\n<(h\d)', rendered.html)
    assert found == [("tab-1-flask", "h3"), ("tab-1-aiohttp", "h3"), ("tab-2-flask", "h4"), ("tab-2-aiohttp", "h4")]
    assert rendered.html.count(f"<pre><code>{CODE}</code></pre>") == 2
    assert [entry["id"] for entry in rendered.contents] == ["one", "two"]


def test_tabs_of_the_readers_framework_are_marked():
    html = render('=== "Flask"\n    a\n=== "FastAPI"\n    `<div class="variant" id="tab-1-fastapi">`').html

    marked = showing_first(html, "fastapi")

    assert marked == html.replace('"variant" id="tab-1-fastapi"', '"variant variant--chosen" id="tab-1-fastapi"', 1)
    assert [showing_first(html, name) for name in ("", "fast", "django")] == [html] * 3


def test_render_resolves_lesson_links_for_the_page_that_asks():
    html = render("[next](lesson:gevent)", lesson_url="/courses/frameworks/{slug}/").html

    assert html == '<p><a href="/courses/frameworks/gevent/">next</a></p>'


def test_contents_has_the_two_upper_levels_in_order_as_plain_text():
    contents = render("## One `a < b`\n\n### Two & three\n\n#### Four\n\n## One `a < b`").contents

    assert contents == [
        {"level": 2, "id": "one-a-b", "text": "One a < b"},
        {"level": 3, "id": "two-three", "text": "Two & three"},
        {"level": 2, "id": "one-a-b_1", "text": "One a < b"},
    ]


def test_code_inside_lists_and_callouts_is_a_block_too():
    html = render("- item\n\n    ```python\n    x = 1\n    ```\n\n!!! note\n    ```python\n    x = 1\n    ```\n").html

    assert html.count(f'<div class="hl"><pre><code>{CODE}</code></pre></div>') == 2


@pytest.mark.parametrize(
    ("listing", "opening"),
    [
        ('listing="first-app"', '<div class="codeblock" id="listing-first-app">'),
        ("", '<div class="codeblock">'),
        ('listing="no good"', '<div class="codeblock">'),
        ("listing='\"><b'", '<div class="codeblock">'),
    ],
)
def test_block_of_a_listing_has_an_address(listing, opening):
    assert render(f"```python {listing}\nx = 1\n```\n").html.startswith(opening)


def test_heading_leaves_the_addresses_of_listings_and_hits_alone():
    contents = render("## Listing first-app\n\n## Search hits lessons\n").contents

    assert [entry["id"] for entry in contents] == ["listing-first-app-section", "search-hits-lessons-section"]


def test_render_keeps_nothing_between_two_calls():
    first = render("## Same\n\n[a]: /target")

    assert render("## Same\n\n[text][a]").html == '<h2 id="same">Same</h2>\n<p>[text][a]</p>'
    assert first.contents == [{"level": 2, "id": "same", "text": "Same"}]


def test_headings_never_take_an_id_of_the_page_around_them():
    templates = Path(settings.BASE_DIR) / "templates"
    pages = [templates / "base.html", *templates.glob("components/*.html"), *templates.glob("courses/*.html")]
    pages += [templates / f"exercises/_{name}.html" for name in ("lesson_practice", "page_feedback", "report_form")]

    ids = {found for page in pages for found in re.findall(r'\bid="([\w-]+)"', page.read_text())}

    assert {name for name in ids if not name.startswith("i-")} <= RESERVED_IDS
    assert not [name for name in ids if name.startswith("dg-")]  # those are for diagrams
