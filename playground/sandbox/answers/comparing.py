"""Literature comparison and sample synthesis: lays texts side by side, and grows variants from given examples."""

import re
from collections.abc import Sequence
from itertools import islice, product

from playground.sandbox.answers.question import Answer, Question, numbered, sentences, shorten, table
from playground.sandbox.answers.words import key_words

_HEADING = re.compile(
    r"^[#*\s]*((?:paper|study|text|article|abstract|document|source|option|论文|研究|文献|文本|方案|"
    r"摘要)\s*[A-Z0-9一二三四]?)\s*[*]*\s*[:：]\s*",
    re.I | re.M,
)
_METHOD = re.compile(
    r"method|experiment|survey|trial|sample|participants|model|measured|data|方法|实验|调查|样本|数据|测量", re.I
)
_RESULT = re.compile(
    r"found|find|show|result|conclu|increase|decrease|suggest|发现|表明|结果|结论|提高|降低|显示", re.I
)
_VERSUS = re.compile(
    r"\bcompare\s+(?:the\s+)?(.{2,40}?)\s+(?:and|with|to|versus|vs\.?)\s+(.{2,40}?)(?:[.?!,;\n]|$)|"
    r"(?:比较|对比)(?:一下)?(.{1,20}?)(?:和|与|跟)(.{1,20}?)(?:[。？！，\n]|$)",
    re.I,
)
_SYNTHESISE = (
    "synthesise",
    "synthesize",
    "similar examples",
    "more examples",
    "augment",
    "variations",
    "合成",
    "扩充",
    "仿写",
    "类似的例子",
)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)、])\s*(.+)$", re.M)


def answer(question: Question) -> Answer | None:
    """Compare pasted texts or two named things, or grow more examples."""
    texts = _texts(question.text)
    if len(texts) >= 2 and question.asks(
        "compare", "comparison", "difference", "differences", "contrast", "比较", "对比", "差异", "不同"
    ):
        return _side_by_side(question, texts)
    if question.asks(*_SYNTHESISE):
        return _grown(question)
    named = _VERSUS.search(question.text)
    if named:
        one, two = (part for part in named.groups() if part)
        return _two(question, one.strip(), two.strip())
    return None


def _texts(text: str) -> list[tuple[str, str]]:
    starts = list(_HEADING.finditer(text))
    if len(starts) < 2:
        return []
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return [(hit[1].strip(), text[hit.end() : end].strip()) for hit, end in zip(starts, ends, strict=True)][:4]


def _side_by_side(question: Question, texts: Sequence[tuple[str, str]]) -> Answer:
    say = question.say
    rows = [
        [say("Key words", "关键词"), *(", ".join(key_words(body, 4)) for _, body in texts)],
        [say("Method", "方法"), *(_sentence(body, _METHOD) for _, body in texts)],
        [say("Finding", "发现"), *(_sentence(body, _RESULT) for _, body in texts)],
        [say("Figures", "数字"), *(_figures(body) for _, body in texts)],
    ]
    shared = set.intersection(*(set(key_words(body, 30)) for _, body in texts))
    alone = [(name, [word for word in key_words(body, 12) if word not in shared][:4]) for name, body in texts]
    notes = [
        say(
            f"Both speak of: {', '.join(sorted(shared)[:8]) or '–'}.",
            f"共同涉及：{'、'.join(sorted(shared)[:8]) or '–'}。",
        )
    ]
    notes += [
        say(f"Only {name}: {', '.join(words) or '–'}.", f"仅 {name}：{'、'.join(words) or '–'}。")
        for name, words in alone
    ]
    return Answer(
        "## "
        f"{say('Side by side', '对照')}\n\n{table(['', *(name for name, _ in texts)], rows)}\n\n{numbered(notes)}\n\n"
        + say(
            "The cells quote the texts; weigh sample and method before the findings.",
            "表格内容引自原文；请先权衡样本与方法，再看结论。",
        ),
        (
            say(f"{len(texts)} texts to compare.", f"需要比较 {len(texts)} 份文本。"),
            say(
                "Same question to each: how was it done, what came out?", "对每份文本问同样的问题：怎么做的，得出什么？"
            ),
        ),
    )


def _figures(body: str) -> str:
    return ", ".join(hit.strip() for hit in re.findall(r"\d+(?:[.,]\d+)*\s?%?", body)[:5]) or "–"


def _sentence(body: str, pattern: re.Pattern[str]) -> str:
    return shorten(next((piece for piece in sentences(body) if pattern.search(piece)), "–"), 140)


def _two(question: Question, one: str, two: str) -> Answer:
    say = question.say
    rows = [
        [
            say("Ask first", "先问"),
            say(f"Who already uses {one}, and what for?", f"谁在用{one}，用来做什么？"),
            say(f"Who already uses {two}, and what for?", f"谁在用{two}，用来做什么？"),
        ],
        [
            say("Cost of starting", "起步成本"),
            say("time to learn, to move, to undo", "学习、迁移、回退的时间"),
            say("the same three, counted the same way", "同样三项，同样计算"),
        ],
        [
            say("Fails when", "何时失效"),
            say("name the worst day it has had", "举出它最糟的一天"),
            say("name the worst day it has had", "举出它最糟的一天"),
        ],
        [
            say("Settled by", "如何定夺"),
            say("a trial on your own data", "用自己的数据试一次"),
            say("the same trial", "同一次试验"),
        ],
    ]
    return Answer(
        say(
            f"The sandbox knows nothing particular about *{one}* and *{two}*, but this is the frame in which "
            "they can be compared fairly:",
            f"沙盒并不掌握“{one}”与“{two}”的具体资料，但可以给出公平比较的框架：",
        )
        + f"\n\n{table(['', one, two], rows)}\n\n"
        + say(
            "Paste a text about each (`Text A:` … `Text B:` …) and I compare what they really say.",
            "分别粘贴两段文本（“文本A：……”“文本B：……”），我会比较其中的实际内容。",
        ),
        (say(f"{one} against {two}: equal questions to both.", f"{one} 与 {two}：对两者提同样的问题。"),),
    )


def _grown(question: Question) -> Answer | None:
    say = question.say
    examples = _ITEM.findall(question.text)
    if len(examples) < 2:
        return None
    halves = [_halves(example) for example in examples]
    fresh = (start + end for start, end in product((one for one, _ in halves), (two for _, two in halves)))
    grown = [line for line in dict.fromkeys(fresh) if line not in examples]
    wanted = list(islice(grown, question.seed % 2, 12))
    return Answer(
        say(
            f"From {len(examples)} examples, {len(wanted)} new ones by recombining their halves:",
            f"由 {len(examples)} 个例子重组得到 {len(wanted)} 个新例：",
        )
        + f"\n\n{numbered(wanted)}\n\n"
        + say(
            "A speaker of the language should strike out what nobody would say.", "请由该语言的使用者删去不自然的句子。"
        ),
        (
            say(
                "Only the given words may be used: nothing foreign must slip in.", "只用给定的词语，不得混入其他内容。"
            ),
            say("Each example has a beginning and an end; I cross them.", "把每个例子的前后两半交叉组合。"),
        ),
    )


def _halves(example: str) -> tuple[str, str]:
    words = re.findall(r"\S+\s*", example) if " " in example.strip() else list(example)
    middle = (len(words) + 1) // 2
    return "".join(words[:middle]), "".join(words[middle:])
