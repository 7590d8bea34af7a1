"""The first account: one link, one owner, however many try."""

import hashlib
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from playground.accounts import setup
from playground.accounts.models import Installation, Team, User
from playground.errors import Refused
from tests.together import together

pytestmark = pytest.mark.django_db
OWNER = {"email": "Olga@Example.org", "password": "correct horse battery", "name": "Olga"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "setup.token"


def test_the_link_makes_the_owner_and_is_gone(path: Path) -> None:
    token = setup.make_token(path)
    owner = setup.claim(path, token, **OWNER, language="zh-hans")
    assert User.objects.get() == owner
    assert (owner.email, owner.is_owner, owner.language) == ("olga@example.org", True, "zh-hans")
    assert owner.check_password(OWNER["password"])
    assert Team.objects.get().personal
    assert not path.exists()


def test_only_the_hash_is_kept_in_a_private_file(path: Path) -> None:
    token = setup.make_token(path)
    assert len(token) * 6 >= 128
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == hashlib.sha256(token.encode()).hexdigest()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_new_link_ends_the_older_one(path: Path) -> None:
    old, new = setup.make_token(path), setup.make_token(path)
    assert old != new
    assert not setup.check(path, old)
    assert setup.check(path, new)


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", "a" * 10_000])
def test_a_wrong_token_opens_nothing(path: Path, token: str) -> None:
    setup.make_token(path)
    assert not setup.check(path, token)
    with pytest.raises(Refused) as refused:
        setup.claim(path, token, **OWNER)
    assert refused.value.code == "set_up_closed"
    assert not User.objects.exists()


def test_the_hash_itself_is_no_token(path: Path) -> None:
    setup.make_token(path)
    assert not setup.check(path, path.read_text())


def test_without_a_file_nothing_opens(path: Path) -> None:
    token = setup.make_token(path)
    path.unlink()
    assert not setup.check(path, token)
    assert not setup.check(path, "")


def test_a_used_link_opens_nothing(path: Path) -> None:
    token = setup.make_token(path)
    kept = path.read_text()
    setup.claim(path, token, **OWNER)
    path.write_text(kept)  # as a restored backup of the data folder would
    with pytest.raises(Refused):
        setup.claim(path, token, **{**OWNER, "email": "mallory@example.org"})
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"email": ""},
        {"password": "short"},
        {"password": "password123"},
        {"password": "olga@example.org"},
        {"name": "n" * 101},
        {"language": "tlh"},
    ],
)
def test_what_will_not_do_is_said_and_the_link_stays_good(path: Path, wrong: dict[str, str]) -> None:
    token = setup.make_token(path)
    with pytest.raises(ValidationError):
        setup.claim(path, token, **{**OWNER, **wrong})
    assert not User.objects.exists()
    assert setup.check(path, token)


def test_where_users_exist_there_is_no_set_up(path: Path, charlie: User) -> None:
    token = setup.make_token(path)
    assert not setup.is_open()
    assert not setup.check(path, token)
    with pytest.raises(Refused):
        setup.claim(path, token, **OWNER)
    assert User.objects.get() == charlie


@pytest.mark.django_db(transaction=True)
def test_twenty_claims_at_once_make_one_owner(path: Path) -> None:
    token = setup.make_token(path)
    results = together(20, lambda index: setup.claim(path, token, **{**OWNER, "email": f"olga{index}@example.org"}))
    owners = [result for result in results if isinstance(result, User)]
    assert len(owners) == 1
    assert {result.code for result in results if isinstance(result, Refused)} == {"set_up_closed"}
    assert User.objects.get() == owners[0]
    assert Installation.objects.get().owner == owners[0]
    assert Team.objects.count() == 1
    assert not path.exists()


@pytest.mark.django_db(transaction=True)
def test_claims_with_links_of_two_machines_make_one_owner(tmp_path: Path) -> None:
    paths = [tmp_path / "one.token", tmp_path / "two.token"]
    tokens = [setup.make_token(path) for path in paths]
    results = together(
        10,
        lambda index: setup.claim(paths[index % 2], tokens[index % 2], **{**OWNER, "email": f"o{index}@example.org"}),
    )
    assert sum(isinstance(result, User) for result in results) == 1
    assert all(isinstance(result, User | Refused) for result in results)
    assert User.objects.count() == 1


def test_the_command_prints_a_link_that_works(settings: Settings, path: Path) -> None:
    settings.SETUP_TOKEN_PATH = path
    out = StringIO()
    call_command("set_up_link", stdout=out)
    link = out.getvalue().strip()
    assert link.startswith(f"{settings.PUBLIC_URL}/setup/")
    assert setup.check(path, link.removesuffix("/").rpartition("/")[2])


def test_the_command_refuses_where_somebody_has_an_account(charlie: User) -> None:
    with pytest.raises(CommandError, match="owner already"):
        call_command("set_up_link")
    assert not settings.SETUP_TOKEN_PATH.exists()
