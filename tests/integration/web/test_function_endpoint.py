"""A team's endpoint answers a call because a person asked it to, and only where this server may go."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient
from django.urls import reverse

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.streaming import upstream
from playground.tools import functions
from playground.tools.models import Function
from playground.vault import keys
from playground.vault.errors import AddressRejected
from playground.vault.models import HostAllowance
from tests.tool_endpoint import ToolEndpoint, tool_endpoint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.anyio]
GOOD = {"name": "get_weather", "description": "Weather", "parameters": '{"type": "object"}'}


@pytest.fixture
def endpoint(alice: User) -> Iterator[ToolEndpoint]:
    """An endpoint on loopback that an owner has let in."""
    with tool_endpoint() as one:
        keys.allow_host(user=alice, host="127.0.0.1", port=one.port)
        yield one


@pytest.fixture
async def no_open_connections(anyio_backend: str) -> AsyncIterator[None]:
    """The client of the test's loop is closed with it, and the database connection of the views' thread."""
    yield
    await upstream.close()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def row(alice: User, endpoint: ToolEndpoint) -> Function:
    return functions.save(user=alice, team=current_team(alice), function=None, endpoint=endpoint.address, **GOOD)


@pytest.fixture
def ask(row: Function, alice: User, no_open_connections: None) -> Callable[..., Any]:
    """Presses the button as somebody, by default alice."""

    async def deed(arguments: str = '{"city": "Oslo"}', user: User = alice) -> Any:
        client = AsyncClient()
        await client.aforce_login(user)
        return await client.post(reverse("function-call", args=[row.pk]), {"arguments": arguments})

    return deed


async def test_the_arguments_are_sent_and_the_answer_comes_back_word_for_word(
    ask: Callable[..., Any], endpoint: ToolEndpoint
) -> None:
    answer = await ask()
    assert answer.status_code == 200
    assert json.loads(answer.json()["result"]) == {"asked": {"city": "Oslo"}}
    ((path, headers, body),) = endpoint.asked
    assert (path, body) == ("/weather", {"city": "Oslo"})
    assert "authorization" not in headers
    assert "cookie" not in headers


async def test_an_answer_need_not_be_json(ask: Callable[..., Any], endpoint: ToolEndpoint) -> None:
    endpoint.body, endpoint.headers = "sonnig, 7 °C".encode(), {"Content-Type": "text/plain"}
    assert (await ask()).json()["result"] == "sonnig, 7 °C"


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (500, {}, b"boom"),
        (404, {}, b""),
        (302, {"Location": "http://127.0.0.1:1/"}, b"x"),
        (200, {"Content-Type": "text/html"}, b"<p>x"),
        (200, {}, b"x" * 200_000),
    ],
    ids=["fails", "is missing", "leads elsewhere", "is a web page", "is too long"],
)
async def test_an_endpoint_that_gives_no_result_says_so(
    ask: Callable[..., Any], endpoint: ToolEndpoint, status: int, headers: dict[str, str], body: bytes
) -> None:
    endpoint.status, endpoint.headers, endpoint.body = status, headers, body
    answer = await ask()
    assert answer.status_code == 422
    assert "The endpoint gave no result" in answer.json()["message"]
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("arguments", ["[1]", "{", "3"])
async def test_arguments_that_are_no_object_go_nowhere(
    ask: Callable[..., Any], endpoint: ToolEndpoint, arguments: str
) -> None:
    assert (await ask(arguments)).status_code == 422
    assert endpoint.asked == []


async def test_an_address_that_is_not_allowed_any_more_is_not_reached(
    ask: Callable[..., Any], endpoint: ToolEndpoint
) -> None:
    await HostAllowance.objects.all().adelete()
    answer = await ask()
    assert answer.status_code == 422
    assert "address_refused" in answer.json()["message"]
    assert endpoint.asked == []


async def test_a_member_may_ask_a_viewer_and_a_stranger_not(
    ask: Callable[..., Any], endpoint: ToolEndpoint, bob: User, charlie: User, team: Team
) -> None:
    assert (await ask(user=bob)).status_code == 200
    assert (await ask(user=charlie)).status_code == 404
    await Member.objects.filter(user=bob, team=team).aupdate(role=Role.VIEWER)
    assert (await ask(user=bob)).status_code == 404
    assert len(endpoint.asked) == 1


async def test_a_function_without_an_endpoint_has_nothing_to_ask(
    ask: Callable[..., Any], row: Function, endpoint: ToolEndpoint
) -> None:
    await Function.objects.filter(pk=row.pk).aupdate(endpoint="")
    assert (await ask()).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        *("http://169.254.169.254/latest/meta-data", "http://127.0.0.1:9/", "http://10.0.0.1/x", "http://localhost/x"),
        *("ftp://example.com/", "https://u:p@example.com/", "https://example.com/x?y=1", "javascript:alert(1)"),
    ],
)
def test_an_endpoint_that_leads_inside_cannot_be_saved(alice: User, address: str) -> None:
    with pytest.raises(AddressRejected):
        functions.save(user=alice, team=current_team(alice), function=None, endpoint=address, **GOOD)
    assert not Function.objects.exists()
