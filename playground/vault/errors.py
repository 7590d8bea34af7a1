"""What the vault refuses. VaultError is a Refused: its sentence may be shown.

VaultError
├── KeyRejected      what was pasted cannot be a key                  bad_key
├── AddressRejected  a base URL that keys are not bound to            bad_address, private_address, key_needed
└── KeyUnreadable    stored under another master key, or moved        key_unreadable, key_needed

RingUnusable is for whoever starts the server: the master keys are gone, damaged or not the right ones.
"""

from playground.errors import Refused


class VaultError(Refused):
    """Root of what the vault refuses."""


class KeyRejected(VaultError):
    """What was pasted cannot be a key."""


class AddressRejected(VaultError):
    """A base URL that no key can be bound to."""


class KeyUnreadable(VaultError):
    """The stored key cannot be opened, or it was stored for another address."""


class RingUnusable(Exception):
    """The master keys cannot be used; the server must not start. The message says why in one sentence."""
