"""Refused: what a user may be told. The root of every domain error above floor 0."""


class Refused(Exception):
    """An act that was refused, with a stable `code` for programs and a `message` for the person.

    The message is shown as it is: it never carries a secret, a stack or another person's data. Floors derive their
    own roots from it (vault.errors.VaultError); web maps it once, to a form error or an error frame.
    """

    def __init__(self, code: str, message: object) -> None:
        super().__init__(code)
        self.code = code
        self._message = message  # may be lazy: translated when it is shown

    @property
    def message(self) -> str:
        """The sentence for the person, in the language that is active now."""
        return str(self._message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
