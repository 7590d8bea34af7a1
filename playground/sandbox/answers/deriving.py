"""Figures that a table does not hold but implies: profit, margin, and what something earns per hour or piece."""

from fractions import Fraction

from playground.sandbox.answers.arithmetic import show
from playground.sandbox.answers.figures import Grid, find_grid
from playground.sandbox.answers.question import Answer, Question, mentions, table

_GAINS = ("price", "revenue", "sales", "income", "turnover", "售价", "价格", "单价", "收入", "销售额", "营收")
_COSTS = ("cost", "costs", "expense", "expenses", "spend", "成本", "费用", "支出")
_UNITS = (
    ("hour", ("hour", "hours", "h", "小时", "工时", "时长")),
    ("day", ("day", "days", "天", "天数")),
    ("person", ("person", "people", "staff", "人数", "人")),
    ("unit", ("unit", "units", "quantity", "pieces", "数量", "件数")),
)
_ASKED = (
    *("earn", "earns", "profit", "profitable", "margin", "per hour", "per day", "per person", "per unit", "net"),
    *("利润", "赚", "每小时", "每天", "人均", "盈利", "毛利", "净"),
)


def answer(question: Question) -> Answer | None:
    """Derive profit, and profit per unit of time or number where the table has such a column."""
    grid = find_grid(question.text)
    if grid is None or not question.asks(*_ASKED):
        return None
    gain, cost = _column(grid, _GAINS), _column(grid, _COSTS)
    if gain is None or cost is None:
        return None
    per = next((_column(grid, words) for unit, words in _UNITS if _is_asked(question, unit, words)), None)
    rows = _derived(grid, gain, cost, per)
    return _told(question, grid, (gain, cost, per), rows) if rows else None


def _column(grid: Grid, names: tuple[str, ...]) -> int | None:
    return next((place for place in grid.numeric_columns() if mentions(grid.header[place], *names)), None)


def _is_asked(question: Question, unit: str, words: tuple[str, ...]) -> bool:
    return question.asks(f"per {unit}", *(f"每{word}" for word in words), *(f"每个{word}" for word in words))


def _derived(grid: Grid, gain: int, cost: int, per: int | None) -> list[tuple[str, Fraction, Fraction]]:
    """Return (label, profit, profit per unit) of each row that has all figures."""
    rows = []
    for row, came, went, units in zip(
        grid.rows,
        grid.column(gain),
        grid.column(cost),
        grid.column(per) if per is not None else grid.column(gain),
        strict=True,
    ):
        if came is not None and went is not None and units:
            profit = came - went
            rows.append((row[0], profit, profit / units if per is not None else profit))
    return rows


def _told(
    question: Question, grid: Grid, places: tuple[int, int, int | None], rows: list[tuple[str, Fraction, Fraction]]
) -> Answer:
    say = question.say
    gain, cost = grid.header[places[0]], grid.header[places[1]]
    per = grid.header[places[2]] if places[2] is not None else ""
    name = say(f"profit per {per.rstrip('s')}", f"每{per}利润") if per else say("profit", "利润")
    above = f"\\text{{{gain}}} - \\text{{{cost}}}"
    formula = (
        f"$$\\text{{{name}}} = \\frac{{{above}}}{{\\text{{{per}}}}}$$" if per else f"$$\\text{{{name}}} = {above}$$"
    )
    header = [grid.header[0], f"{gain} − {cost}", *([name] if per else [])]
    cells = [[label, show(profit), *([show(round(value, 4))] if per else [])] for label, profit, value in rows]
    best = max(rows, key=lambda row: row[2])
    worst = min(rows, key=lambda row: row[2])
    return Answer(
        f"{formula}\n\n{table(header, cells)}\n\n"
        + say(
            f"**{best[0]}** comes first with **{show(round(best[2], 4))}**; {worst[0]} comes last with "
            f"{show(round(worst[2], 4))}.",
            f"**{best[0]}** 最高，为 **{show(round(best[2], 4))}**；{worst[0]} 最低，为 {show(round(worst[2], 4))}。",
        ),
        (
            say(f"The question is about {name}.", f"问的是{name}。"),
            say(
                f"It follows from {gain}, {cost}" + (f" and {per}." if per else "."),
                f"由{gain}、{cost}" + (f"和{per}" if per else "") + "得出。",
            ),
            *(
                say(f"{label}: {show(round(value, 4))}.", f"{label}：{show(round(value, 4))}。")
                for label, _, value in rows[:8]
            ),
        ),
    )
