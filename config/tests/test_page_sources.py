"""What must hold for every template, style sheet and script, whatever page they are on."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings

from config.assets import build_style_sheets, compact
from exercises.outcomes import LOOKS
from exercises.results import ROW_LOOKS

TEMPLATES = sorted(path for path in (settings.BASE_DIR / "templates").rglob("*.html") if "admin" not in path.parts)
ICONS = settings.BASE_DIR / "templates" / "components" / "_icons.html"

# Each would be stopped by the Content-Security-Policy, or would need a hole in it.
INLINE = re.compile(r"<style\b|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:src|href)=\"(?:https?:)?//", re.IGNORECASE)


def relative(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_has_nothing_inline_and_nothing_from_elsewhere(path):
    text = path.read_text()

    assert (INLINE.findall(text), ELSEWHERE.findall(text)) == ([], [])


def test_fragments_say_what_they_need():
    silent = [relative(path) for path in TEMPLATES if path.name.startswith("_") and "Needs:" not in path.read_text()]

    assert silent == ["templates/components/_icons.html"]  # it needs nothing, and says how it is used


@pytest.mark.parametrize(
    ("sheets", "most_bytes"),
    [(["site.css"], 12_000), (["site.css", "exercises.css"], 14_000)],
    ids=["all", "exercises"],
)
def test_style_sheets_keep_to_their_budgets(tmp_path, sheets, most_bytes):
    build_style_sheets(settings.BASE_DIR / "static" / "css", tmp_path, fonts=True)

    assert sum(len(brotli.compress((tmp_path / sheet).read_bytes())) for sheet in sheets) <= most_bytes


@pytest.mark.parametrize(
    ("css", "compacted"),
    [
        ("/* a */\na {\n  color: red;\n  margin: 0 auto;\n}\n", "a{color:red;margin:0 auto}"),
        (".a :is(b, c) > d { width: calc(1px + 2px); }", ".a :is(b,c) > d{width:calc(1px + 2px)}"),
        ("a :hover { b: c } a:hover{}", "a :hover{b:c}a:hover{}"),
        ('a::before { content: "a ;  b" / ""; }', 'a::before{content:"a ;  b" / ""}'),
        ("@media (min-width: 1px) and (x) { :root { --a: light-dark(#FFF, #000); } }",
         "@media (min-width:1px) and (x){:root{--a:light-dark(#FFF,#000)}}"),
    ],
)  # fmt: skip
def test_style_sheet_is_compacted_without_changing_what_it_says(css, compacted):
    assert compact(css) == compacted


def test_style_sheet_names_no_fonts_that_were_not_built(tmp_path):
    build_style_sheets(settings.BASE_DIR / "static" / "css", tmp_path, fonts=False)

    assert ".woff2" not in (tmp_path / "site.css").read_text()


def test_every_icon_that_is_named_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="i-([a-z-]+)"', ICONS.read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'_icon\.html" with name="([^"]+)"', path.read_text())}
    named |= {name for path in (settings.BASE_DIR / "static/js").rglob("*.js")
              for name in re.findall(r"#i-([a-z-]+)", path.read_text())}  # fmt: skip
    named |= {look.icon for look in LOOKS.values()} | {icon for _, _, icon in ROW_LOOKS.values()}

    assert named - drawn == set()
