"""Requests in flight, counted per key and model against the documented figures of tiers V0 to V3."""

from collections import Counter

from playground.sandbox.models import SandboxModel

Seat = tuple[bytes, str]


class Gate:
    """Lets so many requests of one key in at a time; the others get code 1302."""

    def __init__(self) -> None:
        self._inside: Counter[Seat] = Counter()

    def enter(self, owner: bytes, model: SandboxModel, tier: str | None) -> Seat | None:
        """Return a seat to give back with `leave`, or None when all are taken. No tier, or no figure: no limit."""
        seat = (owner, model.slug)
        limit = model.concurrency.get(tier) if tier else None
        if limit is not None and self._inside[seat] >= limit:
            return None
        self._inside[seat] += 1
        return seat

    def leave(self, seat: Seat) -> None:
        self._inside[seat] -= 1
        if self._inside[seat] <= 0:
            del self._inside[seat]

    def inside(self) -> int:
        """Return how many requests are in flight."""
        return self._inside.total()
