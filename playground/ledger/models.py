"""The ledger: append-only entries, one for every run however it ended, and dated exchange rates. Floor 3.

The ledger knows only a generation's uuid. Teams, users and conversations may be deleted; what was spent stays.
Triggers (migration 0002) refuse every UPDATE and DELETE of an entry. On SQLite a later migration that remakes the
table loses them: it has to make them again.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.accounts.models import Team
from playground.append_only import WrittenOnce
from playground.ledger.fields import AmountField
from playground.pricing.money import CURRENCIES


class Entry(WrittenOnce):
    """What one run used and cost, and how that is known. Written once; the database itself refuses changes."""

    class TokensBasis(models.TextChoices):
        REPORTED = "reported", _("reported by the provider")
        ESTIMATED = "estimated", _("estimated")
        NONE = "none", _("nothing was used")

    class CostBasis(models.TextChoices):
        EXACT = "exact", _("exact")
        ESTIMATED = "estimated", _("estimated")
        REPORTED = "reported", _("reported by the provider")
        UNPRICED = "unpriced", _("price not set")

    generation = models.UUIDField()
    attempt = models.PositiveSmallIntegerField(default=1)  # calls to a provider that cost something, counted from 1
    # A correction is an entry that adds its tokens and amounts (negative ones too) to those of the entry it corrects.
    # It has the moment of that entry, so that every sum of a stretch of time gets it, and says apart when it was made.
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="correction")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    corrected_at = models.DateTimeField(null=True, editable=False)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    # Who and what for. No constraints: deleting a team or a user never touches money.
    team = models.ForeignKey(Team, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    conversation = models.UUIDField()
    message = models.UUIDField()
    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    offer = models.UUIDField()
    api_key = models.UUIDField(null=True)  # None: none was needed, or the entry is older than this column
    key_label = models.CharField(max_length=100, blank=True, default="")  # what it was called then
    template = models.UUIDField(null=True)  # what the turn was made with, and its version; both may be gone since
    template_version = models.UUIDField(null=True)
    practice = models.BooleanField(default=False)  # the sandbox's: shown as practice, in no total unless asked for

    # How it went. TTFT and duration in milliseconds.
    state = models.CharField(max_length=16)
    finish_reason = models.CharField(max_length=64, blank=True, default="")
    error_code = models.CharField(max_length=64, blank=True, default="")
    provider_request_id = models.CharField(max_length=200, blank=True, default="")
    ttft_ms = models.PositiveIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    tokens_per_second = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    # Tokens: cached are part of prompt, reasoning part of completion.
    prompt_tokens = models.PositiveBigIntegerField()
    cached_tokens = models.PositiveBigIntegerField()
    completion_tokens = models.PositiveBigIntegerField()
    reasoning_tokens = models.PositiveBigIntegerField()
    tokens_basis = models.CharField(max_length=16, choices=TokensBasis.choices)
    # How the reasoning tokens are known: "none" means not at all, and their 0 is no count. Empty in entries older than
    # the column, which are shown as they always were.
    reasoning_basis = models.CharField(max_length=16, choices=TokensBasis.choices, null=True)  # noqa: DJ001

    # Money, in the offer's own currency; all empty when no price is known.
    currency = models.CharField(max_length=3, blank=True, default="")
    cost_input = AmountField(null=True)
    cost_cached = AmountField(null=True)
    cost_output = AmountField(null=True)
    cost_total = AmountField(null=True)
    cost_basis = models.CharField(max_length=16, choices=CostBasis.choices)
    upper_bound = models.BooleanField(default=False)  # cached tokens were priced as input: no cached price is known
    price_id = models.CharField(max_length=64, blank=True, default="")
    price = models.JSONField(null=True)  # the price as it was when the run was started

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [
            models.Index(fields=["team", "created_at"], name="entry_team_time"),
            models.Index(fields=["user", "created_at"], name="entry_user_time"),
            models.Index(fields=["model", "created_at"], name="entry_model_time"),
            # What a list of conversations reads: what each cost, without a look at the rows themselves.
            models.Index(fields=["conversation", "currency", "cost_total"], name="entry_conversation"),
            # All that measured.py reads, so that it never touches the rows themselves.
            models.Index(
                fields=[
                    *("offer", "created_at", "state", "practice", "error_code", "corrects"),
                    *("duration_ms", "ttft_ms", "tokens_per_second"),
                ],
                name="entry_offer_measured",
            ),
            # Partial: an entry without a template pays nothing for it.
            models.Index(
                fields=["template_version", "created_at"],
                condition=models.Q(template_version__isnull=False),
                name="entry_template_version",
            ),
            # The few that repricing.py looks for among millions.
            models.Index(
                fields=["team", "offer", "created_at"],
                condition=models.Q(cost_basis="unpriced"),
                name="entry_unpriced",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["generation", "attempt"], condition=models.Q(corrects=None), name="one_entry_per_attempt"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    cost_basis="unpriced", cost_input=None, cost_cached=None, cost_output=None, cost_total=None
                )
                | models.Q(~models.Q(cost_basis="unpriced"), currency__in=CURRENCIES, cost_total__isnull=False),
                name="entry_unknown_cost_is_no_number",
            ),
            models.CheckConstraint(
                condition=models.Q(cost_total=None) | models.Q(cost_total__gte=0) | models.Q(corrects__isnull=False),
                name="entry_only_corrections_are_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(cost_input=None)
                | models.Q(cost_total=models.F("cost_input") + models.F("cost_cached") + models.F("cost_output")),
                name="entry_parts_make_the_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.model} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def known_reasoning_tokens(self) -> int | None:
        """The reasoning tokens, reported or estimated; None where nobody knows them."""
        unknown = self.TokensBasis.NONE in (self.tokens_basis, self.reasoning_basis)
        return None if unknown else self.reasoning_tokens

    @property
    def estimates_reasoning(self) -> bool:
        """Whether they were counted from the text that the model showed."""
        return self.reasoning_basis == self.TokensBasis.ESTIMATED


class Meridian(models.Model):
    """An offset from UTC whose days, weeks and months have totals, and the last entry that these include.

    That of UTC, 0, is always there. `east` is in quarter hours (spans.py).
    """

    east = models.SmallIntegerField(primary_key=True)
    last_entry = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.east / 4:+} h from UTC, up to entry {self.last_entry}"


class TotalKey(models.Model):
    """A combination of who, what for and how it ended (fold.Key): totals name it by its number."""

    team = models.ForeignKey(Team, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    key_label = models.CharField(max_length=100)
    template = models.CharField(max_length=32)  # the id in hexadecimal
    state = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    practice = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user", "provider", "model", "key_label", "template", "state", "currency", "practice"],
                name="one_number_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.model} of {self.user_id}"


class Total(models.Model):
    """What the entries of one stretch of time add up to, for one key.

    Made from entries alone by standing.py, and may be thrown away and made again. `start` is in quarter hours since
    1970 (spans.py); the stretch is that of the level.
    """

    team = models.ForeignKey(Team, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    meridian = models.SmallIntegerField()
    level = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField()
    key = models.ForeignKey(
        TotalKey, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )

    entries = models.BigIntegerField()  # runs: corrections are added below and not counted here
    unpriced = models.BigIntegerField()  # of them, those that have no price and no correction yet
    succeeded = models.BigIntegerField()  # answered in full
    faults = models.BigIntegerField()  # failed through the provider, the network or the protocol (measured.py)
    prompt_tokens = models.BigIntegerField()
    cached_tokens = models.BigIntegerField()
    completion_tokens = models.BigIntegerField()
    reasoning_tokens = models.BigIntegerField()
    cost = AmountField()
    saved = AmountField()  # what the cached tokens would have cost more at the price of fresh ones
    ttft = models.TextField()  # of answered runs, in ms, as spread.py writes it
    speed = models.TextField()  # of answered runs, in tokens per second

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "meridian", "level", "start", "key"], name="one_standing_total")
        ]
        indexes = [
            # All that a chart draws, so that it never touches the rows themselves.
            models.Index(
                fields=[
                    *("team", "meridian", "level", "start", "key"),
                    *("entries", "unpriced", "prompt_tokens", "completion_tokens", "cost"),
                ],
                name="total_drawn",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entries} entries of key {self.key_id}, level {self.level} from {self.start}"


class NightlyTask(models.Model):
    """Something that is done every night, who is at it, and how it went last (nightly.py)."""

    class Outcome(models.TextChoices):
        WELL = "well"
        WRONG = "wrong"  # it was done, and found something
        FAILED = "failed"

    name = models.CharField(primary_key=True, max_length=32)  # the management command
    night = models.DateField()  # the last one that it was done for
    owner = models.CharField(max_length=32, blank=True, default="")  # the process that is at it
    leased_until = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    said = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.name} {self.outcome} {self.night}"


class ExchangeRate(models.Model):
    """How many CNY one USD is from a day on. A view for readers; no entry is ever converted.

    Rows are only added: of several for one day the last one counts.
    """

    day = models.DateField(db_index=True)
    cny_per_usd = models.DecimalField(max_digits=12, decimal_places=6)
    source = models.CharField(max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(cny_per_usd__gt=0), name="rate_is_positive")]

    def __str__(self) -> str:
        return f"1 USD = {self.cny_per_usd} CNY from {self.day}"
