"""Forms of the account pages."""

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import ApiToken


class LoginForm(AllauthLoginForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = gettext_lazy("Email address or user name")
        login.widget.attrs["autocomplete"] = "username"


class AddPasskeyForm(AddWebAuthnForm):
    name = forms.CharField(required=False, max_length=60, label=gettext_lazy("Name"))
    passwordless = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Sign in with it alone, without the password"),
        help_text=gettext_lazy(
            "Otherwise it is asked for after the password, which a security key without PIN can do as well."
        ),
    )


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name"]
        labels = {"name": gettext_lazy("Name of the new token")}
        help_texts = {"name": gettext_lazy("Where you will use it, such as “laptop”.")}


class DeleteAccountForm(forms.Form):
    is_certain = forms.BooleanField(label=gettext_lazy("Delete my account and everything in it"))
