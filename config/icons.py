"""`{% icon "check" %}`, in every template: one icon of the sprite, silent for screen readers.

A page has dozens of them. A name that stands in the template becomes a text when the template is read.
"""

from django import template
from django.template.base import FilterExpression, Node, Parser, TextNode, Token
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


def svg(name: str) -> SafeString:
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


class IconNode(Node):
    def __init__(self, name: FilterExpression) -> None:
        self.name = name

    def render(self, context: Context) -> SafeString:
        return svg(self.name.resolve(context))


@register.tag
def icon(parser: Parser, token: Token) -> Node:
    try:
        _, text = token.split_contents()
    except ValueError:
        raise template.TemplateSyntaxError("icon takes a name, as in components/_icons.html") from None
    name = parser.compile_filter(text)
    return IconNode(name) if name.is_var else TextNode(svg(name.resolve(Context())))
