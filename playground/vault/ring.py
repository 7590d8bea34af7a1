"""The ring of master keys: from PLAYGROUND_VAULT_KEYS, else from a file in the data folder. Newest key first.

The file is read at every use, so that a running server follows a rotation.
"""

import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from playground.vault.errors import RingUnusable


def ring() -> MultiFernet:
    """The ring in use. Encrypts with the newest key, decrypts with any. Raises RingUnusable."""
    return _ring(_keys())


def newest() -> Fernet:
    """The key that everything is encrypted with from now on. Raises RingUnusable."""
    return _fernets(_keys())[0]


def is_there() -> bool:
    """Whether there are master keys already; asking makes none."""
    return bool(settings.VAULT_KEYS) or _path().exists()


def add_key() -> None:
    """Put a new master key in front of the file's. Raises RingUnusable where the ring comes from the environment."""
    if settings.VAULT_KEYS:
        raise RingUnusable("The ring comes from PLAYGROUND_VAULT_KEYS: put the new key in front of the old ones there.")
    content = Fernet.generate_key().decode() + "\n" + _keys().strip() + "\n"
    _written(_path(), content).replace(_path())


def _keys() -> str:
    if settings.VAULT_KEYS:
        return str(settings.VAULT_KEYS)
    path = _path()
    try:
        return path.read_text()
    except FileNotFoundError:
        _make(path)
        return path.read_text()


def _path() -> Path:
    return Path(settings.VAULT_KEYS_PATH)


def _make(path: Path) -> None:
    """Write the first master key; of two processes the first wins, and nobody ever reads half a file."""
    written = _written(path, Fernet.generate_key().decode() + "\n")
    try:
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        written.unlink()


def _written(path: Path, content: str) -> Path:
    """A new file beside `path` that only its owner can read."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # keys encrypted under it must not outlive it
    return Path(name)


@lru_cache(maxsize=4)
def _ring(keys: str) -> MultiFernet:
    return MultiFernet(_fernets(keys))


def _fernets(keys: str) -> list[Fernet]:
    words = keys.replace(",", " ").split()
    try:
        fernets = [Fernet(word) for word in words]
    except ValueError:
        fernets = []
    if not fernets:
        source = "PLAYGROUND_VAULT_KEYS" if settings.VAULT_KEYS else str(settings.VAULT_KEYS_PATH)
        raise RingUnusable(f"{source}: each master key of the vault is 32 bytes in URL-safe base64.")
    return fernets
