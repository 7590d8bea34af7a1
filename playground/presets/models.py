"""Presets: run settings under a name, of one person or of their team. Above conversations, whose settings they are."""

import uuid

from django.conf import settings as conf
from django.db import models
from django.db.models import Q
from django.utils import timezone

from playground.accounts.models import Team


class Preset(models.Model):
    """Model, parameters, tools and system prompt to begin with. `user` None: it is the team's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="presets")
    user = models.ForeignKey(conf.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="presets")
    name = models.CharField(max_length=80)
    settings = models.JSONField(default=dict)  # conversations.run_settings.RunSettings
    created_by = models.ForeignKey(conf.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user", "name"], name="one_preset_of_a_name_per_person"),
            models.UniqueConstraint(
                fields=["team", "name"], condition=Q(user=None), name="one_preset_of_a_name_per_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultPreset(models.Model):
    """What a person's new conversations in a team begin with."""

    user = models.ForeignKey(conf.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="default_presets")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    preset = models.ForeignKey(Preset, on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="one_default_preset")]

    def __str__(self) -> str:
        return f"{self.preset_id} for {self.user_id}"
