"""Small talk and customer service: greetings, thanks, complaints about an order."""

import re

from playground.sandbox.answers.extract import find_all
from playground.sandbox.answers.question import Answer, Question, numbered

_HELLO = re.compile(
    r"^\W*(?:hello|hi|hey|good (?:morning|evening|afternoon)|你好|您好|嗨|早上好|晚上好|下午好|哈喽|"
    r"在吗)(?:\W+(?:there|all|everyone|world|啊|呀))?\W*$",
    re.I,
)
_THANKS = re.compile(
    r"^\W*(?:thanks?|thank you(?: very much| so much)?|great|perfect|ok(?:ay)?|cool|bye|goodbye|谢谢|"
    r"多谢|感谢|好的|明白了?|再见|不错)\W*$",
    re.I,
)
_SERVICE = re.compile(
    r"\b(?:refund|return|cancel|delivery|shipping|shipment|parcel|package|tracking|invoice|warranty|"
    r"complain|my order|has not arrived)\b"
    r"|退款|退货|取消订单|物流|快递|发票|保修|投诉|我的订单|没收到|换货",
    re.I,
)
_JOKE = re.compile(r"\bjokes?\b|\bfunny\b|笑话|段子", re.I)
_ROLE = re.compile(
    r"\b(?:act as|pretend (?:to be|you are)|you are now|play the (?:role|part) of|speak "
    r"like)\s+(?:an?\s+|the\s+)?([\w' -]{2,40})"
    r"|(?:扮演|假装(?:你)?是|现在你是|以)(?:一个|一位|一名)?([\u4e00-\u9fff]{2,12}?)(?:的身份|的口吻|，|。|$)",
    re.I,
)
_JOKES = (
    (
        "A byte walks into a bar looking pale. “What's wrong?” asks the barkeeper. “Parity error.” — “I thought you "
        "looked a bit off.”",
        "程序员下班前妻子说：“买一个包子，看到卖西瓜的就买两个。”他带回来两个包子。",
    ),
    (
        "There are two hard things in programming: naming, counting, and off-by-one errors.",
        "编程有两大难题：命名、计数，还有差一错误。",
    ),
    (
        "I would tell you a joke about UDP, but you might not get it.",
        "我想给你讲个 UDP 的笑话，但你可能收不到。",
    ),
)
_CUSTOMER = re.compile(r"\b(?:my|i|we|me)\b|我|我的", re.I)


def answer(question: Question) -> Answer | None:
    """Answer small talk and service requests."""
    if _HELLO.match(question.text):
        return _hello(question)
    if _THANKS.match(question.text):
        return Answer(question.say("You're welcome. What next?", "不客气，还需要什么？"))
    if _JOKE.search(question.text) and len(question.text) < 160:
        return Answer(
            question.say(*question.pick(_JOKES)), (question.say("Short, and nobody's expense.", "简短，不伤人。"),)
        )
    role = _ROLE.search(question.text)
    if role and len(question.text) < 300:
        return _in_a_part(question, (role[1] or role[2]).strip())
    if len(question.text) < 600 and _SERVICE.search(question.text) and _CUSTOMER.search(question.text):
        return _service(question)
    return None


def is_small_talk(text: str) -> bool:
    """Is this so slight that a model which decides for itself would not think about it?"""
    return _THANKS.match(text) is not None


def _hello(question: Question) -> Answer:
    return Answer(
        question.say(
            f"Hello! I am the sandbox, standing in for {question.model.title}. Try one of these:\n\n"
            "- `What is 17 × 23?`\n- *Summarise this meeting:* and paste a transcript\n- *Review this diff:* "
            "and paste one\n"
            "- `Write a report about battery recycling covering market size, policy and technology`\n- `/sandbox help`",
            f"你好！我是沙盒，正在扮演 {question.model.title}。可以试试：\n\n"
            "- `17 × 23 等于多少？`\n- *总结这次会议：* 并粘贴会议记录\n- *评审这个 diff：* 并粘贴代码\n"
            "- `写一份关于电池回收的报告，涵盖市场规模、政策和技术`\n- `/sandbox 帮助`",
        ),
        (
            question.say(
                "A greeting. I greet back and show what can be tried.", "用户打招呼。应回以问候，并给出可尝试的内容。"
            ),
            question.say("Examples help more than a list of abilities.", "示例比能力清单更有用。"),
        ),
    )


def _in_a_part(question: Question, role: str) -> Answer:
    role = re.split(r"\b(?:and|who|that)\b", role)[0].strip()
    return Answer(
        question.say(
            f"*(in the part of: {role})*\n\nSo you found me. Sit down; people who come this far usually want "
            "one of three "
            "things: a story, an opinion, or help with something they should not touch. Which is it?\n\n"
            "*(A script keeps a part for as long as the questions are simple: ask about the day, the trade, "
            "the troubles.)*",
            f"*（扮演：{role}）*\n\n你还是找到我了。坐吧。走到这一步的人，多半想要三样东西之一：一个故事、"
            "一个看法，或者帮忙碰一件不该碰的事。你是哪一种？\n\n"
            "*（脚本只能演简单的角色：不妨问问今天过得如何、做什么营生、有什么烦恼。）*",
        ),
        (
            question.say(f"I am to be {role}.", f"要扮演的是{role}。"),
            question.say("One voice, one wish, one question back.", "一种口吻、一个愿望、一个反问。"),
        ),
    )


def _service(question: Question) -> Answer:
    say = question.say
    found = find_all(question.text)
    order = next(iter(found.get("order", ()) or found.get("number", ())), "")
    named = say(f" about **{order}**", f"（**{order}**）") if order else ""
    missing = [] if order else [say("the order number", "订单号")]
    missing += [] if found.get("date") else [say("the day you ordered", "下单日期")]
    steps = [
        say("I look up the order and its last event.", "查询订单及其最新状态。"),
        say(
            "If it is still on its way, you get the new date; if it is lost, a replacement or your money, as "
            "you choose.",
            "若仍在途，告知新的日期；若丢失，由您选择补发或退款。",
        ),
        say(
            "You get a written confirmation, and a person takes over if you want one.",
            "您将收到书面确认；需要时由人工接手。",
        ),
    ]
    ask = (
        say(f"To go on I need {' and '.join(missing)}.", f"为继续处理，请提供{'和'.join(missing)}。") if missing else ""
    )
    return Answer(
        say(
            f"I am sorry for the trouble{named}. This is what happens now:",
            f"给您添麻烦了，非常抱歉{named}。接下来会这样处理：",
        )
        + f"\n\n{numbered(steps)}\n\n{ask}\n\n"
        + say("(No order was touched: the sandbox has no shop behind it.)", "（未触碰任何订单：沙盒背后没有商店。）"),
        (
            say(
                "A customer with a problem: first regret, then steps, then the missing facts.",
                "客户遇到问题：先致歉，再说步骤，最后补齐信息。",
            ),
            say("Promise nothing that is not in my hands.", "不承诺做不到的事。"),
        ),
    )
