"""Drafts, families and publishing."""

from dataclasses import asdict

import pytest

from courses.addresses import rename_course
from courses.images import add_image
from courses.publishing import PublishRefused
from courses.tests.test_images import picture
from exercises import limits
from exercises.addresses import rename_exercise
from exercises.content import InvalidContent
from exercises.models import Exercise, ExerciseCheck, ExerciseVersion, Family
from exercises.tests.builders import make_lesson, make_user
from exercises.tests.content import CASES, FAMILY, SOLUTION, STARTER, content
from exercises.versions import (
    InvalidFamily,
    problems_of_draft,
    problems_of_family,
    publish_exercise,
    publish_family,
    save_exercise_draft,
    save_family,
    unpublish_exercise,
)
from sandbox import Limits

pytestmark = pytest.mark.django_db


@pytest.fixture
def exercise():
    return Exercise.objects.create(lesson=make_lesson(), slug="health")


def green(version):
    ExerciseCheck.objects.create(version=version, status=ExerciseCheck.Status.PASSED)


def test_pictures_of_an_exercise_have_the_new_address_of_a_renamed_course(exercise):
    name = add_image(course=exercise.lesson.course, data=picture()).name
    version = save_exercise_draft(exercise=exercise, content=content(prompt_markdown=f"![Frogs](images/{name})\n"))

    rename_course(course=exercise.lesson.course, slug="renamed")

    version.refresh_from_db()
    assert f'src="/courses/renamed/images/{name}?v=' in version.instructions_html


def test_links_to_exercises_are_checked_in_all_texts_of_one(exercise):
    rename_exercise(exercise=exercise, slug="renamed")
    texts = {
        "prompt_markdown": "[a](/exercises/renamed/)\n\n[b](/exercises/nothing-here/)\n",
        "hints": ["[a](/exercises/health/solution)", "[b](/exercises/health/nothing)"],
        "solution_markdown": "Text.\n[a](/courses/nix/)\n",
    }

    save_exercise_draft(exercise=exercise, content=content(**texts))

    nowhere = 'The link "{}" leads nowhere: no course, lesson or exercise has this address.'
    assert [(one.field, one.path, one.line, one.message) for one in problems_of_draft(exercise)] == [
        ("prompt_markdown", "", 3, nowhere.format("/exercises/nothing-here/")),
        ("hints", "2", 1, nowhere.format("/exercises/health/nothing")),
        ("solution_markdown", "", 2, nowhere.format("/courses/nix/")),
    ]


def test_save_draft_makes_a_version_with_cases_and_html(exercise):
    author = make_user()

    version = save_exercise_draft(exercise=exercise, content=content(), author=author, note="First")

    exercise.refresh_from_db()
    assert (exercise.draft, exercise.published) == (version, None)
    assert (version.number, version.created_by, version.note) == (1, author, "First")
    assert version.instructions_html == "<p>Answer <code>GET /health</code>.</p>"
    assert [case["name"] for case in version.cases] == ["GET /health answers 200", "The body says ok"]


def test_save_draft_of_the_same_content_makes_no_version(exercise):
    first = save_exercise_draft(exercise=exercise, content=content())

    again = save_exercise_draft(
        exercise=exercise,
        content=content(
            prompt_markdown="\r\nAnswer `GET /health`.\r\n\r\n",
            starter={"main.py": STARTER.replace("\n", "\r\n")},
            title=" A  health check ",
        ),
    )
    other = save_exercise_draft(exercise=exercise, content=content(hints=["Think."]))

    assert (again, other.number, ExerciseVersion.objects.count()) == (first, 2, 2)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": ""}, ("title", "", None)),
        ({"title": "x" * 201}, ("title", "", None)),
        ({"kind": "essay"}, ("kind", "", None)),
        ({"framework": "rails"}, ("framework", "", None)),
        ({"difficulty": "brutal"}, ("difficulty", "", None)),
        ({"starter": {"main.py": "", "../b.py": ""}}, ("starter", "../b.py", None)),
        ({"starter": {"main.py": "", "/etc/b.py": ""}}, ("starter", "/etc/b.py", None)),
        ({"starter": {"main.py": "", "a//b.py": ""}}, ("starter", "a//b.py", None)),
        ({"starter": {"main.py": "", ".hidden": ""}}, ("starter", ".hidden", None)),
        ({"starter": {"main.py": "", "a\\b.py": ""}}, ("starter", "a\\b.py", None)),
        ({"starter": {"main.py": "x" * 65537}}, ("starter", "main.py", None)),
        ({"starter": {"main.py": "\0"}}, ("starter", "main.py", None)),
        ({"limits": "\0"}, ("limits", "", None)),
    ],
)
def test_save_draft_refuses_what_cannot_be_stored_and_says_where(exercise, changes, problem):
    with pytest.raises(InvalidContent) as caught:
        save_exercise_draft(exercise=exercise, content=content(**changes))

    assert problem in [(found.field, found.path, found.line) for found in caught.value.problems]
    assert ExerciseVersion.objects.count() == 0


MISTAKES = [
    ({"framework": ""}, ("framework", "", None)),
    ({"prompt_markdown": " \n"}, ("prompt_markdown", "", None)),
    ({"hints": ["a", " \n"]}, ("hints", "", None)),
    ({"limits": {"wall_seconds": 0}}, ("limits", "", None)),
    ({"limits": {"wall_seconds": True}}, ("limits", "", None)),
    ({"limits": {"memory_bytes": 2e8}}, ("limits", "", None)),
    ({"limits": {"network": 1}}, ("limits", "", None)),
    ({"limits": "a = 1\nwall_seconds: 5\n"}, ("limits", "", 2)),
    ({"starter": {}, "solution": {}}, ("starter", "", None)),
    ({"solution": {"main.py": SOLUTION, "b.py": ""}}, ("solution", "", None)),
    ({"wrong": {"Wrong.py": "# fails: The body says ok"}}, ("wrong", "Wrong.py", None)),
    ({"wrong": {"a.py": "x = 1"}}, ("wrong", "a.py", 1)),
    ({"wrong": {"a.py": "# fails: Something else"}}, ("wrong", "a.py", 1)),
    ({"cases_toml": ""}, ("cases_toml", "", None)),
    ({"cases_toml": CASES + "why = 1"}, ("cases_toml", "", 11)),
    ({"params": {"answer": 1}}, ("cases_toml", "", None)),
    ({"params": "answer = = 1\n"}, ("params", "", 1)),
    ({"kind": "choice", "framework": "", "starter": {}, "solution": {}, "wrong": {}, "cases_toml": "a ="},
     ("cases_toml", "", 1)),
    ({"kind": "choice"}, ("starter", "", None)),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "problem"), MISTAKES)
def test_a_draft_with_mistakes_is_saved_and_is_not_published(exercise, changes, problem):
    version = save_exercise_draft(exercise=exercise, content=content(**changes))
    green(version)

    with pytest.raises(PublishRefused) as refusal:
        publish_exercise(exercise=exercise)

    assert problem in [(found.field, found.path, found.line) for found in problems_of_draft(exercise)]
    assert refusal.value.problems
    assert (version.is_complete, version.cases, version.sheet) == (False, [], {})
    assert not Exercise.objects.get().published


def test_a_draft_that_is_mended_is_complete_and_learners_keep_what_they_have_meanwhile(exercise):
    published = save_exercise_draft(exercise=exercise, content=content())
    green(published)
    publish_exercise(exercise=exercise)

    broken = save_exercise_draft(exercise=exercise, content=content(cases_toml="a = ["))
    between = Exercise.objects.get().published
    mended = save_exercise_draft(exercise=exercise, content=content())

    assert (published.is_complete, broken.is_complete, mended.is_complete) == (True, False, True)
    assert (broken.number, mended.number, between) == (2, 3, published)
    assert mended.cases == published.cases


def test_a_draft_from_before_a_rule_has_to_be_saved_once_more(exercise):
    save_exercise_draft(exercise=exercise, content=content())
    ExerciseVersion.objects.update(cases=[])  # as it would be if its content had had a mistake then

    with pytest.raises(PublishRefused) as refusal:
        publish_exercise(exercise=exercise, check=False)

    assert "save it once more" in refusal.value.problems[0].message


def test_limits_are_fields_of_the_sandbox_and_every_bound_is_accepted():
    assert limits.RANGES.keys() == Limits.__dataclass_fields__.keys()
    assert asdict(Limits()) == limits.DEFAULTS
    for bound in ("low", "high"):
        assert Limits(**{name: getattr(allowed, bound) for name, allowed in limits.RANGES.items()})


@pytest.fixture
def member(exercise):
    family = Family(course=exercise.lesson.course, slug="health")
    save_family(family=family, cases_toml=FAMILY)
    save_exercise_draft(
        exercise=exercise, content=content(cases_toml="", family=family, params={"answer": True}, wrong={})
    )
    publish_exercise(exercise=exercise, check=False)
    return exercise


def test_save_family_resolves_its_members_and_learners_keep_the_published_version(member):
    published = member.published

    (draft,) = save_family(family=Family.objects.get(), cases_toml=FAMILY.replace("200", "201"))

    member.refresh_from_db()
    assert (member.draft, member.published) == (draft, published)
    assert [version.cases[0]["expect"]["status"] for version in (draft, published)] == [[201], [200]]


def test_save_family_that_changes_nothing_makes_no_version(member):
    save_family(family=Family.objects.get(), cases_toml=FAMILY + "\n")

    assert member.versions.count() == 1


@pytest.mark.parametrize(
    ("cases_toml", "slug", "message"),
    [
        ("a =", "", "line 1: not valid TOML: Invalid value"),
        (FAMILY.replace("[params]", "[params]\nmore = 'x'"), "health", "The family asks for more: x"),
        (FAMILY.replace("status", "stats"), "health",
         "line 7: unknown key 'stats'; expect knows at_least_ms, component, content_type, figure, headers, "
         "json, status, text_contains, within_ms"),
    ],
)  # fmt: skip
def test_cases_of_a_family_with_mistakes_are_saved_and_keep_its_members_from_being_published(
    member, cases_toml, slug, message
):
    published, family = member.published, Family.objects.get()

    (draft,) = save_family(family=family, cases_toml=cases_toml)
    green(draft)
    with pytest.raises(PublishRefused, match=r"^health: "):
        publish_family(family=family)
    mended = save_family(family=family, cases_toml=FAMILY)

    assert [str(problem) for problem in problems_of_family(Family(pk=family.pk, cases_toml=cases_toml))[slug]] == [
        message
    ]
    assert (draft.is_complete, [version.is_complete for version in mended]) == (False, [True])
    assert Exercise.objects.get().published == published


def test_mistakes_of_a_member_alone_are_none_of_its_family(member):
    family = Family.objects.get()
    own = content(cases_toml="", family=family, params={"answer": True}, hints=[""], wrong={"a.py": "x = 1\n"})
    save_exercise_draft(exercise=member, content=own)

    assert [problem.field for problem in problems_of_draft(member)] == ["hints", "wrong"]
    assert problems_of_family(family) == {}


def test_save_family_refuses_what_cannot_be_stored(member):
    with pytest.raises(InvalidFamily, match="larger than 64 KiB"):
        save_family(family=Family.objects.get(), cases_toml=FAMILY + "#" * 65_536)

    assert Family.objects.get().cases_toml == FAMILY


def test_publish_needs_a_green_check_of_the_present_draft(exercise):
    first = save_exercise_draft(exercise=exercise, content=content())
    with pytest.raises(PublishRefused, match="Check the draft"):
        publish_exercise(exercise=exercise)
    green(first)
    second = save_exercise_draft(exercise=exercise, content=content(hints=["Think."]))
    with pytest.raises(PublishRefused, match="Check the draft"):
        publish_exercise(exercise=exercise)
    green(second)
    ExerciseCheck.objects.create(version=second, status=ExerciseCheck.Status.FAILED)
    with pytest.raises(PublishRefused, match="The check of the draft in the sandbox found something wrong"):
        publish_exercise(exercise=exercise)
    green(second)

    publish_exercise(exercise=exercise)

    exercise.refresh_from_db()
    assert (exercise.published, exercise.held_back) == (second, False)


def test_publish_refuses_an_empty_exercise_and_a_prompt_with_mistakes(exercise):
    with pytest.raises(PublishRefused, match="no content"):
        publish_exercise(exercise=exercise, check=False)
    save_exercise_draft(exercise=exercise, content=content(prompt_markdown="See [it](lesson:nowhere).\n"))

    with pytest.raises(PublishRefused) as refusal:
        publish_exercise(exercise=exercise, check=False)

    assert [problem.line for problem in refusal.value.problems] == [1]


@pytest.mark.parametrize("role", ["starter", "solution", "wrong"])
def test_a_file_that_is_no_python_can_be_saved_and_is_not_published(exercise, role):
    first_line, path = ("# fails: The body says ok\n", "says-yes.py") if role == "wrong" else ("x = 1\n", "main.py")
    draft = save_exercise_draft(exercise=exercise, content=content(**{role: {path: f"{first_line}def f(:\n"}}))
    green(draft)

    with pytest.raises(PublishRefused) as refusal:
        publish_exercise(exercise=exercise)

    [problem] = refusal.value.problems
    assert (problem.line, problem.message) == (2, f"{path}: This Python does not parse: invalid syntax.")


def test_what_python_only_warns_of_and_files_of_other_kinds_may_be_as_they_are(exercise):
    files = {"main.py": 'pattern = "\\d"\n', "templates/page.html": "<p>{{ x }}"}
    save_exercise_draft(exercise=exercise, content=content(starter=files, solution=files))

    assert problems_of_draft(exercise) == []


def test_publish_family_publishes_all_that_learners_see_or_nothing(member):
    family = Family.objects.get()
    members = [member]
    for slug in ("second", "unseen"):
        other = Exercise.objects.create(lesson=member.lesson, slug=slug)
        save_exercise_draft(
            exercise=other, content=content(cases_toml="", family=family, params={"answer": True}, wrong={})
        )
        members.append(other)
    publish_exercise(exercise=members[1], check=False)
    drafts = save_family(family=family, cases_toml=FAMILY.replace("200", "201"))
    green(drafts[0])

    with pytest.raises(PublishRefused, match=r"^second: Check the draft"):
        publish_family(family=family)
    assert [exercise.published.number for exercise in Exercise.objects.published().order_by("slug")] == [1, 1]
    green(drafts[1])
    publish_family(family=family)

    assert [exercise.published.number for exercise in Exercise.objects.published().order_by("slug")] == [2, 2]


def test_unpublish_keeps_the_draft_and_holds_the_exercise_back(member):
    draft = member.draft

    unpublish_exercise(exercise=member)

    member.refresh_from_db()
    assert (member.draft, member.published, member.published_at, member.held_back) == (draft, None, None, True)
