"""Invented web-search sources under example.com, and the marks that point at them from the text."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from playground.sandbox.answers.question import Answer, Question, shorten
from playground.sandbox.answers.topic import topic
from playground.sandbox.request import WebSearch

_KINDS = (
    ("An overview of {0}", "{0}：概览"),
    ("{0}: questions and answers", "{0}：问与答"),
    ("Five years of {0}", "{0}：五年回顾"),
    ("What people get wrong about {0}", "关于{0}的常见误解"),
    ("{0} in figures", "{0}：数据一览"),
)


def search(question: Question, wanted: WebSearch, at: float) -> tuple[dict[str, str], ...]:
    """Return the sources, at most five of them; `at` (Unix seconds) dates them."""
    about = wanted.query or topic(question.text, chinese=question.chinese)
    today = datetime.fromtimestamp(at, UTC)
    return tuple(
        {
            "refer": f"ref_{place}",
            "title": question.say(*kind).format(about),
            "link": f"https://example.com/{place}/{quote(shorten(about, 40), safe='')}",
            "media": question.say("Example", "示例网"),
            "content": question.say(
                f"An invented page of the sandbox about {about}. It holds no facts.",
                f"沙盒虚构的关于“{about}”的网页，不含任何事实。",
            ),
            "icon": "https://example.com/icon.png",
            "publish_date": f"{today - timedelta(days=9 * place):%Y-%m-%d}",
        }
        for place, kind in enumerate(_KINDS[: wanted.count], 1)
    )


def cited(question: Question, answer: Answer, sources: tuple[dict[str, str], ...]) -> Answer:
    """Put sentences with marks before the answer."""
    marks = question.say(
        "The sandbox searched the web in play only; these sources are invented: ",
        "沙盒只是假装搜索网络，以下来源均为虚构：",
    ) + "; ".join(f"{source['title']} [{source['refer']}]" for source in sources)
    thought = question.say("A search was asked for; I cite what it found.", "需要联网搜索；引用其结果。")
    return Answer(f"{marks}.\n\n{answer.content}", (thought, *answer.thoughts))
