"""How many prompt tokens each row will be, without filling the texts: a sum of what was counted before. Pure.

The cells were counted when the table came in, so that ten thousand rows are weighed anew with every change of the
prompt.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from playground.batches.places import Prompt
from playground.conversations.transcript import TOKENS_PER_MESSAGE
from playground.prompts.render import pieces
from playground.wire.tokens import estimate_tokens


def cell_tokens(cells: Iterable[str]) -> list[int]:
    """A number for every cell of a row."""
    return [estimate_tokens(cell) for cell in cells]


def prompt_tokens(prompt: Prompt, rows: Iterable[Sequence[int]]) -> Iterator[int]:
    """The prompt tokens of rows, given the numbers of their cells: an estimate."""
    fixed, columns = _parts(prompt)
    for weights in rows:
        yield fixed + sum(weights[column] * times for column, times in columns.items() if column < len(weights))


def _parts(prompt: Prompt) -> tuple[int, "Counter[int]"]:
    """What is the same in all rows, and how often each column is filled in."""
    fixed, columns = 0, Counter[int]()
    for text in (prompt.system_prompt, prompt.text):
        rest = [""]
        for piece in pieces(text):
            source = prompt.sources.get(piece.text.strip("{} \t")) if piece.is_place else None
            if source is None:
                rest.append(piece.text)
            elif source.column is None:
                rest.append(source.text)
            else:
                columns[source.column] += 1
        fixed += estimate_tokens("".join(rest)) + (TOKENS_PER_MESSAGE if text.strip() else 0)
    return fixed, columns
