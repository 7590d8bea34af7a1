"""Every deed that is noted has words for the log's readers, and no words wait for a deed that nobody notes."""

import re
from pathlib import Path

from playground.web.audit_words import known_deeds

PLAYGROUND = Path(__file__).resolve().parents[2] / "playground"
NOTED = re.compile(r'"([a-z]+\.[a-z]+(?:_[a-z]+)*)"')


def noted() -> set[str]:
    """Names of deeds in modules that note any."""
    sources = [path.read_text(encoding="utf-8") for path in PLAYGROUND.rglob("*.py") if path.name != "audit_words.py"]
    named = {name for source in sources if "audit.note(" in source for name in NOTED.findall(source)}
    return {name for name in named if not name.endswith((".html", ".txt"))}


def test_every_deed_that_is_noted_has_words() -> None:
    assert noted() == {name for name, _words in known_deeds()}
