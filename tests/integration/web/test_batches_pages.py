"""The pages of batches: a table comes in, is planned, started, watched and taken home; strangers find nothing."""

import csv
import io
import json
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.batches import drafting, running
from playground.batches.models import Batch
from playground.catalog.models import Offer
from playground.catalog.prices import set_price
from playground.conversations.models import Generation, LastSettings, Message
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry
from playground.ledger.repricing import reprice
from playground.pricing.price import Tier
from playground.prompts import library
from playground.prompts.content import read_content
from playground.vault import keys
from playground.web.usage_export import BOM
from tests.entries import write_entry
from tests.integration.batches.conftest import CITIES, HERE, QUESTION, begin, draft, end, numbered, offer, started
from tests.integration.web.conftest import HTMX, text_of

__all__ = ["draft", "offer", "started"]  # fixtures

pytestmark = pytest.mark.django_db
POSTED = ("plan", "template", "start", "move", "retry", "again", "delete")


def at(name: str, batch: Batch, *more: object) -> str:
    return reverse(f"batch-{name}" if name else "batch", args=[batch.pk, *more])


def content_of(batch: Batch, user: User, kind: str, **asked: str) -> str:
    """The file of the results, as a browser gets it."""

    async def read() -> str:
        client = AsyncClient()
        await client.aforce_login(user)
        answer: Any = await client.get(at("results", batch, kind), asked)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return b"".join([part async for part in answer.streaming_content]).decode()

    return async_to_sync(read)()


def file_of(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def ended(started: Batch) -> Batch:
    """Six rows: four answered, one failed, one left."""
    made = begin(started, 5)
    for number, one in enumerate(made):
        if number == 1:
            end(one, Generation.State.FAILED, code="content_filtered")
        else:
            end(one, content=f"=answer {number}, with “signs”\nand a second line")
    return started


def test_a_file_becomes_a_draft_with_the_model_used_last(alices: Client, alice: User, offer: Offer) -> None:
    LastSettings.objects.create(user=alice, settings=RunSettings(offer=offer.pk, temperature=0.3).to_json())
    answer = alices.post(reverse("batch-new"), {"file": file_of("north.csv", CITIES.encode())})
    batch = Batch.objects.get()
    assert answer.headers["Location"] == at("", batch)
    assert (batch.title, batch.row_count, batch.columns) == ("north", 6, ["city", "country"])
    assert batch.conversation.settings == {"offer": str(offer.pk), "temperature": 0.3}
    read = text_of(alices.get(at("", batch)))
    assert [words for words in ("6 rows", "Oslo", "Norway", "Start all 6 rows") if words not in read] == []


def test_pasted_rows_become_a_draft(alices: Client, offer: Offer) -> None:
    alices.post(reverse("batch-new"), {"pasted": '{"q": "one"}\n{"q": "two"}'})
    assert Batch.objects.get().row_count == 2


def test_pasted_rows_that_are_long_come_as_a_file_and_have_its_limits(alices: Client, offer: Offer) -> None:
    rows = "city,about\n" + "".join(f"city {number},{'x' * 1_000}\n" for number in range(5_000))
    assert len(rows) > 4 * 1024 * 1024, "more than a field of a form may have"
    alices.post(reverse("batch-new"), {"pasted": file_of("pasted.txt", rows.encode())})
    assert Batch.objects.get().row_count == 5_000


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a\n" + "x\n" * 10_001, "A table may have 10,000 rows."),
        ("a\n" + f"{'x' * 99_000}\n" * 203, "The table is too large: 20 MB at most."),
        ("a\nx\ny,z\n", "Line 3 has 2 cells"),
    ],
)
def test_what_is_wrong_with_long_pasted_rows_is_said_where_they_were_pasted(
    alices: Client, offer: Offer, rows: str, said: str
) -> None:
    answer = alices.post(reverse("batch-new"), {"pasted": file_of("pasted.txt", rows.encode())})
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors["pasted"])
    assert answer.context["form"]["pasted"].value()[:9] == rows[:9], "what was pasted stays"


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({}, "Choose a file, or paste rows."),
        ({"pasted": "a,b\n1\n"}, "Line 2 has 1 cells"),
        ({"pasted": "a,b"}, "no rows"),
    ],
)
def test_a_table_that_cannot_be_used_is_said(alices: Client, offer: Offer, posted: dict[str, str], said: str) -> None:
    answer = alices.post(reverse("batch-new"), posted)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Batch.objects.exists()


def test_a_bad_file_says_its_line_at_the_file(alices: Client, offer: Offer) -> None:
    answer = alices.post(reverse("batch-new"), {"file": file_of("a.csv", b'a,b\n"x,y\n')})
    assert answer.status_code == 422
    assert "Line 2: a quotation mark is opened and never closed." in text_of(answer)


def test_the_plan_follows_the_prompt(alices: Client, draft: Callable[..., Batch]) -> None:
    batch = draft(prompt="")
    posted = {"title": "Old towns", "prompt": "Is {{city}} in {{land}}?", "at_once": "7", "limit": ""}
    read = text_of(alices.post(at("plan", batch), posted, headers=HTMX))
    assert "{{city}}" in read
    assert "At most" in read
    batch.refresh_from_db()
    assert (batch.title, batch.prompt, batch.at_once) == ("Old towns", "Is {{city}} in {{land}}?", 7)
    assert batch.sources == {"city": {"column": 0}}
    answer = alices.post(at("start", batch), posted)
    assert answer.status_code == 422
    assert "Nothing fills {{land}}" in text_of(answer)
    answer = alices.post(at("start", batch), posted | {"source-land": "column:1"})
    assert answer.headers["Location"] == at("", batch)
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING
    assert batch.sources == {"city": {"column": 0}, "land": {"column": 1}}


def test_a_fixed_text_fills_a_place_in_every_row(alices: Client, draft: Callable[..., Batch]) -> None:
    batch = draft(prompt="")
    posted = {"prompt": "{{tone}}: {{city}}", "source-tone": "text", "text-tone": "Briefly"}
    alices.post(at("plan", batch), posted, headers=HTMX)
    batch.refresh_from_db()
    assert batch.texts.texts_for(["Oslo", "Norway"])[1] == "Briefly: Oslo"


@pytest.mark.parametrize("limit", ["free", "-1", "0", "NaN", "1e99", "0.0000001"])
def test_a_limit_that_is_no_amount_is_refused(alices: Client, draft: Callable[..., Batch], limit: str) -> None:
    batch = draft()
    answer = alices.post(at("plan", batch), {"prompt": QUESTION, "limit": limit}, headers=HTMX)
    assert "The limit is an amount" in text_of(answer)
    batch.refresh_from_db()
    assert batch.most_cost is None


def test_a_forecast_beyond_the_limit_is_said_and_nothing_starts(alices: Client, draft: Callable[..., Batch]) -> None:
    batch = draft()
    answer = alices.post(at("start", batch), {"prompt": QUESTION, "limit": "0.000001"})
    assert answer.status_code == 422
    assert "beyond what this batch may cost" in text_of(answer)
    batch.refresh_from_db()
    assert batch.is_draft


def test_a_template_can_be_run_on_a_table(alices: Client, alice: User, offer: Offer) -> None:
    content = read_content({"title": "Towns", "system_prompt": "Be brief.", "first_message": "Tell of {{city}}."})
    version = library.create(team=current_team(alice), author=alice, content=content).shown
    page = alices.get(reverse("template", args=[version.template_id]))
    link = f"{reverse('batch-new')}?template={version.pk}"
    assert link in page.content.decode()
    assert "Towns" in text_of(alices.get(link))
    alices.post(reverse("batch-new"), {"pasted": CITIES, "template": str(version.pk)})
    batch = Batch.objects.get()
    assert (batch.prompt, batch.template_version_id) == ("Tell of {{city}}.", version.pk)
    assert batch.conversation.settings["system_prompt"] == "Be brief."
    alices.post(at("template", batch), {"version": ""})
    batch.refresh_from_db()
    assert batch.template_version_id is None


def test_only_some_rows_are_tried_first(alices: Client, draft: Callable[..., Batch]) -> None:
    batch = draft()
    alices.post(at("start", batch), {"prompt": QUESTION, "first": "1"})
    batch.refresh_from_db()
    assert (batch.state, batch.first) == (Batch.State.RUNNING, 5)


def test_the_page_says_how_far_it_is_and_what_it_cost(alices: Client, ended: Batch) -> None:
    read = text_of(alices.get(at("", ended)))
    said = [
        "5 of 6 rows",
        "done 4",
        "failed 1",
        "waiting 1",
        "Pause",
        "Retry 1 row",
        "The provider stopped the answer.",
    ]
    assert [words for words in said if words not in read] == []
    assert "≈ $" in read or "≈ ¥" in read


def test_runs_without_a_price_stand_beside_the_cost_so_far(
    alices: Client, alice: User, ended: Batch, draft: Callable[..., Batch]
) -> None:
    assert "unpriced" not in text_of(alices.get(at("", ended)))
    for _ in range(2):
        write_entry(alice, ended.team, conversation=ended.conversation_id, price=None)
    for name in ("", "live"):
        assert re.search(r"Cost so far [¥$][\d.]+ ≈ [¥$][\d.]+ \+ 2 unpriced", text_of(alices.get(at(name, ended))))
    assert re.search(r"[¥$][\d.]+ \+ 2 unpriced", text_of(alices.get(reverse("batches"))))
    nothing = draft()
    drafting.start(nothing)
    write_entry(alice, ended.team, conversation=nothing.conversation_id, price=None)
    assert "Cost so far — + 1 unpriced" in text_of(alices.get(at("", nothing)))


def test_what_moves_asks_again_and_keeps_its_filter(alices: Client, ended: Batch) -> None:
    answer = alices.get(at("live", ended), {"state": "failed", "q": "Bergen"}, headers=HTMX)
    content = answer.content.decode()
    assert "state=failed&amp;q=Bergen" in content
    assert "every 1s" in content
    assert "Bergen" in content
    assert "Oslo" not in content


@pytest.mark.parametrize(
    ("query", "numbers"), [("Oslo", [1]), ("answer 3", [4]), ("norway", [1, 2]), ("nothing at all", [])]
)
def test_rows_are_found_by_their_cells_and_answers(
    alices: Client, ended: Batch, query: str, numbers: list[int]
) -> None:
    content = alices.get(at("live", ended), {"q": query}, headers=HTMX).content.decode()
    assert [number for number in range(1, 7) if f'id="row-{number}"' in content] == numbers


def test_chinese_cells_are_found(alices: Client, draft: Callable[..., Batch]) -> None:
    batch = draft("city\n奥斯陆\n卑尔根\n", prompt="{{city}}")
    drafting.start(batch)
    content = alices.get(at("live", batch), {"q": "奥斯陆"}, headers=HTMX).content.decode()
    assert 'id="row-1"' in content
    assert 'id="row-2"' not in content


def test_pages_of_rows(alices: Client, draft: Callable[..., Batch]) -> None:
    batch = draft(numbered(120))
    drafting.start(batch)
    content = alices.get(at("", batch), {"page": "2"}).content.decode()
    assert 'id="row-51"' in content
    assert 'id="row-101"' not in content


def test_a_row_opens_with_what_was_sent_what_came_and_its_receipt(alices: Client, ended: Batch) -> None:
    read = text_of(alices.get(at("row", ended, 1)))
    said = ["Oslo", "Norway", "What is Oslo in Norway known for?", "=answer 0, with “signs”", "Receipt", "Row after"]
    assert [words for words in said if words not in read] == []
    entry = Entry.objects.get(generation=ended.rows.get(number=1).generation_id)
    assert reverse("usage-entry", args=[entry.pk]) in alices.get(at("row", ended, 1)).content.decode()
    assert "Cities" in text_of(alices.get(reverse("usage-entry", args=[entry.pk])))
    waiting = text_of(alices.get(at("row", ended, 6)))
    assert "What will be sent" in waiting
    assert "What is Accra in Ghana known for?" in waiting


def test_a_row_that_was_to_be_json_is_judged_and_offers_no_next_turn(
    alices: Client, draft: Callable[..., Batch]
) -> None:
    batch = draft(output="json_object")
    drafting.start(batch)
    running.take_leases(HERE, known={}, alone=True)
    made = begin(batch, 1)[0]
    end(made, content="{")
    Generation.objects.filter(pk=made.pk).update(
        verdict={"form": "none", "violations": [], "more": 0, "unfinished": False}
    )
    page = alices.get(at("row", batch, 1)).content.decode()
    assert "data-json" in page
    assert "The answer is not valid JSON." in page
    assert "repair" not in page


def test_calls_of_a_row_are_shown_and_await_nothing(alices: Client, started: Batch) -> None:
    made = begin(started, 1)[0]
    end(made, content="")
    call = {"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "<Oslo>"}'}}
    Message.objects.filter(pk=made.message_id).update(tool_calls=[call])
    page = alices.get(at("row", started, 1)).content.decode()
    assert "get_weather" in page
    assert "&lt;Oslo&gt;" in page
    assert "A batch gives none" in page
    assert "<textarea" not in page


def test_what_a_search_found_stands_below_the_answer_of_a_row(alices: Client, ended: Batch) -> None:
    found = {"refer": "ref_1", "title": "Oslo", "link": "https://example.org/oslo", "media": "", "content": ""}
    run = ended.rows.select_related("generation").get(number=1).generation
    assert run is not None
    Message.objects.filter(pk=run.message_id).update(web_search=[found])
    page = alices.get(at("row", ended, 1)).content.decode()
    assert 'href="https://example.org/oslo" target="_blank" rel="noopener noreferrer"' in page


def test_the_request_of_a_row_can_be_looked_at_like_any_other(alices: Client, ended: Batch) -> None:
    row = ended.rows.select_related("generation").get(number=1)
    assert row.generation is not None
    answer = alices.get(reverse("message-details", args=[row.generation.message_id]))
    assert answer.status_code == 200


def test_pause_resume_stop_and_retry_by_their_buttons(alices: Client, ended: Batch) -> None:
    for act, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped"), ("nonsense", "stopped")):
        alices.post(at("move", ended), {"act": act})
        ended.refresh_from_db()
        assert ended.state == state
    answer = alices.post(at("retry", ended), {"row": "1", "stay": "1"})
    assert answer.headers["Location"] == at("row", ended, 1)
    assert ended.rows.get(number=1).generation_id is None
    alices.post(at("retry", ended))
    assert ended.rows.get(number=2).generation_id is None


def test_it_says_that_a_budget_has_no_room(alices: Client, ended: Batch) -> None:
    Batch.objects.filter(pk=ended.pk).update(state=Batch.State.PAUSED, halted_by="over_budget")
    read = text_of(alices.get(at("live", ended)))
    assert "Paused: the next row could take more than a budget has left. Go on when the budget was raised" in read


def test_the_limit_is_changed_while_it_waits(alices: Client, ended: Batch) -> None:
    alices.post(at("move", ended), {"act": "limit", "limit": "2.5"})
    ended.refresh_from_db()
    assert (ended.most_cost, ended.most_currency) == (Decimal("2.5"), Entry.objects.all()[0].currency)
    alices.post(at("move", ended), {"act": "limit", "limit": ""})
    ended.refresh_from_db()
    assert ended.most_cost is None


@pytest.mark.django_db(transaction=True)
def test_results_as_csv_open_in_a_spreadsheet_and_run_nothing(alice: User, ended: Batch) -> None:
    content = content_of(ended, alice, "csv", bom="1")
    assert content.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(content.removeprefix(BOM))))
    assert len(rows) == 6
    assert rows[0]["city"] == "Oslo"
    assert rows[0]["answer"] == "'=answer 0, with “signs”\nand a second line"
    assert (rows[1]["state"], rows[1]["error_code"]) == ("failed", "content_filtered")
    assert (rows[5]["state"], rows[5]["answer"]) == ("waiting", "")
    assert float(rows[0]["cost"]) > 0


@pytest.mark.django_db(transaction=True)
def test_numbers_stay_numbers_and_names_of_results_yield_to_the_tables_own(
    alice: User, draft: Callable[..., Batch]
) -> None:
    batch = draft("answer,=sum\n-5,+cmd\n", prompt="{{answer}}")
    drafting.start(batch)
    content = content_of(batch, alice, "csv")
    head, row = list(csv.reader(io.StringIO(content)))
    assert head[:3] == ["row", "answer", "'=sum"]
    assert "answer_" in head
    assert row[1:3] == ["-5", "'+cmd"]


@pytest.mark.django_db(transaction=True)
def test_results_as_json_lines_hold_every_row(alices: Client, alice: User, ended: Batch) -> None:
    content = content_of(ended, alice, "jsonl")
    lines = [json.loads(line) for line in content.splitlines()]
    assert [line["row"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[0]["input"] == {"city": "Oslo", "country": "Norway"}
    assert lines[0]["answer"].startswith("=answer 0")
    assert lines[5]["cost"] is None
    reasoning = [(line["reasoning_tokens"], line["reasoning_basis"]) for line in lines]
    assert reasoning[0] == (None, "none"), "nobody reported it, and no thinking was shown"
    assert reasoning[5] == (None, None), "it did not run yet"
    assert alices.get(reverse("batch-results", args=[ended.pk, "xml"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_price_that_is_set_later_is_that_of_the_rows_too(
    alices: Client, alice: User, draft: Callable[..., Batch]
) -> None:
    offer = Offer.objects.get(provider__slug="bigmodel", wire_name="glm-4.6")
    keys.add(
        team=current_team(alice), user=None, provider=offer.provider, label="k", key="0123456789abcdef.abc",
        created_by=alice,
    )  # fmt: skip
    batch = draft()
    batch.conversation.settings = {"offer": str(offer.pk)}
    batch.conversation.save()
    drafting.start(batch)
    other = drafting.begin_again(batch, user=alice)
    drafting.start(other)
    running.take_leases(HERE, known={}, alone=True)
    end(begin(batch, 1)[0])
    tiers, today = [Tier(input=Decimal(2), output=Decimal(8))], timezone.now().date()
    set_price(offer_id=offer.pk, currency="CNY", tiers=tiers, source="contract", start=today)
    reprice(by=alice, team=current_team(alice))
    # 40 prompt tokens at 2 and 100 at 8 per million: as the sum of the batch and as the cost of the row
    for address in (at("", batch), at("beside", batch, other.pk)):
        assert text_of(alices.get(address)).count("¥0.00088") == 2
    for kind in ("csv", "jsonl"):
        assert "0.00088" in content_of(batch, alice, kind)


def test_two_batches_over_the_same_rows_stand_side_by_side(alices: Client, alice: User, ended: Batch) -> None:
    other = drafting.begin_again(ended, user=alice)
    drafting.start(other)
    running.take_leases(HERE, known={}, alone=True)
    for one in begin(other):
        end(one, content="the other answer")
    assert at("beside", ended, other.pk) in alices.get(at("", ended)).content.decode()
    read = text_of(alices.get(at("beside", ended, other.pk)))
    assert read.count("the other answer") == 6
    assert "=answer 0" in read


def test_batches_over_different_rows_do_not(alices: Client, ended: Batch, draft: Callable[..., Batch]) -> None:
    other = draft()
    drafting.start(other)
    assert alices.get(at("beside", ended, other.pk)).status_code == 404


def test_begin_again_makes_a_draft(alices: Client, ended: Batch) -> None:
    answer = alices.post(at("again", ended))
    copy = Batch.objects.get(state=Batch.State.DRAFT)
    assert answer.headers["Location"] == at("", copy)


def test_the_list_shows_batches_and_no_list_of_conversations_does(alices: Client, ended: Batch) -> None:
    read = text_of(alices.get(reverse("batches")))
    assert [words for words in ("Cities", "Running", "5 / 6") if words not in read] == []
    assert "Cities" not in text_of(alices.get(reverse("conversation-list")))
    assert "What is Oslo" not in text_of(alices.get(reverse("conversation-list"), {"q": "Oslo"}))


def test_its_conversation_leads_to_the_batch(alices: Client, ended: Batch) -> None:
    answer = alices.get(reverse("conversation", args=[ended.conversation_id]))
    assert answer.headers["Location"] == at("", ended)


def test_a_deleted_batch_is_gone(alices: Client, ended: Batch) -> None:
    answer = alices.post(at("delete", ended))
    assert answer.headers["Location"] == reverse("batches")
    assert alices.get(at("", ended)).status_code == 404
    assert "Cities" not in text_of(alices.get(reverse("batches"))).replace("“Cities” is deleted", "")


def test_strangers_and_team_mates_find_nothing(
    browser_of: Callable[[User], Client], ended: Batch, bob_at_work: User, charlie: User
) -> None:
    other = uuid.uuid4()
    for user in (bob_at_work, charlie):
        browser = browser_of(user)
        shown = [at("", ended), at("live", ended), at("row", ended, 1), at("results", ended, "csv")]
        assert {browser.get(address).status_code for address in shown} == {404}
        assert {browser.post(at(name, ended)).status_code for name in POSTED} == {404}
        assert browser.get(reverse("batch-beside", args=[ended.pk, other])).status_code == 404
        assert "Cities" not in text_of(browser.get(reverse("batches")))
    ended.refresh_from_db()
    assert (ended.state, ended.deleted_at) == (Batch.State.RUNNING, None)


def test_what_was_started_is_planned_no_more(alices: Client, ended: Batch) -> None:
    for name in ("plan", "template", "start"):
        answer = alices.post(at(name, ended), {"prompt": "Something else", "title": "Other"})
        assert answer.headers["Location"] == at("", ended)
    assert alices.post(at("plan", ended), headers=HTMX).headers["HX-Redirect"] == at("", ended)
    ended.refresh_from_db()
    assert (ended.prompt, ended.title) == (QUESTION, "Cities")
