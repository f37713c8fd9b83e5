"""What has versions in the admin: publish a draft, take it offline, list the versions, go back to an old one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.action_log import noted
from courses.admin.own import DeletedOneByOne
from courses.admin.publishing import PublishingAdmin
from courses.admin.refusals import refusal_message
from courses.diffs import OF_PROSE, diffs_of
from courses.publishing import PublishRefused
from courses.releasing import waits_for

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN_VERSIONS = 25  # of a page
# What a list says of a version, without its texts.
LISTED = ("number", "title", "note", "origin", "restored_number", "created_at", "created_by__username", "published_at")


class RestoreRefused(Exception):
    """An old version cannot be the draft again; the text says what is wrong with it."""


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("published", gettext("Published")),
            ("newer", gettext("Published, newer draft")),
            ("scheduled", gettext("Scheduled")),
            ("draft", gettext("Draft")),
            ("archived", gettext("Archived")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any] | None:
        kept = rows.filter(archived_at__isnull=True)
        if self.value() == "published":
            return kept.filter(published__isnull=False, published_at__lte=now())
        if self.value() == "newer":
            return cast(Any, kept).with_newer_draft()
        if self.value() == "scheduled":
            return kept.filter(Q(published_at__gt=now()) | Q(scheduled__isnull=False))
        if self.value() == "draft":
            return kept.filter(published__isnull=True)
        if self.value() == "archived":
            return rows.filter(archived_at__isnull=False)
        return None  # all of them


class VersionedAdmin(PublishingAdmin, DeletedOneByOne):
    """A ModelAdmin of rows with slug, draft, published and versions, such as lessons and exercises.

    A subclass names the services and the words; its pages are templates/admin/<app>/<model>/versions.html, which
    extends admin/versions.html, and a form that is or extends admin/versioned_change_form.html.
    """

    actions = ["publish", "unpublish"]
    # What staff are told when {title} was not published, of version {number} that learners still have.
    still_published: StrOrPromise
    # What staff are told after a restore; {number} is the old version.
    restored_message: StrOrPromise
    # What as_files() and restore_version() read of a version beyond its own row.
    version_relations: Sequence[str] = ()

    # --- For the subclass ---

    def restore_version(self, version: Any, *, author: User) -> Any:
        """The draft that has the content of *version* again. Raises RestoreRefused."""
        raise NotImplementedError

    def told_in_form(self, row: Any) -> dict[str, Any]:
        """What the template of the form says of a row that there is: its `problems`, and what that adds."""
        return {}

    def as_files(self, version: Any) -> dict[str, str]:
        """All that an author wrote of *version*, {name: text}; versions are compared by it."""
        raise NotImplementedError

    # --- What is shown ---

    @admin.display(description=gettext_lazy("title"), ordering="draft__title")
    def title(self, row: Any) -> str:
        return row.draft.title if row.draft else row.slug

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Any) -> str:
        if waits_for(row):
            return gettext("%(state)s, not visible yet") % {"state": row.state}
        return str(row.state)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["title"]}

    def view_on_site(self, row: Any) -> str | None:
        return row.get_absolute_url() if row.is_live else None

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context["can_publish"] = self.has_publish_permission(request)
        if obj is not None:
            context |= self.told_in_form(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- Who may ---

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('publish', self.opts)}")

    # --- Publish ---

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self.after_save(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self.after_save(request, obj) or super().response_change(request, obj)

    def after_save(self, request: HttpRequest, row: Any) -> HttpResponse | None:
        """The end of "Save and publish"; None when another button was used."""
        if "_publish" not in request.POST:
            return None
        if not self.has_publish_permission(request):
            raise PermissionDenied
        if self._publish(request, row, list_problems=False):
            return redirect(self.url_name("changelist"))
        return redirect(self.url_name("change"), row.pk)

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        for row in rows:
            self._publish(request, row, list_problems=True)

    @admin.action(description=gettext_lazy("Take offline"), permissions=["publish"])
    def unpublish(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        for row in rows:
            self.take_offline(row)
            self.log_change(request, row, noted(gettext_noop("Taken offline.")))
            self.message_user(request, gettext("%(row)s is offline.") % {"row": self.title(row)}, messages.SUCCESS)

    def _publish(self, request: HttpRequest, row: Any, *, list_problems: bool) -> bool:
        """Whether it was published. *list_problems* is false where the page that comes next lists them."""
        try:
            version = self.publish_at(row, None)
        except PublishRefused as refusal:
            self.message_user(request, self._refusal(refusal, row, list_problems=list_problems), messages.ERROR)
            return False
        self.log_change(request, row, noted(gettext_noop("Version %(number)s published."), number=version.number))
        self.tell_published(request, row, gettext("%(title)s is published.") % {"title": version.title})
        return True

    def _refusal(self, refusal: PublishRefused, row: Any, *, list_problems: bool) -> SafeString:
        return refusal_message(
            refusal,
            title=self.title(row),
            published_number=row.published.number if row.published else None,
            still=self.still_published,
            list_problems=list_problems,
        )

    def refused(self, refusal: PublishRefused, row: Any) -> SafeString:
        return self._refusal(refusal, row, list_problems=False)  # the page has them, beside the button

    def describe(self, row: Any) -> dict[str, Any]:
        numbers = dict(row.versions.filter(pk__in=[row.published_id, row.scheduled_id, row.draft_id])
                       .values_list("pk", "number"))  # fmt: skip
        return {
            f"{name}_number": numbers.get(getattr(row, f"{name}_id")) for name in ("published", "scheduled", "draft")
        }

    # --- Versions ---

    def url_name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        versions = self.admin_site.admin_view(self.versions_view)
        restore = self.admin_site.admin_view(self.restore_view)
        return [
            path("<int:object_id>/versions/", versions, name=f"{name}_versions"),
            path("<int:object_id>/versions/<int:number>/restore/", restore, name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def versions_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The versions of a row, newest first, a page at a time (?p=); with ?a=<number>&b=<number> what is different
        between the two."""
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        numbers = list(row.versions.values_list("number", flat=True))
        page = Paginator(numbers, SHOWN_VERSIONS).get_page(request.GET.get("p"))
        older = dict(pairwise(numbers))  # the oldest has none
        listed = row.versions.filter(number__in=page.object_list).select_related("created_by")
        versions = listed.only(row.versions.field.name, *LISTED)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Versions"),
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "versions": [(version, older.get(version.number)) for version in versions],
            "page": page,
            "choices": numbers,
            "can_change": self.has_change_permission(request, row),
        }
        if "a" in request.GET or "b" in request.GET:
            before, after = (self._version(row, numbers, request.GET.get(name, "")) for name in ("a", "b"))
            found = diffs_of(self.as_files(before), self.as_files(after), OF_PROSE)
            context |= {"before": before, "after": after, "diffs": [diff for diff in found if not diff.is_same]}
        return TemplateResponse(request, f"admin/{self.opts.app_label}/{self.opts.model_name}/versions.html", context)

    def _version(self, row: Any, numbers: Collection[int], number: str) -> Any:
        """All of the version that an address calls *number*. Raises Http404."""
        found = next((one for one in numbers if str(one) == number), None)
        if found is None:
            raise Http404
        return row.versions.select_related(*self.version_relations).get(number=found)

    def restore_view(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """POST: make an old version the draft; what learners have stays."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        version = get_object_or_404(row.versions.select_related(*self.version_relations), number=number)
        try:
            draft = self.restore_version(version, author=cast(User, request.user))
        except RestoreRefused as refusal:
            self.message_user(
                request,
                gettext("Version %(number)s does not fit any more: %(refusal)s")
                % {"number": number, "refusal": refusal},
                messages.ERROR,
            )
        else:
            restored = gettext_noop("Version %(number)s restored as version %(draft)s.")
            self.log_change(request, row, noted(restored, number=number, draft=draft.number))
            self.message_user(request, self.restored_message.format(number=number), messages.SUCCESS)
        return redirect(self.url_name("change"), row.pk)
