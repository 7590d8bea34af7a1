"""Addresses of the usage pages: read, written again, and nonsense passed over."""

import datetime as dt
import zoneinfo
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.web.usage_list import COLUMNS, ORDERS, USUAL, ListWish
from playground.web.usage_wish import NO_KEY, Wish

NOW = dt.datetime(2026, 11, 21, 10, 43, tzinfo=zoneinfo.ZoneInfo("Asia/Shanghai"))
words = st.text(max_size=12)
addresses = st.dictionaries(
    st.sampled_from(["range", "first", "last", "unit", "by", "measure", "show", "model", "person", "key", "status"]),
    st.sampled_from(["7d", "month", "2026-11-03", "2026-02-31", "9999-99-99", "day", "person", "CNY", "failed", "1"])
    | words,
)


@given(addresses)
def test_any_address_is_a_wish_whose_own_address_says_the_same(values: dict[str, str]) -> None:
    wish = Wish.read(values)
    assert Wish.read(dict(parse_qsl(wish.address().removeprefix("?")))) == wish
    period = wish.period(NOW)
    assert period.first < period.end
    assert wish.unit_of(period)
    assert wish.only


@pytest.mark.parametrize("values", [{}, {"range": "ever"}, {"by": "colour"}, {"first": "soon"}, {"practice": "maybe"}])
def test_what_makes_no_sense_is_passed_over(values: dict[str, str]) -> None:
    assert Wish.read(values) == Wish()
    assert Wish.read(values).address() == ""


def test_a_preset_wins_over_days_and_one_day_alone_reaches_until_today() -> None:
    assert Wish.read({"range": "7d", "first": "2026-01-01"}).period(NOW).preset == "7d"
    period = Wish.read({"range": "days", "first": "2026-11-03", "last": ""}).period(NOW)
    assert (period.first.date(), period.last_day) == (dt.date(2026, 11, 3), dt.date(2026, 11, 21))


def test_a_key_without_a_name_can_be_asked_for() -> None:
    assert Wish.read({}).only.key is None
    assert Wish.read({"key": NO_KEY}).only.key == ""
    assert Wish.read({"key": "Team default"}).only.key == "Team default"


@given(
    st.sampled_from([*ORDERS, "colour", ""]),
    st.booleans(),
    st.text(max_size=8),
    st.lists(st.sampled_from([*COLUMNS, "x"])),
)
def test_a_list_comes_back_from_its_address(column: str, descending: bool, page: str, columns: list[str]) -> None:
    asked = ListWish.read({"sort": f"-{column}" if descending else column, "page": page, "fault": "1"}, columns)
    pairs = parse_qsl(asked.address().removeprefix("?"))
    assert ListWish.read(dict(pairs), [value for name, value in pairs if name == "column"]) == asked
    assert asked.columns


def test_a_press_on_a_head_sorts_the_largest_first_then_the_other_way() -> None:
    first = ListWish.read(dict(parse_qsl(ListWish(Wish()).sorted_by("cost")[1:])), ())
    assert (first.sort, first.is_descending, first.columns) == ("cost", True, USUAL)
    second = ListWish.read(dict(parse_qsl(first.sorted_by("cost")[1:])), ())
    assert (second.sort, second.is_descending) == ("cost", False)
