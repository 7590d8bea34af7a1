"""A few questions people like to try first, answered from a small store of general knowledge, in own words."""

import re
from dataclasses import dataclass

from playground.sandbox.answers.question import Answer, Question


@dataclass(frozen=True, slots=True)
class Fact:
    pattern: re.Pattern[str]
    english: str
    chinese: str


def _fact(pattern: str, english: str, chinese: str) -> Fact:
    return Fact(re.compile(pattern, re.I), english, chinese)


_FACTS = (
    _fact(
        r"why.*sky.*blue|天空.*(?:为什么|为何).*蓝|(?:为什么|为何).*天空?.*蓝",
        "Sunlight holds all colours. Air molecules are far smaller than its wavelengths and scatter short "
        "waves much more "
        "than long ones (**Rayleigh scattering**, strength $\\propto 1/\\lambda^4$). Blue light at about "
        "450 nm is scattered "
        "some four times as strongly as red at 650 nm, so blue reaches the eye from every direction of the sky.\n\n"
        "- *Why not violet?* The sun sends less of it, the upper air takes some, and our eyes see it poorly.\n"
        "- *Why red sunsets?* The light crosses much more air, and the blue is gone by the time it arrives.",
        "太阳光包含各种颜色。空气分子远小于光的波长，对短波的散射远强于长波（**瑞利散射**，强度 $\\propto "
        "1/\\lambda^4$）。"
        "约 450 纳米的蓝光散射强度约为 650 纳米红光的四倍，因此蓝光从天空各个方向进入眼睛。\n\n"
        "- *为什么不是紫色？* 太阳发出的紫光较少，高层大气又吸收一部分，人眼对它也不敏感。\n"
        "- *为什么夕阳是红的？* 光线穿过更厚的空气，蓝光已在途中散射殆尽。",
    ),
    _fact(
        r"photosynthesis|光合作用",
        "Plants store light as sugar: $6\\,CO_2 + 6\\,H_2O + \\text{light} \\rightarrow C_6H_{12}O_6 + "
        "6\\,O_2$. The light "
        "reactions split water and charge ATP and NADPH; the Calvin cycle spends both to build sugar from "
        "carbon dioxide.",
        "植物把光能储存为糖：$6\\,CO_2 + 6\\,H_2O + \\text{光} \\rightarrow C_6H_{12}O_6 + 6\\,O_2$。"
        "光反应分解水并生成 ATP 与 "
        "NADPH；卡尔文循环再用它们把二氧化碳合成糖。",
    ),
    _fact(
        r"\btides?\b|潮汐",
        "The moon pulls the near side of the sea more than the earth's centre, and the centre more than "
        "the far side. That "
        "difference raises two bulges, and the earth turns beneath them: two high tides in about 24 h 50 "
        "min. The sun adds "
        "to it at new and full moon (spring tides) and takes away at half moon (neap tides).",
        "月球对近侧海水的引力大于对地心的引力，对地心又大于对远侧。这种差别形成两个隆起，地球在其下自转，"
        "于是约 24 小时 50 分钟有两次涨潮。"
        "新月和满月时太阳加强潮汐（大潮），上下弦月时减弱（小潮）。",
    ),
    _fact(
        r"what.*\btoken(?:s|iser|izer)?\b|token.*(?:是什么|什么意思)|什么是\s*token",
        "A token is the unit a language model reads and writes: about four characters of English, or one "
        "to two Chinese "
        "characters. Prompt and answer are both counted, thinking is part of the answer, and a prefix the provider saw "
        "before may be billed at the cheaper cached rate.",
        "token 是语言模型读写的单位：英文约四个字符一个，中文约一到两个字一个。输入与回答都计数，"
        "思考属于回答；服务商见过的前缀可按更便宜的缓存价计费。",
    ),
    _fact(
        r"\bwebsockets?\b.*\b(?:sse|server-sent)|\bsse\b.*websocket",
        "| | WebSocket | Server-sent events |\n| --- | --- | --- |\n| Direction | both | server to client |\n"
        "| Transport | own framing after an upgrade | plain HTTP |\n| Reconnect | by hand | built in, "
        "with the last event id |\n"
        "| Good for | chat, games, editing together | feeds, progress, model answers |",
        "| | WebSocket | SSE |\n| --- | --- | --- |\n| 方向 | 双向 | 服务器到客户端 |\n| 传输 | "
        "升级后的自有帧 | 普通 HTTP |\n"
        "| 重连 | 自行实现 | 内置，带最后事件编号 |\n| 适合 | 聊天、游戏、协同编辑 | 动态、进度、模型回答 |",
    ),
    _fact(
        r"mixture of experts|\bmoe\b|混合专家",
        "A mixture-of-experts model holds many small networks and lets a router choose a few of them for "
        "every token. So it "
        "knows as much as its full size and costs as much as its active part: GLM-4.5, its maker says, has 355 billion "
        "parameters of which 32 billion work at a time.",
        "混合专家模型包含许多小网络，由路由器为每个 token 选用其中几个。于是它拥有全部参数的知识，"
        "却只付出激活部分的成本："
        "据其开发者介绍，GLM-4.5 共有 3550 亿参数，每次激活 320 亿。",
    ),
    _fact(
        r"capital of france|法国.*首都",
        "**Paris** is the capital of France.",
        "法国的首都是**巴黎**。",
    ),
    _fact(
        r"capital of china|中国.*首都",
        "**Beijing** is the capital of China.",
        "中国的首都是**北京**。",
    ),
    _fact(
        r"speed of light|光速",
        "In vacuum exactly **299,792,458 m/s**; the metre is defined by it.",
        "真空中恰为 **299,792,458 米/秒**；米就是由它定义的。",
    ),
    _fact(
        r"strawberr(?:y|ies).*\br|\bhow many.*letter.*strawberry|strawberry.*几个\s*r",
        "**Three**: st**r**awbe**rr**y.",
        "**三个**：st**r**awbe**rr**y。",
    ),
    _fact(
        r"pythagor|勾股",
        "In a right-angled triangle $a^2 + b^2 = c^2$. Proof by area: put four copies of the triangle "
        "into a square of side "
        "$a+b$; the tilted square left over has side $c$, so $(a+b)^2 = 4\\cdot\\tfrac12 ab + c^2$, hence the theorem.",
        "直角三角形中 $a^2 + b^2 = c^2$。面积证法：把四个全等三角形放进边长为 $a+b$ 的正方形，"
        "余下的斜放正方形边长为 $c$，"
        "于是 $(a+b)^2 = 4\\cdot\\tfrac12 ab + c^2$，即得定理。",
    ),
    _fact(
        r"(?:sqrt|square root|√).*\b2\b.*irrational|irrational.*(?:root|sqrt).*2|根号\s*2.*无理|√2.*无理",
        "Suppose $\\sqrt2 = p/q$ in lowest terms. Then $p^2 = 2q^2$, so $p$ is even, $p = 2r$, and $2r^2 "
        "= q^2$ makes $q$ even "
        "too. Both even contradicts lowest terms. ∎",
        "设 $\\sqrt2 = p/q$ 为最简分数。则 $p^2 = 2q^2$，故 $p$ 为偶数，令 $p = 2r$，得 $2r^2 = q^2$，"
        "于是 $q$ 也是偶数，与最简矛盾。∎",
    ),
)


def answer(question: Question) -> Answer | None:
    """Answer from the store, or not at all."""
    if len(question.text) > 300:
        return None
    fact = next((fact for fact in _FACTS if fact.pattern.search(question.text)), None)
    if fact is None:
        return None
    return Answer(
        question.say(fact.english, fact.chinese),
        (
            question.say(
                "A known question; the short answer first, then the reason.", "这是常见问题：先给结论，再说原因。"
            ),
            question.say("I keep to what is certain.", "只写确定无疑的内容。"),
        ),
    )
