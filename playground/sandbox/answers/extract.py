"""Extraction and classification: e-mail addresses, dates, amounts and the like that really stand in the prompt."""

import re
from collections.abc import Iterator, Mapping, Sequence

from playground.sandbox.answers.question import Answer, Question, mentions, shorten, table
from playground.sandbox.answers.words import content_words, pairs, stem

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
PATTERNS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "url": re.compile(r"https?://[^\s<>\"'，。）)]+"),
    "date": re.compile(
        rf"\b\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\b|\b\d{{1,2}}/\d{{1,2}}/\d{{4}}\b|\b\d{{1,2}} {_MONTH} \d{{4}}\b"
        rf"|\b{_MONTH} \d{{1,2}}(?:, \d{{4}})?\b|(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}[日号]"
    ),
    "time": re.compile(
        r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?\b|(?:上午|下午|晚上)?\d{1,2}点(?:半|\d{1,2}分)?", re.I
    ),
    "phone": re.compile(
        r"(?<![\w.])\+?\d{1,3}[ -]?\(?\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}(?!\w)|(?<!\d)1[3-9]\d{9}(?!\d)"
    ),
    "amount": re.compile(
        r"[$€£¥]\s?\d[\d,]*(?:\.\d+)?(?:\s?(?:million|billion|[kKM]))?|\b\d[\d,]*(?:\.\d+)?\s?(?:USD|EUR|"
        r"CNY|RMB|dollars?|euros?|yuan)\b"
        r"|\d[\d,]*(?:\.\d+)?\s?(?:万|亿)?(?:元|美元|欧元)"
    ),
    "percent": re.compile(r"\d+(?:\.\d+)?\s?[%％]"),
    "order": re.compile(r"(?<!\w)#\d{3,}|\b[A-Z]{2,5}-?\d{3,}\b"),
    "name": re.compile(
        r"(?:Mr|Ms|Mrs|Dr)\.? [A-Z][a-z]+|\b[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+\b|"
        r"(?<=我叫)[\u4e00-\u9fff]{2,3}|(?<=姓名[:：])[\u4e00-\u9fff]{2,4}"
    ),
    "number": re.compile(r"(?<![\w.#$€£¥/-])\d[\d,]*(?:\.\d+)?(?![\w%％/:-]|年|月|日)"),
}
_TITLES: Mapping[str, tuple[str, str]] = {
    "email": ("E-mail addresses", "邮箱"),
    "url": ("Links", "链接"),
    "date": ("Dates", "日期"),
    "time": ("Times", "时间"),
    "phone": ("Telephone numbers", "电话"),
    "amount": ("Amounts", "金额"),
    "percent": ("Percentages", "百分比"),
    "order": ("Reference numbers", "编号"),
    "name": ("Names", "姓名"),
    "number": ("Numbers", "数字"),
}
_EXTRACT = (
    "extract",
    "find all",
    "pull out",
    "parse",
    "identify",
    "list all",
    "提取",
    "抽取",
    "找出",
    "识别",
    "列出所有",
)
_CLASSIFY = (
    "classify",
    "categorise",
    "categorize",
    "sentiment",
    "label",
    "category",
    "positive",
    "分类",
    "情感",
    "归类",
    "打标签",
)
_GOOD = (
    *(
        "love",
        "great",
        "good",
        "excellent",
        "amazing",
        "happy",
        "fast",
        "perfect",
        "best",
        "helpful",
        "wonderful",
        "works",
    ),
    *("recommend", "thanks", "喜欢", "很好", "不错", "满意", "优秀", "推荐", "棒", "开心", "快捷", "好用", "赞"),
)
_BAD = (
    *("hate", "bad", "terrible", "slow", "broken", "awful", "worst", "angry", "disappointed", "poor", "refund", "late"),
    *("never", "crash", "crashes", "讨厌", "差", "糟糕", "失望", "慢", "坏了", "退款", "生气", "垃圾", "崩溃", "投诉"),
)
_LABEL = r"(?:[A-Za-z][\w-]*(?: [\w-]+)?|[\u4e00-\u9fff]{1,8}?)"
_BETWEEN = r"\s*(?:,\s*(?:or|and)\b|,|，|、|/|\bor\b|\band\b|或者?|和)\s*"
_LABELS = re.compile(
    r"(?:\b(?:as|into|labels?|categories|one of)\b|分为|归为|分类为|类别|标签)[:：]?\s*(?:either\s+)?"
    rf"({_LABEL}(?:{_BETWEEN}{_LABEL}){{1,7}})(?=\s*[.:：,，。;；?？\n]|$)",
    re.I,
)


def answer(question: Question) -> Answer | None:
    """Extract or classify, whichever the prompt asks for."""
    if question.asks(*_CLASSIFY):
        return _classified(question)
    if question.asks(*_EXTRACT):
        return _extracted(question)
    return None


def find_all(text: str) -> dict[str, list[str]]:
    """Return everything found by kind, each value once; a number inside a date is no further number."""
    rest, found = text, {}
    for kind, pattern in PATTERNS.items():
        hits = [hit[0].strip() for hit in pattern.finditer(rest)]
        if hits:
            found[kind] = list(dict.fromkeys(hits))
            if kind != "name":
                rest = pattern.sub(" ; ", rest)
    return found


def label_of(text: str) -> tuple[str, list[str]]:
    """Return the label that fits best with the words that speak for it."""
    offered = _offered(text)
    body = _body(text)
    if offered:
        best = max(offered, key=lambda label: len(_evidence(label, body)))
        return best, _evidence(best, body)
    good = [word for word in _GOOD if mentions(body, word)]
    bad = [word for word in _BAD if mentions(body, word)]
    if len(good) == len(bad):
        return "neutral", []
    return ("positive", good) if len(good) > len(bad) else ("negative", bad)


def _extracted(question: Question) -> Answer:
    say = question.say
    found = find_all(_body(question.text))
    instruction = question.text.replace(_body(question.text), "") or question.text[:80]
    asked = [kind for kind in found if mentions(instruction, *_called(kind))]
    kinds = asked or list(found)
    if not kinds:
        return Answer(
            say(
                "There is no e-mail address, link, date, time, telephone number, amount or number in the text.",
                "文本中没有邮箱、链接、日期、时间、电话、金额或数字。",
            ),
            (say("I searched for every kind I know.", "已按全部已知类型查找。"),),
        )
    rows = [[say(*_TITLES[kind]), str(len(found[kind])), ", ".join(found[kind][:20])] for kind in kinds]
    return Answer(
        say("Found in the text, word for word:", "以下内容均逐字取自文本：")
        + "\n\n"
        + table([say("Kind", "类型"), say("Count", "数量"), say("Values", "内容")], rows),
        (
            say("I search the text for patterns, the strictest first.", "按模式查找，最严格的在前。"),
            *(
                say(f"{len(found[kind])} × {_TITLES[kind][0].lower()}.", f"{_TITLES[kind][1]}：{len(found[kind])} 处。")
                for kind in kinds
            ),
        ),
    )


def _called(kind: str) -> tuple[str, ...]:
    more = {
        "email": ("email", "emails", "e-mail", "e-mails", "mail addresses"),
        "url": ("url", "urls", "link"),
        "phone": ("phone", "phones", "phone numbers", "手机"),
        "amount": ("amount", "price", "prices", "money", "价格"),
        "name": ("name", "people", "persons", "人名"),
        "date": ("date",),
        "number": ("number",),
    }
    english, chinese = _TITLES[kind]
    return (english.lower(), chinese, *more.get(kind, ()))


def _classified(question: Question) -> Answer:
    say = question.say
    label, evidence = label_of(question.text)
    body = _body(question.text)
    chinese = {"positive": "正面", "negative": "负面", "neutral": "中性"}
    shown = chinese.get(label, label) if question.chinese else label
    quoted = ", ".join(f"“{word}”" for word in evidence[:6])
    why = (
        say(f"Words that speak for it: {quoted}.", f"依据的词语：{quoted}。")
        if evidence
        else say(
            "No word in the text tips the scales; treat this as a guess.", "文本中没有决定性的词语，此结果仅供参考。"
        )
    )
    return Answer(
        f"**{say('Label', '类别')}: {shown}**\n\n{why}\n\n> {shorten(body, 160)}",
        (
            say("I weigh the words of the text against each label.", "把文本的用词与各类别逐一比较。"),
            say(f"The balance tips to {label}.", f"结论偏向“{shown}”。"),
        ),
    )


def _offered(text: str) -> list[str]:
    found = _LABELS.search(text)
    if not found:
        return []
    pieces = re.split(_BETWEEN, found[1])
    return [piece.strip(" .:") for piece in pieces if 1 < len(piece.strip()) <= 24]


def _evidence(label: str, body: str) -> list[str]:
    lowered = label.lower()
    if lowered in ("positive", "正面", "好评"):
        return [word for word in _GOOD if mentions(body, word)]
    if lowered in ("negative", "负面", "差评"):
        return [word for word in _BAD if mentions(body, word)]
    related = {
        "billing": ("invoice", "charged", "payment", "refund", "price"),
        "technical": ("error", "crash", "crashes", "bug", "login"),
    }
    stems = {stem(word) for word in content_words(label)} | pairs(label)
    hits = [word for word in content_words(body) if stem(word) in stems or (pairs(word) & pairs(label))]
    hits += [word for key, words in related.items() if key in lowered for word in words if mentions(body, word)]
    return list(dict.fromkeys(hits))


def _body(text: str) -> str:
    """The text to work on: what follows the instruction's colon or line break, else all of it."""
    for pattern in (r"\n\s*\n", r"[:：]\s*\n", r"\n", r"[:：]\s+(?=\S)", r"："):
        parts = re.split(pattern, text, maxsplit=1)
        if len(parts) == 2 and len(parts[1].strip()) > 10:
            return parts[1].strip()
    return text


def quotes(text: str) -> Iterator[str]:
    """Yield what stands in quotation marks."""
    yield from (hit[1] for hit in re.finditer(r"[\"“「『]([^\"”」』\n]{1,80})[\"”」』]", text))


def first(found: Mapping[str, Sequence[str]], kind: str) -> str:
    return next(iter(found.get(kind, ())), "")
