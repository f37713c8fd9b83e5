"""Form fields for what an exercise has several of: files, hints, and values by name.

They need no script; with one (js/admin/rows.js) more than one more can be added at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from courses.admin.forms import SeveralTextsField
from exercises import files
from exercises.content import MAX_FILES, is_path
from exercises.exercise_files import to_toml
from exercises.toml_documents import Document, TomlError

MAX_ROWS = 50  # that are read of a form

Row = tuple[str, str]  # path and text


def with_empty_row(rows: list[Any], empty: Any, *, most: int) -> dict[str, Any]:
    """For a template: `rows` to show, their `total`, whether the last one is an *empty* one more (`has_more`), and
    how many there can be at `most`.
    """
    has_more = len(rows) < most
    shown = [*rows, empty] if has_more else rows
    return {"rows": shown, "total": len(shown), "has_more": has_more, "most": most}


class FilesWidget(forms.Widget):
    """A name and a text area for each file, a box to remove it, and an empty pair for one more."""

    template_name = "admin/exercises/_files.html"

    def format_value(self, value: Any) -> list[Row]:
        return list(value.items()) if isinstance(value, Mapping) else list(value or [])

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = with_empty_row(self.format_value(value), ("", ""), most=MAX_FILES)
        context["rows"] = [
            {"prefix": f"{name}-{index}", "path": path, "text": text, "height": min(max(text.count("\n") + 2, 5), 40)}
            for index, (path, text) in enumerate(context["rows"])
        ]
        return render_to_string(self.template_name, {"name": name, **context})

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        rows = (
            (data.get(f"{name}-{index}-path", "").strip(), data.get(f"{name}-{index}-text", ""))
            for index in range(_total(data, name))
            if f"{name}-{index}-remove" not in data
        )
        return [(path, text) for path, text in rows if path or text.strip()]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-total" not in data


class FilesField(SeveralTextsField):
    """{path: text}."""

    widget = FilesWidget

    def texts(self, value: Any) -> dict[str, str]:
        return dict(FilesWidget().format_value(value))

    def clean(self, value: Iterable[Row]) -> dict[str, str]:
        texts: dict[str, str] = {}
        problems = []
        for path, text in value:
            if not path:
                problems.append(gettext("A file has a text and no name."))
            elif not is_path(path):
                problems.append(
                    gettext("%(path)s is no path such as main.py or shop/stock.py.") % {"path": files.shown(path)}
                )
            elif path in texts:
                problems.append(gettext("%(path)s is there twice.") % {"path": path})
            texts[path] = text.replace("\r\n", "\n")
        if problems:
            raise ValidationError(problems)
        return texts


class TextsWidget(forms.Widget):
    """A text area for each text and an empty one for one more; a text that is emptied goes."""

    template_name = "admin/exercises/_texts.html"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string(self.template_name, {"name": name, **with_empty_row(value or [], "", most=MAX_ROWS)})

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        texts = (data.get(f"{name}-{index}", "") for index in range(_total(data, name)))
        return [text for text in texts if text.strip()]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-total" not in data


class TextsField(SeveralTextsField):
    """[text, …] in order."""

    widget = TextsWidget

    def texts(self, value: Any) -> dict[str, str]:
        return {"": "\n\n".join(value or [])}

    def clean(self, value: list[str]) -> list[str]:
        return value


class TomlField(forms.CharField):
    """{name: value}, written as lines of TOML; the text itself where that is none, which a draft may have."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return to_toml(value) if isinstance(value, Mapping) else value

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").replace("\r\n", "\n")
        try:
            return Document(text).values
        except TomlError:
            return text


def _total(data: Mapping[str, Any], name: str) -> int:
    """How many rows the form had; what a browser sends is not believed."""
    total = str(data.get(f"{name}-total", "0"))
    return min(int(total), MAX_ROWS) if total.isdecimal() and len(total) < 6 else 0
