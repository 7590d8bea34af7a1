"""Run settings in words: what was chosen, and nothing of what was not."""

import json
import uuid
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.catalog.capability_words import label
from playground.conversations.run_settings import PARAMETERS, RunSettings
from playground.conversations.web_search import WebSearch
from playground.prompts.models import TemplateVersion
from playground.tools.models import Function
from playground.vault.models import ApiKey
from playground.web.run_tools import CHOICE_WORDS, INTENT_WORDS, OUTPUT_WORDS, RECENCY_WORDS, SEQUENCE_WORDS, SIZE_WORDS

LONGEST_BEGINNING = 32  # characters of a system prompt
# Settings whose values have words of their own.
NAMED = {"output": OUTPUT_WORDS, "tool_choice": CHOICE_WORDS}


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
    if settings.output == "json_schema" and settings.schema.strip():
        found["schema"] = _("Schema “%(begin)s”, %(count)s characters") % {
            "begin": _beginning(_title_of(settings.schema) or settings.schema),
            "count": f"{len(settings.schema):,}",
        }
    if settings.when_full:
        way = {"drop": _("leave out the oldest turns"), "summarise": _("summarise first")}[settings.when_full]
        found["when_full"] = _("When the context is full: %(way)s") % {"way": way}
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
    elif settings.team_key_first:
        found["team_key_first"] = _("The team’s key first")
    return found


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_BEGINNING else f"{words[:LONGEST_BEGINNING].rstrip()}…"


def _title_of(schema: str) -> str:
    """What a schema calls itself, "" where it does not or is not finished."""
    try:
        title = json.loads(schema).get("title")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return title if isinstance(title, str) else ""


def _value_words(name: str, value: object) -> str:
    if isinstance(value, WebSearch):
        return ", ".join(_search_words(value)) or _("on")
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if name in NAMED:
        return str(NAMED[name].get(str(value), value))
    if isinstance(value, tuple):
        return ", ".join(_function_names(value)) if name == "functions" else " ".join(f"“{word}”" for word in value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def _search_words(search: WebSearch) -> Iterator[str]:
    """The options that were chosen."""
    if search.engine:
        yield search.engine
    if search.count:
        yield ngettext("%(count)s result", "%(count)s results", search.count) % {"count": search.count}
    if search.recency:
        yield str(RECENCY_WORDS[search.recency])
    if search.size:
        yield _("excerpts: %(size)s") % {"size": SIZE_WORDS[search.size]}
    if search.domain:
        yield search.domain
    if search.query:
        yield f"“{search.query}”"
    if search.intent:
        yield _("searches %(when)s") % {"when": INTENT_WORDS[search.intent]}
    if search.required:
        yield _("a search is required")
    if search.sequence:
        yield _("results %(place)s") % {"place": SEQUENCE_WORDS[search.sequence]}
    if search.prompt:
        yield _("instruction “%(begin)s”") % {"begin": _beginning(search.prompt)}


def _function_names(functions: tuple[uuid.UUID, ...]) -> list[str]:
    """Their names in the order in which they were chosen; "—" for one that is gone."""
    names = dict(Function.objects.filter(pk__in=functions).values_list("pk", "name"))
    return [names.get(one, "—") for one in functions]
