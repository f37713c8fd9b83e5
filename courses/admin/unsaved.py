"""How text that somebody typed and did not save differs from the form that offers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms
from django.utils.choices import flatten_choices
from django.utils.datastructures import MultiValueDict

from courses.admin.forms import SeveralTextsField
from courses.diffs import OF_PROSE, FileDiff, diffs_of
from courses.models import WorkingCopy

# Whoever opens a form waits for this.
OF_FORMS = replace(OF_PROSE, steps=5_000_000)


# Of the choices of each field, what readers know them by.
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A copy, and what is different between it and a form, by the names of the fields; none where nothing is."""

    copy: WorkingCopy
    diffs: Sequence[FileDiff]


def compared(copies: Iterable[WorkingCopy], form: forms.BaseForm) -> list[Unsaved]:
    """*form* is one that is shown, with what it begins with. A query for each of its fields that offer rows."""
    copies = list(copies)
    names = {
        bound.html_name: _names_in(bound.field)
        for bound in (form.visible_fields() if copies else [])
        if isinstance(bound.field, forms.ChoiceField)
    }
    return [_compared(copy, form, names) for copy in copies]


def _names_in(field: forms.ChoiceField) -> dict[str, str]:
    choices: Any = flatten_choices(cast(Any, field.choices))
    return {str(key): str(name) for key, name in choices}


def _compared(copy: WorkingCopy, form: forms.BaseForm, names: Names) -> Unsaved:
    typed: MultiValueDict[str, str] = MultiValueDict(copy.content or {})
    here: dict[str, str] = {}
    there: dict[str, str] = {}
    for bound in form.visible_fields():
        field, name = bound.field, bound.html_name
        if field.widget.value_omitted_from_data(typed, MultiValueDict(), name):
            continue
        value = field.prepare_value(field.widget.value_from_datadict(typed, MultiValueDict(), name))
        for texts, found in ((here, bound.value()), (there, value)):
            texts.update(_texts(field, str(bound.label), found, names.get(name, {})))
    return Unsaved(copy, [diff for diff in diffs_of(here, there, OF_FORMS) if not diff.is_same])


def _texts(field: forms.Field, label: str, value: Any, names: Mapping[str, str]) -> dict[str, str]:
    if isinstance(field, SeveralTextsField):
        return {f"{label}: {name}" if name else label: text for name, text in field.texts(value).items()}
    text = "" if value is None else str(value)
    return {label: names.get(text, text)}
