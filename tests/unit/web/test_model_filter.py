"""What an address of the catalog means: filters, order, and the way back into an address."""

from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.web.model_filter import COLUMNS, CONTEXTS, FEATURES, Filter, Line, places, searchable

LINES = [
    Line(
        searchable(["GLM-4.5-Air", "BigModel", "总结会议"]),
        frozenset({"thinking", "tools"}),
        128_000,
        "bigmodel",
        {"ttft": 400},
    ),
    Line(searchable(["GLM-5.3", "Z.ai", "1M context"]), frozenset({"thinking"}), 1_000_000, "zai", {"ttft": None}),
    Line(searchable(["GLM-4-Long"]), frozenset(), None, "zai", {"ttft": 200}),
]


def read(**values: str) -> Filter:
    return Filter.read(values, values.get("feature", "").split())


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (read(), [0, 1, 2]),
        (read(q="air"), [0]),
        (read(q="ＧＬＭ－４．５"), [0]),
        (read(q="总结"), [0]),
        (read(q="context z.ai"), [1]),
        (read(q="context bigmodel"), []),
        (read(feature="thinking"), [0, 1]),
        (read(feature="thinking tools"), [0]),
        (read(context="128000"), [0, 1]),
        (read(context="1000000"), [1]),
        (read(provider="zai"), [1, 2]),
        (read(provider="nobody"), []),
        (read(q="glm", provider="zai", feature="thinking"), [1]),
    ],
)
def test_only_what_fits_is_found(wish: Filter, found: list[int]) -> None:
    assert places(LINES, wish) == found


@pytest.mark.parametrize(("sort", "order"), [("ttft", [2, 0, 1]), ("-ttft", [0, 2, 1]), ("success", [0, 1, 2])])
def test_what_is_not_known_stands_last_either_way(sort: str, order: list[int]) -> None:
    assert places(LINES, read(sort=sort)) == order


def test_amounts_are_sorted_as_numbers() -> None:
    amounts = [Decimal("0.10"), Decimal(2), None, Decimal("0.02"), Decimal(0)]
    lines = [Line("", frozenset(), None, "", {"input": amount}) for amount in amounts]
    assert places(lines, read(sort="input")) == [4, 3, 0, 1, 2]
    assert places(lines, read(sort="-input")) == [1, 0, 3, 4, 2]


@pytest.mark.parametrize(
    "values",
    [{"sort": "nonsense"}, {"sort": "-"}, {"context": "7"}, {"context": "x"}, {"tier": "V9"}, {"feature": "magic"}],
)
def test_what_makes_no_sense_in_an_address_is_passed_over(values: dict[str, str]) -> None:
    assert read(**values) == Filter()
    assert read(**values).address == ""


def test_a_press_on_a_column_sorts_it_as_it_suits_and_the_next_one_turns_it_round() -> None:
    assert [Filter().sorted_by(column).order for column in ("ttft", "speed")] == ["ttft", "-speed"]
    assert Filter().sorted_by("ttft").sorted_by("ttft").order == "-ttft"
    assert Filter().sorted_by("speed").sorted_by("speed").order == "speed"
    assert Filter().sorted_by("speed").sorted_by("ttft").order == "ttft"


@given(
    st.builds(
        Filter,
        query=st.text(max_size=40).map(str.strip),
        features=st.sets(st.sampled_from(FEATURES)).map(lambda names: tuple(n for n in FEATURES if n in names)),
        context=st.sampled_from((0, *CONTEXTS)),
        provider=st.sampled_from(("", "zai", "custom-00ff")),
        tier=st.sampled_from(("", "V0", "V3")),
        sort=st.sampled_from(tuple(COLUMNS)),
        is_descending=st.booleans(),
    )
)
def test_an_address_says_all_there_is_to_a_filter(wish: Filter) -> None:
    stated = parse_qs(wish.address.removeprefix("?"), keep_blank_values=True)
    again = Filter.read({name: values[0] for name, values in stated.items()}, stated.get("feature", []))
    assert again == wish
