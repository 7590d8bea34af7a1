"""Chinese is set as Chinese is, full-width punctuation beside Han characters, and calls each thing by one name."""

import re

import polib
import pytest

from tests.house.test_translations import CATALOGS, ROOT

HAN = r"[\u3400-\u9fff]"
HALF = re.compile(rf"{HAN}\s?[,;:?!]|[,;:?!()]{HAN}|{HAN}[()]|{HAN}\.(?!\w)|{HAN}\s?\"|\"{HAN}|\.\.\.")
# Inside of these the signs belong to the machine: placeholders, tags, addresses.
MACHINE = re.compile(r"%\(\w+\)[sd]|<[^>]*>|\{\w*\}|https?://\S+")
# What is never said, and what is said instead: docs/design.md has the glossary. Prompts speak to a model, not a reader.
REJECTED = {
    r"你": "您",
    r"对话(?!体验)": "会话",
    r"%\(\w+\)[sd] 个 token": "tokens after a number",
    r"百万 token(?!s)|\bTokens?\b": "百万 tokens",
    r"最大 token 数|运行设置": "最大输出, 运行参数",
    r"模式|架构": "Schema",
    r"模版|提示语": "提示词模板, 提示词",
    r"供应商|提供商|厂商": "服务商",
    r"沙箱": "沙盒",
    r"帐|登陆": "账号, 登录",
    r"答复|应答": "回答",
    r"思维链|推理 token": "思考",
    r"拥有者|限额|存档": "所有者, 额度, 归档",
    r"比较版本|先比较|可供比较": "对比",
}
TO_A_MODEL = ("playground/conversations/complaint.py", "playground/web/trials.py")
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


@pytest.mark.parametrize("path", CHINESE, ids=str)
def test_each_thing_has_one_name(path: object) -> None:
    found = {
        text: better
        for entry in polib.pofile(str(ROOT / str(path)))
        for text in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        for rejected, better in REJECTED.items()
        if re.search(rejected, text) and not any(name in TO_A_MODEL for name, _line in entry.occurrences)
    }
    assert found == {}
