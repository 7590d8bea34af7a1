"""What a conversation is called before anybody names it."""

import pytest

from playground.conversations.titles import LENGTH, title_of

CSV = "```prices.csv\nmonth,price\n1,2\n```"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  First line \nsecond", "First line"),
        (f"{CSV}\n\nWhich month was dear?\nAnd why?", "Which month was dear?"),
        (f"{CSV}\n\n````notes.md\n```py\nx\n```\n````\n\n哪个月贵？", "哪个月贵？"),
        (CSV, "prices.csv"),
        (f"{CSV}\n\n```log.txt\nx\n```", "prices.csv, log.txt"),
        ("```python\nprint(1)\n```\nWhat is this?", "```python"),  # typed, no file: it stays as it is
        ("```never.ended\nx", "```never.ended"),
    ],
)
def test_a_conversation_is_called_after_what_was_typed_and_not_after_its_files(text: str, title: str) -> None:
    assert title_of(text) == title


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    assert title_of("word " * 40) == "word " * 15 + "word…"
    assert len(title_of("x" * 500)) == LENGTH
