"""The reducer that turns frames into text, and the estimates: pure functions, run in the browser they are for."""

import random
from typing import Any

import pytest
from playwright.sync_api import Page

from playground.wire.tokens import estimate_tokens

G = "e0d4c0de-0000-4000-8000-000000000001"
REDUCE = """async ([begin, frames]) => {
  const stream = await import("/static/js/stream.js");
  return frames.reduce(stream.reduce, stream.begin(...begin));
}"""


def reduce(page: Page, frames: list[dict[str, Any]], **begin: Any) -> dict[str, Any]:
    found = page.evaluate(REDUCE, [[G, begin], [{"generation": G, **frame} for frame in frames]])
    assert isinstance(found, dict)
    return found


def delta(at: int, seq: int, *parts: tuple[str, str]) -> dict[str, Any]:
    return {"type": "delta", "from": at, "seq": seq, "parts": [list(part) for part in parts]}


def test_parts_are_appended_to_their_own_text(page: Page) -> None:
    state = reduce(page, [delta(0, 2, ("r", "Two and two"), ("c", "Fo")), delta(2, 3, ("c", "ur."))])
    assert (state["reasoning"], state["content"], state["seq"]) == ("Two and two", "Four.", 3)
    assert state["state"] == "running"


def test_a_frame_that_came_before_changes_nothing(page: Page) -> None:
    first = delta(0, 2, ("c", "ab"))
    state = reduce(page, [first, first, delta(0, 1, ("c", "a"))])
    assert (state["content"], state["seq"], state["lost"]) == ("ab", 2, False)


def test_a_gap_is_not_applied_and_asks_to_follow_again(page: Page) -> None:
    state = reduce(page, [delta(0, 1, ("c", "a")), delta(2, 3, ("c", "c"))])
    assert (state["content"], state["seq"], state["lost"]) == ("a", 1, True)
    state = reduce(page, [delta(0, 1, ("c", "a")), delta(2, 3, ("c", "c")), delta(1, 3, ("c", "bc"))])
    assert (state["content"], state["seq"], state["lost"]) == ("abc", 3, False)


def test_a_frame_that_overlaps_is_cut_where_that_is_certain(page: Page) -> None:
    state = reduce(page, [delta(0, 2, ("c", "ab")), delta(1, 4, ("c", "b"), ("r", "x"), ("c", "c"))])
    assert (state["content"], state["reasoning"], state["seq"]) == ("abc", "x", 4)
    state = reduce(page, [delta(0, 2, ("c", "ab")), delta(1, 4, ("c", "bcd"))])
    assert (state["content"], state["seq"], state["lost"]) == ("ab", 2, True)


def test_saved_text_goes_on_after_its_number(page: Page) -> None:
    state = reduce(page, [delta(7, 8, ("c", " world"))], seq=7, content="Hello", reasoning="hm")
    assert (state["content"], state["reasoning"], state["seq"]) == ("Hello world", "hm", 8)


def test_another_generation_is_none_of_its_business(page: Page) -> None:
    state = reduce(page, [{**delta(0, 1, ("c", "x")), "generation": "other"}, {"type": "end", "generation": "other"}])
    assert (state["content"], state["ended"]) == ("", False)


def test_unknown_channels_and_frames_are_ignored(page: Page) -> None:
    """A newer server, or a hostile one, may send what this page does not know."""
    state = reduce(page, [delta(0, 2, ("html", "<img>"), ("c", "a")), {"type": "execute", "script": "x"}])
    assert (state["content"], state["reasoning"], state["seq"]) == ("a", "", 2)


def test_nothing_is_added_after_the_end(page: Page) -> None:
    end = {"type": "end", "seq": 1, "state": "stopped", "message": "m"}
    state = reduce(page, [delta(0, 1, ("c", "a")), end, delta(1, 2, ("c", "b")), delta(1, 2, ("w", "900\n"))])
    assert (state["content"], state["state"], state["ended"]) == ("a", "stopped", True)


def test_a_further_attempt_is_announced_until_text_comes(page: Page) -> None:
    again = [delta(0, 2, ("w", "600\n1900\n"))]
    assert reduce(page, again)["againAt"] == 1900
    state = reduce(page, [*again, delta(2, 3, ("c", "a"))])
    assert (state["againAt"], state["content"], state["seq"]) == (None, "a", 3)


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_losses_and_repeats_ends_with_the_same_text(page: Page, seed: int) -> None:
    """Frames arrive merged, twice, late or not at all; whoever follows again from the own number gets the whole."""
    dice = random.Random(seed)
    log = [(dice.choice("rc"), dice.choice("abc中文\n* ") * dice.randint(1, 4)) for _ in range(200)]
    frames: list[dict[str, Any]] = []
    at = 0
    while at < len(log):
        upto = min(len(log), at + dice.randint(1, 9))
        frame = delta(at, upto, *log[at:upto])
        chance = dice.random()
        if chance < 0.2:
            frames += [frame, frame]
        elif chance > 0.25:
            frames.append(frame)
        if chance > 0.9:
            frames.append(dice.choice(frames))
        at = upto
    found = page.evaluate(
        """async ([generation, frames, log]) => {
          const { begin, reduce } = await import("/static/js/stream.js");
          let state = begin(generation);
          const follow = () => {
            const parts = log.slice(state.seq);
            state = reduce(state, { type: "delta", generation, from: state.seq, seq: log.length, parts });
          };
          for (const frame of frames) {
            state = reduce(state, { ...frame, generation });
            if (state.lost) {
              follow();
              break;
            }
          }
          if (state.seq < log.length) follow();
          return state;
        }""",
        [G, frames, [list(part) for part in log]],
    )
    assert found["content"] == "".join(text for channel, text in log if channel == "c")
    assert found["reasoning"] == "".join(text for channel, text in log if channel == "r")


TEXTS = [
    "",
    "a",
    "What is 2 + 2?",
    "At 85% recovery the margin falls from ¥4,522 to **¥3,691 per tonne of feed**, so break-even rises.",
    "会议共形成 4 项行动，其中 2 项为高风险。“清关延误”影响范围最大。",
    "def f(x):\n    return {'a': [x ** 2 for _ in range(10)]}\n\n\n",
    "Résumé — naïve café, 한국어 日本語 🙂🙂",
    "supercalifragilisticexpialidocious " * 20,
    "\t\n  \r\n",
    "Привет, как дела? Γειά σου. مرحبا ½ ² Ⅳ",
    "𠀀𠀁𠀂 全角（括号）ＡＢＣ",
    "Le garçon mangeait déjà, l'été dernier, près de l'hôtel où l'on dînait.",
    "user@example.org https://example.org/a_b?c=d&e=1 --flag=0x1F",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_browser_estimates_as_the_server_does(page: Page, text: str) -> None:
    script = 'async (text) => (await import("/static/js/estimate.js")).tokens(text)'
    assert abs(page.evaluate(script, text) - estimate_tokens(text)) <= 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"prompt": 1_000_000, "most": 0, "inputPrice": "0.2", "outputPrice": "1.1"}, {"read": 0.2, "most": 0.2}),
        ({"prompt": 0, "most": 1_000_000, "inputPrice": "0.2", "outputPrice": "1.1"}, {"read": 0, "most": 1.1}),
        ({"prompt": 10, "most": 10, "inputPrice": "", "outputPrice": ""}, None),
        ({"prompt": 10, "most": 10, "inputPrice": "0", "outputPrice": "0"}, {"read": 0, "most": 0}),
    ],
)
def test_an_unknown_price_is_unknown_and_a_free_one_is_zero(page: Page, given: Any, expected: Any) -> None:
    script = 'async (given) => (await import("/static/js/estimate.js")).nextTurn(given)'
    assert page.evaluate(script, given) == expected


@pytest.mark.parametrize(
    ("sign", "amount", "words"),
    [
        ("$", 0.00438, "$0.00438"),
        ("¥", 0.0311, "¥0.0311"),
        ("¥", 12.5, "¥12.50"),
        ("$", 0, "$0.00"),
        ("$", 0.5, "$0.5000"),
        ("$", 0.000004, "<$0.00001"),
    ],
)
def test_small_amounts_keep_their_digits(page: Page, sign: str, amount: float, words: str) -> None:
    script = 'async ([sign, amount]) => (await import("/static/js/language.js")).money(sign, amount)'
    assert page.evaluate(script, [sign, amount]) == words


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (35, "35"),
        (17_200, "17.2K"),
        (131_072, "128K"),
        (128_000, "128K"),
        (8_192, "8K"),
        (1_000_000, "1M"),
        (204_800, "200K"),
    ],
)
def test_numbers_of_tokens_are_short(page: Page, tokens: int, words: str) -> None:
    script = 'async (tokens) => (await import("/static/js/language.js")).short(tokens)'
    assert page.evaluate(script, tokens) == words


def test_waiting_times_double_up_to_half_a_minute_and_spread(page: Page) -> None:
    script = """async () => {
      const { delay } = await import("/static/js/backoff.js");
      return [1, 2, 3, 4, 5, 6, 7, 8, 20].map((attempt) => [delay(attempt, () => 0), delay(attempt, () => 1)]);
    }"""
    assert page.evaluate(script) == [
        [250, 500],
        [500, 1000],
        [1000, 2000],
        [2000, 4000],
        [4000, 8000],
        [8000, 16000],
        [15000, 30000],
        [15000, 30000],
        [15000, 30000],
    ]
