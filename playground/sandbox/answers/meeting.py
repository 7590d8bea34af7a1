"""Minutes of a pasted meeting: agenda, decisions, actions with owner and date, risks, open questions."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from playground.sandbox.answers.question import Answer, Question, bullets, sentences, shorten, table
from playground.sandbox.answers.summary import ASKED

_NAME = r"[A-Z][\w'-]*(?: [A-Z][\w'-]*)?|[\u4e00-\u9fff]{1,4}"
_SPEAKER = re.compile(rf"^\s*(?:\[?\d{{1,2}}:\d{{2}}(?::\d{{2}})?\]?\s*)?({_NAME})\s*[:：]\s*(.+)$")
_NEXT_SPEAKER = re.compile(rf"(?<=[.!?。！？])\s*(?=(?:{_NAME})[:：])")
_NEW_CLAUSE = re.compile(r",\s+(?=(?:I|we|[A-Z][a-z]+)\s)|，")
_LABELS_WORDS = """
agenda attendees participants date time subject topic decision decisions action actions risk risks note notes
title summary question todo meeting transcript input output text content example vacancy job cv résumé resume
议程 参会人 时间 日期 主题 决定 行动 风险 备注 标题 会议 地点 摘要 内容 例如 会议记录 会议纪要 职位 简历 要求
"""
_LABELS = frozenset(_LABELS_WORDS.split())
_DECIDED = re.compile(
    r"\b(?:decided|agreed|agree that|approved|go with|settled|then we|we (?:ship|use|move|take|keep|drop|start|stop))\b"
    r"|决定|同意|通过|确定|一致|定下来|那(?:我们)?就|那我们",
    re.I,
)
_DEEDS = (
    "send|prepare|check|write|fix|call|draft|update|share|review|finish|test|contact|book|do|order|make|bring|ask|take|"
    "order|set up|organise|organize|clean|report|tell"
)
_ACTION = re.compile(
    rf"\bI(?:'ll| will| shall)?\s+(?:{_DEEDS})\b|\bwill (?:{_DEEDS})\b|\b(?:action|to-?do|needs? to|"
    r"please)\b|\bI(?:'ll| will)\b"
    r"|我来|我去|我会|我.{0,6}(?:完成|提交|预订|订|写|改|修|发|检查|跟进|联系|准备)|负责|会在|请|跟进|"
    r"之?前(?:完成|提交|给|做)|检查一?下?",
    re.I,
)
_OTHERS_ACTION = re.compile(
    rf"^(?:and )?([A-Z][\w'-]+) (?:(?:{_DEEDS})e?s|will)\b|^([\u4e00-\u9fff]{{1,3}})(?=在?(?:下|本)?周|"
    r"负责|来|去|检查|跟进)"
)
_GREETING = re.compile(
    r"(?:good (?:morning|afternoon|evening)|hello|hi|welcome|thanks|fine|good|ok(?:ay)?|great|yes|"
    r"大家好|各位好|早上好|下午好|你好|好的?|行)"
    r"[\W]{0,3}.{0,16}$",
    re.I,
)
_RISK = re.compile(
    r"\b(?:risk|blocked|blocker|concern|worried|delay|late|problem|issue|depends|full|failing|"
    r"missing)\b|风险|担心|阻塞|延期|问题|依赖|隐患|满了|已满",
    re.I,
)
_MATTER = re.compile(r"\b(?:next meeting|about|agenda|topic|decide on|discuss)\b|讨论|议题|下次会议|关于", re.I)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DUE = re.compile(
    rf"\b((?:(?:by|on|until|next)\s+)*(?:next )?{_DAY}|today|tonight|tomorrow|by end of (?:the )?\w+|"
    r"next (?:week|month)"
    r"|by [A-Z][a-z]+ \d{1,2}|by \d{1,2} [A-Z][a-z]+)\b"
    r"|((?:下|本|这)?周[一二三四五六日](?:之?前)?|今天|明天(?:之?前)?|月底(?:之?前)?|\d{1,2}月\d{1,2}[日号](?:之?前)?)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Line:
    speaker: str
    text: str


def answer(question: Question) -> Answer | None:
    """Write the minutes of what was pasted; a prompt that only talks about meetings is left to others."""
    lines = _spoken(question.text)
    spoken = len(lines) >= 3 and len({line.speaker for line in lines}) >= 2
    return _minutes(question, lines) if spoken and (question.asks(*ASKED) or len(lines) >= 4) else None


def _spoken(text: str) -> list[Line]:
    apart = _NEXT_SPEAKER.sub("\n", text)
    found = (_SPEAKER.match(line) for line in apart.splitlines())
    return [Line(hit[1], hit[2].strip()) for hit in found if hit and hit[1].lower() not in _LABELS]


def _minutes(question: Question, lines: Sequence[Line]) -> Answer:
    say = question.say
    people = list(dict.fromkeys(line.speaker for line in lines))
    said = [Line(line.speaker, clause) for line in lines for clause in _clauses(line.text)]
    actions = [line for line in said if _is_action(line)]
    decided = [line for line in said if _DECIDED.search(line.text) and line not in actions and not _is_question(line)]
    risks = [line for line in said if _RISK.search(line.text) and line not in actions]
    open_questions = [line for line in said if _is_question(line)]
    most = Counter(line.speaker for line in said).most_common(1)[0][0]
    parts = [
        f"## {say('Meeting summary', '会议纪要')}",
        say(
            f"**Present:** {', '.join(people)} · {len(said)} statements, most of them by {most}.",
            f"**参会：** {'、'.join(people)} · 共 {len(said)} 条发言，{most} 发言最多。",
        ),
        _section(say("Agenda", "议程"), [shorten(line.text, 140) for line in _topics(said)]),
        _section(say("Decisions", "决定"), _told(decided), say("None was put into words.", "未明确提出。")),
        _actions(question, actions, people),
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


def _clauses(text: str) -> list[str]:
    """Cut statements where a new person begins to act: `we ship on Friday, I book the trucks`."""
    return [
        clause.strip(" ,，") for piece in sentences(text) for clause in _NEW_CLAUSE.split(piece) if clause.strip(" ,，")
    ]


def _is_action(line: Line) -> bool:
    if _is_question(line) or _DECIDED.search(line.text):
        return False
    return _ACTION.search(line.text) is not None or _OTHERS_ACTION.search(line.text) is not None


def _topics(said: Sequence[Line]) -> list[Line]:
    """What opens the meeting, what is asked, and what is named as a matter."""
    told = [line for line in said if not _GREETING.match(line.text)] or list(said)
    named = [line for line in told[1:] if _is_question(line) or _MATTER.search(line.text)]
    return [told[0], *named][:6]


def _actions(question: Question, actions: Sequence[Line], people: Sequence[str]) -> str:
    say = question.say
    title = f"### {say('Action items', '行动项')}"
    if not actions:
        return f"{title}\n\n{say('None was promised.', '无。')}"
    rows = [
        [_owner(line, people), shorten(line.text, 120), _due(line.text) or say("not said", "未说明")]
        for line in actions[:12]
    ]
    return f"{title}\n\n{table([say('Owner', '负责人'), say('Action', '事项'), say('Due', '期限')], rows)}"


def _owner(line: Line, people: Sequence[str]) -> str:
    other = _OTHERS_ACTION.search(line.text)
    named = (other[1] or other[2]) if other else ""
    return named if named in people else line.speaker


def _due(text: str) -> str:
    found = _DUE.search(text)
    return next((part for part in found.groups() if part), "") if found else ""


def _told(lines: Sequence[Line]) -> list[str]:
    return [f"{shorten(line.text, 140)} — *{line.speaker}*" for line in lines[:8]]


def _section(title: str, items: Sequence[str], otherwise: str = "") -> str:
    return f"### {title}\n\n{bullets(items) if items else otherwise}"


def _is_question(line: Line) -> bool:
    return line.text.rstrip().endswith(("?", "？"))
