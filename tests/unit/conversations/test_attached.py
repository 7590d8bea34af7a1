"""Files in front of a message are told from code that somebody typed."""

import pytest

from playground.conversations.attached import AttachedFile, split

CSV = AttachedFile("prices.csv", "month,price\n1,2")


@pytest.mark.parametrize(
    ("message", "files", "typed"),
    [
        ("Which month?", [], "Which month?"),
        ("```prices.csv\nmonth,price\n1,2\n```\n\nWhich month?", [CSV], "Which month?"),
        ("```prices.csv\nmonth,price\n1,2\n```", [CSV], ""),
        ("````a.md\n```py\nx\n```\n````\n\n```prices.csv\nmonth,price\n1,2\n```\n\nGo", [
            AttachedFile("a.md", "```py\nx\n```"), CSV,
        ], "Go"),
        ("```python\nprint(1)\n```\nWhat?", [], "```python\nprint(1)\n```\nWhat?"),
        ("```never.ended\nx", [], "```never.ended\nx"),
        ("See ```prices.csv\n1\n```", [], "See ```prices.csv\n1\n```"),
    ],
)  # fmt: skip
def test_a_message_is_taken_apart_into_files_and_what_was_typed(
    message: str, files: list[AttachedFile], typed: str
) -> None:
    assert split(message) == (files, typed)
