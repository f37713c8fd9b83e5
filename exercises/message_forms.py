"""What somebody writes about an entry of a scenario, learner or staff."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from exercises.models import EntryMessage


class MessageForm(forms.Form):
    """One text. The templates write the text area."""

    MAX_TEXT = EntryMessage.MAX_TEXT

    text = forms.CharField(
        max_length=MAX_TEXT,
        error_messages={
            "required": _("Write something first."),
            "max_length": _("This is longer than %(limit_value)d characters. Please say it shorter."),
        },
    )

    def __init__(self, data: Mapping[str, str]) -> None:
        # A browser counts a line end as one character, and sends two.
        super().__init__({"text": data.get("text", "").replace("\r\n", "\n")})

    @property
    def typed(self) -> str:
        return str(self.data["text"])

    @property
    def problem(self) -> str:
        """What is wrong with it, "" where nothing is."""
        return " ".join(str(error) for error in self.errors.get("text", []))
