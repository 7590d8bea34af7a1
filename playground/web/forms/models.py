"""Models of a server of one's own: one row each, chosen or not, with what somebody types in about it.

Not a formset: how many rows there are is what the server listed, and rows that are not chosen are nobody's to mend.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import Thinking, ThinkingModes
from playground.catalog.custom import MAX_TOKENS, MAX_WIRE_NAME, TypedPrice
from playground.catalog.models import Offer
from playground.pricing.price import Price
from playground.vault.servers import ServedModel
from playground.web.forms.dress import Dressed

AT_MOST = 100  # rows in one form; the rest of a longer list can be named
PICKED_UNASKED = 4  # a list of no more than this is chosen whole
PREFIX, COUNT = "m", "m-count"


def tokens_field(label: Any) -> forms.IntegerField:
    """A number of tokens; empty: not known."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": _("not known")})
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=MAX_TOKENS, widget=widget)


def price_field(label: Any) -> forms.DecimalField:
    """An amount per million tokens, as fine as prices are; empty: unpriced."""
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "placeholder": _("unpriced")})
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=12, decimal_places=6, widget=widget)


THINKING: Final = (
    ("", _("not stated")),
    (ThinkingModes.OPTIONAL, _("decides itself")),
    (ThinkingModes.ALWAYS, _("always")),
)


class ModelForm(Dressed, forms.Form):
    """One model."""

    pick = forms.BooleanField(required=False)
    name = forms.CharField(max_length=MAX_WIRE_NAME, widget=forms.HiddenInput)
    context_tokens = tokens_field(_("Context, tokens"))
    max_output_tokens = tokens_field(_("Longest answer, tokens"))
    input_price = price_field(_("Input / M tokens"))
    output_price = price_field(_("Output / M tokens"))
    thinking = forms.ChoiceField(label=_("Thinks"), required=False, choices=THINKING)

    def clean(self) -> dict[str, Any]:
        """A price has both parts or none: half a price would count the other half as free."""
        data = super().clean() or self.cleaned_data
        parts = [data.get(name) is not None for name in ("input_price", "output_price")]
        if any(parts) and not all(parts) and not self.errors.keys() & {"input_price", "output_price"}:
            missing = "output_price" if parts[0] else "input_price"
            self.add_error(missing, _("Give both prices, or neither: then runs are unpriced."))
        return data

    @property
    def model_name(self) -> str:
        """The name as the server knows it, for the label."""
        return str(self["name"].value() or "").strip()

    @property
    def is_picked(self) -> bool:
        """Whether it is wanted."""
        return bool(self["pick"].value())

    def served(self, currency: str) -> ServedModel:
        """What was typed, for the vault."""
        data = self.cleaned_data
        price = None
        if data["input_price"] is not None:
            price = TypedPrice("USD" if currency == "USD" else "CNY", data["input_price"], data["output_price"])
        thinking: Thinking = data["thinking"] or "none"
        return ServedModel(data["name"].strip(), data["context_tokens"], data["max_output_tokens"], price, thinking)


class ModelRows:
    """The rows of one form, in their order. `data`: what was posted; `initial`: what they begin with."""

    def __init__(self, data: Mapping[str, Any] | None = None, initial: Sequence[Mapping[str, Any]] = ()) -> None:
        if data is not None:
            count = str(data.get(COUNT, ""))[:4]
            numbers = range(min(int(count) if count.isdecimal() else 0, AT_MOST))
            self.forms = [ModelForm(data, prefix=f"{PREFIX}-{number}") for number in numbers]
        else:
            self.forms = [
                ModelForm(initial=dict(values), prefix=f"{PREFIX}-{number}")
                for number, values in enumerate(initial[:AT_MOST])
            ]

    @property
    def picked(self) -> list[ModelForm]:
        """Those that are wanted."""
        return [form for form in self.forms if form.is_picked]

    def is_valid(self) -> bool:
        """Whether what was typed for the wanted ones makes sense; every one of them is asked."""
        return sum(not form.is_valid() for form in self.picked) == 0

    def served(self, *, more: Iterable[str], currency: str) -> list[ServedModel]:
        """The wanted ones, and those of `more` that have no row."""
        chosen = {form.model_name: form.served(currency) for form in self.picked}
        named = (name for name in more if name not in {form.model_name for form in self.forms})
        return [*chosen.values(), *(ServedModel(name) for name in named)]

    def with_names(self, typed: Iterable[str], listed: Iterable[str]) -> "ModelRows":
        """The same rows with what stands in them, then the names that were typed, then those a server listed."""
        rows = [{name: form[name].value() for name in form.fields} for form in self.forms]
        known = {form.model_name for form in self.forms}
        new = [name for name in typed if name not in known]
        offered = [name for name in listed if name not in known and name not in new]
        few = not known and len(offered) <= PICKED_UNASKED
        rows += [{"name": name, "pick": True} for name in new]
        rows += [{"name": name, "pick": few} for name in offered]
        return ModelRows(initial=rows)


def rows_of(offers: Iterable[tuple[Offer, Price | None]]) -> ModelRows:
    """What a server offers now, to be changed."""
    return ModelRows(initial=[_row(offer, price) for offer, price in offers])


def _row(offer: Offer, price: Price | None) -> dict[str, Any]:
    tier = price.tiers[0] if price else None
    return {
        "pick": True,
        "name": offer.wire_name,
        "context_tokens": offer.context_tokens,
        "max_output_tokens": offer.max_output_tokens,
        "input_price": _plain(tier.input) if tier else None,
        "output_price": _plain(tier.output) if tier else None,
        "thinking": "" if offer.thinking == ThinkingModes.NONE else offer.thinking,
    }


def _plain(amount: Any) -> str:
    return f"{amount.normalize():f}"
