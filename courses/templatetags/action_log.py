"""What the admin's log says."""

from django import template

from courses.action_log import sentence_of

register = template.Library()
register.filter("what_was_done", sentence_of)
