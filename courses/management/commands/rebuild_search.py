"""manage.py rebuild_search: make the index of the search anew."""

from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import pluralize

from courses.search.index import rebuild


class Command(BaseCommand):
    help = (
        "Make the index of the search again from what is published. Publishing keeps it up to date by itself; this is "
        "for a database whose rows came another way, such as by loaddata."
    )

    def handle(self, **options: Any) -> None:
        count = rebuild()
        self.stdout.write(f"{count} entr{pluralize(count, 'y,ies')} in the index of the search.")
