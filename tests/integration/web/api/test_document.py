"""A fuzzer that knows the OpenAPI document finds no answer that the document does not have, through either door."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from playground.accounts.models import Team, User
from playground.web.api.document import document
from tests.entries import write_days

EXAMPLES = 10  # of each address, beside what the fuzzer tries at every border
quiet = settings(
    max_examples=EXAMPLES,
    deadline=None,
    # The same questions every time: some wrong ones lose what is wrong with them on the way into an address (a name
    # without a value), and the fuzzer wonders why they are answered.
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@pytest.fixture
def key(alice: User, team: Team, catalog: None, token_of: Callable[..., str]) -> dict[str, str]:
    """The header of a token that may read all; there is something to be read."""
    write_days(alice, team, 4)
    return {"Authorization": f"Bearer {token_of(alice)}", "Accept-Encoding": "identity"}


@cache
def handler(make: Callable[[], Any]) -> Any:
    """Made at the first question: its middleware looks for folders that a test run makes."""
    return make()


def wsgi(environ: Any, start_response: Any) -> Any:
    return handler(get_wsgi_application)(environ, start_response)


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    await handler(get_asgi_application)(scope, receive, send)


def at(application: Any) -> Any:
    """The document, with the application that is asked."""
    schema = schemathesis.openapi.from_dict(document())
    schema.app = application
    return schema


@pytest.fixture
def the_connection_stays() -> Iterator[None]:
    """As Django's own test client does it: the end of a request does not close the connection of the test.

    Not for the other door, whose requests have threads and connections of their own.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the usual number of questions a minute."""
    monkeypatch.setattr("playground.web.api.door.A_MINUTE", 10**9)


@at(wsgi).parametrize()
@quiet
@pytest.mark.django_db
@pytest.mark.usefixtures("the_connection_stays")
def test_a_fuzzer_finds_nothing_else_than_the_document_says(case: schemathesis.Case, key: dict[str, str]) -> None:
    case.call_and_validate(headers=key)


@at(asgi).parametrize()
@settings(quiet, max_examples=2)
@pytest.mark.django_db(transaction=True)
def test_the_same_through_asgi(case: schemathesis.Case, key: dict[str, str]) -> None:
    case.call_and_validate(headers=key)
