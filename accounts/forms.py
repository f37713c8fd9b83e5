"""Forms of the account pages."""

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import ApiToken


class LoginForm(AllauthLoginForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = gettext_lazy("Email address or user name")
        login.widget.attrs["autocomplete"] = "username"


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name"]
        labels = {"name": gettext_lazy("Name of the new token")}
        help_texts = {"name": gettext_lazy("Where you will use it, such as “laptop”.")}


class DeleteAccountForm(forms.Form):
    is_certain = forms.BooleanField(label=gettext_lazy("Delete my account and everything in it"))
