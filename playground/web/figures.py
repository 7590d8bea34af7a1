"""Measured figures in words: "0.41 s", "89", "99.6%", "n = 2,841". For templates."""

from typing import Any

from django.utils.translation import gettext as _

from playground.ledger.measured import Measured
from playground.ledger.models import Entry


def measured_words(figures: Measured | None) -> dict[str, Any] | None:
    """Values for a table's cells; None when nobody measured the offer here."""
    if figures is None:
        return None
    return {
        "ttft": seconds_words(figures.ttft_ms),
        "speed": speed_words(figures),
        "success": f"{figures.success.normalize():f}%",
        "runs": f"{figures.runs:,}",
    }


def seconds_words(milliseconds: int | None) -> str:
    """ "0.41 s"; a tenth of a second is enough from ten seconds on."""
    if milliseconds is None:
        return "—"
    return _("%(seconds)s s") % {"seconds": f"{milliseconds / 1000:.{2 if milliseconds < 10_000 else 1}f}"}


def speed_words(figures: Measured) -> str:
    """Tokens per second without a unit."""
    return "—" if figures.tokens_per_second is None else f"{figures.tokens_per_second:.0f}"


def reasoning_words(entry: Entry) -> str:
    """The reasoning tokens of a run: "1,200", "≈ 1,200" where they were estimated, "—" where they are not known."""
    count = entry.known_reasoning_tokens
    if count is None:
        return "—"
    return f"≈ {count:,}" if entry.estimates_reasoning else f"{count:,}"
