"""`<think>` at the start of an answer: whatever the cuts, no reasoning in the answer and no answer in the reasoning."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.wire.events import Event, Reclassified
from playground.wire.thinking import BLANKS_AT_MOST, ThinkSplitter
from tests.unit.wire.replay import text_of

# What the model wrote -> reasoning content, content.
FIXTURES = {
    # an opener at the start
    "<think>a</think>b": ("a", "b"),
    "<think>\na\n</think>\nb": ("a", "b"),
    "<think>\r\na\r\n</think>\r\nb": ("a", "b"),
    "<think>\n\na\n\n</think>\n\n\nb": ("\na", "b"),
    "<think>a\n\nb\n</think>\n\nc\n\nd\n": ("a\n\nb", "c\n\nd\n"),
    " \n\t<think>a</think>b": ("a", "b"),
    "\ufeff<think>a</think>b": ("", "\ufeff<think>a</think>b"),
    "\u3000<think>想</think>答": ("想", "答"),
    "<think></think>b": ("", "b"),
    "<think>\n</think>b": ("", "b"),
    "<think>\n\n</think>\n\nb": ("", "b"),
    "<think> </think> b": (" ", " b"),
    "<think>a</think>": ("a", ""),
    "<think>a</think>\n\n": ("a", ""),
    "<think>a</think> \nb": ("a", " \nb"),
    # never closed
    "<think>": ("", ""),
    "<think>\n": ("", ""),
    "<think>a": ("a", ""),
    "<think>a\n": ("a\n", ""),
    "<think>a</think": ("a</think", ""),
    "<think>a</": ("a</", ""),
    "<think>a<": ("a<", ""),
    # what looks like a tag inside
    "<think>a < b </thin> c </think>d": ("a < b </thin> c ", "d"),
    "<think>a <think> b</think>c": ("a <think> b", "c"),
    "<think><</think>c": ("<", "c"),
    "<think></thi</think>c": ("</thi", "c"),
    "<think>\n\n<\n\n</think>c": ("\n<", "c"),
    "<think>a</think>b</think>c": ("a", "b</think>c"),
    "<think>a</think><think>b</think>c": ("a", "<think>b</think>c"),
    "<think>a</think>see <think>x</think>": ("a", "see <think>x</think>"),
    # no tag at the start
    "": ("", ""),
    "b": ("", "b"),
    " b": ("", " b"),
    "\n": ("", "\n"),
    "  \n": ("", "  \n"),
    "<": ("", "<"),
    "<thin": ("", "<thin"),
    "<thinking>b</thinking>": ("", "<thinking>b</thinking>"),
    "<Think>b</Think>": ("", "<Think>b</Think>"),
    "< think>b": ("", "< think>b"),
    "<b>1</b> < 2": ("", "<b>1</b> < 2"),
    "Use <think> first": ("", "Use <think> first"),
    "Use <think>x</think> tags": ("", "Use <think>x</think> tags"),
    "```\n<think>x</think>\n```": ("", "```\n<think>x</think>\n```"),
    # a closer without its opener
    "a</think>b": ("a", "b"),
    "a\n</think>\n\nb": ("a\n", "b"),
    "</think>b": ("", "b"),
    "\n</think>\n\nb": ("\n", "b"),
    "a</think>": ("a", ""),
    "a</think>b</think>c": ("a", "b</think>c"),
    "想\n</think>\n答": ("想\n", "答"),
    # a closer that is spoken about
    "`</think>` ends it": ("", "`</think>` ends it"),
    "```xml\n</think>\n```\nends it": ("", "```xml\n</think>\n```\nends it"),
    "`a` and `</think>` end": ("", "`a` and `</think>` end"),
    "`a` b</think>c": ("`a` b", "c"),
    "a </thinks> b": ("", "a </thinks> b"),
}


def split(*pieces: str) -> tuple[str, str]:
    splitter = ThinkSplitter()
    events: list[Event] = []
    for piece in pieces:
        events += splitter.feed(piece)
    events += splitter.finish()
    content, reasoning = text_of(events)
    return reasoning, content


def test_there_are_enough_fixtures() -> None:
    assert len(FIXTURES) >= 40


@pytest.mark.parametrize("text", FIXTURES)
def test_a_text_is_divided_alike_at_every_cut(text: str) -> None:
    assert split(text) == FIXTURES[text]
    assert split(*text) == FIXTURES[text]
    for at in range(len(text) + 1):
        assert split(text[:at], text[at:]) == FIXTURES[text]


@pytest.mark.parametrize("text", FIXTURES)
def test_a_text_is_divided_alike_at_random_cuts(text: str) -> None:
    dice = random.Random(text)
    for _ in range(100):
        cuts = sorted(dice.choices(range(len(text) + 1), k=dice.randint(2, 8)))
        pieces = [text[start:end] for start, end in itertools.pairwise([0, *cuts, len(text)])]
        assert split(*pieces) == FIXTURES[text]


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "</", "th", "ink>", "`", "\n", " ", "a", "答"]), max_size=14),
    st.lists(st.integers(0, 60), max_size=8),
)
def test_any_text_is_divided_alike_at_any_cuts(words: list[str], cuts: list[int]) -> None:
    text = "".join(words)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    assert split(*pieces) == split(text) == split(*text)


@given(st.text(max_size=60))
def test_nothing_is_lost_but_tags_and_line_breaks(text: str) -> None:
    reasoning, content = split(*text)
    if "<think>" not in text and "</think>" not in text:
        assert (reasoning, content) == ("", text)


def test_a_run_without_tags_is_given_at_once() -> None:
    splitter = ThinkSplitter()
    assert text_of(splitter.feed("Fo")) == ("Fo", "")
    assert text_of(splitter.feed("ur. 1 < 2")) == ("ur. 1 < 2", "")


def test_thinking_is_given_at_once() -> None:
    splitter = ThinkSplitter()
    assert text_of(splitter.feed("<think>one")) == ("", "one")
    assert text_of(splitter.feed(" two")) == ("", " two")


def test_an_orphan_closer_in_the_first_piece_needs_no_second_thought() -> None:
    assert not any(isinstance(event, Reclassified) for event in ThinkSplitter().feed("a</think>b"))


def test_white_space_is_not_held_for_ever() -> None:
    splitter = ThinkSplitter()
    given_back = sum(len(text_of(splitter.feed(" "))[0]) for _ in range(5000))
    assert given_back >= 5000 - BLANKS_AT_MOST - 1


def test_line_breaks_in_thinking_are_not_held_for_ever() -> None:
    splitter = ThinkSplitter()
    splitter.feed("<think>x")
    given_back = sum(len(text_of(splitter.feed("\n"))[1]) for _ in range(5000))
    assert given_back >= 5000 - BLANKS_AT_MOST - 1


def test_it_ends_looking_for_a_closer_some_day() -> None:
    splitter = ThinkSplitter()
    for _ in range(50):
        splitter.feed("word " * 1000)
    assert splitter.is_done
