"""The look of form fields: every form of the house mixes this in. `components/field.html` draws the rest."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from playground.errors import Refused

CLASSES = ((forms.Select, "select"), (forms.Textarea, "textarea"), (forms.Widget, "input"))


class Dressed(forms.BaseForm):
    """Gives widgets the kit's classes; labels stand above fields, so no colons and no placeholders that repeat them."""

    refusals: ClassVar[Mapping[str, str]] = {}  # code of a refusal of the floors below -> the field it is about

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.dress()

    def dress(self) -> None:
        """Give every widget its class; a form that makes fields of its own calls it once they are there."""
        for field in self.fields.values():
            _dress(field.widget)

    @property
    def status(self) -> int:
        """The HTTP status of an answer that shows this form."""
        return 422 if self.is_bound and self.errors else 200

    def refuse(self, error: Refused) -> None:
        """Show a refusal of the floors below where it belongs."""
        field = self.refusals.get(error.code)
        self.add_error(field if field in self.fields else None, ValidationError(error.message, code=error.code))


def _dress(widget: forms.Widget) -> None:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxInput | forms.HiddenInput):
        return
    kind = next(name for base, name in CLASSES if isinstance(widget, base))
    others = widget.attrs.get("class", "")
    if kind not in others.split():
        widget.attrs["class"] = f"{kind} {others}".strip()
