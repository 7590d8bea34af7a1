"""What a run came to: its entry with all that corrects it. Read by pages; written by repricing.py."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from playground.ledger.models import Entry

LONGEST_CHAIN: Final = 100  # corrections of corrections


@dataclass(frozen=True, slots=True)
class Outcome:
    """The sum of an entry and its corrections. `priced_by`: the entry whose price and parts explain it."""

    total: Decimal | None
    currency: str
    basis: str
    priced_by: Entry
    is_corrected: bool


def outcome(entry: Entry) -> Outcome:
    """What a run came to. No query where `correction` was selected with the entry and there is none."""
    chain = [entry, *later_than(entry)]
    priced = [one for one in chain if one.cost_total is not None]
    if not priced:
        return Outcome(None, entry.currency, entry.cost_basis, entry, is_corrected=len(chain) > 1)
    return Outcome(
        total=sum((one.cost_total for one in priced if one.cost_total is not None), Decimal(0)),
        currency=priced[0].currency,
        basis=priced[0].cost_basis,
        priced_by=priced[0],
        is_corrected=len(chain) > 1,
    )


def later_than(entry: Entry) -> list[Entry]:
    """What corrects an entry, what corrects that, and so on."""
    chain: list[Entry] = []
    later: Entry | None = getattr(entry, "correction", None)
    while later is not None and len(chain) < LONGEST_CHAIN:
        chain.append(later)
        later = getattr(later, "correction", None)
    return chain


def chain_of(entry: Entry) -> list[Entry]:
    """An entry with what corrects it and what it corrects, the first one first."""
    before = [entry]
    while before[0].corrects is not None and len(before) < LONGEST_CHAIN:
        before.insert(0, before[0].corrects)
    return [*before, *later_than(entry)]
