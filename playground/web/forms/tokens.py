"""A personal access token to be made."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from playground.accounts.tokens import DAYS, Scope
from playground.web.forms.dress import Dressed

SCOPES: Final[Mapping[str, Any]] = {
    Scope.USAGE: _("Usage: entries and totals"),
    Scope.CATALOG: _("Models and prices"),
}


class TokenForm(Dressed, forms.Form):
    """What it is called, what it may read, how long."""

    refusals: ClassVar = {"bad_token": "name"}

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What uses it, to tell it from others later."))
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        choices=lambda: [(days, ngettext("%(days)d day", "%(days)d days", days) % {"days": days}) for days in DAYS],
        coerce=int,
        initial=DAYS[2],
    )
    scopes = forms.MultipleChoiceField(
        label=_("May read"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "input"}),
        initial=list(SCOPES),
    )
