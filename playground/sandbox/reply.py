"""What is answered to one request, before it is cut into chunks: text, thinking, tool calls, sources, token counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.sandbox import json_answer, sources, tools
from playground.sandbox.answers import about, chat, compose, samples, signature
from playground.sandbox.answers.question import Answer, Question, is_chinese, shorten, tame
from playground.sandbox.encode import Call
from playground.sandbox.faults import Provoked
from playground.sandbox.models import SandboxModel
from playground.sandbox.pieces import within
from playground.sandbox.request import Request
from playground.wire.tokens import estimate_tokens

_HUGE_BYTES = 1_000_000

_SHORT = frozenset(("stall", "cut", "eof", "error", "relay", "network", "filter"))
"""Faults that strike after a few words."""

_FEW_TOKENS = 24
_KEEP = {"low": 2, "minimal": 1, "medium": 4}
"""Steps of thinking kept at lower efforts."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Token counts are those of the texts, unless a fault counts otherwise."""

    content: str
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    sources: tuple[dict[str, str], ...] = ()
    finish: str = "stop"
    content_tokens: int = 0
    reasoning_tokens: int = 0
    instant: bool = False
    """No waiting, and large pieces."""
    words: bool = False
    """One piece per word."""


def make_reply(
    request: Request, provoked: Provoked | None, models: Sequence[SandboxModel], *, seed: int, at: float
) -> Reply:
    """Compose the answer and keep it within the limits of the request; pure but for `at`, which dates sources."""
    request = request.asking(tame(request.prompt))
    question = _question(request, provoked, models, seed)
    name = provoked.fault.name if provoked else ""
    number = int(provoked.number) if provoked else 0
    if name == "huge":
        return _huge(question)
    if name == "long":
        return _long(request, number)
    calls = tools.choose(request, all_of_them=name == "tools")
    found = () if request.search is None else sources.search(question, request.search, at)
    answer = _answer(request, question, name, calls)
    if found:
        answer = sources.cited(question, answer, found)
    if name == "length":
        return _spent(request, question, answer)
    reasoning = _reasoning(request, question, answer, number if name == "think" else 0)
    if name in _SHORT:
        finish = {"network": "network_error", "filter": "sensitive"}.get(name, "stop")
        return _counted(Reply(within(answer.content, _FEW_TOKENS), reasoning, finish=finish))
    return _within_limits(request, _counted(Reply(answer.content, reasoning, calls, found)))


def _question(request: Request, provoked: Provoked | None, models: Sequence[SandboxModel], seed: int) -> Question:
    text = request.prompt
    last = next((said.text for said in reversed(request.messages) if said.role == "assistant" and said.text), "")
    return Question(
        text=text,
        chinese=is_chinese(text or (provoked.words if provoked else "")),
        model=request.model,
        models=models,
        seed=seed,
        earlier=tuple(tame(text) for text in request.earlier_prompts[-20:]),
        last_answer=tame(last),
        system=tame(request.system),
    )


def _answer(request: Request, question: Question, name: str, calls: tuple[Call, ...]) -> Answer:
    shown = {"help": about.faults, "table": samples.tables, "code": samples.code, "math": samples.mathematics}
    if name in shown and not question.text:
        found = shown[name](question)
        return Answer(f"{found.content}\n\n{signature(question)}", found.thoughts)
    told = tools.told(question, request)
    if told is not None:
        return Answer(f"{told.content}\n\n{signature(question)}", told.thoughts)
    if calls:
        return _calling(question, calls)
    if request.json_answer:
        return json_answer.answer(question, request)
    return compose(question) if question.text or not name else _demonstrating(question)


def _calling(question: Question, calls: tuple[Call, ...]) -> Answer:
    names = ", ".join(dict.fromkeys(call.name for call in calls))
    return Answer(
        question.say(f"(Sandbox) Calling {names}.", f"（沙盒）正在调用 {names}。"),
        (
            question.say(f"The prompt fits {names}.", f"这个问题适合使用 {names}。"),
            question.say("The arguments come from the prompt.", "参数取自用户的话。"),
        ),
    )


def _demonstrating(question: Question) -> Answer:
    """The text that goes with a fault when the prompt holds nothing else."""
    text = question.say(
        "This is an ordinary answer of the sandbox, given so that there is something to look at while the chosen fault "
        "happens. It has a few sentences, a list and a closing line.\n\n"
        "- The first point is short.\n- The second has some **weight**.\n- The third mentions `code` and ¥.",
        "这是沙盒的一段普通回答，用来在所选故障发生时有内容可看。它包含几句话、一个列表和结尾。\n\n"
        "- 第一点很短。\n- 第二点**有些分量**。\n- 第三点提到 `code` 和 ¥。",
    )
    return Answer(
        f"{text}\n\n{signature(question)}",
        (
            question.say(
                "A fault was asked for; it needs a text to happen to.", "用户要演示故障；需要一段文字作为载体。"
            ),
            question.say("A plain one will do.", "普通的即可。"),
        ),
    )


def _reasoning(request: Request, question: Question, answer: Answer, tokens: int) -> str:
    """Write the thinking out, or nothing where the model does not think about this."""
    if not request.thinking:
        return ""
    if tokens:
        return _long_thinking(question, tokens)
    if request.model.thinking == "optional" and chat.is_small_talk(request.prompt):
        return ""
    opening = question.say(
        f"The user writes: “{shorten(question.text, 70)}”." if question.text else "The user gave a sandbox command.",
        f"用户说：“{shorten(question.text, 50)}”。" if question.text else "用户输入了沙盒命令。",
    )
    closing = question.say("Now the answer, in the language of the question.", "现在用提问的语言作答。")
    steps = [opening, *answer.thoughts, closing]
    return "\n".join(steps[: _KEEP.get(request.effort, len(steps))])


def _long_thinking(question: Question, tokens: int) -> str:
    step = question.say("Step {}: I turn the matter over once more.", "第{}步：再想一遍。")
    each = estimate_tokens(step.format(100) + "\n")
    steps = "\n".join(step.format(number) for number in range(1, tokens // each + 2))
    return within(steps, tokens)


def _counted(reply: Reply) -> Reply:
    arguments = sum(estimate_tokens(call.name) + estimate_tokens(call.arguments) + 4 for call in reply.calls)
    return replace(
        reply,
        finish="tool_calls" if reply.calls else reply.finish,
        content_tokens=estimate_tokens(reply.content) + arguments,
        reasoning_tokens=estimate_tokens(reply.reasoning),
    )


def _within_limits(request: Request, reply: Reply) -> Reply:
    """Apply the stop words, then max_tokens; thinking is spent first."""
    reply = _stopped(request, reply)
    budget = request.max_tokens or request.model.max_output_tokens
    if reply.reasoning_tokens + reply.content_tokens <= budget:
        return reply
    left = budget - reply.reasoning_tokens
    if left <= 0:
        thought = within(reply.reasoning, budget)
        return replace(
            reply, content="", calls=(), reasoning=thought, content_tokens=0, reasoning_tokens=budget, finish="length"
        )
    return replace(reply, content=within(reply.content, left), calls=(), content_tokens=left, finish="length")


def _stopped(request: Request, reply: Reply) -> Reply:
    ends = [place for word in request.stop if (place := reply.content.find(word)) >= 0]
    return _counted(replace(reply, content=reply.content[: min(ends)], calls=())) if ends else reply


def _spent(request: Request, question: Question, answer: Answer) -> Reply:
    """All tokens go into thinking (also for models that do not think: then the answer is just cut)."""
    budget = min(request.max_tokens or 64, 4096)
    if not request.thinking:
        return Reply(within(answer.content, budget), finish="length", content_tokens=budget)
    return Reply("", _long_thinking(question, budget), finish="length", reasoning_tokens=budget)


def _huge(question: Question) -> Reply:
    paragraph = question.say(
        "Paragraph {:06d}. The sandbox fills a long page so that reading, storing and drawing it can be tried. "
        "Nothing in it needs to be read.\n\n",
        "第 {:06d} 段。沙盒写满一页长文，以便检验读取、存储与显示。其中没有需要阅读的内容。\n\n",
    )
    count = _HUGE_BYTES // len(paragraph.format(0).encode()) + 1
    text = "".join(paragraph.format(number) for number in range(count))
    return Reply(text, content_tokens=estimate_tokens(paragraph.format(0)) * count, instant=True)


def _long(request: Request, wanted: int) -> Reply:
    """So many words, each unique: w000001 w000002 …; one word counts as one token."""
    budget = request.max_tokens or request.model.max_output_tokens
    count = max(1, min(wanted, budget))
    text = " ".join(f"w{number:06d}" for number in range(1, count + 1))
    return Reply(text, finish="stop" if wanted <= budget else "length", content_tokens=count, words=True)
