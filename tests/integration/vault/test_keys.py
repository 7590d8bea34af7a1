"""What people do with keys, and what the vault refuses."""

import logging
import pickle
import traceback
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team
from playground.accounts.roles import Role
from playground.catalog.models import Provider
from playground.errors import Refused
from playground.vault import keys, recent
from playground.vault.errors import AddressRejected, KeyRejected, KeyUnreadable
from playground.vault.models import ApiKey
from tests.integration.vault.conftest import BASE_URL, CANARY

pytestmark = pytest.mark.django_db
AddKey = Callable[..., ApiKey]
OTHER = "another-key-of-forty-characters-and-more"


def plaintext(row: ApiKey) -> str | None:
    secret = keys.reveal(ApiKey.objects.get(pk=row.pk))
    return secret.reveal() if secret else None


def test_a_key_comes_back_as_it_was_pasted_but_for_blanks_around_it(add_key: AddKey) -> None:
    row = add_key(key=f" \t{CANARY}\r\n")
    assert plaintext(row) == CANARY
    assert (row.last_four, row.bound_origin, row.address) == ("NARY", "https://open.bigmodel.cn:443", BASE_URL)
    assert (row.status, row.tier, row.owner_tag) == ("untested", "V0", f"team:{row.team_id}")


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Paste the key first"),
        (" \n ", "Paste the key first"),
        ("abc\ndef", "line break"),
        ("abc\r\nX-Evil: 1", "line break"),
        ("abc\u2028def", "line break"),
        ("abc def", "space"),
        ("abc\tdef", "space"),
        ("abc\u3000def", "space"),
        ("Bearer abc", "Bearer"),
        ("abcdéf", "character"),
        ("密钥", "character"),
        ("abc\x00def", "character"),
        ("abc\x7fdef", "character"),
        ("abc\u200bdef", "character"),
        ("\ufeffabc", "character"),
        ("abc\ud800", "character"),
        ("k" * 513, "too long"),
    ],
)
def test_what_cannot_be_a_key_is_refused_with_the_reason(add_key: AddKey, pasted: str, words: str) -> None:
    with pytest.raises(KeyRejected) as refused:
        add_key(key=pasted)
    assert refused.value.code == "bad_key"
    assert words in refused.value.message
    assert not ApiKey.objects.exists()


def test_the_longest_key_fits(add_key: AddKey) -> None:
    assert plaintext(add_key(key="k" * 512)) == "k" * 512


def test_a_short_key_gives_no_hint(add_key: AddKey) -> None:
    row = add_key(key="short-key-1")
    assert (row.last_four, row.mask) == ("", "—")


def test_a_server_of_ones_own_may_need_no_key(add_key: AddKey, team: Team, provider: Provider) -> None:
    Provider.objects.update(scope=f"team:{team.pk}")
    provider.refresh_from_db()
    row = add_key(key=" ", provider=provider)
    assert keys.reveal(row) is None


def test_a_server_of_another_team_does_not_exist(add_key: AddKey, charlie: User, provider: Provider) -> None:
    Provider.objects.update(scope=f"team:{current_team(charlie).pk}")
    provider.refresh_from_db()
    with pytest.raises(Refused) as refused:
        add_key(provider=provider)
    assert refused.value.code == "not_found"


def test_the_tier_is_one_of_four(add_key: AddKey, alice: User) -> None:
    row = add_key(tier="V3")
    keys.set_tier(row, tier="V1", by=alice)
    assert ApiKey.objects.get().tier == "V1"
    for act in (lambda: add_key(tier="V9"), lambda: keys.set_tier(row, tier="", by=alice)):
        with pytest.raises(KeyRejected):
            act()


@pytest.mark.parametrize(
    ("label", "kept"), [(" Night ", "Night"), ("", "BigModel"), ("a\x00b\ud800", "ab�"), ("x" * 200, "x" * 100)]
)
def test_labels_are_cleaned(add_key: AddKey, label: str, kept: str, alice: User) -> None:
    assert add_key(label=label).label == kept
    row = add_key(label="old")
    keys.rename(row, label=label, by=alice)
    assert ApiKey.objects.get(pk=row.pk).label == kept


# Who may


def test_members_add_their_own_keys_and_managers_the_teams(
    add_key: AddKey, alice: User, bob: User, charlie: User, team: Team
) -> None:
    assert add_key(user=bob, created_by=bob).user == bob
    assert add_key(user=alice, created_by=alice).user == alice
    refused_ones: list[dict[str, Any]] = [
        {"user": None, "created_by": bob},
        {"user": alice, "created_by": bob},
        {"user": None, "created_by": charlie},
        {"user": charlie, "created_by": charlie},
        {"user": bob, "created_by": alice},
    ]
    Member.objects.filter(user=bob).filter(team=team).update(role=Role.MEMBER)
    for changes in refused_ones:
        with pytest.raises(Refused) as refused:
            add_key(**changes)
        assert refused.value.code == "not_allowed"
    Member.objects.filter(user=bob, team=team).update(role=Role.VIEWER)
    with pytest.raises(Refused):
        add_key(user=bob, created_by=bob)
    assert ApiKey.objects.count() == 2


def test_people_see_their_own_and_the_teams_keys(
    add_key: AddKey, alice: User, bob: User, charlie: User, team: Team
) -> None:
    ours, alices, bobs = add_key(), add_key(user=alice), add_key(user=bob, created_by=bob)
    assert set(keys.visible_to(alice, team)) == {ours, alices}
    assert set(keys.visible_to(bob, team)) == {ours, bobs}
    assert not keys.visible_to(charlie, team).exists()
    assert not keys.visible_to(bob, current_team(bob)).exists()


def test_own_keys_come_first_refused_ones_last_and_disabled_ones_never(
    add_key: AddKey, bob: User, team: Team, alice: User
) -> None:
    ours = add_key()
    bad = add_key(user=bob, created_by=bob)
    mine = add_key(user=bob, created_by=bob)
    off = add_key(user=bob, created_by=bob)
    keys.note_test(bad, code="key_refused", milliseconds=80, refused=True)
    keys.set_disabled(off, disabled=True, by=alice)
    assert keys.keys_for(user=bob, team=team, provider_slug="bigmodel") == [mine, ours, bad]
    assert keys.keys_for(user=bob, team=team, provider_slug="zai") == []
    keys.set_disabled(off, disabled=False, by=alice)
    assert off in keys.keys_for(user=bob, team=team, provider_slug="bigmodel")


@pytest.mark.parametrize("change", ["viewer", "left", "disabled"])
def test_who_lost_the_right_has_no_key_to_use(add_key: AddKey, bob: User, team: Team, change: str) -> None:
    add_key()
    add_key(user=bob, created_by=bob)
    assert len(keys.keys_for(user=bob, team=team, provider_slug="bigmodel")) == 2
    if change == "viewer":
        Member.objects.filter(user=bob, team=team).update(role=Role.VIEWER)
    elif change == "left":
        Member.objects.filter(user=bob, team=team).delete()
    else:
        User.objects.filter(pk=bob.pk).update(is_active=False)
    assert keys.keys_for(user=bob, team=team, provider_slug="bigmodel") == []


def test_choosing_a_key_is_one_query(add_key: AddKey, bob: User, team: Team) -> None:
    for _ in range(3):
        add_key()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for row in keys.keys_for(user=bob, team=team, provider_slug="bigmodel"):
            assert row.address
            assert row.owner_tag
    assert len(queries) == 1


# Replacing, moving, removing


def test_a_replaced_key_is_the_new_one_and_untested(add_key: AddKey, alice: User) -> None:
    row = add_key()
    keys.note_test(row, code="", milliseconds=212, refused=False)
    assert ApiKey.objects.get().status == "valid"
    keys.replace(row, key=OTHER, by=alice)
    fresh = ApiKey.objects.get()
    assert plaintext(row) == OTHER
    assert (fresh.status, fresh.tested_at, fresh.test_ms, fresh.last_four) == ("untested", None, None, "more")
    assert CANARY.encode() not in bytes(fresh.sealed)


def test_replacing_changes_nothing_when_it_is_refused(add_key: AddKey, alice: User) -> None:
    row = add_key()
    with pytest.raises(KeyRejected):
        keys.replace(row, key="a b", by=alice)
    with pytest.raises(AddressRejected):
        keys.replace(row, key=OTHER, base_url="http://127.0.0.1:11434/v1", by=alice)
    assert plaintext(row) == CANARY


def test_a_result_of_the_old_key_is_not_kept_for_the_new_one(add_key: AddKey, alice: User) -> None:
    row = add_key()
    under_test = ApiKey.objects.get()
    keys.replace(row, key=OTHER, by=alice)
    keys.note_test(under_test, code="", milliseconds=5, refused=False)
    assert ApiKey.objects.get().status == "untested"


@pytest.mark.parametrize(
    "url",
    [
        "http://open.bigmodel.cn/api/paas/v4",
        "https://open.bigmodel.cn:8443/api/paas/v4",
        "https://evil.example/api/paas/v4",
        "https://open.bigmodel.cn.evil.example/api/paas/v4",
        "https://api.bigmodel.cn/api/paas/v4",
    ],
)
def test_another_scheme_host_or_port_needs_the_key_again(add_key: AddKey, url: str, alice: User) -> None:
    row = add_key()
    with pytest.raises(AddressRejected) as refused:
        keys.move(row, base_url=url, by=alice)
    assert refused.value.code == "key_needed"
    assert (ApiKey.objects.get().address, plaintext(row)) == (BASE_URL, CANARY)
    keys.replace(row, key=OTHER, base_url=url, by=alice)
    assert ApiKey.objects.get().address == url
    assert plaintext(row) == OTHER


def test_another_path_on_the_same_server_keeps_the_key(add_key: AddKey, alice: User) -> None:
    row = add_key()
    keys.move(row, base_url="https://OPEN.bigmodel.cn:443/api/coding/paas/v4/", by=alice)
    assert ApiKey.objects.get().address == "https://open.bigmodel.cn/api/coding/paas/v4"
    assert plaintext(row) == CANARY
    keys.move(row, base_url="", by=alice)
    assert ApiKey.objects.get().address == BASE_URL


def test_a_key_follows_the_catalog_on_the_same_server_only(add_key: AddKey, provider: Provider) -> None:
    row, own = add_key(), add_key(base_url=BASE_URL + "/own")
    Provider.objects.update(base_url="https://open.bigmodel.cn/api/paas/v5")
    assert ApiKey.objects.get(pk=row.pk).address == "https://open.bigmodel.cn/api/paas/v5"
    assert plaintext(row) == CANARY
    Provider.objects.update(base_url="https://moved.example/v4")
    with pytest.raises(KeyUnreadable) as refused:
        plaintext(row)
    assert refused.value.code == "key_needed"
    assert plaintext(own) == CANARY  # entered for its own address


@pytest.mark.parametrize(
    "forged", [{"base_url": "https://evil.example/v1"}, {"bound_origin": "https://evil.example:443"}]
)
def test_a_row_changed_behind_the_vaults_back_stays_shut(add_key: AddKey, forged: dict[str, str]) -> None:
    row = add_key()
    ApiKey.objects.update(**forged)
    with pytest.raises(KeyUnreadable):
        plaintext(row)
    ApiKey.objects.update(base_url="https://evil.example/v1", bound_origin="https://evil.example:443")
    with pytest.raises(KeyUnreadable):
        plaintext(row)


def test_a_ciphertext_opens_for_its_owner_only(add_key: AddKey, alice: User, charlie: User) -> None:
    ours, mine = add_key(), add_key(user=alice, key=OTHER)
    ApiKey.objects.filter(pk=mine.pk).update(sealed=ApiKey.objects.get(pk=ours.pk).sealed)
    with pytest.raises(KeyUnreadable):
        plaintext(mine)
    ApiKey.objects.filter(pk=ours.pk).update(team=current_team(charlie))
    with pytest.raises(KeyUnreadable):
        plaintext(ours)


def test_deleting_wipes_the_ciphertext_before_the_row_goes(add_key: AddKey, alice: User) -> None:
    row = add_key()
    with CaptureQueriesContext(connection) as queries:
        keys.remove(row, by=alice)
    deeds = [query["sql"].split()[0] for query in queries if "vault_apikey" in query["sql"]]
    assert deeds == ["UPDATE", "DELETE"]
    assert (row.sealed, row.last_four) == (b"", "")
    assert not ApiKey.objects.exists()


def test_a_deleted_key_does_not_come_back(add_key: AddKey, alice: User) -> None:
    row = add_key()
    stale = ApiKey.objects.get()
    keys.remove(row, by=alice)
    deeds: list[Callable[[], object]] = [
        lambda: keys.replace(stale, key=OTHER, by=alice),
        lambda: keys.rename(stale, label="x", by=alice),
        lambda: keys.set_disabled(stale, disabled=False, by=alice),
        lambda: keys.move(stale, base_url="", by=alice),
    ]
    for act in deeds:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "not_found"
    keys.note_test(stale, code="", milliseconds=1, refused=False)
    keys.touch(stale.pk, user_id=alice.pk)
    assert not ApiKey.objects.exists()


def test_use_is_noted_with_who_it_was(add_key: AddKey, alice: User) -> None:
    row = add_key()
    assert (row.last_used_at, row.last_used_by) == (None, None)
    keys.touch(row.pk, user_id=alice.pk)
    keys.touch(uuid.uuid4(), user_id=alice.pk)
    row.refresh_from_db()
    assert (row.last_used_at is not None, row.last_used_by) == (True, alice)


def test_somebody_elses_use_is_written_down_within_a_second(add_key: AddKey, alice: User, bob: User) -> None:
    row = add_key()
    for second, person, written in ((0, alice, alice), (1, bob, bob), (1.5, alice, bob), (2, alice, alice)):
        recent.touch(row.pk, user_id=person.pk, clock=lambda now=1000 + second: now)
        row.refresh_from_db()
        assert row.last_used_by == written


@pytest.mark.parametrize(
    ("code", "status", "limited"),
    [("key_refused", "refused", False), ("plan_expired", "refused", False), ("rate_limited", "untested", True),
     ("concurrency_limited", "untested", True), ("provider_error", "untested", False), ("", "untested", False)],
)  # fmt: skip
def test_what_a_provider_says_of_a_key_in_a_run_is_kept(add_key: AddKey, code: str, status: str, limited: bool) -> None:
    row = add_key()
    keys.note_refused_run(row.pk, code=code)
    row.refresh_from_db()
    assert (row.status, row.limited_at is not None) == (status, limited)
    assert row.test_code == (code if status == "refused" else "")


def test_another_key_in_its_place_is_neither_refused_nor_limited(add_key: AddKey, alice: User) -> None:
    row = add_key()
    for code in ("key_refused", "rate_limited"):
        keys.note_refused_run(row.pk, code=code)
    row.refresh_from_db()
    keys.replace(row, key=OTHER, by=alice)
    row.refresh_from_db()
    assert (row.status, row.test_code, row.limited_at) == ("untested", "", None)


# The secret shows nowhere


def test_the_secret_is_in_no_text_that_a_row_or_an_error_makes(
    add_key: AddKey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    row = add_key()
    keys.reveal(row)
    texts = [
        repr(row),
        str(row),
        str(row.__dict__),
        row.mask,
        serializers.serialize("json", [row]),
        repr(keys.reveal(row)),
    ]
    ApiKey.objects.update(bound_origin="https://evil.example:443", base_url="https://evil.example/v1")
    for act in (lambda: plaintext(row), lambda: add_key(key=CANARY + "\n" + CANARY), lambda: add_key(tier="V9")):
        with pytest.raises(Refused) as refused:
            act()
        report = traceback.TracebackException.from_exception(refused.value, capture_locals=True)
        below_the_test = [frame for frame in report.stack if "/playground/vault/" in frame.filename]
        texts += [str(refused.value), refused.value.message, *(str(frame.locals) for frame in below_the_test)]
    texts.append(caplog.text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM vault_apikey")
        texts.append(str([[bytes(v) if isinstance(v, memoryview) else v for v in line] for line in cursor.fetchall()]))
    found = [text for text in texts if "canary" in text.lower()]
    assert found == []


def test_an_opened_key_is_never_written_anywhere(add_key: AddKey) -> None:
    secret = keys.reveal(add_key())
    with pytest.raises(TypeError):
        pickle.dumps(secret)
