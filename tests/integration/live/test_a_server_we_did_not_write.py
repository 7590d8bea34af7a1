"""LiteLLM's proxy as provider, end to end: key, allowance, stream, usage, ledger, refusals."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.custom import TypedPrice, add_offer, create_provider
from playground.catalog.models import Offer
from playground.conversations.models import Generation, Message
from playground.ledger.models import Entry
from playground.vault import keys
from tests.integration.live.conftest import Tab
from tests.litellm.server import LiteLLMProxy, litellm_proxy
from tests.server import Server

__all__ = ["litellm_proxy"]
TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def offer_at_proxy(server: Server, alice: User, litellm_proxy: LiteLLMProxy) -> Callable[..., Offer]:
    """Makes an offer of one of the proxy's models, with a key of alice's for it."""
    host, port = litellm_proxy.host_port.split(":")
    keys.allow_host(user=alice, host=host, port=int(port))
    team = current_team(alice)

    def offer_for(name: str, *, key: str = litellm_proxy.master_key) -> Offer:
        provider = create_provider(scope=f"team:{team.pk}", name=f"LiteLLM {name}", base_url=litellm_proxy.base_url)
        keys.add(team=team, user=alice, provider=provider, label="proxy", key=key, created_by=alice)
        price = TypedPrice(currency="USD", input=Decimal(1), output=Decimal(2))
        return add_offer(provider=provider, wire_name=name, price=price, today=TODAY, source="a test")

    return offer_for


def test_its_answer_streams_and_its_usage_is_priced(
    offer_at_proxy: Callable[..., Offer],
    tab: Callable[..., Tab],
    litellm_proxy: LiteLLMProxy,
) -> None:
    one = tab()
    ack = one.send("How is a wall built?", offer_at_proxy("mock-chat"))
    assert ack["type"] == "ack", ack
    one.follow(ack["generation"])
    assert one.until_end(ack["generation"])["state"] == "finished"
    message = Message.objects.get(pk=ack["assistant_message"])
    assert message.content == one.text(ack["generation"]) == litellm_proxy.answer
    entry = Entry.objects.get(generation=ack["generation"])
    assert entry.tokens_basis == "reported"
    assert entry.cost_basis == "exact"
    assert entry.practice is False
    spent = entry.prompt_tokens * Decimal("0.000001") + entry.completion_tokens * Decimal("0.000002")
    assert entry.cost_total == entry.cost_input + entry.cost_output == spent


@pytest.mark.parametrize(("model", "code"), [("mock-rate-limited", "rate_limited"), ("mock-broken", "provider_error")])
def test_its_refusals_are_named_and_can_be_retried(
    offer_at_proxy: Callable[..., Offer], tab: Callable[..., Tab], model: str, code: str
) -> None:
    one = tab()
    ack = one.send("hello", offer_at_proxy(model))
    one.follow(ack["generation"])
    assert one.until_end(ack["generation"])["state"] == "failed"
    generation = Generation.objects.get(pk=ack["generation"])
    assert generation.error_code == code
    assert generation.retryable is True
    assert Entry.objects.get(generation=ack["generation"]).tokens_basis == "none"


def test_a_wrong_key_is_named_and_shown_nowhere(
    server: Server, offer_at_proxy: Callable[..., Offer], tab: Callable[..., Tab]
) -> None:
    canary = "sk-canary-7b1e4f0a9c2d5e8f"
    one = tab()
    ack = one.send("hello", offer_at_proxy("mock-chat", key=canary))
    one.follow(ack["generation"])
    assert one.until_end(ack["generation"])["state"] == "failed"
    generation = Generation.objects.get(pk=ack["generation"])
    # Without a database of its own the proxy answers a wrong key with 400, not with 401.
    assert generation.error_code in ("key_refused", "invalid_request")
    assert generation.retryable is False
    assert canary not in generation.error_message
    assert canary not in str(one.heard)
    assert canary not in server.log
