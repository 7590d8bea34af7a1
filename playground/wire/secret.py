"""A plaintext API key on its way from the vault to a request header: it hides itself everywhere else."""

import hmac
from typing import NoReturn


class Secret:
    """Wraps a key so that no log, traceback or repr shows it. Only `reveal` does, called where the header is made."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The plaintext. Hold it as short as possible."""
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
