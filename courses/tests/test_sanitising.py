"""Whatever staff (or somebody with a staff login) writes, nothing that runs reaches a page."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    "<details open ontoggle=alert(1)>x</details>",
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


class Reader(HTMLParser):
    """Collects what the allow-list does not name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.violations: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.violations.append(f"<{tag}>")
        for name, value in attrs:
            value = value or ""
            if name == "class":
                allowed = set(value.split()) <= CLASSES.get(tag, set())
            elif name == "align":
                allowed = tag in ("td", "th") and value in ALIGNMENTS
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
    html = '<p class="bar" onclick="x"><script></script><!-- --><a href="javascript:x">'

    assert violations(html) == ["<p class='bar'>", "<p onclick='x'>", "<script>", "<!-- -->", "<a href='javascript:x'>"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_leave_nothing_but_what_is_allowed(attack):
    alone = render(attack).html
    nested = render(f"text\n\n- {attack}\n\n!!! note\n    {attack}\n\n> {attack}\n\n| a |\n|---|\n| {attack} |\n").html

    assert violations(alone) == []
    assert violations(nested) == []


PIECES = [*ATTACKS, "\n\n", "    ", "> ", "- ", "```", "`", "<", ">", '"', "&", "]", "("]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=8))
def test_no_mixture_of_markdown_and_html_gets_through(parts):
    rendered = render("".join(parts))

    assert violations(rendered.html) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="#`!~>|-=*_[]()<>{}:\"' \n\tabc1./", max_size=80))
def test_render_survives_any_text(text):
    rendered = render(text)

    assert sanitise(rendered.html) == rendered.html
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in rendered.problems)
