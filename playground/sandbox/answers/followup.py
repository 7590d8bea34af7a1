"""Prompts that lean on the conversation: continue, shorter, why, and questions about what was said before."""

import re
from collections.abc import Callable
from dataclasses import replace

from playground.sandbox.answers.question import Answer, Question, bullets, sentences, shorten

Compose = Callable[[Question], Answer]

_CONTINUE = re.compile(
    r"^\W*(?:please )?(?:continue|go on|carry on|keep going|more|and then)\b.{0,40}$|"
    r"^\W*(?:请)?(?:继续|接着|往下|然后呢).{0,12}$",
    re.I,
)
_SHORTER = re.compile(
    r"\b(?:shorter|shorten|more concise|in one sentence|tl;dr|briefly)\b|短一?[点些]|更?简短|简洁|一句话", re.I
)
_SUMMARISE = re.compile(
    r"\bsummari[sz]e (?:our|this|the whole) (?:conversation|chat|talk)\b|(?:总结|概括).{0,16}(?:对话|聊天)", re.I
)
_REMEMBER = re.compile(
    r"\bwhat did (?:i|we) (?:say|ask|talk)|\bmy (?:first|last|previous|earlier) (?:question|message|"
    r"prompt)|\bwhat (?:is|was|'s) my name\b|\bremember\b"
    r"|我(?:刚才|之前|前面|上次|第一次)?(?:说|问)(?:了|过)?(?:什么|啥)|我叫什么|还?记得",
    re.I,
)
_LEANS = re.compile(
    r"\b(?:it|that|this|those|these|them|above|earlier|previous|before|again|instead|the same|also)\b|"
    r"上面|刚才|前面|之前|这个|那个|它|再|改成|同样|其中|只要",
    re.I,
)
_NAME = re.compile(
    r"\b(?:my name is|call me|i am called)\s+([A-Z][\w-]{1,20})|我(?:叫|是|"
    r"名字是)\s*([\u4e00-\u9fff]{2,3}|[A-Z][\w-]{1,20})",
    re.I,
)


def answer(question: Question) -> Answer | None:
    """Answer out of the conversation, or not at all when there is none."""
    if not question.earlier:
        return None
    if _SUMMARISE.search(question.text):
        return _summarised(question)
    if _REMEMBER.search(question.text):
        return _remembered(question)
    if _CONTINUE.match(question.text):
        return _continued(question)
    if _SHORTER.search(question.text) and question.last_answer and len(question.text) < 80:
        return _shortened(question)
    return None


def _summarised(question: Question) -> Answer:
    """What was asked, in the person's words, and where the last answer stands."""
    asked = [shorten(text, 220) for text in question.earlier if not text.lstrip().startswith("/sandbox")]
    last = sentences(question.last_answer)[:3]
    parts = [
        f"## {question.say('Summary of the conversation', '对话摘要')}",
        question.say("**What was asked:**", "**提问：**"),
        bullets(asked),
        question.say("**Where the last answer stands:**", "**上一个回答：**") if last else "",
        bullets([shorten(text, 220) for text in last]),
    ]
    count = len(question.earlier)
    return Answer(
        "\n\n".join(part for part in parts if part),
        (
            question.say(
                f"I keep the {count} questions and the end of the last answer.", f"保留 {count} 个问题和上一个回答。"
            ),
        ),
    )


def leaning(question: Question, compose: Compose) -> Answer | None:
    """Answer a short prompt that points back by reading it together with the prompt before."""
    if not question.earlier or len(question.text) > 160 or not _LEANS.search(question.text):
        return None
    before = question.earlier[-1]
    if before.lstrip().startswith("/sandbox"):
        return None
    joined = replace(question, text=f"{before}\n{question.text}", earlier=())
    found = compose(joined)
    lead = question.say(
        f"Together with your earlier message “{shorten(before, 50)}”:", f"结合您之前的消息“{shorten(before, 30)}”："
    )
    thought = question.say(
        f"This points back to “{shorten(before, 50)}”.", f"这里指的是之前的“{shorten(before, 30)}”。"
    )
    return Answer(f"{lead}\n\n{found.content}", (thought, *found.thoughts))


def _remembered(question: Question) -> Answer:
    say = question.say
    name = next((hit[1] or hit[2] for text in reversed(question.earlier) if (hit := _NAME.search(text))), "")
    if name and question.asks("name", "叫什么", "名字"):
        return Answer(
            say(f"You are **{name}**, you said.", f"您说过，您叫**{name}**。"),
            (say("The name was given before.", "名字之前说过。"),),
        )
    told = [f"“{shorten(text, 80)}”" for text in question.earlier[-6:]]
    return Answer(
        say("So far you wrote, oldest first:", "到目前为止您写过（从早到晚）：") + "\n\n" + bullets(told),
        (say(f"There are {len(question.earlier)} earlier messages.", f"之前共有 {len(question.earlier)} 条消息。"),),
    )


def _continued(question: Question) -> Answer:
    say = question.say
    last = (sentences(question.last_answer) or [""])[-1]
    before = shorten(question.earlier[-1], 60)
    return Answer(
        say(
            f"Going on from “{before}”:\n\n1. **What follows from it**: put the first point into practice and "
            "see what resists.\n"
            "2. **What speaks against it**: ask the person who would lose by it.\n3. **What is still open**: "
            "name one figure that is "
            "missing, and who could know it.\n\nSay *shorter*, or name the point I should go into.",
            f"接着“{before}”往下：\n\n1. **由此可得**：把第一点付诸实践，看看哪里受阻。\n2. **反面意见**："
            "去问会因此受损的人。\n"
            "3. **尚未解决**：指出缺少的一个数字，以及谁可能知道。\n\n您可以说“短一点”，或指出要展开的地方。",
        ),
        (say(f"The last thing said was “{shorten(last, 60)}”.", f"上一句是“{shorten(last, 40)}”。"),),
    )


def _shortened(question: Question) -> Answer:
    plain = re.sub(r"[#*`>|]|^\s*[-\d.]+\s", "", question.last_answer, flags=re.M)
    kept = [piece for piece in sentences(plain) if len(piece) > 8 and "---" not in piece][:2]
    return Answer(
        question.say("In short: ", "简而言之：") + " ".join(shorten(piece, 160) for piece in kept),
        (question.say("I keep the first two sentences that say something.", "保留最先有内容的两句。"),),
    )
