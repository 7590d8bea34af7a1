"""Amounts of money as a person reads them. Pure; used by every floor that says what something costs."""

from decimal import Decimal

SIGNS = {"CNY": "¥", "USD": "$"}
SMALLEST = "0.00001"


def format_money(amount: Decimal, currency: str) -> str:
    """An amount as a person reads it: amounts under 0.01 keep five decimals, those under 1 four, others two."""
    places = 5 if abs(amount) < Decimal("0.01") else 4 if abs(amount) < 1 else 2
    if not amount:
        places = 2
    elif not round(abs(amount), places):
        return f"<{SIGNS[currency]}{SMALLEST}"  # something is not nothing
    return f"{SIGNS[currency]}{amount:,.{places}f}"


def exact(amount: Decimal | None, currency: str) -> str:
    """An amount to its last digit: "¥0.0032424"; "—" for what is not known."""
    if amount is None or not currency:
        return "—"
    sign = "−" if amount < 0 else ""
    return f"{sign}{SIGNS[currency]}{abs(amount).normalize():,f}"
