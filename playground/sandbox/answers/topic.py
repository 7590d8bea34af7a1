"""What a writing task is about: the topic, the points it should cover and how many things it asks for."""

import re

from playground.sandbox.answers.question import shorten

_LEAD = re.compile(
    r"^\W*(?:(?:please|kindly|can you|could you|would you|i need|i want|help me(?: to)?|as an? [^,.]{3,60},|tell me|"
    r"explain(?: to me)?|describe|do you know|i wonder|what (?:is|are|was|were|happened in|do you know "
    r"about)|who (?:is|was)|"
    r"how (?:do|does|can|should) (?:i|we|you|one)|why (?:is|are|do|does|did))\s+)*"
    r"(?:(?:write|draft|generate|create|make|prepare|compose|outline|produce|give|list|suggest|name|"
    r"plan|design|show|send)\s+)?"
    r"(?:(?:me|us|up)\s+)?(?:(?:an?|the|some|your|\d+|two|three|four|five|six|seven|eight|nine|ten)\s+)?"
    r"(?:(?:short|long|detailed|brief|structured|professional|market|research|feasibility|industry|"
    r"business|blog|film|movie|"
    r"short-video|funny|simple|good|new|creative|product|project|weekly)\s+)*"
    r"(?:(?:outline|report|essay|article|script|screenplay|plan|e-?mail|letter|poem|story|speech|"
    r"proposal|list|ideas?|ways|tips|"
    r"reasons|names|examples|things|steps|analysis|post|slogans?|questions|summary|topics|titles)\s+)?"
    r"(?:(?:on|about|for|of|to|regarding|concerning|that covers|covering)\s+)?(?:(?:the|an?)\s+)?",
    re.I,
)
_LEAD_ZH = re.compile(
    r"^\W*(?:请|帮我|麻烦|你能|可以|给我|我想|我要|为我|请你|帮忙)*(?:写|生成|列出?|撰写|起草|创作|"
    r"制定|设计|拟|做|想|推荐|准备|给出?)?"
    r"(?:一?[份篇个首封段些下]|[\d一二两三四五六七八九十]+[个条份种点])?(?:关于|有关|针对|围绕)?"
)
_TAIL_ZH = re.compile(
    r"(?:的)?(?:大纲|提纲|报告|剧本|文章|计划|方案|邮件|诗|故事|演讲稿|清单|列表|研究|分析|建议|点子|"
    r"想法|短剧|短片)+[。！？]?$"
)
_COVER = re.compile(
    r"\b(?:cover(?:ing|s)?|including|includes?|sections? on|with sections|should address)\b\s*:?\s*([^.\n]{8,300})",
    re.I,
)
_COVER_ZH = re.compile(r"(?:涵盖|包括|包含|覆盖|内容有|分为)[:：]?([^。\n]{4,200})")
_COUNT = re.compile(
    r"\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b(?!\s*(?:%|years?|days?|hours?|am|pm|:))", re.I
)
_COUNT_ZH = re.compile(r"(\d{1,2}|[一二两三四五六七八九十])\s*[个条种点项件句]")
_NUMBERS = {
    word: number
    for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 2)
} | {word: number for number, word in enumerate("一二三四五六七八九十", 1)}


def topic(text: str, *, chinese: bool) -> str:
    """Return what the text is to be about, without the words that ask for it."""
    opening = next((line.strip() for line in text.splitlines() if line.strip()), "")
    opening = re.split(r"(?<=[.!?。！？])\s*", opening)[0] or opening
    if chinese:
        opening = re.split(r"[，,；;：:]\s*(?:涵盖|包括|包含|覆盖|内容|分为|要求|并)", opening)[0]
        bare = _TAIL_ZH.sub("", _LEAD_ZH.sub("", opening)).strip(' ：:，,。.！!？?“”"')
    else:
        bare = re.split(
            r"\b(?:covering|that covers|including|in \d+ (?:words|sentences))\b", _LEAD.sub("", opening, count=1)
        )[0]
        bare = bare.strip(' :,.!?"“”')
    return shorten(bare or opening, 90)


def aspects(text: str) -> list[str]:
    """Return the points a prompt wants covered, in its own words."""
    found = _COVER.search(text) or _COVER_ZH.search(text)
    if not found:
        return []
    pieces = re.split(r"\s*(?:,|;|，|、|；|\band\b|以及|和|与)\s*", found[1])
    kept = [piece.strip(" .。:") for piece in pieces]
    return [piece for piece in kept if 2 <= len(piece) <= 60][:10]


def count(text: str, default: int) -> int:
    """Return how many things are asked for, at most 20."""
    found = _COUNT.search(text[:160]) or _COUNT_ZH.search(text[:160])
    if not found:
        return default
    word = found[1].lower()
    return max(1, min(20, _NUMBERS.get(word) or int(word)))
