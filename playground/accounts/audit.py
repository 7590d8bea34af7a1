"""The team's log of deeds: who shared, published, invited, removed what, and when. Floor 1; append-only.

A deed is a short dotted word, the thing first: `key.added`. Its words for people are in playground/web/audit_words.py.
Runs are not in it: who used which key is in the ledger's entries, one for every run.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from playground.accounts.models import Deed, Team, User

NAME: Final = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
LONGEST_SUBJECT: Final = 200


def note(
    *, team: Team, person: User | None, deed: str, subject: str = "", details: Mapping[str, Any] | None = None
) -> Deed:
    """Write down that `person` (None: the program itself) did `deed` to `subject`, the name of a thing or somebody.

    Belongs into the transaction of the deed, so that neither is there without the other. `details` are plain values
    for JSON, never a secret. Raises ValueError for what is not the name of a deed.
    """
    if not NAME.fullmatch(deed):
        raise ValueError(f"not a deed: {deed!r}")
    return Deed.objects.create(
        team=team,
        person=person,
        address=person.email if person else "",
        name=deed,
        subject=subject[:LONGEST_SUBJECT],
        details=dict(details or {}),
    )
