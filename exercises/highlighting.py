"""Shows files of code."""

import re
from collections.abc import Mapping

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

# Lines of nothing but blanks: on a long run of them the Python lexer takes quadratic time: minutes for 64 KiB.
_BLANKS = re.compile(r"^[^\S\n]+$", re.MULTILINE)


def highlighted(path: str, text: str) -> str:
    """*text* as HTML, escaped, coloured by the classes of pygments.css in the language that *path* tells."""
    try:
        lexer = get_lexer_for_filename(path, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    text = _BLANKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))  # as the lexer would read line ends
    return highlight(text, lexer, HtmlFormatter(cssclass="hl", wrapcode=True))


def shown_files(files: Mapping[str, str]) -> list[dict[str, str]]:
    """Files as a template shows them: path, text and html of each."""
    return [{"path": path, "text": text, "html": highlighted(path, text)} for path, text in files.items()]
