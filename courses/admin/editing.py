"""Writing in the admin: the preview and the problems of what is typed, unsaved text, who else is there, and pictures.

All of it works by buttons of the form alone; js/admin/ makes it happen while somebody types.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from courses import working_copies
from courses.action_log import noted
from courses.admin.forms import EditedForm
from courses.admin.unsaved import compared
from courses.extent import Extent
from courses.images import MAX_BYTES, ImageRefused, Picture, add_picture, url_of, written_anew
from courses.models import Course, WorkingCopy
from courses.usage import Use
from courses.working_copies import AlreadySaved, Subject

FORM = "_form"  # the field that tells two openings of a form apart
FORM_NAME = re.compile(r"[0-9a-f]{1,32}")
NUMBER = "_number"  # counts what a form sends
UPLOAD = "_image"
# Scripts of lists, of its slugs and of its links to other rows, which these forms have no use for: 70 kB.
UNNEEDED = ("jquery.min.js", "jquery.init.js", "core.js", "RelatedObjectLookups.js", "actions.js", "urlify.js",
            "prepopulate.js", "xregexp.min.js", "js/admin/order.js")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mistake:
    """A problem in a form. field is the name of the text box; line, from 1, is None for all of it.

    keeps_from: "saving", where no version can be made of what is typed, or only "publishing" that.
    """

    field: str
    label: str
    line: int | None
    message: str
    keeps_from: str = "saving"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form says as it is. page makes the page that learners would see; None, and why not, where it cannot."""

    mistakes: Sequence[Mistake]
    extent: Extent | None  # None where nothing is read from top to bottom
    page: Callable[[HttpRequest], HttpResponse] | None = None
    why_no_page: str = ""

    @property
    def summary(self) -> str:
        """What the mistakes keep their author from."""
        if not self.mistakes:
            return gettext("No problems found.")
        unsaved = sum(one.keeps_from == "saving" for one in self.mistakes)
        if not unsaved:
            said = ngettext(
                "%(number)s problem keeps this from being published. It can be saved.",
                "%(number)s problems keep this from being published. It can be saved.",
                len(self.mistakes),
            )
            return said % {"number": len(self.mistakes)}
        said = ngettext(
            "%(number)s problem keeps this from being saved.",
            "%(number)s problems keep this from being saved.",
            unsaved,
        )
        sentences = [said % {"number": unsaved}]
        if others := len(self.mistakes) - unsaved:
            said = ngettext(
                "%(number)s more keeps it from being published.",
                "%(number)s more keep it from being published.",
                others,
            )
            sentences.append(said % {"number": others})
        return " ".join([*sentences, gettext("What you type is kept for you.")])

    @property
    def length(self) -> str:
        """How long it is; "" where nothing is read from top to bottom."""
        if self.extent is None:
            return ""
        said = ngettext(
            "%(words)s word, about %(minutes)s min to read.",
            "%(words)s words, about %(minutes)s min to read.",
            self.extent.words,
        )
        return said % {"words": self.extent.words, "minutes": self.extent.minutes}


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form that was not sent to be saved: values of those that can be read, errors of the others."""

    values: Mapping[str, Any]
    errors: Mapping[str, list[str]] = field(default_factory=dict)


def read_fields(form: forms.BaseForm, names: Iterable[str]) -> Typed:
    """Each of these fields by itself. Unlike is_valid() it takes no lock, and one error does not hide the others."""
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name in names:
        if name not in form.fields:
            continue
        one = form.fields[name]
        try:
            values[name] = one.clean(one.widget.value_from_datadict(form.data, {}, form.add_prefix(name)))
        except ValidationError as error:
            errors[name] = error.messages
    return Typed(values, errors)


def as_guest(request: HttpRequest, path: str) -> HttpRequest:
    """*request* as a visitor without an account would ask for *path*: a preview shows what they see, and no more."""
    guest = copy.copy(request)
    guest.method, guest.path = "GET", path
    guest.GET = guest.POST = QueryDict()
    guest.user = AnonymousUser()
    guest.session = import_module(settings.SESSION_ENGINE).SessionStore()
    guest._messages = ()  # type: ignore[attr-defined]  # those of the editor are not read here
    return guest


class EditingAdmin(admin.ModelAdmin):
    """A ModelAdmin with an EditedForm. Comes before VersionedAdmin and OwnCoursesAdmin among the bases."""

    # The text box to which a picture goes that was uploaded without a script; "" where nothing is Markdown.
    main_text = ""

    # --- For the subclass ---

    def read_form(self, row: Any, form: Any) -> Reading:
        """What *form*, which is bound, says. *row* is what is stored; one without a primary key is being added."""
        raise NotImplementedError

    def course_of(self, row: Any, form: Any) -> Course | None:
        """The course that pictures go to; None as long as the form does not say."""
        raise NotImplementedError

    def uses_of(self, row: Any) -> list[Use] | None:
        """Where *row* is used; None where the form says so itself."""
        return []

    # --- The form ---

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if request.method == "GET" and "restore" in request.GET:
            restored = self._restored(request, working_copies.unsaved(**self._mine(request, obj)))
            if restored is not None:
                return type(form.__name__, (form,), {"restored": restored.content})
        return form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        may_edit = self.has_add_permission(request) if add else self.has_change_permission(request, obj)
        if may_edit:
            context["editing"] = self._editing(request, context, obj)
        if change:
            context["media"], context["is_light"] = _without_unneeded(context["media"])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _editing(self, request: HttpRequest, context: dict[str, Any], obj: Any) -> dict[str, Any]:
        """What the templates of admin/editing/ need."""
        mine = self._mine(request, obj)
        refused = self._keep(request, obj, request.POST) if request.method == "POST" else None  # or it would be saved
        copies = [] if refused else working_copies.unsaved(**mine)
        restored = self._restored(request, copies)
        opened = refused or restored
        form_name = opened.form if opened else uuid4().hex
        if obj is not None and not refused:
            working_copies.open_form(**mine, form=form_name)
        uses = None if obj is None else self.uses_of(obj)
        return {
            "form_name": form_name,
            "number": opened.number if opened else 0,
            "kept_at": refused.changed_at if refused else None,
            "unsaved": compared((row for row in copies if row != restored), context["adminform"].form),
            "restored": restored,
            "others": working_copies.others(**mine),
            "uses": None if uses is None else [(use, self._url_of(use)) for use in uses],
            "max_megabytes": MAX_BYTES // 1024**2,
            **{f"{page}_url": self._url(page, obj) for page in self._pages()},
        }

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        self._forget(request, None)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self._forget(request, obj)
        return super().response_change(request, obj)

    def _forget(self, request: HttpRequest, row: Any) -> None:
        working_copies.discard(**self._mine(request, row), form=form_name_in(request.POST))

    def _mine(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the copies of who asks are found by."""
        return {"subject": self.subject(row), "editor": cast(User, request.user)}

    def _restored(self, request: HttpRequest, copies: Iterable[WorkingCopy]) -> WorkingCopy | None:
        """The one that ?restore= names. The page that shows it goes on under its name."""
        return next((row for row in copies if row.form == request.GET.get("restore")), None)

    def subject(self, obj: Any) -> Subject:
        return Subject(self.opts.label_lower, obj.pk if obj is not None else 0)

    # --- Beside the form ---

    def _pages(self) -> dict[str, Callable[..., HttpResponse]]:
        """What a form is sent to beside being saved."""
        pages = {"proofread": self.proofread_view, "preview": self.preview_view, "copy": self.copy_view}
        return pages | ({"image": self.image_view} if self.main_text else {})

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = {page: self.admin_site.admin_view(view) for page, view in self._pages().items()}
        return [
            *(path(f"add/{page}/", view, name=f"{name}_add_{page}") for page, view in pages.items()),
            *(path(f"<int:object_id>/{page}/", view, name=f"{name}_{page}") for page, view in pages.items()),
            *super().get_urls(),
        ]

    @transaction.non_atomic_requests
    def proofread_view(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """POST the form as it is: its problems, its length and its page as JSON. Nothing is stored."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        reading = self.read_form(*self._row_and_form(request, object_id))
        answer: dict[str, Any] = {
            "problems": [
                {"field": one.field, "label": one.label, "line": one.line, "message": one.message}
                for one in reading.mistakes
            ],
            "summary": reading.summary,
            "length": reading.length,
            "minutes": reading.extent.minutes if reading.extent else None,
            "html": reading.page(request).content.decode() if reading.page else None,
            "why": reading.why_no_page,
        }
        return JsonResponse(answer)

    @transaction.non_atomic_requests
    def preview_view(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """POST the form as it is: the page that learners would see. Nothing is stored."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        reading = self.read_form(*self._row_and_form(request, object_id))
        if reading.page is None:
            context = {**self.admin_site.each_context(request), "title": gettext("Preview"), "opts": self.opts}
            return TemplateResponse(request, "admin/editing/no_preview.html", context | {"why": reading.why_no_page})
        response = reading.page(request)
        response["X-Robots-Tag"] = "noindex"
        return response

    def copy_view(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """POST the form as it is: kept as unsaved. `_open` and `_closed` only note that, `_discard` forgets a copy."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self._row(request, object_id)
        mine, form = self._mine(request, row), form_name_in(request.POST)
        if "_discard" in request.POST:
            working_copies.discard(**mine, form=form_name_in(request.POST, "_discard"))
            self.message_user(request, gettext("Your unsaved changes are gone."), messages.SUCCESS)
            return redirect(self._url("change", row))
        kept_at = None
        if "_closed" in request.POST:
            working_copies.close_form(**mine, form=form)
        elif "_open" in request.POST:
            working_copies.open_form(**mine, form=form)
        else:
            try:
                kept = working_copies.keep(
                    **mine, content=_content(request.POST), form=form, number=_number_in(request.POST)
                )
            except AlreadySaved:
                return JsonResponse({"code": "already_saved"}, status=409)
            kept_at = kept.changed_at
        others = working_copies.others(**mine)
        others_html = render_to_string("admin/editing/_others.html", {"others": others}, request)
        return JsonResponse({"kept_at": kept_at, "others_html": others_html})

    @transaction.non_atomic_requests  # to write a picture anew takes up to seconds, in which others write
    def image_view(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """POST the form with a picture: stored for the course, and what to write in a text to show it.

        A script is told; without one it stands at the end of the text, which is kept as unsaved.
        """
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row, form = self._row_and_form(request, object_id)
        is_script = request.headers.get("Accept", "").startswith("application/json")
        try:
            course = self.course_of(row, form)
            if course is None:
                raise ImageRefused(gettext("Say first where this belongs: images are kept with their course."))
            picture = self._uploaded_picture(request)
        except ImageRefused as refusal:
            if is_script:
                return JsonResponse({"detail": str(refusal)}, status=400)
            kept = self._keep(request, row, request.POST)
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            with transaction.atomic():
                image = add_picture(course=course, picture=picture, author=cast(User, request.user))
                self.log_addition(request, image, noted(gettext_noop("Uploaded.")))
            markdown = f"![](images/{image.name})"
            if is_script:
                return JsonResponse({"markdown": markdown, "url": url_of(image)})
            typed = request.POST.copy()
            typed[self.main_text] = f"{typed.get(self.main_text, '').rstrip()}\n\n{markdown}\n"
            kept = self._keep(request, row, typed)
            self.message_user(
                request,
                gettext("The image is at the end of the text. Write between its brackets what it shows, and save."),
                messages.SUCCESS,
            )
        return redirect(f"{self._url('change', row)}?restore={kept.form}")

    def _uploaded_picture(self, request: HttpRequest) -> Picture:
        upload = request.FILES.get(UPLOAD)
        if upload is None:
            raise ImageRefused(gettext("Choose an image first."))
        if (upload.size or 0) > MAX_BYTES:
            raise ImageRefused(gettext("The image is larger than %(most)s MB.") % {"most": MAX_BYTES // 1024**2})
        return written_anew(upload.read())

    def _keep(self, request: HttpRequest, row: Any, typed: QueryDict) -> WorkingCopy:
        """What is typed as unsaved text of its form, or of a new one: a browser's Back leads to saved ones too."""
        keep = partial(
            working_copies.keep, **self._mine(request, row), content=_content(typed), number=_number_in(typed)
        )
        try:
            return keep(form=form_name_in(typed))
        except AlreadySaved:
            return keep(form=uuid4().hex)

    def _row(self, request: HttpRequest, object_id: int | None) -> Any:
        """What is edited; None while it is being added. Raises Http404 and PermissionDenied."""
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return None
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def _row_and_form(self, request: HttpRequest, object_id: int | None) -> tuple[Any, EditedForm]:
        row = self._row(request, object_id)
        form = self.get_form(request, row, change=row is not None)
        # A copy of the row: reading a form writes into its instance.
        return row, form(request.POST, instance=copy.copy(row) if row is not None else None)

    def _url(self, page: str, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if row is None:
            return reverse(f"{name}_add" if page == "change" else f"{name}_add_{page}")
        return reverse(f"{name}_{page}", args=[row.pk])

    def _url_of(self, use: Use) -> str:
        try:
            return reverse(f"admin:{use.kind.replace('.', '_')}_change", args=[use.object_id])
        except NoReverseMatch:  # its app has no admin
            return ""


def _without_unneeded(media: forms.Media) -> tuple[forms.Media, bool]:
    """*media* of a form without the scripts that it does not need, and True; as it is where a field needs others.

    Those of Django's own that are not named here, such as its calendar, need the named ones.
    """
    all_of_it = cast(Any, media)  # its lists have no public names
    scripts = [script for script in all_of_it._js if not (script in UNNEEDED or str(script).endswith(UNNEEDED))]
    if any(str(script).startswith("admin/js/") for script in scripts):
        return media, False
    return forms.Media(css=all_of_it._css, js=scripts), True


def form_name_in(typed: QueryDict, field: str = FORM) -> str:
    """The name of a form that was sent; a new one where there is none."""
    name = typed.get(field, "")
    return name if FORM_NAME.fullmatch(name) else uuid4().hex


def _number_in(typed: QueryDict) -> int:
    number = typed.get(NUMBER, "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def _content(typed: QueryDict) -> dict[str, list[str]]:
    """The fields of a form without what belongs to this sending of it: its token, its buttons."""
    names = [name for name in typed if name != "csrfmiddlewaretoken" and not name.startswith("_")]
    return {name: typed.getlist(name) for name in names}
