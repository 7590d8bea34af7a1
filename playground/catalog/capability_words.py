"""What people read of the capability table: names of parameters, and why one is not taken. For forms and notes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.catalog.capabilities import Capability

LABELS = {
    "thinking": gettext_lazy("Thinking"),
    "reasoning_effort": gettext_lazy("Effort"),
    "temperature": gettext_lazy("Temperature"),
    "top_p": gettext_lazy("Top P"),
    "max_tokens": gettext_lazy("Max tokens"),
    "stop": gettext_lazy("Stop words"),
    "frequency_penalty": gettext_lazy("Frequency penalty"),
    "presence_penalty": gettext_lazy("Presence penalty"),
    "seed": gettext_lazy("Seed"),
    "tools": gettext_lazy("Tools"),
    "tool_choice": gettext_lazy("Choice of tools"),
    "tool_stream": gettext_lazy("Streamed arguments"),
    "response_format": gettext_lazy("Output format"),
    "web_search": gettext_lazy("Web search"),
    "clear_thinking": gettext_lazy("Earlier thinking"),
}

_REASONS = {
    "not_in_schema": gettext_lazy("%(provider)s does not know this parameter."),
    "unverified": gettext_lazy("No documentation of %(provider)s confirms this parameter, so it is never sent."),
    "not_the_model": gettext_lazy("%(model)s does not support this."),
    "always_thinks": gettext_lazy("%(model)s always thinks. It cannot be switched off."),
    "no_switch": gettext_lazy("%(provider)s has no switch for it: the model decides."),
}


def label(name: str) -> str:
    """The name of a parameter in the reader's language."""
    return str(LABELS[name])


def why_not(capability: Capability, *, model: str, provider: str) -> str:
    """Why an offer does not take a parameter, as a sentence; "" when it does."""
    if capability.refused == "not_the_model" and capability.name == "thinking":
        sentence = _("%(model)s has no thinking to switch on.")
    else:
        sentence = str(_REASONS.get(capability.refused, ""))
    return sentence % {"model": model, "provider": provider}
