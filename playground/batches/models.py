"""Batches: a table, a prompt with variables and a model; each row becomes a run of its own. Above conversations.

A batch has one conversation that stands in no list. Every row that is sent is a question at its root with an answer
below: generations, ledger, Stop, recovery and receipts are those of every run. What state a row is in is what its
generation says, written down nowhere else; a row without one waits.
"""

import uuid
from collections import Counter
from typing import Final

import orjson
from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.accounts.models import Team
from playground.batches.places import Prompt, read_sources
from playground.conversations.models import Conversation, Generation
from playground.ledger.fields import AmountField
from playground.prompts.models import TemplateVersion

WAITING: Final = "waiting"
LEFT_OUT: Final = "left_out"  # states of rows that no generation has


class Batch(models.Model):
    """One trial over a table. The process that drives it holds its lease; another takes over when that runs out."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Not started")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")  # what was under way came to its end
        STOPPED = "stopped", _("Stopped")  # what was under way was stopped
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="batches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches")
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="batch")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)

    table = models.UUIDField(default=uuid.uuid4)  # batches that were begun again with the same rows share it
    columns = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)

    prompt = models.TextField(blank=True, default="")  # with its places; the system prompt is in the run settings
    sources = models.JSONField(default=dict)  # variable -> places.Source
    template_version = models.ForeignKey(TemplateVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    settings = models.JSONField(
        default=dict
    )  # run settings of all rows from the start on; of a draft: the conversation's
    at_once = models.PositiveSmallIntegerField(default=4)  # rows at the same time, as chosen
    first = models.PositiveIntegerField(null=True)  # only rows up to this number for now; None: all
    most_cost = AmountField(null=True)  # no further row is begun that could lead beyond it
    most_currency = models.CharField(max_length=3, blank=True, default="")

    # Runs of rows that were sent again, by their state: they are in the conversation and no row's any more.
    superseded = models.JSONField(default=dict)
    billed = models.JSONField(default=dict)  # by currency, what its entries up to `billed_to` add up to (bill.py)
    billed_to = models.BigIntegerField(default=0)
    halted_by = models.CharField(max_length=64, blank=True, default="")  # the error code that paused it
    slowed_to = models.PositiveSmallIntegerField(null=True)  # rows at the same time after the provider refused more
    rests_until = models.DateTimeField(null=True)  # as the provider asked for
    lease_owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)  # since then the pace is measured
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"], condition=Q(deleted_at=None), name="batch_list"),
            models.Index(fields=["state"], condition=Q(state__in=["running", "stopped"]), name="batch_driven"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="batch_deleted"),
        ]

    def __str__(self) -> str:
        return self.title

    def counts(self) -> "Counter[str]":
        """Its rows by state, WAITING and LEFT_OUT among them. Read from two indexes: a page asks every second."""
        found = Counter[str]()
        runs = Generation.objects.filter(conversation=self.conversation_id).order_by()
        for state, count in runs.values_list("state").annotate(count=Count("*")):
            found[state] = count - self.superseded.get(state, 0)
        not_begun = self.rows.filter(generation=None).order_by()
        found[WAITING] = not_begun.filter(flaw="").count()
        found[LEFT_OUT] = not_begun.count() - found[WAITING]
        return found

    @property
    def is_draft(self) -> bool:
        """Whether nothing was sent yet."""
        return self.state == self.State.DRAFT

    @property
    def chosen(self) -> dict[str, object]:
        """The run settings: what the draft has now, or what the batch was started with."""
        chosen: dict[str, object] = self.conversation.settings if self.is_draft else self.settings
        return chosen

    @property
    def texts(self) -> Prompt:
        """System prompt and question with their places, and what fills them."""
        return Prompt(str(self.chosen.get("system_prompt", "")), self.prompt, read_sources(self.sources))


class Row(models.Model):
    """One row of the table and what became of it."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # from 1
    line = models.PositiveIntegerField()  # where it stood in the file
    cells = models.TextField()  # a JSON list of texts; text, so that a search finds Chinese as it is written
    weights = models.JSONField(default=list)  # estimated tokens of each cell
    flaw = models.CharField(max_length=300, blank=True, default="")  # why it is left out
    attempts = models.PositiveSmallIntegerField(default=0)
    generation = models.OneToOneField(Generation, on_delete=models.SET_NULL, null=True, related_name="row")

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_row_per_number")]
        indexes = [
            # No word of a value in its condition: SQLite, which is given values apart, would not see that it applies.
            models.Index(fields=["batch", "flaw", "number"], condition=Q(generation=None), name="row_not_begun"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.batch_id}"

    @property
    def texts(self) -> list[str]:
        """Its cells."""
        cells: list[str] = orjson.loads(self.cells)
        return cells


def packed(cells: "list[str] | tuple[str, ...]") -> str:
    """Cells as a row keeps them."""
    return orjson.dumps(list(cells)).decode()
