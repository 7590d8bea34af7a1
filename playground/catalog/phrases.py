"""Single texts of the catalog in the reader's language: names of sources, remarks, notes of prices. Called by pages.

A text without a translation stays as it is: an owner's own words, or a file that speaks one language.
"""

from playground.catalog.models import Phrase


class PhraseBook:
    """The phrases of one language, all looked up when the first is asked for."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._told: dict[str, str] | None = None

    def __call__(self, text: str) -> str:
        """The text in the book's language."""
        if self._told is None:
            self._told = dict(Phrase.objects.filter(language=self._language).values_list("text", "told"))
        return self._told.get(text, text)
