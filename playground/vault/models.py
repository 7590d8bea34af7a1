"""API keys at rest and the private addresses that an owner allows. Floor 2.

A key is write-only: what can be read afterwards is its label, last four characters, tier, last use and status.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.accounts.models import Team
from playground.catalog.models import Provider


class ApiKey(models.Model):
    """A provider's key of a team, or of one person in it."""

    class Status(models.TextChoices):
        UNTESTED = "untested", _("Not tested")
        VALID = "valid", _("Valid")
        REFUSED = "refused", _("Refused")

    class Tier(models.TextChoices):
        V0 = "V0", "V0"
        V1 = "V1", "V1"
        V2 = "V2", "V2"
        V3 = "V3", "V3"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="api_keys"
    )  # None: everybody in the team uses it
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=100)
    sealed = models.BinaryField()  # the ciphertext; empty for a server that needs no key
    last_four = models.CharField(max_length=4, blank=True, default="")
    base_url = models.CharField(max_length=500, blank=True, default="")  # empty: the provider's own
    bound_origin = models.CharField(max_length=300)  # scheme://host:port it was entered for
    tier = models.CharField(max_length=2, choices=Tier.choices, default=Tier.V0)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.UNTESTED)
    disabled_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    limited_at = models.DateTimeField(null=True)  # when the provider last refused a run of it for its limits
    tested_at = models.DateTimeField(null=True)
    test_code = models.CharField(
        max_length=64, blank=True, default=""
    )  # error code of the last test, "" when it passed
    test_ms = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"{self.label} …{self.last_four}"

    @property
    def owner_tag(self) -> str:
        """Whose it is, as it stands inside the ciphertext."""
        return f"user:{self.user_id}" if self.user_id else f"team:{self.team_id}"

    @property
    def address(self) -> str:
        """The base URL that requests with this key go to."""
        return self.base_url or self.provider.base_url

    @property
    def mask(self) -> str:
        """What is shown in place of the key."""
        return f"••••••••{self.last_four}" if self.last_four else "—"


class HostAllowance(models.Model):
    """A private host and port that keys may be used with: a local Ollama, vLLM or llama.cpp server."""

    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("host", "port")
        constraints = [models.UniqueConstraint(fields=["host", "port"], name="one_allowance_per_address")]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class RingProof(models.Model):
    """The one row that only the right ring of master keys can open. It lives where the stored keys live."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="only_one_ring_proof")]

    def __str__(self) -> str:
        return "proof of the ring"
