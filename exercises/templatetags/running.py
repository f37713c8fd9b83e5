"""What pages need to run code: in a lesson's listings, and on the exercise page."""

from typing import Any

from django import template
from django.utils.translation import gettext

from exercises.models import Exercise, ExerciseVersion
from exercises.pages import device_key
from exercises.trial_forms import RequestFields
from exercises.trying import program_of_exercise

register = template.Library()

NO_ID = "00000000-0000-0000-0000-000000000000"
RUN_WORD = '<span class="run-word">{}</span>'


@register.filter
def with_run_words(html: str) -> str:
    """*html* of a lesson as courses.rendering made it, with its Run links in the reader's language."""
    return html.replace(RUN_WORD.format("Run"), RUN_WORD.format(gettext("Run")))


@register.inclusion_tag("exercises/_run_tools.html", takes_context=True)
def run_tools(context: dict[str, Any]) -> dict[str, Any]:
    """Where the script is that runs code in the page, and what it says. No query."""
    request = context["request"]
    nonce, key = request.csp_nonce, device_key(request)
    return {"assets": context["assets"], "trial": NO_ID, "nonce": nonce, "device_key": key}


@register.inclusion_tag("exercises/_exercise_run.html")
def exercise_run(exercise: Exercise, version: ExerciseVersion, form: str) -> dict[str, Any]:
    """The request line of an exercise and the place for what comes of a run; *form* is the id of the files' form."""
    program = program_of_exercise(exercise, version)
    return {"request": RequestFields.of(program.kind, program.request), "form": form}
