"""What budgets are called and what they say, in the language that is active: for refusals, pages and mails."""

import datetime as dt
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from playground.budgets import windows
from playground.budgets.errors import Shortage
from playground.budgets.measures import TOKENS, amount_of
from playground.budgets.models import Budget, Purse
from playground.pricing.amounts import format_money


def title(budget: Budget, *, mine: bool = False) -> str:
    """What a budget is called; `mine`: to the member whose part of it is meant."""
    if budget.name:
        return budget.name
    if budget.scope == Budget.Scope.TEAM:
        return _team_title(budget)
    if mine and budget.is_personal:
        return _("Your budget") if budget.scope == Budget.Scope.EACH else _("Your grant to begin with")
    words: dict[str, str] = {
        Budget.Scope.EACH: _("Budget of each member"),
        Budget.Scope.NEWCOMER: _("Grant for new members"),
        Budget.Scope.MEMBER: _("Budget of %(name)s"),
        Budget.Scope.KEY: _("Budget of the key “%(name)s”"),
        Budget.Scope.TEMPLATE: _("Budget of the template “%(name)s”"),
    }
    return words[budget.scope] % _names(budget)


def subject(budget: Budget) -> str:
    """What it is for: "Each member", "The key “Team default”"."""
    if budget.scope in (Budget.Scope.TEAM, Budget.Scope.EACH, Budget.Scope.NEWCOMER):
        return str(Budget.Scope(budget.scope).label)
    if budget.scope == Budget.Scope.MEMBER:
        return _names(budget)["name"]
    words = _("Key “%(name)s”") if budget.scope == Budget.Scope.KEY else _("Template “%(name)s”")
    return words % _names(budget)


def amount_words(units: int, measure: str) -> str:
    """ "¥300.00" or "20,000 tokens"."""
    if measure != TOKENS:
        return format_money(amount_of(units, measure), measure)
    return ngettext("%(count)s token", "%(count)s tokens", units) % {"count": f"{units:,}"}


def share_words(spent: int, amount: int) -> str:
    """ "61%", rounded down, so that nothing is used up before it is."""
    return f"{spent * 100 // amount}%" if amount else "—"


def renewal(budget: Budget, now: dt.datetime, leaves_at: dt.datetime | None = None) -> str:
    """When there is room again, in a sentence."""
    if budget.span == windows.ROLLING:
        if leaves_at is None:
            return _("What is used comes free again after 30 days.")
        return _("It frees up hour by hour, next on %(moment)s.") % {"moment": moment_words(leaves_at)}
    end = budget.window(now).end
    if end is None:
        return _("It does not renew; an owner or admin of the team can raise it.")
    return _("It renews on %(moment)s.") % {"moment": moment_words(end)}


def refusal(purse: Purse, shortage: Shortage, now: dt.datetime) -> str:
    """Which budget, how much is left, what the turn could take, when it renews."""
    budget = purse.budget
    values = {
        "budget": title(budget, mine=bool(purse.holder)),
        "limit": amount_words(budget.ceiling, budget.measure),
        "left": amount_words(shortage.left, budget.measure),
        "needed": amount_words(shortage.needed, budget.measure),
    }
    if shortage.left:
        first = _("%(budget)s: %(left)s of %(limit)s is left, and this turn could take up to %(needed)s.") % values
    else:
        first = _("%(budget)s: nothing is left of %(limit)s.") % values
    return together(first, unpriced_words(purse), held_words(purse), renewal(budget, now, purse.leaves_at))


def refusal_of_many(purse: Purse, shortage: Shortage, now: dt.datetime) -> str:
    """The same for all runs of a plan together."""
    values = {
        "budget": title(purse.budget, mine=bool(purse.holder)),
        "limit": amount_words(purse.budget.ceiling, purse.budget.measure),
        "left": amount_words(shortage.left, purse.budget.measure),
        "needed": amount_words(shortage.needed, purse.budget.measure),
    }
    first = (
        _("%(budget)s: %(left)s of %(limit)s is left, and all rows together will probably take %(needed)s.") % values
    )
    return together(first, unpriced_words(purse), held_words(purse), renewal(purse.budget, now, purse.leaves_at))


def unpriced_words(purse: Purse) -> str:
    """What no amount of a budget includes; empty for nothing."""
    if not purse.unpriced:
        return ""
    words = ngettext(
        "%(count)s run without a price is not in it.", "%(count)s runs without a price are not in it.", purse.unpriced
    )
    return words % {"count": f"{purse.unpriced:,}"}


def held_words(purse: Purse) -> str:
    """What answers under way hold back; empty for nothing."""
    if not purse.reserved:
        return ""
    return _("%(amount)s is held back for answers that are still being written.") % {
        "amount": amount_words(purse.reserved, purse.budget.measure)
    }


def needs_max_tokens(budget: Budget) -> str:
    """Nobody knows how long an answer can be."""
    return _("%(budget)s needs to know how long an answer can be. Set Max tokens in the run settings.") % {
        "budget": title(budget)
    }


def refuses_unpriced(budget: Budget) -> str:
    """Nobody knows what the run costs."""
    return _("%(budget)s lets nothing run whose price is not known. Set the model's price, or choose another one.") % {
        "budget": title(budget)
    }


def crossed(purse: Purse, spent: int, *, is_blocked: bool) -> str:
    """What a notice says."""
    budget = purse.budget
    values = {
        "budget": title(budget, mine=bool(purse.holder)),
        "spent": amount_words(spent, budget.measure),
        "amount": amount_words(budget.amount, budget.measure),
        "limit": amount_words(budget.ceiling, budget.measure),
    }
    if is_blocked:
        first = _("%(budget)s is reached: %(spent)s of %(limit)s is used. What has no room is refused.") % values
    else:
        first = _("%(budget)s is nearly used up: %(spent)s of %(amount)s is used.") % values
    return together(first, unpriced_words(purse))


def together(*sentences: str) -> str:
    """Sentences one after the other, as the language does it."""
    found = [sentence for sentence in sentences if sentence]
    text = found[0]
    for sentence in found[1:]:
        text = _("%(cause)s %(step)s") % {"cause": text, "step": sentence}
    return text


def moment_words(moment: dt.datetime) -> str:
    """ "1 Dec 00:00"."""
    # Translators: Django's date format characters: day, month, hour and minute.
    return formats.date_format(timezone.localtime(moment), pgettext("moment", "j M H:i"))


def plain(units: int, measure: str) -> str:
    """An amount as a form's field has it: "300", "0.05"."""
    amount: Decimal = amount_of(units, measure).normalize()
    return f"{amount:f}"


def _team_title(budget: Budget) -> str:
    if budget.span == windows.MONTH:
        start = timezone.localtime(budget.window(timezone.now()).start, budget.zone)
        return _("%(month)s budget") % {"month": formats.date_format(start, "F")}
    words = {
        windows.DAY: _("Budget of the day"),
        windows.ROLLING: _("Budget of 30 days"),
        windows.ONCE: _("One-time budget"),
    }
    return words[budget.span]


def _names(budget: Budget) -> dict[str, str]:
    if budget.user is not None:
        return {"name": budget.user.display_name}
    if budget.api_key is not None:
        return {"name": budget.api_key.label}
    return {"name": budget.template.shown.title if budget.template else ""}
