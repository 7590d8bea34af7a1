"""What a template's versions are worth to the reader's team, in words: for its page, and two of them side by side."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from playground.accounts.models import Team
from playground.conversations.thumbs import Tally, tally
from playground.ledger.worth import Worth, worth_of
from playground.prompts.models import TemplateVersion
from playground.web.figures import seconds_words
from playground.web.money import format_money
from playground.web.usage_words import share_words


@dataclass(frozen=True, slots=True)
class Figures:
    """One version's figures in words."""

    version: TemplateVersion
    runs: int
    people: int
    costs: Sequence[str]
    prompt: str
    completion: str
    ttft: str
    stopped: str
    failed: str
    up: int
    down: int

    @property
    def rated(self) -> str:
        """The share of thumbs that point up."""
        return share_words(self.up, self.up + self.down)


def figures_of(team: Team, versions: Sequence[TemplateVersion]) -> list[Figures]:
    """The figures of each version, in the order given; three statements."""
    numbers = [version.pk for version in versions]
    worth, thumbs = worth_of(team.pk, numbers), tally(team.pk, numbers)
    return [_figures(one, worth.get(one.pk, Worth()), thumbs.get(one.pk, Tally())) for one in versions]


def side_by_side(team: Team, left: TemplateVersion, right: TemplateVersion) -> list[dict[str, Any]]:
    """Rows of a table: what is measured, and both versions' figures."""
    both = figures_of(team, [left, right])
    return [
        {"word": word, "left": read(both[0]), "right": read(both[1])}
        for word, read in (
            (_("Runs"), lambda one: f"{one.runs:,}"),
            (_("People"), lambda one: f"{one.people:,}"),
            (_("Median cost"), lambda one: " · ".join(one.costs) or "—"),
            (_("Median prompt tokens"), lambda one: one.prompt),
            (_("Median completion tokens"), lambda one: one.completion),
            (_("Median TTFT"), lambda one: one.ttft),
            (_("Stopped"), lambda one: one.stopped),
            (_("Failed"), lambda one: one.failed),
            (_("Rated good"), lambda one: one.rated),
        )
    ]


def of_version(found: Sequence[Figures], version_id: uuid.UUID) -> Figures | None:
    """The figures of one version among them."""
    return next((one for one in found if one.version.pk == version_id), None)


def _figures(version: TemplateVersion, worth: Worth, thumbs: Tally) -> Figures:
    return Figures(
        version=version,
        runs=worth.runs,
        people=worth.people,
        costs=[_cost(amount, currency) for currency, amount in worth.costs.items()],
        prompt=_count(worth.prompt_tokens),
        completion=_count(worth.completion_tokens),
        ttft=seconds_words(worth.ttft_ms),
        stopped=share_words(worth.stopped, worth.runs),
        failed=share_words(worth.failed, worth.runs),
        up=thumbs.up,
        down=thumbs.down,
    )


def _count(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


def _cost(amount: Decimal, currency: str) -> str:
    return format_money(amount, currency)
