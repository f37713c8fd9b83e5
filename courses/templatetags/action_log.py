"""What the admin's log says, and the notes of versions."""

from django import template

from courses.action_log import note_in_words, sentence_of

register = template.Library()
register.filter("what_was_done", sentence_of)
register.filter("note_in_words", note_in_words)
