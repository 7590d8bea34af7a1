"""The words of a text that carry its meaning, in both languages. Chinese is taken in runs, for want of a dictionary."""

import re
from collections import Counter

_STOP_WORDS = """
the a an and or but of to in on for with is are was were be been it its this that these those as at by from we
you they he she i me my not no has have had will would can could should may our their your his her which who
what when where why how there than then so if also into about more most over such only some any each other
please do does did tell give make let us write list name show just like get all one two very much many between
through them him using use used need want
"""
_STOP = frozenset(_STOP_WORDS.split())
_BREAKS = re.compile(
    r"我们|你们|他们|一个|一份|一篇|一下|这个|那个|可以|以及|进行|已经|因为|所以|但是|如果|就是|没有|"
    r"需要|不是|还有|这些|那些|什么|怎么|如何|请问|"
    r"[请帮我你他她的了吗呢吧和与或在是有为将把被让对从到及并也都就要会能写给]"
)
_LATIN = re.compile(r"[a-zà-ÿ][a-zà-ÿ0-9'+#.-]*[a-zà-ÿ0-9+#]")
_HANZI = re.compile(r"[\u4e00-\u9fff]{2,}")


def content_words(text: str) -> list[str]:
    """Return the words in order, lower case, without those that only hold a sentence together."""
    latin = [word for word in _LATIN.findall(text.lower()) if word not in _STOP and len(word) > 2]
    hanzi = [piece for run in _HANZI.findall(text) for piece in _BREAKS.sub(" ", run).split() if len(piece) > 1]
    return latin + hanzi


def key_words(text: str, count: int) -> list[str]:
    """Return the most frequent words, earlier ones first among equals."""
    return [word for word, _ in Counter(content_words(text)).most_common(count)]


def stem(word: str) -> str:
    """Cut the commonest English endings, so that `forecasts` meets `forecast`."""
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def pairs(text: str) -> set[str]:
    """Return every two neighbouring Chinese characters: what stands in for words when texts are compared."""
    return {run[at : at + 2] for run in _HANZI.findall(text) for at in range(len(run) - 1)}
