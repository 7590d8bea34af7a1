"""How a key is, in words: the badge, the line below it, and how full its tier is. Called by keyring."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.vault import keys
from playground.vault.models import ApiKey
from playground.web.key_load import Load
from playground.web.moments import clock_words, moment_words
from playground.web.troubles import trouble

LIMITED_FOR = dt.timedelta(seconds=60)  # how long a provider's "too many" is shown


def status(row: ApiKey, load: Load) -> dict[str, str]:
    """Tone, icon and words of the badge, and what stands below it."""
    tone, icon, words, below = next(_that_hold(row, load))
    return {"tone": tone, "icon": icon, "words": words, "below": below}


def load_words(load: Load) -> dict[str, Any]:
    """Values of `keys/_load.html`."""
    words = {"running": load.running, "limit": load.limit, "model": load.title}
    if load.limit is None:
        said = ngettext("%(running)d run under way", "%(running)d runs under way", load.running) % words
    else:
        said = _("%(running)d of %(limit)d runs at once of %(model)s") % words
    return {
        "running": load.running,
        "limit": load.limit,
        "title": load.title,
        "said": said,
        "segments": [{"kind": "warn" if load.is_near else "live", "x": "0", "width": str(min(load.percent, 100))}],
    }


def _that_hold(row: ApiKey, load: Load) -> Iterator[tuple[str, str, str, str]]:
    """What can be said of a key, what matters most first."""
    tested = _("tested %(when)s") % {"when": clock_words(row.tested_at)} if row.tested_at else ""
    if row.disabled_at is not None:
        yield "", "ban", _("Disabled"), _("no run uses it")
    if row.status == ApiKey.Status.REFUSED:
        yield "bad", "circle-x", _("Rejected"), _reason(row.test_code) or tested
    if row.limited_at is not None and timezone.now() - row.limited_at < LIMITED_FOR:
        by = _("by the provider, %(when)s") % {"when": moment_words(row.limited_at)}
        yield "warn", "hourglass", _("Rate-limited"), by
    if load.is_near:
        yield "warn", "triangle-alert", _("%(percent)d%% of limit") % {"percent": load.percent}, load.title
    if row.test_code in keys.LIMITS:
        yield "warn", "hourglass", _("Rate-limited"), tested
    if row.test_code:
        yield "warn", "triangle-alert", _("Test failed"), str(trouble(row.test_code).title)
    if row.tested_at is not None:
        yield "ok", "circle-check", _("Valid, %(ms)d ms") % {"ms": row.test_ms or 0}, tested
    yield "", "circle-question-mark", _("Not tested"), ""


def _reason(code: str) -> str:
    """Why a provider does not accept a key, in a few words."""
    reasons = {
        "key_refused": _("wrong or revoked"),
        "key_expired": _("expired"),
        "account_locked": _("account locked"),
        "plan_expired": _("plan is over"),
    }
    return reasons.get(code, "")
