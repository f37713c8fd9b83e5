"""Shows files of code."""

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound


def highlighted(path: str, text: str) -> str:
    """*text* as HTML, escaped, coloured by the classes of pygments.css in the language that *path* tells."""
    try:
        lexer = get_lexer_for_filename(path, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    return highlight(text, lexer, HtmlFormatter(cssclass="hl", wrapcode=True))
