"""Master keys: made once, kept private, proven at start, rotated without a gap."""

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from playground.accounts.models import User
from playground.vault import cipher, keys, ring
from playground.vault.errors import KeyUnreadable, RingUnusable
from playground.vault.models import ApiKey, RingProof
from playground.wire.secret import Secret
from tests.integration.vault.conftest import CANARY
from tests.together import together

pytestmark = pytest.mark.django_db
AddKey = Callable[..., ApiKey]
ORIGIN = "https://api.example.com:443"


def sealed() -> bytes:
    return cipher.seal(Secret(CANARY), owner="team:7", origin=ORIGIN)


def test_the_first_use_makes_a_private_file(ring_file: Path) -> None:
    assert not ring.is_there()
    assert cipher.unseal(sealed(), owner="team:7", origin=ORIGIN) == Secret(CANARY)
    assert stat.S_IMODE(ring_file.stat().st_mode) == 0o600
    assert [file.name for file in ring_file.parent.iterdir()] == [ring_file.name]
    before = ring_file.read_text()
    sealed()
    assert ring_file.read_text() == before


def test_twenty_first_uses_at_once_make_one_key(ring_file: Path) -> None:
    results = together(20, lambda _index: sealed())
    opened = [cipher.unseal(one, owner="team:7", origin=ORIGIN) for one in results if isinstance(one, bytes)]
    assert len(opened) == 20
    assert len(ring_file.read_text().split()) == 1


def test_the_environment_comes_before_the_file(settings: Settings, ring_file: Path) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.VAULT_KEYS = old
    under_old = sealed()
    settings.VAULT_KEYS = f"{new}, {old}"
    assert cipher.unseal(under_old, owner="team:7", origin=ORIGIN) == Secret(CANARY)
    assert cipher.is_newest(sealed())
    assert not cipher.is_newest(under_old)
    settings.VAULT_KEYS = new
    with pytest.raises(KeyUnreadable):
        cipher.unseal(under_old, owner="team:7", origin=ORIGIN)
    assert not ring_file.exists()


@pytest.mark.parametrize("content", ["", "\n", "not a key", "c2hvcnQ=", "é" * 44])
def test_a_damaged_ring_is_said_in_one_sentence_that_shows_nothing(
    settings: Settings, ring_file: Path, content: str
) -> None:
    ring_file.write_text(content)
    with pytest.raises(RingUnusable, match="32 bytes") as from_file:
        ring.ring()
    assert str(ring_file) in str(from_file.value)
    settings.VAULT_KEYS = f"{Fernet.generate_key().decode()},{content or 'x'}x"
    with pytest.raises(RingUnusable, match="PLAYGROUND_VAULT_KEYS") as from_environment:
        ring.ring()
    assert settings.VAULT_KEYS not in str(from_environment.value)


@pytest.mark.parametrize(
    ("owner", "origin"),
    [
        ("team:8", ORIGIN),
        ("user:7", ORIGIN),
        ("team:7", "http://api.example.com:80"),
        ("team:7", ORIGIN + "1"),
        ("", ""),
    ],
)
def test_another_owner_or_origin_opens_nothing(owner: str, origin: str) -> None:
    with pytest.raises(KeyUnreadable):
        cipher.unseal(sealed(), owner=owner, origin=origin)


@pytest.mark.parametrize(
    "damage", [lambda text: text[:-1], lambda text: b"", lambda text: text[::-1], lambda text: b"\xff"]
)
def test_damaged_ciphertext_opens_nothing(damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(sealed())
    with pytest.raises(KeyUnreadable):
        cipher.unseal(damaged, owner="team:7", origin=ORIGIN)
    with pytest.raises(KeyUnreadable):
        cipher.reseal(damaged)
    assert not cipher.is_newest(damaged)


# The start


def test_the_first_start_leaves_a_proof_and_later_ones_accept_it() -> None:
    cipher.verify_ring()
    proof = bytes(RingProof.objects.get().sealed)
    cipher.verify_ring()
    assert bytes(RingProof.objects.get().sealed) == proof


@pytest.mark.parametrize("lost", ["file", "content", "environment"])
def test_a_lost_master_key_refuses_the_start_and_makes_no_new_one(
    settings: Settings, ring_file: Path, lost: str
) -> None:
    cipher.verify_ring()
    kept = ring_file.read_text()
    if lost == "file":
        ring_file.unlink()
    elif lost == "content":
        ring_file.write_text(Fernet.generate_key().decode())
    else:
        settings.VAULT_KEYS = Fernet.generate_key().decode()
    with pytest.raises(RingUnusable, match="put it back"):
        cipher.verify_ring()
    assert ring_file.exists() == (lost != "file")
    settings.VAULT_KEYS = ""
    ring_file.write_text(kept)
    cipher.verify_ring()


def test_stored_keys_bear_witness_where_there_is_no_proof(add_key: AddKey, ring_file: Path) -> None:
    add_key()
    ring_file.unlink()
    with pytest.raises(RingUnusable):
        cipher.verify_ring()
    assert not RingProof.objects.exists()


# Rotation


def test_rotation_puts_every_key_under_the_new_master_key(add_key: AddKey, ring_file: Path) -> None:
    rows = [add_key(key=f"{CANARY}{index}") for index in range(30)]
    call_command("rotate_vault", "--new-key", verbosity=0)
    new, old = ring_file.read_text().split()
    assert stat.S_IMODE(ring_file.stat().st_mode) == 0o600
    ring_file.write_text(new)  # the old one may go now
    cipher.verify_ring()
    for index, row in enumerate(rows):
        assert keys.reveal(ApiKey.objects.get(pk=row.pk)) == Secret(f"{CANARY}{index}")
    ring_file.write_text(old)
    with pytest.raises(RingUnusable):
        cipher.verify_ring()


def test_rotation_can_be_broken_off_and_repeated(add_key: AddKey, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(10):
        add_key(key=f"{CANARY}{index}")
    cipher.verify_ring()
    ring.add_key()
    reseal, calls = cipher.reseal, []

    def break_off(sealed: bytes) -> bytes:
        calls.append(sealed)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return reseal(sealed)

    with monkeypatch.context() as patch:
        patch.setattr(cipher, "reseal", break_off)
        with pytest.raises(KeyboardInterrupt):
            call_command("rotate_vault", verbosity=0)
    half_way = {row.pk: bytes(row.sealed) for row in ApiKey.objects.all()}
    assert sum(cipher.is_newest(text) for text in half_way.values()) == 5
    call_command("rotate_vault", verbosity=0)
    done = {row.pk: bytes(row.sealed) for row in ApiKey.objects.all()}
    assert all(cipher.is_newest(text) for text in done.values())
    assert sum(half_way[pk] == done[pk] for pk in done) == 5  # what was done is not done again
    call_command("rotate_vault", verbosity=0)
    assert {row.pk: bytes(row.sealed) for row in ApiKey.objects.all()} == done


def test_rotation_names_keys_that_cannot_be_opened_and_does_the_others(add_key: AddKey) -> None:
    good, lost = add_key(), add_key()
    ApiKey.objects.filter(pk=lost.pk).update(sealed=Fernet(Fernet.generate_key()).encrypt(b"{}"))
    with pytest.raises(CommandError, match=str(lost.pk)):
        call_command("rotate_vault", "--new-key", verbosity=0)
    assert cipher.is_newest(bytes(ApiKey.objects.get(pk=good.pk).sealed))


def test_a_ring_from_the_environment_is_not_changed_by_the_command(settings: Settings) -> None:
    settings.VAULT_KEYS = Fernet.generate_key().decode()
    with pytest.raises(CommandError, match="PLAYGROUND_VAULT_KEYS"):
        call_command("rotate_vault", "--new-key", verbosity=0)


def test_rotation_with_the_wrong_ring_changes_nothing(add_key: AddKey, ring_file: Path) -> None:
    row = add_key()
    cipher.verify_ring()
    before = bytes(ApiKey.objects.get(pk=row.pk).sealed)
    ring_file.write_text(Fernet.generate_key().decode())
    with pytest.raises(CommandError, match="put it back"):
        call_command("rotate_vault", verbosity=0)
    assert bytes(ApiKey.objects.get(pk=row.pk).sealed) == before


@pytest.mark.django_db(transaction=True)
def test_keys_open_and_are_replaced_while_they_are_rotated(add_key: AddKey, alice: User) -> None:
    rows = [add_key(key=f"{CANARY}{index}") for index in range(40)]
    rotated = threading.Event()

    def work(index: int) -> list[str]:
        if index == 0:
            try:
                for _ in range(3):
                    call_command("rotate_vault", "--new-key", verbosity=0)
            finally:
                rotated.set()
            return []
        failures: list[str] = []
        while not rotated.is_set():
            for number, row in enumerate(rows):
                if number % 10 == index:
                    keys.replace(ApiKey.objects.get(pk=row.pk), key=f"{CANARY}{number}", by=alice)
                if keys.reveal(ApiKey.objects.get(pk=row.pk)) != Secret(f"{CANARY}{number}"):
                    failures.append(str(row.pk))
        return failures

    assert together(4, work) == [[], [], [], []]
    call_command("rotate_vault", verbosity=0)
    assert all(cipher.is_newest(bytes(row.sealed)) for row in ApiKey.objects.all())
