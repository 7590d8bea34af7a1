"""Tools, output format and earlier thinking in the run settings: what is shown, and what a form posts. Plain values."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.accounts.models import Team, User
from playground.catalog.capabilities import Capabilities, capabilities_of
from playground.catalog.capability_words import why_not
from playground.catalog.models import Offer
from playground.conversations.models import Conversation
from playground.conversations.run_settings import RunSettings
from playground.conversations.web_search import LONGEST_PROMPT, MOST_RESULTS, RECENCIES, SIZES, STEPS, WebSearch
from playground.tools import functions
from playground.tools.schemas import Flaw, read_schema
from playground.wire.tokens import estimate_tokens

EXAMPLE_SCHEMA = """{
  "type": "object",
  "properties": {
    "name": { "type": "string" },
    "amount": { "type": "number", "minimum": 0 }
  },
  "required": ["name", "amount"],
  "additionalProperties": false
}"""
RECENCY_WORDS = {
    "oneDay": gettext_lazy("one day"),
    "oneWeek": gettext_lazy("one week"),
    "oneMonth": gettext_lazy("one month"),
    "oneYear": gettext_lazy("one year"),
}
SIZE_WORDS = {"medium": gettext_lazy("medium"), "high": gettext_lazy("long")}
INTENT_WORDS = {"true": gettext_lazy("where the model sees the need"), "false": gettext_lazy("every time")}
SEQUENCE_WORDS = {"before": gettext_lazy("before the answer"), "after": gettext_lazy("after the answer")}
CHOICE_WORDS = {
    "auto": gettext_lazy("the model decides"),
    "none": gettext_lazy("no call"),
    "required": gettext_lazy("a call is required"),
}
OUTPUT_WORDS = {
    "": gettext_lazy("Text"),
    "json_object": gettext_lazy("JSON"),
    "json_schema": gettext_lazy("Schema"),
}


def tools_view(user: User, team: Team, conversation: Conversation | None, offer: Offer, chosen: RunSettings) -> Any:
    """Values of `conversations/_run_tools.html`."""
    table = capabilities_of(offer)
    rows: list[dict[str, Any]] = [
        {
            "id": str(row.pk),
            "name": row.name,
            "description": row.description,
            "is_on": row.pk in chosen.functions,
            "tokens": estimate_tokens(f"{row.name} {row.description} {row.parameters}"),
        }
        for row in functions.functions_of(team)
    ]
    search = _search(table, offer, chosen.web_search)
    has_tools = table["tools"].taken
    return {
        "locked": "" if has_tools else _why(table, "tools", offer),
        "functions": rows if has_tools else [],
        "choice": _choice(table, chosen, rows) if has_tools and rows else None,
        "choice_locked": _choice_locked(table, offer) if has_tools and rows else "",
        "search": search,
        "total": (len(rows) if has_tools else 0) + bool(search["is_taken"]),
        "count": (sum(row["is_on"] for row in rows) if has_tools else 0) + bool(search["is_on"]),
        "may_edit": has_tools and functions.may_edit(user, team),
        "conversation_id": str(conversation.pk) if conversation else "",
    }


def output_view(offer: Offer, chosen: RunSettings) -> dict[str, Any]:
    """Values of `conversations/_run_output.html`. `note`: how a schema reaches a provider that takes none."""
    known = capabilities_of(offer)["response_format"].values
    is_open = "json_object" in known
    schema = chosen.schema or EXAMPLE_SCHEMA
    return {
        "choices": [(value, words, value == (chosen.output or "")) for value, words in OUTPUT_WORDS.items()],
        "locked": "" if is_open else _("%(model)s writes text only.") % {"model": offer.title},
        "in_prompt": is_open and "json_schema" not in known,
        "schema": schema,
        "flaws": flaws_of(schema) if chosen.output == "json_schema" else (),
    }


def keeping_view(offer: Offer, chosen: RunSettings) -> dict[str, Any]:
    """Whether earlier thinking can go along, and does."""
    table = capabilities_of(offer)
    return {"is_taken": table["clear_thinking"].taken, "is_on": bool(chosen.keep_thinking)}


def flaws_of(text: str, *, of_parameters: bool = False) -> Sequence[Flaw]:
    """What is wrong with a schema that somebody types."""
    return read_schema(text, of_parameters=of_parameters).flaws


def posted(post: QueryDict) -> dict[str, object]:
    """These settings as a form posts them, for run_settings.parse."""
    return {
        "functions": [*post.getlist("functions"), *_named(post)],
        "tool_choice": post.get("tool_choice", ""),
        "web_search": _posted_search(post) if post.get("search") == "on" else None,
        "output": post.get("output", ""),
        "schema": _posted_schema(post),
        "keep_thinking": True if post.get("keep_thinking") == "on" else None,
    }


def _named(post: QueryDict) -> list[str]:
    """A function that must be called is switched on."""
    try:
        return [str(uuid.UUID(post.get("tool_choice", "")))]
    except ValueError:
        return []


def _posted_search(post: QueryDict) -> dict[str, object]:
    count = post.get("search_count", "").strip()
    return {
        "engine": post.get("search_engine", ""),
        "count": int(count) if count.isdecimal() else count or None,
        "recency": post.get("search_recency", ""),
        "domain": post.get("search_domain", ""),
        "size": post.get("search_size", ""),
        "query": post.get("search_query", ""),
        "intent": post.get("search_intent", ""),
        "required": post.get("search_required") == "on",
        "sequence": post.get("search_sequence", ""),
        "prompt": post.get("search_prompt", "").replace("\r\n", "\n"),
    }


def _search(table: Capabilities, offer: Offer, chosen: WebSearch | None) -> dict[str, Any]:
    search, engines = chosen or WebSearch(), table["web_search"].values
    step = STEPS.get(search.engine or next(iter(engines), ""), 1)
    return {
        "name": "web_search",  # as the wire calls it
        "is_taken": table["web_search"].taken,
        "locked": _why(table, "web_search", offer),
        "is_on": table["web_search"].taken and chosen is not None,
        "engines": [(name, name == search.engine) for name in engines],
        "recencies": [(name, RECENCY_WORDS[name], name == search.recency) for name in RECENCIES],
        "sizes": [(name, SIZE_WORDS[name], name == search.size) for name in SIZES],
        "count": search.count or "",
        "step": step,
        "most": MOST_RESULTS,
        "domain": search.domain,
        "query": search.query,
        "intents": [(name, words, name == search.intent) for name, words in INTENT_WORDS.items()],
        "sequences": [(name, words, name == search.sequence) for name, words in SEQUENCE_WORDS.items()],
        "required": search.required,
        "prompt": search.prompt,
        "longest_prompt": LONGEST_PROMPT,
    }


def _choice(table: Capabilities, chosen: RunSettings, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, bool]]:
    """The choices where there is more than one; a function of the team is one where it can be named."""
    values = table["tool_choice"].values
    if not table["tool_choice"].taken or len(values) < 2:
        return []
    wanted = chosen.tool_choice or "auto"
    words = [(value, str(CHOICE_WORDS.get(value, value))) for value in values if value != "function"]
    if "function" in values:
        words += [(row["id"], _("always %(name)s") % {"name": row["name"]}) for row in rows]
    return [(value, said, value == wanted) for value, said in words]


def _choice_locked(table: Capabilities, offer: Offer) -> str:
    """Why nothing can be chosen, "" when something can."""
    capability = table["tool_choice"]
    if not capability.taken:
        return _why(table, "tool_choice", offer)
    if len(capability.values) > 1:
        return ""
    return _("%(provider)s knows only “auto”: the model decides.") % {"provider": offer.provider.name}


def _why(table: Mapping[str, Any], name: str, offer: Offer) -> str:
    return why_not(table[name], model=offer.title, provider=offer.provider.name)


def _posted_schema(post: QueryDict) -> str:
    """The schema as it was typed; the example that stands there before anybody typed is kept once it is chosen."""
    text = str(post.get("schema", "")).replace("\r\n", "\n")
    return "" if text == EXAMPLE_SCHEMA and post.get("output") != "json_schema" else text
