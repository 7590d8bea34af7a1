"""The cast and the ground rules of all tests.

Alice owns the installation, Bob is on her team, Charlie is a stranger. Nothing leaves this machine. Tests with threads
or sockets use `django_db(transaction=True)`.
"""

import ipaddress
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.test import Client

from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user, current_team
from playground.accounts.roles import Role
from playground.catalog import recent
from playground.ledger import measured
from playground.ledger.models import ExchangeRate
from tests.stock import put_stock

# No test is timed: a machine that others share takes its time, and says nothing about the code.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

PASSWORD = "correct horse battery"
# As the ledger's migration adds it: emptying the tables after a test with threads takes it away.
FIRST_RATE = {"day": "2026-11-21", "cny_per_usd": "7.10", "source": "set at installation; an owner can edit it"}
FLUSHES = 100
LOCAL_NAMES = frozenset({"", "localhost", socket.gethostname()})


class NetworkForbidden(Exception):
    """A test tried to reach another machine. No OSError: code that survives a dead network must not hide it."""


def _refuse_other_machines(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo" and not _is_local(arguments[0]):
        raise NetworkForbidden(f"look-up of {arguments[0]!r}")
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise NetworkForbidden(f"connection to {address!r}")


def _is_local(host: Any) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_other_machines)


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """No test inherits the rate limits that another one has used up, the offers it has changed, or its measurements."""
    yield
    cache.clear()
    recent.forget()
    measured.forget()


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    """Lets Django empty the tables after a test with threads.

    SQLite has no TRUNCATE, so that Django deletes rows, which the triggers of append-only tables refuse: they step
    aside for that.
    """
    made_by_django = SQLite.ops_class.sql_flush

    def sql_flush(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        statements = list(made_by_django(self, *args, **kwargs))
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_delete'")
            found = cursor.fetchall()
        return [*(f"DROP TRIGGER {name}" for name, _sql in found), *statements, *(sql for _name, sql in found)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLite.ops_class, "sql_flush", sql_flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied_beside_a_server() -> Iterator[None]:
    """Gives way to a query of a test's own server where each waits for a table of the other, and tries again.

    PostgreSQL ends whoever has waited for a second, and that must not be the server.
    """
    made_by_django = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: Any, statements: list[str]) -> None:
        patience = ["SET LOCAL lock_timeout = '200ms'"] if self.connection.vendor == "postgresql" else []
        for attempt in range(1, FLUSHES + 1):
            try:
                return made_by_django(self, [*patience, *statements])
            except OperationalError as error:
                if not patience or "lock" not in str(error) or attempt == FLUSHES:
                    raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_root() -> None:
    """The folder of collected static files is there, empty: whitenoise warns otherwise."""
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


@pytest.fixture(autouse=True)
def first_rate(request: pytest.FixtureRequest) -> None:
    """Every test with a database finds the exchange rate that an installation begins with."""
    marked = request.node.get_closest_marker("django_db") is not None
    wanted = {"transactional_db", "live_server"} & set(request.fixturenames)
    if marked or wanted or "db" in request.fixturenames:
        request.getfixturevalue("transactional_db" if wanted else "db")
        if not ExchangeRate.objects.exists():
            ExchangeRate.objects.create(**FIRST_RATE)


@pytest.fixture
def alice(db: None) -> User:
    """Owns the installation and her team."""
    return create_user(email="alice@example.org", password=PASSWORD, name="Alice", is_owner=True)


@pytest.fixture
def team(alice: User) -> Team:
    """Alice's team."""
    return current_team(alice)


@pytest.fixture
def bob(team: Team) -> User:
    """A member of Alice's team; at work in his own until he switches."""
    user = create_user(email="bob@example.org", password=PASSWORD, name="Bob")
    Member.objects.create(team=team, user=user, role=Role.MEMBER)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """Has an account and nothing to do with the others."""
    return create_user(email="charlie@example.org", password=PASSWORD, name="Charlie")


@pytest.fixture
def catalog(db: None) -> None:
    """The whole catalog, with the sandbox's offers."""
    put_stock("load_catalog")


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """Django's test client, signed in as somebody."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
