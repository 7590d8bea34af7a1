"""Prices that somebody types for an offer, and files of prices."""

from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import Currencies
from playground.catalog.proposals import LARGEST
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


class ListPriceForm(PriceForm):
    """What an owner of the installation types for everyone: also where it stands, and when it was read there."""

    source_url = forms.URLField(label=_("Address of the source"), max_length=300, required=False, assume_scheme="https")
    source_date = forms.DateField(label=_("Read on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source_date"].initial = timezone.now().date


class PriceFileForm(Dressed, forms.Form):
    """A file of prices; what is in it is judged by catalog/proposals.py."""

    refusals: ClassVar = {"bad_price_list": "file", "bad_catalog_file": "file"}

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A catalog file (.toml), LiteLLM’s model_prices_and_context_window.json, or api.json of models.dev."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,.json"}),
    )
    day = forms.DateField(
        label=_("Fetched on"),
        help_text=_("Kept as the date of the source. Catalog files state their own."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.now().date

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse by the size before anything is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                _("The file is too large: %(most)s MB at most."), params={"most": LARGEST // 1_000_000}
            )
        return file
