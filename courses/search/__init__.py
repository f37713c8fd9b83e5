"""Finds lessons, their sections, listings and exercises: search() is all that a page needs."""

from courses.search.finding import GROUPS, Group, Hit, Results, search

__all__ = ["GROUPS", "Group", "Hit", "Results", "search"]
