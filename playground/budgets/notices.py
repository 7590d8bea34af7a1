"""Telling people that a threshold was crossed: each of them once in the app and once by mail, once per period."""

import datetime as dt
import logging
import zoneinfo
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.accounts.roles import Act, Thing, roles_that_may
from playground.budgets import windows, words
from playground.budgets.models import Budget, Notice, Purse

log = logging.getLogger(__name__)

AT_ONCE = 20  # mails of one round
FIRST_PAUSE = dt.timedelta(seconds=15)  # after a mail that failed; twice as long after each further one
TRIES = 13  # the last some 17 hours after the first
_ROLLING = dt.timedelta(days=windows.ROLLING_DAYS)


def look(purse: Purse, at: dt.datetime) -> None:
    """After something was spent: make the notices that are due. The purse is locked and not written yet."""
    if purse.spent >= purse.budget.ceiling:
        tell_blocked(purse, at)
    elif purse.spent >= purse.budget.warn_level and _is_due(purse, purse.warned_at, at):
        purse.warned_at = at
        _make(purse, Notice.Level.WARN, at)


def tell_blocked(purse: Purse, at: dt.datetime) -> None:
    """Nothing gets through any more: say so, unless that was said in this period."""
    if _is_due(purse, purse.blocked_at, at):
        purse.blocked_at = at
        purse.warned_at = purse.warned_at or at  # who hears of the end needs no warning any more
        _make(purse, Notice.Level.BLOCK, at)


def unseen(user: User, team_id: int) -> list[Notice]:
    """What the person has not been shown yet, the oldest first; from now on it counts as shown."""
    mine = Notice.objects.filter(person=user, seen_at=None, purse__budget__team=team_id)
    found = list(mine.select_related("purse__budget").order_by("pk"))
    shown = [one for one in found if Notice.objects.filter(pk=one.pk, seen_at=None).update(seen_at=timezone.now())]
    return shown


def deliver(now: dt.datetime | None = None) -> int:
    """Send the mails that are due; returns how many went out. Several processes may call it at once."""
    now = now or timezone.now()
    waiting = Notice.objects.filter(mailed_at=None, tries__lt=TRIES).order_by("pk")
    rows = waiting.select_related("person", "purse__budget__team", "purse__budget__user", "purse__budget__api_key")
    due = [one for one in rows[: AT_ONCE * 10] if _is_time(one, now)]
    return sum(_deliver(one, now) for one in due[:AT_ONCE])


def sentence(notice: Notice) -> str:
    """What it says, in the language that is active."""
    return words.crossed(notice.purse, notice.spent, is_blocked=notice.level == Notice.Level.BLOCK)


def _deliver(notice: Notice, now: dt.datetime) -> bool:
    """Claimed before it is sent: two processes never send it twice."""
    claimed = Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now, tries=F("tries") + 1)
    if not claimed:
        return False
    person, budget = notice.person, notice.purse.budget
    zone = zoneinfo.ZoneInfo(person.time_zone or budget.time_zone)
    try:
        with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(zone):
            told = sentence(notice)
            renews = words.renewal(budget, now, notice.purse.leaves_at)
            send_mail(
                subject=_("%(team)s: %(budget)s") % {"team": budget.team.name, "budget": words.title(budget)},
                message="\n\n".join([words.together(told, renews), settings.PUBLIC_URL + reverse("budgets")]),
                from_email=None,
                recipient_list=[person.email],
            )
    except (OSError, SMTPException):
        log.exception("a notice of a budget could not be mailed; it will be tried again")
        Notice.objects.filter(pk=notice.pk).update(mailed_at=None)
        return False
    return True


def _is_time(notice: Notice, now: dt.datetime) -> bool:
    """At once, then after pauses that double."""
    return notice.tries == 0 or notice.made_at + FIRST_PAUSE * 2**notice.tries <= now


def _is_due(purse: Purse, told_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Once per period; a purse has one period, but for that of a rolling budget."""
    return told_at is None or (purse.budget.span == windows.ROLLING and at - told_at >= _ROLLING)


def _make(purse: Purse, level: str, at: dt.datetime) -> None:
    people = _concerned(purse)
    Notice.objects.bulk_create(
        [Notice(purse=purse, person_id=pk, level=level, spent=purse.spent, made_at=at) for pk in people]
    )


def _concerned(purse: Purse) -> list[int]:
    """Who manages the team, and the member whose budget it is."""
    budget: Budget = purse.budget
    managers = Q(memberships__team=budget.team_id, memberships__role__in=roles_that_may(Act.MANAGE, Thing.BUDGETS))
    theirs = Q(pk=purse.holder or budget.user_id or 0)
    people = User.objects.filter(managers | theirs, is_active=True).order_by("pk").distinct()
    return list(people.values_list("pk", flat=True))
