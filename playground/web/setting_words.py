"""Run settings in words: what was chosen, and nothing of what was not."""

from django.utils.translation import gettext as _

from playground.catalog.capability_words import label
from playground.conversations.run_settings import PARAMETERS, RunSettings
from playground.conversations.web_search import WebSearch
from playground.prompts.models import TemplateVersion
from playground.tools.models import Function
from playground.vault.models import ApiKey

LONGEST_BEGINNING = 32  # characters of a system prompt


def setting_words(settings: RunSettings) -> dict[str, str]:
    """Every setting that was chosen but the model, in words, by its name."""
    found: dict[str, str] = {}
    for name, parameter in PARAMETERS.items():
        value = getattr(settings, name)
        if value in (None, ()):
            continue
        if name == "tool_choice" and settings.named_function:
            value = Function.objects.filter(pk=settings.named_function).values_list("name", flat=True).first() or "—"
        found[name] = f"{label(parameter)} {_value_words(name, value)}"
    if settings.system_prompt.strip():
        found["system_prompt"] = _("System prompt “%(begin)s”, %(count)s characters") % {
            "begin": _beginning(settings.system_prompt),
            "count": f"{len(settings.system_prompt):,}",
        }
    if settings.template and (version := TemplateVersion.objects.filter(pk=settings.template).first()):
        found["template"] = _("Template %(title)s v%(number)s") % {"title": version.title, "number": version.number}
    if settings.key:
        key = ApiKey.objects.filter(pk=settings.key).first()
        found["key"] = _("Key %(name)s") % {"name": key} if key else _("Key that is gone")
    return found


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_BEGINNING else f"{words[:LONGEST_BEGINNING].rstrip()}…"


def _value_words(name: str, value: object) -> str:
    if isinstance(value, bool | WebSearch):
        return _("on") if value else _("off")
    if isinstance(value, tuple):
        return str(len(value)) if name == "functions" else " ".join(f"“{word}”" for word in value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
