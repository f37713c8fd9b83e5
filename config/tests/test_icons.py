"""The icons of pages."""

import re

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError

ICON = '<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>'


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('{% icon "check" %}', "check"),
        ("{% icon 'check' %}", "check"),
        ("{% icon known %}", "cross"),
        ('{% icon unknown|default:"copy" %}', "copy"),
        ("{% icon hostile %}", "&lt;b&gt;&quot;"),
    ],
)
def test_icon_is_one_of_the_sprite(source, name):
    template = Template(source)

    assert template.render(Context({"known": "cross", "hostile": '<b>"'})) == ICON.format(name)


@pytest.mark.parametrize("source", ["{% icon %}", '{% icon "check" "cross" %}', '{% icon "check %}'])
def test_icon_takes_one_name(source):
    with pytest.raises(TemplateSyntaxError):
        Template(source)


def test_every_icon_that_a_template_names_is_in_the_sprite():
    texts = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")]
    named = {name for text in texts for name in re.findall(r"""\{% icon ["']([^"']+)["'] %\}""", text)}
    sprite = (settings.BASE_DIR / "templates" / "components" / "_icons.html").read_text()
    symbols = set(re.findall(r'<symbol id="i-([^"]+)"', sprite))

    assert named - symbols == set()
