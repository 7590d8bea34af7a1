"""The sandbox on itself: what it is, its models and list prices, and how to provoke faults."""

import re
from decimal import Decimal

from playground.sandbox.answers.question import Answer, Question, bullets, table
from playground.sandbox.faults import FAULTS
from playground.sandbox.models import ListPrice, SandboxModel

_WHO = re.compile(
    r"\b(?:who|what) (?:are|r) you\b|\bare you (?:a |an )?(?:real|human|ai|bot|model|glm|gpt)|\byour "
    r"name\b|\bintroduce yourself\b"
    r"|\bwhat (?:is|'s) (?:this|the) sandbox\b|\bsandbox\b|你是谁|你叫什么|介绍(?:一下)?(?:你)?自己|"
    r"你是(?:什么|真的|人|模型)|沙盒|沙箱",
    re.I,
)
_CAN = re.compile(
    r"\bwhat can you do\b|\bhow can you help\b|\bhelp me\b\W*$|^\W*help\W*$|你(?:能|会|可以)(?:做|"
    r"干)?什么|有什么功能|^\W*帮助\W*$",
    re.I,
)
_MODELS = re.compile(
    r"\b(?:which|what|list(?: of| all| the| your)*|available|your)\s+(?:language )?models\b|哪些模型|"
    r"模型列表|有什么模型|什么模型",
    re.I,
)
_PRICES = re.compile(
    r"\b(?:price|prices|pricing|cost|costs|how expensive|how much (?:do|does|is|are|would))\b.*"
    r"\b(?:you|it|token|tokens|model|glm|sandbox|answer|million)\b"
    r"|\bglm[\w.-]*\b.*\b(?:price|prices|cost|costs)\b"
    r"|(?:价格|多少钱|收费|费用|计费).*(?:模型|token|你|glm|百万|沙盒)"
    r"|(?:模型|glm|token|你|沙盒).*(?:价格|多少钱|收费|费用)",
    re.I,
)
_FAULTS = re.compile(
    r"\b(?:provoke|simulate|trigger|test)\b.*\b(?:fault|faults|error|errors|failure|rate limit)\b|"
    r"(?:模拟|触发|测试).*(?:故障|错误|限流|异常)",
    re.I,
)
_AMOUNT = re.compile(
    r"(\d[\d,]*)\s*(k|万|thousand|million|百万)?\s*(?:个)?\s*(prompt|input|completion|output|提示|输入|"
    r"输出|回答)?\s*tokens?",
    re.I,
)
_SCALE = {"k": 1000, "thousand": 1000, "万": 10_000, "million": 1_000_000, "百万": 1_000_000}


def answer(question: Question) -> Answer | None:
    """Answer a question about the sandbox itself; long prompts are about something else."""
    text = question.text
    if len(text) > 400:
        return None
    if _FAULTS.search(text):
        return faults(question)
    if _MODELS.search(text):
        return _models(question)
    if _PRICES.search(text):
        return _prices(question)
    if _WHO.search(text) or _CAN.search(text):
        return _who(question)
    return None


def faults(question: Question) -> Answer:
    """List every `/sandbox` command."""
    say = question.say
    rows = [
        [
            f"`/sandbox {say(fault.name, fault.words_zh[0])}{_argument(question, fault.argument)}`",
            say(fault.title, fault.title_zh),
            say(fault.description, fault.description_zh),
        ]
        for fault in FAULTS
    ]
    return Answer(
        say(
            "Start a prompt with one of these to see how a client copes. Text after the command is answered as usual.",
            "以下列命令开头，即可观察客户端如何应对。命令之后的文字会照常回答。",
        )
        + "\n\n"
        + table([say("Prompt", "输入"), say("What", "名称"), say("What happens", "效果")], rows),
        (say("The list of faults is wanted.", "需要列出全部命令。"),),
    )


def _argument(question: Question, argument: str) -> str:
    names = {"seconds": "秒数", "tokens": "数量", "times": "次数"}
    return f" <{question.say(argument, names[argument])}>" if argument else ""


def _who(question: Question) -> Answer:
    say = question.say
    title = question.model.title
    can = [
        say("**calculate** exactly, also over a pasted table or series of numbers", "对算式、表格或数列做**精确计算**"),
        say("**summarise** a meeting or a text, **compare** papers", "**总结**会议或文章、**比较**文献"),
        say("**match** a CV with a vacancy and put a number on it", "为简历与职位**打分匹配**"),
        say("**review** a diff or a piece of code", "**评审**代码或 diff"),
        say(
            "**extract** addresses, dates and amounts, **classify** a text", "**提取**邮箱、日期、金额，并**分类**文本"
        ),
        say("**write** outlines, reports, scripts, letters and lists", "**撰写**大纲、报告、剧本、邮件和清单"),
        say(
            "**translate** greetings, call **tools**, answer in **JSON**, cite invented **web sources**",
            "**翻译**问候语、调用**工具**、输出 **JSON**、引用虚构的**网页来源**",
        ),
    ]
    return Answer(
        say(
            "I am the **sandbox**: a script that speaks the same protocol as a real provider and stands in "
            f"for {title}. I cost "
            "nothing and need no key; meters show what {0} would have cost.".format(title),
            f"我是**沙盒**：一段与真实服务商说同一协议的脚本，此刻扮演 {title}。我不收费，也无需密钥；"
            f"计量显示的是换成 {title} 本应产生的费用。",
        )
        + f"\n\n{say('What I can really do:', '我真正能做的：')}\n\n{bullets(can)}\n\n"
        + say(
            "What I cannot do: know things or think. `/sandbox help` lists the faults you can provoke.",
            "我做不到的：拥有知识或真正思考。输入 `/sandbox 帮助` 可查看能模拟的故障。",
        ),
        (
            say("The user asks about me. I must be plain: I am a script.", "用户在问我是谁。应当直说：我是脚本。"),
            say("I name what works, and what does not.", "说清能做什么、不能做什么。"),
        ),
    )


def _models(question: Question) -> Answer:
    say = question.say
    kinds = {
        "none": say("no", "无"),
        "optional": say("can be switched", "可开关"),
        "always": say("always", "始终"),
        "inline": say("inline `<think>`", "内联 `<think>`"),
    }
    rows = [
        [
            f"`{model.slug}`",
            kinds[model.thinking],
            f"{model.context_tokens:,}",
            f"{model.max_output_tokens:,}",
            "/".join(str(model.concurrency[tier]) for tier in sorted(model.concurrency)) or "–",
            f"{model.tokens_per_second:g}",
        ]
        for model in question.models
    ]
    header = [
        say("Model", "模型"),
        say("Thinking", "思考"),
        say("Context", "上下文"),
        say("Longest answer", "最大输出"),
        say("In flight V0–V3", "并发 V0–V3"),
        say("Tokens/s here", "此处速度"),
    ]
    return Answer(
        say(
            f"The sandbox imitates {len(rows)} models; you are talking to `{question.model.slug}`.",
            f"沙盒模拟 {len(rows)} 个模型；当前是 `{question.model.slug}`。",
        )
        + f"\n\n{table(header, rows)}",
        (say("I list what I imitate, with the documented limits.", "列出所模拟的模型及其公开限制。"),),
    )


def _prices(question: Question) -> Answer:
    say = question.say
    asked = [model for model in question.models if model.slug in question.text.lower()] or [question.model]
    model = max(asked, key=lambda model: len(model.slug))
    prompt, completion = _amounts(question.text)
    rows = [
        [
            price.shop,
            price.currency,
            price.input,
            price.cached or say("not stated", "未写明"),
            price.output,
            _would(price, prompt, completion),
        ]
        for price in model.prices
    ]
    if not rows:
        return _no_price(question, model)
    header = [
        say("Shop", "平台"),
        say("Currency", "货币"),
        say("Prompt", "输入"),
        say("Cached", "缓存命中"),
        say("Completion", "输出"),
        say(f"{prompt:,} + {completion:,} tokens would cost", f"{prompt:,} + {completion:,} tokens 本应花费"),
    ]
    return Answer(
        say(
            f"The sandbox is free. For comparison, what **{model.title}** costs in the shops, per million tokens:",
            f"沙盒免费。作为参照，**{model.title}** 在各平台的价格（每百万 tokens）：",
        )
        + f"\n\n{table(header, rows)}\n\n"
        + say(
            "These are *list prices of the real model*: what it would have cost. Some shops have tiers by length; the "
            "catalog page shows all of them with their source and date.",
            "以上是*真实模型的标价*，即本应产生的费用。部分平台按长度分档；完整价格、来源与日期见模型目录页。",
        ),
        (
            say("Prices per million; currencies must not be mixed.", "按百万计价；不同货币不可相加。"),
            say("I must label it: would have cost, not did cost.", "必须注明：是“本应花费”，而非实际花费。"),
        ),
    )


def _no_price(question: Question, model: SandboxModel) -> Answer:
    return Answer(
        question.say(
            f"The sandbox is free, and it knows no list price of {model.title}. The catalog page may.",
            f"沙盒免费，且不掌握 {model.title} 的标价。请查看模型目录页。",
        ),
        (question.say("An unknown price is unknown, not zero.", "未知价格就是未知，不是零。"),),
    )


def _amounts(text: str) -> tuple[int, int]:
    """Return the prompt and completion tokens a prompt speaks of; 1,000 and 1,000 when it names none."""
    prompt, completion, seen = 1000, 1000, []
    for digits, scale, kind in _AMOUNT.findall(text):
        amount = min(int(digits.replace(",", "")) * _SCALE.get(scale.lower(), 1), 10**9)
        if kind.lower() in ("completion", "output", "输出", "回答"):
            completion = amount
        elif kind:
            prompt = amount
        else:
            seen.append(amount)
    return (seen[0] if seen else prompt), (seen[1] if len(seen) > 1 else completion)


def _would(price: ListPrice, prompt: int, completion: int) -> str:
    total = (prompt * Decimal(price.input) + completion * Decimal(price.output)) / 1_000_000
    sign = "¥" if price.currency == "CNY" else "$"
    return f"{sign}{total:f}"
