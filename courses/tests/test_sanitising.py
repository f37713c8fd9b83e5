"""Whatever staff (or somebody with a staff login) writes, nothing that runs reaches a page."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from courses.diagrams import CHILDREN, DIAGRAM_ATTRIBUTES, DIAGRAM_CLASSES, DIAGRAM_ID, DRAWN, VOID, is_diagram_value
from courses.rendering import render
from courses.sanitising import ALIGNMENTS, ATTRIBUTES, CLASSES, TAGS, sanitise

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=/x.png onload=alert(1)//",
    '<img src="/x.png"onerror="alert(1)">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='javascript:alert(1)'>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p title='x' lang='en'>x</p>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div class='bar dialog' id='main'>x</div>",
    "<div class='variants' id='outline'><div class='variant' id='tab-x'><h2 class='bar'>x</h2></div></div>",
    '=== "<img src=x onerror=alert(1)>"\n    x\n=== "</h2><script>alert(1)</script>"\n    x',
    "<a class='run-link bar' href='javascript:alert(1)'>x</a>",
    "<details open ontoggle=alert(1)>x</details>",
    "<details class='bar deeper' onclick=alert(1)><summary class='btn' style='x'>x</summary></details>",
    "<button class='mark btn' popovertarget='theme-menu' type='submit' form='x'>x</button>",
    "<button popovertarget='mark-1-1' type='submit' formaction='//evil.example' onclick='alert(1)'>x</button>",
    "<button popovertarget='mark-1-1<script>'>x</button><div id='mark-1-1' popover='manual'>x</div>",
    "<div popover='auto' id='outline'>x</div><span data-line='\" onclick=alert(1)'>x</span>",
    '```text title="</b><script>x</script>" linenums hide="1"\n<script>x</script> # (1)!\n```\n\n1. <b onclick=x>y</b>',
    '??? "<img src=x onerror=alert(1)>"\n    <script>alert(1)</script>',
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' &#106;avascript:alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x" onerror="alert(1)](/x.png)',
    '![x](/x.png "a" onerror="alert(1)")',
    '## x {onclick="alert(1)" id="main" class="bar"}',
    'text {: onclick="alert(1)" style="x" }',
    '!!! note "<img src=x onerror=alert(1)>"\n    x',
    '!!! note" onclick="alert(1)\n    x',
    '```python title="</span><script>alert(1)</script>"\nx\n```',
    '```"><script>alert(1)</script>\nx\n```',
    "```text\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "<p>\x02klzzwxh:0000\x03</p>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!--><script>alert(1)</script>-->",
    "<?php echo 1 ?><script>alert(1)</script>",
]

# What a drawing could hold; each is tried inside of a diagram, too, at several places.
DRAWINGS = [
    "<script>alert(1)</script>",
    "<script href='data:,alert(1)'/>",
    "<script xlink:href='https://evil.example/x.js'></script>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style><img src=x onerror=alert(1)></style>",
    "<foreignObject><img src=x onerror=alert(1)></foreignObject>",
    "<foreignobject><body onload=alert(1)><iframe src='javascript:alert(1)'></iframe></foreignobject>",
    "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
    "<a href='https://evil.example/'><text>x</text></a>",
    "<text><a href='javascript:alert(1)'>x</a></text>",
    "<text xlink:href='javascript:alert(1)' xml:base='javascript:' xlink:title='x'>x</text>",
    "<use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/>",
    "<use xlink:href='#dg-x'/>",
    "<image href='https://evil.example/x.png'/>",
    "<image xlink:href='x' onerror='alert(1)'/>",
    "<animate attributeName='href' values='javascript:alert(1)'/>",
    "<set attributeName='onmouseover' to='alert(1)'/>",
    "<animateTransform onbegin='alert(1)' attributeName='transform'/>",
    "<animateMotion path='M0 0'><mpath href='#dg-x'/></animateMotion>",
    "<rect onclick='alert(1)' width='1' height='1'/>",
    "<g onload='alert(1)' onfocusin='alert(1)' tabindex='0'></g>",
    "<path d='M0 0' style='fill:url(https://evil.example/)'/>",
    "<path d='M0 0' fill='url(https://evil.example/#x)' filter='url(#x)' mask='url(#x)' clip-path='url(#x)'/>",
    "<path d='url(https://evil.example/)' transform='url(x)' marker-end='url(#x)'/>",
    "<rect x='expression(alert(1))' y='javascript:1' width='&#106;s' class='dg-ink bar dialog' id='main'/>",
    "<defs><marker id='dg-x'><path d='M0 0'/></marker></defs>",
    "<linearGradient id='dg-x'><stop stop-color='red'/></linearGradient>",
    "<filter id='dg-x'><feImage href='https://evil.example/x.png'/></filter>",
    "<pattern id='dg-x'></pattern><mask id='dg-y'></mask><clipPath id='dg-z'></clipPath><symbol id='i-x'></symbol>",
    "<handler type='text/javascript'>alert(1)</handler>",
    "<title id='outline'>x</title><desc id='i-check'>x</desc>",
    "<title><img src=x onerror=alert(1)></title>",
    "<title>&lt;/title&gt;<script>alert(1)</script></title>",
    "<title><svg><text>x</text></svg></title>",
    "<title><style><img title='</style><img src=x onerror=alert(1)>'></style></title>",
    "<desc><p title='</desc><img src=x onerror=alert(1)>'>x</p></desc>",
    "<desc><math><mi><style><img src=x onerror=alert(1)></style></mi></math></desc>",
    "<text><title>x</title><g><desc>y</desc></g></text><tspan>x</tspan>",
    "<svg onload=alert(1)><text>x</text></svg>",
    "<svg><svg><svg><path d='M0 0'/></svg></svg></svg>",
    "</p><style><a id='</style><img src=x onerror=alert(1)>'>",
    "<p><style><!--</style><a id='--><img src=x onerror=alert(1)>'>",
    "<p>out of the drawing<img src=x onerror=alert(1)></p>",
    "<b><table><tr><td><text>x</text></table></b>",
    "<table><td><g><text>x</text></g></td></table>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<math><annotation-xml encoding='text/html'><svg><text>x</text></svg></annotation-xml></math>",
    "<mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></mtext>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<font color=red face=x size=1><script>alert(1)</script></font>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<text><![CDATA[</text></svg><img src=x onerror=alert(1)>]]></text>",
    "<!--><img src=x onerror=alert(1)>--><?xml-stylesheet href='x'?><!DOCTYPE svg [<!ENTITY x 'y'>]>&x;",
    "<text>&lt;img src=x onerror=alert(1)&gt;</text>",
    "</svg><title>x</title><text>x</text><path d='M0 0'/>",
    "</figure><svg><text>x</text></svg>",
    "<text>never closed",
    "<g",
]
ATTACKS += DRAWINGS
ATTACKS += [f'<figure class="diagram"><svg>{drawing}</svg></figure>' for drawing in DRAWINGS]
ATTACKS += [
    f'<figure class="diagram"><svg viewBox="0 0 9 9" role="img" aria-labelledby="dg-a"><title id="dg-a">a</title>'
    f'<g class="dg-ink">{drawing}</g><text x="1">b</text></svg><figcaption>c</figcaption></figure>'
    for drawing in DRAWINGS
]
ATTACKS += [
    '<figure class="diagram"><svg onload="alert(1)" viewBox="0 0 1 1" xlink:role="img" xml:space="preserve"></svg>',
    '<figure class="diagram"><svg viewBox="url(x)" role="button" aria-labelledby="outline i-check" id="main"></svg>',
    '<figure class="diagram" onclick="alert(1)"><svg width="9" height="9" class="dg-ink" xmlns="x"></svg></figure>',
    '<figure class="diagram other"><div><svg><text>x</text></svg></div></figure>',
    "<figure><svg><text>x</text></svg></figure>",
    '<figure class="diagram"><figure><svg><text>x</text></svg></figure></figure>',
    '<math><figure class="diagram"><svg><text>x</text></svg></figure></math>',
    '<p><svg><text>x</text></svg><title>x</title><desc>x</desc><g><path d="M0 0"></g>',
    '<title><figure class="diagram"><svg></title><img src=x onerror=alert(1)></svg></figure>',
    '<table><figure class="diagram"><svg><g></table><text>x</text></g></svg></figure>',
]


class Reader(HTMLParser):
    """Collects what the allow-list does not name, or does not name at that place."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.violations: list[str] = []
        self.open: list[tuple[str, bool]] = []  # elements; is it a diagram?

    def handle_startendtag(self, tag, attrs):
        self.violations.append(f"<{tag}/>")  # the sanitiser writes none, and HTML knows none

    def handle_endtag(self, tag):
        if not self.open or self.open.pop()[0] != tag:
            self.violations.append(f"</{tag}>")

    def is_in_place(self, tag) -> bool:
        names = [name for name, _ in self.open]
        if "svg" in names:
            return tag in CHILDREN.get(names[-1], ())
        if tag == "svg":
            return [is_diagram for name, is_diagram in self.open if name == "figure"][-1:] == [True]
        return tag in TAGS

    def handle_starttag(self, tag, attrs):
        if not self.is_in_place(tag):
            self.violations.append(f"<{tag}>")
        if tag not in VOID:
            self.open.append((tag, ("class", "diagram") in attrs))
        for name, value in attrs:
            value = value or ""
            if tag in DIAGRAM_ATTRIBUTES and name == "class":
                allowed = tag in DRAWN and set(value.split()) <= DIAGRAM_CLASSES
            elif tag in DIAGRAM_ATTRIBUTES:
                name = {"viewbox": "viewBox"}.get(name, name)  # HTMLParser knows small letters only
                allowed = name in DIAGRAM_ATTRIBUTES[tag] and is_diagram_value(name, value)
            elif name == "class":
                allowed = set(value.split()) <= CLASSES.get(tag, set())
            elif name == "align":
                allowed = tag in ("td", "th") and value in ALIGNMENTS
            elif name == "id" and tag == "div":
                allowed = re.fullmatch(r"tab-\d+-[\w-]+|mark-\d+-\d+", value)
            elif name == "popovertarget":
                allowed = tag == "button" and re.fullmatch(r"mark-\d+-\d+", value)
            elif name in ("data-line", "data-note"):
                allowed = tag in ("span", "button") and value.isdigit()
            elif name == "popover":
                allowed = tag == "div" and value == "auto"
            elif name == "type":
                allowed = tag == "button" and value == "button"
            elif name == "role":
                allowed = tag == "aside" and value == "note"
            elif name == "href":
                allowed = tag == "a" and urlsplit(value.strip()).scheme in ("", "http", "https", "mailto")
            elif name == "src":
                allowed = tag == "img" and value.startswith("/") and not value.startswith("//")
            else:
                allowed = name in ATTRIBUTES.get(tag, set())
            if not allowed:
                self.violations.append(f"<{tag} {name}={value!r}>")

    def handle_comment(self, data):
        self.violations.append(f"<!--{data}-->")

    def handle_pi(self, data):
        self.violations.append(f"<?{data}>")


def violations(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.violations


def test_the_reader_of_these_tests_finds_what_is_not_allowed():
    html = (
        '<p class="bar" onclick="x"><script></script><!-- --><a href="javascript:x">x</a></p><svg></svg>'
        '<title>x</title><figure class="diagram"><svg><a href="/x">x</a>'
        '<rect style="x"></rect><path d="url(x)" /></svg></figure></b><div id="tab">'
    )

    assert violations(html) == [
        "<p class='bar'>", "<p onclick='x'>", "<script>", "<!-- -->", "<a href='javascript:x'>", "<svg>", "<title>",
        "<a>", "<rect style='x'>", "<path/>", "</b>",
        "<div id='tab'>",
    ]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_leave_nothing_but_what_is_allowed(attack):
    alone = render(attack).html
    nested = render(f"text\n\n- {attack}\n\n!!! note\n    {attack}\n\n> {attack}\n\n| a |\n|---|\n| {attack} |\n").html

    assert violations(alone) == []
    assert violations(nested) == []


def test_a_diagram_keeps_its_shapes_words_and_names():
    svg = (
        '<svg viewBox="0 0 40 20" role="img" aria-labelledby="dg-a-title dg-a-desc">'
        '<title id="dg-a-title">A &amp; b</title><desc id="dg-a-desc">More.</desc>'
        '<g class="dg-ink" transform="translate(1 -2.5) rotate(90)">'
        '<path class="dg-line dg-dashed" d="M0 0h3.5L-1e1,2z"></path>'
        '<rect x="1" y="2" width="3" height="4" rx="1" ry="1"></rect><circle cx="1" cy="1" r="1"></circle>'
        '<line x1="0" y1="0" x2="1" y2="1"></line><polyline points="0,0 1,1"></polyline>'
        '<polygon points="0,0 1,1 2,0"></polygon></g>'
        '<text class="dg-label dg-middle" x="1" y="2" dx="1" dy="1">One <tspan x="1" dy="9">two</tspan></text></svg>'
    )
    html = f'<figure class="diagram">{svg}<figcaption>c</figcaption></figure>'

    assert render(html).html == html
    assert render(html).problems == []


def test_what_is_no_diagram_keeps_nothing_of_a_drawing():
    assert sanitise("<p>a <svg><text>b</text></svg>c</p><title>d</title>") == "<p>a c</p>"
    assert sanitise('<figure class="diagram"><svg><a href="/x">x</a><text>y<b>z</b></text></svg></figure>') == (
        '<figure class="diagram"><svg><text>y</text></svg><b>z</b></figure>'
    )


def test_ids_of_a_diagram_are_its_own():
    html = render(
        '## dg-a\n\n## b {#dg-b}\n\n<figure class="diagram"><svg><title id="outline">x</title></svg></figure>'
    ).html

    assert 'id="outline"' not in html
    assert [found for found in re.findall(r'id="([^"]+)"', html) if found in ("dg-a", "dg-b")] == []
    assert not DIAGRAM_ID.fullmatch("outline")


def test_every_class_of_a_diagram_has_a_rule_and_an_explanation():
    root = Path(settings.BASE_DIR)

    drawn = set(re.findall(r"\.(dg-[a-z]+)", (root / "static/css/diagram.css").read_text()))
    explained = set(re.findall(r"`(dg-[a-z]+)`", (root / "docs/authoring.md").read_text()))

    assert (drawn, explained & DIAGRAM_CLASSES) == (DIAGRAM_CLASSES, DIAGRAM_CLASSES)


PIECES = [*ATTACKS, "\n\n", '\n=== "a"\n    ', "    ", "> ", "- ", "```", "`", "<", ">", '"', "&", "]", "("]


@hypothesis(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=8))
def test_no_mixture_of_markdown_and_html_gets_through(parts):
    rendered = render("".join(parts))

    assert violations(rendered.html) == []


@hypothesis(max_examples=200, deadline=None)
@given(st.text(alphabet="#`!~>|-=*_[]()<>{}:\"' \n\tabc1./", max_size=80))
def test_render_survives_any_text(text):
    rendered = render(text)

    assert sanitise(rendered.html) == rendered.html
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in rendered.problems)
