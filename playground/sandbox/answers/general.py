"""The answer when nothing else fits: it restates what was asked and says what a script can offer instead."""

import re

from playground.sandbox.answers.question import Answer, Question, bullets, shorten
from playground.sandbox.answers.topic import topic
from playground.sandbox.answers.words import key_words

_WHY = re.compile(r"\bwhy\b|为什么|为何", re.I)
_HOW = re.compile(r"\bhow\b|怎么|如何|怎样", re.I)


def answer(question: Question) -> Answer:
    """Always answers."""
    say = question.say
    about = topic(question.text, chinese=question.chinese)
    words = key_words(question.text, 5)
    named = ("、" if question.chinese else ", ").join(f"*{word}*" for word in words) or f"*{about}*"
    return Answer(
        say(
            f"You ask about **{about}**; what carries the question is {named}.",
            f"您问的是**{about}**，关键在于：{named}。",
        )
        + f"\n\n{_frame(question)}\n\n"
        + say(
            "The sandbox has no knowledge of its own on this. A model with a real key would go on here; the "
            "frame above is a "
            "fair test of what its answer should contain.",
            "沙盒对此并无自己的知识。使用真实密钥的模型会从这里继续回答；上面的框架可以用来检验它的答案是否完整。",
        ),
        (
            say(f"The prompt: “{shorten(question.text, 80)}”.", f"用户的话：“{shorten(question.text, 50)}”。"),
            say(f"Its weight lies on {', '.join(words) or about}.", f"重点是：{'、'.join(words) or about}。"),
            say(
                "I know nothing certain about it, so I give a frame instead of a claim.",
                "没有确定的知识，因此给出框架而不是断言。",
            ),
        ),
    )


def _frame(question: Question) -> str:
    say = question.say
    if _WHY.search(question.text):
        return bullets(
            [
                say(
                    "**Cause:** what happens just before, and does it also happen without the effect?",
                    "**原因：** 之前发生了什么？没有结果时它也会发生吗？",
                ),
                say("**Mechanism:** by which steps does one lead to the other?", "**机制：** 经过哪些步骤由此及彼？"),
                say(
                    "**Test:** what would you see if the explanation were wrong?",
                    "**检验：** 如果解释有误，会看到什么？",
                ),
            ]
        )
    if _HOW.search(question.text):
        return bullets(
            [
                say("**Goal:** what should be true afterwards?", "**目标：** 完成后应当怎样？"),
                say("**First step:** the smallest one that can be undone.", "**第一步：** 可以撤销的最小一步。"),
                say("**Check:** how will you notice that it worked?", "**核对：** 如何知道已经奏效？"),
            ]
        )
    return bullets(
        [
            say("**What it is:** one sentence a newcomer would understand.", "**它是什么：** 新人也能懂的一句话。"),
            say("**Why it matters:** who would notice if it were gone?", "**为何重要：** 没有它，谁会察觉？"),
            say("**What is disputed:** the point on which experts differ.", "**争议何在：** 专家意见不同之处。"),
        ]
    )
