"""Summaries of any text by the weight of its words: the sentences in which they gather, word for word."""

import re
from collections import Counter
from collections.abc import Sequence

from playground.sandbox.answers.question import Answer, Question, bullets, sentences, shorten
from playground.sandbox.answers.words import content_words, key_words

ASKED = (
    *("summarise", "summarize", "summary", "minutes", "meeting", "transcript", "action items", "tl;dr", "recap"),
    *("key points", "总结", "纪要", "会议", "摘要", "概括", "归纳", "要点", "待办"),
)


def answer(question: Question) -> Answer | None:
    """Summarise what was pasted behind the instruction; a mere mention of summaries is left to others."""
    body = _without_instruction(question.text)
    return _extract(question, body) if question.asks(*ASKED) and len(body) >= 3 else None


def _without_instruction(text: str) -> list[str]:
    """The sentences of the text without the one that asks for a summary."""
    asks = re.compile(r"summari[sz]e|summary|tl;dr|key points|总结|摘要|概括|归纳|要点", re.I)
    return [piece for piece in sentences(text) if not (asks.search(piece) and len(piece) < 120)]


def _extract(question: Question, body: Sequence[str]) -> Answer:
    say = question.say
    weights = Counter(word for piece in body for word in content_words(piece))
    scored = sorted(range(len(body)), key=lambda place: -_weight(body[place], weights, place))
    kept = sorted(scored[: max(2, min(6, len(body) // 3))])
    words = key_words("\n".join(body), 6)
    length, short = sum(map(len, body)), sum(len(body[place]) for place in kept)
    content = "\n\n".join(
        [
            f"## {say('Summary', '摘要')}",
            bullets([shorten(body[place], 220) for place in kept]),
            say("**Key words:** ", "**关键词：** ") + "、".join(words)
            if question.chinese
            else "**Key words:** " + ", ".join(words),
            say(
                f"Taken over word for word: {len(kept)} of {len(body)} sentences, {short} of {length} characters.",
                f"以上句子均摘自原文：{len(body)} 句中取 {len(kept)} 句，{length} 字中取 {short} 字。",
            ),
        ]
    )
    return Answer(
        content,
        (
            say(f"The text has {len(body)} sentences.", f"文本共 {len(body)} 句。"),
            say(f"Words that carry it: {', '.join(words)}.", f"承载内容的词：{'、'.join(words)}。"),
            say("I keep the sentences in which they gather.", "保留这些词最集中的句子。"),
        ),
    )


def _weight(piece: str, weights: Counter[str], place: int) -> float:
    words = content_words(piece)
    return sum(weights[word] for word in words) / (len(words) + 4) + (0.5 if place == 0 else 0.0)
