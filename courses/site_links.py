"""Links to pages of this site in texts, by their address, and to parts of lessons: which of them lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from html import unescape
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, resolve

from courses.anchors import ID
from courses.markdown_extensions import LESSON_LINK
from courses.models import Course, FormerCourseAddress, FormerLessonAddress, Lesson

COURSES = "courses"  # as all addresses of courses and of their lessons begin

# Of slugs, those that a page has or had.
Known = Callable[[Collection[str]], Collection[str]]
# All slugs that pages had, each with the present one.
Former = Callable[[], Mapping[str, str]]
_sections: dict[str, Known] = {}
_former: dict[str, Former] = {}
# The slug of the course whose files are being loaded, else "".
_loaded: ContextVar[str] = ContextVar("loaded", default="")


def register_section(name: str, known: Known, former: Former) -> None:
    """Have links to /<name>/<slug>/ and below checked by what *known* says, and exported with present slugs. For the
    start of an app.
    """
    _sections[name], _former[name] = known, former


def former_slugs() -> dict[str, Mapping[str, str]]:
    """By section, the slugs that its pages had, each with the present one. One query for each section."""
    courses = dict(FormerCourseAddress.objects.values_list("slug", "course__slug"))
    return {COURSES: courses, **{name: former() for name, former in _former.items()}}


@contextmanager
def loading_files_of(course: str) -> Iterator[None]:
    """Meanwhile only links to lessons of this course, by its slug, are looked up, and no headings in these.

    Courses link to each other and to their exercises, lessons to each other, and one of them is loaded first.
    """
    token = _loaded.set(course)
    try:
        yield
    finally:
        _loaded.reset(token)


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
        if section not in (COURSES, *_sections):
            continue
        found = _slugs_in(path)
        if _loaded.get() and found and found.get("course") != _loaded.get():
            continue
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


def lost_headings(course: Course, names: Mapping[str, str], targets: Collection[str]) -> set[str]:
    """Those of *targets*, such as `lesson:slug#heading`, whose lesson has nothing with this address.

    *names* are those by which lessons of *course* can be linked to, each with the lesson's slug. The address can be in
    the draft, in what learners see, or in what is scheduled. One query.
    """
    if _loaded.get():
        return set()
    links = {target: link for target in targets if (link := LESSON_LINK.fullmatch(target)) and link["slug"] in names}
    lessons = course.lessons.filter(slug__in={names[link["slug"]] for link in links.values()}).order_by()
    texts = lessons.values_list("slug", "draft__body_html", "published__body_html", "scheduled__body_html")
    ids = {slug: {unescape(name) for html in htmls for name in ID.findall(html or "")} for slug, *htmls in texts}
    return {target for target, link in links.items() if link["fragment"][1:] not in ids.get(names[link["slug"]], set())}


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
