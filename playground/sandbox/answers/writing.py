"""Texts to order: outlines, reports, scripts, e-mails, plans and lists, built on the topic and points of the prompt."""

import re
from collections.abc import Callable, Sequence

from playground.sandbox.answers.question import Answer, Question, bullets, numbered, table
from playground.sandbox.answers.topic import aspects, topic

_VERBS = re.compile(
    r"\b(?:write|draft|generate|create|make|prepare|compose|outline|produce|plan|design)\b|写|生成|"
    r"撰写|起草|创作|拟|制定|设计|大纲|提纲",
    re.I,
)


def answer(question: Question) -> Answer | None:
    """Write what was ordered; the kind of text decides the form."""
    ordered = _VERBS.search(question.text) is not None
    for words, needs_order, write in _FORMS:
        if (ordered or not needs_order) and question.asks(*words):
            return write(question)
    return None


def _outline(question: Question) -> Answer:
    say = question.say
    about = topic(question.text, chinese=question.chinese)
    points = aspects(question.text) or _usual_points(question)
    lines = []
    for number, point in enumerate(points, 1):
        lines.append(f"{number}. **{_title(point)}**")
        lines += [f"   - {_ask(question, point, turn)}" for turn in range(3)]
    return Answer(
        f"# {_title(about)}\n\n"
        + "\n".join(lines)
        + "\n\n"
        + say("Write the opening last: by then you know what it must promise.", "开头最后写：那时才知道它该承诺什么。"),
        (
            say(f"An outline about {about}.", f"关于“{about}”的大纲。"),
            say(
                f"{len(points)} parts, each with three questions to answer.",
                f"共 {len(points)} 部分，每部分列三个要回答的问题。",
            ),
            say("From the known to the unknown, from what is to what follows.", "由已知到未知，由现状到结论。"),
        ),
    )


def _report(question: Question) -> Answer:
    say = question.say
    about = topic(question.text, chinese=question.chinese)
    points = aspects(question.text) or _usual_points(question)
    contents = numbered([_title(point) for point in points])
    parts = [
        f"# {_title(about)}",
        f"## {say('Contents', '目录')}\n\n{contents}",
        f"## {say('In brief', '摘要')}",
        _brief(question, about, points),
    ]
    for number, point in enumerate(points, 1):
        parts.append(f"## {number}. {_title(point)}")
        parts.append(_paragraph(question, point, number))
        parts.append(bullets([_ask(question, point, number * 3 - 3 + turn) for turn in range(2)]))
        if number == 1:
            parts.append(_frame(question, points))
    parts.append(f"## {say('References', '参考文献')}")
    parts.append(
        numbered(
            [
                f"{say('Placeholder source', '占位来源')} {letter}, https://example.com/{letter.lower()}"
                for letter in "ABC"
            ]
        )
    )
    parts.append(
        say(
            "> A script has no figures of its own. Where a number belongs, the text leaves a gap instead of "
            "inventing one.",
            "> 脚本没有自己的数据。需要数字的地方留空，而不是编造。",
        )
    )
    return Answer(
        "\n\n".join(parts),
        (
            say(f"A structured text about {about} is wanted.", f"需要一篇关于“{about}”的结构化文本。"),
            say(f"It should cover: {', '.join(points)}.", f"应涵盖：{'、'.join(points)}。"),
            say(
                "Contents first, then a brief, then one chapter each, references at the end.",
                "先目录，再摘要，逐章展开，最后参考文献。",
            ),
            say(
                "I must not invent statistics or sources; example.com is reserved for that.",
                "不得编造数据或来源；example.com 专供占位。",
            ),
        ),
    )


def _brief(question: Question, about: str, points: Sequence[str]) -> str:
    return question.say(
        f"This text looks at *{about}* from {len(points)} sides. It moves from the present state to what "
        "changes it, names the "
        "points on which a decision hangs, and marks every place where a figure must be filled in from a "
        "source you trust.",
        f"本文从 {len(points)} 个方面讨论“{about}”：先讲现状，再讲变化的动因，指出决策所系之处，"
        "并标明所有需要从可信来源补充数字的地方。",
    )


def _paragraph(question: Question, point: str, number: int) -> str:
    named = _title(point)
    options = [
        question.say(
            f"{named} raises three questions: who is affected first, what it costs to wait, and which signs would show "
            "early that the picture is wrong. The first is a matter of record, the second of calculation, the third of "
            "judgement.",
            f"“{point}”提出三个问题：谁最先受影响，等待的代价是什么，哪些迹象会最早表明判断有误。第一个要查证，"
            "第二个要计算，第三个要判断。",
        ),
        question.say(
            f"Under {point}, plans usually meet reality. What looks like one question is two: what is true "
            "today, and how "
            "fast it moves. Keep them apart, or a good answer to one hides a missing answer to the other.",
            f"“{point}”往往是计划与现实相遇之处。看似一个问题，其实是两个：今天的事实是什么，变化有多快。"
            "应分开回答，以免一个好答案掩盖另一处空白。",
        ),
        question.say(
            f"Read {point} against the other chapters: most disagreements here are not about facts but about "
            "their order. "
            "Whoever starts with this point comes to other priorities than whoever ends with it.",
            f"请把“{point}”与其他章节对照来读：分歧多半不在事实，而在先后。从这里出发的人与到这里为止的人，"
            "优先级会不同。",
        ),
        question.say(
            f"{named} is measured more often than it is understood. Before any number is quoted, say what it "
            "counts, over "
            "which period, and who collected it; two sources that differ are often both right about different things.",
            f"“{point}”常被测量，却少被理解。引用数字之前，应说明统计口径、时间范围和来源；"
            "两个不一致的来源往往各自说对了不同的事。",
        ),
        question.say(
            f"For {point}, the past is a better guide than the plan: look for the last time something similar "
            "was tried, "
            "what it was expected to bring, and what came of it.",
            f"就“{point}”而言，过去比计划更可靠：找出上一次类似的尝试，当时期待什么，结果如何。",
        ),
        question.say(
            f"{named} has winners and losers, and the text should name both. An argument that only one side would "
            "recognise as fair is not finished.",
            f"“{point}”有得益者，也有受损者，两者都应写明。只有一方认为公平的论证，还没有写完。",
        ),
    ]
    return options[(number + question.seed) % len(options)]


def _frame(question: Question, points: Sequence[str]) -> str:
    say = question.say
    gap = say("(fill in)", "（待填）")
    rows = [[_title(point), gap, gap, say("source?", "来源？")] for point in points[:6]]
    return table([say("Aspect", "方面"), say("Today", "现状"), say("Next year", "明年"), say("Evidence", "依据")], rows)


def _screenplay(question: Question) -> Answer:
    say = question.say
    about = topic(question.text, chinese=question.chinese)
    names = re.findall(r"\b[A-Z][a-z]{2,}\b", question.text)[1:] or []
    named = [name for name in dict.fromkeys(names) if name.lower() not in about.lower().split()[:1]][:2]
    one, two = [*named, *say("Mara,Jonas", "林夏,周远").split(",")][:2]
    scenes = [
        (
            say("INT. WORKSHOP – MORNING", "内景 工作室 – 清晨"),
            say(
                "Rain on the skylight. A machine hums that nobody switched on.", "雨打天窗。一台没人打开的机器在低鸣。"
            ),
            [
                (one, say("You heard it too. Say that you heard it too.", "你也听见了。告诉我你也听见了。")),
                (
                    two,
                    say(
                        "I heard rain. And you, looking for a reason to stay up.", "我只听见雨声，还有你不肯睡的借口。"
                    ),
                ),
                (one, say(f"It is about {about}. It always was.", f"是关于{about}。一直都是。")),
            ],
        ),
        (
            say("EXT. BRIDGE – DUSK", "外景 桥上 – 黄昏"),
            say(
                f"{one} holds the letter over the water; {two} does not step closer.",
                f"{one}把信举在水面上；{two}没有走近。",
            ),
            [
                (
                    two,
                    say(
                        "If you let go, we are only people who missed a train.", "你一松手，我们就只是错过一班车的人。"
                    ),
                ),
                (one, say("And if I keep it?", "如果我留着呢？")),
                (two, say("Then we are late for everything, together.", "那我们就一起迟到，什么都迟到。")),
            ],
        ),
        (
            say("INT. STATION – NIGHT", "内景 车站 – 夜"),
            say("The board clicks over. Their train is the only one on time.", "显示牌翻动。只有他们那班车准点。"),
            [
                (one, say("I thought the ending would be louder.", "我以为结局会更响亮。")),
                (two, say("Endings are. This is the other thing.", "结局才响亮。这是另一回事。")),
            ],
        ),
    ]
    parts = [
        f"# {_title(about)}",
        say(f"*Cast: {one}, who notices; {two}, who stays.*", f"*人物：{one}，总能察觉的人；{two}，留下来的人。*"),
    ]
    for number, (place, action, lines) in enumerate(scenes, 1):
        spoken = "\n\n".join(f"**{who}**\n{line}" for who, line in lines)
        parts.append(f"## {say('Scene', '第')} {number}{say('', '场')}\n\n**{place}**\n\n*{action}*\n\n{spoken}")
    parts.append(
        say("Tell me which scene should turn out differently, and I rewrite it.", "告诉我哪一场要改走向，我来重写。")
    )
    return Answer(
        "\n\n".join(parts),
        (
            say(f"A script about {about}.", f"关于{about}的剧本。"),
            say("Two people, one secret between them, three places.", "两个人，一个秘密，三个地点。"),
            say(
                "Conflict in the first scene, choice in the second, price in the third.",
                "第一场冲突，第二场选择，第三场代价。",
            ),
        ),
    )


def _letter(question: Question) -> Answer:
    say = question.say
    about = topic(question.text, chinese=question.chinese)
    return Answer(
        say(
            f"**Subject:** {_title(about)}\n\nDear …,\n\nI am writing about {about}.\n\nWhat I would like from "
            "you is one decision: "
            "whether we go ahead this week. Everything needed for it is below; if anything is missing, tell "
            "me and I will add it the "
            "same day.\n\n- *What changes:* …\n- *What it costs:* …\n- *What happens if we wait:* …\n\nThank "
            "you for your time.\n\n"
            "Kind regards,\n…",
            f"**主题：** {about}\n\n…… 您好：\n\n就“{about}”一事致信。\n\n想请您做一个决定：本周是否推进。"
            "所需信息列在下面，如有遗漏请告知，我当天补上。\n\n"
            "- *会有什么变化：* ……\n- *成本：* ……\n- *若等待会怎样：* ……\n\n感谢您的时间。\n\n此致\n敬礼\n……",
        ),
        (
            say("A letter works when it asks for one thing.", "一封信只求一件事，才有效。"),
            say("Subject, request, reasons, thanks.", "主题、请求、理由、致谢。"),
        ),
    )


def _poem(question: Question) -> Answer:
    about = topic(question.text, chinese=question.chinese)
    return Answer(
        question.say(
            f"**{_title(about)}**\n\nA script has no weather, and still it is raining,\nletter by letter, on "
            "somebody's page;\n"
            f"you asked about *{about}*, it is not complaining,\nit counts out the words and it turns like a cage.\n\n"
            "But look, at the end there is room for a margin,\nthe white that no program has ever filled in:\n"
            "whatever it was that you meant by the starting,\nis yours to put there. I have only the tin.",
            f"**{about}**\n\n脚本没有天气，却也在下雨，\n一字一字，落在谁的纸上；\n你问起{about}，它并不言语，"
            "\n只数着词，在格子里回荡。\n\n"
            "可是看啊，末尾留着空白，\n那是程序从未填过的边；\n你起初想说的，请你写下来，\n我手里只有这一点点声线。",
        ),
        (question.say("A poem: rhyme, two stanzas, a turn in the second.", "一首诗：两节，押韵，第二节有转折。"),),
    )


def _plan(question: Question) -> Answer | None:
    if len(question.text) > 600:
        return None
    say = question.say
    about = topic(question.text, chinese=question.chinese)
    steps = [
        say(
            "**Say what done looks like** in one sentence that somebody else could check.",
            "**用一句话写清“完成”是什么样**，让别人也能核对。",
        ),
        say(
            "**List what you have**: time, money, people, what exists already.",
            "**列出手头的资源**：时间、资金、人手、已有成果。",
        ),
        say(
            "**Find the riskiest part** and try it first, as small as possible.",
            "**找出风险最大的部分**，先用最小的规模试一次。",
        ),
        say(
            "**Cut the rest into pieces** of a day or two; each ends with something to show.",
            "**把其余部分切成一两天的小块**，每块都有可展示的成果。",
        ),
        say("**Fix a day to look back** and to drop what does not help.", "**定好回顾的日子**，去掉没有帮助的部分。"),
    ]
    return Answer(
        f"## {_title(about)}\n\n{numbered(steps)}",
        (
            say(f"A way to {about}.", f"目标：{about}。"),
            say("What can go wrong early should be tried early.", "早晚会出错的，应当趁早去试。"),
        ),
    )


def _usual_points(question: Question) -> list[str]:
    return question.say(
        "present state|driving forces|people and institutions|costs and benefits|risks|outlook",
        "现状|驱动因素|相关各方|成本与收益|风险|展望",
    ).split("|")


def _ask(question: Question, point: str, place: int) -> str:
    asks = [
        question.say(f"What is known about “{point}”, and from whom?", f"关于“{point}”已知什么，来自何处？"),
        question.say("What would change the picture most within a year?", "一年内什么会最大程度改变现状？"),
        question.say("Which figure would settle the argument?", "哪个数字能平息争论？"),
        question.say(f"Who decides about “{point}”, and who only talks about it?", f"谁决定“{point}”，谁只是谈论？"),
        question.say("What did people expect five years ago, and what came of it?", "五年前人们期待什么，结果如何？"),
        question.say("What is the strongest objection?", "最有力的反对意见是什么？"),
        question.say(f"Where has “{point}” gone well, and why there?", f"哪里的“{point}”做得好，为什么偏偏是那里？"),
        question.say("What does it cost, and who pays?", "代价是什么，由谁承担？"),
        question.say("Which example would a reader remember?", "读者会记住哪个例子？"),
    ]
    return asks[place % len(asks)]


def _title(text: str) -> str:
    return text[:1].upper() + text[1:]


_FORMS: tuple[tuple[tuple[str, ...], bool, Callable[[Question], Answer | None]], ...] = (
    (("outline", "table of contents", "大纲", "提纲", "目录"), False, _outline),
    (("report", "analysis", "white paper", "study", "proposal", "报告", "调研", "分析", "方案"), True, _report),
    (
        ("script", "screenplay", "dialogue", "drama", "scene", "episode", "剧本", "脚本", "对白", "短剧"),
        True,
        _screenplay,
    ),
    (("email", "e-mail", "letter", "mail", "邮件", "信"), True, _letter),
    (("poem", "haiku", "诗", "俳句"), True, _poem),
    (("essay", "article", "blog", "post", "story", "speech", "文章", "故事", "演讲", "博客"), True, _report),
    (("plan", "steps", "roadmap", "checklist", "how do i", "how to"), False, _plan),
    (("计划", "步骤", "路线图", "怎么做", "如何"), False, _plan),
)
