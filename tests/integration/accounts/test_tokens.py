"""Access tokens: shown once, kept as a digest, good for a time, for their person only."""

import datetime as dt
import logging

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from playground.accounts import tokens
from playground.accounts.models import AccessToken, Team, User
from playground.errors import Refused

pytestmark = pytest.mark.django_db
BOTH = ["usage:read", "catalog:read"]


def issued(user: User, team: Team, **changes: object) -> tuple[AccessToken, str]:
    values = {"name": "Dashboard", "scopes": BOTH, "days": 7, **changes}
    return tokens.issue(user=user, team=team, **values)  # type: ignore[arg-type]


def test_a_token_is_found_by_itself_and_is_nowhere_in_the_database(alice: User, team: Team) -> None:
    row, secret = issued(alice, team)
    assert secret.startswith("tct_")
    assert len(secret) > 40
    assert tokens.find(secret, at=timezone.now()) == row
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_accesstoken")
        assert secret not in str(cursor.fetchall())
    assert secret not in repr(row) + str(row)
    assert row.hint == secret[-4:]


def test_two_tokens_are_two(alice: User, team: Team) -> None:
    assert len({issued(alice, team)[1] for _ in range(20)}) == 20


def test_an_expired_or_revoked_one_is_none(alice: User, bob: User, team: Team) -> None:
    row, secret = issued(alice, team)
    assert tokens.find(secret, at=row.expires_at) is None
    assert not tokens.revoke(user=bob, token_id=row.pk)
    assert tokens.revoke(user=alice, token_id=row.pk)
    assert not tokens.revoke(user=alice, token_id=row.pk)
    assert tokens.find(secret, at=timezone.now()) is None
    assert tokens.find("tct_" + "x" * 43, at=timezone.now()) is None


def test_its_use_is_noted_to_the_minute(alice: User, team: Team) -> None:
    row, secret = issued(alice, team)
    at = timezone.now()
    for passed, noted in ((0, 0), (59, 0), (60, 60)):
        tokens.find(secret, at=at + dt.timedelta(seconds=passed))
        row.refresh_from_db()
        assert row.last_used_at == at + dt.timedelta(seconds=noted)


@pytest.mark.parametrize(
    "nonsense", [{"name": "  "}, {"scopes": []}, {"scopes": ["usage:write"]}, {"scopes": [*BOTH, "x"]}, {"days": 3650}]
)
def test_what_makes_no_sense_is_refused(alice: User, team: Team, nonsense: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        issued(alice, team, **nonsense)
    assert refused.value.code == "bad_token"


def test_a_stranger_gets_none_and_nobody_without_end(charlie: User, alice: User, team: Team) -> None:
    with pytest.raises(Refused) as refused:
        issued(charlie, team)
    assert refused.value.code == "not_allowed"
    for _ in range(tokens.MOST):
        issued(alice, team)
    with pytest.raises(Refused) as refused:
        issued(alice, team)
    assert refused.value.code == "bad_token"


def test_the_page_shows_a_token_once_and_revokes_it(
    alice: User, bob: User, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.force_login(alice)
    answer = client.post("/settings/tokens/", {"name": "Dashboard", "days": "30", "scopes": BOTH})
    (row,) = AccessToken.objects.all()
    secret = answer.content.decode().partition("<code")[2].partition(">")[2].partition("<")[0]
    assert tokens.find(secret, at=timezone.now()) == row
    assert "no-store" in answer.headers["Cache-Control"]
    again = client.get("/settings/tokens/").content.decode()
    assert secret not in again
    assert f"…{row.hint}" in again
    assert secret not in caplog.text
    client.force_login(bob)
    assert f"…{row.hint}" not in client.get("/settings/tokens/").content.decode()
    assert client.post("/settings/tokens/revoke/", {"token": row.pk}).status_code == 404
    client.force_login(alice)
    client.post("/settings/tokens/revoke/", {"token": row.pk})
    assert tokens.find(secret, at=timezone.now()) is None
    assert "revoked" in client.get("/settings/tokens/").content.decode()


def test_a_form_that_lacks_something_says_so(alice: User, client: Client) -> None:
    client.force_login(alice)
    answer = client.post("/settings/tokens/", {"name": "", "days": "9"})
    assert answer.status_code == 422
    assert answer.content.decode().count("tc-field-error") == 3
    assert not AccessToken.objects.exists()


def test_the_form_speaks_the_readers_language(alice: User, client: Client) -> None:
    client.force_login(alice)
    for language, words in (("en", "90 days"), ("zh-hans", "90 天")):
        User.objects.filter(pk=alice.pk).update(language=language)
        assert words in client.get("/settings/tokens/").content.decode()
