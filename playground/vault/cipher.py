"""Encryption of API keys at rest: MultiFernet under a ring of master keys, newest first.

The owner and the origin a key was entered for are inside what is encrypted and compared when it is opened, so that
a ciphertext moved to another row or another address stays shut.
"""

import json
import os
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from playground.vault.errors import KeyUnreadable
from playground.wire.secret import Secret

SENTINEL = "trial-center"  # encrypted beside the ring's file: proves at start that the ring is the right one


class RingUnusable(Exception):
    """The master keys cannot be used; the server must not start. The message says why in one sentence."""


def seal(secret: Secret, *, owner: str, origin: str) -> bytes:
    """Encrypt a key for its owner ("team:7") and its origin (scheme://host:port)."""
    plain = json.dumps({"owner": owner, "origin": origin, "key": secret.reveal()})
    return ring().encrypt(plain.encode())


def unseal(sealed: bytes, *, owner: str, origin: str) -> Secret:
    """Open a key. Raises KeyUnreadable when the ring does not open it or it belongs elsewhere."""
    try:
        plain = json.loads(ring().decrypt(bytes(sealed)))
    except (InvalidToken, ValueError):
        plain = None
    if not isinstance(plain, dict) or (plain.get("owner"), plain.get("origin")) != (owner, origin):
        raise KeyUnreadable("key_unreadable", _("The stored key cannot be opened. Enter it again."))
    return Secret(plain["key"])


def reseal(sealed: bytes) -> bytes:
    """The same plaintext under the newest master key. Raises KeyUnreadable."""
    try:
        return ring().rotate(bytes(sealed))
    except InvalidToken:
        raise KeyUnreadable("key_unreadable", _("The stored key cannot be opened. Enter it again.")) from None


def ring() -> MultiFernet:
    """The ring in use: from PLAYGROUND_VAULT_KEYS, else from the file in the data folder, made on first use."""
    return _ring(settings.VAULT_KEYS or _file_keys(Path(settings.VAULT_KEYS_PATH)))


def verify_ring() -> None:
    """Prove that the ring opens what earlier starts encrypted. Raises RingUnusable."""
    proof = Path(settings.VAULT_KEYS_PATH).with_suffix(".proof")
    if not proof.exists():
        _write_private(proof, ring().encrypt(SENTINEL.encode()))
        return
    try:
        opened = ring().decrypt(proof.read_bytes())
    except InvalidToken:
        opened = b""
    if opened != SENTINEL.encode():
        raise RingUnusable(
            f"The vault's master key is not the one that stored keys were encrypted with ({settings.VAULT_KEYS_PATH} "
            "or PLAYGROUND_VAULT_KEYS). Put the old key back, after the new one if you rotate."
        )


@lru_cache(maxsize=4)
def _ring(keys: str) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.replace("\n", ",").split(",") if key.strip()])
    except ValueError:
        raise RingUnusable("PLAYGROUND_VAULT_KEYS: each master key is 32 bytes in URL-safe base64.") from None


def _file_keys(path: Path) -> str:
    if not path.exists():
        _write_private(path, Fernet.generate_key() + b"\n")
    return path.read_text()


def _write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read; whoever else was first wins."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
