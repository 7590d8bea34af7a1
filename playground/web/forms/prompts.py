"""What people type about templates: the editor, an import, and the values for a template's variables."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from playground.comparisons.columns import MOST
from playground.prompts.content import LONGEST
from playground.prompts.variables import LONG, Kind, Variable, check
from playground.web.forms.dress import Dressed

PREFIX = "value-"  # of the fields that take a variable's value
THINKING = {"": None, "on": True, "off": False}


class EditorForm(Dressed, forms.Form):
    """A template without its variables, which the texts name. What is wrong with a value is said by prompts.content."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST["title"])
    purpose = forms.CharField(
        label=_("Purpose"),
        required=False,
        max_length=LONGEST["purpose"],
        help_text=_("One or two sentences: what it is for, and what comes out."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    system_prompt = forms.CharField(
        label=_("System prompt"),
        required=False,
        strip=False,
        help_text=_("{{name}} makes a variable called name."),
        widget=forms.Textarea(attrs={"rows": 12, "class": "tc-mono", "data-takes-variables": True}),
    )
    first_message = forms.CharField(
        label=_("First message"),
        required=False,
        strip=False,
        help_text=_("Stands in the composer, ready to be looked over and sent. May stay empty."),
        widget=forms.Textarea(attrs={"rows": 5, "class": "tc-mono", "data-takes-variables": True}),
    )
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=500, help_text=_("Separated by commas."), strip=True
    )
    language = forms.ChoiceField(label=_("Language of the text"), required=False)
    model = forms.ChoiceField(label=_("Recommended model"), required=False)
    thinking = forms.ChoiceField(
        label=_("Thinking"),
        required=False,
        choices=[("", _("as the model does by default")), ("on", _("on")), ("off", _("off"))],
    )
    temperature = forms.FloatField(label=_("Temperature"), required=False)
    top_p = forms.FloatField(label=_("Top P"), required=False)
    max_tokens = forms.IntegerField(label=_("Max tokens"), required=False, min_value=1)
    effort = forms.CharField(label=_("Effort"), required=False, max_length=20)
    stop = forms.CharField(
        label=_("Stop words, one a line"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    frequency_penalty = forms.FloatField(label=_("Frequency penalty"), required=False)
    presence_penalty = forms.FloatField(label=_("Presence penalty"), required=False)
    seed = forms.IntegerField(label=_("Seed"), required=False)
    note = forms.CharField(
        label=_("What changed"), required=False, max_length=200, help_text=_("For the list of versions.")
    )

    def __init__(
        self, *args: Any, models: Iterable[tuple[str, str]], languages: Iterable[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("model", models)
        self._offer("language", languages)

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """Give a field its choices, and the one it has even if nobody offers it any more."""
        field: Any = self.fields[name]
        listed = [("", _("none")), *choices]
        held = self.initial.get(name, "")
        field.choices = listed if held in dict(listed) else [*listed, (held, held)]


class ImportForm(Dressed, forms.Form):
    """A file of templates."""

    refusals: ClassVar = {"bad_file": "file"}

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("YAML or JSON, as the export writes it; up to 200 templates and 2 MB."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.json"}),
    )


class FillForm(Dressed, forms.Form):
    """One field for each variable of a template."""

    def __init__(self, *args: Any, variables: Iterable[Variable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variables = tuple(variables)
        for one in self.variables:
            self.fields[PREFIX + one.name] = _field(one)
        self.dress()

    def clean(self) -> dict[str, Any]:
        """Hold every value to its variable."""
        cleaned = super().clean() or {}
        for one in self.variables:
            if sentence := check(one, str(cleaned.get(PREFIX + one.name, ""))):
                self.add_error(PREFIX + one.name, sentence)
        return cleaned

    @property
    def values(self) -> Mapping[str, str]:
        """What was typed, by the names of the variables."""
        return {one.name: str(self.cleaned_data.get(PREFIX + one.name, "")) for one in self.variables}


class BothForm(FillForm):
    """One field for each variable that any of the versions has, whose first message all are asked, and which `others`
    of the same templates become columns, too."""

    def __init__(
        self, *args: Any, firsts: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if choices := list(firsts):
            self.fields["first"] = forms.ChoiceField(
                label=_("First message of"),
                choices=choices,
                help_text=_("They differ; all columns are asked the same."),
            )
        if more := list(others):
            self.fields["also"] = forms.MultipleChoiceField(
                label=_("Further versions"),
                required=False,
                choices=more,
                help_text=_("Each becomes a column of its own, %(most)s columns at most.") % {"most": MOST},
                widget=forms.CheckboxSelectMultiple(attrs={"class": "input"}),
            )
        self.dress()


def _field(one: Variable) -> forms.CharField:
    return forms.CharField(
        label=one.words,
        required=False,  # what is missing is said with everything else that is wrong
        strip=False,
        help_text=one.help,
        initial=one.default,
        widget=_widget(one),
    )


def _widget(one: Variable) -> forms.Widget:
    attrs = {"required": True} if one.required else {}
    if one.kind in LONG:
        return forms.Textarea(attrs=attrs | {"rows": 6} | ({"data-file-text": True} if one.kind == Kind.FILE else {}))
    if one.kind == Kind.CHOICE:
        blank = [] if one.default else [("", "—")]
        return forms.Select(choices=[*blank, *((choice, choice) for choice in one.choices)], attrs=attrs)
    if one.kind == Kind.DATE:
        return forms.DateInput(attrs=attrs | {"type": "date"})
    return forms.TextInput(attrs=attrs | ({"inputmode": "decimal"} if one.kind == Kind.NUMBER else {}))
