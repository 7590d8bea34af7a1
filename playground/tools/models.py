"""Functions that a team has defined for models to call. Floor 4.

A function is only a description: name, what it is for, and the JSON schema of its parameters. Nothing here runs it.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from playground.accounts.models import Team


class Function(models.Model):
    """One function of a team, offered to a model in the conversations that switch it on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="functions")
    name = models.CharField(max_length=64)  # as the wire wants it: letters, digits, _ and -
    description = models.TextField()
    parameters = models.TextField()  # a JSON schema, as it was typed
    fixed_result = models.TextField(blank=True, default="")  # what fills the answer to a call; "": the person types it
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="one_function_per_name")]

    def __str__(self) -> str:
        return self.name
