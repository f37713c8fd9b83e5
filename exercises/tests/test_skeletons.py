"""What the editor of cases offers for a kind can be saved as it is."""

import json

import pytest

from exercises.admin.forms import ExerciseForm, FamilyForm
from exercises.admin.skeletons import SKELETONS
from exercises.answers import ANSWERED
from exercises.cases import check_alone
from exercises.models import ExerciseVersion
from exercises.tests.content import content


@pytest.mark.parametrize("kind", ExerciseVersion.Kind)
def test_skeletons_of_all_kinds_are_without_problems(kind):
    written = {"kind": kind.value, "cases_toml": SKELETONS[kind], "solution_markdown": "The model answer.\n"}
    if kind in ANSWERED:
        written |= {"framework": "", "starter": {}, "solution": {}, "wrong": {}}
    else:
        written |= {"framework": {"http": "flask", "streamlit": "streamlit"}.get(kind.value, ""), "wrong": {}}

    assert content(**written).problems() == []


@pytest.mark.parametrize("kind", [kind for kind in ExerciseVersion.Kind if kind not in ANSWERED])
def test_families_can_begin_with_one(kind):
    check_alone(SKELETONS[kind])


@pytest.mark.django_db
@pytest.mark.parametrize("form", [ExerciseForm, FamilyForm])
def test_both_forms_have_them_for_the_editor(form):
    data = json.loads(form().fields["cases_toml"].widget.attrs["data-skeletons"])

    assert data["choice"] == ["Questions", SKELETONS[ExerciseVersion.Kind.CHOICE]]
    assert data.keys() == set(ExerciseVersion.Kind.values)
