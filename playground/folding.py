"""Text as a search compares it. Beside the floors, because conversations and prompt templates both search. Pure."""

import unicodedata


def fold(text: str) -> str:
    """Full width as half width, capitals as small letters: what is alike for a reader becomes equal."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
