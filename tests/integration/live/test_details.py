"""The details of an answer show what really went over the wire."""

import html
import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from playground.accounts.models import User
from playground.catalog.models import Offer, PriceRow
from playground.catalog.prices import rows_in_force
from playground.conversations.models import Generation
from playground.conversations.progress import interrupt
from playground.web.moments import day_words
from playground.wire.sent import Sent
from tests.integration.live.conftest import Tab
from tests.upstream import Upstream

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_request_is_shown_as_the_provider_received_it_even_after_more_turns(
    tab: Callable[..., Tab],
    model_at: Callable[[str], Offer],
    upstream: Upstream,
    alice: User,
    browser_of: Callable[[User], Client],
) -> None:
    one, offer = tab(), model_at("stream-3-1")
    asked = one.send("What's <b>1 + 1</b>? 中文", offer, temperature=0.3, system_prompt="Be brief.")
    one.follow(asked["generation"])
    one.until_end(asked["generation"])
    again = one.send("And 2 + 2?", offer, conversation=asked["conversation"])
    one.follow(again["generation"])
    one.until_end(again["generation"])
    browser = browser_of(alice)
    for ack, received in zip((asked, again), upstream.requests, strict=True):
        view = browser.get(f"/messages/{ack['assistant_message']}/details/").context
        shown = view["request_view"]
        assert shown.body.encode() == received.raw
        assert shown.size == len(received.raw)
        assert shown.url == f"{upstream.base_url}/chat/completions"
        lines = dict(line.split(": ", 1) for line in shown.headers.lower().splitlines())
        received_headers = dict(received.headers)
        assert received_headers.pop("authorization").startswith("bearer ")
        assert {name: received_headers.get(name) for name in lines} == lines
        assert set(received_headers) - set(lines) <= {"connection", "accept-encoding"}
        assert view["entry"].provider_request_id == "req-1"
        assert (view["entry"].prompt_tokens, view["entry"].completion_tokens) == (7, 3)


def test_the_usage_is_shown_as_the_provider_sent_it(
    tab: Callable[..., Tab], model_at: Callable[[str], Offer], alice: User, browser_of: Callable[[User], Client]
) -> None:
    one = tab()
    ack = one.send("hello", model_at("stream-3-1"))
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    run = Generation.objects.get(pk=ack["generation"])
    sent = json.loads(run.raw_usage)
    assert (sent["prompt_tokens"], sent["completion_tokens"]) == (7, 3)
    page = html.unescape(browser_of(alice).get(f"/messages/{ack['assistant_message']}/details/").content.decode())
    assert run.raw_usage in page


def test_the_price_names_its_source_with_a_link_and_since_when_it_holds(
    tab: Callable[..., Tab], offer: Offer, alice: User, browser_of: Callable[[User], Client]
) -> None:
    row = rows_in_force([offer.pk], timezone.now())[offer.pk]
    one = tab()
    ack = one.send("hello", offer)
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    answer = browser_of(alice).get(f"/messages/{ack['assistant_message']}/details/")
    assert answer.context["price_address"] == row.source_url != ""
    shown = html.unescape(answer.content.decode())
    assert f'<a href="{row.source_url}" rel="noopener nofollow">{row.source}</a>' in shown
    assert answer.context["price"].valid_from == (day_words(row.valid_from) if row.valid_from else "not stated")
    PriceRow.objects.filter(pk=row.pk).update(source_url="")
    unlinked = html.unescape(browser_of(alice).get(f"/messages/{ack['assistant_message']}/details/").content.decode())
    assert f"<dd>{row.source}</dd>" in unlinked


def test_what_a_killed_process_sent_is_said_to_be_unknown(
    tab: Callable[..., Tab], model_at: Callable[[str], Offer], alice: User, browser_of: Callable[[User], Client]
) -> None:
    one = tab()
    ack = one.send("hello", model_at("stream-2-1"))
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    run = Generation.objects.get(pk=ack["generation"])
    assert Sent.from_json(run.request or {}).method == "POST"
    Generation.objects.filter(pk=run.pk).update(state="running", entry=None)
    interrupt(run.pk)
    answer = browser_of(alice).get(f"/messages/{ack['assistant_message']}/details/")
    assert answer.context["request_view"] is None
    assert "not written down" in answer.content.decode()


def test_details_of_other_people_do_not_exist(
    tab: Callable[..., Tab], model_at: Callable[[str], Offer], charlie: User, browser_of: Callable[[User], Client]
) -> None:
    one = tab()
    ack = one.send("hello", model_at("stream-2-1"))
    one.follow(ack["generation"])
    one.until_end(ack["generation"])
    stranger = browser_of(charlie)
    assert stranger.get(f"/messages/{ack['assistant_message']}/details/").status_code == 404
    assert stranger.post(f"/messages/{ack['assistant_message']}/branch-off/").status_code == 404
