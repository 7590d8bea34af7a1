"""What people type about budgets."""

import zoneinfo
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from playground.budgets.deeds import Subject, Terms
from playground.budgets.measures import MOST_TOKENS, TOKENS, units_of
from playground.budgets.models import Budget
from playground.web.forms.dress import Dressed

Choices = Sequence[tuple[str, Any]]
PLACES = 12  # of an amount of money


class TermsForm(Dressed, forms.Form):
    """What can be changed of a budget; `unit` is the measure of one that is there."""

    refusals: ClassVar = {"bad_amount": "amount", "bad_thresholds": "warn_percent"}

    name = forms.CharField(
        label=_("Name"), required=False, max_length=100, help_text=_("Empty: it is called after what it is for.")
    )
    amount = forms.DecimalField(
        label=_("Amount"),
        max_value=MOST_TOKENS,
        decimal_places=PLACES,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    warn_percent = forms.IntegerField(label=_("Warn at, %"), min_value=1, max_value=100, initial=80)
    block_percent = forms.IntegerField(label=_("Block at, %"), min_value=1, max_value=100, initial=100)
    unpriced = forms.ChoiceField(
        label=_("Runs without a price"),
        choices=Budget.Unpriced.choices,
        required=False,
        help_text=_("A budget in money cannot see what they cost."),
    )

    def __init__(self, *args: Any, unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unit = unit
        if unit == TOKENS:
            del self.fields["unpriced"]

    @property
    def unit(self) -> str:
        """What the amount is in."""
        return self._unit

    def clean_amount(self) -> Decimal:
        """Tokens are whole."""
        amount: Decimal = self.cleaned_data["amount"]
        if self.unit == TOKENS and amount != amount.to_integral_value():
            raise forms.ValidationError(_("Tokens are whole."))
        return amount

    @property
    def terms(self) -> Terms:
        """What was typed, for the deeds."""
        data = self.cleaned_data
        return Terms(
            amount=units_of(data["amount"], self.unit),
            name=data["name"],
            warn_percent=data["warn_percent"],
            block_percent=data["block_percent"],
            unpriced=data.get("unpriced") or Budget.Unpriced.REFUSE,
        )


class BudgetForm(TermsForm):
    """A new budget."""

    refusals: ClassVar = {**TermsForm.refusals, "bad_subject": "scope"}
    field_order = ("scope", "user", "api_key", "template", "measure", "amount", "span")

    scope = forms.ChoiceField(label=_("For"), choices=Budget.Scope.choices)
    user = forms.TypedChoiceField(label=_("Member"), coerce=int, required=False, empty_value=None)
    api_key = forms.ChoiceField(label=_("Key"), required=False)
    template = forms.ChoiceField(label=_("Template"), required=False)
    measure = forms.ChoiceField(label=_("In"), choices=Budget.Measure.choices)
    span = forms.ChoiceField(label=_("Period"), choices=Budget.Span.choices, initial=Budget.Span.MONTH, required=False)
    converts = forms.BooleanField(
        label=_("Also count the other currency, converted at the rate of the day"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "input"}),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Where its days and months begin."))

    def __init__(
        self, *args: Any, people: Choices, keys: Choices, templates: Choices, zone: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("user", people), ("api_key", keys), ("template", templates)):
            self._choices(name, [("", "—"), *choices])
        zones = sorted(zoneinfo.available_timezones())
        self._choices("time_zone", [(one, one) for one in zones])
        self.fields["time_zone"].initial = zone

    def _choices(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = list(choices)

    @property
    def unit(self) -> str:
        """What was chosen; asked while the amount is cleaned, before all is valid."""
        return str(self.data.get(self.add_prefix("measure"), ""))

    def clean(self) -> dict[str, Any]:
        """What a budget is for has to be named."""
        data = super().clean() or self.cleaned_data
        wanted = {"member": "user", "key": "api_key", "template": "template"}.get(str(data.get("scope")))
        if wanted and not data.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, _("Choose one."))
        if data.get("scope") != Budget.Scope.NEWCOMER and not data.get("span") and "span" not in self.errors:
            self.add_error("span", _("Choose one."))
        return data

    @property
    def subject(self) -> Subject:
        """What was chosen, for the deeds."""
        data = self.cleaned_data
        return Subject(
            scope=data["scope"],
            measure=data["measure"],
            span=data["span"],
            time_zone=data["time_zone"],
            converts=data["converts"],
            user=data["user"],
            api_key=data["api_key"] or None,
            template=data["template"] or None,
        )
