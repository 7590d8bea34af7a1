"""Prices that somebody types for an offer, and files of prices.

A price has a tier or several: amounts for requests of some lengths. Their fields stand in one form under the same
names, as often as there are tiers.
"""

import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import Currencies
from playground.catalog.proposals import LARGEST
from playground.pricing.cost import TOKENS_LIMIT
from playground.pricing.price import PRICE_LIMIT, PRICE_PLACES, Price, Tier
from playground.web.forms.dress import Dressed

MOST_TIERS: Final = 20


def _amount(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=PRICE_LIMIT - 1,
        decimal_places=PRICE_PLACES,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        **options,
    )


def _length(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=TOKENS_LIMIT, **options)


class TierForm(Dressed, forms.Form):
    """One tier: amounts per million tokens, and for which lengths of prompt and answer, in tokens."""

    input = _amount(_("Input"))
    cached = _amount(_("Cached input"), required=False, help_text=_("Empty: nobody states it."))
    output = _amount(_("Output"))
    prompt_min = _length(_("Prompt from"))
    prompt_max = _length(_("Prompt below"))
    completion_min = _length(_("Answer from"))
    completion_max = _length(_("Answer below"))

    @property
    def has_lengths(self) -> bool:
        """Whether it is for requests of some lengths only, as far as it is filled in."""
        return any(self[name].value() for name in self.fields if name.startswith(("prompt", "completion")))

    def clean(self) -> dict[str, Any]:
        """A length ends after it begins."""
        data = super().clean() or self.cleaned_data
        for end, least in (("prompt_max", data.get("prompt_min")), ("completion_max", data.get("completion_min"))):
            most = data.get(end)
            if most is not None and most <= (least or 0):
                self.add_error(end, _("Give more than where it begins; it ends just below."))
        return data

    @property
    def tier(self) -> Tier:
        """What was typed; only of a valid form."""
        data = self.cleaned_data
        least = {name: data[name] or 0 for name in ("prompt_min", "completion_min")}
        return Tier(**data | least)


class PriceForm(Dressed, forms.Form):
    """Amounts per million tokens, from a day on, with the word of who states them."""

    currency = forms.ChoiceField(label=_("Currency"), choices=Currencies.choices)
    start = forms.DateField(label=_("Valid from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        help_text=_("Who states it: a contract, an invoice, a page. Shown with the price."),
    )

    def __init__(self, posted: QueryDict | None = None, *, currency: str, held: Price | None = None) -> None:
        """`currency`: the one the provider bills in, "" where the person has to say it. `held`: what holds until now.

        Who asked for another tier, or for one less, gets what was typed again, with that change and not judged yet.
        """
        rows: list[dict[str, Any]] = (
            list(_rows(posted)) if posted else [_row_of(tier) for tier in held.tiers] if held else [{}]
        )
        is_draft = posted is not None and _changed(rows, posted)
        typed = posted.dict() if posted is not None and is_draft else None
        super().__init__(None if is_draft else posted or None, initial=typed)
        self.tiers = [
            TierForm(row if self.is_bound else None, initial=row, auto_id=f"id_%s_{place}" if place else "id_%s")
            for place, row in enumerate(rows)
        ]
        self.fields["start"].initial = timezone.now().date
        if currency:
            del self.fields["currency"]
        elif held:
            self.fields["currency"].initial = held.currency
        self._currency = currency

    def is_valid(self) -> bool:
        """Whether all of it is, each tier included."""
        judged = [tier.is_valid() for tier in self.tiers]  # all of them, to say everything at once
        return super().is_valid() and all(judged)

    @property
    def status(self) -> int:
        """The HTTP status of an answer that shows this form."""
        return 422 if self.is_bound and not self.is_valid() else 200

    @property
    def may_add(self) -> bool:
        """Whether there is room for another tier."""
        return len(self.tiers) < MOST_TIERS

    def clean(self) -> dict[str, Any]:
        """For every request one tier at most."""
        data = super().clean() or self.cleaned_data
        good = [(place, form.tier) for place, form in enumerate(self.tiers, 1) if form.is_valid()]
        for (one, tier), (other, later) in itertools.combinations(good, 2):
            if tier.overlaps(later):
                both = _(
                    "Tiers %(one)s and %(other)s are both for requests of some lengths. "
                    "Let one begin where the other ends."
                )
                raise forms.ValidationError(both, params={"one": one, "other": other})
        return data

    @property
    def chosen_currency(self) -> str:
        """What the amounts are in; only of a valid form."""
        return self._currency or str(self.cleaned_data["currency"])

    @property
    def stated(self) -> Sequence[Tier]:
        """What was typed; only of a valid form."""
        return [form.tier for form in self.tiers]


def _rows(posted: QueryDict) -> Iterator[dict[str, Any]]:
    """The values of each tier; what was not sent is empty."""
    lists = {name: posted.getlist(name) for name in TierForm.base_fields}
    for place in range(min(MOST_TIERS, max(1, len(lists["input"])))):
        yield {name: values[place] if place < len(values) else "" for name, values in lists.items()}


def _row_of(tier: Tier) -> dict[str, Any]:
    """A tier as it is typed: what it begins with by itself is left empty."""
    values = {name: getattr(tier, name) for name in TierForm.base_fields}
    empty = {name for name, value in values.items() if value is None or (not value and name.endswith("_min"))}
    return {name: "" if name in empty else format(Decimal(value), "f") for name, value in values.items()}


def _changed(rows: list[dict[str, Any]], posted: QueryDict) -> bool:
    """Add or remove a tier, if that was asked for."""
    if "add" in posted and len(rows) < MOST_TIERS:
        rows.append({})
    elif (place := posted.get("remove", "")).isdecimal() and int(place) < len(rows) > 1:
        del rows[int(place)]
    return "add" in posted or "remove" in posted


class ListPriceForm(PriceForm):
    """What an owner of the installation types for everyone: also where it stands, and when it was read there."""

    source_url = forms.URLField(label=_("Address of the source"), max_length=300, required=False, assume_scheme="https")
    source_date = forms.DateField(label=_("Read on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, posted: QueryDict | None = None, *, currency: str, held: Price | None = None) -> None:
        super().__init__(posted, currency=currency, held=held)
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
