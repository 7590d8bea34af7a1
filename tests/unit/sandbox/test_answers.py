"""The answers: what was asked is what is answered, in the language of the question, and it says who speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sandbox.answers import compose
from playground.sandbox.answers.question import Question, is_chinese, tame
from playground.sandbox.models import DEFAULT_MODELS
from tests.unit.sandbox.asking import said

MEETING = """Summarise this meeting as agenda, decisions and action items with owner and date.

Mei: The Oslo warehouse is full until Friday. Tom: Then we ship via Bergen, I book the trucks today. Mei: Fine. \
And the invoice template? Ana: I finish it by Wednesday, Tom checks it on Thursday. Mei: Good. \
Next meeting on Monday at ten."""

MEETING_ZH = """请总结会议：
王芳：今天讨论新版上线时间。
李雷：Windows 测试还有问题，有延期风险。
王芳：那我们决定改到下周二发布。
赵敏：我来修复安装程序，周一之前完成。
李雷：许可证文件谁来检查？"""

EARNINGS = """Which product earns most per hour? Give the formula first, then a table.

| product | price | cost | hours |
|---|---|---|---|
| A | 120 | 70 | 2 |
| B | 90 | 30 | 1.5 |
| C | 200 | 150 | 1 |"""

EARNINGS_ZH = """哪个产品每小时赚得最多？

| 产品 | 价格 | 成本 | 小时 |
|---|---|---|---|
| A | 120 | 70 | 2 |
| B | 90 | 30 | 1.5 |"""

RESUME = """Score this résumé against the vacancy from 0 to 100 and quote the evidence for each point.

Vacancy: Python backend engineer, Django, PostgreSQL, three years, English.
Résumé: Li Na, four years of Python at a logistics company, built a Django order service on PostgreSQL, \
speaks English."""

DIFF = """Review this change: bugs first.

```diff
 def total(prices):
-    return sum(prices)
+    t = 0
+    for i in range(1, len(prices)):
+        t += prices[i]
+    return t
```"""

PAPERS = """Compare the two papers.
Paper A: We ran a survey of 120 nurses. We found that shifts above 12 hours increase errors by 30%.
Paper B: A trial with 40 nurses measured errors. Results show no increase with 12 hour shifts."""

REPORT = """Please generate a market research report on the battery recycling industry. The report should cover \
market size, policies and regulations, and future trends."""


@pytest.mark.parametrize(
    ("prompt", "needles"),
    [
        ("What is 17 * 23?", ["17 × 23 = 391"]),
        ("计算 (3+4)*5", ["\\times 5 = 35", "逐步精确计算"]),
        ("What is 15% of 240?", ["240 × 15% = 36"]),
        ("240 的 15% 是多少", ["= 36"]),
        ("The price rose from 80 to 92. How many percent?", ["= 15%"]),
        ("What is 7 / 0?", ["Undefined"]),
        ("Average of 3, 5, 10 please", ["| Sum | 18 |", "| Mean | 6 |", "| Median | 5 |"]),
        ("求平均：3，5，10", ["| 总和 | 18 |", "| 平均值 | 6 |"]),
        ("month,sales\nJan,100\nFeb,150\nMar,120\nWhich was best?", ["**Feb** with 150", "| sales | 370 |"]),
        (EARNINGS, ["\\frac", "| C | 50 | 50 |", "**C** comes first with **50**"]),
        (EARNINGS_ZH, ["每小时利润", "**B** 最高，为 **40**"]),
        (
            MEETING,
            [
                "Then we ship via Bergen",
                "| Tom | I book the trucks today. | today |",
                "| Tom | Tom checks it on Thursday. |",
            ],
        ),
        (MEETING_ZH, ["那我们决定改到下周二发布", "| 赵敏 |", "周一之前", "许可证文件谁来检查"]),
        (
            "Summarise: Tea is old. Tea came from China. Ships carried tea to Europe. Coffee is newer.",
            ["## Summary", "Tea"],
        ),
        (RESUME, ["Match: 100 / 100", "| django | yes | “built a Django order service on PostgreSQL” |"]),
        ("简历：李娜，四年 Python 经验，本科", ["只看到一份文本", "| 年限 | 4 |"]),
        (DIFF, ["+4 −1", "first element is never looked at", "`sum()`", "must fix"]),
        ("Review:\n```python\ntoken = 'abcdefgh'\nx = eval(y)\n```", ["secret stands in the source", "eval/exec"]),
        ("Translate good morning and thank you into Spanish", ["**buenos días**", "**gracias**"]),
        ("把“你好，谢谢”翻译成法语", ["**bonjour**", "**merci**"]),
        ("How do you say 你好 in English?", ["**hello**"]),
        ("Translate the Iliad into German", ["beyond the sandbox's phrase book"]),
        (
            "Extract the emails and dates: ada@example.com, 2026-03-01, 42",
            ["| E-mail addresses | 1 | ada@example.com |", "2026-03-01"],
        ),
        ("提取邮箱：请联系 li@example.com 或 wang@example.org", ["li@example.com, wang@example.org"]),
        ("Classify as billing, technical or sales: My invoice shows I was charged twice", ["**Label: billing**"]),
        ("判断情感：这个产品很好，我很喜欢。请分类", ["正面"]),
        (PAPERS, ["| Paper A | Paper B |", "survey of 120 nurses", "no increase"]),
        ("Compare Python and Rust", ["| Python | Rust |"]),
        (REPORT, ["1. Market size", "## 2. Policies", "Future trends", "https://example.com/a", "leaves a gap"]),
        ("写一份关于电池回收的报告，涵盖市场规模、政策和技术", ["# 电池回收", "## 1. 市场规模", "## 3. 技术"]),
        ("Write an outline about remote work", ["# Remote work", "1. **Present state**"]),
        ("写一个关于时间旅行的短剧剧本", ["# 时间旅行", "**林夏**"]),
        ("Write an email about the delayed delivery", ["**Subject:**", "delayed delivery"]),
        ("Write a poem about rain", ["**Rain**"]),
        ("Give me 5 ideas for a birthday party", ["\n5. **"]),
        ("列出3个关于环保的点子", ["\n3. **", "环保"]),
        ("Write a function that reverses a string", ["def reverse", "```python"]),
        ("写一个快速排序函数", ["def quicksort"]),
        ("Why is the sky blue?", ["Rayleigh"]),
        ("天空为什么是蓝色的？", ["瑞利散射"]),
        ("Hello", ["I am the sandbox"]),
        ("你好", ["我是沙盒"]),
        ("My order #12345 has not arrived, I want a refund", ["#12345", "the day you ordered"]),
        ("我的订单没收到，要退款", ["订单号"]),
        ("Act as a pirate and greet me", ["in the part of: pirate"]),
        ("Tell me a joke", ["Sandbox"]),
        ("Who are you?", ["a script", "would have cost"]),
        ("你是谁？", ["一段与真实服务商说同一协议的脚本"]),
        ("Which models do you have?", ["`glm-z1-air`", "30/40/50/60"]),
        (
            "What does glm-4.7-flashx cost?",
            ["what it would have cost", "| Vercel | USD | 0.06 |", "| BigModel | CNY | 0.5 |"],
        ),
        (
            "What is the price of 2000 prompt tokens and 500 completion tokens with glm-4.5?",
            ["2,000 + 500 tokens would cost", "$0.0023"],
        ),
        ("glm-4.5 的价格是多少？", ["本应产生的费用", "| Z.ai | USD |"]),
        ("How can I simulate a rate limit error?", ["/sandbox rate-limit"]),
        ("How do I learn to swim?", ["Learn to swim", "1. **"]),
        ("Tell me about the history of tea", ["history of tea", "no knowledge of its own"]),
        ("什么是区块链？", ["区块链", "并无自己的知识"]),
        ("从这组例子合成类似的例子：\n1. 今天天气很好\n2. 明天我去学校", ["1. 今天天", "明天我"]),
    ],
    ids=lambda value: str(value)[:40].replace("\n", " ") if isinstance(value, str) else "",
)
def test_what_was_asked_is_answered(prompt: str, needles: list[str]) -> None:
    text = said(prompt)
    for needle in needles:
        assert needle in text


@pytest.mark.parametrize(
    ("earlier", "answer", "prompt", "needle"),
    [
        ("My name is Ada. What is 2+3?", "5", "What is my name?", "**Ada**"),
        ("我叫李娜，你好", "你好", "我叫什么？", "**李娜**"),
        (
            "Write an outline about tea",
            "# Tea\n\nTea is old. It came from China.",
            "Make it shorter",
            "In short: Tea is old.",
        ),
        ("Write an outline about tea", "# Tea", "Go on", "Going on from “Write an outline about tea”"),
        ("Prices: 101, 103, 99 as data", "…", "Now sort them instead", "Sorted: 99, 101, 103"),
        ("Tell me about tea", "…", "What did I ask before?", "“Tell me about tea”"),
        ("介绍一下茶", "…", "继续", "接着“介绍一下茶”"),
    ],
)
def test_follow_ups_lean_on_what_was_said(earlier: str, answer: str, prompt: str, needle: str) -> None:
    messages = [
        {"role": "user", "content": earlier},
        {"role": "assistant", "content": answer},
        {"role": "user", "content": prompt},
    ]
    assert needle in said(messages)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("Hello", False),
        ("你好", True),
        ("用 Python 写一个 hello world", True),
        ("Translate 'good morning' into 中文 please, my friend", False),
        ("こんにちは、元気ですか", False),
        ("Bonjour", False),
        ("请评审：\n```python\nimport os\nprint(os.getcwd(), sep='')\n```", True),
        ("用英文回答：茶的历史", False),
        ("Answer in Chinese: history of tea", True),
        ("", False),
    ],
)
def test_the_language_of_the_question_is_kept(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


VOCABULARY = """
summarise translate compare review extract classify list write report average price glm-4.5 cost 12 3.5 1,234 5%
$ ( ) * + - / | --- Anna: Ben： CV: Job: Paper A: Text B: ``` diff +++ @@ def f(x=[]): total per hour hours
2026-01-01 a@b.co 王芳： 会议 总结 翻译 你好 比较 和 价格 多少 从 到 增长 简历： 职位： 三年 列出 5个 写一份
关于 的报告 ，涵盖 。 ？ 9**9 999999999999999999999999999999999 0.0000001 in Oslo and my name is Ada continue
shorter joke into positive or
"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n", "\n\n", "\t"])


@given(st.lists(WORDS, max_size=40), st.integers(0, 99))
def test_every_prompt_gets_a_signed_answer_of_some_length(words: list[str], seed: int) -> None:
    text = tame(" ".join(words))
    question = Question(text=text, chinese=is_chinese(text), model=DEFAULT_MODELS[0], models=DEFAULT_MODELS, seed=seed)
    found = compose(question)
    assert len(found.content) > 40
    assert ("沙盒" if question.chinese else "Sandbox") in found.content.splitlines()[-1]


@pytest.mark.parametrize("text", ["x" * 100_000, "\n" * 100_000, " " * 100_000, "1,2" * 50_000, "word " * 50_000])
def test_endless_prompts_are_tamed_before_anybody_reads_them(text: str) -> None:
    assert len(tame(text)) < 16_100
    assert max(len(word) for word in tame(text).split(" ")) <= 12_100


def test_the_beginning_and_the_end_of_a_long_prompt_are_both_read() -> None:
    text = tame("First words. " + "filler text " * 5000 + "last words")
    assert text.startswith("First words.")
    assert text.endswith("last words")


@pytest.mark.parametrize(
    ("prompt", "heading"),
    [
        (
            "Summarise our conversation so far, so that we can go on with your summary alone.",
            "Summary of the conversation",
        ),
        ("请总结我们到目前为止的对话。", "对话摘要"),
    ],
)
def test_a_summary_of_the_conversation_holds_what_was_asked_and_the_last_answer(prompt: str, heading: str) -> None:
    earlier = ("Where does the ferry leave?", "/sandbox cut", "And until when can a ticket be returned?")
    asked = Question(
        prompt,
        is_chinese(prompt),
        DEFAULT_MODELS[0],
        DEFAULT_MODELS,
        earlier=earlier,
        last_answer="Until six. Go early.",
    )
    answer = compose(asked).content
    for words in (heading, earlier[0], earlier[2], "Until six.", "Go early."):
        assert words in answer
    assert "/sandbox" not in answer
