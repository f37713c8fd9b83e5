"""Pictures of courses in the admin: which there are, and where they are shown. They come by the forms of texts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from courses.admin.own import DeletedOneByOne
from courses.images import url_of
from courses.models import CourseImage
from courses.usage import uses_of_image

SHOWN: list[Any] = ["picture", "course", "markdown", "size", "uses", "created_at", "created_by"]


@admin.register(CourseImage)
class CourseImageAdmin(DeletedOneByOne):
    course_path = "course"
    list_display = ["name", "course", "size", "created_at", "created_by"]
    list_filter = ["course"]
    list_select_related = ["course", "created_by"]
    search_fields = ["name"]
    fields = SHOWN
    readonly_fields = SHOWN

    def get_queryset(self, request: HttpRequest) -> QuerySet[CourseImage]:
        images: QuerySet[CourseImage] = super().get_queryset(request)
        return images.defer("data")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CourseImage | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, image: CourseImage) -> SafeString:
        return format_html(
            '<img class="course-image" src="{}" alt="{}" width="{}" height="{}">',
            url_of(image),
            image.name,
            image.width,
            image.height,
        )

    @admin.display(description=gettext_lazy("in a text"))
    def markdown(self, image: CourseImage) -> SafeString:
        return format_html("<code>![{}](images/{})</code>", gettext("what it shows"), image.name)

    @admin.display(description=gettext_lazy("pixels"))
    def size(self, image: CourseImage) -> str:
        return f"{image.width} x {image.height}"

    @admin.display(description=gettext_lazy("where it is used"))
    def uses(self, image: CourseImage) -> SafeString:
        links = (
            (reverse(f"admin:{use.kind.replace('.', '_')}_change", args=[use.object_id]), use.title)
            for use in uses_of_image(image)
        )
        return format_html_join("", '<div><a href="{}">{}</a></div>', links) or SafeString(gettext("Nowhere"))
