"""Which role is let in by which command of the socket, to a thing at which place. As routes.py; a command without a
rule fails the build.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.rights.routes import ALL, PRIVATE, SEEN, WRITTEN, Letters


@dataclass(frozen=True, slots=True)
class Rule:
    """`fields` go along with the command; "{kind}" stands for the id of a thing at the place that is tried."""

    letters: Letters
    fields: Mapping[str, Any] = field(default_factory=dict)
    is_answered: bool = True


TURN: Final = {"client_id": "{client}"}
FOLLOWED: Final = "4be2c1f0-6d2e-4b0e-9a43-3f0c5f3f5a51"  # some id: the command is about the socket itself
RULES: Final[Mapping[str, Rule]] = {
    "message.send": Rule(WRITTEN, {**TURN, "conversation": "{conversation}", "parent": None, "text": "hello"}),
    "message.edit": Rule(WRITTEN, {**TURN, "message": "{question}", "text": "hello"}),
    "message.regenerate": Rule(WRITTEN, {**TURN, "message": "{message}"}),
    "message.continue": Rule(WRITTEN, {**TURN, "message": "{message}"}),
    "message.results": Rule(WRITTEN, {**TURN, "message": "{message}", "results": ["noon"]}),
    "message.repair": Rule(WRITTEN, {**TURN, "message": "{message}"}),
    "message.summarise": Rule(WRITTEN, {**TURN, "conversation": "{conversation}", "parent": None}),
    "comparison.send": Rule(
        PRIVATE, {**TURN, "comparison": "{comparison}", "text": "hello", "columns": [{"column": "{column}"}]}
    ),
    "generation.stop": Rule(WRITTEN, {"generation": "{generation}"}),
    "generation.follow": Rule(SEEN, {"generation": "{generation}", "after": 0}),
    "conversation.look": Rule(SEEN, {"conversation": "{conversation}"}),
    "generation.unfollow": Rule(ALL, {"generation": FOLLOWED}),
    "generation.seen": Rule(ALL, {"generation": FOLLOWED, "seq": 1}, is_answered=False),
    "ping": Rule(ALL),
}
