"""Reasoning over a pasted table or a series of numbers: totals, averages, extremes and changes, really calculated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from playground.sandbox.answers.arithmetic import show
from playground.sandbox.answers.question import Answer, Question, bullets, shorten, table

_NUMBER = re.compile(r"[-+−]?\s*[$¥€£]?\s*[-+−]?\d[\d,]*(?:\.\d+)?\s*(%|k|m|万|亿|元|kg|km|h|s|ms|tps)?", re.I)
_RULE = re.compile(r"^\s*\|?[\s:|-]*-{2,}[\s:|-]*$")
_VALUE = r"-?\d{1,15}(?:\.\d{1,9})?"
_SERIES = re.compile(rf"(?<![\w.]){_VALUE}(?:\s{{0,3}}[,，、;；]\s{{0,3}}{_VALUE}){{2,}}(?![\w.])")
_SERIES_ASKED = (
    *("average", "mean", "sum", "total", "median", "series", "prices", "numbers", "data", "trend", "volatility"),
    *("maximum", "minimum", "largest", "smallest", "sort", "closing", "values"),
    *("平均", "求和", "总和", "合计", "中位", "数列", "价格", "数据", "趋势", "波动", "最大", "最小", "排序", "收盘"),
)
_MAX_CELL = 30
_MAX_ROWS = 200
_MAX_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Grid:
    """A table found in a prompt."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def numeric_columns(self) -> list[int]:
        return [place for place in range(1, len(self.header)) if self._is_numeric(place)] or (
            [0] if self._is_numeric(0) else []
        )

    def column(self, place: int) -> list[Fraction | None]:
        return [number(row[place]) if place < len(row) else None for row in self.rows]

    def _is_numeric(self, place: int) -> bool:
        values = self.column(place)
        return bool(values) and sum(value is not None for value in values) * 2 > len(values)


def number(cell: str) -> Fraction | None:
    """Read a table cell as a number; currency signs, thousands separators and a unit are allowed."""
    text = cell.strip()
    if len(text) > _MAX_CELL or not _NUMBER.fullmatch(text):
        return None
    digits = re.sub(r"[^\d.]", "", text)
    return -Fraction(digits) if "-" in text or "−" in text else Fraction(digits)


def find_grid(text: str) -> Grid | None:
    """Return the first Markdown, tab- or comma-separated table of the prompt."""
    for separator in ("|", "\t", ",", "，"):
        lines = _block([line for line in text.splitlines() if not _RULE.match(line)], separator)
        if len(lines) >= 3 or (len(lines) == 2 and separator in ("|", "\t")):
            grid = Grid(lines[0], tuple(lines[1 : _MAX_ROWS + 1]))
            if grid.numeric_columns():
                return grid
    return None


def answer(question: Question) -> Answer | None:
    """Answer over a table if there is one, else over a listed series of numbers."""
    grid = find_grid(question.text)
    if grid is not None:
        return _over_grid(question, grid)
    series = _SERIES.search(question.text)
    if series is not None and question.asks(*_SERIES_ASKED):
        values = [Fraction(piece) for piece in re.findall(_VALUE, series[0])]
        return _over_series(question, values[:_MAX_ROWS])
    return None


def _block(lines: Sequence[str], separator: str) -> list[tuple[str, ...]]:
    """Return the longest run of lines with the same number of cells (two or more)."""
    best: list[tuple[str, ...]] = []
    run: list[tuple[str, ...]] = []
    for line in [*lines, ""]:
        cells = _cells(line, separator)
        if not run or len(cells) != len(run[0]):
            best = run if len(run) > len(best) else best
            run = []
        if 2 <= len(cells) <= _MAX_COLUMNS:
            run.append(cells)
    return best if len(best) >= len(run) else run


def _cells(line: str, separator: str) -> tuple[str, ...]:
    if separator not in line:
        return ()
    bare = line.strip().strip("|") if separator == "|" else line.strip()
    return tuple(cell.strip() for cell in bare.split(separator))


def _over_grid(question: Question, grid: Grid) -> Answer:
    say = question.say
    header = [
        say("Column", "列"),
        say("Total", "合计"),
        say("Average", "平均"),
        say("Highest", "最高"),
        say("Lowest", "最低"),
    ]
    rows, findings = [], []
    for place in grid.numeric_columns():
        labelled = [
            (row[0] if place else f"#{at}", value)
            for at, (row, value) in enumerate(zip(grid.rows, grid.column(place), strict=True), 1)
            if value is not None
        ]
        name = grid.header[place] or f"#{place + 1}"
        rows.append(_summary_row(name, labelled))
        findings += _findings(question, name, labelled)
    count = len(grid.rows)
    head = say(f"The table has {count} rows. Calculated from it:", f"表格共 {count} 行，计算结果如下：")
    direct = _asked_for(question, grid)
    head = f"{direct}\n\n{head}" if direct else head
    content = f"{head}\n\n{table(header, rows)}\n\n{say('What stands out:', '值得注意：')}\n\n{bullets(findings)}"
    columns = "、".join(grid.header) if question.chinese else ", ".join(grid.header)
    return Answer(
        content,
        (
            say(f"There is a table with the columns {columns}.", f"题目里有一张表，列为：{columns}。"),
            say("I add up every numeric column and look for the extremes.", "逐列求和，并找出最大值与最小值。"),
            *(say(f"Noted: {finding}", f"记录：{finding}") for finding in findings[:6]),
        ),
    )


def _asked_for(question: Question, grid: Grid) -> str:
    """Answer a direct question for the highest or lowest row of a column, the named one or the first."""
    top = question.asks("best", "highest", "most", "largest", "maximum", "top", "最大", "最高", "最多", "最好")
    low = question.asks("worst", "lowest", "least", "smallest", "minimum", "最小", "最低", "最少", "最差")
    columns = grid.numeric_columns()
    if top == low or columns == [0]:
        return ""
    cells = set(grid.header).union(*grid.rows)
    asked = " ".join(line for line in question.text.lower().splitlines() if not _is_row(line, cells))
    named = [place for place in columns if grid.header[place].lower() in asked]
    place = (named or columns)[0]
    rows = [(row[0], value) for row, value in zip(grid.rows, grid.column(place), strict=True) if value is not None]
    found = (max if top else min)(rows, key=lambda pair: pair[1])
    return question.say(
        f"By {grid.header[place]} it is **{found[0]}** with {show(found[1])}.",
        f"按“{grid.header[place]}”看，是 **{found[0]}**（{show(found[1])}）。",
    )


def _is_row(line: str, cells: set[str]) -> bool:
    """Is this line part of the table rather than of the question?"""
    known = {cell.lower() for cell in cells}
    pieces = [piece.strip() for piece in re.split(r"[|,，\t]", line) if piece.strip()]
    return not pieces or all(piece in known or not piece.strip("-: ") for piece in pieces)


def _summary_row(name: str, labelled: Sequence[tuple[str, Fraction]]) -> list[str]:
    values = [value for _, value in labelled]
    top, low = max(labelled, key=lambda pair: pair[1]), min(labelled, key=lambda pair: pair[1])
    total = sum(values, Fraction(0))
    return [
        name,
        show(total),
        show(round(total / len(values), 4)),
        f"{show(top[1])} ({shorten(top[0], 24)})",
        f"{show(low[1])} ({shorten(low[0], 24)})",
    ]


def _findings(question: Question, name: str, labelled: Sequence[tuple[str, Fraction]]) -> list[str]:
    say = question.say
    total = sum((value for _, value in labelled), Fraction(0))
    top = max(labelled, key=lambda pair: pair[1])
    found = []
    if total > 0 and top[1] > 0:
        share = show(round(top[1] / total * 100, 1))
        found.append(
            say(
                f"**{name}**: {top[0]} is the largest with {share}% of the total.",
                f"**{name}**：{top[0]} 最大，占合计的 {share}%。",
            )
        )
    first, last = labelled[0], labelled[-1]
    if first[1] != 0 and len(labelled) > 1:
        change = round((last[1] - first[1]) / abs(first[1]) * 100, 1)
        sign = "+" if change > 0 else ""
        found.append(
            say(
                f"**{name}**: from {first[0]} ({show(first[1])}) to {last[0]} ({show(last[1])}): "
                f"{sign}{show(change)}%.",
                f"**{name}**：从 {first[0]}（{show(first[1])}）到 {last[0]}（{show(last[1])}）："
                f"{sign}{show(change)}%。",
            )
        )
    return found


def _over_series(question: Question, values: Sequence[Fraction]) -> Answer:
    say = question.say
    total, ordered, count = sum(values, Fraction(0)), sorted(values), len(values)
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    mean = total / count
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / count
    spread = round(Fraction(str(float(variance) ** 0.5)), 4)
    rows = [
        [say("Count", "个数"), str(count)],
        [say("Sum", "总和"), show(total)],
        [say("Mean", "平均值"), show(round(mean, 4))],
        [say("Median", "中位数"), show(middle)],
        [say("Smallest / largest", "最小 / 最大"), f"{show(ordered[0])} / {show(ordered[-1])}"],
        [say("Standard deviation", "标准差"), show(spread)],
    ]
    lines = [table([say("Figure", "指标"), say("Value", "数值")], rows)]
    if values[0] != 0:
        change = round((values[-1] - values[0]) / abs(values[0]) * 100, 2)
        trend = say("rising", "上升") if change > 0 else say("falling", "下降") if change < 0 else say("flat", "持平")
        lines.append(
            say(
                f"From the first to the last value: **{show(change)}%** ({trend}). The step-by-step changes: ",
                f"从第一个到最后一个值：**{show(change)}%**（{trend}）。逐步变化：",
            )
            + ", ".join(_step(left, right) for left, right in pairwise(values))
        )
    lines.append(say("Sorted: ", "排序后：") + ", ".join(show(value) for value in ordered))
    return Answer(
        "\n\n".join(lines),
        (
            say(f"A series of {count} numbers.", f"一组共 {count} 个数字。"),
            say(
                f"Their sum is {show(total)}, so the mean is {show(round(mean, 4))}.",
                f"总和 {show(total)}，平均 {show(round(mean, 4))}。",
            ),
            say("The spread tells how restless they are.", "标准差反映波动程度。"),
        ),
    )


def _step(left: Fraction, right: Fraction) -> str:
    change = right - left
    return ("+" if change > 0 else "") + show(change)
