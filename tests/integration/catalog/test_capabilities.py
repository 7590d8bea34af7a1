"""The capability table of every offer of the catalog, and the body that its requests may have: compared to a snapshot.

After a change that is meant: `python -m tests.integration.catalog.test_capabilities` writes the snapshot anew.
"""

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django
import pytest

if __name__ == "__main__":  # pytest-django has done it otherwise; models want it before they are imported
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from playground.catalog.capabilities import Capability
from playground.catalog.choices import EVERYONE
from playground.catalog.custom import Wiring, create_provider
from playground.catalog.errors import CatalogFileError
from playground.catalog.load import data_files
from playground.catalog.models import Offer, Provider
from playground.catalog.offering import OfferEntry
from playground.catalog.queries import OfferFacts, facts_of
from playground.catalog.read import read
from playground.conversations.lines import messages_of
from playground.conversations.run_settings import RunSettings, clamp
from playground.conversations.transcript import Line
from playground.conversations.web_search import WebSearch
from playground.streaming.plan import dialect_of, request_of
from playground.wire.parameters import FAMILIES, NAMES
from playground.wire.request import build_payload

SNAPSHOT = Path(__file__).with_name("capabilities.json")
SEARCH = WebSearch(
    **{"count": 25, "recency": "oneWeek", "domain": "example.org", "size": "high", "query": "tides", "intent": "false"},  # type: ignore[arg-type]
    **{"required": True, "sequence": "before", "prompt": "Cite what you use. Today is {{current_date}}."},  # type: ignore[arg-type]
)
EVERYTHING = RunSettings(
    **{"thinking": True, "temperature": 0.5, "top_p": 0.5, "max_tokens": 100, "stop": ("a", "b", "c", "d", "e")},  # type: ignore[arg-type]
    **{"frequency_penalty": 0.5, "presence_penalty": 0.5, "seed": 7},  # type: ignore[arg-type]
    **{"functions": (uuid.UUID(int=2),), "tool_choice": "required", "web_search": SEARCH},  # type: ignore[arg-type]
    **{"output": "json_schema", "schema": '{"type": "object"}', "keep_thinking": True},  # type: ignore[arg-type]
)
# Fields of the body that no parameter of the table brings.
ALWAYS = {"model", "messages", "stream", "stream_options", "request_id"}
FIELDS_OF = {
    "thinking": {"thinking", "reasoning", "chat_template_kwargs", "reasoning_effort"},
    "reasoning_effort": {"reasoning_effort", "reasoning"},
    "web_search": {"tools"},
    "clear_thinking": {"thinking"},
}
FUNCTION = {"type": "function", "function": {"name": "f", "description": "F", "parameters": {"type": "object"}}}
LINES = [Line("user", "hi"), Line("assistant", "hello", reasoning_content="a greeting"), Line("user", "again")]


def entries() -> list[tuple[Mapping[str, Any], OfferEntry]]:
    known = read(path for path in data_files() if "catalog/data" in path.as_posix())
    return [(known.providers[offer.provider], offer) for offer in known.offers.values()]


def facts(provider: Mapping[str, Any], entry: OfferEntry) -> OfferFacts:
    row = Provider(slug=entry.provider, scope=EVERYONE, **provider)
    return facts_of(Offer(provider=row, wire_name=entry.wire_name, **entry.values))


def body_of(offer: OfferFacts, wished: RunSettings) -> dict[str, Any]:
    fitting, _notes = clamp(wished, offer)
    search = [fitting.web_search.tool()] if fitting.web_search else []
    tools = [*search, *([FUNCTION] if fitting.functions else [])]
    messages = messages_of(LINES, fitting, offer)
    request = request_of(fitting, offer, messages, request_id=uuid.UUID(int=1).hex, tools=tools)
    return build_payload(request, dialect_of(offer))


def told(capability: Capability) -> str:
    """One line a person can read in a diff."""
    if not capability.taken:
        return f"never: {capability.refused}"
    parts = []
    if capability.high is not None:
        parts.append(f"{capability.low:g} to {capability.high:g} by {capability.step:g}")
    if capability.default is not None:
        parts.append(f"default {capability.default:g}")
    if capability.most is not None:
        parts.append(f"at most {capability.most}")
    return ", ".join([*parts, *capability.values]) or "yes"


def snapshot() -> dict[str, dict[str, Any]]:
    """Every offer of the files: its table, and the body when everything was chosen, with every effort there is."""
    seen: dict[str, dict[str, Any]] = {}
    for provider, entry in entries():
        offer = facts(provider, entry)
        table = {name: told(offer.parameters[name]) for name in NAMES}
        body = body_of(offer, RunSettings(**{**_fields(EVERYTHING), "effort": (offer.efforts or ("high",))[0]}))
        sent = {name: body[name] for name in sorted(body) if name not in ALWAYS}
        seen[f"{entry.provider} {entry.wire_name}"] = {"takes": table, "sends": sent}
    return seen


def _fields(settings: RunSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__slots__}


def test_every_offer_takes_and_sends_what_the_snapshot_says() -> None:
    assert snapshot() == json.loads(SNAPSHOT.read_text())


@pytest.mark.parametrize("name", NAMES)
def test_a_body_never_holds_a_field_outside_the_table(name: str) -> None:
    for provider, entry in entries():
        offer = facts(provider, entry)
        if offer.parameters[name].taken:
            continue
        allowed = {field for other in NAMES if offer.parameters[other].taken for field in FIELDS_OF.get(other, {other})}
        for effort in (None, *FAMILIES["glm"]["reasoning_effort"].values):
            for thinking in (None, True, False):
                wished = RunSettings(**{**_fields(EVERYTHING), "effort": effort, "thinking": thinking})
                assert set(body_of(offer, wished)) <= ALWAYS | allowed, f"{entry.provider} {entry.wire_name}"


@pytest.mark.django_db
def test_a_server_of_ones_own_takes_what_its_family_takes() -> None:
    wiring = Wiring(family="openai", thinking_switch="none")
    provider = create_provider(scope="team:1", name="Mine", base_url="http://10.0.0.5:8000/v1", wiring=wiring)
    offer = facts_of(Offer(provider=provider, wire_name="llama", title="Llama", tools=True, json_mode=True))
    body = body_of(offer, EVERYTHING)
    assert {name: body[name] for name in ("seed", "frequency_penalty", "presence_penalty", "stop")} == {
        **{"seed": 7, "frequency_penalty": 0.5, "presence_penalty": 0.5, "stop": ["a", "b", "c", "d"]},
    }
    assert offer.parameters["tool_choice"].values == ("auto", "none", "required", "function")
    assert offer.parameters["response_format"].values == ("text", "json_object", "json_schema")
    assert not offer.parameters["web_search"].taken


@pytest.mark.parametrize(
    ("stated", "complaint"),
    [
        ('{ warp = { refused = "unverified" } }', "warp must be a known parameter"),
        ('{ seed = "no" }', "seed must be a known parameter"),
        ('{ seed = { colour = "red" } }', "seed must be a known parameter"),
        ('{ seed = { refused = "always_thinks" } }', "seed is refused as one of not_in_schema, unverified"),
    ],
)
def test_a_file_that_states_nonsense_is_refused(tmp_path: Path, stated: str, complaint: str) -> None:
    file = tmp_path / "2026-11-26-x.toml"
    file.write_text(
        f'schema_version = 1\nchecked = 2026-11-26\n[[providers]]\nslug = "x"\nname = "X"\n'
        f'base_url = "https://x.example"\nfamily = "glm"\nthinking_switch = "glm"\ntemperature_max = "1"\n'
        f'top_p_max = "1"\nsort = 1\nparameters = {stated}\n'
    )
    with pytest.raises(CatalogFileError, match=complaint):
        read([file])


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(snapshot(), indent=1, ensure_ascii=False) + "\n")
