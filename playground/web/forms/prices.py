"""A price that somebody types for an offer."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import Currencies
from playground.pricing.price import PRICE_LIMIT, PRICE_PLACES, Tier
from playground.web.forms.dress import Dressed


def _amount(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=PRICE_LIMIT - 1,
        decimal_places=PRICE_PLACES,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        **options,
    )


class PriceForm(Dressed, forms.Form):
    """Amounts per million tokens, from a day on, with the word of who states them."""

    refusals: ClassVar = {"bad_price": "input"}

    input = _amount(_("Input"))
    cached = _amount(_("Cached input"), required=False, help_text=_("Empty: nobody states it."))
    output = _amount(_("Output"))
    currency = forms.ChoiceField(label=_("Currency"), choices=Currencies.choices)
    start = forms.DateField(label=_("Valid from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        help_text=_("Who states it: a contract, an invoice, a page. Shown with the price."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency`: the one the provider bills in, "" where the person has to say it."""
        super().__init__(*args, **kwargs)
        self.fields["start"].initial = timezone.now().date
        if currency:
            del self.fields["currency"]
        self._currency = currency

    @property
    def chosen_currency(self) -> str:
        """What the amounts are in; only of a valid form."""
        return self._currency or str(self.cleaned_data["currency"])

    @property
    def tier(self) -> Tier:
        """The amounts for every request; only of a valid form."""
        return Tier(
            input=self.cleaned_data["input"], output=self.cleaned_data["output"], cached=self.cleaned_data["cached"]
        )
