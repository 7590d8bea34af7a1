"""List prices: who may set them, what a file shows, what is taken over, and runs that get a price later."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.catalog.models import Offer, PriceRow
from playground.catalog.prices import price_in_force
from playground.conversations.models import Conversation, Generation, Message
from playground.ledger.models import Entry, ExchangeRate
from playground.ledger.rates import rate_at
from playground.pricing.price import Tier
from playground.web.moments import day_words
from playground.web.sidebar import spent
from tests.entries import write_entry
from tests.integration.catalog.test_proposals import LISTS, TOML
from tests.integration.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
BrowserOf = Callable[[User], Client]
TYPED = {
    "input": "0.5",
    "cached": "",
    "output": "1.9",
    "start": "2026-12-01",
    "source": "Z.ai price list",
    "source_url": "https://docs.z.ai/guides/overview/pricing",
    "source_date": "2026-11-26",
}


def offer(provider: str = "zai", wire_name: str = "glm-4.6") -> Offer:
    return Offer.objects.get(provider__slug=provider, wire_name=wire_name)


def checked(client: Client, content: bytes | Path, name: str) -> Any:
    content = content if isinstance(content, bytes) else content.read_bytes()
    return client.post(reverse("prices-check"), {"file": SimpleUploadedFile(name, content), "day": "2026-11-25"})


def boxes(answer: Any) -> list[str]:
    """The values of the boxes that can be ticked."""
    return re.findall(r'name="line" value="([^"]+)"', answer.content.decode())


def test_list_prices_are_for_owners_of_the_installation(browser_of: BrowserOf, bob: User, charlie: User) -> None:
    addresses = ["prices", "prices-check", "prices-accept", "prices-reprice"]
    for user in (bob, charlie):
        client = browser_of(user)
        for address in [*map(reverse, addresses), reverse("list-price", args=[offer().pk])]:
            assert {client.get(address).status_code, client.post(address, TYPED).status_code} <= {404, 405}
        assert reverse("prices") not in client.get(reverse("models")).content.decode()
    assert not PriceRow.objects.filter(origin="typed").exists()


def test_every_offer_stands_there_with_price_day_and_source(alices: Client) -> None:
    text = text_of(alices.get(reverse("prices")))
    assert "GLM-4.6 Z.ai $0.60 ≈ ¥4.26 $2.20" in text
    assert "without a price" in text
    assert reverse("prices") in alices.get(reverse("models")).content.decode()


def test_a_typed_list_price_holds_for_everybody_from_its_day_on(alices: Client) -> None:
    sold = offer()
    answer = alices.post(reverse("list-price", args=[sold.pk]), TYPED, follow=True)
    assert "The price of GLM-4.6 is set." in text_of(answer)
    before, after = (price_in_force(sold.pk, day) for day in (dt.date(2026, 11, 30), dt.date(2026, 12, 1)))
    assert before is not None
    assert after is not None
    assert (before.tiers[0].input, after.tiers[0].input) == (Decimal("0.6"), Decimal("0.5"))
    row = PriceRow.objects.get(pk=after.id)
    assert (row.source_url, row.source_date, row.scope) == (TYPED["source_url"], dt.date(2026, 11, 26), "")
    history = text_of(alices.get(reverse("list-price", args=[sold.pk])))
    assert "from 1 Dec 2026" in history
    assert "Z.ai price list 26 Nov 2026" in history


@pytest.mark.parametrize(("field", "value"), [("input", "-1"), ("input", "0.0000001"), ("source_url", "javascript:x")])
def test_a_price_that_makes_no_sense_is_refused_where_it_stands(alices: Client, field: str, value: str) -> None:
    answer = alices.post(reverse("list-price", args=[offer().pk]), TYPED | {field: value})
    assert answer.status_code == 422
    assert "tc-field-error" in answer.content.decode()
    assert not PriceRow.objects.filter(origin="typed").exists()


BY_LENGTH = {
    "input": ["2", "4"],
    "cached": ["0.4", ""],
    "output": ["8", "16"],
    "prompt_min": ["", "32000"],
    "prompt_max": ["32000", ""],
    "completion_min": ["", ""],
    "completion_max": ["", ""],
}


def test_a_price_by_length_is_typed_with_a_tier_for_each(alices: Client) -> None:
    address = reverse("list-price", args=[offer().pk])
    assert alices.post(address, TYPED | BY_LENGTH).status_code == 302
    price = price_in_force(offer().pk, dt.date(2026, 12, 1))
    assert price is not None
    assert price.tiers == (
        Tier(Decimal(2), Decimal(8), Decimal("0.4"), prompt_max=32_000),
        Tier(Decimal(4), Decimal(16), prompt_min=32_000),
    )


def test_the_form_begins_with_what_holds_and_tiers_are_added_and_removed_unjudged(alices: Client) -> None:
    address = reverse("list-price", args=[offer("bigmodel", "glm-4.7").pk])

    def typed(answer: Any) -> list[tuple[Any, Any, Any]]:
        assert answer.status_code == 200
        assert "tc-field-error" not in answer.content.decode()
        rows = answer.context["form"].tiers
        return [tuple(row[name].value() for name in ("input", "prompt_max", "completion_min")) for row in rows]

    assert typed(alices.get(address)) == [("2", "32000", ""), ("3", "32000", "200"), ("4", "", "")]
    added = alices.post(address, TYPED | BY_LENGTH | {"source": "", "add": "1"})
    assert typed(added) == [("2", "32000", ""), ("4", "", ""), (None, None, None)]
    assert added.context["form"]["start"].value() == "2026-12-01"
    assert typed(alices.post(address, TYPED | BY_LENGTH | {"remove": "0"})) == [("4", "", "")]
    assert not PriceRow.objects.filter(origin="typed").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompt_max": ["40000", ""]}, "Tiers 1 and 2 are both for requests of some lengths."),
        ({"prompt_max": ["32000", "32000"]}, "Give more than where it begins"),
        ({"input": ["2", ""]}, "This field is required."),
        ({"completion_min": ["-1", ""]}, "greater than or equal to 0"),
    ],
)
def test_tiers_that_make_no_sense_say_why_and_nothing_is_set(
    alices: Client, changes: dict[str, list[str]], said: str
) -> None:
    answer = alices.post(reverse("list-price", args=[offer().pk]), TYPED | BY_LENGTH | changes)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not PriceRow.objects.filter(origin="typed").exists()


def test_a_file_is_shown_as_what_differs_and_only_ticked_lines_are_taken_over(alices: Client) -> None:
    answer = checked(alices, LISTS / "litellm.json", "litellm.json")
    text = text_of(answer)
    assert "What LiteLLM price map says" in text
    assert "6 prices agree with what holds here." in text
    assert "$0.60 $0.45" in text
    (line,) = boxes(answer)
    assert not PriceRow.objects.filter(origin="typed").exists()
    alices.post(reverse("prices-accept"), {"start": "2026-12-01"})
    assert not PriceRow.objects.filter(origin="typed").exists()
    answer = alices.post(reverse("prices-accept"), {"line": [line], "start": "2026-12-01"}, follow=True)
    assert "1 line is taken over." in text_of(answer)
    price = price_in_force(offer("vercel").pk, dt.date(2026, 12, 1))
    assert price is not None
    assert (price.tiers[0].input, price.source, price.source_date) == (
        *(Decimal("0.45"), "LiteLLM price map", dt.date(2026, 11, 25)),
    )
    assert boxes(checked(alices, LISTS / "models_dev.json", "api.json"))


def test_a_catalog_file_brings_prices_and_rates_with_their_own_days(alices: Client) -> None:
    answer = checked(alices, TOML.encode(), "december.toml")
    price, rate = boxes(answer)
    alices.post(reverse("prices-accept"), {"line": [price, rate], "start": "2026-11-27"})
    assert rate_at(dt.date(2026, 12, 1)).value == Decimal("7.0812")
    day = dt.date(2026, 12, 15)
    found = [price_in_force(offer().pk, one) for one in (day - dt.timedelta(days=1), day)]
    assert [one and len(one.tiers) for one in found] == [1, 2]


def test_a_price_that_is_to_come_is_shown_beside_what_the_file_says_and_gives_way_to_it(alices: Client) -> None:
    sold, today = offer(), timezone.now().date()
    start, later = today + dt.timedelta(days=20), today + dt.timedelta(days=40)
    address = reverse("list-price", args=[sold.pk])
    alices.post(address, TYPED | {"start": start.isoformat()})
    alices.post(address, TYPED | {"start": later.isoformat(), "input": "0.3", "source": "A letter"})
    answer = checked(alices, TOML.replace("2026-12-15", start.isoformat()).encode(), "december.toml")
    text = text_of(answer)
    assert f"instead of what is to hold from {day_words(start)} on: Z.ai price list, 26 Nov 2026" in text
    assert f"from {day_words(later)} on the price holds that is known here already: A letter" in text
    assert "$1.90 $2.00" in text, "struck out is what is to come, not what holds today"
    price, _rate = boxes(answer)
    alices.post(reverse("prices-accept"), {"line": [price], "start": today.isoformat()})
    held = [price_in_force(sold.pk, day) for day in (today, start, later)]
    assert [one and one.tiers[0].input for one in held] == [Decimal("0.6"), Decimal("0.5"), Decimal("0.3")]
    assert held[1] is not None
    assert len(held[1].tiers) == 2, "the file's, not the one of that day"
    again = text_of(checked(alices, TOML.replace("2026-12-15", start.isoformat()).encode(), "december.toml"))
    assert "1 price agrees with what holds here." in again


def test_a_price_in_another_currency_is_struck_out_with_its_own_sign(alices: Client) -> None:
    sold = offer()
    PriceRow.objects.filter(offer=sold).update(currency="CNY")
    text = text_of(checked(alices, TOML.encode(), "december.toml"))
    assert "¥0.60 $0.50" in text
    assert "¥2.20 $2.00" in text


def test_a_file_that_says_nothing_here_or_cannot_be_read_says_so(alices: Client) -> None:
    answer = checked(alices, b"month,price", "prices.json")
    assert answer.status_code == 422
    assert "neither a catalog file nor a list of LiteLLM or models.dev" in text_of(answer)
    answer = checked(alices, TOML.replace('"0.7"', "0.7").encode(), "december.toml")
    assert "write amounts as strings" in text_of(answer)
    agreed = (
        b'{"zai/glm-4.6": {"litellm_provider": "zai", "input_cost_per_token": 6e-7, "output_cost_per_token": 22e-7}}'
    )
    assert "Nothing to take over" in text_of(checked(alices, agreed, "map.json"))
    assert alices.post(reverse("prices-check"), {}).status_code == 422


def test_lines_that_no_file_said_are_refused_and_all_of_them(alices: Client) -> None:
    (line,) = boxes(checked(alices, LISTS / "litellm.json", "litellm.json"))
    answer = alices.post(reverse("prices-accept"), {"line": [line, line[:-2] + "xx"]}, follow=True)
    assert "Choose the file again." in text_of(answer)
    assert not PriceRow.objects.filter(origin="typed").exists()
    assert ExchangeRate.objects.count() == 1


# Runs without a price


def chat_of(user: User, team: Team, entry: Entry) -> Conversation:
    """A conversation with one answered question, whose run the entry is of."""
    room = Conversation.objects.create(pk=entry.conversation, team=team, user=user, title="Plans")
    asked = Message.objects.create(conversation=room, role="user", content="Hello", author=user)
    answer = Message.objects.create(conversation=room, role="assistant", content="Hi", parent=asked, pk=entry.message)
    Generation.objects.create(
        pk=entry.generation,
        message=answer,
        conversation=room,
        user=user,
        client_id="a",
        offer_id=entry.offer,
        entry=entry,
        state="finished",
    )
    Conversation.objects.filter(pk=room.pk).update(leaf=answer)
    return room


@pytest.fixture
def entry(alice: User, team: Team) -> Entry:
    """A run of an offer that nobody states a price of."""
    sold = offer("bigmodel")
    return write_entry(alice, team, price=None, provider="bigmodel", model=sold.title, offer_id=sold.pk)


def give_a_price(client: Client) -> None:
    start = (timezone.now() - dt.timedelta(days=30)).date().isoformat()
    client.post(
        reverse("list-price", args=[offer("bigmodel").pk]), TYPED | {"input": "2", "output": "8", "start": start}
    )


def test_a_run_that_gets_its_price_later_shows_it_everywhere_and_says_so(
    alices: Client, alice: User, team: Team, entry: Entry
) -> None:
    room = chat_of(alice, team, entry)
    chat = reverse("conversation", args=[room.pk])
    assert "price not set" in text_of(alices.get(chat))
    page = text_of(alices.get(reverse("usage-unpriced")))
    assert "GLM-4.6 BigModel 1 none Set price" in page
    give_a_price(alices)
    assert "known now" in text_of(alices.get(reverse("prices")))
    answer = alices.post(reverse("usage-unpriced"), follow=True)
    assert "1 correction is made." in text_of(answer)
    assert "None: every run has a price." in text_of(answer)
    correction = Entry.objects.get(corrects=entry)
    # 1,000 prompt tokens at 2 and 300 at 8 per million
    assert correction.cost_total == Decimal("0.0044")
    seen = text_of(alices.get(chat))
    assert "corrected ¥0.00440" in seen
    assert "price not set" not in seen
    assert spent([room.pk])[room.pk] == ("¥0.00440", "1 turn · ¥0.00440")
    details = text_of(alices.get(reverse("message-details", args=[entry.message])))
    assert "The price was set after the run" in details
    assert "¥0.0044" in details
    listed = text_of(alices.get(reverse("usage-entries")))
    assert "correction" in listed
    assert "corrected later" in listed


def test_both_receipts_say_what_happened(alices: Client, entry: Entry) -> None:
    give_a_price(alices)
    alices.post(reverse("prices-reprice"))
    correction = Entry.objects.get(corrects=entry)
    first, second = (text_of(alices.get(reverse("usage-entry", args=[one.pk]))) for one in (entry, correction))
    assert f"A price was set later: correction {correction.pk} adds ¥0.0044." in first
    assert f"It adds to entry {entry.pk} , which stays as it was written" in second
    assert "600 × ¥2 ÷ 1,000,000 ¥0.0012" in second
    assert "Z.ai price list" in second
    for text in (first, second):
        assert "Corrections" in text
        assert "Alice ¥0.0044 ¥0.0044" in text


def test_runs_without_a_price_are_for_who_manages_the_team(
    browser_of: BrowserOf, alices: Client, bob_at_work: User, charlie: User, entry: Entry
) -> None:
    give_a_price(alices)
    for user in (bob_at_work,):
        assert browser_of(user).get(reverse("usage-unpriced")).status_code == 404
        assert browser_of(user).post(reverse("usage-unpriced")).status_code == 404
    assert "None: every run has a price." in text_of(browser_of(charlie).get(reverse("usage-unpriced")))
    browser_of(charlie).post(reverse("usage-unpriced"))
    assert not Entry.objects.exclude(corrects=None).exists()


def test_the_entries_without_a_price_lead_there(alices: Client, entry: Entry) -> None:
    assert reverse("usage-unpriced") in alices.get(reverse("usage-entries"), {"unpriced": "1"}).content.decode()
    assert reverse("usage-unpriced") not in alices.get(reverse("usage-entries")).content.decode()


def test_an_offer_that_is_not_sold_to_everyone_has_no_list_price(alices: Client) -> None:
    practice = Offer.objects.filter(provider__practice=True).first()
    assert practice is not None
    for number in (practice.pk, uuid.uuid4()):
        assert alices.get(reverse("list-price", args=[number])).status_code == 404
