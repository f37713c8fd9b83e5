"""The form of the exercise page: a textarea a file, named file:<path>."""

from typing import Any

from django import forms

from exercises.files import problems_of
from exercises.models import ExerciseVersion

PREFIX = "file:"
DRAFT_VERSION = "draft-version"


class FilesForm(forms.Form):
    """The template writes the text areas itself, with the texts to edit; checking is all that is done here."""

    def __init__(self, version: ExerciseVersion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version

    @property
    def texts(self) -> dict[str, str]:
        """The files by path, with the line ends that Python programs have.

        Also of a form with errors: a learner's text is shown again whatever is wrong with it.
        """
        texts = {path: self.data.get(PREFIX + path, starter) for path, starter in self.version.starter.items()}
        return {path: text.replace("\r\n", "\n").replace("\r", "\n") for path, text in texts.items()}

    @property
    def draft_version(self) -> int:
        """The version of the draft that the texts come from; 0 where there was none."""
        text = self.data.get(DRAFT_VERSION, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def clean(self) -> dict[str, Any]:
        missing = [path for path in self.version.starter if PREFIX + path not in self.data]
        files = {path: text for path, text in self.texts.items() if path not in missing}
        for problem in problems_of(files, expected=self.version.starter).values():
            self.add_error(None, problem)
        return self.cleaned_data
