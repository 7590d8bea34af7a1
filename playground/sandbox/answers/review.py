"""Code review: reads a diff or a code block, counts what changed and points at known traps by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playground.sandbox.answers.question import Answer, Question, bullets, table

_FENCE = re.compile(r"```([\w+#-]*)[^\n]*\n(.*?)(?:```|\Z)", re.S)
_DIFF = re.compile(r"^(?:diff --git |@@ |--- |\+\+\+ )", re.M)
_ASKED = (
    *("review", "diff", "bug", "bugs", "wrong", "refactor", "improve", "explain", "pull request", "pr", "check", "fix"),
    *("审查", "评审", "检查", "错误", "重构", "优化", "解释", "问题", "看看", "修复"),
)
_DEFINED = re.compile(
    r"^\s*(?:async\s+)?(?:def|class|function|func|fn|struct|interface|public\s+class)\s+([A-Za-z_]\w*)"
    r"|^\s*(?:const|let|var)\s+([A-Za-z_]\w*)\s*=\s*(?:async\s*)?\(",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Trap:
    """A pattern that often goes wrong; words in both languages."""

    pattern: re.Pattern[str]
    weight: int
    """3 must be fixed, 2 should be, 1 is taste."""
    english: str
    chinese: str


def _trap(pattern: str, weight: int, english: str, chinese: str) -> Trap:
    return Trap(re.compile(pattern), weight, english, chinese)


_TRAPS = (
    _trap(
        r"(?i)(?:password|passwd|secret|api_?key|token)\s*[:=]\s*['\"][^'\"]{4,}",
        3,
        "A secret stands in the source; read it from the environment and revoke this one.",
        "源码中写有密钥；应改为从环境读取，并作废该密钥。",
    ),
    _trap(
        r"(?i)(?:execute|query|raw)\w*\(\s*(?:f['\"]|['\"][^'\"]*['\"]\s*(?:%|\+|\.format))",
        3,
        "SQL is glued together from text: use bound parameters, or anyone may inject statements.",
        "SQL 由字符串拼接而成：请使用参数绑定，否则可能被注入。",
    ),
    _trap(
        r"\b(?:eval|exec)\(",
        3,
        "eval/exec runs whatever it is given; parse the input instead.",
        "eval/exec 会执行任意输入；请改用解析。",
    ),
    _trap(
        r"shell\s*=\s*True|os\.system\(",
        3,
        "A shell gets this text; pass a list of arguments without a shell.",
        "文本会交给 shell；请传参数列表且不经 shell。",
    ),
    _trap(
        r"\.innerHTML\s*=",
        3,
        "innerHTML with foreign text is a script injection; use textContent.",
        "用 innerHTML 写入外来文本会造成脚本注入；请用 textContent。",
    ),
    _trap(
        r"def\s+\w+\([^)]*=\s*(?:\[\]|\{\}|set\(\))",
        2,
        "A mutable default argument is shared by all calls; use None and make it inside.",
        "可变默认参数会在多次调用间共享；请用 None 并在函数内创建。",
    ),
    _trap(
        r"except\s*:|except\s+(?:Base)?Exception\s*:\s*(?:pass)?\s*$|catch\s*\(\s*\w*\s*\)\s*\{\s*\}",
        2,
        "This catches everything and hides real faults; name the exceptions you expect.",
        "捕获了全部异常，会掩盖真正的错误；请写明预期的异常。",
    ),
    _trap(
        r"range\(\s*1\s*,\s*len\(",
        3,
        "The loop starts at 1: the first element is never looked at. Start at 0, or loop over the items themselves.",
        "循环从 1 开始，第一个元素永远不会被处理。应从 0 开始，或直接遍历元素。",
    ),
    _trap(
        r"(?:<=\s*len\(|<=\s*\w+\.length)",
        3,
        "`<=` with a length reaches one past the end.",
        "与长度比较用了 `<=`，会越界一个位置。",
    ),
    _trap(
        r"requests\.\w+\((?![^)]*timeout)",
        2,
        "A network call without a timeout can hang for ever.",
        "网络请求没有超时，可能永久卡住。",
    ),
    _trap(r"[!=]=\s*None\b", 1, "Compare with None by `is`.", "与 None 比较请用 `is`。"),
    _trap(r"(?<![=!<>])==(?!=)\s*(?:null|undefined|true|false)\b", 1, "Use `===`.", "请使用 `===`。"),
    _trap(
        r"^\s*var\s",
        1,
        "`var` leaks out of its block; `const` or `let` does not.",
        "`var` 会泄漏出代码块；请用 `const` 或 `let`。",
    ),
    _trap(
        r"\bprint\(|console\.log\(",
        1,
        "Debug output is left in; use a logger or remove it.",
        "残留调试输出；请改用日志或删除。",
    ),
    _trap(r"(?:#|//)\s*(?:TO" r"DO|FIX" r"ME|XXX)", 1, "An open mark is left in the code.", "代码中留有未完成标记。"),
    _trap(
        r"range\(len\(",
        1,
        "`enumerate` says it better than `range(len(…))`.",
        "用 `enumerate` 比 `range(len(…))` 更清楚。",
    ),
    _trap(
        r"open\([^)]*\)(?!\s*as)(?<!with )",
        1,
        "Open files in a `with` block, so that they are closed.",
        "请在 `with` 中打开文件以确保关闭。",
    ),
    _trap(
        r"time\.sleep\(|Thread\.sleep\(",
        1,
        "Sleeping blocks this thread; wait for the event itself.",
        "休眠会阻塞线程；请等待事件本身。",
    ),
    _trap(r".{121,}", 1, "The line is longer than 120 characters.", "该行超过 120 个字符。"),
)


def answer(question: Question) -> Answer | None:
    """Review what was pasted; code that merely accompanies another question is left to others."""
    language, code = _code(question.text)
    if not code or not (question.asks(*_ASKED) or language == "diff"):
        return None
    lines = list(_lines(language, code))
    found = list(_found(lines))
    say = question.say
    parts = [f"## {say('Review', '代码评审')}", _overview(question, language, code, lines)]
    if found:
        rows = [
            [str(number), say(*_WEIGHT[trap.weight]), say(trap.english, trap.chinese), f"`{line.strip()[:60]}`"]
            for number, line, trap in sorted(found, key=lambda hit: -hit[2].weight)[:15]
        ]
        parts.append(
            table([say("Line", "行"), say("Weight", "级别"), say("Finding", "发现"), say("Code", "代码")], rows)
        )
    else:
        parts.append(say("None of the traps a script can see is in it.", "脚本能识别的常见陷阱中，没有命中。"))
    parts.append(f"### {say('Before merging', '合并之前')}\n\n{bullets(_advice(question, code, found))}")
    return Answer(
        "\n\n".join(parts),
        (
            say(f"{len(lines)} lines to read.", f"需要阅读 {len(lines)} 行。"),
            say("First safety, then correctness, then taste.", "先看安全，再看正确性，最后看风格。"),
            *(
                say(f"Line {number}: {trap.english}", f"第 {number} 行：{trap.chinese}")
                for number, _, trap in found[:8]
            ),
        ),
    )


_WEIGHT = {3: ("must fix", "必须修复"), 2: ("should fix", "建议修复"), 1: ("taste", "风格")}


def _code(text: str) -> tuple[str, str]:
    fenced = _FENCE.search(text)
    if fenced:
        is_diff = fenced[1].lower() in ("diff", "patch") or _DIFF.search(fenced[2]) is not None
        return ("diff" if is_diff else fenced[1]), fenced[2]
    change = _DIFF.search(text)
    if change:
        return "diff", text[change.start() :]
    bare = [
        line
        for line in text.splitlines()
        if re.search(r"[;{}]\s*$|^\s*(?:def|class|import|from|return|if|for)\b.*", line)
    ]
    return ("", "\n".join(text.splitlines())) if len(bare) >= 3 else ("", "")


def _lines(language: str, code: str) -> Iterator[tuple[int, str]]:
    """Yield the lines to judge: of a diff only those that were added."""
    for number, line in enumerate(code.splitlines(), 1):
        if language != "diff":
            yield number, line
        elif line.startswith("+") and not line.startswith("+++"):
            yield number, line[1:]


def _found(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str, Trap]]:
    for number, line in lines:
        for trap in _TRAPS:
            if trap.pattern.search(line):
                yield number, line, trap


def _overview(question: Question, language: str, code: str, lines: Sequence[tuple[int, str]]) -> str:
    say = question.say
    shown = "\n".join(line.lstrip("+- ") for line in code.splitlines()) if language == "diff" else code
    names = list(dict.fromkeys(hit[1] or hit[2] for hit in _DEFINED.finditer(shown)))
    defined = ", ".join(f"`{name}`" for name in names[:8])
    about = say(f" It is about {defined}.", f"涉及 {defined}。") if defined else ""
    if language == "diff":
        plus = len(lines)
        minus = sum(line.startswith("-") and not line.startswith("---") for line in code.splitlines())
        files = len(re.findall(r"^\+\+\+ ", code, re.M)) or 1
        return (
            say(f"{files} file(s), **+{plus} −{minus}** lines.", f"共 {files} 个文件，**+{plus} −{minus}** 行。")
            + about
        )
    named = language or say("code", "代码")
    return say(f"{len(lines)} lines of {named}.", f"{named}，共 {len(lines)} 行。") + about


def _went(question: Question, code: str) -> list[str]:
    """What a diff takes away that was better than what it brings."""
    gone = "\n".join(line[1:] for line in code.splitlines() if line.startswith("-") and not line.startswith("---"))
    builtin = re.search(r"\b(sum|max|min|any|all|sorted|join)\(", gone)
    if builtin is None or not re.search(r"^\+\s*for\b", code, re.M):
        return []
    return [
        question.say(
            f"The old line used `{builtin[1]}()`, which was shorter and had no index to get wrong; why the loop?",
            f"原来用的是 `{builtin[1]}()`，更短，也没有会写错的下标；为什么要改成循环？",
        )
    ]


def _advice(question: Question, code: str, found: Sequence[tuple[int, str, Trap]]) -> list[str]:
    say = question.say
    worst = max((trap.weight for _, _, trap in found), default=0)
    verdict = [
        say("Nothing stands in the way.", "没有阻碍合并的问题。"),
        say("Good to merge after a glance at the small points.", "看过小问题后即可合并。"),
        say("Fix the marked points first.", "请先修复标出的问题。"),
        say("**Do not merge yet**: there is a fault that must go first.", "**暂不应合并**：其中有必须先修复的错误。"),
    ][worst]
    advice = [verdict, *_went(question, code)]
    short = sorted(set(re.findall(r"^\+?\s*([a-z])\s*\+?=[^=]", code, re.M)))
    if short:
        names = ", ".join(f"`{name}`" for name in short)
        advice.append(
            question.say(
                f"Names of one letter ({names}) say nothing; call them what they hold.",
                f"单字母变量名（{names}）没有含义，请按内容命名。",
            )
        )
    if not re.search(r"\b(?:test_|assert|describe\(|it\(|@Test)", code):
        advice.append(
            say(
                "No test comes with it; one that fails without the change would settle doubts.",
                "没有附带测试；加一个“改动前会失败”的测试最有说服力。",
            )
        )
    return [
        *advice,
        say(
            "A script sees patterns, not intentions: let a person read the logic.",
            "脚本只能看到模式，看不到意图：逻辑仍需人来审读。",
        ),
    ]
