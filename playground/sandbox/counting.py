"""What a request weighs in tokens, and how much of it the provider has seen before. Deterministic, bounded memory.

Counts are `playground.wire.tokens.estimate_tokens`; real tokenisers differ by some 15 %.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from playground.sandbox.request import Request
from playground.wire.tokens import estimate_tokens

_BLOCK = 512
"""Characters that are cached or not as one."""

_PER_MESSAGE = 3
"""Tokens of a role and the marks around a message."""


Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a prompt, in order; a prefix is a row of units."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The usage of one answer: cached ≤ prompt, reasoning ≤ completion."""

    prompt: int
    cached: int
    completion: int
    reasoning: int

    def to_json(self, *, details: bool = True) -> dict[str, object]:
        """Return the wire's `usage`; `details` off leaves the reasoning tokens out, as models with inline tags do."""
        usage: dict[str, object] = {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached},
        }
        if details:
            usage["completion_tokens_details"] = {"reasoning_tokens": self.reasoning}
        return usage


def prompt_units(request: Request, count: Count = estimate_tokens) -> tuple[Unit, ...]:
    """Cut the prompt into units: tools first, then every message, long ones in blocks."""
    units = []
    if request.functions:
        tools = json.dumps([[tool.name, tool.description, tool.parameters] for tool in request.functions])
        units.append(Unit(tools, count(tools)))
    for said in request.messages:
        text = "\n".join((said.role, *said.calls, said.text))
        for at in range(0, len(text), _BLOCK):
            block = text[at : at + _BLOCK]
            units.append(Unit(block, count(block) + (0 if at else _PER_MESSAGE - 1)))
    return tuple(units)


class CountMemory:
    """Counts tokens and remembers the counts by hash: a long conversation is sent again with every turn."""

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    def __call__(self, text: str) -> int:
        mark = blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
        count = self._counts.get(mark)
        if count is None:
            count = self._counts[mark] = estimate_tokens(text)
            if len(self._counts) > self._limit:
                self._counts.popitem(last=False)
        return count


class PrefixMemory:
    """Remembers hashes of prompt prefixes, at most `limit` of them; texts themselves are not kept."""

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def cached_tokens(self, owner: bytes, units: Sequence[Unit]) -> int:
        """Return the tokens of the longest prefix that `owner` sent before, and remember this one.

        The last unit never counts: even an exact repetition has to be read at its end.
        """
        cached, chain, unbroken = 0, owner, True
        for unit in units:
            chain = blake2b(unit.text.encode("utf-8", "replace"), key=chain, digest_size=16).digest()
            unbroken = unbroken and chain in self._seen
            if unbroken and unit is not units[-1]:
                cached += unit.tokens
            self._seen[chain] = None
            self._seen.move_to_end(chain)
        while len(self._seen) > self._limit:
            self._seen.popitem(last=False)
        return cached
