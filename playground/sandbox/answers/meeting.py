"""Summaries: of a pasted meeting (decisions, actions, risks, questions) and, by weight of words, of any text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from playground.sandbox.answers.question import Answer, Question, bullets, sentences, shorten, table
from playground.sandbox.answers.words import content_words, key_words

_SPEAKER = re.compile(
    r"^\s*(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]?\s*)?([A-Z][\w.'-]*(?: [A-Z][\w.'-]*)?|[\u4e00-\u9fff]{2,4})\s*[:：]\s*(.+)$"
)
_LABELS = frozenset(
    [
        "agenda",
        "attendees",
        "participants",
        "date",
        "time",
        "subject",
        "topic",
        "decision",
        "decisions",
        "action",
        "actions",
        "risk",
        "risks",
        "note",
        "notes",
        "title",
        "summary",
        "question",
        "todo",
        "meeting",
        "transcript",
        "input",
        "output",
        "text",
        "content",
        "example",
        "议程",
        "参会人",
        "时间",
        "日期",
        "主题",
        "决定",
        "行动",
        "风险",
        "备注",
        "标题",
        "会议",
        "地点",
        "摘要",
        "内容",
        "例如",
        "会议记录",
        "会议纪要",
    ]
)
_DECIDED = re.compile(
    r"\b(?:decided|agreed|agree that|approved|we(?:'ll| will) go with|let's go with|settled)\b|决定|"
    r"同意|通过|确定|一致|定下来",
    re.I,
)
_ACTION = re.compile(
    r"\b(?:I(?:'ll| will)|will (?:send|prepare|check|write|fix|call|draft|update|share|review|finish|"
    r"test|contact|book|do)"
    r"|action|to-?do|needs? to|please|by (?:mon|tues|wednes|thurs|fri|satur|sun)day|by (?:tomorrow|next|end))\b"
    r"|我来|负责|会在|需要|请|跟进|之前(?:完成|提交|给)|下周|明天|周[一二三四五六日]",
    re.I,
)
_GREETING = re.compile(
    r"(?:good (?:morning|afternoon|evening)|hello|hi|welcome|thanks|大家好|各位好|早上好|下午好|" r"你好)\b.{0,24}$",
    re.I,
)
_RISK = re.compile(
    r"\b(?:risk|blocked|blocker|concern|worried|delay|late|problem|issue|depends)\b|风险|担心|阻塞|延期|问题|依赖|隐患",
    re.I,
)
_DUE = re.compile(
    r"\bby ((?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|end of (?:the )?\w+|next \w+|"
    r"[A-Z][a-z]+ \d{1,2}|\d{1,2} [A-Z][a-z]+)"
    r"|((?:下|本|这)?周[一二三四五六日](?:之?前)?|明天(?:之?前)?|月底(?:之?前)?|\d{1,2}月\d{1,2}[日号](?:之?前)?)",
    re.I,
)
_ASKED = (
    *(
        "summarise",
        "summarize",
        "summary",
        "minutes",
        "meeting",
        "transcript",
        "action items",
        "tl;dr",
        "recap",
        "key points",
    ),
    *("总结", "纪要", "会议", "摘要", "概括", "归纳", "要点", "待办"),
)


@dataclass(frozen=True, slots=True)
class Line:
    speaker: str
    text: str


def answer(question: Question) -> Answer | None:
    """Summarise what was pasted; a prompt that only talks about meetings is left to others."""
    lines = _spoken(question.text)
    spoken = len(lines) >= 3 and len({line.speaker for line in lines}) >= 2
    if spoken and (question.asks(*_ASKED) or len(lines) >= 4):
        return _minutes(question, lines)
    body = _without_instruction(question.text)
    if question.asks(*_ASKED) and len(body) >= 3:
        return _extract(question, body)
    return None


def _spoken(text: str) -> list[Line]:
    found = (_SPEAKER.match(line) for line in text.splitlines())
    return [Line(hit[1], hit[2].strip()) for hit in found if hit and hit[1].lower() not in _LABELS]


def _minutes(question: Question, lines: Sequence[Line]) -> Answer:
    say = question.say
    people = list(dict.fromkeys(line.speaker for line in lines))
    said = [Line(line.speaker, piece) for line in lines for piece in sentences(line.text)]
    decided = [line for line in said if _DECIDED.search(line.text)]
    actions = [line for line in said if _ACTION.search(line.text) and line not in decided and not _is_question(line)]
    risks = [line for line in said if _RISK.search(line.text) and line not in actions]
    open_questions = [line for line in said if _is_question(line)]
    shares = Counter(line.speaker for line in said)
    parts = [
        f"## {say('Meeting summary', '会议纪要')}",
        say(
            f"**Present:** {', '.join(people)} · {len(said)} statements, most of them by "
            f"{shares.most_common(1)[0][0]}.",
            f"**参会：** {'、'.join(people)} · 共 {len(said)} 条发言，{shares.most_common(1)[0][0]} 发言最多。",
        ),
        _section(say("What it was about", "议题"), [shorten(line.text, 140) for line in _topics(said)]),
        _section(say("Decisions", "决定"), _told(decided), say("None was put into words.", "未明确提出。")),
        _actions(question, actions),
        _section(say("Risks", "风险"), _told(risks), say("None was named.", "未提及。")),
        _section(say("Open questions", "待定问题"), _told(open_questions), say("None.", "无。")),
    ]
    return Answer(
        "\n\n".join(parts),
        (
            say(
                f"A transcript with {len(people)} speakers: {', '.join(people)}.",
                f"这是一份会议记录，发言人 {len(people)} 位：{'、'.join(people)}。",
            ),
            say(
                f"I sort {len(said)} statements: decisions, promises, worries, questions.",
                f"把 {len(said)} 条发言分为决定、承诺、担忧和疑问。",
            ),
            say(
                f"Decisions: {len(decided)}; actions: {len(actions)}; risks: {len(risks)}.",
                f"决定 {len(decided)} 条，行动 {len(actions)} 条，风险 {len(risks)} 条。",
            ),
            say("Names and dates must be taken over exactly.", "人名和日期必须照原文。"),
        ),
    )


def _topics(said: Sequence[Line]) -> list[Line]:
    """The opening usually names the matter; the weightiest other statement joins it."""
    told = [line for line in said if not _is_question(line) and not _GREETING.match(line.text)] or list(said)
    heaviest = max(told[1:], key=lambda line: len(line.text), default=None)
    return [told[0], *([heaviest] if heaviest else [])]


def _actions(question: Question, actions: Sequence[Line]) -> str:
    say = question.say
    title = f"### {say('Action items', '行动项')}"
    if not actions:
        return f"{title}\n\n{say('None was promised.', '无。')}"
    rows = [
        [line.speaker, shorten(line.text, 120), _due(line.text) or say("not said", "未说明")] for line in actions[:12]
    ]
    return f"{title}\n\n{table([say('Said by', '发言人'), say('Action', '事项'), say('Due', '期限')], rows)}"


def _due(text: str) -> str:
    found = _DUE.search(text)
    return next((part for part in found.groups() if part), "") if found else ""


def _told(lines: Sequence[Line]) -> list[str]:
    return [f"{shorten(line.text, 140)} — *{line.speaker}*" for line in lines[:8]]


def _section(title: str, items: Sequence[str], otherwise: str = "") -> str:
    return f"### {title}\n\n{bullets(items) if items else otherwise}"


def _is_question(line: Line) -> bool:
    return line.text.rstrip().endswith(("?", "？"))


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
