"""Lists of ideas: a matter seen from as many sides as were asked for, each with a sentence of use."""

from playground.sandbox.answers.question import Answer, Question, numbered
from playground.sandbox.answers.topic import count, topic

_ASKED = (
    *("list", "ideas", "suggest", "suggestions", "name", "tips", "ways", "reasons", "brainstorm", "examples"),
    *("列出", "列举", "点子", "建议", "推荐", "理由", "几个", "办法"),
)
_ANGLES = (
    (
        "Start from one person",
        "pick who needs it most and ask what they would miss",
        "从一个人出发",
        "选出最需要的人，问问缺了它会怎样",
    ),
    ("Go small", "make the least that still helps, this week", "做到最小", "本周就做出仍然有用的最小版本"),
    (
        "Turn it round",
        "do the usual steps in the opposite order and see what falls away",
        "反过来",
        "把惯常步骤倒着做，看看哪些可以省去",
    ),
    (
        "Spend nothing",
        "plan it as if money were forbidden; keep what survives",
        "一分不花",
        "假设不许花钱来规划，留下依然成立的部分",
    ),
    (
        "Borrow",
        "find the trade that solved this long ago and copy its habit",
        "借鉴",
        "找出早已解决此事的行业，学它的习惯",
    ),
    ("Take away", "remove one step instead of adding one", "做减法", "去掉一步，而不是再加一步"),
    (
        "Make waiting pleasant",
        "where it cannot be faster, let it be interesting",
        "让等待愉快",
        "快不了的地方，就让它有趣",
    ),
    ("Let it be undone", "people dare more when they can go back", "允许撤销", "能反悔，人们才敢尝试"),
    ("Show the work", "let others watch it come about", "展示过程", "让别人看到它如何形成"),
    (
        "Praise the boring part",
        "somebody does it every day; make that visible",
        "为枯燥喝彩",
        "总有人天天在做，让它被看见",
    ),
    ("Ask a beginner", "give it to somebody new, and watch in silence", "请教新手", "交给新人，静静观察"),
    ("Do it in public", "announce it before it is safe to do so", "公开去做", "在尚无把握时就先宣布"),
    ("By hand first", "do it three times before anything is automated", "先手工", "自动化之前先亲手做三遍"),
    ("Set a limit", "an hour, a page, ten people: and keep to it", "设下界限", "一小时、一页纸、十个人，并守住它"),
    ("Write down why", "the what changes, the reason stays", "写下原因", "做法会变，理由不变"),
    ("Share it unfinished", "the best corrections come early", "未完成就分享", "最好的修改意见来得早"),
    ("Measure one thing", "choose the figure that would change your mind", "只量一项", "选那个会改变你想法的数字"),
    ("Tie it to a habit", "attach it to something people do anyway", "搭上习惯", "依附在人们本来就做的事上"),
    ("Win the first minute", "what happens then decides about the rest", "赢得第一分钟", "开头决定其余"),
    ("Plan the end", "say now how it closes, and who tidies up", "想好结尾", "现在就说定如何收场、由谁收拾"),
)


def answer(question: Question) -> Answer | None:
    """List ideas when a list is asked for."""
    if not question.asks(*_ASKED):
        return None
    about = topic(question.text, chinese=question.chinese)
    wanted = count(question.text, 5)
    turn = question.seed % len(_ANGLES)
    chosen = [_ANGLES[(turn + step) % len(_ANGLES)] for step in range(wanted)]
    items = [
        question.say(f"**{english}**: {use}.", f"**{chinese}**：{use_zh}。") for english, use, chinese, use_zh in chosen
    ]
    return Answer(
        question.say(f"{wanted} directions for *{about}*:", f"关于“{about}”的 {wanted} 个方向：")
        + "\n\n"
        + numbered(items),
        (
            question.say(f"{wanted} items on {about} are wanted.", f"需要 {wanted} 条关于“{about}”的内容。"),
            question.say("They should differ in kind, not only in wording.", "各条要在性质上不同，而不仅是措辞。"),
        ),
    )
