"""From the columns of a table to the variables of a prompt, and the texts of one row. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playground.folding import fold
from playground.prompts.render import fill, names_in, pieces
from playground.prompts.variables import Kind, Variable, check

LONGEST_NAME: Final = 40  # of a variable, see prompts.render.NAME


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of a variable comes from: the column with this number, or a text that is the same in all rows."""

    column: int | None = None
    text: str = ""

    def to_json(self) -> dict[str, object]:
        """For a row."""
        return {"column": self.column} if self.column is not None else {"text": self.text}


@dataclass(frozen=True, slots=True)
class Prompt:
    """The two texts with their places, and where each variable comes from."""

    system_prompt: str
    text: str
    sources: Mapping[str, Source]

    def texts_for(self, cells: Sequence[str]) -> tuple[str, str]:
        """System prompt and question of a row."""
        values = self.values_for(cells)
        return fill(self.system_prompt, values), fill(self.text, values)

    def values_for(self, cells: Sequence[str]) -> dict[str, str]:
        """The values of a row, by the names of the variables."""
        return {name: value_in(source, cells) for name, source in self.sources.items()}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a row cannot be sent as it is; `column`: the one to blame, "" where there is none."""

    column: str
    sentence: str


def value_in(source: Source, cells: Sequence[str]) -> str:
    """The value that a source has in a row."""
    if source.column is None:
        return source.text
    return cells[source.column] if source.column < len(cells) else ""


def variable_name(column: str) -> str:
    """The column's name as a variable may be called: "Customer name" becomes Customer_name."""
    name = "".join(sign if sign.isalnum() or sign == "_" else "_" for sign in column.strip())
    return f"_{name}"[:LONGEST_NAME] if name[:1].isdecimal() else name[:LONGEST_NAME]


def read_sources(raw: Mapping[str, Mapping[str, object]]) -> dict[str, Source]:
    """Sources as a row holds them."""
    return {
        name: Source(column=column) if isinstance(column := one.get("column"), int) else Source(text=str(one["text"]))
        for name, one in raw.items()
    }


def propose_sources(
    names: Iterable[str], columns: Sequence[str], *, known: Mapping[str, Source], variables: Mapping[str, Variable]
) -> dict[str, Source]:
    """A source for every variable that can have one: what was chosen, else the column of that name, else a default."""
    by_name = {_plain(column): number for number, column in reversed(list(enumerate(columns)))}
    found: dict[str, Source] = {}
    for name in names:
        number = by_name.get(_plain(name))
        if name in known:
            found[name] = known[name]
        elif number is not None:
            found[name] = Source(column=number)
        elif name in variables and (variables[name].default or not variables[name].required):
            found[name] = Source(text=variables[name].default)
    return found


def open_places(prompt: Prompt) -> list[str]:
    """The variables that nothing fills."""
    return [name for name in names_in(prompt.system_prompt, prompt.text) if name not in prompt.sources]


def can_be_flawed(prompt: Prompt, variables: Mapping[str, Variable]) -> bool:
    """Whether some row may be: a prompt with words of its own takes any row, unless a template minds its values."""
    has_words = any(piece.text.strip() for piece in pieces(prompt.text) if not piece.is_place)
    return not has_words or any(name in variables for name in prompt.sources)


def flaw_of(
    prompt: Prompt, cells: Sequence[str], columns: Sequence[str], variables: Mapping[str, Variable]
) -> Flaw | None:
    """What is wrong with a row, if anything: a value that its variable does not take, or nothing left to ask."""
    values = prompt.values_for(cells)
    for name, value in values.items():
        sentence = check(variables.get(name, _free(name)), value)
        if sentence:
            number = prompt.sources[name].column
            return Flaw(name if number is None else columns[number], sentence)
    return None if fill(prompt.text, values).strip() else Flaw("", "")


def _free(name: str) -> Variable:
    """A variable that no template declares takes whatever a cell holds."""
    return Variable(name, kind=Kind.LONG_TEXT, required=False)


def _plain(name: str) -> str:
    return fold(variable_name(name))
