"""manage.py render_lessons: make the HTML of all lesson versions anew, and what is kept of the courses."""

from typing import Any

from django.core.management.base import BaseCommand

from courses.models import Course, LessonVersion
from courses.outline import outline_changed, store_outline
from courses.publishing import version_html
from courses.search.index import fill, rebuild


class Command(BaseCommand):
    help = (
        "Render the Markdown of every lesson version again. Needed once after an upgrade that renders differently: "
        "pages show the HTML that was made when a version was saved, and the outline that was kept when something was."
    )

    def handle(self, **options: Any) -> None:
        changed = 0
        for version in LessonVersion.objects.select_related("lesson__course").iterator(chunk_size=50):
            rendered = version_html(version)
            if (version.body_html, version.contents) != (rendered.html, rendered.contents):
                version.body_html, version.contents = rendered.html, rendered.contents
                version.save(update_fields=["body_html", "contents"])
                changed += 1
        if changed:
            rebuild()  # the search finds what the HTML says
        else:
            fill()
        for pk in Course.objects.values_list("pk", flat=True):
            outline_changed(pk)
            store_outline(pk)
        self.stdout.write(f"{changed} versions of lessons changed.")
