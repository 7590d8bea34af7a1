"""Public lists of prices, as JSON files: LiteLLM's price map and the api.json of models.dev. Pure; no database.

Both are in dollars, LiteLLM's per token, models.dev's per million. Amounts are read as decimals from the digits in the
file. A line that this house cannot calculate with keeps its `problem` and has no tiers.
"""

import decimal
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from playground.catalog.errors import PriceListRefused
from playground.pricing.money import EXACT
from playground.pricing.price import PriceDamagedError, Tier

Kind = Literal["litellm", "models_dev"]
TITLES: Final[Mapping[Kind, str]] = {"litellm": "LiteLLM price map", "models_dev": "models.dev data"}
PER_MILLION: Final = 6  # places the decimal point moves from a price per token
THOUSAND: Final = 1000
LONGEST: Final = 10**9  # tokens of a prompt; no model reads so much

# Why a line cannot be taken over. Marked for translation; pages say them in the reader's language.
FINE: Final = gettext_noop("An amount is finer than six decimal places, or no number.")
THINKING: Final = gettext_noop("It prices thinking apart from the answer, which is not counted here.")
WRITING: Final = gettext_noop("It prices writing into the cache, which is not counted here.")

_ABOVE = re.compile(r"input_cost_per_token_above_(\d{1,6})k_tokens")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: what a seller asks for a model, by the names that the list uses."""

    seller: str
    model: str
    tiers: tuple[Tier, ...]
    url: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PriceList:
    """What a file states about the wanted sellers, and which format it has."""

    kind: Kind
    lines: tuple[Listed, ...]

    @property
    def title(self) -> str:
        """What it is called as a source."""
        return TITLES[self.kind]


def read_price_list(content: bytes, sellers: Mapping[Kind, Iterable[str]]) -> PriceList:
    """The lines of the wanted sellers. Raises PriceListRefused("bad_price_list")."""
    data = _parsed(content)
    if any("litellm_provider" in entry for entry in data.values()):
        return PriceList("litellm", tuple(_litellm(data, frozenset(sellers["litellm"]))))
    if any(isinstance(entry.get("models"), dict) for entry in data.values()):
        return PriceList("models_dev", tuple(_models_dev(data, frozenset(sellers["models_dev"]))))
    raise _unknown()


def _parsed(content: bytes) -> dict[str, dict[str, Any]]:
    def refuse(word: str) -> NoReturn:
        raise ValueError(word)

    try:
        data = json.loads(content, parse_float=Decimal, parse_int=Decimal, parse_constant=refuse)
    except (ValueError, RecursionError, decimal.DecimalException) as error:
        raise _unknown() from error
    if not isinstance(data, dict):
        raise _unknown()
    return {str(name): entry for name, entry in data.items() if isinstance(entry, dict)}


def _unknown() -> PriceListRefused:
    return PriceListRefused("bad_price_list", _("This is neither a catalog file nor a list of LiteLLM or models.dev."))


def _litellm(data: Mapping[str, Mapping[str, Any]], sellers: frozenset[str]) -> Iterator[Listed]:
    for name, entry in data.items():
        seller = str(entry.get("litellm_provider"))
        if seller in sellers and "input_cost_per_token" in entry and "output_cost_per_token" in entry:
            source = entry.get("source")
            url = source if isinstance(source, str) and source.startswith(("https://", "http://")) else ""
            yield _listed(seller, name.removeprefix(f"{seller}/"), url, _litellm_amounts(entry))


@dataclass(frozen=True, slots=True)
class _Step:
    """What is asked for requests with prompts from `start` tokens on, as the file has it."""

    start: int
    input: Any
    output: Any
    cached: Any


@dataclass(frozen=True, slots=True)
class _Amounts:
    """What a line states: steps in their order, what else it prices, and the places to a price per million."""

    steps: tuple[_Step, ...]
    thinking: Any = None
    writing: Any = None
    places: int = 0


def _litellm_amounts(entry: Mapping[str, Any]) -> _Amounts:
    steps = [_litellm_step(entry, 0, "", None)]
    for thousands in sorted({int(match[1]) for key in entry if (match := _ABOVE.fullmatch(key))}):
        steps.append(_litellm_step(entry, thousands * THOUSAND + 1, f"_above_{thousands}k_tokens", steps[-1]))
    return _Amounts(
        steps=tuple(steps),
        thinking=entry.get("output_cost_per_reasoning_token"),
        writing=entry.get("cache_creation_input_token_cost"),
        places=PER_MILLION,
    )


def _litellm_step(entry: Mapping[str, Any], start: int, ending: str, lower: _Step | None) -> _Step:
    """What a step does not state is that of the lower one."""
    return _Step(
        start,
        input=entry.get(f"input_cost_per_token{ending}", lower and lower.input),
        output=entry.get(f"output_cost_per_token{ending}", lower and lower.output),
        cached=entry.get(f"cache_read_input_token_cost{ending}", lower and lower.cached),
    )


def _models_dev(data: Mapping[str, Mapping[str, Any]], sellers: frozenset[str]) -> Iterator[Listed]:
    for seller, entry in data.items():
        models = entry.get("models")
        if seller not in sellers or not isinstance(models, dict):
            continue
        doc = entry.get("doc")
        url = doc if isinstance(doc, str) and doc.startswith("https://") else ""
        for name, model in models.items():
            cost = model.get("cost") if isinstance(model, dict) else None
            if isinstance(cost, dict) and "input" in cost and "output" in cost:
                yield _listed(seller, str(name), url, _models_dev_amounts(cost))


def _models_dev_amounts(cost: Mapping[str, Any]) -> _Amounts:
    tiers = cost.get("tiers")
    further = [_further(tier) for tier in tiers] if isinstance(tiers, list) else _over_200k(cost)
    steps = sorted([_models_dev_step(0, cost), *further], key=lambda step: step.start)
    return _Amounts(tuple(steps), cost.get("reasoning"), cost.get("cache_write"))


def _models_dev_step(start: int, amounts: Mapping[str, Any]) -> _Step:
    return _Step(start, amounts.get("input"), amounts.get("output"), amounts.get("cache_read"))


def _further(tier: Any) -> _Step:
    """A tier of its own; what is none begins before the first and spoils the line."""
    size = tier["tier"].get("size") if isinstance(tier, dict) and isinstance(tier.get("tier"), dict) else None
    if not isinstance(size, Decimal) or not 0 <= size < LONGEST or size % 1:
        return _Step(-1, None, None, None)
    return _models_dev_step(int(size) + 1, tier)


def _over_200k(cost: Mapping[str, Any]) -> list[_Step]:
    """The older way to write one more tier."""
    over = cost.get("context_over_200k")
    return [_models_dev_step(200 * THOUSAND + 1, over)] if isinstance(over, dict) else []


def _listed(seller: str, model: str, url: str, stated: _Amounts) -> Listed:
    try:
        tiers = tuple(_tiers(stated))
        if stated.thinking is not None and _amount(stated.thinking, stated.places) != tiers[0].output:
            return Listed(seller, model, (), url, THINKING)
        if stated.writing is not None and _amount(stated.writing, stated.places):
            return Listed(seller, model, (), url, WRITING)
    except (PriceDamagedError, decimal.DecimalException):
        return Listed(seller, model, (), url, FINE)
    return Listed(seller, model, tiers, url)


def _tiers(stated: _Amounts) -> Iterator[Tier]:
    ends = [step.start for step in stated.steps[1:]]
    for step, end in zip(stated.steps, [*ends, None], strict=True):
        yield Tier(
            input=_amount(step.input, stated.places),
            output=_amount(step.output, stated.places),
            cached=None if step.cached is None else _amount(step.cached, stated.places),
            prompt_min=step.start,
            prompt_max=end,
        )


def _amount(value: Any, places: int) -> Decimal:
    if not isinstance(value, Decimal):
        raise PriceDamagedError(f"no amount: {value!r}")
    return EXACT.scaleb(value, places)
