"""What people type about keys and servers of their own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from playground.catalog.choices import Currencies
from playground.vault.models import ApiKey
from playground.vault.servers import ServedModel, tidy_names
from playground.web.forms.dress import Dressed
from playground.web.forms.models import ModelRows

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


def address_field(help_text: Any = "") -> forms.CharField:
    """The base URL of a server of one's own."""
    return forms.CharField(
        label=_("Base URL"),
        required=False,
        max_length=300,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )


class ServerForm(Dressed, forms.Form):
    """Where a server of one's own is asked for its models: all that this takes of a new key's form."""

    refusals: ClassVar = REFUSALS

    base_url = address_field(_("As in https://llm.example.org/v1. Everything before /chat/completions."))
    secret = secret_field()

    def clean_base_url(self) -> str:
        """Without an address there is nobody to ask."""
        if not self.cleaned_data["base_url"].strip():
            raise forms.ValidationError(_("A server of your own needs this."))
        return str(self.cleaned_data["base_url"])


class ModelsForm(Dressed, forms.Form):
    """What is said of all models of a server of one's own; ModelRows has the rest."""

    refusals: ClassVar = REFUSALS

    models = forms.CharField(
        label=_("Further models, by name"),
        required=False,
        max_length=40_000,
        help_text=_("One name a line, as the server knows them."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "tc-mono"}),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=Currencies.choices, required=False)

    def __init__(self, *args: Any, rows: ModelRows | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows or ModelRows(self.data if self.is_bound else None)

    def is_valid(self) -> bool:
        """Both halves are asked, so that all that is wrong is said at once."""
        rows_are = not self.wants_models or self.rows.is_valid()
        return super().is_valid() and rows_are

    @property
    def wants_models(self) -> bool:
        """Whether models are typed at all."""
        return True

    @property
    def more(self) -> list[str]:
        """The names that were typed. Raises OfferRefused when there are too many to be meant."""
        return tidy_names(str(self["models"].value() or "").splitlines())

    @property
    def is_named(self) -> bool:
        """Whether any model is chosen or named."""
        return bool(self.rows.picked or str(self["models"].value() or "").strip())

    @property
    def served(self) -> list[ServedModel]:
        """What was chosen and typed, for the vault. Raises OfferRefused."""
        return self.rows.served(more=self.more, currency=self.cleaned_data["currency"])


class KeyForm(ModelsForm):
    """A new key: for a provider of the catalog, or with a server of one's own."""

    field_order = ("label", "endpoint", "base_url", "secret", "who", "tier", "models")

    label = forms.CharField(label=_("Name"), max_length=100, required=False)
    endpoint = forms.ChoiceField(label=_("Provider"))
    base_url = address_field(_("As in https://llm.example.org/v1. Everything before /chat/completions."))
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
        data = super().clean() or self.cleaned_data
        if data.get("endpoint") == CUSTOM:
            for name in ("label", "base_url"):
                if not data.get(name, "").strip() and name not in self.errors:
                    self.add_error(name, _("A server of your own needs this."))
        return data

    @property
    def wants_models(self) -> bool:
        """Those of the catalog's providers are in the catalog."""
        return str(self["endpoint"].value()) == CUSTOM

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

    base_url = address_field()
    secret = secret_field()
