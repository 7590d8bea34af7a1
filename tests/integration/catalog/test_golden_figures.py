"""Every figure of the tables in golden.py is in the loaded catalog, and no other price is."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from playground.catalog.models import LanguageModel, Offer, PriceRow, Source, UnnamedRow
from tests.integration.catalog import golden

pytestmark = pytest.mark.usefixtures("catalog")

SHOPS = {"b": "bigmodel", "v": "vercel", "z": "zai"}
FEATURES = {
    "s": "streaming",
    "j": "structured_output",
    "f": "function_calling",
    "t": "tool_stream",
    "r": "reasoning",
    "e": "reasoning_effort",
    "p": "preserved_thinking",
    "c": "implicit_caching",
    "w": "web_search",
}


def stated(word: str) -> str | None:
    return None if word == "?" else word


def number(word: str) -> int | None:
    return None if word == "?" else int(word)


def span(word: str) -> tuple[int, int | None]:
    first, _, end = ("0", "", "") if word == "*" else word.partition("..")
    return int(first), int(end) if end else None


def loaded_models() -> Iterator[tuple[object, ...]]:
    for row in LanguageModel.objects.all():
        listed = row.offers.exclude(provider__practice=True).exclude(disabled_reason__in=("not_offered", "unverified"))
        yield (
            row.slug,
            row.status,
            row.kind,
            row.family_id,
            row.released,
            row.context_stated or None,
            row.context_tokens,
            row.max_output_stated or None,
            row.max_output_tokens,
            {offer.provider.slug for offer in listed.select_related("provider")},
            row.features,
        )


def stated_model(line: tuple[str, ...]) -> tuple[object, ...]:
    slug, status, kind, family, released, context, context_tokens, longest, longest_tokens, shops, features = line
    return (
        slug,
        status,
        kind,
        family,
        date.fromisoformat(released) if stated(released) else None,
        stated(context),
        number(context_tokens),
        stated(longest),
        number(longest_tokens),
        {SHOPS[shop] for shop in shops if shop != "-"},
        [FEATURES[feature] for feature in features if feature != "-"],
    )


def test_every_model_has_its_figures() -> None:
    assert list(loaded_models()) == [stated_model(line) for line in golden.lines(golden.MODELS)]


def loaded_prices(*, practice: bool) -> list[tuple[object, ...]]:
    titles = dict(Source.objects.values_list("title", "slug"))
    rows = PriceRow.objects.filter(offer__provider__practice=practice).select_related("offer__provider")
    return sorted(
        (
            (
                row.offer.wire_name.rpartition("/")[2],
                row.offer.mirrors or row.offer.provider.slug,
                row.currency,
                tier.input,
                tier.output,
                str(tier.cached),
                str((tier.prompt_min, tier.prompt_max)),
                str((tier.completion_min, tier.completion_max)),
                titles[row.source],
                "use" if row.use else "reference",
            )
            for row in rows
            for tier in row.price.tiers
        ),
    )


def stated_prices() -> list[tuple[object, ...]]:
    return sorted(
        (
            model,
            shop,
            currency,
            Decimal(fresh),
            Decimal(output),
            str(Decimal(cached) if stated(cached) else None),
            str(span(prompt)),
            str(span(completion)),
            source,
            role,
        )
        for model, shop, currency, fresh, output, cached, prompt, completion, source, role in golden.lines(
            golden.PRICES
        )
    )


def test_the_prices_are_those_of_the_sources_and_no_others() -> None:
    assert loaded_prices(practice=False) == stated_prices()


def test_practice_repeats_the_shops_prices_row_for_row() -> None:
    practised = set(Offer.objects.filter(provider__slug="sandbox").values_list("language_model__slug", flat=True))

    assert loaded_prices(practice=True) == [line for line in stated_prices() if line[0] in practised]


def test_the_rows_without_names_are_kept_as_guesses() -> None:
    loaded = [
        (
            row.released.isoformat(),
            row.context_stated,
            row.latency_s,
            row.throughput_tps,
            [Decimal(str(row.tiers[0][part])) for part in ("input", "output", "cached")],
            "+".join(row.hosts),
            row.more_hosts,
            row.guess,
        )
        for row in UnnamedRow.objects.filter(provider__slug="vercel", source="vercel-glm-4.7-flashx", currency="USD")
    ]

    assert loaded == [
        (
            released,
            context,
            Decimal(latency),
            int(tps),
            [Decimal(amount) for amount in amounts],
            hosts,
            int(more),
            guess,
        )
        for released, context, latency, tps, *amounts, hosts, more, guess in golden.lines(golden.UNNAMED)
    ]
