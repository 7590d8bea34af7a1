"""The usage overview: figures, charts with their tables, and the sums by what the charts are stacked by. Plain values.

Eight statements at most, whatever is asked for (tests/integration/web/usage/test_overview.py counts them).
"""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.budgets.measures import TOKENS
from playground.ledger import by_conversation, periods
from playground.ledger.fold import Key, Sum
from playground.ledger.history import CONVERSATION, GROUPS, OTHERS, Behind, History, merged, read
from playground.ledger.periods import Period
from playground.ledger.rates import rate_at
from playground.ledger.spread import ERROR, percentile
from playground.pricing.money import CURRENCIES
from playground.web import access, usage_conversations
from playground.web.chart import stacked
from playground.web.figures import seconds_words
from playground.web.moments import day_words
from playground.web.money import format_money
from playground.web.usage_filters import filters_of, paper_words, values_of
from playground.web.usage_money import (
    Lens,
    amounts_of,
    is_billed,
    money_words,
    rate_words,
    sign_of,
    together,
    unpriced_words,
)
from playground.web.usage_seat import Names, Seat, names_in
from playground.web.usage_wish import NO_KEY, Wish
from playground.web.usage_words import (
    amount_tick,
    bar_label,
    bar_title,
    change_words,
    column_words,
    count_words,
    group_words,
    measure_words,
    pace_change,
    period_words,
    preset_words,
    share_change,
    share_words,
    unit_words,
)

ROWS: Final = 25  # of the table of groups
SERIES: Final = 5  # with a colour of their own; what is left is the sixth, "other"


@dataclass(frozen=True)
class Page:
    """All that the parts of one rendering share."""

    seat: Seat
    wish: Wish
    period: Period
    history: History
    names: Names
    lens: Lens

    @cached_property
    def bars(self) -> list[dict[str, str]]:
        """What the bars of all charts are called, and where they lead."""
        entries = reverse("usage-entries")
        wish = self.wish.address(**dict.fromkeys(("unit", "by", "measure", "range", "first", "last"), ""))
        return [
            {
                "label": bar_label(first, self.unit),
                "title": bar_title(first, end, self.unit),
                "url": entries + _with(wish, _days_of(first, end)),
            }
            for first, end in itertools.pairwise(periods.edges(self.period, self.unit))
        ]

    @cached_property
    def unit(self) -> str:
        """How much time a bar has."""
        return self.wish.unit_of(self.period)

    def link(self, **changes: str) -> str:
        """This page with another wish."""
        return reverse("usage") + self.wish.address(**changes)


def behind_words(behind: Behind) -> dict[str, Any]:
    """Values of `usage/_behind.html`: how far adding up is."""
    return {"done": f"{behind.done:,}", "all": f"{behind.all:,}", "share": share_words(behind.done, behind.all)}


def overview(seat: Seat, wish: Wish, now: dt.datetime) -> dict[str, Any]:
    """Values of `usage/_results.html`. Raises Behind."""
    page = _read(seat, wish, timezone.localtime(now))
    groups, charts = _groups(page), _charts(page)
    filters = filters_of(page.seat, wish, values_of(page.history.keys), page.names)
    rate = {"value": rate_words(page.lens.rate), "date": day_words(page.lens.rate.date)}
    practice = _("With practice") if wish.practice else ""
    return {
        "wish": wish,
        "sees_all": seat.sees_all,
        "team": seat.team.name,
        "period": period_words(page.period),
        "filters": filters,
        "paper": paper_words(seat, period_words(page.period), filters, (practice, f"{rate['value']}, {rate['date']}")),
        "presets": [
            {"name": name, "word": preset_words(name), "is_on": name == page.period.preset} for name in periods.PRESETS
        ],
        "first": page.period.first.date().isoformat(),
        "last": page.period.last_day.isoformat(),
        "units": _choices(page, "unit", periods.units_for(page.period), unit_words, page.unit),
        "groupings": _choices(page, "by", [*GROUPS, CONVERSATION], group_words, wish.group),
        "measures": _choices(page, "measure", ["cost", "requests", "tokens"], measure_words, wish.what),
        "shows": _shows(page),
        "rate": rate,
        "cards": _cards(page),
        "charts": charts,
        "groups": _group_rows(page, groups, charts),
        "group_word": group_words(wish.group),
        "column_word": column_words(wish.group),
        "is_empty": not page.history.now,
        "too_many": _too_many(page),
        "has_any": bool(page.history.keys),
        "entries_url": reverse("usage-entries") + wish.address(unit="", by="", measure=""),
        "export_url": reverse("usage-export", args=["csv"]) + wish.address(unit="", by="", measure=""),
        "unpriced_url": reverse("usage-entries") + _with(wish.address(unit="", by="", measure=""), "unpriced=1"),
        "error": f"{ERROR * 100:.0f}",
        "unsure": f"{ERROR * 200:.0f}",
    }


def _read(seat: Seat, wish: Wish, now: dt.datetime) -> Page:
    period = wish.period(now)
    edges = periods.edges(period, wish.unit_of(period))
    show = "" if wish.show == "billed" else wish.show or seat.user.currency
    lens = Lens(show, rate_at(now.date()))
    before = periods.before(period, now)
    named = partial(_named, wish, lens)
    history = read(seat.scope, wish.only, group=wish.group, edges=edges, before=before, named=named)
    rooms = None
    if wish.group == CONVERSATION and usage_conversations.fits(history):
        history.cells = usage_conversations.cells_of(seat.scope, wish.only, edges, lens.rate)
        rooms = access.conversations(seat.user).filter(pk__in={cell.group for cell in history.cells} - {OTHERS})
    return Page(seat, wish, period, history, names_in(history.keys, rooms), lens)


def _too_many(page: Page) -> str:
    """Why there is no chart by conversation, where there is none."""
    if page.wish.group != CONVERSATION or usage_conversations.fits(page.history):
        return ""
    return _("By conversation a range can have %(most)s entries at most; this one has %(count)s.") % {
        "most": f"{by_conversation.MOST:,}",
        "count": f"{page.history.count:,}",
    }


def _cards(page: Page) -> dict[str, Any]:
    now, before = merged(page.history.now.values()), page.history.before_as_one
    amounts, amounts_before = _amounts(page.history.now), _amounts(page.history.before)
    saved = _amounts(page.history.now, "saved")
    tried = now.succeeded + now.faults
    all_tokens = now.prompt_tokens + now.completion_tokens
    paces = _paces(now, before)
    unpriced = now.unpriced, before.unpriced
    return {
        "cost": money_words(page.lens, amounts, now.unpriced),
        "cost_change": _cost_change(page.lens, amounts, amounts_before, unpriced),
        "before": _before_words(page),
        "requests": f"{now.entries:,}",
        "requests_change": change_words(now.entries, before.entries),
        "success": share_words(now.succeeded, tried),
        "success_change": share_change(now.succeeded, tried, before.succeeded, before.succeeded + before.faults),
        "failed": f"{now.faults:,}" if now.faults else "",
        "tokens": count_words(all_tokens),
        "tokens_change": change_words(all_tokens, before.prompt_tokens + before.completion_tokens),
        "parts": [
            {
                "name": name,
                "word": word,
                "count": f"{(count := getattr(now, f'{name}_tokens')):,}",
                "short": count_words(count),
                "change": change_words(count, getattr(before, f"{name}_tokens")),
            }
            for name, word in (
                ("prompt", _("Prompt")),
                ("cached", _("Cached")),
                ("completion", _("Completion")),
                ("reasoning", _("Reasoning")),
            )
        ],
        "saved": money_words(page.lens, saved, now.unpriced),
        "saved_change": _cost_change(page.lens, saved, _amounts(page.history.before, "saved"), unpriced),
        "cached": count_words(now.cached_tokens),
        "cached_share": share_words(now.cached_tokens, now.prompt_tokens),
        "cached_change": share_change(now.cached_tokens, now.prompt_tokens, before.cached_tokens, before.prompt_tokens),
        "pace": paces[0],
        "paces": paces[1:],
    }


def _pace(total: Sum) -> dict[str, str]:
    """Waits and speeds: the middle, and what one in twenty is worse than."""

    def seconds(percent: int) -> str:
        found = percentile(total.ttft, percent)
        return seconds_words(None if found is None else round(found))

    def speed(percent: int) -> str:
        found = percentile(total.speed, percent)
        return "—" if found is None else f"{found:.0f}"

    return {"ttft_50": seconds(50), "ttft_95": seconds(95), "speed_50": speed(50), "speed_5": speed(5)}


def _paces(now: Sum, before: Sum) -> list[dict[str, Any]]:
    """Waits and speeds, each with what became of it."""
    words = _pace(now)

    def line(name: str, percent: int, word: str) -> dict[str, Any]:
        found, then = (percentile(getattr(total, name), percent) for total in (now, before))
        change = pace_change(found, then, is_wait=name == "ttft")
        return {"word": word, "value": words[f"{name}_{percent}"], "change": change}

    return [
        line("ttft", 50, _("to the first token")),
        line("ttft", 95, _("TTFT P95")),
        line("speed", 50, _("tok/s P50")),
        line("speed", 5, _("tok/s P5")),
    ]


def _amounts(sums: Mapping[Key, Sum], name: str = "cost") -> dict[str, Decimal]:
    return amounts_of(((key.currency, one) for key, one in sums.items()), name)


def _cost_change(
    lens: Lens, amounts: Mapping[str, Decimal], before: Mapping[str, Decimal], unpriced: tuple[int, int]
) -> list[dict[str, str]]:
    """Each currency of both ranges against what it was, with its sign when there are several.

    Where one side is nothing but runs without a price, what it was is not known.
    """
    now, then = lens.seen(amounts), lens.seen(before)
    currencies = [currency for currency in CURRENCIES if currency in now or currency in then]
    found = []
    for currency in currencies:
        pair = now.get(currency, Decimal(0)), then.get(currency, Decimal(0))
        is_known = all(amount or not without for amount, without in zip(pair, unpriced, strict=True))
        change = change_words(*pair) if is_known else None
        if change:
            found.append({**change, "sign": sign_of(currency) if len(currencies) > 1 else ""})
    return found


def _before_words(page: Page) -> str:
    first, end = periods.before(page.period, timezone.localtime())
    return period_words(Period(first, max(end, first + dt.timedelta(microseconds=1))), brief=True)


@dataclass(frozen=True, slots=True)
class Group:
    """One of what bars are stacked by, with all its sums; `weight` is what it cost, seen in one currency."""

    value: str
    word: str
    sums: tuple[tuple[str, Sum], ...]  # each with its currency
    weight: Decimal
    is_rest: bool = False  # all that are not shown by themselves


def _groups(page: Page) -> list[Group]:
    """The most expensive first, of the same cost the busiest; of very many the last one is all others together."""
    found = dict(_sums_by_group(page))
    rest = found.pop(OTHERS, [])
    weighed = sorted(((_weight(page, sums), value) for value, sums in found.items()), reverse=True)
    own = weighed if len(weighed) <= ROWS + 1 else weighed[:ROWS]
    groups = [
        Group(value, page.names.word(page.wish.group, value), tuple(found[value]), weight)
        for (weight, _count), value in own
    ]
    rest += [one for _weight_of, value in weighed[len(own) :] for one in found[value]]
    return [*groups, Group("", _("Other"), tuple(rest), _weight(page, rest)[0], is_rest=True)] if rest else groups


def _sums_by_group(page: Page) -> Mapping[str, list[tuple[str, Sum]]]:
    found: defaultdict[str, list[tuple[str, Sum]]] = defaultdict(list)
    if page.wish.group == CONVERSATION:
        for cell, one in page.history.cells.items():
            found[cell.group].append((cell.currency, one))
    else:
        column = GROUPS[page.wish.group]
        for key, one in page.history.now.items():
            found[str(getattr(key, column))].append((key.currency, one))
    return found


def _weight(page: Page, sums: Sequence[tuple[str, Sum]]) -> tuple[Decimal, int]:
    """For order and share alone, so that both currencies count."""
    return together(amounts_of(sums), "USD", page.lens.rate), sum(one.entries for _currency, one in sums)


Value = Callable[[str, Sum], Decimal | None]  # what is measured of a sum in its currency; None: no amount


def _values(wish: Wish, lens: Lens, now: Mapping[Key, Sum]) -> dict[str, Value]:
    """What is measured by each chart; of costs as billed there is one for each currency, which is its name."""
    if wish.what == "requests":
        return {"": lambda _currency, one: Decimal(one.entries)}
    if wish.what == "tokens":
        return {"": lambda _currency, one: Decimal(_tokens(one))}
    shown = [lens.show] if lens.show else list(lens.seen(_amounts(now))) or [""]
    return {currency: partial(_cost, lens, currency) for currency in shown}


def _cost(lens: Lens, shown: str, billed: str, one: Sum) -> Decimal | None:
    if not is_billed(billed, one):
        return None
    if lens.show:
        return together({billed: one.cost}, lens.show, lens.rate)
    return one.cost if billed == shown else None


def _named(wish: Wish, lens: Lens, now: Mapping[Key, Sum]) -> set[str]:
    """The groups that may have a series of their own in one of the charts."""
    column = GROUPS[wish.group]
    named: set[str] = set()
    for value in _values(wish, lens, now).values():
        parts = [
            (str(getattr(key, column)), value(key.currency, one), _unpriced(wish, one)) for key, one in now.items()
        ]
        named.update(_ranked(parts)[1][: SERIES + 1])
    return named


def _unpriced(wish: Wish, one: Sum) -> int:
    """Runs without a price, for a chart of costs: they are requests, and have their tokens, as any other."""
    return one.unpriced if wish.what == "cost" else 0


def _charts(page: Page) -> list[dict[str, Any]]:
    """One chart; of costs as billed one for each currency."""
    values = _values(page.wish, page.lens, page.history.now)
    if page.wish.what == "cost":
        return [_cost_chart(page, currency, value, alone=len(values) == 1) for currency, value in values.items()]
    chart = _chart(page, "", values[""], count_words, lambda v: f"{v:,.0f}")
    return [{**chart, "daily": _daily(page, TOKENS)} if page.wish.what == "tokens" else chart]


def _cost_chart(page: Page, currency: str, value: Value, *, alone: bool) -> dict[str, Any]:
    def words(amount: Decimal) -> str:
        return format_money(amount, currency) if currency else "—"

    chart = _chart(page, currency, value, lambda tick: amount_tick(tick, currency), words)
    converted = page.lens.is_converted(_amounts(page.history.now))
    return {
        **chart,
        "currency": "" if alone and not converted else currency,
        "is_converted": converted,
        "daily": _daily(page, currency + ("+" if converted else "")),
    }


def _daily(page: Page, measure: str) -> str:
    """What a budget's day is compared with in a chart: what it measures, by day and with nothing left out."""
    return measure if page.unit == "day" and not page.wish.narrows else ""


@dataclass(slots=True)
class Part:
    """What is measured of a part of a chart; `is_known` unless it is nothing but runs without a price."""

    amount: Decimal = Decimal(0)
    is_known: bool = False
    unpriced: int = 0

    def add(self, amount: Decimal | None, unpriced: int) -> None:
        """One more cell; of what has no amount here None."""
        self.amount += amount or 0
        self.is_known |= amount is not None
        self.unpriced += unpriced


def _chart(
    page: Page,
    name: str,
    value: Value,
    tick: Callable[[Decimal], str],
    words: Callable[[Decimal], str],
) -> dict[str, Any]:
    found = [(cell, value(cell.currency, one), _unpriced(page.wish, one)) for cell, one in page.history.cells.items()]
    cells = [one for one in found if one[1] is not None or one[2]] or found
    series, heads = _series(page, [(cell.group, amount, unpriced) for cell, amount, unpriced in cells])
    parts = [[Part() for _head in heads] for _bar in page.bars]
    for cell, amount, unpriced in cells:
        parts[cell.bar][series[cell.group] - 1].add(amount, unpriced)
    drawn = stacked([[part.amount for part in bar] for bar in parts])
    rows = [
        {
            **page.bars[place],
            "has_label": place in drawn.labelled,
            "cells": [words(part.amount) if part.amount else "" for part in bar],
            **_together(bar, words),
        }
        for place, bar in enumerate(parts)
    ]
    whole = _together(itertools.chain.from_iterable(parts), words)
    return {
        "id": f"chart-{name.lower() or page.wish.what}",
        "name": measure_words(page.wish.what),
        "unit": unit_words(page.unit),
        "drawn": drawn,
        "paths": [{"series": head["series"], "d": path} for head, path in zip(heads, drawn.paths, strict=True)],
        "bars": len(parts),
        "scale": [tick(one) for one in drawn.scale],
        "top": f"{drawn.scale[0]:f}",
        "heads": heads,
        "legend": [head for head, path in zip(heads, drawn.paths, strict=True) if path] or heads,
        "rows": rows,
        "totals": [_together(column, words) for column in zip(*parts, strict=True)],
        **whole,
        "in_all": " ".join(filter(None, whole.values())),
    }


def _together(parts: Iterable[Part], words: Callable[[Decimal], str]) -> dict[str, str]:
    """A total and what has no price beside it; of nothing else "—", never 0."""
    total = Part()
    for part in parts:
        total.add(part.amount if part.is_known else None, part.unpriced)
    is_told = total.is_known or not total.unpriced
    return {"total": words(total.amount) if is_told else "—", "unpriced": unpriced_words(total.unpriced)}


Measured = tuple[str, Decimal | None, int]  # a part's group, what is measured of it, its runs without a price


def _series(page: Page, parts: Sequence[Measured]) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """The largest groups of a chart have a series of their own, the others share the last; by what it measures."""
    ordered, drawn = _ranked(parts)
    named = [group for group in drawn if group != OTHERS]
    own = named if len(drawn) <= SERIES + 1 and named == drawn else named[:SERIES]  # a sixth alone needs no "other"
    heads = [{"series": place, "word": page.names.word(page.wish.group, group)} for place, group in enumerate(own, 1)]
    if len(own) < len(drawn):
        heads.append({"series": SERIES + 1, "word": _("Other")})
    last = max(1, len(heads))
    series = {group: min(place, last) for place, group in enumerate(ordered, start=1)}
    return series, heads or [{"series": 1, "word": "—"}]


def _ranked(parts: Iterable[Measured]) -> tuple[list[str], list[str]]:
    """All groups, the largest first, and those of them that a chart shows.

    A group with nothing but runs without a price is shown as well, where there is room: its column counts them.
    """
    sizes: defaultdict[str, Decimal] = defaultdict(Decimal)
    without: set[str] = set()
    for group, amount, unpriced in parts:
        sizes[group] += amount or 0
        without |= {group} if unpriced else set()
    has_part = {group: bool(size) or group in without for group, size in sizes.items()}
    ordered = sorted(sizes, key=lambda group: (group == OTHERS, not has_part[group], -sizes[group], group))
    return ordered, [group for group in ordered if has_part[group]] or ordered[:1]


def _group_rows(page: Page, groups: Sequence[Group], charts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    # The colour of the chart, where there is one that says it.
    colours = {head["word"]: head["series"] for head in charts[0]["heads"]} if len(charts) == 1 else {}
    whole = sum((group.weight for group in groups), Decimal(0))
    rows = []
    for group in groups:
        total = merged(one for _currency, one in group.sums)
        amounts = amounts_of(group.sums)
        rows.append(
            {
                "word": group.word,
                "series": colours.get(group.word, SERIES + 1) if colours else 0,
                "url": _group_url(page, group),
                "is_page": page.wish.group == CONVERSATION and not group.is_rest,  # elsewhere, not this page again
                "requests": f"{total.entries:,}",
                "success": share_words(total.succeeded, total.succeeded + total.faults),
                "prompt": f"{total.prompt_tokens:,}",
                "cached": f"{total.cached_tokens:,}",
                "reasoning": f"{total.reasoning_tokens:,}",
                "completion": f"{total.completion_tokens:,}",
                "cost": money_words(page.lens, amounts, total.unpriced),
                "share": share_words(group.weight, whole),
                "width": round(float(group.weight / groups[0].weight * 100), 1) if groups[0].weight > 0 else 0,
                **_pace(total),
            }
        )
    return rows


def _group_url(page: Page, group: Group) -> str:
    """The overview of one group alone; of a conversation its entries; of the rest of many nothing."""
    if page.wish.group == CONVERSATION:
        own = _with(page.wish.address(unit="", by="", measure=""), f"conversation={group.value}")
        return "" if group.is_rest else reverse("usage-entries") + own
    return "" if group.is_rest else page.link(**{page.wish.group: group.value or NO_KEY})


def _tokens(one: Sum) -> int:
    return one.prompt_tokens + one.completion_tokens


def _days_of(first: dt.datetime, end: dt.datetime) -> str:
    """The range of a bar in an address; of an hour that of its day."""
    return f"first={first.date()}&last={(end - dt.timedelta(microseconds=1)).date()}"


def _choices(
    page: Page, name: str, values: Sequence[str], words: Callable[[str], str], chosen: str
) -> list[dict[str, Any]]:
    return [
        {"name": value, "word": words(value), "url": page.link(**{name: value}), "is_on": value == chosen}
        for value in values
    ]


def _shows(page: Page) -> list[dict[str, Any]]:
    choices = (("billed", _("As billed")), ("CNY", "¥ CNY"), ("USD", "$ USD"))
    chosen = page.lens.show or "billed"
    return [
        {"name": name, "word": word, "url": page.link(show=name), "is_on": name == chosen} for name, word in choices
    ]


def _with(address: str, more: str) -> str:
    return f"{address}&{more}" if address else f"?{more}"
