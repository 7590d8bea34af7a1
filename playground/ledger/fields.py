"""Money in columns: whole picounits (10^-12 of a currency unit), so that both databases add it exactly.

SQLite keeps a DecimalField as a float and adds it as one. The range is ±9.2 million units.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

UNIT = Decimal("0.000000000001")
LARGEST = Decimal(9_000_000)  # units; what 64 bits hold is a little more


if TYPE_CHECKING:
    _Base = models.BigIntegerField[Decimal | int | None, Decimal | None]
else:
    _Base = models.BigIntegerField  # generic for type checkers only


class AmountField(_Base):
    """A Decimal with at most twelve places; more places are an error, never rounded away."""

    def get_prep_value(self, value: Any) -> int | None:
        """The Decimal as picounits. Raises ValueError when it has more than twelve places."""
        if value is None:
            return None
        scaled = Decimal(value) / UNIT
        if scaled != scaled.to_integral_value():
            raise ValueError(f"an amount has at most twelve places, not {value}")
        return int(scaled)

    def from_db_value(self, value: Any, *_: Any) -> Decimal | None:
        """Picounits as a Decimal; also for sums."""
        return None if value is None else (Decimal(int(value)) * UNIT)

    def to_python(self, value: Any) -> Decimal | None:
        """The amount as a Decimal."""
        return None if value is None else Decimal(value)
