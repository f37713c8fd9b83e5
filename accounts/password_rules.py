"""The rules for passwords are Django's; here each says what it asks in a few words, for the list beside the field."""

from django.contrib.auth import password_validation
from django.utils.translation import gettext, ngettext


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    def get_help_text(self) -> str:
        text = ngettext("At least %(number)d character", "At least %(number)d characters", self.min_length)
        return text % {"number": self.min_length}


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    def get_help_text(self) -> str:
        return gettext("None that many people use")


class UserAttributeSimilarityValidator(password_validation.UserAttributeSimilarityValidator):
    def get_help_text(self) -> str:
        return gettext("Not like your address or name")
