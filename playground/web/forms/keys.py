"""What people type about keys and servers of their own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import Currencies
from playground.catalog.custom import MAX_TOKENS, TypedPrice
from playground.vault.models import ApiKey
from playground.vault.servers import ServedModels
from playground.web.forms.dress import Dressed

CUSTOM = "custom"  # the choice "a server of one's own"
ME, TEAM = "me", "team"
REFUSALS = {
    "bad_key": "secret",
    "key_needed": "secret",
    "bad_address": "base_url",
    "private_address": "base_url",
    "bad_base_url": "base_url",
    "bad_provider": "label",
    "bad_offer": "models",
    "bad_price": "input_price",
}

Choices = Sequence[tuple[str, Any]]


def secret_field(help_text: Any = "", *, required: bool = False) -> forms.CharField:
    """A key: typed once and never sent back to the browser."""
    attrs = {"autocomplete": "off", "spellcheck": "false", "data-1p-ignore": "", "class": "tc-mono"}
    return forms.CharField(
        label=_("API key"),
        max_length=2000,  # the vault says what is too long for a key, in its own words
        required=required,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(render_value=False, attrs=attrs),
    )


def price_field(label: Any) -> forms.DecimalField:
    """An amount per million tokens, as fine as prices are."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=6,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


class ModelsForm(Dressed, forms.Form):
    """Models of a server of one's own, with what is said of all that are named."""

    refusals: ClassVar = REFUSALS

    models = forms.CharField(
        label=_("Model names"),
        required=False,
        max_length=40_000,
        help_text=_("One name a line, as the server knows them."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "tc-mono"}),
    )
    context_tokens = forms.IntegerField(
        label=_("Context"), required=False, min_value=1, max_value=MAX_TOKENS, help_text=_("Tokens; empty: not known.")
    )
    input_price = price_field(_("Input / M tokens"))
    output_price = price_field(_("Output / M tokens"))
    currency = forms.ChoiceField(label=_("Currency"), choices=Currencies.choices, required=False)

    def clean(self) -> dict[str, Any]:
        """A price has both parts or none: half a price would count the other half as free."""
        data = super().clean() or self.cleaned_data
        parts = [data.get(name) is not None for name in ("input_price", "output_price")]
        if any(parts) and not all(parts) and not self.errors.keys() & {"input_price", "output_price"}:
            missing = "output_price" if parts[0] else "input_price"
            self.add_error(missing, _("Give both prices, or neither: then runs are unpriced."))
        return data

    @property
    def served(self) -> ServedModels:
        """What was typed, for the vault."""
        data = self.cleaned_data
        price = None
        if data["input_price"] is not None:
            price = TypedPrice(data["currency"] or "CNY", data["input_price"], data["output_price"])
        return ServedModels(data["models"].splitlines(), data["context_tokens"], price)


class KeyForm(ModelsForm):
    """A new key: for a provider of the catalog, or with a server of one's own."""

    field_order = ("label", "endpoint", "base_url", "secret", "who", "tier", "models")

    label = forms.CharField(label=_("Name"), max_length=100, required=False)
    endpoint = forms.ChoiceField(label=_("Provider"))
    base_url = forms.CharField(
        label=_("Base URL"),
        required=False,
        max_length=300,
        help_text=_("As in https://llm.example.org/v1. Everything before /chat/completions."),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    secret = secret_field()
    who = forms.ChoiceField(label=_("Who may use it"))
    tier = forms.ChoiceField(label=_("Tier"), choices=ApiKey.Tier.choices, initial=ApiKey.Tier.V0)

    def __init__(self, *args: Any, endpoints: Choices, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices("endpoint", [*endpoints, (CUSTOM, _("Custom OpenAI-compatible server"))])
        self.choices("who", people)

    def choices(self, name: str, choices: Choices) -> None:
        """What can be chosen in a field; the first is proposed."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = list(choices)
        field.initial = choices[0][0]

    def clean(self) -> dict[str, Any]:
        """A server of one's own needs a name and an address; the vault judges what they are."""
        data = super().clean()
        if data.get("endpoint") == CUSTOM:
            for name in ("label", "base_url"):
                if not data.get(name, "").strip() and name not in self.errors:
                    self.add_error(name, _("A server of your own needs this."))
        return data

    @property
    def is_custom(self) -> bool:
        """Whether a server of one's own was chosen."""
        return bool(self.cleaned_data.get("endpoint") == CUSTOM)


class LabelForm(Dressed, forms.Form):
    """Name and tier of a stored key."""

    label = forms.CharField(label=_("Name"), max_length=100)
    tier = forms.ChoiceField(label=_("Tier"), choices=ApiKey.Tier.choices)


class ReplaceForm(Dressed, forms.Form):
    """Another secret, and for a server of one's own another address."""

    refusals: ClassVar = REFUSALS

    base_url = forms.CharField(
        label=_("Base URL"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    secret = secret_field()
