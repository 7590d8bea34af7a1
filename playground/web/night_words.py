"""How the night's work went, in words (ledger/nightly.py). Plain values for templates."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.ledger import nightly
from playground.ledger.models import NightlyTask
from playground.web.figures import seconds_words
from playground.web.moments import moment_words

TROUBLES = (NightlyTask.Outcome.WRONG, NightlyTask.Outcome.FAILED)


def night_words(now: dt.datetime, *, is_owner: bool) -> dict[str, Any]:
    """Values of `usage/_night.html`. What a task says names other teams: it is for the owners of the installation."""
    known = {task.name: task for task in NightlyTask.objects.all()}
    begins = settings.NIGHTLY_AT
    return {
        "tasks": [_task(name, known.get(name), now, is_owner=is_owner) for name in nightly.TASKS],
        "begins": f"{begins:%H:%M}" if begins else "",
        "zone": settings.NIGHTLY_ZONE.key,
    }


def troubles() -> list[str]:
    """What went wrong the last time, in words."""
    words = {
        (nightly.CHECK, "wrong"): _("The nightly check found totals that differ from the entries."),
        (nightly.CHECK, "failed"): _("The nightly check could not be done."),
        (nightly.EXPORT, "failed"): _("The monthly files could not be written."),
    }
    found = NightlyTask.objects.filter(outcome__in=TROUBLES).order_by("name").values_list("name", "outcome")
    return [words[one] for one in found if one in words]


def _task(name: str, task: NightlyTask | None, now: dt.datetime, *, is_owner: bool) -> dict[str, Any]:
    words = {nightly.EXPORT: _("Monthly files"), nightly.CHECK: _("All entries added up again")}
    if task is None or task.began_at is None or task.ended_at is None:
        told = {"when": _("not yet"), "took": "—", "result": "", "tone": "", "said": ""}
    else:
        told = {
            "when": moment_words(task.ended_at),
            "took": seconds_words(round((task.ended_at - task.began_at).total_seconds() * 1000)),
            "result": _result(task.outcome),
            "tone": "bad" if task.outcome in TROUBLES else "ok",
            "said": task.said if is_owner else "",
        }
    is_running = task is not None and task.leased_until is not None and task.leased_until > now
    return {"word": words[name], "is_running": is_running, **told}


def _result(outcome: str) -> str:
    words = {
        "well": pgettext("the night's work", "In order"),
        "wrong": pgettext("the night's work", "Differences found"),
        "failed": pgettext("the night's work", "Failed"),
    }
    return words.get(outcome, outcome)
