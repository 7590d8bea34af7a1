"""The language models the sandbox imitates, with their documented limits. Read by every other module of this floor.

Figures: the makers' own documentation pages as collected in the catalog (context, longest answer, requests in flight
per tier, list prices). Speeds are chosen to feel like the real ones; nobody promises them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Thinking = Literal["none", "optional", "always", "inline"]
"""none: never. optional: unless told not to. always: on every request. inline: as <think> inside the text."""

TIERS = ("V0", "V1", "V2", "V3")


@dataclass(frozen=True, slots=True)
class ListPrice:
    """What a shop asks for one million tokens, as text so that nobody calculates in floats."""

    shop: str
    currency: Literal["CNY", "USD"]
    input: str
    output: str
    cached: str = ""


@dataclass(frozen=True, slots=True)
class SandboxModel:
    """One imitated language model."""

    slug: str
    title: str
    thinking: Thinking
    can_disable: bool
    """May `thinking.type = "disabled"` be sent? Where not, the request is refused with 1214."""
    context_tokens: int
    max_output_tokens: int
    concurrency: Mapping[str, int] = field(default_factory=dict)
    """Requests in flight per tier V0 to V3; empty where the maker states none."""
    tools: bool = True
    tool_stream: bool = False
    json_mode: bool = True
    caching: bool = False
    web_search: bool = False
    echo: str = ""
    """The name the provider puts into its answers where it differs from the one asked for."""
    tokens_per_second: float = 80.0
    first_token_seconds: float = 0.5
    prices: tuple[ListPrice, ...] = ()

    @property
    def echoed(self) -> str:
        return self.echo or self.slug


def find_model(models: Iterable[SandboxModel], name: str) -> SandboxModel | None:
    """Return the model called `name`; a shop prefix (`vercel/`, `zai/`, `bigmodel/`) is ignored, and so is case."""
    slug = name.rpartition("/")[2].strip().lower()
    return next((model for model in models if slug and slug in (model.slug, model.echo)), None)


def _tiers(v0: int, v1: int, v2: int, v3: int) -> Mapping[str, int]:
    return dict(zip(TIERS, (v0, v1, v2, v3), strict=True))


def _cny(input: str, output: str, cached: str = "") -> ListPrice:
    return ListPrice("BigModel", "CNY", input, output, cached)


def _zai(input: str, output: str, cached: str = "") -> ListPrice:
    return ListPrice("Z.ai", "USD", input, output, cached)


def _vercel(input: str, output: str, cached: str = "") -> ListPrice:
    return ListPrice("Vercel", "USD", input, output, cached)


_Z1_FLASHX = SandboxModel(
    slug="glm-z1-flashx",
    title="GLM-Z1-FlashX",
    thinking="inline",
    can_disable=False,
    context_tokens=128_000,
    max_output_tokens=32_768,
    concurrency=_tiers(50, 100, 150, 200),
    tokens_per_second=160,
    first_token_seconds=0.3,
    prices=(_cny("0.1", "0.1"),),
)
_FLASHX = SandboxModel(
    slug="glm-4-flashx-250414",
    title="GLM-4-FlashX-250414",
    thinking="none",
    can_disable=True,
    context_tokens=128_000,
    max_output_tokens=16_384,
    concurrency=_tiers(50, 100, 300, 500),
    caching=True,
    web_search=True,
    echo="glm4flashx250414",
    tokens_per_second=160,
    first_token_seconds=0.2,
    prices=(_cny("0.1", "0.1", "0.05"),),
)
_4_5 = SandboxModel(
    slug="glm-4.5",
    title="GLM-4.5",
    thinking="optional",
    can_disable=True,
    context_tokens=128_000,
    max_output_tokens=98_304,
    caching=True,
    web_search=True,
    tokens_per_second=60,
    first_token_seconds=0.8,
    prices=(_zai("0.6", "2.2", "0.11"), _vercel("0.6", "2.2", "0.11")),
)
_4_6 = replace(
    _4_5,
    slug="glm-4.6",
    title="GLM-4.6",
    context_tokens=200_000,
    max_output_tokens=131_072,
    tool_stream=True,
    tokens_per_second=80,
    first_token_seconds=0.6,
)
_4_7 = replace(_4_6, slug="glm-4.7", title="GLM-4.7", thinking="always")

# The models of the product's source documents first; then enough newer ones to meet every shape of the protocol.
DEFAULT_MODELS: tuple[SandboxModel, ...] = (
    _Z1_FLASHX,
    replace(
        _Z1_FLASHX,
        slug="glm-z1-air",
        title="GLM-Z1-Air",
        concurrency=_tiers(30, 40, 50, 60),
        tokens_per_second=70,
        first_token_seconds=0.5,
        prices=(_cny("0.5", "0.5"),),
    ),
    _FLASHX,
    replace(
        _4_7,
        slug="glm-4.7-flashx",
        title="GLM-4.7-FlashX",
        json_mode=False,
        tokens_per_second=160,
        first_token_seconds=0.2,
        prices=(_vercel("0.06", "0.40", "0.01"), _zai("0.07", "0.40", "0.01"), _cny("0.5", "3", "0.1")),
    ),
    _4_5,
    replace(
        _4_5,
        slug="glm-4.5-air",
        title="GLM-4.5-Air",
        tokens_per_second=90,
        first_token_seconds=0.5,
        prices=(_zai("0.2", "1.1", "0.03"), _vercel("0.2", "1.1", "0.03"), _cny("0.8", "6", "0.16")),
    ),
    replace(
        _4_5,
        slug="glm-4.5-x",
        title="GLM-4.5-X",
        tokens_per_second=110,
        first_token_seconds=0.3,
        prices=(_zai("2.2", "8.9", "0.45"),),
    ),
    replace(
        _4_5,
        slug="glm-4.5-airx",
        title="GLM-4.5-AirX",
        tokens_per_second=130,
        first_token_seconds=0.3,
        prices=(_zai("1.1", "4.5", "0.22"),),
    ),
    replace(
        _4_5,
        slug="glm-4.5-flash",
        title="GLM-4.5-Flash",
        tokens_per_second=75,
        first_token_seconds=0.6,
        prices=(_zai("0", "0"),),
    ),
    _4_6,
    replace(_4_7, prices=(_zai("0.6", "2.2", "0.11"), _vercel("0.6", "2.2", "0.12"))),
    replace(
        _4_7,
        slug="glm-4.7-flash",
        title="GLM-4.7-Flash",
        tokens_per_second=110,
        first_token_seconds=0.3,
        prices=(_zai("0", "0", "0"), _vercel("0.07", "0.40"), _cny("0", "0")),
    ),
    replace(_4_6, slug="glm-5", title="GLM-5", tokens_per_second=77, prices=(_zai("1", "3.2", "0.2"),)),
    replace(_4_6, slug="glm-5.1", title="GLM-5.1", tokens_per_second=130, prices=(_zai("1.4", "4.4", "0.26"),)),
    replace(
        _4_6,
        slug="glm-5.2",
        title="GLM-5.2",
        context_tokens=1_000_000,
        tokens_per_second=150,
        prices=(_zai("1.4", "4.4", "0.26"), _cny("8", "28", "2")),
    ),
    replace(
        _4_6,
        slug="glm-5.3",
        title="GLM-5.3",
        thinking="always",
        can_disable=False,
        context_tokens=1_000_000,
        tokens_per_second=120,
        prices=(_zai("1.4", "4.4", "0.26"), _cny("8", "28", "2")),
    ),
    replace(
        _FLASHX,
        slug="glm-4-flash-250414",
        title="GLM-4-Flash-250414",
        concurrency={},
        echo="",
        tokens_per_second=100,
        prices=(_cny("0", "0"),),
    ),
)
