"""What each role of the staff may do: every address of the admin and every action of its lists, asked as each role.

The two tables below are the whole answer. A page or an action that is not in them fails here until somebody has
decided who may use it.
"""

import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.roles import AUTHOR, EDITOR, REVIEWER, ROLES, SUPPORT, make_roles
from accounts.tokens import make_token
from config.tests.stage import A_PICTURE, named_addresses
from courses.images import add_image
from courses.models import Course, CourseUpload, Lesson
from courses.tests.builders import make_course, make_lesson, make_module
from exercises.models import CourseCheck, Exercise, Family, Owner, ProblemReport, Rejudging, ScenarioAnswers, Submission
from exercises.tests.answer_content import RIGHT, make_answered
from exercises.tests.builders import (
    LISTING,
    guest,
    make_check,
    make_exercise,
    make_run,
    make_submission,
    make_trial,
    make_user,
)
from exercises.tests.content import FAMILY
from exercises.versions import save_family

pytestmark = pytest.mark.django_db

# A: author, in a course of their own; E: editor; R: reviewer; S: support; *: superuser.
LETTERS = {"A": AUTHOR, "E": EDITOR, "R": REVIEWER, "S": SUPPORT}
# Page; who gets it; whom a form that is sent to it does not refuse. Of another's course an author gets none of them.
PAGES = """
index                                          AERS*  AERS*
login                                          AERS*  AERS*
logout                                         -      AERS*
password_change                                AERS*  AERS*
password_change_done                           AERS*  -
autocomplete                                   -      -
jsi18n                                         AERS*  -
view_on_site                                   AE*    AE*
guide_authoring                                AE*    -
auth_group_changelist                          *      *
auth_group_add                                 *      *
auth_group_history                             *      *
auth_group_delete                              *      *
auth_group_change                              *      *
courses_course_export                          AE*    -
courses_course_load                            E*     E*
courses_course_preview                         E*     E*
courses_course_publishing                      AE*    AE*
courses_course_move                            E*     E*
courses_course_changelist                      AE*    AE*
courses_course_add                             AE*    AE*
courses_course_history                         AE*    AE*
courses_course_delete                          AE*    AE*
courses_course_change                          AE*    AE*
courses_module_move                            AE*    AE*
courses_module_changelist                      AE*    AE*
courses_module_add                             AE*    AE*
courses_module_history                         AE*    AE*
courses_module_delete                          AE*    AE*
courses_module_change                          AE*    AE*
courses_courseimage_changelist                 AE*    AE*
courses_courseimage_add                        -      -
courses_courseimage_history                    AE*    AE*
courses_courseimage_delete                     AE*    AE*
courses_courseimage_change                     AE*    -
courses_lesson_add_proofread                   -      AE*
courses_lesson_add_preview                     -      AE*
courses_lesson_add_copy                        -      AE*
courses_lesson_add_image                       -      AE*
courses_lesson_proofread                       -      AE*
courses_lesson_preview                         -      AE*
courses_lesson_copy                            -      AE*
courses_lesson_image                           -      AE*
courses_lesson_versions                        AE*    AE*
courses_lesson_restore                         -      AE*
courses_lesson_publishing                      AE*    AE*
courses_lesson_move                            AE*    AE*
courses_lesson_changelist                      AE*    AE*
courses_lesson_add                             AE*    AE*
courses_lesson_history                         AE*    AE*
courses_lesson_delete                          AE*    AE*
courses_lesson_change                          AE*    AE*
exercises_coursecheck_stop                     -      AE*
exercises_coursecheck_resume                   -      AE*
exercises_coursecheck_again                    -      AE*
exercises_coursecheck_changelist               AE*    AE*
exercises_coursecheck_add                      -      -
exercises_coursecheck_history                  AE*    AE*
exercises_coursecheck_delete                   -      -
exercises_coursecheck_change                   AE*    AE*
exercises_rejudging_apply                      -      E*
exercises_rejudging_discard                    -      E*
exercises_rejudging_changelist                 E*     E*
exercises_rejudging_add                        -      -
exercises_rejudging_history                    E*     E*
exercises_rejudging_delete                     -      -
exercises_rejudging_change                     E*     E*
exercises_exercise_check_start                 -      AE*
exercises_exercise_check                       AE*    AE*
exercises_exercise_check_stop                  -      AE*
exercises_exercise_check_resume                -      AE*
exercises_listings                             AE*    AE*
exercises_listings_run                         -      AE*
exercises_listings_stop                        -      AE*
exercises_exercise_rejudge                     E*     E*
exercises_exercise_add_proofread               -      AE*
exercises_exercise_add_preview                 -      AE*
exercises_exercise_add_copy                    -      AE*
exercises_exercise_add_image                   -      AE*
exercises_exercise_proofread                   -      AE*
exercises_exercise_preview                     -      AE*
exercises_exercise_copy                        -      AE*
exercises_exercise_image                       -      AE*
exercises_exercise_versions                    AE*    AE*
exercises_exercise_restore                     -      AE*
exercises_exercise_publishing                  AE*    AE*
exercises_exercise_move                        AE*    AE*
exercises_exercise_changelist                  AE*    AE*
exercises_exercise_add                         AE*    AE*
exercises_exercise_history                     AE*    AE*
exercises_exercise_delete                      AE*    AE*
exercises_exercise_change                      AE*    AE*
exercises_family_add_proofread                 -      E*
exercises_family_add_preview                   -      E*
exercises_family_add_copy                      -      E*
exercises_family_proofread                     -      E*
exercises_family_preview                       -      E*
exercises_family_copy                          -      E*
exercises_family_changelist                    AE*    AE*
exercises_family_add                           E*     E*
exercises_family_history                       AE*    AE*
exercises_family_delete                        E*     E*
exercises_family_change                        AE*    E*
exercises_submission_changelist                ES*    ES*
exercises_submission_add                       -      -
exercises_submission_history                   ES*    ES*
exercises_submission_delete                    -      -
exercises_submission_change                    ES*    -
exercises_run_changelist                       ES*    ES*
exercises_run_add                              -      -
exercises_run_history                          ES*    ES*
exercises_run_delete                           -      -
exercises_run_change                           ES*    -
exercises_problemreport_changelist             ES*    ES*
exercises_problemreport_add                    -      -
exercises_problemreport_history                ES*    ES*
exercises_problemreport_delete                 -      -
exercises_problemreport_change                 ES*    -
exercises_scenarioanswers_changelist           R*     R*
exercises_scenarioanswers_add                  -      -
exercises_scenarioanswers_history              R*     R*
exercises_scenarioanswers_delete               -      -
exercises_scenarioanswers_change               R*     R*
exercises_statistics_changelist                AE*    AE*
exercises_statistics_lessons                   AE*    AE*
exercises_statistics_days                      AE*    AE*
exercises_statistics_exercise                  AE*    AE*
auth_user_password_change                      *      *
auth_user_changelist                           S*     S*
auth_user_add                                  *      *
auth_user_history                              S*     S*
auth_user_delete                               *      -
auth_user_change                               S*     *
account_emailaddress_changelist                *      *
account_emailaddress_add                       *      *
account_emailaddress_history                   *      *
account_emailaddress_delete                    *      *
account_emailaddress_change                    *      *
accounts_apitoken_changelist                   *      *
accounts_apitoken_add                          -      -
accounts_apitoken_history                      *      *
accounts_apitoken_delete                       *      *
accounts_apitoken_change                       *      -
mfa_authenticator_changelist                   *      *
mfa_authenticator_add                          -      -
mfa_authenticator_history                      *      *
mfa_authenticator_delete                       *      *
mfa_authenticator_change                       *      -
socialaccount_socialaccount_changelist         *      *
socialaccount_socialaccount_add                -      -
socialaccount_socialaccount_history            *      *
socialaccount_socialaccount_delete             *      *
socialaccount_socialaccount_change             *      -
admin_logentry_changelist                      E*     E*
admin_logentry_add                             -      -
admin_logentry_history                         E*     E*
admin_logentry_delete                          -      -
admin_logentry_change                          E*     -
app_list                                       AE*    AE*
"""
# Model, action of its list, who may use it.
ACTIONS = """
course.publish                       AE*
course.unpublish                     AE*
course.check_exercises               AE*
lesson.publish                       AE*
lesson.unpublish                     AE*
exercise.check_drafts                AE*
exercise.publish                     AE*
exercise.unpublish                   AE*
family.check_members                 E*
family.publish_members               E*
problemreport.close_reports          E*
problemreport.reopen_reports         E*
submission.judge_by_published        E*
submission.judge_by_same             E*
emailaddress.make_verified           *
apitoken.delete_selected             *
authenticator.delete_selected        *
emailaddress.delete_selected         *
group.delete_selected                *
socialaccount.delete_selected        *
user.delete_selected                 *
"""
# What the forms that ask for little send.
SENT = {"post": "yes", "direction": "up", "entry": "1", "text": "Good."}
REFUSED = (403, 404, 405)


@dataclass
class Stage:
    users: dict[str, User]  # by letter
    own: dict[str, int]  # primary keys by model; of the author's course where the model belongs to courses
    other: dict[str, int]  # of another course
    clients: dict[str, Client] = field(default_factory=dict)  # by letter, signed in

    def __post_init__(self) -> None:
        for letter, user in self.users.items():
            self.clients[letter] = Client()
            self.clients[letter].force_login(user)


def make_content(slug: str, *authors: User) -> dict[str, int]:
    """A draft of each model that belongs to a course; nothing stands in the way of deleting it, or of publishing it."""
    course, fresh = (make_course(name, published=False, title=f"Course {name}") for name in (slug, f"{slug}-fresh"))
    for one in (course, fresh):
        one.authors.set(authors)
    make_lesson(make_module(fresh))
    module = make_module(course)
    lesson = make_lesson(module, f"{slug}-lesson", published=False, body_markdown=LISTING)
    family = Family(course=course, slug=f"{slug}-family")
    save_family(family=family, cases_toml=FAMILY)
    exercise = make_exercise(f"{slug}-exercise", lesson=lesson, is_published=False)
    return {
        "courses.course": fresh.pk,
        "courses.module": make_module(course, "empty").pk,
        "courses.lesson": make_lesson(module, f"{slug}-alone", published=False).pk,
        "exercises.exercise": exercise.pk,
        "exercises.exercisecheck": make_check(exercise.draft).pk,
        "exercises.coursecheck": CourseCheck.objects.create(course=course).pk,
        "courses.courseimage": add_image(course=course, data=A_PICTURE).pk,
        "exercises.family": family.pk,
    }


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def make_stage() -> Stage:
    users = {letter: make_user(role.lower(), is_staff=True) for letter, role in LETTERS.items()}
    for letter, role in LETTERS.items():
        users[letter].groups.add(Group.objects.get(name=role))
    users["*"] = make_user("root", is_staff=True, is_superuser=True)
    own, other = make_content("own", users["A"]), make_content("other")
    for rows, who in ((own, "E"), (other, "*")):  # an upload is for who uploaded it
        file = {
            "name": "own.zip",
            "slug": "own",
            "content": b"",
            "force": False,
            "preview": {"changes": [], "kept": [], "overwritten": [], "only_here": []},
        }
        rows["courses.courseupload"] = CourseUpload.objects.create(uploaded_by=users[who], **file).pk
    learner = make_user("learner")
    submission = make_submission(owner=Owner(user_id=learner.pk), exercise=Exercise.objects.get(slug="own-exercise"))
    scenario = make_answered("scenario", lesson=Lesson.objects.get(slug="own-lesson"), is_published=False)
    answers = ScenarioAnswers.objects.create(
        **guest().columns, exercise_version=scenario.draft, files={}, answers=RIGHT["scenario"]
    )
    make_run(answers, "done")
    token, _key = make_token(user=learner, name="laptop")
    rows = [
        learner, submission, answers, make_run(submission), token, Group.objects.get(name=AUTHOR),
        EmailAddress.objects.create(user=learner, email=learner.email),
        Authenticator.objects.create(user=learner, type="totp", data={}),
        SocialAccount.objects.create(user=learner, provider="github", uid="1"),
        ProblemReport.objects.create(
            guest=uuid.uuid4(), kind="problem", page="/", lesson_version=Lesson.objects.get(slug="own-lesson").draft
        ),
        LogEntry.objects.create(user=users["*"], object_id="1", object_repr="a row", action_flag=CHANGE),
        Rejudging.objects.create(against=Rejudging.Against.SAME),
    ]  # fmt: skip
    keys = {row._meta.label_lower: row.pk for row in rows}
    return Stage(users, own | keys, other)


def table(text: str) -> dict[str, list[str]]:
    """The rows by their first word."""
    rows = [line.split() for line in text.strip().splitlines()]
    return {row[0]: row[1:] for row in rows}


def addresses(rows: dict[str, int]) -> dict[str, str]:
    """By name of the page of the admin: its address, about one of *rows* where it is about a row."""
    models = {f"{model._meta.app_label}_{model._meta.model_name}_": model for model in admin.site._registry}
    found = {}
    for named in named_addresses():
        namespace, _, name = named.name.partition(":")
        if namespace != "admin":
            continue
        values: dict[str, object] = {
            "number": 1,
            "app_label": "courses",
            "check_id": rows["exercises.exercisecheck"],
            "lesson_id": rows["courses.lesson"],
            "slug": Exercise.objects.get(pk=rows["exercises.exercise"]).slug,
            "uuid": CourseUpload.objects.get(pk=rows["courses.courseupload"]).uuid,
        }
        model = next((model for prefix, model in models.items() if name.startswith(prefix)), None)
        if name == "view_on_site":
            content_type = ContentType.objects.get_for_model(Exercise)
            values |= {"content_type_id": content_type.pk, "object_id": rows["exercises.exercise"]}
        elif model is not None and model._meta.label_lower in rows:
            values |= dict.fromkeys(("object_id", "id"), rows[model._meta.label_lower])
        if set(named.parameters) <= set(values):
            found[name] = reverse(named.name, kwargs={key: values[key] for key in named.parameters})
        else:
            # Rows of another course are there for models that belong to courses, and rows of all models otherwise.
            has_rows = model is None or model._meta.label_lower in rows
            assert not has_rows, f"the walk has no values for {named}"
    return found


def is_open(client: Client, method: str, address: str) -> bool:
    """Whether the page does not refuse. What it did is undone, signing out included."""
    cookies = client.cookies.output(header="")
    with transaction.atomic():
        response = client.get(address) if method == "GET" else client.post(address, SENT)
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies)
    leads_to_login = response.status_code == 302 and response["Location"].startswith("/admin/login/")
    return response.status_code not in REFUSED and not leads_to_login


def who(stage: Stage, method: str, address: str) -> str:
    """The letters of those whom *address* does not refuse; "-" for nobody."""
    return "".join(letter for letter, client in stage.clients.items() if is_open(client, method, address)) or "-"


@pytest.mark.timeout(1200)  # a thousand pages
def test_every_page_opens_for_the_roles_that_the_table_names(stage):
    found = {name: [who(stage, "GET", url), who(stage, "POST", url)] for name, url in addresses(stage.own).items()}

    assert found == table(PAGES)


@pytest.mark.timeout(600)
def test_an_author_gets_no_page_about_the_course_of_another(stage):
    own = addresses(stage.own)
    about_rows = {name: url for name, url in addresses(stage.other).items() if url != own.get(name)}

    opened = [
        (method, name)
        for name, url in about_rows.items()
        for method in ("GET", "POST")
        if is_open(stage.clients["A"], method, url)
    ]

    assert opened == []
    assert {name.split("_")[1] for name in about_rows} == {
        "course", "coursecheck", "courseimage", "exercise", "family", "lesson", "listings", "module", "on",
        "statistics",
    }  # fmt: skip


@pytest.mark.parametrize("who_asks", ["nobody", "learner", "staff"])
def test_who_has_no_role_gets_no_page(client, stage, who_asks):
    """An account without *Staff status* is one of a learner, and with it alone one gets to the empty front page."""
    if who_asks != "nobody":
        client.force_login(make_user(who_asks + "-alone", is_staff=who_asks == "staff"))

    opened = {
        name for name, url in addresses(stage.own).items() for method in ("GET", "POST") if is_open(client, method, url)
    }

    everybodys = {"login", "logout", "jsi18n"} if who_asks == "nobody" else {"logout", "jsi18n"}
    of_staff = {"index", "login", "password_change", "password_change_done"}
    assert opened - everybodys == (of_staff if who_asks == "staff" else set())


def actions_of(user: User) -> set[str]:
    request = RequestFactory().get("/")
    request.user = user
    return {
        f"{model._meta.model_name}.{name}"
        for model, model_admin in admin.site._registry.items()
        for name in model_admin.get_actions(request)
        if model_admin.has_view_permission(request)
    }


def test_every_action_is_for_the_roles_that_the_table_names(stage):
    allowed = {letter: actions_of(user) for letter, user in stage.users.items()}

    found = {
        action: ["".join(letter for letter in allowed if action in allowed[letter])]
        for action in sorted(set().union(*allowed.values()))
    }

    assert found == table(ACTIONS)


def test_roles_are_what_the_table_of_permissions_says():
    make_roles()
    make_roles()

    names = ("content_type__app_label", "codename")
    groups = {
        group.name: {f"{app}.{name}" for app, name in group.permissions.values_list(*names)}
        for group in Group.objects.filter(name__in=ROLES)
    }

    assert groups == ROLES


def test_a_role_that_was_changed_is_set_right_again():
    group = Group.objects.get(name=REVIEWER)
    group.permissions.clear()

    make_roles()

    assert group.permissions.exists()


# --- Authors ---


@pytest.mark.parametrize("model", ["courses_course", "courses_module", "courses_lesson", "exercises_exercise",
                                   "exercises_family"])  # fmt: skip
def test_lists_and_their_filters_show_authors_their_own(stage, model):
    page = reverse(f"admin:{model}_changelist")

    # "Move it to another place" is about no course.
    shown = {letter: stage.clients[letter].get(page).content.decode().replace("another", "") for letter in "AE"}

    assert ("own" in shown["A"], "other" in shown["A"]) == (True, False)
    assert ("own" in shown["E"], "other" in shown["E"]) == (True, True)


@pytest.mark.parametrize("form", ["courses_module_add", "courses_lesson_add", "exercises_exercise_add"])
def test_forms_offer_authors_their_own(stage, form):
    shown = {letter: stage.clients[letter].get(reverse(f"admin:{form}")) for letter in "AE"}

    def choices(letter: str) -> str:
        fields = shown[letter].context["adminform"].form.fields.values()
        return " ".join(str(row.pk) + str(row) for field in fields for row in getattr(field, "queryset", None) or [])

    assert shown["A"].status_code == 200
    assert len(choices("A")) < len(choices("E"))
    assert "other" not in choices("A")


@pytest.mark.parametrize(
    ("form", "chosen", "field"),
    [
        ("courses_module_add", "courses.course", "course"),
        ("courses_lesson_add", "courses.module", "module"),
        ("exercises_exercise_add", "courses.lesson", "lesson"),
        ("exercises_exercise_add", "exercises.family", "family"),
    ],
)
def test_what_is_not_offered_is_not_taken(stage, form, chosen, field):
    errors = {}
    for whose, rows in (("own", stage.own), ("other", stage.other)):
        response = stage.clients["A"].post(reverse(f"admin:{form}"), {field: rows[chosen]})
        errors[whose] = field in response.context["adminform"].form.errors

    assert errors == {"own": False, "other": True}


def test_an_author_makes_a_course_and_works_on_it_from_then_on(stage):
    form = {"title": "Mine", "slug": "mine", "summary": "It is mine.", "language": "en"}

    made = stage.clients["A"].post(reverse("admin:courses_course_add"), form | {"authors": [stage.users["R"].pk]})

    assert made.status_code == 302, made.context["adminform"].form.errors
    course = Course.objects.get(slug="mine")
    assert list(course.authors.all()) == [stage.users["A"]]  # nobody was let in by a field that is not in the form
    assert stage.clients["A"].get(reverse("admin:courses_course_change", args=[course.pk])).status_code == 200


def test_editors_say_who_works_on_a_course(stage):
    course = Course.objects.get(slug="other")
    form = {"title": "Other", "summary": "It is.", "language": "en", "authors": [stage.users["A"].pk]}

    saved = stage.clients["E"].post(reverse("admin:courses_course_change", args=[course.pk]), form)

    assert saved.status_code == 302, saved.context["adminform"].form.errors
    assert stage.clients["A"].get("/courses/other/").status_code == 200
    made = stage.clients["E"].post(
        reverse("admin:courses_course_add"), {"title": "New", "slug": "new", "summary": "It is.", "language": "en"}
    )
    assert (made.status_code, Course.objects.get(slug="new").authors.count()) == (302, 0)


def test_authors_of_a_course_are_chosen_from_those_in_the_role(stage):
    course = Course.objects.get(slug="other")
    course.authors.add(stage.users["R"])  # of before there were roles
    both = make_user("both", is_staff=True)
    both.groups.add(*Group.objects.filter(name__in=[AUTHOR, EDITOR]))  # works on every course
    make_user("former").groups.add(Group.objects.get(name=AUTHOR))  # no longer of the staff

    offered = {}
    for page in (reverse("admin:courses_course_add"), reverse("admin:courses_course_change", args=[course.pk])):
        field = stage.clients["E"].get(page).context["adminform"].form.fields["authors"]
        offered[page.rpartition("/course/")[2]] = [user.username for user in field.queryset]

    assert list(offered.values()) == [["author"], ["author", "reviewer"]]


@pytest.mark.parametrize(
    ("letter", "page"),
    [("R", "exercises_scenarioanswers"), ("S", "exercises_submission"), ("E", "exercises_submission")],
)
def test_filters_by_course_name_those_that_somebody_may_know_of(stage, letter, page):
    Course.objects.filter(slug="other").update(published_at="2026-01-01T00:00Z")
    make_course("shown", title="Course shown")

    filters = stage.clients[letter].get(reverse(f"admin:{page}_changelist")).context["cl"].filter_specs
    (by_course,) = (found for found in filters if found.title == "course")
    offered = {title for _pk, title in by_course.lookup_choices}

    known = {"Course other", "Course shown"}
    every = {str(course) for course in Course.objects.all()}
    assert offered == (every if letter == "E" else known)
    assert len(every) > len(known)


# --- The rest of the site ---


@pytest.mark.parametrize("whose", ["own", "other"])
def test_drafts_are_for_those_who_work_on_them(client, stage, whose):
    course, lesson = Course.objects.get(slug=whose), Lesson.objects.get(slug=f"{whose}-lesson")
    pages = [
        course.get_absolute_url(),
        f"{lesson.get_absolute_url()}?version=draft",
        f"{lesson.get_absolute_url()}?version=1",
        f"/exercises/{whose}-exercise/",
        f"/courses/{whose}/{whose}-lesson/run/shop/",
        f"/api/v1/courses/{whose}/",
        f"/api/v1/exercises/{whose}-exercise/",
    ]

    def readers(page: str) -> str:
        return "".join(letter for letter, one in stage.clients.items() if one.get(page).status_code == 200)

    found = {page: readers(page) for page in pages}

    workers = "AE*" if whose == "own" else "E*"
    api = {page: "" for page in pages if page.startswith("/api/")}  # of the API everybody gets what is published
    assert found == dict.fromkeys(pages, workers) | api
    assert [client.get(page).status_code for page in pages] == [404] * len(pages)
    listed = {letter: f"/courses/{whose}/" in one.get("/").content.decode() for letter, one in stage.clients.items()}
    assert "".join(letter for letter in listed if listed[letter]) == workers


def test_learners_work_is_read_and_stopped_by_roles_only(stage):
    learner = Owner(user_id=User.objects.get(username="learner").pk)
    attempt = make_submission(owner=learner, exercise=Exercise.objects.get(slug="own-exercise"))
    make_run(attempt)
    trial = make_trial(owner=learner)
    addresses = {
        "read": attempt.get_absolute_url(),
        "api": f"/api/v1/submissions/{attempt.uuid}/",
        "trial": trial.get_absolute_url(),
    }

    found = {
        what: "".join(letter for letter, one in stage.clients.items() if one.get(url).status_code == 200)
        for what, url in addresses.items()
    }
    cancel = f"{attempt.get_absolute_url()}cancel/"
    found["stop"] = "".join(letter for letter, one in stage.clients.items() if is_open(one, "POST", cancel))

    assert found == {"read": "ES*", "api": "ES*", "trial": "ES*", "stop": "E*"}


def test_a_guests_attempt_is_not_found_through_the_admin(stage):
    """Its address is all that protects it, and a link of the admin leads there."""
    attempt = Submission.objects.get(pk=stage.own["exercises.scenarioanswers"])
    content_type = ContentType.objects.get_for_model(Submission)

    leads_there = who(stage, "GET", f"/admin/r/{content_type.pk}/{attempt.pk}/")

    assert leads_there == "ES*"


def test_support_sees_learners_and_no_hash_of_a_password(stage):
    support = stage.clients["S"]

    listed = support.get(reverse("admin:auth_user_changelist")).content.decode()
    learner = User.objects.get(username="learner")
    page = support.get(reverse("admin:auth_user_change", args=[learner.pk])).content.decode()
    staff = support.get(reverse("admin:auth_user_change", args=[stage.users["E"].pk]))

    assert ("learner" in listed, "editor@example.org" in listed) == (True, False)
    assert "learner@example.org" in page
    assert [found for found in ("algorithm", learner.password.split("$")[-1]) if found in page] == []
    assert staff.status_code == 302  # to the front page, which says that there is no such user
