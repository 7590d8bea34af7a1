"""A plaintext API key on its way from the vault to a request header: it hides itself everywhere else. Pure."""

import hmac
from typing import NoReturn


class Secret:
    """Wraps a key so that no log, traceback, repr or pickle shows it. Only `reveal` does.

    Raises ValueError for what can never be in a header: anything but printable ASCII, and spaces (wire protocol,
    section 2.1). The message never holds the value. Empty means: the provider needs no key.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        if not is_sendable(value):
            raise ValueError("a key is printable ASCII without spaces")
        self.__value = value

    def reveal(self) -> str:
        """The plaintext. Called where a header or a ciphertext is made; hold it as short as possible."""
        return self.__value

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash(self.__value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never written anywhere")


def is_sendable(value: str) -> bool:
    """Whether a text can stand in an Authorization header: printable ASCII, no spaces, no line breaks."""
    return value.isascii() and value.isprintable() and " " not in value
