"""Plain sentences for the exceptions that learners meet most. Python's own words are shown beside them, unchanged."""

from django.utils.translation import gettext_lazy

EXPLANATIONS = {
    "SyntaxError": gettext_lazy(
        "Python cannot read this line; often a bracket, a quote or a colon is missing on it or just before."
    ),
    "IndentationError": gettext_lazy("The spaces at the beginning of this line do not fit the lines around it."),
    "TabError": gettext_lazy("This block is indented with tabs and spaces mixed; use four spaces everywhere."),
    "NameError": gettext_lazy(
        "The code uses a name that does not exist here: look for a typing error or a missing import."
    ),
    "UnboundLocalError": gettext_lazy("The function reads a variable before it has given it a value."),
    "TypeError": gettext_lazy(
        "A value has the wrong type for what is done with it, or a call has too many or too few arguments."
    ),
    "AttributeError": gettext_lazy(
        "The object has no such attribute or method: look at its spelling and at what the object is."
    ),
    "KeyError": gettext_lazy("The dictionary has no such key; `.get()` or `in` can ask for it without an error."),
    "IndexError": gettext_lazy("The list is shorter than the position that was asked for."),
    "ValueError": gettext_lazy("The value has the right type, but its content does not fit."),
    "ModuleNotFoundError": gettext_lazy(
        "There is no module of that name here: look at its spelling, and at what is installed."
    ),
    "ImportError": gettext_lazy("The module exists, but does not offer that name."),
    "ZeroDivisionError": gettext_lazy("Something is divided by zero."),
    "RecursionError": gettext_lazy("A function calls itself again and again without an end."),
}


def explain(exception: str) -> str:
    """One sentence about an exception's class, given as Python prints it (`KeyError`, `json.decoder.JSONDecodeError`).

    "" for one that we have no sentence for.
    """
    return str(EXPLANATIONS.get(exception.rpartition(".")[2], ""))


def last_line(exception: str, message: str) -> str:
    """The last line of the traceback, as Python prints it: it can be searched for."""
    return f"{exception}: {message}" if message else exception
