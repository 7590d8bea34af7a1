"""The faults a tester can provoke with a prompt that starts with `/sandbox`: names in both languages, and parsing.

FAULTS is shown in the interface and in docs/sandbox.md; `script` makes them happen.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong (or be shown off) on demand."""

    name: str
    title: str
    description: str
    title_zh: str
    description_zh: str
    words_zh: tuple[str, ...]
    """Chinese names for the same fault; the first is the one to show."""
    argument: str = ""
    """What a number behind the name means; empty where none is read."""
    default: float = 0.0
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class Provoked:
    """A fault that a prompt asks for; `rest` is the remaining prompt, to be answered as usual."""

    fault: Fault
    number: float
    rest: str
    words: str = ""
    """The command as it was typed, which tells the language."""


def _fault(
    name: str,
    words_zh: str,
    title: str,
    title_zh: str,
    description: str,
    description_zh: str,
    argument: str = "",
    default: float = 0.0,
    limit: float = 0.0,
) -> Fault:
    words = tuple(words_zh.split("|"))
    return Fault(name, title, description, title_zh, description_zh, words, argument, default, limit)


FAULTS: tuple[Fault, ...] = (
    _fault("help", "帮助", "Help", "帮助", "Lists all of these in the answer.", "在回答中列出全部命令。"),
    _fault(
        "rate-limit",
        "限流",
        "Rate limit",
        "限流",
        "HTTP 429 with code 1302. `rate-limit once` fails the first time and then works for the same text; "
        "`rate-limit 3` fails three times before it works.",
        "HTTP 429，业务码 1302。`限流 一次` 首次失败，同样的文本再发即成功；`限流 3` 先失败三次。",
        "times",
        0,
        50,
    ),
    _fault(
        "wait",
        "等待",
        "Asked to wait",
        "要求等待",
        "HTTP 429 with a Retry-After of so many seconds, as gateways send it; the same text works when sent again.",
        "HTTP 429，并带有指定秒数的 Retry-After（网关的做法）；同样的文本再发即成功。",
        "seconds",
        40,
        3600,
    ),
    _fault(
        "balance",
        "余额",
        "No balance",
        "余额不足",
        "HTTP 429 with code 1113, which no retry mends.",
        "HTTP 429，业务码 1113，重试无效。",
    ),
    _fault(
        "overloaded",
        "过载",
        "Overloaded",
        "过载",
        "HTTP 200 with a JSON error (code 1305) where a stream was asked for.",
        "请求流式却得到 HTTP 200 的 JSON 错误（业务码 1305）。",
    ),
    _fault("auth", "鉴权", "Key refused", "鉴权失败", "HTTP 401 with code 1000.", "HTTP 401，业务码 1000。"),
    _fault("context", "上下文", "Prompt too long", "超出上下文", "HTTP 400 with code 1261.", "HTTP 400，业务码 1261。"),
    _fault(
        "500",
        "内部错误",
        "Server error",
        "服务器错误",
        "HTTP 500 with code 1234 and an error id.",
        "HTTP 500，业务码 1234，带错误编号。",
    ),
    _fault(
        "gateway",
        "网关",
        "Proxy error",
        "网关错误",
        "HTTP 502 with an HTML page instead of JSON, as a reverse proxy sends it.",
        "HTTP 502，返回 HTML 页面而非 JSON，如同反向代理。",
    ),
    _fault(
        "slow",
        "慢",
        "Slow first token",
        "首字缓慢",
        "The first byte of the answer comes after so many seconds.",
        "若干秒后才出现第一个字节。",
        "seconds",
        10,
        600,
    ),
    _fault(
        "stall",
        "停顿",
        "Stall",
        "停顿",
        "Some text, then silence on an open connection.",
        "输出一段文字后保持连接但不再发送。",
    ),
    _fault(
        "cut",
        "断开",
        "Cut connection",
        "连接断开",
        "The connection breaks in the middle of a multi-byte character.",
        "连接在多字节字符的中间断开。",
    ),
    _fault(
        "eof",
        "提前结束",
        "Early end",
        "提前结束",
        "The stream ends in order, but without a finish reason and without [DONE].",
        "流正常关闭，但没有 finish_reason，也没有 [DONE]。",
    ),
    _fault(
        "error",
        "出错",
        "Error in the stream",
        "流中出错",
        "Some text, then an error object with code 1234.",
        "输出一段文字后出现业务码 1234 的错误对象。",
    ),
    _fault(
        "relay",
        "中转",
        "Relay error",
        "中转错误",
        "Comments while waiting, then an error beside finish_reason `error`, as OpenRouter sends it.",
        "等待时发送注释，随后在 finish_reason `error` 旁给出错误，如 OpenRouter。",
    ),
    _fault(
        "network",
        "网络",
        "Network error",
        "网络错误",
        "Some text, then finish_reason `network_error`.",
        "输出一段文字后 finish_reason 为 `network_error`。",
    ),
    _fault(
        "filter",
        "过滤",
        "Moderation",
        "内容过滤",
        "Some text, then finish_reason `sensitive` with content_filter.",
        "输出一段文字后 finish_reason 为 `sensitive`，并附 content_filter。",
    ),
    _fault(
        "length",
        "长度",
        "Out of tokens",
        "长度用尽",
        "All tokens go into thinking: no answer, finish_reason `length`.",
        "所有 token 用于思考：没有回答，finish_reason 为 `length`。",
    ),
    _fault(
        "no-usage",
        "无用量",
        "No usage",
        "无用量",
        "A whole answer without token counts.",
        "完整回答，但不报告 token 用量。",
    ),
    _fault(
        "no-done",
        "无结束",
        "No [DONE]",
        "无结束标记",
        "A whole answer whose stream ends without [DONE].",
        "完整回答，但流末尾没有 [DONE]。",
    ),
    _fault(
        "whole",
        "整块",
        "Stream ignored",
        "忽略流式",
        "A plain JSON completion where a stream was asked for.",
        "请求流式却得到普通 JSON 回答。",
    ),
    _fault(
        "glued",
        "粘连",
        "Glued frames",
        "帧粘连",
        "One frame is cut off and the next stands on the same line.",
        "一帧被截断，下一帧接在同一行。",
    ),
    _fault(
        "damaged",
        "损坏",
        "Damaged frames",
        "帧损坏",
        "Every third frame of the answer is no valid JSON.",
        "回答中每三帧有一帧不是合法 JSON。",
    ),
    _fault(
        "separators",
        "分隔符",
        "Line separators",
        "行分隔符",
        "U+2028, U+2029 and U+0085 stand raw inside the JSON.",
        "JSON 内含未转义的 U+2028、U+2029、U+0085。",
    ),
    _fault(
        "crlf",
        "回车换行",
        "CRLF",
        "回车换行",
        "Lines end in CR LF and `data:` has no space behind it.",
        "行以 CR LF 结尾，`data:` 后无空格。",
    ),
    _fault("comments", "注释", "Comments", "注释", "Keep-alive comments between the frames.", "帧之间夹有保活注释。"),
    _fault("bytes", "逐字节", "Byte by byte", "逐字节", "The stream comes one byte at a time.", "流逐字节到达。"),
    _fault(
        "cost",
        "费用",
        "Reported cost",
        "上报费用",
        "The usage names a cost, as gateways do (usage.cost and provider_metadata).",
        "用量中带有费用，如网关所报（usage.cost 与 provider_metadata）。",
    ),
    _fault("huge", "巨大", "Huge answer", "巨大回答", "About 1 MB of text, without waiting.", "约 1 MB 文本，无等待。"),
    _fault(
        "long",
        "长",
        "Long answer",
        "长回答",
        "So many tokens of numbered words, each of them unique.",
        "指定数量的编号词，每个都不重复。",
        "tokens",
        2000,
        200_000,
    ),
    _fault(
        "think",
        "思考",
        "Long thinking",
        "长思考",
        "So many tokens of thinking before a short answer.",
        "先输出指定数量的思考 token，再给出简短回答。",
        "tokens",
        400,
        30_000,
    ),
    _fault(
        "tools",
        "工具",
        "Tool calls",
        "工具调用",
        "Calls the offered functions (two of its own if none is offered).",
        "调用所提供的函数（若未提供则用自带的两个）。",
    ),
    _fault("table", "表格", "Table", "表格", "An answer with Markdown tables.", "含 Markdown 表格的回答。"),
    _fault("code", "代码", "Code", "代码", "An answer with code in several languages.", "含多种语言代码的回答。"),
    _fault("math", "数学", "Mathematics", "数学", "An answer with formulas.", "含公式的回答。"),
)

_BY_WORD = {word: fault for fault in FAULTS for word in (fault.name, *fault.words_zh)}
# "rate limit" for "rate-limit": who types what the table's title says means the same.
_SPACED = re.compile(
    "|".join(rf"{first}\s+{rest}(?![\w-])" for first, _dash, rest in (f.name.partition("-") for f in FAULTS) if rest),
    re.I,
)
_COMMAND = re.compile(r"\s*/sandbox(?:\s+|$)(.*)", re.S | re.I)
_WORD = re.compile(r"([\w-]+)(?:\s+(once|一次|\d+(?:\.\d+)?))?(?!\w)\s*(.*)", re.S | re.I)


def provoked(prompt: str) -> Provoked | None:
    """Return the fault a prompt asks for; an unknown one is answered with the list of those there are."""
    command = _COMMAND.match(prompt)
    if command is None:
        return None
    asked = command[1].strip()
    if spaced := _SPACED.match(asked):
        asked = "-".join(spaced[0].split()) + asked[spaced.end() :]
    words = _WORD.match(asked)
    fault = _BY_WORD.get(words[1].lower()) if words else None
    if words is None or fault is None:
        return Provoked(_BY_WORD["help"], 0, "", command[1])
    return Provoked(fault, _number(fault, words[2]), words[3].strip(), words[1])


def _number(fault: Fault, word: str | None) -> float:
    if not fault.argument or word is None:
        return fault.default
    number = 1.0 if word.lower() in ("once", "一次") else float(word)
    return min(number, fault.limit)
