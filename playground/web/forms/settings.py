"""Preferences of a person, and what an owner sets for the installation."""

import datetime as dt
import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.accounts.models import User
from playground.web.forms.dress import Dressed


class ProfileForm(Dressed, forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """How the person is called and how pages are shown to them."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ("name", "language", "theme", "currency", "time_zone")
        labels: ClassVar = {
            "name": _("Your name"),
            "language": _("Language"),
            "theme": _("Theme"),
            "currency": _("Currency shown first"),
        }
        help_texts: ClassVar = {"language": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        like_browser = ("", _("Like the browser"))
        language, zone = self.fields["language"], self.fields["time_zone"]
        assert isinstance(language, forms.ChoiceField) and isinstance(zone, forms.ChoiceField)  # noqa: S101, PT018
        language.choices = [like_browser, *User.Language.choices]
        zone.choices = [like_browser, *((name, name) for name in sorted(zoneinfo.available_timezones()))]


class RateForm(Dressed, forms.Form):
    """The exchange rate from a day on."""

    refusals: ClassVar = {"bad_rate": "cny_per_usd"}

    cny_per_usd = forms.DecimalField(
        label=_("CNY for 1 USD"),
        max_digits=12,
        decimal_places=6,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    day = forms.DateField(label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("Who says so, for everyone to see."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.localdate

    def clean_day(self) -> dt.date:
        """The rate of a day that is still to come is nobody's to know."""
        day: dt.date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day


class AddressForm(Dressed, forms.Form):
    """A private server that keys may be used with."""

    refusals: ClassVar = {"bad_address": "host"}

    host = forms.CharField(
        label=_("Host"),
        max_length=253,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off", "placeholder": "127.0.0.1"}),
    )
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, widget=forms.NumberInput(attrs={"placeholder": "11434"})
    )

    def clean_host(self) -> str:
        """A name or an IP address and nothing around it: no scheme, no path, no user name."""
        host: str = self.cleaned_data["host"]
        if any(sign in host for sign in "/\\?#@ "):
            raise forms.ValidationError(_("Give the host alone, like 127.0.0.1 or llm.lan."))
        return host
