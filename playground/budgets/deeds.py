"""Making, changing and removing budgets: for who manages the team. Each is one transaction."""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Member, Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.budgets import purses, recent, words
from playground.budgets.claims import Place
from playground.budgets.measures import MOST_MONEY, MOST_TOKENS, TOKENS, part, units_of
from playground.budgets.models import Budget, Purse
from playground.errors import Refused
from playground.prompts.models import PromptTemplate
from playground.vault.models import ApiKey

_MOST = {TOKENS: MOST_TOKENS, **{currency: units_of(MOST_MONEY, currency) for currency in ("CNY", "USD")}}


@dataclass(frozen=True, slots=True)
class Terms:
    """What can be changed of a budget at any time. `amount` in units of its measure."""

    amount: int
    name: str = ""
    warn_percent: int = 80
    block_percent: int = 100
    unpriced: str = Budget.Unpriced.REFUSE


@dataclass(frozen=True, slots=True)
class Subject:
    """What a budget counts, for good."""

    scope: str
    measure: str
    span: str
    time_zone: str = "UTC"
    converts: bool = False
    user: int | None = None
    api_key: uuid.UUID | None = None
    template: uuid.UUID | None = None


def create(*, by: User, team: Team, subject: Subject, terms: Terms) -> Budget:
    """Make a budget; it begins with what the ledger knows of the period under way.

    Raises Refused: `not_allowed`, `bad_subject`, `bad_amount`, `bad_thresholds`.
    """
    _check_may(by, team)
    _check_terms(terms, subject.measure)
    _check_subject(subject, team)
    with transaction.atomic():
        budget = Budget(
            team=team,
            scope=subject.scope,
            user_id=subject.user if subject.scope == Budget.Scope.MEMBER else None,
            api_key_id=subject.api_key if subject.scope == Budget.Scope.KEY else None,
            template_id=subject.template if subject.scope == Budget.Scope.TEMPLATE else None,
            measure=subject.measure,
            span=Budget.Span.ONCE if subject.scope == Budget.Scope.NEWCOMER else subject.span,
            time_zone=subject.time_zone,
            converts=subject.converts and subject.measure != TOKENS,
            created_by=by,
        )
        _put(budget, terms)
        budget.save()
        _open(budget, timezone.now())
        _note(by, budget, "budget.made")
    recent.forget(team.pk)
    return budget


def change(budget: Budget, terms: Terms, *, by: User) -> None:
    """Change what can be changed. It holds from the next send on; a threshold that is not crossed any more tells again.

    Raises Refused as `create`.
    """
    _check_may(by, budget.team)
    _check_terms(terms, budget.measure)
    with transaction.atomic():
        _put(budget, terms)
        budget.save()
        _tell_again(budget, timezone.now())
        _note(by, budget, "budget.changed")
    recent.forget(budget.team_id)


def remove(budget: Budget, *, by: User) -> None:
    """Nothing is held to it any more. What was used stays in the ledger. Raises Refused: `not_allowed`."""
    _check_may(by, budget.team)
    with transaction.atomic():
        _note(by, budget, "budget.removed")
        budget.delete()
    recent.forget(budget.team_id)


def _open(budget: Budget, now: dt.datetime) -> None:
    """Begin with what the ledger knows, also for every member whose own amount it is; nobody new has used anything."""
    holders = [0]
    if budget.is_personal:
        each = (
            Member.objects.filter(team=budget.team_id) if budget.scope == Budget.Scope.EACH else Member.objects.none()
        )
        holders = list(each.order_by("user").values_list("user", flat=True))
    for holder in holders:
        purses.locked(Place(budget.pk, holder, budget.window(now).start), now)


def _note(by: User, budget: Budget, deed: str) -> None:
    """For the team's log; amounts as they are typed."""
    details = {
        "amount": words.plain(budget.amount, budget.measure),
        "measure": budget.measure,
        "span": budget.span,
        "warn": budget.warn_percent,
        "block": budget.block_percent,
    }
    audit.note(team=budget.team, person=by, deed=deed, subject=words.title(budget), details=details)


def _put(budget: Budget, terms: Terms) -> None:
    budget.name, budget.amount, budget.unpriced = terms.name.strip(), terms.amount, terms.unpriced
    budget.warn_percent, budget.block_percent = terms.warn_percent, terms.block_percent


def _tell_again(budget: Budget, now: dt.datetime) -> None:
    rows = Purse.objects.select_for_update().filter(budget=budget).order_by("holder", "start")
    for purse in rows:
        if purse.spent < budget.warn_level:
            purse.warned_at = None
        if purse.spent < budget.ceiling:
            purse.blocked_at = None
        purse.save(update_fields=["warned_at", "blocked_at"])


def _check_may(by: User, team: Team) -> None:
    if not may(role_in(by, team), Act.MANAGE, Thing.BUDGETS):
        raise Refused("not_allowed", _("Only owners and admins of the team change budgets."))


def _check_terms(terms: Terms, measure: str) -> None:
    if not 0 < terms.amount <= _MOST[measure]:
        raise Refused("bad_amount", _("Give an amount above 0, and not beyond all measure."))
    if not 1 <= terms.warn_percent <= terms.block_percent <= 100:
        raise Refused("bad_thresholds", _("The warning comes first: give 1 to 100 percent, and not above the block."))
    if not part(terms.amount, terms.block_percent):
        raise Refused("bad_amount", _("Nothing at all would fit into this."))
    if terms.unpriced not in Budget.Unpriced.values:
        raise Refused("bad_subject", _("Choose what happens to runs without a price."))


def _check_subject(subject: Subject, team: Team) -> None:
    """What it is for has to be there, and the team's to use."""
    templates = PromptTemplate.objects.filter(Q(team=team) | Q(team=None), pk__in=[subject.template])
    known: dict[str, QuerySet[Any]] = {
        Budget.Scope.MEMBER: Member.objects.filter(team=team, user=subject.user),
        Budget.Scope.KEY: ApiKey.objects.filter(team=team, pk__in=[subject.api_key]),
        Budget.Scope.TEMPLATE: templates,
    }
    if subject.scope in known and not known[subject.scope].exists():
        raise Refused("bad_subject", _("Choose what the budget is for."))
    if subject.time_zone not in zoneinfo.available_timezones():
        raise Refused("bad_subject", _("Unknown time zone."))
