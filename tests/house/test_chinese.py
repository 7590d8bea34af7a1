"""Chinese is set as Chinese is: full-width punctuation beside Han characters."""

import re

import polib
import pytest

from tests.house.test_translations import CATALOGS, ROOT

HAN = r"[\u3400-\u9fff]"
HALF = re.compile(rf"{HAN}\s?[,;:?!]|[,;:?!()]{HAN}|{HAN}[()]|{HAN}\.(?!\w)|{HAN}\s?\"|\"{HAN}|\.\.\.")
# Inside of these the signs belong to the machine: placeholders, tags, addresses.
MACHINE = re.compile(r"%\(\w+\)[sd]|<[^>]*>|\{\w*\}|https?://\S+")
CHINESE = [path for path in CATALOGS if "zh_" in str(path)]


def half_width(text: str) -> list[str]:
    return HALF.findall(MACHINE.sub("字", text))


@pytest.mark.parametrize("path", CHINESE, ids=str)
def test_punctuation_beside_han_is_full_width(path: object) -> None:
    found = {
        text: half_width(text)
        for entry in polib.pofile(str(ROOT / str(path)))
        for text in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if not entry.obsolete and re.search(HAN, text) and half_width(text)
    }
    assert found == {}


@pytest.mark.parametrize("text", ["已保存.", "没有, 因为", "模型(免费)", "怎么办?", "稍等...", "%(menu)s: 深色"])
def test_half_width_is_found(text: str) -> None:
    assert half_width(text)


@pytest.mark.parametrize(
    "text", ["已保存。", "10:43 的会话", "价格为 0.5 美元", "用 GLM-4.5 回答（免费）", "版本 1.2.3"]
)
def test_digits_and_latin_stay_half_width(text: str) -> None:
    assert not half_width(text)
