"""Two texts side by side, by lines and by words."""

from hypothesis import given
from hypothesis import strategies as st

from playground.prompts.diff import Part, Row, Side, compare, count, unified

TEXTS = st.text(alphabet=st.sampled_from(list("ab \n会议.")), max_size=60)


def text_of(sides: list[Side | None]) -> str:
    return "\n".join("".join(part.text for part in side.parts) for side in sides if side)


def test_changed_words_are_marked_within_their_line() -> None:
    (row,) = compare("Summarise the transcript below.", "Summarise the notes below.")
    assert row.left == Side(1, (Part("Summarise the "), Part("transcript", True), Part(" below.")))
    assert row.right == Side(1, (Part("Summarise the "), Part("notes", True), Part(" below.")))


def test_chinese_is_compared_sign_by_sign() -> None:
    (row,) = compare("总结会议记录。", "总结访谈记录。")
    assert row.right == Side(1, (Part("总结"), Part("访谈", True), Part("记录。")))


def test_lines_that_came_stand_alone() -> None:
    rows = compare("1. Agenda\n3. Risks", "1. Agenda\n2. Decisions\n3. Risks")
    assert [row.same for row in rows] == [True, False, True]
    assert rows[1] == Row(None, Side(2, (Part("2. Decisions"),)), same=False)
    assert rows[2] == Row(Side(2, (Part("3. Risks"),)), Side(3, (Part("3. Risks"),)), same=True)
    assert count(rows) == (1, 0)


def test_lines_with_nothing_in_common_are_marked_whole() -> None:
    (row,) = compare("abc def", "完全不同")
    assert row.left == Side(1, (Part("abc def"),))


def test_one_column_has_what_went_before_what_came() -> None:
    rows = compare("a\nold one\nold two\nz", "a\nnew one\nnew two\nnew three\nz")
    assert [(sign, text_of([side])) for sign, side, _row in filter(None, unified(rows))] == [
        ("", "a"),
        ("-", "old one"),
        ("-", "old two"),
        ("+", "new one"),
        ("+", "new two"),
        ("+", "new three"),
        ("", "z"),
    ]


@given(left=TEXTS, right=TEXTS)
def test_both_texts_are_whole_on_their_sides(left: str, right: str) -> None:
    rows = compare(left, right)
    assert text_of([row.left for row in rows]) == left
    assert text_of([row.right for row in rows]) == right
    numbers = [row.left.number for row in rows if row.left], [row.right.number for row in rows if row.right]
    assert all(found == list(range(1, len(found) + 1)) for found in numbers)


@given(TEXTS)
def test_nothing_changed_is_nothing_marked(text: str) -> None:
    assert all(row.same for row in compare(text, text))
    assert count(compare(text, text)) == (0, 0)


def test_very_long_texts_are_compared_by_lines_only() -> None:
    rows = compare("word " * 5_000, "other " * 5_000)
    assert [part.changed for row in rows for part in row.left.parts if row.left] == [False]


def test_one_column_leaves_out_what_is_far_from_a_change() -> None:
    left = "\n".join(map(str, range(20)))
    rows = compare(left, left.replace("10", "ten"))
    signs = ["gap" if line is None else line[0] + text_of([line[1]]) for line in unified(rows)]
    assert signs == ["gap", "7", "8", "9", "-10", "+ten", "11", "12", "13", "gap"]
    assert unified(compare(left, left)) == []
