"""Snapshots: a branch of a conversation as it was when somebody shared it, behind a link that cannot be guessed.

The row holds what the link shows and nothing else, so that nothing else can come out: what was not ticked is not in it.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from playground.accounts.models import Team
from playground.conversations.models import Conversation


class Snapshot(models.Model):
    """What one link shows. `digest`: of the link's secret part, which is told once and kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="snapshots")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="snapshots")
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="snapshots")
    title = models.CharField(max_length=200)
    content = models.JSONField()  # see freezing.freeze
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="snapshot_list")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether the link still shows it."""
        return self.revoked_at is None and (self.expires_at is None or timezone.now() < self.expires_at)
