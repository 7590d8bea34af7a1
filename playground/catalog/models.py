"""Providers, language models, offers and their dated prices. Floor 1; written by load.py and custom.py.

A provider serves models at one base URL. A language model exists once, whoever sells it. An offer is a language model
as sold by one provider. A price row is an amount per million tokens with its source and dates; rows are never
rewritten or deleted, because runs of the past name them.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from playground.catalog.choices import (
    EVERYONE,
    Currencies,
    DisabledReasons,
    Families,
    Kinds,
    Reasonings,
    Statuses,
    ThinkingModes,
    ThinkingSwitches,
)
from playground.pricing.price import Price


class Source(models.Model):
    """Where figures of the catalog come from. `date`: the first day that fits the words of `date_stated`."""

    slug = models.CharField(max_length=40, primary_key=True)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=300, blank=True, default="")
    via = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(blank=True, default="")
    date = models.DateField()
    date_stated = models.CharField(max_length=100, blank=True, default="")
    mentions = models.JSONField(default=list, blank=True)  # products it only names

    def __str__(self) -> str:
        return self.title


class Provider(models.Model):
    """Who serves models at one base URL. `scope` is empty (everyone) or an opaque tag of its owner."""

    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    base_url = models.CharField(max_length=300)
    currency = models.CharField(max_length=3, choices=Currencies.choices, blank=True, default="")
    family = models.CharField(max_length=10, choices=Families.choices)
    thinking_switch = models.CharField(max_length=24, choices=ThinkingSwitches.choices)
    reasoning = models.CharField(max_length=10, choices=Reasonings.choices, default=Reasonings.FIELD)
    model_prefix = models.CharField(max_length=40, blank=True, default="")
    asks_usage = models.BooleanField(default=False)  # usage comes only to those who ask with stream_options
    parameters = models.JSONField(default=dict, blank=True)  # name -> what it takes unlike its family: capabilities.py
    temperature_max = models.DecimalField(max_digits=4, decimal_places=2, default=1)
    top_p_max = models.DecimalField(max_digits=4, decimal_places=2, default=1)
    practice = models.BooleanField(default=False)  # its runs cost nothing and stay out of totals unless asked for
    default_wire_name = models.CharField(max_length=200, blank=True, default="")  # proposed to who chose nothing yet
    scope = models.CharField(max_length=64, blank=True, default=EVERYONE, db_index=True)
    sort = models.PositiveIntegerField(default=500)
    facts = models.JSONField(default=dict, blank=True)  # key format, coding base URL, search engines, special offers

    class Meta:
        ordering = ("sort", "name")

    def __str__(self) -> str:
        return self.name

    @property
    def is_custom(self) -> bool:
        """Whether a team added it for itself."""
        return self.scope != EVERYONE


class ModelFamily(models.Model):
    """Language models of one series: shared defaults and what the maker says of the series as a whole."""

    slug = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100)
    maker = models.CharField(max_length=100)
    temperature_default = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    top_p_default = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    max_tokens_default = models.PositiveIntegerField(null=True, blank=True)
    claims = models.JSONField(default=list, blank=True)  # the maker's words about itself, shortened
    benchmarks = models.JSONField(default=list, blank=True)  # names of tests that the maker claims results in
    thinking_guidance = models.JSONField(default=list, blank=True)  # [{level, advice, examples}]
    facts = models.JSONField(default=dict, blank=True)  # price floor of the series, status, remarks
    translations = models.JSONField(default=dict, blank=True)  # language -> the fields of FamilyWords
    source = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name_plural = "model families"

    def __str__(self) -> str:
        return self.name

    def words(self, language: str) -> "FamilyWords":
        """Its texts in `language`, in English where there is no translation."""
        told: Mapping[str, Any] = self.translations.get(language, {})
        return FamilyWords(
            name=told.get("name") or self.name,
            claims=tuple(told.get("claims") or self.claims),
            thinking_guidance=tuple(told.get("thinking_guidance") or self.thinking_guidance),
        )


class LanguageModel(models.Model):
    """What is asked. Figures are its maker's; None means that no source states them."""

    slug = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    family = models.ForeignKey(ModelFamily, on_delete=models.PROTECT, related_name="language_models")
    kind = models.CharField(max_length=10, choices=Kinds.choices)
    status = models.CharField(max_length=12, choices=Statuses.choices)
    note = models.CharField(max_length=120, blank=True, default="")  # a few words for one line of a list
    summary = models.TextField(blank=True, default="")
    parameters = models.CharField(max_length=120, blank=True, default="")
    released = models.DateField(null=True, blank=True)
    input_modalities = models.JSONField(default=list)
    output_modalities = models.JSONField(default=list)
    context_stated = models.CharField(max_length=20, blank=True, default="")  # the source's word, K undefined
    context_tokens = models.PositiveIntegerField(null=True, blank=True)  # the careful reading of it
    max_output_stated = models.CharField(max_length=20, blank=True, default="")
    max_output_tokens = models.PositiveIntegerField(null=True, blank=True)
    features = models.JSONField(default=list)
    thinking = models.JSONField(default=dict)  # style, control, default, dynamic, can_disable, efforts as documented
    use_cases = models.JSONField(default=list, blank=True)  # [{title, text}]
    alternatives = models.JSONField(default=list, blank=True)  # [{when, models}]
    claims = models.JSONField(default=list, blank=True)
    benchmarks = models.JSONField(default=list, blank=True)
    sample = models.JSONField(default=dict, blank=True)  # usage and parameters of the documentation's example
    remarks = models.JSONField(default=list, blank=True)  # contradictions between sources, known defects
    facts = models.JSONField(default=dict, blank=True)
    figure_sources = models.JSONField(default=dict, blank=True)  # figure -> slug of the source that states it
    translations = models.JSONField(default=dict, blank=True)  # language -> the fields of ModelWords
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="language_models")
    sort = models.PositiveIntegerField(default=500)

    class Meta:
        ordering = ("sort", "slug")

    def __str__(self) -> str:
        return self.name

    def words(self, language: str) -> "ModelWords":
        """Its texts in `language`, in English where there is no translation."""
        told: Mapping[str, Any] = self.translations.get(language, {})
        return ModelWords(
            note=told.get("note") or self.note,
            summary=told.get("summary") or self.summary,
            use_cases=tuple(told.get("use_cases") or self.use_cases),
            alternatives=tuple(told.get("alternatives") or self.alternatives),
            claims=tuple(told.get("claims") or self.claims),
        )


class Offer(models.Model):
    """A language model as sold by a provider: what a turn is sent to. Never deleted, only disabled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="offers")
    language_model = models.ForeignKey(
        LanguageModel, on_delete=models.PROTECT, null=True, blank=True, related_name="offers"
    )
    wire_name = models.CharField(max_length=200)  # without the provider's model_prefix
    title = models.CharField(max_length=200)
    mirrors = models.CharField(max_length=40, blank=True, default="")  # practice: the shop whose prices it repeats
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=20, choices=DisabledReasons.choices, blank=True, default="")
    thinking = models.CharField(max_length=10, choices=ThinkingModes.choices, default=ThinkingModes.NONE)
    thinking_switch = models.CharField(max_length=24, choices=ThinkingSwitches.choices, default=ThinkingSwitches.NONE)
    reasoning = models.CharField(max_length=10, choices=Reasonings.choices, default=Reasonings.FIELD)
    efforts = models.JSONField(default=list, blank=True)
    tools = models.BooleanField(default=False)
    tool_stream = models.BooleanField(default=False)
    json_mode = models.BooleanField(default=False)
    streaming = models.BooleanField(default=True)
    caching = models.BooleanField(default=False)
    web_search = models.BooleanField(default=False)
    keeps_thinking = models.BooleanField(default=False)  # earlier thinking can be kept on the other side
    context_tokens = models.PositiveIntegerField(null=True, blank=True)
    max_output_tokens = models.PositiveIntegerField(null=True, blank=True)
    temperature_default = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    top_p_default = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    max_tokens_default = models.PositiveIntegerField(null=True, blank=True)
    concurrency = models.JSONField(default=dict, blank=True)  # tier of a key -> requests in flight
    facts = models.JSONField(default=dict, blank=True)  # what the shop states: hosts, throughput, data retention
    source = models.CharField(max_length=200, blank=True, default="")
    source_date = models.DateField(null=True, blank=True)
    sort = models.PositiveIntegerField(default=500)

    class Meta:
        ordering = ("provider__sort", "sort", "wire_name")
        constraints = (
            models.UniqueConstraint(fields=["provider", "wire_name"], name="one_offer_per_wire_name"),
            models.CheckConstraint(
                condition=Q(enabled=True, disabled_reason="") | (Q(enabled=False) & ~Q(disabled_reason="")),
                name="disabled_offers_say_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.wire_name}"

    @property
    def full_wire_name(self) -> str:
        """The model name as it goes over the wire."""
        return f"{self.provider.model_prefix}{self.wire_name}"

    @property
    def can_disable_thinking(self) -> bool:
        """Whether a request may ask for an answer without thinking."""
        return self.thinking == ThinkingModes.OPTIONAL and self.thinking_switch != ThinkingSwitches.NONE


class PriceRow(models.Model):
    """A dated price of an offer, as one source states it. `use` marks rows to calculate with; others are for reference.

    `scope` is empty (the price holds for everyone) or the tag of the team that typed it and alone sees and pays it.
    `valid_from` None: the source does not say when it began. `valid_until`: the first day it no longer holds.
    """

    class Origin(models.TextChoices):
        FILE = "file", "catalog file"
        TYPED = "typed", "typed in"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    currency = models.CharField(max_length=3, choices=Currencies.choices)
    tiers = models.JSONField()  # pricing.Tier.to_json of each
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    use = models.BooleanField(default=True)
    source = models.CharField(max_length=200)
    source_url = models.URLField(max_length=300, blank=True, default="")
    source_date = models.DateField()
    also = models.JSONField(default=list, blank=True)  # further sources that agree
    note = models.TextField(blank=True, default="")
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.FILE)
    scope = models.CharField(max_length=64, blank=True, default=EVERYONE)
    fingerprint = models.CharField(max_length=64, blank=True, default="")  # empty: in no file (any more)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("offer", "-valid_from", "-source_date", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="price_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(currency__in=Currencies.values), name="price_has_a_known_currency"),
            models.CheckConstraint(condition=~Q(source=""), name="price_has_a_source"),
        )

    def __str__(self) -> str:
        return f"{self.currency} {self.id}"

    @property
    def price(self) -> Price:
        """The row as a value to calculate with. Raises PriceDamagedError."""
        return Price.from_json(
            {
                "id": str(self.id),
                "currency": self.currency,
                "tiers": self.tiers,
                "source": self.source,
                "source_date": self.source_date.isoformat(),
                "valid_from": self.valid_from and self.valid_from.isoformat(),
                "valid_until": self.valid_until and self.valid_until.isoformat(),
            }
        )


class UnnamedRow(models.Model):
    """A row of a shop's table whose model name was lost. `guess` is our inference and never a fact of the source."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="unnamed_rows")
    released = models.DateField()
    context_stated = models.CharField(max_length=20)
    latency_s = models.DecimalField(max_digits=6, decimal_places=1)  # median time to the first token, seconds
    throughput_tps = models.PositiveIntegerField()  # median tokens per second
    currency = models.CharField(max_length=3, choices=Currencies.choices)
    tiers = models.JSONField()
    hosts = models.JSONField(default=list)
    more_hosts = models.PositiveIntegerField(default=0)
    guess = models.CharField(max_length=60, blank=True, default="")
    note = models.TextField(blank=True, default="")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="unnamed_rows")

    class Meta:
        ordering = ("-released",)
        constraints = (
            models.UniqueConstraint(fields=["provider", "source", "released"], name="one_unnamed_row_per_release"),
        )

    def __str__(self) -> str:
        return f"{self.provider_id}, released {self.released}"


class Phrase(models.Model):
    """A text of the catalog files, word for word, and the same in another language."""

    language = models.CharField(max_length=10)
    text = models.CharField(max_length=500)
    told = models.CharField(max_length=500)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["language", "text"], name="one_translation_of_a_phrase"),)

    def __str__(self) -> str:
        return f"{self.language}: {self.text}"


@dataclass(frozen=True, slots=True)
class ModelWords:
    """Texts about a language model in one language. use_cases: {title, text}; alternatives: {when, models}."""

    note: str
    summary: str
    use_cases: tuple[Mapping[str, str], ...]
    alternatives: tuple[Mapping[str, Any], ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyWords:
    """Texts about a family in one language. thinking_guidance: {level, advice, examples}."""

    name: str
    claims: tuple[str, ...]
    thinking_guidance: tuple[Mapping[str, Any], ...]
