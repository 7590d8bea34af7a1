"""The catalog's pages: what is found and in which order, what was measured, own prices, and all about one model."""

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.catalog import custom
from playground.catalog.models import LanguageModel, Offer, PriceRow, Provider
from playground.catalog.prices import price_in_force, set_price
from playground.catalog.queries import offers_for
from playground.conversations.models import Conversation
from playground.ledger.models import Entry
from playground.pricing.price import Tier
from playground.vault import keys
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db

TYPED = {"input": "1.5", "cached": "", "output": "6", "source": "contract of March"}


def offer(provider: str, wire_name: str) -> Offer:
    return Offer.objects.get(provider__slug=provider, wire_name=wire_name)


def price_address(sold: Offer) -> str:
    return reverse("model-price", args=[sold.pk])


def titles(answer: Any) -> list[str]:
    """The rows' names and providers, in order."""
    rows = re.findall(r'<th scope="row">(.*?)</th>', answer.content.decode(), flags=re.S)
    words = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "|", row)).strip("| ") for row in rows]
    return [re.sub(r"\|+", "|", row) for row in words]


@pytest.fixture
def ran(alice: User, team: Team) -> Callable[..., None]:
    """Runs of an offer; name what should differ."""

    def made(sold: Offer, *, count: int = 1, **changes: Any) -> None:
        usual: dict[str, Any] = {
            **{"team": team, "user": alice, "provider": sold.provider.slug, "model": sold.title, "offer": sold.pk},
            **{"practice": sold.provider.practice, "state": "finished", "ttft_ms": 410, "duration_ms": 5000},
            **{"tokens_per_second": Decimal(89), "prompt_tokens": 1, "cached_tokens": 0, "completion_tokens": 1},
            **{"reasoning_tokens": 0, "tokens_basis": "reported", "cost_basis": "unpriced"},
        }
        for _ in range(count):
            ids = {name: uuid.uuid4() for name in ("generation", "conversation", "message")}
            Entry.objects.create(**ids, **{**usual, **changes})

    return made


# The table


def test_the_table_shows_both_currencies_limits_and_the_rate(alices: Client, catalog: None) -> None:
    read = text_of(alices.get(reverse("models"), {"provider": "zai"}))
    assert "$0.20 ≈ ¥1.42 $1.10 ≈ ¥7.81 $0.03 ≈ ¥0.213 128K 96K" in read
    assert "≈ is converted at 1 USD = 7.1 CNY (21 Nov 2026)" in read
    assert "Prices as of 1 Nov 2026" in read


def test_it_is_one_table_with_the_provider_in_every_row(alices: Client, catalog: None, team: Team) -> None:
    answer = alices.get(reverse("models"))
    assert answer.content.decode().count("<table") == 1
    assert len(titles(answer)) == offers_for([f"team:{team.pk}"]).count()


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"provider": "zai", "q": "glm-4.5-air"}, {"GLM-4.5-Air", "GLM-4.5-AirX"}),
        ({"provider": "bigmodel", "q": "ｇｌｍ－ｚ１－ａｉｒＸ"}, {"GLM-Z1-AirX"}),
        (
            {"provider": "zai", "q": "复杂文本翻译"},
            {"GLM-4.5", "GLM-4.5-Air", "GLM-4.5-AirX", "GLM-4.5-X", "GLM-4.5-Flash"},
        ),
        ({"provider": "vercel", "q": "Real-time user-facing"}, {"GLM-4.7-FlashX"}),
    ],
)
def test_models_are_found_by_name_and_by_use_in_either_language(
    alices: Client, catalog: None, wish: dict[str, str], expected: set[str]
) -> None:
    assert {title.split("|")[0] for title in titles(alices.get(reverse("models"), wish))} == expected


def test_filters_of_features_context_and_provider_hold_together(alices: Client, catalog: None) -> None:
    wish = {"provider": "zai", "context": "200000", "feature": ["thinking", "json"]}
    found = titles(alices.get(reverse("models"), wish))
    assert found
    fits = Offer.objects.filter(
        provider__slug="zai", enabled=True, context_tokens__gte=200_000, json_mode=True
    ).exclude(thinking="none")
    assert {title.split("|")[0] for title in found} == set(fits.values_list("title", flat=True))


def test_what_fits_nothing_names_the_filter_and_offers_to_clear_it(alices: Client, catalog: None) -> None:
    answer = alices.get(reverse("models"), {"q": "zzz", "feature": "tools", "context": "128000", "provider": "zai"})
    assert "Nothing fits “zzz”, Tools, context ≥ 128K, Z.ai." in text_of(answer)
    assert f'class="btn" data-variant="outline" href="{reverse("models")}"' in answer.content.decode()


def test_the_cheapest_is_found_across_currencies_and_the_unpriced_stand_last(alices: Client, catalog: None) -> None:
    answer = alices.get(reverse("models"), {"sort": "output", "q": "glm-4.5-air"})
    cells = re.findall(r'data-label="Output">(?:from )?([¥$])([\d.]+)', answer.content.decode())
    dollars = [float(amount) / (7.1 if sign == "¥" else 1) for sign, amount in cells]
    assert len({sign for sign, _amount in cells}) == 2
    assert dollars == sorted(dollars)
    assert "No price yet" in text_of(answer).rpartition("≈")[2]
    assert 'aria-sort="ascending"' in answer.content.decode()


def test_the_tier_fills_the_column_of_parallel_requests(alices: Client, catalog: None) -> None:
    row = offer("bigmodel", "glm-4-flashx-250414")
    for tier in ("V0", "V3"):
        page = alices.get(reverse("models"), {"provider": "bigmodel", "tier": tier, "q": row.title}).content.decode()
        assert re.search(rf'data-label="Parallel, {tier}">{row.concurrency[tier]}<', page)
        assert re.search(rf'value="{tier}" checked', page)


def test_without_a_wish_the_tier_is_that_of_the_persons_key(
    alices: Client, alice: User, team: Team, catalog: None
) -> None:
    provider = Provider.objects.get(slug="bigmodel")
    keys.add(team=team, user=None, provider=provider, label="k", key="abcdef12.secret", created_by=alice, tier="V2")
    assert 'value="V2" checked' in alices.get(reverse("models")).content.decode()


def test_htmx_gets_the_results_and_the_short_address(alices: Client, catalog: None) -> None:
    wish = {"q": "air", "context": "", "provider": "", "tier": "V1", "sort": ""}
    answer = alices.get(reverse("models"), wish, headers=HTMX)
    assert b"<html" not in answer.content
    assert answer.headers["HX-Push-Url"] == f"{reverse('models')}?q=air&tier=V1"
    back = alices.get(reverse("models"), wish, headers={**HTMX, "hx-history-restore-request": "true"})
    assert b"<html" in back.content


def test_the_whole_table_takes_few_queries_however_many_offers(
    alices: Client, catalog: None, ran: Callable[..., None]
) -> None:
    ran(offer("sandbox", "zai/glm-4.5-air"))
    with CaptureQueriesContext(connection) as queries:
        alices.get(reverse("models"))
    assert len(queries) < 25


# What was measured


def test_a_measured_offer_shows_its_medians_and_success_with_the_number_of_runs(
    alices: Client, catalog: None, ran: Callable[..., None]
) -> None:
    sold = offer("zai", "glm-4.5-air")
    ran(sold, count=3)
    ran(sold, state="failed", error_code="overloaded", ttft_ms=None)
    ran(sold, state="stopped", ttft_ms=9000)
    read = text_of(alices.get(reverse("models"), {"provider": "zai", "q": "glm-4.5-air"}))
    assert "0.41 s 89 75% n = 4" in read
    assert "Not measured here yet" in read  # the other offer that fits
    assert "0.41 s 89 75% n = 4" in text_of(alices.get(reverse("model", args=["glm-4.5-air"])))


def test_practice_is_shown_for_the_sandbox_alone(alices: Client, catalog: None, ran: Callable[..., None]) -> None:
    ran(offer("sandbox", "zai/glm-4.5-air"))
    assert "n = 1" in text_of(alices.get(reverse("models"), {"provider": "sandbox"}))
    assert "n = 1" not in text_of(alices.get(reverse("models"), {"provider": "zai"}))


def test_pages_say_what_the_figures_count(alices: Client, catalog: None) -> None:
    for address in (reverse("models"), reverse("model", args=["glm-4.5"])):
        assert "stops by people, refused keys, empty accounts and refused requests count neither way" in text_of(
            alices.get(address)
        )


# Own prices


def test_an_owner_sets_a_price_and_sees_it_with_its_source(alices: Client, team: Team, catalog: None) -> None:
    sold = offer("bigmodel", "glm-4.6")
    assert f'href="{price_address(sold)}"' in alices.get(reverse("models")).content.decode()
    answer = alices.post(price_address(sold), TYPED | {"start": "2026-11-01"})
    assert answer.status_code == 302
    held = price_in_force(sold.pk, date(2026, 11, 1), scope=f"team:{team.pk}")
    assert held is not None
    assert (held.currency, held.source, held.tiers) == (
        "CNY",
        "contract of March",
        (Tier(Decimal("1.5"), Decimal(6)),),
    )
    assert price_in_force(sold.pk, date(2026, 11, 1)) is None
    table = alices.get(reverse("models"), {"provider": "bigmodel", "q": "GLM-4.6"})
    assert "¥1.50 ≈ $0.211 ¥6.00 ≈ $0.845 — own price" in text_of(table)
    assert "contract of March" in table.content.decode()
    page = text_of(alices.get(reverse("model", args=["glm-4.6"])))
    assert "own price from 1 Nov 2026" in page
    assert "contract of March" in page


def test_another_team_sees_nothing_of_an_own_price(
    alices: Client, catalog: None, browser_of: Callable[[User], Client], charlie: User
) -> None:
    sold = offer("bigmodel", "glm-4.6")
    alices.post(price_address(sold), TYPED | {"start": "2026-11-01"})
    theirs = browser_of(charlie)
    for address in (reverse("models"), reverse("model", args=["glm-4.6"]), price_address(sold)):
        assert "contract of March" not in theirs.get(address).content.decode()


def test_a_member_reads_that_no_price_is_set_and_cannot_set_one(
    catalog: None, bob_at_work: User, browser_of: Callable[[User], Client]
) -> None:
    sold, his = offer("bigmodel", "glm-4.6"), browser_of(bob_at_work)
    page = his.get(reverse("models"))
    assert "price not set" in text_of(page)
    assert price_address(sold) not in page.content.decode()
    for answer in (
        his.get(price_address(sold)),
        his.post(price_address(sold), TYPED | {"start": "2026-11-01"}),
        his.post(reverse("model-price-end", args=[sold.pk])),
    ):
        assert answer.status_code == 403
    assert not PriceRow.objects.filter(origin=PriceRow.Origin.TYPED).exists()


def test_nobody_prices_what_is_not_theirs_or_practice(alices: Client, catalog: None, charlie: User) -> None:
    provider = custom.create_provider(
        scope=f"team:{current_team(charlie).pk}", name="Lab", base_url="https://llm.example.org/v1"
    )
    foreign = custom.add_offer(provider=provider, wire_name="lab-1", today=date(2026, 1, 1))
    for sold in (foreign.pk, offer("sandbox", "zai/glm-4.5-air").pk, uuid.uuid4()):
        address = reverse("model-price", args=[sold])
        assert alices.get(address).status_code == 404
        assert alices.post(address, TYPED | {"start": "2026-11-01"}).status_code == 404
    assert not PriceRow.objects.filter(origin=PriceRow.Origin.TYPED).exists()


def test_a_server_of_ones_own_is_priced_in_the_currency_that_is_typed(
    alices: Client, team: Team, catalog: None
) -> None:
    provider = custom.create_provider(scope=f"team:{team.pk}", name="Lab", base_url="https://llm.example.org/v1")
    sold = custom.add_offer(provider=provider, wire_name="lab-1", today=date(2026, 1, 1))
    assert 'name="currency"' in alices.get(price_address(sold)).content.decode()
    alices.post(price_address(sold), TYPED | {"start": "2026-11-01", "currency": "USD", "cached": "0.25"})
    held = price_in_force(sold.pk, date(2026, 11, 2), scope=f"team:{team.pk}")
    assert held is not None
    assert (held.currency, held.tiers[0].cached) == ("USD", Decimal("0.25"))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("input", ""),
        ("input", "-1"),
        ("output", "abc"),
        ("output", "1e12"),
        ("input", "0.1234567"),
        ("source", " "),
        ("start", ""),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_what_was_typed_stays(
    alices: Client, catalog: None, field: str, typed: str
) -> None:
    sold = offer("bigmodel", "glm-4.6")
    answer = alices.post(price_address(sold), TYPED | {"start": "2026-11-01", field: typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert field == "source" or "contract of March" in page
    assert not PriceRow.objects.filter(origin=PriceRow.Origin.TYPED).exists()


def test_an_own_price_can_be_ended_and_the_history_stays(alices: Client, team: Team, catalog: None) -> None:
    sold = offer("zai", "glm-4.5-air")
    alices.post(price_address(sold), TYPED | {"start": "2026-11-01"})
    assert "End your own price today" in text_of(alices.get(price_address(sold)))
    alices.post(reverse("model-price-end", args=[sold.pk]))
    read = text_of(alices.get(price_address(sold)))
    assert "End your own price today" not in read
    assert "contract of March" in read
    assert "past" in read
    held = price_in_force(sold.pk, timezone.now(), scope=f"team:{team.pk}")
    assert held is not None
    assert held.source == "Z.ai price page"


# The page of a model


def test_the_offers_of_a_model_stand_side_by_side_with_a_way_to_try_each(
    alices: Client, team: Team, catalog: None
) -> None:
    page = alices.get(reverse("model", args=["glm-4.5-air"])).content.decode()
    offers = offers_for([f"team:{team.pk}"]).filter(language_model__slug="glm-4.5-air")
    assert offers.count() > 3
    assert [one for one in offers if f"/?offer={one.pk}" not in page] == []


def test_every_figure_of_a_model_names_its_source_and_date(alices: Client, catalog: None) -> None:
    for model in LanguageModel.objects.exclude(source=None):
        page = alices.get(reverse("model", args=[model.slug])).content.decode()
        table = page.partition('id="figures-title"')[2].partition("</table>")[0]
        rows = re.findall(r"<tr>.*?</tr>", table, flags=re.S)
        assert rows
        assert [row for row in rows if "tc-second" not in row or not re.search(r" · \d{1,2} \w+ \d{4}", row)] == [], (
            model.slug
        )


def test_what_shops_say_unnamed_rows_and_features_name_their_source_and_date(alices: Client, catalog: None) -> None:
    shown = unnamed = features = 0
    for model in LanguageModel.objects.all():
        page = alices.get(reverse("model", args=[model.slug])).context["model"]
        stated = [shop["source"] for shop in page["shops"] if shop["facts"]]
        shown += len(stated)
        stated += [row["source"] for row in page["unnamed"]]
        unnamed += len(page["unnamed"])
        if page["features"] and model.source:  # of some models only shops tell
            stated.append(page["features_source"])
            features += 1
        assert all(source and source["title"] and source["date"] for source in stated), model.slug
    assert shown
    assert unnamed
    assert features > 5
    html = alices.get(reverse("model", args=["glm-4.7-flashx"])).content.decode()
    facts = html.partition('class="tc-shop-facts"')[2]
    assert re.search(r'</dl>\s*<p class="tc-card-note"><span class="tc-second">', facts)


def test_each_shop_of_a_model_lists_its_parameters_with_who_states_them(alices: Client, catalog: None) -> None:
    page = alices.get("/models/glm-4.5/")
    words = text_of(page)
    zai, vercel = words.split("Parameters it takes")[1:3]
    assert "Temperature 0 to 1, 0.6 by default Z.ai OpenAPI document · 1 Sep 2026" in zai
    assert "Stop words one Z.ai OpenAPI document" in zai
    assert "Seed No documentation of Z.ai confirms this parameter, so it is never sent." in zai
    assert "Web search GLM-4.5 does not support this. Z.ai guide: GLM-4.5 series · 30 Sep 2025" in zai
    assert "Stop words up to 4 OpenAI API reference: chat completions · 21 Nov 2026" in vercel
    assert "Choice of tools auto, none, required" in vercel
    assert "function OpenAI API reference" in vercel, "what the model does not narrow is not its own"
    assert (
        "Temperature 0 to 1, 0.6 by default Vercel AI Gateway: GLM 4.7 FlashX · 16 Jun 2026 Z.ai OpenAPI document"
        in vercel
    )


def test_rights_by_tier_are_stated_for_each_shop(alices: Client, catalog: None) -> None:
    read = text_of(alices.get(reverse("model", args=["glm-4-flashx-250414"])))
    rights = offer("bigmodel", "glm-4-flashx-250414").concurrency
    words = " / ".join(str(rights[tier]) for tier in ("V0", "V1", "V2", "V3"))
    assert f"Requests at once, V0 / V1 / V2 / V3 BigModel: {words}" in read


def test_the_history_of_prices_says_what_holds_what_is_past_and_what_is_to_come(
    alices: Client, team: Team, catalog: None
) -> None:
    sold, scope = offer("bigmodel", "glm-4.6"), f"team:{team.pk}"
    today = timezone.now().date()
    for days, source in ((-20, "first"), (-10, "second"), (10, "third")):
        set_price(
            offer_id=sold.pk,
            currency="CNY",
            tiers=[Tier(Decimal(1), Decimal(1))],
            start=today + timedelta(days=days),
            source=source,
            scope=scope,
        )
    read = text_of(alices.get(price_address(sold))).partition("Prices until now")[2]
    places = [read.index(word) for word in ("holds now", "second", "still to come", "third", "past", "first")]
    assert places == sorted(places)


def test_what_was_measured_is_shown_for_the_days_that_are_asked_for(
    alices: Client, catalog: None, ran: Callable[..., None]
) -> None:
    sold = offer("zai", "glm-4.5-air")
    ran(sold, count=2)
    ran(sold, count=3, created_at=timezone.now() - timedelta(days=20))
    address = reverse("model", args=["glm-4.5-air"])
    assert "n = 2" in text_of(alices.get(address))
    month = text_of(alices.get(address, {"days": "30"}))
    assert "n = 5" in month
    assert "in the last 30 days" in month
    assert "in the last day." in text_of(alices.get(address, {"days": "1"}))
    assert "n = 2" in text_of(alices.get(address, {"days": "nonsense"}))


def test_a_model_leads_to_the_others_of_its_series(alices: Client, catalog: None) -> None:
    model = LanguageModel.objects.get(slug="glm-4.5-air")
    page = alices.get(reverse("model", args=[model.slug])).content.decode().partition('id="siblings-title"')[2]
    listed = re.findall(r'href="/models/([^/"]+)/"', page.partition("</ul>")[0])
    others = LanguageModel.objects.filter(family=model.family_id).exclude(pk=model.pk)
    assert sorted(listed) == sorted(others.values_list("slug", flat=True))
    assert listed


def test_an_example_opens_in_the_playground_and_sends_nothing(alices: Client, catalog: None) -> None:
    answer = alices.get(reverse("model", args=["glm-z1-air"]))
    example = answer.context["model"]["example"]
    assert example["documented"].startswith("GLM-Z1-Air: ")
    opened = alices.get(example["url"])
    assert opened.context["composer"]["text"] == example["prompt"]
    assert opened.context["run"]["offer"]["title"] == "GLM-Z1-Air"
    assert not Conversation.objects.exists()


def test_a_shop_says_in_the_table_whether_it_promises_to_keep_nothing(alices: Client, catalog: None) -> None:
    words = "does not promise to keep no data"
    assert text_of(alices.get(reverse("model", args=["glm-4.7-flashx"]))).count(words) == 1
    assert words not in text_of(alices.get(reverse("model", args=["glm-z1-air"])))


@pytest.mark.parametrize(
    ("stated", "words"),
    [(True, "says it trains on no data"), (False, "does not promise not to train on data"), ("not shown", None)],
)
def test_a_shop_says_in_the_table_whether_it_trains_on_requests(
    alices: Client, catalog: None, stated: object, words: str | None
) -> None:
    sold = offer("zai", "glm-4.5-air")
    Offer.objects.filter(pk=sold.pk).update(facts=sold.facts | {"no_training": stated})
    read = text_of(alices.get(reverse("model", args=["glm-4.5-air"])))
    assert ("train on" in read or "trains on no data" in read) is bool(words)
    assert not words or words in read
