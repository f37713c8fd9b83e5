"""Links to pages of this site in texts, by their address: which of them lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, resolve

from courses.models import Course, FormerCourseAddress, FormerLessonAddress, Lesson

COURSES = "courses"  # as all addresses of courses and of their lessons begin

# Of slugs, those that a page has or had.
Known = Callable[[Collection[str]], Collection[str]]
_sections: dict[str, Known] = {}
# Beginnings of addresses that files which are being loaded bring along.
_coming: ContextVar[frozenset[str]] = ContextVar("coming", default=frozenset())


def register_section(name: str, known: Known) -> None:
    """Have links to /<name>/<slug>/ and below checked by what *known* says. For the start of an app.

    In the files of a course, what has such a page is in the folder <name>/<slug>/.
    """
    _sections[name] = known


def addresses_in(labels: Iterable[str]) -> set[str]:
    """Of the pages, beside its lessons, that a course brings along whose files have these labels."""
    parts = (label.split("/") for label in labels)
    return {f"/{one[0]}/{one[1]}/" for one in parts if len(one) > 2 and one[0] in _sections}


def addresses_beside(folder: Path) -> set[str]:
    """Of the courses in the same place as that in *folder*: they may link to each other, and one is loaded first."""
    found = set()
    for course in folder.absolute().parent.glob("*/course.toml"):
        found.add(f"/{COURSES}/{course.parent.name}/")
        found |= {f"/{name}/{one.name}/" for name in _sections for one in (course.parent / name).glob("*/")}
    found.discard(f"/{COURSES}/{folder.name}/")  # its own lessons are known
    return found


@contextmanager
def coming(addresses: Collection[str]) -> Iterator[None]:
    """Meanwhile, pages whose address begins with one of these are taken for granted: files bring them along."""
    token = _coming.set(_coming.get() | frozenset(addresses))
    try:
        yield
    finally:
        _coming.reset(token)


def dead_links(targets: Collection[str]) -> set[str]:
    """Those of *targets*, addresses that begin with "/", that should be a course, a lesson or an exercise and are none.

    What has one of these addresses as a draft, or had it before it was renamed, is there. One query for courses, one
    for lessons, and one for each other section, of those that are linked to.
    """
    dead: set[str] = set()
    courses: dict[str, str] = {}  # targets and the slugs in them
    lessons: dict[str, tuple[str, str]] = {}
    others: dict[str, dict[str, str]] = {}
    for target in targets:
        path = unquote(urlsplit(target).path)
        section = path.split("/")[1]
        if section not in (COURSES, *_sections) or f"{path}/".startswith(tuple(_coming.get())):
            continue
        found = _slugs_in(path)
        if section == COURSES and "course" in found:
            courses[target] = found["course"]
            if "lesson" in found:
                lessons[target] = found["course"], found["lesson"]
        elif section in _sections and "slug" in found:
            others.setdefault(section, {})[target] = found["slug"]
        else:
            dead.add(target)
    known = _courses(set(courses.values()))
    dead.update(target for target, slug in courses.items() if slug not in known)
    wanted = {target: (known[course], slug) for target, (course, slug) in lessons.items() if course in known}
    there = _lessons(set(wanted.values()))
    dead.update(target for target, lesson in wanted.items() if lesson not in there)
    for section, slugs in others.items():
        named = _sections[section](set(slugs.values()))
        dead.update(target for target, slug in slugs.items() if slug not in named)
    return dead


def _slugs_in(path: str) -> dict[str, str]:
    """What the address says of a page; {} where the site has no such address. A missing "/" at the end is added."""
    for address in (path, f"{path}/"):
        try:
            return resolve(address).kwargs
        except Resolver404:
            continue
    return {}


def _courses(slugs: Collection[str]) -> dict[str, int]:
    """The primary keys of courses by the slugs that they have or had."""
    if not slugs:
        return {}
    former = FormerCourseAddress.objects.filter(slug__in=slugs).values_list("slug", "course_id")
    return dict(Course.objects.filter(slug__in=slugs).order_by().values_list("slug", "pk").union(former))


def _lessons(wanted: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of *wanted*, courses and slugs, that are lessons or were."""
    if not wanted:
        return set()
    names = {"course__in": {course for course, _ in wanted}, "slug__in": {slug for _, slug in wanted}}
    former = FormerLessonAddress.objects.filter(**names).values_list("course_id", "slug")
    return set(Lesson.objects.filter(**names).order_by().values_list("course_id", "slug").union(former))
