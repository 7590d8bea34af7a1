"""What people type about teams and the people in them."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from playground.accounts.invitations import ROLES
from playground.web.forms.accounts import LONG_ENOUGH
from playground.web.forms.dress import Dressed
from playground.web.team_words import role_note, role_words


class TeamForm(Dressed, forms.Form):
    """A team's name."""

    refusals: ClassVar = {"bad_name": "name"}

    name = forms.CharField(label=_("Name"), max_length=100)


class DeleteTeamForm(Dressed, forms.Form):
    """Its name, typed by who deletes it."""

    refusals: ClassVar = {"other_name": "name"}

    name = forms.CharField(
        label=_("Type its name to delete it"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class InviteForm(Dressed, forms.Form):
    """Whom to invite, and as what."""

    refusals: ClassVar = {"bad_role": "role", "member_already": "email"}

    email = forms.EmailField(
        label=_("Email"),
        required=False,
        max_length=254,
        help_text=_("Then the link is mailed, and good for this address alone. Empty: whoever has the link."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(role.value, f"{role_words(role)} – {role_note(role)}") for role in ROLES]


class JoinForm(Dressed, forms.Form):
    """An account for who was invited and has none. `address`: the one the invitation is for."""

    refusals: ClassVar = {"email_taken": "email", "other_address": "email"}

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

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if address:
            self.fields["email"].initial = address
            self.fields["email"].widget.attrs["readonly"] = True
