"""Prompt templates and their versions. Floor 4: conversations name the version that a turn was made with.

A template is little more than a name for its versions: what it says is in them, and they never change. `live` is the
version that members get; a version that was never live is a draft. A template without a team came with the program.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from playground.accounts.models import Team
from playground.prompts.content import LONGEST, Content, read_content


class PromptTemplate(models.Model):
    """A reusable text with named blanks, of a team or of everyone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="prompt_templates")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)  # when a version was saved or became live
    archived_at = models.DateTimeField(null=True)
    live = models.ForeignKey("TemplateVersion", on_delete=models.SET_NULL, null=True, related_name="+")
    newest = models.ForeignKey("TemplateVersion", on_delete=models.SET_NULL, null=True, related_name="+")
    # What it was forked from, and that version; nothing for a copy.
    origin = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="forks")
    origin_version = models.ForeignKey("TemplateVersion", on_delete=models.SET_NULL, null=True, related_name="+")
    # Of those that came with the program: their names in the files, and whose documentation names which use.
    builtin_key = models.CharField(max_length=80, blank=True, default="")
    builtin_language = models.CharField(max_length=16, blank=True, default="")
    uses = models.JSONField(default=list)  # [{"model": slug, "title": the use case's title in the catalog}]
    # What a search looks into, folded: of the live version, else of the newest.
    folded_name = models.TextField(blank=True, default="")
    folded = models.TextField(blank=True, default="")
    folded_tags = models.TextField(blank=True, default="")  # one a line, with a line break before and after each

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["builtin_key", "builtin_language"],
                condition=~Q(builtin_key=""),
                name="one_builtin_template_per_language",
            ),
            models.CheckConstraint(condition=Q(team=None) ^ Q(builtin_key=""), name="template_of_a_team_or_builtin"),
        ]
        indexes = [models.Index(fields=["team", "-updated_at"], name="template_list")]

    def __str__(self) -> str:
        return f"template {self.pk}"

    @property
    def shown(self) -> "TemplateVersion":
        """What a list shows of it: the live version, else the newest draft."""
        version = self.live or self.newest
        if version is None:
            raise LookupError(f"template {self.pk} has no version")  # library.create makes both together
        return version

    @property
    def has_draft(self) -> bool:
        """Whether a version waits that was never live."""
        return self.newest is not None and self.newest.live_at is None

    @property
    def is_pinned(self) -> bool:
        """Whether members get an older version although a newer one was live before."""
        return (
            self.live is not None and self.versions.filter(number__gt=self.live.number).exclude(live_at=None).exists()
        )

    @property
    def origin_has_moved(self) -> bool:
        """Whether the origin's live version is newer than the one that was forked."""
        live, forked = self.origin.live if self.origin else None, self.origin_version
        return live is not None and forked is not None and live.number > forked.number


class TemplateVersion(models.Model):
    """What a template said at one save. It never changes, but for `live_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.ForeignKey(PromptTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    note = models.CharField(max_length=200, blank=True, default="")
    live_at = models.DateTimeField(null=True)  # when it first became live; None: a draft

    title = models.CharField(max_length=LONGEST["title"])
    purpose = models.CharField(max_length=LONGEST["purpose"], blank=True, default="")
    language = models.CharField(max_length=LONGEST["language"], blank=True, default="")
    icon = models.CharField(max_length=LONGEST["icon"], blank=True, default="")
    tags = models.JSONField(default=list)
    system_prompt = models.TextField(blank=True, default="")
    first_message = models.TextField(blank=True, default="")
    variables = models.JSONField(default=list)
    model = models.CharField(max_length=LONGEST["model"], blank=True, default="")
    settings = models.JSONField(default=dict)

    class Meta:
        ordering = ("-number",)
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"

    @property
    def is_draft(self) -> bool:
        """Whether members never got it."""
        return self.live_at is None

    @property
    def content(self) -> Content:
        """What it says, as a value."""
        return read_content({name: getattr(self, name) for name in Content.__slots__})

    @staticmethod
    def columns(content: Content) -> Mapping[str, Any]:
        """A content as columns of a row."""
        values = {name: getattr(content, name) for name in Content.__slots__}
        variables = [one.to_json() for one in content.variables]
        return values | {"tags": list(content.tags), "variables": variables, "settings": dict(content.settings)}


class TemplateStar(models.Model):
    """A person's star on a template."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="template_stars")
    template = models.ForeignKey(PromptTemplate, on_delete=models.CASCADE, related_name="stars")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "template"], name="one_star_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.template_id}"


class LastFilling(models.Model):
    """What a person filled a template with last: what the playground begins with when they come from there."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="last_filling"
    )
    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="+")
    system_prompt = models.TextField(blank=True, default="")
    first_message = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.user_id} with {self.version_id}"
