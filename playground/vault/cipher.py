"""Encryption of API keys at rest: MultiFernet under the ring of master keys.

The owner and the origin a key was entered for are inside what is encrypted and compared when it is opened, so that
a ciphertext moved to another row or another address stays shut. No plaintext stays in a frame that raises.
"""

import json

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from playground.vault.errors import KeyUnreadable, RingUnusable
from playground.vault.models import ApiKey, RingProof
from playground.vault.ring import is_there, newest, ring
from playground.wire.secret import Secret

SENTINEL = b"trial-center"  # kept encrypted beside the keys: proves at start that the ring is the right one


def seal(secret: Secret, *, owner: str, origin: str) -> bytes:
    """Encrypt a key for its owner ("team:7") and its origin (scheme://host:port)."""
    return ring().encrypt(json.dumps({"owner": owner, "origin": origin, "key": secret.reveal()}).encode())


def unseal(sealed: bytes, *, owner: str, origin: str) -> Secret:
    """Open a key. Raises KeyUnreadable when the ring does not open it or it belongs elsewhere."""
    secret = _opened(sealed, owner, origin)
    if secret is None:
        raise KeyUnreadable("key_unreadable", _("The stored key cannot be opened. Enter it again."))
    return secret


def reseal(sealed: bytes) -> bytes:
    """The same plaintext under the newest master key. Raises KeyUnreadable."""
    try:
        return ring().rotate(sealed)
    except InvalidToken:
        raise KeyUnreadable("key_unreadable", _("The stored key cannot be opened. Enter it again.")) from None


def is_newest(sealed: bytes) -> bool:
    """Whether a ciphertext is under the newest master key already."""
    try:
        newest().decrypt(sealed)
    except InvalidToken:
        return False
    return True


def verify_ring() -> None:
    """Prove that the ring opens what earlier starts encrypted; the first start leaves the proof.

    Raises RingUnusable.
    """
    witness = RingProof.objects.values_list("sealed", flat=True).first()
    witness = witness or ApiKey.objects.exclude(sealed=b"").values_list("sealed", flat=True).first()
    if witness is not None and not (is_there() and _opens(bytes(witness))):
        raise RingUnusable(
            "The vault's master key is not the one that the stored keys were encrypted with: put it back into "
            f"{settings.VAULT_KEYS_PATH} or PLAYGROUND_VAULT_KEYS (after the new one, if you rotate)."
        )
    RingProof.objects.get_or_create(pk=1, defaults={"sealed": ring().encrypt(SENTINEL)})


def renew_proof() -> None:
    """Put the proof under the newest master key, so that the older ones may go."""
    RingProof.objects.update_or_create(pk=1, defaults={"sealed": ring().encrypt(SENTINEL)})


def _opened(sealed: bytes, owner: str, origin: str) -> Secret | None:
    try:
        plain = json.loads(ring().decrypt(sealed))
    except (InvalidToken, ValueError):
        return None
    belongs = isinstance(plain, dict) and (plain.get("owner"), plain.get("origin")) == (owner, origin)
    return Secret(plain["key"]) if belongs else None


def _opens(sealed: bytes) -> bool:
    try:
        ring().decrypt(sealed)
    except InvalidToken:
        return False
    return True
