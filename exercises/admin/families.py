"""Families of cases in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.access import edits_every_course
from courses.action_log import noted
from courses.admin.editing import EditingAdmin, Reading
from courses.admin.own import DeletedOneByOne
from courses.publishing import PublishRefused
from exercises.admin.forms import FamilyForm
from exercises.admin.reading import problems_of_cases, read_family_form
from exercises.checking import request_check
from exercises.models import Exercise, ExerciseCheck, Family
from exercises.versions import members_of, problems_of_family, publish_family, save_family


@admin.register(Family)
class FamilyAdmin(EditingAdmin, DeletedOneByOne):
    course_path = "course"
    form = FamilyForm
    change_form_template = "admin/exercises/family/change_form.html"
    list_display = ["slug", "course", "member_count"]
    list_filter = ["course"]
    list_select_related = ["course"]
    search_fields = ["slug", "cases_toml"]
    actions = ["check_members", "publish_members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Family]:
        members = Exercise.objects.filter(draft__family=OuterRef("pk")).order_by().values("draft__family")
        total = Coalesce(Subquery(members.annotate(total=Count("pk")).values("total")), 0)
        return cast(QuerySet[Family], super().get_queryset(request).annotate(members_total=total))

    def get_fields(self, request: HttpRequest, obj: Family | None = None) -> list[Any]:
        if obj is None:
            return ["course", "slug", "cases_toml"]
        hidden = ["based_on"] if self.has_change_permission(request, obj) else []
        return ["course", "slug", "cases_toml", "members", *hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Family | None = None) -> list[str]:
        return ["course", "slug", "members"] if obj else []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if family := context.get("original"):
            context["problems"] = problems_of_cases(family)
        return super().render_change_form(request, context, *args, **kwargs)

    def read_form(self, row: Family | None, form: FamilyForm) -> Reading:
        return read_family_form(row, form)

    def uses_of(self, row: Family) -> None:
        """Its exercises are a field of the form."""

    def save_model(self, request: HttpRequest, obj: Family, form: FamilyForm, change: bool) -> None:
        drafts = save_family(family=obj, cases_toml=form.cleaned_data["cases_toml"], author=cast(User, request.user))
        if problems_of_family(obj):
            text = gettext("These cases have mistakes. No exercise with them can be published before they are mended.")
            self.message_user(request, text, messages.WARNING)
        elif drafts:
            names = ", ".join(draft.exercise.slug for draft in drafts)
            self.message_user(
                request,
                gettext("Drafts with these cases: %(names)s. Check them, then publish.") % {"names": names},
                messages.INFO,
            )

    @admin.display(description=gettext_lazy("exercises"), ordering="members_total")
    def member_count(self, family: Family) -> int:
        return int(family.members_total)  # type: ignore[attr-defined]  # get_queryset() counts

    @admin.display(description=gettext_lazy("exercises"))
    def members(self, family: Family) -> SafeString:
        """With what a publication of the family needs of each: a green check."""
        newest = ExerciseCheck.objects.filter(version=OuterRef("draft")).order_by("-pk").values("status")[:1]
        members = members_of(family)
        checks = dict(
            Exercise.objects.filter(pk__in=[member.pk for member in members]).values_list("pk", Subquery(newest))
        )
        rows = (
            (
                reverse("admin:exercises_exercise_change", args=[member.pk]),
                member.slug,
                member.state,
                self._standing(member, checks[member.pk]),
            )
            for member in members
        )
        return format_html_join("", '<div><a href="{}">{}</a>: {} · {}</div>', rows)

    def _standing(self, member: Exercise, check: str | None) -> str:
        """*check*: the status of the newest one of its draft."""
        if member.draft is not None and not member.draft.is_complete:
            return gettext("Has mistakes")
        return str(ExerciseCheck.Status(check).label) if check else gettext("Not checked")

    @admin.action(description=gettext_lazy("Check their exercises in the sandbox"), permissions=["change"])
    def check_members(self, request: HttpRequest, families: QuerySet[Family]) -> None:
        for family in families:
            self.log_change(request, family, noted(gettext_noop("Checks of its exercises asked for.")))
            for member in members_of(family):
                if member.draft is None:
                    continue
                if not member.draft.is_complete:
                    text = gettext("%(member)s was not run: its draft has mistakes.") % {"member": member}
                    self.message_user(request, text, messages.ERROR)
                    continue
                request_check(version=member.draft, author=cast(User, request.user))
                text = gettext("%(member)s is being checked in the sandbox.") % {"member": member}
                self.message_user(request, text)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Not for authors: members of a family may be in other courses."""
        return request.user.has_perm("exercises.publish_exercise") and edits_every_course(request.user)

    @admin.action(
        description=gettext_lazy("Publish their exercises that learners see already"), permissions=["publish"]
    )
    def publish_members(self, request: HttpRequest, families: QuerySet[Family]) -> None:
        for family in families:
            try:
                versions = publish_family(family=family)
            except PublishRefused as refusal:
                self.message_user(
                    request,
                    gettext("Nothing of %(family)s was published. %(message)s")
                    % {"family": family, "message": refusal.message},
                    messages.ERROR,
                )
            else:
                self.log_change(request, family, noted(gettext_noop("Exercises published.")))
                names = ", ".join(version.exercise.slug for version in versions)
                published = (
                    gettext("Of %(family)s were published: %(names)s.")
                    if names
                    else gettext("No exercise of %(family)s was there to publish.")
                )
                self.message_user(request, published % {"family": family, "names": names}, messages.SUCCESS)
