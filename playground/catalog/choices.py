"""The words the catalog uses, as types for programs and as labels for people. Read by every module of this floor."""

from typing import Final, Literal, get_args

from django.db import models
from django.utils.translation import gettext_lazy as _

Family = Literal["glm", "openai"]
ThinkingSwitch = Literal["glm", "reasoning", "chat_template_kwargs", "reasoning_effort", "none"]
Thinking = Literal["none", "optional", "always"]
Reasoning = Literal["field", "inline", "auto"]

FAMILIES: Final[tuple[str, ...]] = get_args(Family)
THINKING_SWITCHES: Final[tuple[str, ...]] = get_args(ThinkingSwitch)
REASONINGS: Final[tuple[str, ...]] = get_args(Reasoning)
TIERS: Final = ("V0", "V1", "V2", "V3")

# Everyone may see and use what has this scope; any other scope is the tag of one owner, like "team:7".
EVERYONE: Final = ""


class Currencies(models.TextChoices):
    """What a provider bills in."""

    CNY = "CNY", _("Renminbi")
    USD = "USD", _("US dollar")


class Families(models.TextChoices):
    """Whose wire format a provider speaks."""

    GLM = "glm", "GLM"
    OPENAI = "openai", "OpenAI"


class ThinkingSwitches(models.TextChoices):
    """How a request turns thinking on and off (wire document, section 3.3)."""

    GLM = "glm", "thinking.type"
    REASONING = "reasoning", "reasoning.enabled"
    CHAT_TEMPLATE = "chat_template_kwargs", "chat_template_kwargs.enable_thinking"
    EFFORT = "reasoning_effort", "reasoning_effort"
    NONE = "none", _("cannot be switched")


class ThinkingModes(models.TextChoices):
    """Whether a model thinks before it answers."""

    NONE = "none", _("No thinking")
    OPTIONAL = "optional", _("Thinking can be switched off")
    ALWAYS = "always", _("Always thinks")


class Reasonings(models.TextChoices):
    """Where the thinking of a model arrives."""

    FIELD = "field", _("in a field of its own")
    INLINE = "inline", _("inside the answer, between think tags")
    AUTO = "auto", _("found out while reading")


class Kinds(models.TextChoices):
    """What a language model takes beside text."""

    TEXT = "text", _("Text")
    VISION = "vision", _("Text and images")


class Statuses(models.TextChoices):
    """How its maker treats a language model today."""

    CURRENT = "current", _("Current")
    ENDING = "ending", _("End announced")
    LEGACY = "legacy", _("Older model")
    RETIRED = "retired", _("Retired by its maker")
    UNVERIFIED = "unverified", _("Not confirmed")


class DisabledReasons(models.TextChoices):
    """Why an offer cannot be chosen."""

    UNVERIFIED = "unverified", _("No official list names this model.")
    NOT_OFFERED = "not_offered", _("A price is known, but the provider does not list the model.")
    VISION = "vision", _("This model is made for images.")
    WITHDRAWN = "withdrawn", _("No longer in the catalog files.")
    BY_HAND = "by_hand", _("Switched off by an owner.")
