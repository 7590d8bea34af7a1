"""What somebody wants to see of the entries, as it stands in the address: the overview's filters, order, page, columns.

Pure but for the queryset it narrows.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet

from playground.accounts.models import User
from playground.ledger.measured import FAILED
from playground.ledger.models import Entry
from playground.ledger.periods import Period
from playground.ledger.unpriced import UNPRICED
from playground.pricing.money import CURRENCIES
from playground.web import access
from playground.web.usage_seat import Seat
from playground.web.usage_wish import NO_KEY, Wish

ROWS: Final = 50  # of one page
PAGES: Final = 200  # at most; further back with another range
# Columns that can be chosen, in their order; those that stand there at first.
COLUMNS: Final = (
    *("conversation", "person", "provider", "model", "key", "template"),
    *("prompt", "cached", "reasoning", "completion", "ttft", "speed", "duration", "cost", "status", "request"),
)
USUAL: Final = (
    *("conversation", "person", "model", "prompt", "cached", "reasoning", "completion", "ttft", "speed", "cost"),
    "status",
)
# What can be sorted by, and the database's column.
ORDERS: Final[Mapping[str, str]] = {
    "time": "created_at",
    "prompt": "prompt_tokens",
    "cached": "cached_tokens",
    "reasoning": "reasoning_tokens",
    "completion": "completion_tokens",
    "ttft": "ttft_ms",
    "speed": "tokens_per_second",
    "duration": "duration_ms",
    "cost": "cost_total",
}
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class ListWish:
    """One state of the entries page. `wish` has the filters, which both usage pages understand."""

    wish: Wish
    sort: str = "time"
    is_descending: bool = True
    page: int = 1
    conversation: str = ""  # its id in hexadecimal
    text: str = ""  # a part of a request id, of a title or of a person's name
    unpriced: str = ""  # "1": only those that have no price yet
    fault: str = ""  # "1": only runs that failed through the offer
    currency: str = ""  # only what is billed in it
    since: str = ""  # only from this very moment on, as ISO 8601 has it
    columns: tuple[str, ...] = USUAL

    @classmethod
    def read(cls, values: Mapping[str, str], columns: Iterable[str]) -> "ListWish":
        """From an address; what makes no sense there is passed over."""
        sort, page = values.get("sort", ""), values.get("page", "")
        chosen = tuple(name for name in COLUMNS if name in set(columns))
        return cls(
            wish=replace(Wish.read(values), unit="", by="", measure=""),
            sort=sort.removeprefix("-") if sort.removeprefix("-") in ORDERS else "time",
            is_descending=sort.startswith("-") or sort.removeprefix("-") not in ORDERS,
            page=min(PAGES, max(1, int(page))) if page.isdecimal() and len(page) < 6 else 1,
            conversation=_hex(values.get("conversation", "")),
            text=values.get("q", "").strip()[:LONGEST],
            unpriced="1" if values.get("unpriced") == "1" else "",
            fault="1" if values.get("fault") == "1" else "",
            currency=values.get("currency", "") if values.get("currency") in CURRENCIES else "",
            since=_moment(values.get("since", "")),
            columns=chosen or USUAL,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but the range is asked for."""
        own = (self.text, self.unpriced, self.fault, self.currency, self.since, self.conversation)
        return self.wish.narrows or any(own)

    @property
    def order(self) -> str:
        """The order as it stands in the address; empty for the usual one."""
        order = f"-{self.sort}" if self.is_descending else self.sort
        return "" if order == "-time" else order

    def address(self, **changes: object) -> str:
        """The part of the address behind the path, with something changed."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        stated = [
            ("conversation", changed.conversation),
            ("q", changed.text),
            ("unpriced", changed.unpriced),
            ("fault", changed.fault),
            ("currency", changed.currency),
            ("since", changed.since),
            ("sort", changed.order),
            ("page", str(changed.page) if changed.page > 1 else ""),
        ]
        stated += [("column", name) for name in changed.columns] if changed.columns != USUAL else []
        own = urlencode([(name, value) for name, value in stated if value])
        words = "&".join(filter(None, [changed.wish.address().removeprefix("?"), own]))
        return f"?{words}" if words else ""

    def sorted_by(self, column: str) -> str:
        """Where a press on the head of a column leads: the largest first, then the other way round."""
        is_descending = not self.is_descending if self.sort == column else True
        return self.address(sort=column, is_descending=is_descending, page=1)

    def ordered(self, entries: "QuerySet[Entry]") -> "QuerySet[Entry]":
        """In the wished order; what is not known stands last."""
        column = F(ORDERS[self.sort])
        if self.sort == "time":
            return entries.order_by(*(("-created_at", "-pk") if self.is_descending else ("created_at", "pk")))
        first = column.desc(nulls_last=True) if self.is_descending else column.asc(nulls_last=True)
        return entries.order_by(first, "-created_at", "-pk")


def _hex(text: str) -> str:
    try:
        return uuid.UUID(text).hex
    except ValueError:
        return ""


def _moment(text: str) -> str:
    """One without a zone could be any."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return ""
    return moment.isoformat() if moment.tzinfo and 2000 <= moment.year <= 2100 else ""


def entries_within(seat: Seat, asked: ListWish, period: Period) -> "QuerySet[Entry]":
    """The entries of a range that fit the filters and that the person may see, in no order."""
    wish = asked.wish
    entries = Entry.objects.filter(team=seat.team, created_at__gte=period.first, created_at__lt=period.end).order_by()
    if not seat.sees_all:
        entries = entries.filter(user=seat.user)
    if not wish.practice:
        entries = entries.filter(practice=False)
    if asked.conversation:
        entries = entries.filter(conversation=asked.conversation)
    if asked.text:
        entries = entries.filter(_said(seat, asked.text))
    if asked.unpriced:
        entries = entries.filter(UNPRICED)
    if asked.fault:
        entries = entries.filter(FAILED, corrects=None)
    if asked.currency:
        entries = entries.filter(currency=asked.currency)
    if asked.since:
        entries = entries.filter(created_at__gte=dt.datetime.fromisoformat(asked.since))
    wanted = {"model": wish.model, "provider": wish.provider, "state": wish.status}
    if wish.person:
        wanted["user"] = wish.person if wish.person.isdecimal() and len(wish.person) < 18 else "0"
    if wish.key:
        entries = entries.filter(key_label="" if wish.key == NO_KEY else wish.key)
    if wish.template:
        entries = entries.filter(template=wish.template_id)
    return entries.filter(**{column: value for column, value in wanted.items() if value})


def _said(seat: Seat, text: str) -> Q:
    """What a search finds: request ids, own conversations by their title, and for who sees all of them people."""
    rooms = access.conversations(seat.user).filter(title__icontains=text).order_by()
    found = Q(provider_request_id__icontains=text) | Q(conversation__in=rooms.values("pk"))
    if seat.sees_all:
        people = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text))
        found |= Q(user__in=people.values("pk"))
    return found
