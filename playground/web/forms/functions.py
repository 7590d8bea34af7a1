"""The form of a team's function."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from playground.tools.functions import LONGEST_DESCRIPTION, LONGEST_RESULT
from playground.tools.schemas import LONGEST
from playground.web.forms.dress import Dressed

_CODE = {"spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"}


class FunctionForm(Dressed, forms.Form):
    """What a model is told of a function, and what may answer its calls."""

    refusals: ClassVar = {
        "bad_name": "name",
        "name_taken": "name",
        "bad_description": "description",
        "bad_schema": "parameters",
        "bad_result": "fixed_result",
    }

    name = forms.CharField(
        label=_("Name"), max_length=64, widget=forms.TextInput(attrs={**_CODE, "placeholder": "get_price_series"})
    )
    description = forms.CharField(
        label=_("What it is for"),
        max_length=LONGEST_DESCRIPTION,
        help_text=_("The model decides by this sentence when to call it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    parameters = forms.CharField(
        label=_("Parameters, as a JSON schema"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={**_CODE, "rows": 12, "class": "tc-code-field"}),
    )
    fixed_result = forms.CharField(
        label=_("Fixed result"),
        max_length=LONGEST_RESULT,
        required=False,
        strip=False,
        help_text=_("Fills the answer to a call. Nothing is sent until you press the button. Empty: you type it."),
        widget=forms.Textarea(attrs={**_CODE, "rows": 3, "class": "tc-code-field"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="function-%s", **kwargs)

    def clean_parameters(self) -> str:
        """A browser posts line ends as mail does."""
        return str(self.cleaned_data["parameters"]).replace("\r\n", "\n")

    def clean_fixed_result(self) -> str:
        """The same."""
        return str(self.cleaned_data["fixed_result"]).replace("\r\n", "\n")
