"""Courses as files in the admin: download one as an archive; upload one, look at what it would change, load it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext
from django.views.decorators.http import require_safe

from courses.action_log import noted
from courses.addresses import course_at
from courses.course_folder import MAX_ARCHIVE_BYTES, MIB
from courses.exporting import ExportRefused, export_archive
from courses.loading import ContentError, LoadChanged, Problem, course_of_archive
from courses.models import CourseUpload
from courses.uploads import keep_upload, load_upload


class UploadForm(forms.Form):
    archive = forms.FileField(
        label=gettext_lazy("Archive"),
        help_text=gettext_lazy("A .zip file with one folder, which is named like the course, as an export makes it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )
    force = forms.BooleanField(
        required=False,
        label=gettext_lazy("Overwrite what was edited here since the last load"),
        help_text=gettext_lazy("Otherwise it stays as it is, and the preview names it."),
    )

    def clean_archive(self) -> UploadedFile:
        archive: UploadedFile = self.cleaned_data["archive"]
        if (archive.size or 0) > MAX_ARCHIVE_BYTES:
            raise ValidationError(
                gettext("The archive is larger than %(most)s MiB.") % {"most": MAX_ARCHIVE_BYTES // MIB}
            )
        return archive


class CourseFilesAdmin(admin.ModelAdmin):
    """The part of the admin of courses that is about their files."""

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<int:object_id>/export/", self.admin_site.admin_view(self.export_view), name="courses_course_export"),
            path("load/", self.admin_site.admin_view(self.load_view), name="courses_course_load"),
            path("load/<uuid:uuid>/", self.admin_site.admin_view(self.preview_view), name="courses_course_preview"),
            *super().get_urls(),
        ]

    # --- Who may ---

    def has_load_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("courses.load_course")

    def check_load_permission(self, request: HttpRequest, slug: str) -> None:
        """Raise PermissionDenied unless the reader may load the course *slug*, which is new or there already.

        A slug that a course had is that course's still: it is the one that a load finds.
        """
        course = course_at(slug)
        if course is not None and not self.get_queryset(request).filter(pk=course.pk).exists():
            raise PermissionDenied  # it is not theirs
        may = self.has_change_permission(request, course) if course else self.has_add_permission(request)
        if not may or not self.has_load_permission(request):
            raise PermissionDenied

    # --- Export ---

    def export_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return require_safe(self._export)(request, object_id)

    def _export(self, request: HttpRequest, object_id: int) -> HttpResponse:
        course = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_change_permission(request, course):  # an export has the solutions
            raise PermissionDenied
        try:
            archive = export_archive(course)
        except ExportRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:courses_course_change", course.pk)
        self.log_change(request, course, noted(gettext_noop("Exported as files.")))
        return HttpResponse(
            archive,
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{course.slug}.zip"'},
        )

    # --- Load ---

    @transaction.non_atomic_requests  # reading an archive takes a while, in which others write
    def load_view(self, request: HttpRequest) -> HttpResponse:
        """Upload an archive; on to its preview, or back with what is wrong in its files."""
        if not self.has_load_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        problems: list[Problem] = []
        if request.method == "POST" and form.is_valid():
            archive = form.cleaned_data["archive"]
            content, name = archive.read(), archive.name
            try:
                slug, files = course_of_archive(content, name=name)
                self.check_load_permission(request, slug)
                upload = keep_upload(
                    content=content,
                    name=name,
                    slug=slug,
                    files=files,
                    force=form.cleaned_data["force"],
                    author=cast(User, request.user),
                )
            except ContentError as error:
                problems = error.problems
            else:
                return redirect("admin:courses_course_preview", upload.uuid)
        return self._page(
            request,
            "load",
            {"title": gettext("Load a course from files"), "form": form, "problems": problems},
            status=422 if request.method == "POST" else 200,
        )

    def preview_view(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """What the upload would change; POST loads exactly that, or throws the upload away."""
        if not self.has_load_permission(request):
            raise PermissionDenied
        upload = CourseUpload.objects.of(cast(User, request.user)).filter(uuid=uuid).first()
        if upload is None:
            self.message_user(request, gettext("That upload is not kept any more. Upload it again."), messages.WARNING)
            return redirect("admin:courses_course_load")
        self.check_load_permission(request, upload.slug)
        if request.method == "POST":
            return self._discard(request, upload) if "discard" in request.POST else self._load(request, upload)
        course = course_at(upload.slug)
        title = gettext("What loading %(name)s would change") % {"name": upload.name}
        return self._page(request, "preview", {"title": title, "upload": upload, "course": course})

    def _load(self, request: HttpRequest, upload: CourseUpload) -> HttpResponse:
        is_new = course_at(upload.slug) is None
        count = len(upload.preview["changes"])
        try:
            course = load_upload(upload=upload, author=cast(User, request.user))
        except (LoadChanged, ContentError):
            self.message_user(
                request,
                gettext("Somebody changed the course after you had looked. Nothing was loaded: upload it again."),
                messages.ERROR,
            )
            return redirect("admin:courses_course_load")
        loaded = gettext_noop("Loaded from %(name)s, files: %(count)s.")
        if upload.force:
            loaded = gettext_noop("Loaded from %(name)s over what was edited here, files: %(count)s.")
        note = noted(loaded, name=upload.name, count=count)
        (self.log_addition if is_new else self.log_change)(request, course, note)
        self.message_user(
            request,
            ngettext(
                "%(count)s file was loaded into drafts. Nothing was published.",
                "%(count)s files were loaded into drafts. Nothing was published.",
                count,
            )
            % {"count": count},
            messages.SUCCESS,
        )
        return redirect("admin:courses_course_change", course.pk)

    def _discard(self, request: HttpRequest, upload: CourseUpload) -> HttpResponse:
        upload.delete()
        self.message_user(request, gettext("The upload was thrown away; nothing was loaded."))
        return redirect("admin:courses_course_changelist")

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/courses/course/{name}.html", context, status=status)

    # --- Links to it ---

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {**(extra_context or {}), "can_load": self.has_load_permission(request)}
        return super().changelist_view(request, context)
