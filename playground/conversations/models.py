"""Conversations, their messages (a tree) and the generations that fill them. Floor 5.

A conversation belongs to a team. A message is one row; its `parent` makes the tree: editing a user message or
regenerating an answer adds a sibling, nothing is overwritten. Every assistant message is filled by exactly one
generation, and every generation ends in exactly one ledger entry.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.accounts.models import Team
from playground.catalog.models import Offer
from playground.ledger.models import Entry
from playground.prompts.models import TemplateVersion
from playground.vault.models import ApiKey

LEASE = dt.timedelta(seconds=15)  # a process that gave no sign of life for this long has lost its generations

# How conversations are listed: pinned ones first, then the newest. Two indexes of Conversation are in this order.
LIST_ORDER = (
    ExpressionWrapper(Q(pinned_at__isnull=False), BooleanField()).desc(),
    F("updated_at").desc(),
    F("id").asc(),
)


class Conversation(models.Model):
    """A thread of turns that a person of a team has with models. Theirs alone, unless they share it with the team."""

    class Shared(models.TextChoices):
        PRIVATE = "", _("Only you")
        READ = "read", _("The team can read")
        WRITE = "write", _("The team can read and write")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="conversations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200)
    settings = models.JSONField(default=dict)  # run settings of the next turn, see run_settings.RunSettings
    shared = models.CharField(max_length=8, choices=Shared.choices, blank=True, default=Shared.PRIVATE)
    leaf = models.ForeignKey("Message", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)
    pinned_at = models.DateTimeField(null=True)  # it stands first in the list
    archived_at = models.DateTimeField(null=True)  # it stands in the archive instead of the list
    deleted_at = models.DateTimeField(null=True)
    title_indexed = models.BooleanField(default=False)  # search.index_pending has seen this title

    class Meta:
        indexes = [
            models.Index(
                *("user", *LIST_ORDER), condition=Q(deleted_at=None, archived_at=None), name="conversation_list"
            ),
            models.Index(
                *("user", *LIST_ORDER),
                condition=Q(deleted_at=None, archived_at__isnull=False),
                name="conversation_archive",
            ),
            models.Index(
                fields=["team", "-updated_at", "id"],
                condition=Q(deleted_at=None, archived_at=None) & ~Q(shared=""),
                name="conversation_shared",
            ),
            models.Index(fields=["user"], condition=Q(title_indexed=False), name="conversation_unindexed"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="conversation_deleted"),
        ]

    def __str__(self) -> str:
        return self.title

    def branch(self) -> "list[Message]":
        """The messages from the first one to the current leaf, oldest first."""
        return branch_of(self.messages.all(), self.leaf_id)


class Message(models.Model):
    """One row of a conversation: what a person wrote, what a model answered, or what its calls came back with.

    An answer with `tool_calls` goes on below a row of role "tool", whose `results` say something to every call; further
    answers of other results are its siblings.
    """

    class Role(models.TextChoices):
        USER = "user", _("You")
        ASSISTANT = "assistant", _("Answer")
        TOOL = "tool", _("Results")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    role = models.CharField(max_length=16, choices=Role.choices)
    content = models.TextField(blank=True, default="")
    reasoning_content = models.TextField(blank=True, default="")
    tool_calls = models.JSONField(default=list)
    results = models.JSONField(default=list)  # of a tool row: {id, name, content} for each call, in order
    web_search = models.JSONField(default=list)
    # Of a copied message the one it was copied from, where its run and its cost are.
    origin = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    indexed = models.BooleanField(default=False)  # search.index_pending has seen its final text
    # Of an answer that no run here has filled: the model that a file or a snapshot names for it.
    written_by = models.CharField(max_length=120, blank=True, default="")
    sums_up = models.BooleanField(default=False)  # asks for a summary: its answer stands for all that is above it

    class Meta:
        ordering = ("created_at", "id")
        indexes = [
            models.Index(fields=["conversation", "created_at"], name="message_order"),
            models.Index(fields=["conversation"], condition=Q(indexed=False), name="message_unindexed"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"


class Generation(models.Model):
    """One run that fills one assistant message. Its state moves forward only, to exactly one terminal state."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Streaming")
        FINISHED = "finished", _("Finished")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")
        INTERRUPTED = "interrupted", _("Interrupted")

    LIVE: Collection[str] = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="generation")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="generations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations")
    client_id = models.CharField(max_length=64)  # made by the browser: the same one again is the same turn
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.SET_NULL, null=True, related_name="+")
    settings = models.JSONField(default=dict)  # the run settings this run was started with
    template_version = models.ForeignKey(
        TemplateVersion, on_delete=models.SET_NULL, null=True, related_name="generations"
    )  # what the turn was made with
    # The message that what was sent begins with, those above it being left out; None: with the first one.
    sees_from = models.UUIDField(null=True)
    price = models.JSONField(null=True)  # pricing.Price in force when the run was started; None: unpriced
    reserved = models.JSONField(null=True)  # what budgets.purses holds back for it; None: no budget concerns it

    seq = models.PositiveIntegerField(default=0)  # the live stream's frame up to which the message's text is saved
    lease_owner = models.CharField(max_length=64, blank=True, default="")  # the process that runs it
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)
    finish_reason = models.CharField(max_length=64, blank=True, default="")  # word for word from the wire
    error_code = models.CharField(max_length=64, blank=True, default="")
    error_message = models.TextField(blank=True, default="")  # the provider's own words, shown escaped
    retryable = models.BooleanField(default=False)
    retry_at = models.DateTimeField(null=True)  # before then the provider does not want to be asked again
    thinking_ms = models.PositiveIntegerField(null=True)  # first reasoning delta to first content delta
    # What was sent, as wire.sent.Sent: all but the texts, which are rows already. {}: nothing left; None: not known.
    request = models.JSONField(null=True)
    verdict = models.JSONField(null=True)  # of an answer that was to be JSON, see tools.judging.Verdict
    raw_usage = models.TextField(blank=True, default="")  # the usage object as the provider sent it, in JSON
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "client_id"], name="one_turn_per_client_id"),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(state__in=["queued", "running"]), name="generation_live"),
            models.Index(fields=["conversation", "state"], name="generation_states"),  # how far a batch is
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def is_live(self) -> bool:
        """Whether a process still works on it."""
        return self.state in self.LIVE


def branch_of(messages: "Any", leaf_id: uuid.UUID | None) -> list[Message]:
    """Walk from the leaf up to the first message; oldest first. Works on any iterable of one conversation's rows."""
    by_id = {message.id: message for message in messages}
    branch: list[Message] = []
    while leaf_id is not None and leaf_id in by_id:
        message = by_id.pop(leaf_id)  # popped, so that a damaged tree cannot loop
        branch.append(message)
        leaf_id = message.parent_id
    return branch[::-1]


class Thumb(models.Model):
    """What a person thinks of an answer: up or down. At most one each; thumbs.py counts them."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="thumbs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_up = models.BooleanField()
    given_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="one_thumb_each")]

    def __str__(self) -> str:
        return f"{'up' if self.is_up else 'down'} from {self.user_id} on {self.message_id}"


class LastSettings(models.Model):
    """The run settings a person used last: what their next conversation begins with."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="last_settings"
    )
    settings = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"run settings of {self.user_id}"


class SearchRoom(models.Model):
    """A conversation as the search knows it: by a number, which is part of the ids of its texts."""

    number = models.BigAutoField(primary_key=True)
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="search_room")

    def __str__(self) -> str:
        return f"search room {self.number}"


class SearchText(models.Model):
    """A folded text that can be searched: a message, or with place 0 the title. Its grams are in gram_store."""

    id = models.BigIntegerField(primary_key=True)  # gram_store.ROOM_BITS: the room's number and a place in it
    room = models.ForeignKey(SearchRoom, on_delete=models.CASCADE, related_name="texts")
    message_id = models.UUIDField(null=True)
    folded = models.TextField()

    def __str__(self) -> str:
        return f"searchable text {self.id}"
