"""The table of entries, receipts and exports: the same entries everywhere, and nobody else's."""

import csv
import datetime as dt
import html
import io
import json
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Generation, Message
from playground.ledger.models import Entry
from playground.ledger.rates import set_rate
from playground.ledger.repricing import reprice
from playground.pricing.cost import Cost, TokenCounts
from playground.prompts import library
from playground.web.sidebar import spent, spent_on
from playground.web.usage_export import HEAD, formula_safe
from tests.entries import CNY, USD
from tests.integration.ledger.test_append_only import correction_of
from tests.integration.prompts.conftest import content
from tests.integration.web.usage.conftest import MakeEntry
from tests.integration.web.usage.test_overview import words, works_in

pytestmark = pytest.mark.django_db(transaction=True)
BrowserOf = Callable[[User], Client]
ALL = "?first=2026-01-01&last=2026-12-31"


def exported(user: User, kind: str, query: str = ALL) -> bytes:
    """The whole file, as a server sends it."""

    async def fetch() -> bytes:
        client = AsyncClient()
        await client.aforce_login(user)
        answer: Any = await client.get(f"/usage/entries.{kind}{query}", headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
        return b"".join([part async for part in answer.streaming_content])

    return async_to_sync(fetch)()


def csv_of(user: User, query: str = ALL) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(user, "csv", query).decode("utf-8-sig"), newline="")))


def numbers(client: Client, query: str = "") -> list[int]:
    """The entries of a page, in their order."""
    text = client.get(f"/usage/entries/{query}").content.decode()
    return [int(part.partition("/")[0]) for part in text.split('<th scope="row"><a href="/usage/entries/')[1:]]


def test_filters_order_and_pages(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    dear = make_entry(counts=TokenCounts(9000, 0, 10), state="stopped")
    cheap = make_entry(counts=TokenCounts(10, 0, 10), model="GLM-Z1-Air", key_label="")
    client = browser_of(alice)
    assert numbers(client, "?sort=-cost") == [dear.pk, cheap.pk]
    assert numbers(client, "?sort=cost") == [cheap.pk, dear.pk]
    assert numbers(client, "?status=stopped") == [dear.pk]
    assert numbers(client, "?key=-") == [cheap.pk]
    assert numbers(client, "?model=GLM-Z1-Air&person=x") == []
    assert numbers(client, "?q=nothing") == []
    assert numbers(client, "?q=104312") != []
    many = [make_entry(counts=TokenCounts(1, 0, 1)).pk for _ in range(60)]
    assert numbers(client, "?sort=time") == [dear.pk, cheap.pk, *many][:50]
    assert numbers(client, "?sort=time&page=2") == [dear.pk, cheap.pk, *many][50:]


def test_columns_are_the_readers_choice(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    make_entry()
    text = words(browser_of(alice), "/usage/entries/?column=duration&column=request")
    assert "5.30 s 20261121104312abcdef" in text
    assert "GLM-4.5-Air Alice" not in text


def test_a_search_finds_request_ids_own_titles_and_people(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, make_entry: MakeEntry
) -> None:
    rooms = [Conversation.objects.create(team=team, user=user, title="Break-even volume") for user in (alice, bob)]
    mine = make_entry(conversation=rooms[0].pk, provider_request_id="2026aaa")
    his = make_entry(conversation=rooms[1].pk, provider_request_id="2026bbb", user_id=bob.pk)
    for text, found in (("EVEN VOL", [mine]), ("bob", [his]), ("6aa", [mine]), ("2026", [his, mine]), ("zzz", [])):
        assert numbers(browser_of(alice), f"?sort=-time&q={text}") == [entry.pk for entry in found]
        assert {row["id"] for row in csv_of(alice, f"{ALL}&q={text}")} == {str(entry.pk) for entry in found}
    works_in(bob, team)
    for text, found in (("even vol", [his]), ("alice", []), ("bob", [])):
        assert numbers(browser_of(bob), f"?q={text}") == [entry.pk for entry in found]


def test_a_template_can_be_a_column_and_stands_on_the_receipt(
    browser_of: BrowserOf, alice: User, team: Team, make_entry: MakeEntry
) -> None:
    template = library.create(team=team, author=alice, content=content("Meeting summary"), live=True)
    entry = make_entry(template=template.pk, template_version=template.live_id)
    client = browser_of(alice)
    assert "Meeting summary" in words(client, "/usage/entries/?column=template")
    assert "Template Meeting summary" in words(client, f"/usage/entries/{entry.pk}/")
    (row,) = csv_of(alice)
    assert (row["template"], row["template_version"]) == (str(template.pk), str(template.live_id))


def test_entries_of_one_conversation_stay_so_while_other_filters_change(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, make_entry: MakeEntry
) -> None:
    mine = Conversation.objects.create(team=team, user=alice, title="Alice's plans")
    his = Conversation.objects.create(team=team, user=bob, title="Bob's plans")
    client = browser_of(alice)
    for room, title in ((mine, "Alice's plans"), (his, f"conversation {his.pk.hex[:8]}")):
        address = f"/usage/entries/?conversation={room.pk.hex}"
        assert f"{title} Clear the filters" in words(client, address)
        box = f'<input type="checkbox" name="conversation" value="{room.pk.hex}" checked>'
        assert box in client.get(address).content.decode()


def test_a_receipt_keeps_what_the_provider_sent_where_no_counts_can_be_read_from_it(
    browser_of: BrowserOf, alice: User, team: Team, catalog: None, make_entry: MakeEntry
) -> None:
    room = Conversation.objects.create(team=team, user=alice)
    answer = Message.objects.create(conversation=room, role="assistant", content="Hi")
    sold = Offer.objects.get(provider__slug="zai", wire_name="glm-4.6")
    run = Generation.objects.create(
        message=answer, conversation=room, user=alice, client_id="a", offer=sold, raw_usage='{"prompt_tokens": "many"}'
    )
    entry = make_entry(generation=run.pk, tokens_basis="estimated")
    text = words(browser_of(alice), f"/usage/entries/{entry.pk}/")
    assert 'Usage, as the provider sent it {"prompt_tokens": "many"}' in text
    assert "estimated" in text
    assert "as the provider sent it" not in words(browser_of(alice), f"/usage/entries/{make_entry().pk}/")


def test_what_has_no_price_is_counted_beside_a_conversations_sum(make_entry: MakeEntry) -> None:
    room, other = uuid.uuid4(), uuid.uuid4()
    for price in (CNY, None, None):
        entry = make_entry(conversation=room, price=price)
    make_entry(conversation=other, price=None)
    assert spent([room, other]) == {
        room: ("¥0.00114 + 2 unpriced", "3 turns · ¥0.00114 + 2 unpriced"),
        other: ("— + 1 unpriced", "1 turn · — + 1 unpriced"),
    }
    assert spent_on({room: [room, other]}) == {room: "¥0.00114 + 3 unpriced"}
    assert spent_on({other: [other], room: []}) == {other: "— + 1 unpriced", room: ""}
    correction_of(entry, currency="CNY", cost_basis="exact").save()
    assert spent([room])[room][1] == "3 turns · ¥0.00114 + 1 unpriced"


def test_titles_of_conversations_are_shown_to_their_owner_only(
    browser_of: BrowserOf, alice: User, bob: User, team: Team, make_entry: MakeEntry
) -> None:
    mine = Conversation.objects.create(team=team, user=alice, title="Alice's plans")
    his = Conversation.objects.create(team=team, user=bob, title="Bob's plans")
    entries = [make_entry(conversation=mine.pk), make_entry(conversation=his.pk, user_id=bob.pk)]
    addresses = ["/usage/entries/", *(f"/usage/entries/{entry.pk}/" for entry in entries)]
    seen = " ".join(words(browser_of(alice), address) for address in addresses)
    assert "Alice's plans" in seen
    assert "Bob's plans" not in seen
    assert "Bob" in seen


def test_a_receipt_shows_every_number_that_made_it(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    text = words(browser_of(alice), f"/usage/entries/{make_entry().pk}/")
    for part in (
        "600 × ¥0.8 ÷ 1,000,000 ¥0.00048",
        "400 × ¥0.16 ÷ 1,000,000 ¥0.000064",
        "300 × ¥2 ÷ 1,000,000 ¥0.0006",
        "Total ¥0.001144",
        "reported by the provider",
        "Valid from 1 Nov 2026",
        "docs.bigmodel.cn, 21 Nov 2026",
        "cny-price",
        "1 USD = 7.1 CNY, 21 Nov 2026",
        "20261121104312abcdef",
        "Team default",
        "0.42 s",
        "88.25",
    ):
        assert part in text, part


def test_a_receipt_says_why_there_is_no_price_or_only_a_bound(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    client = browser_of(alice)
    assert "Its cost is unknown, not 0." in words(client, f"/usage/entries/{make_entry(price=None).pk}/")
    assert "An upper bound" in words(client, f"/usage/entries/{make_entry(price=USD).pk}/")
    named = Cost("USD", None, None, None, Decimal("0.5"), "reported", "")
    text = words(client, f"/usage/entries/{make_entry(cost=named).pk}/")
    assert "The provider itself named this sum; it is not calculated here. ≈ ¥3.55 at 1 USD = 7.1 CNY" in text


def test_a_receipt_says_where_the_rate_comes_from(browser_of: BrowserOf, alice: User, make_entry: MakeEntry) -> None:
    set_rate(user=alice, day=dt.date(2026, 11, 22), cny_per_usd=Decimal("7.2"), source="PBOC, 22 Nov")
    entry = make_entry(at=dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC))
    text = words(browser_of(alice), f"/usage/entries/{entry.pk}/")
    assert "at 1 USD = 7.2 CNY, 22 Nov 2026 (PBOC, 22 Nov), the rate of that day." in text


@pytest.mark.parametrize("practice", [False, True])
def test_a_receipt_of_anothers_run_leads_to_the_entries_of_its_conversation(
    practice: bool, browser_of: BrowserOf, alice: User, bob: User, team: Team, make_entry: MakeEntry
) -> None:
    his = Conversation.objects.create(team=team, user=bob, title="Bob's plans")
    entries = [
        make_entry(conversation=his.pk, user_id=bob.pk, practice=practice, at=timezone.now() - dt.timedelta(days=day))
        for day in (40, 50)
    ]
    make_entry(practice=practice)
    client = browser_of(alice)
    page = client.get(f"/usage/entries/{entries[0].pk}/").content.decode()
    found = re.search(rf'<a href="([^"]+)">conversation {his.pk.hex[:8]}</a>', page)
    assert found
    assert "The conversation is not yours" in page
    assert numbers(client, html.unescape(found[1]).removeprefix("/usage/entries/")) == [one.pk for one in entries]


def test_a_receipt_of_another_team_than_the_one_at_work_names_the_conversation_without_a_link(
    browser_of: BrowserOf, bob: User, make_entry: MakeEntry
) -> None:
    entry = make_entry(user_id=bob.pk)
    works_in(bob, Team.objects.exclude(pk=entry.team_id).get(members__user=bob))
    page = browser_of(bob).get(f"/usage/entries/{entry.pk}/").content.decode()
    assert f"<span>conversation {entry.conversation.hex[:8]}</span>" in page


def test_corrections_are_listed_with_what_they_come_to(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    entry = make_entry()
    less = Decimal("-0.000144")
    correction = correction_of(entry, cost_output=less, cost_total=less)
    correction.save()
    for one in (entry, correction):
        text = words(browser_of(alice), f"/usage/entries/{one.pk}/")
        assert "Corrections" in text
        assert "−¥0.000144 ¥0.001" in text
    assert "corrected later" in words(browser_of(alice), "/usage/entries/")


def test_receipts_of_others_do_not_exist(
    browser_of: BrowserOf, alice: User, bob: User, charlie: User, team: Team, make_entry: MakeEntry
) -> None:
    of_alice, of_bob = make_entry(), make_entry(user_id=bob.pk)
    for user, entry, status in (
        (alice, of_alice, 200),
        (alice, of_bob, 200),
        (bob, of_bob, 200),
        (bob, of_alice, 404),
        (charlie, of_alice, 404),
        (charlie, of_bob, 404),
    ):
        assert browser_of(user).get(f"/usage/entries/{entry.pk}/").status_code == status
    assert browser_of(alice).get("/usage/entries/99999999/").status_code == 404
    works_in(bob, team)
    assert numbers(browser_of(bob)) == [of_bob.pk]
    assert [row["id"] for row in csv_of(bob)] == [str(of_bob.pk)]


def test_csv_keeps_to_the_rules_and_harms_no_spreadsheet(alice: User, make_entry: MakeEntry) -> None:
    make_entry(key_label='=HYPERLINK("http://evil")', model='GLM "x", y', finish_reason="@now")
    raw = exported(alice, "csv")
    assert raw.startswith(b"id,created_at,")
    assert raw.count(b"\r\n") == 2
    assert b'"GLM ""x"", y"' in raw
    (row,) = csv_of(alice)
    assert row["key_label"] == '\'=HYPERLINK("http://evil")'
    assert row["finish_reason"] == "'@now"
    assert exported(alice, "csv", f"{ALL}&bom=1").startswith(b"\xef\xbb\xbfid,")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "＝1"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert formula_safe(text) == f"'{text}"


def test_json_lines_have_exact_amounts_and_honest_nulls(alice: User, make_entry: MakeEntry) -> None:
    make_entry()
    make_entry(price=None, ttft_ms=None)
    first, second = (json.loads(line) for line in exported(alice, "jsonl").decode().splitlines())
    assert tuple(first) == HEAD
    assert (first["cost_total"], first["prompt_tokens"], first["practice"]) == ("0.001144000000", 1000, False)
    assert (second["cost_total"], second["ttft_ms"]) == (None, None)
    assert first["person"] == "alice@example.org"


def test_reasoning_that_nobody_knows_is_no_zero_in_list_receipt_and_files(
    browser_of: BrowserOf, alice: User, make_entry: MakeEntry
) -> None:
    none, estimated, older = (
        make_entry(counts=TokenCounts(10, 0, 50, count), reasoning_basis=basis)
        for count, basis in ((0, "none"), (7, "estimated"), (0, None))
    )
    rows = [json.loads(line) for line in exported(alice, "jsonl").decode().splitlines()]
    told = {row["id"]: (row["reasoning_tokens"], row["reasoning_basis"]) for row in rows}
    assert told == {none.pk: (None, "none"), estimated.pk: (7, "estimated"), older.pk: (0, None)}
    assert {row["id"]: row["reasoning_tokens"] for row in csv_of(alice)}[str(none.pk)] == ""
    receipts = [words(browser_of(alice), f"/usage/entries/{one.pk}/") for one in (none, estimated, older)]
    said = [re.search(r"of it reasoning\s+(≈ \d+|—|\d+)", receipt) for receipt in receipts]
    assert [one and one[1] for one in said] == ["—", "≈ 7", "0"]


def test_an_unknown_kind_of_file_is_not_found(browser_of: BrowserOf, alice: User) -> None:
    assert browser_of(alice).get("/usage/entries.xlsx").status_code == 404


def test_a_correction_says_in_every_file_when_and_by_whom_it_was_made(
    alice: User, team: Team, catalog: None, make_entry: MakeEntry
) -> None:
    sold = Offer.objects.get(provider__slug="zai", wire_name="glm-4.6")
    at = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    make_entry(price=None, offer_id=sold.pk, at=at)
    assert reprice(by=alice, team=team).made == 1
    made_at = Entry.objects.get(corrects__isnull=False).corrected_at
    assert made_at is not None
    lines = [json.loads(line) for line in exported(alice, "jsonl").decode().splitlines()]
    for (run, correction), nothing in ((csv_of(alice), ""), (lines, None)):
        assert (run["corrected_at"], run["corrected_by"]) == (nothing, nothing)
        assert dt.datetime.fromisoformat(correction["corrected_at"]) == made_at
        assert correction["corrected_by"] == "alice@example.org"
        assert (correction["corrects"], correction["created_at"]) == (
            type(correction["corrects"])(run["id"]),
            run["created_at"],
        )
