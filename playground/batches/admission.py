"""May it cost that much? Asked once for a whole batch before it starts, and for every row before it is begun.

What a person set as the most that a batch may cost holds here. What is spent is the ledger's sum, attempts that were
made again included; rows that are under way count with the most that they can cost. The budgets that the rows concern
are looked at before the start; from then on every row holds back its own part of them, as all runs do.
"""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches.bill import spent
from playground.batches.forecast import Forecast
from playground.batches.models import Batch
from playground.budgets import purses
from playground.budgets.claims import Who, claims_of
from playground.budgets.purses import Load
from playground.errors import Refused
from playground.pricing.money import Money, is_currency
from playground.vault.models import ApiKey

BEYOND = "beyond_limit"
OVER_BUDGET = "over_budget"  # of budgets.errors


def check_forecast(batch: Batch, found: Forecast) -> None:
    """Refuse a batch as a whole when what is expected is more than it may cost."""
    if batch.most_cost is None:
        return
    if found.currency != batch.most_currency:
        raise Refused(
            BEYOND, _("No cost can be foreseen in the currency of the limit: take the limit off, or set it anew.")
        )
    least = found.likely
    if least is None:
        raise Refused(BEYOND, _("No cost can be foreseen, so that the limit cannot be kept: take it off to start."))
    if least > batch.most_cost:
        raise Refused(BEYOND, _("The forecast is beyond what this batch may cost."))


def check_budgets(batch: Batch, found: Forecast, key: ApiKey | None) -> None:
    """Refuse a batch as a whole when a budget that its rows concern has less left than they will probably take.

    What nobody can foresee is left to the rows. Inside the transaction that starts it; raises OverBudget.
    """
    who = Who(batch.team_id, batch.user_id, key.pk if key else None, batch.template_version_id)
    cost = None
    if found.likely is not None and is_currency(found.currency):
        cost = Money(found.likely, found.currency)
    now = timezone.now()
    purses.check_room(claims_of(who, now), Load(cost, found.likely_tokens), now)


def check_row(batch: Batch, most: Decimal | None, reserved: Decimal) -> None:
    """Refuse a row that could lead beyond the limit. `most`: what it can cost; `reserved`: what those under way can."""
    if batch.most_cost is None:
        return
    if most is None or spent(batch, batch.most_currency) + reserved + most > batch.most_cost:
        raise Refused(BEYOND, _("The next row could lead beyond what this batch may cost."))
