"""Budgets, the purses that their periods are paid from, and the notices about them. Between prompts and conversations.

Amounts are in units of the budget's measure (measures.py): whole numbers, which both databases add exactly.
"""

import datetime as dt
import zoneinfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.accounts.models import Team, check_time_zone
from playground.budgets import windows
from playground.budgets.measures import MEASURES, TOKENS, part
from playground.prompts.models import PromptTemplate
from playground.vault.models import ApiKey


class Budget(models.Model):
    """How much of what may be used in which time, by whom or of what."""

    class Scope(models.TextChoices):
        TEAM = "team", _("The whole team")
        EACH = "each", _("Each member")
        MEMBER = "member", _("One member")
        NEWCOMER = "newcomer", _("Each new member")
        KEY = "key", _("A key")
        TEMPLATE = "template", _("A template")

    class Measure(models.TextChoices):
        CNY = "CNY", _("¥ CNY")
        USD = "USD", _("$ USD")
        TOKENS = TOKENS, _("tokens")

    class Span(models.TextChoices):
        DAY = windows.DAY, _("per day")
        MONTH = windows.MONTH, _("per calendar month")
        ROLLING = windows.ROLLING, _("per rolling 30 days")
        ONCE = windows.ONCE, _("once")

    class Unpriced(models.TextChoices):
        REFUSE = "refuse", _("Refuse them")
        ALLOW = "allow", _("Let them run, counted beside")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="budgets")
    name = models.CharField(max_length=100, blank=True, default="")
    scope = models.CharField(max_length=16, choices=Scope.choices)
    # What it is for, by scope; the others are empty.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, null=True, related_name="+")
    template = models.ForeignKey(PromptTemplate, on_delete=models.CASCADE, null=True, related_name="+")
    measure = models.CharField(max_length=8, choices=Measure.choices)
    span = models.CharField(max_length=8, choices=Span.choices)
    time_zone = models.CharField(max_length=64, validators=[check_time_zone])
    converts = models.BooleanField(default=False)  # money: what is billed in the other currency counts, converted
    unpriced = models.CharField(max_length=8, choices=Unpriced.choices, default=Unpriced.REFUSE)
    amount = models.BigIntegerField()
    warn_percent = models.PositiveSmallIntegerField(default=80)
    block_percent = models.PositiveSmallIntegerField(default=100)
    # Both follow from the amount and stand here so that a statement can compare with them.
    warn_level = models.BigIntegerField()
    ceiling = models.BigIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, measure__in=MEASURES), name="budget_amount"),
            models.CheckConstraint(
                condition=Q(warn_percent__gte=1, warn_percent__lte=models.F("block_percent"), block_percent__lte=100),
                name="budget_thresholds",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["team", "each", "newcomer"], user=None, api_key=None, template=None)
                | Q(scope="member", user__isnull=False, api_key=None, template=None)
                | Q(scope="key", user=None, api_key__isnull=False, template=None)
                | Q(scope="template", user=None, api_key=None, template__isnull=False),
                name="budget_is_for_what_it_says",
            ),
            models.CheckConstraint(
                condition=~Q(scope="newcomer") | Q(span=windows.ONCE), name="budget_of_newcomers_is_for_once"
            ),
        ]

    def __str__(self) -> str:
        return f"budget {self.pk} of {self.scope} {self.span}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.warn_level = part(self.amount, self.warn_percent)
        self.ceiling = part(self.amount, self.block_percent)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_personal(self) -> bool:
        """Whether each member has an amount of their own."""
        return self.scope in (self.Scope.EACH, self.Scope.NEWCOMER)

    @property
    def is_money(self) -> bool:
        """Whether it is measured in a currency."""
        return self.measure != TOKENS

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Where its days and months begin."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def window(self, now: dt.datetime) -> windows.Window:
        """Its period now; what is for once counts from when it was made."""
        if self.span == windows.ONCE:
            return windows.Window(self.created_at, None)
        return windows.window_of(self.span, now, self.zone)


class Purse(models.Model):
    """What one period of a budget has used and holds back, for one holder; made when it is first needed."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="purses")
    holder = models.BigIntegerField(default=0)  # the member whose it is; 0 where a budget has one purse for all
    start = models.DateTimeField()
    spent = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    converted = models.BigIntegerField(default=0)  # the part of `spent` that was billed in the other currency
    unpriced = models.BigIntegerField(default=0)  # runs that `spent` does not include: nobody knew their price then
    leaves_at = models.DateTimeField(null=True)  # rolling: when the oldest hour leaves the sum
    # When people were last told that the threshold was crossed.
    warned_at = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "holder", "start"], name="one_purse_per_period"),
            models.CheckConstraint(
                condition=Q(spent__gte=0, reserved__gte=0, converted__gte=0), name="purse_is_never_owed"
            ),
        ]
        indexes = [models.Index(fields=["budget"], condition=Q(reserved__gt=0), name="purse_holding_back")]

    def __str__(self) -> str:
        return f"purse of budget {self.budget_id} from {self.start:%Y-%m-%d}"

    @property
    def left(self) -> int:
        """What a run may still take; below zero when the limit was lowered or overrun."""
        return self.budget.ceiling - self.spent - self.reserved


class PurseHour(models.Model):
    """What a rolling budget used in one hour, until the hour leaves the sum."""

    purse = models.ForeignKey(Purse, on_delete=models.CASCADE, related_name="hours")
    hour = models.PositiveIntegerField()  # since 1970
    spent = models.BigIntegerField(default=0)
    converted = models.BigIntegerField(default=0)
    unpriced = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purse", "hour"], name="one_row_per_purse_and_hour")]

    def __str__(self) -> str:
        return f"hour {self.hour} of purse {self.purse_id}"


class Notice(models.Model):
    """A threshold that was crossed, for one person: shown once and mailed once."""

    class Level(models.TextChoices):
        WARN = "warn", _("nearly used up")
        BLOCK = "block", _("used up")

    purse = models.ForeignKey(Purse, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="budget_notices")
    level = models.CharField(max_length=8, choices=Level.choices)
    spent = models.BigIntegerField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # of the mail

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=Q(seen_at=None), name="budget_notice_unseen"),
            models.Index(fields=["made_at"], condition=Q(mailed_at=None), name="budget_notice_unmailed"),
        ]

    def __str__(self) -> str:
        return f"{self.level} of purse {self.purse_id} for {self.person_id}"
