"""The lines of a file of prices on their way through a browser: shown beside a box each, and taken back when ticked.

A line is signed, so that what is accepted is what the file said, and nothing has to be kept until somebody decides.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.catalog.prices import set_price
from playground.catalog.proposals import Proposal, StatedRate
from playground.errors import Refused
from playground.ledger.rates import set_rate
from playground.pricing.price import Tier

SALT: Final = "price-lines"
MAX_AGE: Final = 24 * 3600  # seconds between looking at a file and accepting lines of it


def packed(line: Proposal | StatedRate) -> str:
    """The value of a line's box."""
    return signing.dumps(_rate(line) if isinstance(line, StatedRate) else _price(line), salt=SALT)


def _price(line: Proposal) -> dict[str, Any]:
    return {
        "offer": str(line.offer.pk),
        "currency": line.currency,
        "tiers": [tier.to_json() for tier in line.tiers],
        "source": line.source,
        "source_url": line.source_url,
        "source_date": line.source_date.isoformat(),
        "start": line.start.isoformat() if line.start else None,
        "end": line.end.isoformat() if line.end else None,
        "note": line.note,
    }


def _rate(line: StatedRate) -> dict[str, Any]:
    return {"day": line.day.isoformat(), "cny_per_usd": str(line.cny_per_usd), "rate_source": line.source}


@transaction.atomic
def accept(lines: Sequence[str], *, start: dt.date, by: User) -> int:
    """Write the ticked lines down, all or none; prices whose file names no day hold from `start` on.

    Raises Refused: `bad_line` for what no file of prices said here within the last day, and what floors below refuse.
    """
    for line in lines:
        try:
            said = signing.loads(line, salt=SALT, max_age=MAX_AGE)
        except signing.BadSignature as error:
            raise Refused("bad_line", _("These lines are too old. Choose the file again.")) from error
        if "offer" in said:
            _set_price(said, start)
        else:
            day = dt.date.fromisoformat(said["day"])
            set_rate(user=by, day=day, cny_per_usd=Decimal(said["cny_per_usd"]), source=said["rate_source"])
    return len(lines)


def _set_price(said: dict[str, Any], start: dt.date) -> None:
    set_price(
        offer_id=uuid.UUID(said["offer"]),
        currency=said["currency"],
        tiers=[Tier.from_json(tier) for tier in said["tiers"]],
        start=_day(said["start"]) or start,
        end=_day(said["end"]),
        source=said["source"],
        source_url=said["source_url"],
        source_date=_day(said["source_date"]),
        note=said["note"],
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
