"""The keys page: adding with a real call, what is said when it fails, and who may do what with a stored key."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.catalog.models import Offer, PriceRow, Provider
from playground.catalog.prices import price_in_force
from playground.catalog.queries import facts_of
from playground.conversations.run_settings import RunSettings
from playground.streaming import upstream
from playground.vault import keys
from playground.vault.models import ApiKey
from playground.web.offers import Desk, run_view
from tests.integration.web.conftest import HTMX, text_of
from tests.integration.wire.provider import Call, serving
from tests.integration.wire.provider import Provider as Server
from tests.integration.wire.test_tls import self_signed

CANARY = "sk-canary-7f3a91d2"
JSON = "application/json"
ANSWER = json.dumps(
    {
        "id": "r1",
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "H"}}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
    }
).encode()
MODELS = json.dumps({"data": [{"id": "qwen3"}, {"id": "llama3"}]}).encode()
CUSTOM = {"endpoint": "custom", "label": "My vLLM", "secret": CANARY, "who": "me", "tier": "V0", "models": "qwen3"}
ROWS = {
    "m-count": "3", "m-0-name": "qwen3", "m-0-pick": "on", "m-1-name": "llama3", "m-2-name": "phi", "m-2-pick": "on",
}  # fmt: skip
BIGMODEL = {"endpoint": "bigmodel", "label": "Team default", "secret": CANARY, "who": "me", "tier": "V1"}

with_database = pytest.mark.django_db
# Tests whose views hop between threads see committed rows only.
with_calls = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.anyio,
    pytest.mark.usefixtures("no_open_connections"),
]


def called(*marks: pytest.MarkDecorator) -> Callable[[Any], Any]:
    """Mark a test that makes real calls to a server on loopback."""

    def mark(test: Any) -> Any:
        for one in (*with_calls, *marks):
            test = one(test)
        return test

    return mark


@pytest.fixture
async def no_open_connections(anyio_backend: str) -> AsyncIterator[None]:
    """The client of the test's loop is closed with it, and the database connection of the views' thread."""
    yield
    await upstream.close()
    await sync_to_async(connections.close_all)()


async def friendly(call: Call) -> None:
    """Any key will do."""
    await call.say(MODELS if call.method == "GET" else ANSWER, kind=JSON)


def answering(status: int, body: bytes, kind: str = JSON, **headers: str) -> Callable[[Call], Awaitable[None]]:
    """Lists models and refuses completions."""

    async def answer(call: Call) -> None:
        if call.method == "GET":
            await call.say(MODELS, kind=JSON)
        else:
            await call.say(body, status=status, kind=kind, **headers)

    return answer


async def add_server(user: User, server: Server, *, owner: User | None = None, **changes: str) -> Any:
    """What the form answers when somebody adds a server on loopback that an owner has let in."""
    if owner is not None:
        await sync_to_async(keys.allow_host)(user=owner, host="127.0.0.1", port=server.port)
    browser = AsyncClient()
    await browser.aforce_login(user)
    data = CUSTOM | {"base_url": server.base_url, "act": "test"} | changes
    headers = HTMX if data.pop("htmx", "") else {}
    return await browser.post(reverse("key-add"), data, headers=headers)


async def stored() -> list[ApiKey]:
    return [row async for row in ApiKey.objects.select_related("provider")]


# Adding


@called()
async def test_a_key_that_works_is_tested_and_saved(alice: User) -> None:
    async with serving(friendly) as server:
        answer = await add_server(alice, server, owner=alice)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("keys"))
    (row,) = await stored()
    assert (row.status, row.test_code, row.label, row.last_four) == ("valid", "", "My vLLM", CANARY[-4:])
    assert row.test_ms is not None
    assert [call.path for call in server.calls] == ["/v1/models", "/v1/chat/completions"]
    assert server.calls[1].headers["authorization"] == f"Bearer {CANARY}"
    assert (server.calls[1].json["model"], server.calls[1].json["max_tokens"]) == ("qwen3", 1)


@called()
async def test_saving_without_a_test_calls_nobody(alice: User) -> None:
    async with serving(friendly) as server:
        answer = await add_server(alice, server, owner=alice, act="save")
    assert answer.status_code == 302
    assert server.calls == []
    assert [row.status for row in await stored()] == ["untested"]


@called(
    pytest.mark.parametrize(
        ("status", "body", "title"),
        [
            (401, {"error": {"code": "1000", "message": "Authentication Failed"}}, "The provider refused the key."),
            (429, {"error": {"code": "1113", "message": "please recharge"}}, "the account has no balance"),
            (429, {"error": {"code": "1302", "message": "too many"}}, "Too many requests at once."),
            (404, {"error": {"type": "not_found_error", "message": "model x"}}, "does not know this model"),
            (500, {"error": {"message": "boom"}}, "The provider failed."),
            (200, {"choices": "no"}, "cannot be read"),
        ],
    )
)
async def test_a_test_that_fails_says_why_and_stores_nothing(
    alice: User, status: int, body: dict[str, Any], title: str
) -> None:
    async with serving(answering(status, json.dumps(body).encode())) as server:
        answer = await add_server(alice, server, owner=alice)
    read = text_of(answer)
    assert answer.status_code == 422
    assert title in read
    assert body.get("error", {}).get("message", "") in read
    assert await stored() == []
    assert not await Provider.objects.filter(name="My vLLM").aexists()


@called()
async def test_what_was_typed_stays_but_the_secret(alice: User) -> None:
    async with serving(answering(401, b"{}")) as server:
        typed = ROWS | {"m-0-context_tokens": "32768", "m-2-input_price": "0.25", "m-2-output_price": "1"}
        answer = await add_server(alice, server, owner=alice, htmx="yes", **typed)
    page = answer.content.decode()
    assert "<html" not in page
    assert page.startswith("<form")
    shown = ('value="My vLLM"', server.base_url, "qwen3", "llama3", 'value="32768"', 'value="0.25"')
    assert all(word in page for word in shown)
    assert CANARY not in page


@called()
async def test_a_provider_that_repeats_the_key_does_not_make_us_show_it(alice: User) -> None:
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {CANARY}"}}).encode()
    async with serving(answering(401, body)) as server:
        answer = await add_server(alice, server, owner=alice)
    assert "Incorrect API key provided: …" in text_of(answer)
    assert CANARY not in answer.content.decode()


@called()
async def test_a_redirect_is_not_followed_with_the_key(alice: User) -> None:
    async with serving(friendly) as other, serving(answering(302, b"", location=other.base_url)) as server:
        answer = await add_server(alice, server, owner=alice)
    assert "leads elsewhere" in text_of(answer)
    assert other.calls == []


@called()
async def test_a_server_without_a_list_of_models_can_be_added(alice: User) -> None:
    async def listless(call: Call) -> None:
        await (call.say(b"nothing here", status=404) if call.method == "GET" else call.say(ANSWER, kind=JSON))

    async with serving(listless) as server:
        answer = await add_server(alice, server, owner=alice)
    assert answer.status_code == 302


@called(pytest.mark.parametrize("act", ["test", "list"]))
async def test_a_server_without_a_chosen_model_is_asked_for_those_it_has(alice: User, act: str) -> None:
    async with serving(friendly) as server:
        answer = await add_server(alice, server, owner=alice, models="", act=act)
    page = answer.content.decode()
    assert "The server lists 2 models." in text_of(answer)
    assert all(f'name="m-{number}-name" value="{name}"' in page for number, name in enumerate(("qwen3", "llama3")))
    assert [call.path for call in server.calls] == ["/v1/models"]
    assert CANARY not in page
    assert await stored() == []


async def ask_for_list(user: User, server: Server | str, **changes: str) -> Any:
    """What is swapped into the form when somebody wants the models of a server."""
    browser = AsyncClient()
    await browser.aforce_login(user)
    base_url = server if isinstance(server, str) else server.base_url
    return await browser.post(reverse("key-list-models"), CUSTOM | {"base_url": base_url} | changes, headers=HTMX)


@called()
async def test_only_the_models_and_the_address_are_swapped_when_a_server_is_asked(alice: User) -> None:
    async with serving(friendly) as server:
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
        answer = await ask_for_list(alice, server, label="", **ROWS, **{"m-0-context_tokens": "4096"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.startswith("<fieldset")
    assert 'name="secret"' not in page  # so that what was typed there stays in the browser
    assert re.findall(r'name="m-\d-name" value="(\w+)"', page) == ["qwen3", "llama3", "phi"]
    assert 'value="4096"' in page
    assert "needs this" not in page


@called()
async def test_names_that_were_typed_become_rows_with_figures(alice: User) -> None:
    async with serving(answering_list(404, b"")) as server:
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
        answer = await ask_for_list(alice, server, models="mine\n\nmine\nother")
    page = answer.content.decode()
    assert re.findall(r'name="m-\d-name" value="(\w+)"', page) == ["mine", "other"]
    assert page.count(" checked") == 2


def answering_list(status: int, body: bytes, kind: str = JSON, **headers: str) -> Callable[[Call], Awaitable[None]]:
    """Answers whoever asks for its models with this."""

    async def answer(call: Call) -> None:
        await call.say(body, status=status, kind=kind, **headers)

    return answer


@called(
    pytest.mark.parametrize(
        ("status", "body", "kind", "told"),
        [
            (401, b'{"error":{"message":"no such key"}}', JSON, "The server refused the key. It answered 401"),
            (403, b"{}", JSON, "The server refused the key."),
            (404, b"nothing", "text/plain", "This is not a list of models."),
            (200, b'{"models": ["a"]}', JSON, "This is not a list of models."),
            (200, b"<html>hello</html>", "text/html", "The address answers with a web page."),
            (200, b'{"data": []}', JSON, "The server answers, but lists no models."),
            (503, b"{}", JSON, "The model is overloaded."),
            (500, b'{"error":{"message":"boom"}}', JSON, "The provider failed."),
        ],
    )
)
async def test_why_a_server_does_not_list_its_models_is_said_precisely(
    alice: User, status: int, body: bytes, kind: str, told: str
) -> None:
    async with serving(answering_list(status, body, kind)) as server:
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
        answer = await ask_for_list(alice, server)
    assert told in text_of(answer)
    assert answer.status_code == (200 if b"data" in body else 422)
    assert await stored() == []


@called()
async def test_a_server_that_wants_a_key_is_told_from_one_that_refuses_it(alice: User) -> None:
    async with serving(answering_list(401, b"{}")) as server:
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
        answer = await ask_for_list(alice, server, secret="")
    assert "The server wants a key." in text_of(answer)


@called()
async def test_a_server_that_nobody_runs_is_told_from_one_nobody_trusts(alice: User, tmp_path: Path) -> None:
    async with serving(friendly) as server:
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
    refused = await ask_for_list(alice, server)
    assert "cannot be reached" in text_of(refused)
    async with serving(friendly, tls=self_signed(tmp_path).server) as secure:
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=secure.port)
        untrusted = await ask_for_list(alice, secure)
    assert "No secure connection could be made." in text_of(untrusted)


@called(
    pytest.mark.parametrize(
        ("base_url", "told"),
        [
            ("", "A server of your own needs this."),
            ("llm.example.org/v1", "Give an address like"),
            ("https://user:pw@llm.example.org/v1", "Give an address like"),
            ("http://169.254.169.254/v1", "Give an address like"),
            ("http://10.0.0.7:8000/v1", "10.0.0.7:8000 is in a private network."),
            ("http://llm.lan/v1", "llm.lan:80 is in a private network."),
        ],
    )
)
async def test_what_is_wrong_with_an_address_stands_at_the_address(charlie: User, base_url: str, told: str) -> None:
    answer = await ask_for_list(charlie, base_url)
    assert answer.status_code == 422
    address = answer.content.decode().partition('id="server-address"')[2]
    assert told in address
    assert 'aria-invalid="true"' in address


@called()
async def test_an_owner_allows_a_private_address_where_it_stood_in_the_way(alice: User, charlie: User) -> None:
    async with serving(friendly) as server:
        address = f"127.0.0.1:{server.port}"
        asked = await ask_for_list(alice, server)
        assert f'name="allow" value="{address}"' in asked.content.decode()
        assert 'name="allow"' not in (await ask_for_list(charlie, server)).content.decode()
        assert (await ask_for_list(charlie, server, allow=address)).status_code == 404
        assert server.calls == []
        allowed = await ask_for_list(alice, server, allow=address)
    assert "The server lists 2 models." in text_of(allowed)
    assert "The address is allowed." in text_of(allowed)
    assert await sync_to_async(keys.allowed_hosts)() == {address}


@called()
async def test_an_owner_cannot_allow_what_nobody_may(alice: User) -> None:
    answer = await ask_for_list(alice, "http://169.254.169.254/v1", allow="169.254.169.254:80")
    assert answer.status_code == 422
    assert await sync_to_async(keys.allowed_hosts)() == frozenset()


@called()
async def test_models_come_with_the_context_length_and_price_that_were_typed(alice: User) -> None:
    typed = ROWS | {
        "m-0-context_tokens": "32768", "m-0-max_output_tokens": "4096", "m-0-input_price": "0.5",
        "m-0-output_price": "1.25", "models": " phi \n\nmistral", "currency": "USD",
    }  # fmt: skip
    async with serving(friendly) as server:
        await add_server(alice, server, owner=alice, **typed)
    offers = [offer async for offer in Offer.objects.order_by("wire_name")]
    assert [(offer.wire_name, offer.context_tokens, offer.max_output_tokens) for offer in offers] == [
        ("mistral", None, None), ("phi", None, None), ("qwen3", 32768, 4096),
    ]  # fmt: skip
    prices = [row async for row in PriceRow.objects.select_related("offer")]
    told = [(row.offer.wire_name, row.currency, row.tiers[0]["input"], row.tiers[0]["output"]) for row in prices]
    assert told == [("qwen3", "USD", "0.5", "1.25")]


@called(pytest.mark.parametrize("thinking", ["", "optional", "always"]))
async def test_whether_a_model_thinks_is_typed_in_and_told_apart(alice: User, thinking: str) -> None:
    async with serving(friendly) as server:
        await add_server(alice, server, owner=alice, **ROWS, **{"m-0-thinking": thinking})
    offer = await Offer.objects.select_related("provider").aget(wire_name="qwen3")
    assert offer.thinking == (thinking or "none")
    facts = facts_of(offer)
    assert not facts.parameters["thinking"].taken, "such a server has no switch"
    desk = await sync_to_async(lambda: Desk(alice, current_team(alice)))()
    shown = await sync_to_async(run_view)(desk, RunSettings(offer=offer.pk), None)
    note, locked = shown["offer"]["thinking_note"], shown["offer"]["thinking_locked"]
    notes = {"optional": "decides itself whether it thinks", "always": "always thinks"}
    assert note == notes.get(thinking, "nobody states whether it thinks")
    assert ("always thinks" in locked) == (thinking == "always")
    assert ("the model decides" in locked) == (thinking == "optional")


@called(
    pytest.mark.parametrize("price", [{"m-0-input_price": "1"}, {"m-0-output_price": "1"}, {"m-0-input_price": "-1"}])
)
async def test_half_a_price_is_no_price(alice: User, price: dict[str, str]) -> None:
    async with serving(friendly) as server:
        answer = await add_server(alice, server, owner=alice, **ROWS, **price)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert server.calls == []


@called()
async def test_what_was_typed_at_a_model_that_is_not_chosen_matters_to_nobody(alice: User) -> None:
    async with serving(friendly) as server:
        answer = await add_server(alice, server, owner=alice, **ROWS, **{"m-1-input_price": "-1"})
    assert answer.status_code == 302


@called()
async def test_a_private_address_needs_an_owners_permission(alice: User, charlie: User) -> None:
    async with serving(friendly) as server:
        for act in ("test", "save"):
            told_owner = await add_server(alice, server, act=act)
            told_other = await add_server(charlie, server, act=act)
            assert (told_owner.status_code, told_other.status_code) == (422, 422)
            assert f"127.0.0.1:{server.port} is a private address" in text_of(told_other)
            assert f"Ask an owner to allow 127.0.0.1:{server.port} under Settings" in text_of(told_other)
            assert f'href="{reverse("settings")}#' in told_owner.content.decode()
    assert server.calls == []
    assert await stored() == []


@called()
async def test_a_key_of_the_catalog_is_tested_with_its_cheapest_priced_model(alice: User, catalog: None) -> None:
    async with serving(friendly) as server:
        await Provider.objects.filter(slug="bigmodel").aupdate(base_url=server.base_url)
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
        browser = AsyncClient()
        await browser.aforce_login(alice)
        answer = await browser.post(reverse("key-add"), BIGMODEL | {"act": "test"})
    assert answer.status_code == 302
    (call,) = server.calls
    offer = await Offer.objects.select_related("language_model").aget(
        provider__slug="bigmodel", wire_name=call.json["model"]
    )
    assert offer.language_model is not None
    assert offer.language_model.status == "current"
    price = await PriceRow.objects.filter(offer=offer, use=True).afirst()
    assert price is not None
    assert price.tiers[0]["output"] not in ("0", "0.00")
    assert [(row.status, row.tier, row.base_url) for row in await stored()] == [("valid", "V1", "")]


@with_database
@pytest.mark.parametrize(
    ("secret", "word"),
    [
        ("", "Paste the key first."),
        ("two words", "space"),
        ("line\nbreak-canary", "line break"),
        ("schlüssel-canary", "character"),
        ("Bearer canary-token", "Bearer"),
        ("x" * 600, "too long"),
    ],
)
@pytest.mark.parametrize("act", ["test", "save"])
def test_what_cannot_be_a_key_is_refused_without_a_call(
    alices: Client, catalog: None, secret: str, word: str, act: str
) -> None:
    answer = alices.post(reverse("key-add"), BIGMODEL | {"secret": secret, "act": act})
    assert answer.status_code == 422
    assert word in text_of(answer)
    assert "canary" not in answer.content.decode()
    assert not ApiKey.objects.exists()


@with_database
@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "nobody"},
        {"endpoint": "sandbox"},
        {"endpoint": ""},
        {"tier": "V9"},
        {"who": "everybody"},
        {"endpoint": "custom", "base_url": ""},
        {"endpoint": "custom", "base_url": "https://user:pw@llm.example.org/v1"},
        {"endpoint": "custom", "base_url": "file:///etc/passwd"},
        {"endpoint": "custom", "base_url": "https://llm.example.org/v1", "label": ""},
        {"endpoint": "custom", "base_url": "https://llm.example.org/v1", "models": ""},
    ],
)
def test_what_makes_no_sense_is_refused(alices: Client, catalog: None, changes: dict[str, str]) -> None:
    answer = alices.post(reverse("key-add"), BIGMODEL | {"act": "save"} | changes)
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()
    assert not Provider.objects.exclude(scope="").exists()


@with_database
def test_a_coding_plan_key_is_kept_for_its_own_address(alices: Client, catalog: None) -> None:
    alices.post(reverse("key-add"), BIGMODEL | {"endpoint": "bigmodel|coding", "act": "save"})
    row = ApiKey.objects.get()
    assert row.base_url == Provider.objects.get(slug="bigmodel").facts["coding_base_url"]


@with_database
def test_without_a_script_the_whole_page_comes_back(alices: Client, catalog: None) -> None:
    refused = alices.post(reverse("key-add"), BIGMODEL | {"secret": "", "act": "save"})
    assert "<html" in refused.content.decode()
    taken = alices.post(reverse("key-add"), BIGMODEL | {"act": "save"}, follow=True)
    assert "The key is saved." in text_of(taken)


@with_database
def test_htmx_is_sent_to_the_page_when_the_key_is_saved(alices: Client, catalog: None) -> None:
    answer = alices.post(reverse("key-add"), BIGMODEL | {"act": "save"}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, reverse("keys"))


# What is shown


@pytest.fixture
def key(alice: User, team: Team, catalog: None) -> ApiKey:
    """The team's key."""
    provider = Provider.objects.get(slug="bigmodel")
    return keys.add(team=team, user=None, provider=provider, label="Team key", key=CANARY, created_by=alice, tier="V2")


@pytest.fixture
def own_server(alice: User, team: Team, catalog: None) -> ApiKey:
    """A server of the team's own, with two models."""
    browser = Client()
    browser.force_login(alice)
    typed = {"base_url": "https://llm.example.org/v1", "models": "qwen3\nllama3", "who": "team", "act": "save"}
    browser.post(reverse("key-add"), CUSTOM | typed)
    return ApiKey.objects.get(provider__name="My vLLM")


@with_database
def test_the_page_shows_a_key_but_never_the_key(alices: Client, key: ApiKey) -> None:
    for address in (reverse("keys"), reverse("key", args=[key.pk])):
        page = alices.get(address)
        read = text_of(page)
        assert all(
            word in read for word in ("Team key", "BigModel", "open.bigmodel.cn", "V2", CANARY[-4:], "Not tested")
        )
        assert CANARY[:-4] not in page.content.decode()


@with_database
def test_the_page_says_what_the_tier_allows(alices: Client, key: ApiKey) -> None:
    read = text_of(alices.get(reverse("keys")))
    assert "Your tier: V2" in read
    assert "GLM-Z1-Air 30 40 50 60" in read


@with_database
def test_without_keys_the_page_says_that_none_is_needed(alices: Client, catalog: None) -> None:
    assert "the sandbox answers without one" in text_of(alices.get(reverse("keys")))


@with_database
def test_another_persons_own_key_is_not_shown(
    alices: Client, browser_of: Callable[[User], Client], bob_at_work: User, catalog: None
) -> None:
    alices.post(reverse("key-add"), BIGMODEL | {"label": "Alice alone", "who": "me", "act": "save"})
    alices.post(reverse("key-add"), BIGMODEL | {"label": "For all", "who": "team", "act": "save"})
    read = text_of(browser_of(bob_at_work).get(reverse("keys")))
    assert "For all" in read
    assert "Alice alone" not in read


# A stored key


@called()
async def test_a_stored_key_is_tested_in_its_row(alice: User, own_server: ApiKey) -> None:
    browser = AsyncClient()
    await browser.aforce_login(alice)
    address = reverse("key-test", args=[own_server.pk])
    results = []
    for status, body in ((200, ANSWER), (401, b'{"error":{"code":"1000","message":"revoked"}}')):
        async with serving(answering(status, body)) as server:
            await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
            await sync_to_async(keys.replace)(own_server, key=CANARY, base_url=server.base_url, by=alice)
            answer = await browser.post(address, headers=HTMX)
        row = await ApiKey.objects.aget(pk=own_server.pk)
        results.append((answer.status_code, row.status, row.test_code))
        assert answer.content.decode().startswith("<tbody")
        assert CANARY not in answer.content.decode()
    assert results == [(200, "valid", ""), (200, "refused", "key_refused")]
    assert "revoked" in text_of(answer)


@called()
async def test_a_server_that_is_gone_is_told_from_a_refusal(alice: User, own_server: ApiKey) -> None:
    async with serving(friendly) as server:
        pass
    await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
    await sync_to_async(keys.replace)(own_server, key=CANARY, base_url=server.base_url, by=alice)
    browser = AsyncClient()
    await browser.aforce_login(alice)
    answer = await browser.post(reverse("key-test", args=[own_server.pk]))
    row = await ApiKey.objects.aget(pk=own_server.pk)
    assert (row.status, row.test_code) == ("untested", "connect_failed")
    assert "cannot be reached" in text_of(answer)


@with_database
def test_a_key_is_replaced_disabled_enabled_and_deleted(alices: Client, key: ApiKey) -> None:
    alices.post(reverse("key-replace", args=[key.pk]), {"secret": "another-secret-0987"})
    key.refresh_from_db()
    assert (key.last_four, key.status) == ("0987", "untested")
    alices.post(reverse("key-switch", args=[key.pk]), {"disabled": "1"})
    key.refresh_from_db()
    assert key.disabled_at is not None
    alices.post(reverse("key-switch", args=[key.pk]), {"disabled": "0"})
    key.refresh_from_db()
    assert key.disabled_at is None
    answer = alices.post(reverse("key-delete", args=[key.pk]), follow=True)
    assert "The key is deleted." in text_of(answer)
    assert not ApiKey.objects.exists()


@with_database
def test_name_and_tier_can_be_changed(alices: Client, key: ApiKey) -> None:
    address = reverse("key-label", args=[key.pk])
    assert alices.post(address, {"label": "", "tier": "V9"}).status_code == 422
    assert alices.post(address, {"label": "Nightly", "tier": "V3"}).status_code == 302
    key.refresh_from_db()
    assert (key.label, key.tier) == ("Nightly", "V3")


@with_database
def test_a_bad_replacement_leaves_the_old_key(alices: Client, key: ApiKey) -> None:
    for secret in ("", "two words"):
        answer = alices.post(reverse("key-replace", args=[key.pk]), {"secret": secret})
        assert answer.status_code == 422
    secret = keys.reveal(ApiKey.objects.get(pk=key.pk))
    assert secret is not None
    assert secret.reveal() == CANARY


@with_database
def test_another_server_needs_the_key_again(alices: Client, own_server: ApiKey) -> None:
    address = reverse("key-replace", args=[own_server.pk])
    assert alices.post(address, {"base_url": "https://llm.example.org/v2", "secret": ""}).status_code == 302
    elsewhere = alices.post(address, {"base_url": "https://evil.example.org/v1", "secret": ""})
    assert elsewhere.status_code == 422
    assert "another server" in text_of(elsewhere)
    own_server.refresh_from_db()
    assert own_server.base_url == "https://llm.example.org/v2"


@with_database
def test_models_of_an_own_server_are_changed_withdrawn_and_added(alices: Client, own_server: ApiKey) -> None:
    address = reverse("key-models", args=[own_server.pk])
    typed = {
        "m-count": "2", "m-0-name": "llama3", "m-1-name": "qwen3", "m-1-pick": "on", "m-1-context_tokens": "8192",
        "m-1-input_price": "1", "m-1-output_price": "2", "currency": "CNY", "models": "mistral", "act": "save",
    }  # fmt: skip
    assert alices.post(address, typed).status_code == 302
    offers = own_server.provider.offers
    enabled = dict(offers.filter(enabled=True).values_list("wire_name", "context_tokens"))
    assert enabled == {"qwen3": 8192, "mistral": None}
    page = alices.get(reverse("key", args=[own_server.pk])).content.decode()
    assert all(word in page for word in ('value="8192"', 'name="m-1-input_price" value="1"', 'name="m-1-output_price"'))
    unpriced = {name: value for name, value in typed.items() if not name.endswith("price")} | {"models": ""}
    alices.post(address, unpriced)
    assert price_in_force(offers.get(wire_name="qwen3").pk, timezone.now()) is None


@with_database
def test_an_own_server_keeps_at_least_one_model(alices: Client, own_server: ApiKey) -> None:
    for headers in ({}, HTMX):
        answer = alices.post(reverse("key-models", args=[own_server.pk]), {"act": "save"}, headers=headers)
        assert answer.status_code == 422
        assert "Choose or name at least one model." in text_of(answer)
    assert own_server.provider.offers.filter(enabled=True).count() == 2


@called()
async def test_a_server_that_is_there_already_is_asked_with_its_stored_key(alice: User, own_server: ApiKey) -> None:
    browser = AsyncClient()
    await browser.aforce_login(alice)
    async with serving(answering_list(200, b'{"data": [{"id": "new"}, {"id": "qwen3"}]}')) as server:
        await sync_to_async(keys.allow_host)(user=alice, host="127.0.0.1", port=server.port)
        await sync_to_async(keys.replace)(own_server, key=CANARY, base_url=server.base_url, by=alice)
        typed = {"m-count": "1", "m-0-name": "qwen3", "m-0-pick": "on", "m-0-context_tokens": "1", "act": "list"}
        answer = await browser.post(reverse("key-models", args=[own_server.pk]), typed, headers=HTMX)
    page = answer.content.decode()
    assert server.calls[0].headers["authorization"] == f"Bearer {CANARY}"
    assert re.findall(r'name="m-\d-name" value="(\w+)"', page) == ["qwen3", "new"]
    assert page.count(" checked") == 1


@with_database
def test_the_last_key_of_an_own_server_takes_its_models_along(alices: Client, own_server: ApiKey) -> None:
    alices.post(reverse("key-delete", args=[own_server.pk]))
    assert not Offer.objects.filter(provider=own_server.provider, enabled=True).exists()
    assert Offer.objects.filter(provider=own_server.provider).count() == 2


@with_database
def test_the_catalogs_models_are_nobodys_to_change(alices: Client, key: ApiKey) -> None:
    offer = key.provider.offers.filter(enabled=True).first()
    assert offer is not None
    for act in ("save", "list"):
        assert alices.post(reverse("key-models", args=[key.pk]), {"models": "mine", "act": act}).status_code == 404
    offer.refresh_from_db()
    assert offer.enabled


# Rights

DEEDS = ("key-test", "key-label", "key-replace", "key-switch", "key-delete", "key-models")


@with_database
@pytest.mark.parametrize("deed", ["key", *DEEDS])
def test_a_strangers_key_does_not_exist(
    browser_of: Callable[[User], Client], charlie: User, key: ApiKey, deed: str
) -> None:
    browser = browser_of(charlie)
    ask = browser.get if deed == "key" else browser.post
    theirs = ask(reverse(deed, args=[key.pk]), {"secret": CANARY, "label": "x", "tier": "V0"})
    unknown = ask(reverse(deed, args=[uuid.uuid4()]), {"secret": CANARY, "label": "x", "tier": "V0"})
    assert (theirs.status_code, unknown.status_code) == (404, 404)
    assert ApiKey.objects.get() == key


@with_database
@pytest.mark.parametrize("deed", ["key", *DEEDS[1:]])
def test_a_member_uses_the_teams_key_but_does_not_manage_it(
    browser_of: Callable[[User], Client], bob_at_work: User, key: ApiKey, deed: str
) -> None:
    browser = browser_of(bob_at_work)
    ask = browser.get if deed == "key" else browser.post
    assert ask(reverse(deed, args=[key.pk]), {"label": "x", "tier": "V0"}).status_code == 404
    page = browser.get(reverse("keys")).content.decode()
    assert reverse("key-test", args=[key.pk]) in page
    assert reverse("key", args=[key.pk]) + '"' not in page
    key.refresh_from_db()
    assert key.label == "Team key"


@with_database
def test_a_member_adds_keys_for_themselves_only(
    browser_of: Callable[[User], Client], bob_at_work: User, catalog: None
) -> None:
    browser = browser_of(bob_at_work)
    assert browser.post(reverse("key-add"), BIGMODEL | {"who": "team", "act": "save"}).status_code == 422
    assert browser.post(reverse("key-add"), BIGMODEL | {"who": "me", "act": "save"}).status_code == 302
    assert ApiKey.objects.get().user == bob_at_work


@with_database
def test_a_viewer_adds_no_keys(browser_of: Callable[[User], Client], viewer: User, key: ApiKey) -> None:
    browser = browser_of(viewer)
    assert browser.post(reverse("key-add"), BIGMODEL | {"act": "save"}).status_code == 404
    assert browser.post(reverse("key-test", args=[key.pk])).status_code == 404
    assert reverse("key-add") not in browser.get(reverse("keys")).content.decode()
