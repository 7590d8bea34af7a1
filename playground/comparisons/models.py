"""Comparisons: the same questions to several models side by side, and what people preferred. Above conversations.

A column is an ordinary conversation that stands in no list: turns, generations, live streams, ledger, stop, reload and
recovery are those of every conversation. "Continue with this one" makes a copy that is listed, so that the comparison
stays as it was.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from playground.accounts.models import Team
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Message

Shared = Conversation.Shared


class Comparison(models.Model):
    """Two to six columns that get the same questions. Its maker's alone, unless they let the team read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="comparisons")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comparisons")
    title = models.CharField(max_length=200, blank=True)  # empty until the first question
    hides_names = models.BooleanField(default=False)  # for a judgement that no name leads
    syncs_scroll = models.BooleanField(default=True)
    shared = models.CharField(max_length=8, choices=Shared.choices, blank=True, default=Shared.PRIVATE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-updated_at"], name="comparison_list"),
            models.Index(fields=["team", "-updated_at"], condition=~models.Q(shared=""), name="comparison_shared"),
        ]

    def __str__(self) -> str:
        return self.title or f"comparison {self.id}"

    def shown_columns(self) -> "list[Column]":
        """Its columns from left to right, with their conversations; those that were taken away are not among them."""
        order = "blind_place" if self.hides_names else "place"
        columns = self.columns.filter(conversation__deleted_at=None).select_related("conversation", "comparison")
        return list(columns.order_by(order, "place"))


class Column(models.Model):
    """One of the conversations that are compared."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="columns")
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="column")
    place = models.PositiveSmallIntegerField()
    blind_place = models.PositiveSmallIntegerField(default=0)  # by lot, anew whenever names are hidden

    class Meta:
        ordering = ("place",)

    def __str__(self) -> str:
        return f"column {self.place} of {self.comparison_id}"


class Vote(models.Model):
    """One person's preference among the answers to one question. It outlives the comparison: the tally counts it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="votes")
    voted_at = models.DateTimeField(default=timezone.now)
    comparison = models.ForeignKey(Comparison, on_delete=models.SET_NULL, null=True, related_name="votes")
    turn = models.PositiveSmallIntegerField()  # the number of the question, from 1
    answer = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")  # that gave the preferred answer
    blind = models.BooleanField(default=False)  # the names were hidden

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comparison", "user", "turn"], name="one_vote_per_question"),
        ]

    def __str__(self) -> str:
        return f"vote {self.pk} for {self.offer_id}"


class Rival(models.Model):
    """An offer whose answer to the same question was not preferred."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="rivals")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"rival {self.offer_id} in vote {self.vote_id}"
