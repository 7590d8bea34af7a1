"""Allauth's forms in the look and the words of the house, and the form of the first account."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.utils.translation import gettext_lazy as _

from playground.web.forms.dress import Dressed

LONG_ENOUGH = _("At least 8 characters; not a common one.")


class _Account(Dressed):
    """Labels and help of our own: allauth's are placeholders, links and lists."""

    labels: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Account, allauth.LoginForm):  # type: ignore[misc]  # allauth has no types
    """Address and password."""

    labels = {"login": _("Email"), "password": _("Password")}


class SignUpForm(_Account, allauth.SignupForm):  # type: ignore[misc]
    """Where sign-up is open."""

    labels = {"email": _("Email"), "password1": _("Password"), "password2": _("Password, again")}
    helps = {"password1": LONG_ENOUGH}


class ForgottenForm(_Account, allauth.ResetPasswordForm):  # type: ignore[misc]
    """Where the link for a new password is sent."""

    labels = {"email": _("Email")}


class NewPasswordForm(_Account, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """Behind the link of the mail."""

    labels = {"password1": _("New password"), "password2": _("New password, again")}
    helps = {"password1": LONG_ENOUGH}


class ChangePasswordForm(_Account, allauth.ChangePasswordForm):  # type: ignore[misc]
    """For who is signed in."""

    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password, again"),
    }
    helps = {"password1": LONG_ENOUGH}


class SetPasswordForm(_Account, allauth.SetPasswordForm):  # type: ignore[misc]
    """For accounts that never had one."""

    labels = {"password1": _("New password"), "password2": _("New password, again")}
    helps = {"password1": LONG_ENOUGH}


class NewEmailForm(_Account, allauth.AddEmailForm):  # type: ignore[misc]
    """Another address; it takes the place of the old one once it is confirmed."""

    labels = {"email": _("New e-mail address")}


class AgainForm(_Account, allauth.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    labels = {"password": _("Password")}


class OwnerForm(Dressed, forms.Form):
    """The first account."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
