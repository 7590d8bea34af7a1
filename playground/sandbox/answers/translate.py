"""Translation of greetings and everyday phrases from a small phrase book; honest about everything beyond it."""

import re
from collections.abc import Iterator, Mapping

from playground.sandbox.answers.question import Answer, Question, table

_LANGUAGES = ("en", "zh", "es", "fr", "de", "ja")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "en": ("English", "英语", "英文", "ingles"),
    "zh": ("Chinese", "中文", "汉语", "mandarin"),
    "es": ("Spanish", "西班牙语", "西班牙文", "español"),
    "fr": ("French", "法语", "法文", "français"),
    "de": ("German", "德语", "德文", "deutsch"),
    "ja": ("Japanese", "日语", "日文", "日本語"),
}
_BOOK = """
hello|你好|hola|bonjour|hallo|こんにちは
good morning|早上好|buenos días|bonjour|guten Morgen|おはようございます
good evening|晚上好|buenas tardes|bonsoir|guten Abend|こんばんは
good night|晚安|buenas noches|bonne nuit|gute Nacht|おやすみなさい
goodbye|再见|adiós|au revoir|auf Wiedersehen|さようなら
see you tomorrow|明天见|hasta mañana|à demain|bis morgen|また明日
thank you|谢谢|gracias|merci|danke|ありがとう
thank you very much|非常感谢|muchas gracias|merci beaucoup|vielen Dank|どうもありがとうございます
you're welcome|不客气|de nada|de rien|gern geschehen|どういたしまして
please|请|por favor|s'il vous plaît|bitte|お願いします
excuse me|打扰一下|disculpe|excusez-moi|Entschuldigung|すみません
i am sorry|对不起|lo siento|je suis désolé|es tut mir leid|ごめんなさい
yes|是的|sí|oui|ja|はい
no|不是|no|non|nein|いいえ
how are you|你好吗|¿cómo estás?|comment allez-vous ?|wie geht es dir?|お元気ですか
nice to meet you|很高兴认识你|mucho gusto|enchanté|freut mich|はじめまして
welcome|欢迎|bienvenido|bienvenue|willkommen|ようこそ
congratulations|恭喜|felicidades|félicitations|herzlichen Glückwunsch|おめでとうございます
happy birthday|生日快乐|feliz cumpleaños|joyeux anniversaire|alles Gute zum Geburtstag|お誕生日おめでとう
happy new year|新年快乐|feliz año nuevo|bonne année|frohes neues Jahr|明けましておめでとう
i love you|我爱你|te quiero|je t'aime|ich liebe dich|愛しています
where is the station|车站在哪里|¿dónde está la estación?|où est la gare ?|wo ist der Bahnhof?|駅はどこですか
how much does it cost|多少钱|¿cuánto cuesta?|combien ça coûte ?|was kostet das?|いくらですか
help|救命|ayuda|au secours|Hilfe|助けて
water|水|agua|eau|Wasser|水
friend|朋友|amigo|ami|Freund|友達
meeting|会议|reunión|réunion|Besprechung|会議
today|今天|hoy|aujourd'hui|heute|今日
tomorrow|明天|mañana|demain|morgen|明日
"""
_PHRASES = tuple(tuple(line.split("|")) for line in _BOOK.strip().splitlines())
_ALSO = {"hi": "hello", "thanks": "thank you", "sorry": "i am sorry", "bye": "goodbye", "i'm sorry": "i am sorry"}
_ASKED = re.compile(
    r"\btranslat|\bhow do (?:you|i) say\b|\bin (?:spanish|french|german|japanese|chinese)\b|翻译|怎么说|译成|译为", re.I
)


def answer(question: Question) -> Answer | None:
    """Translate what the phrase book knows; show the whole row, so that nothing is hidden."""
    if not _ASKED.search(question.text):
        return None
    say = question.say
    wanted = _wanted(question.text)
    known = list(_known(question.text, wanted))
    target = _NAMES[wanted][1 if question.chinese else 0]
    if not known:
        return _unknown(question, target)
    place = _LANGUAGES.index(wanted)
    shown = [code for code in _LANGUAGES if code != wanted]
    first = known[0]
    rows = [[phrase[place], *(phrase[_LANGUAGES.index(code)] for code in shown)] for phrase in known]
    header = [_NAMES[code][1 if question.chinese else 0] for code in (wanted, *shown)]
    lines = "\n".join(f"> **{phrase[place]}**" for phrase in known)
    return Answer(
        "\n\n".join(
            [
                say(f"In {target}:", f"译成{target}："),
                lines,
                say("The same in the other languages of the phrase book:", "短语手册中的其他语言："),
                table(header, rows),
            ]
        ),
        (
            say(f"The target language is {target}.", f"目标语言是{target}。"),
            say(f"“{first[0]}” stands in the phrase book.", f"短语手册里有“{first[1]}”。"),
            say("Watch the register: polite form where there is one.", "注意语体：有敬语时用敬语。"),
        ),
    )


def _wanted(text: str) -> str:
    """The language to translate into: the one named last, else the other of English and Chinese."""
    lowered = text.lower()
    found = {
        max(lowered.rfind(name.lower()) for name in names): code
        for code, names in _NAMES.items()
        if any(name.lower() in lowered for name in names)
    }
    if found:
        return found[max(found)]
    quoted = re.sub(r"[\x00-\x7f]", "", re.sub(r"翻译|怎么说|译成|译为", "", text))
    return "en" if quoted.strip("：，。？！“” ") else "zh"


def _known(text: str, wanted: str) -> Iterator[tuple[str, ...]]:
    """Yield the phrases of the book in the text, longest first, none inside another."""
    rest = " " + text.lower().replace("’", "'") + " "
    for short, full in _ALSO.items():
        rest = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", full, rest)
    forms = sorted(
        ((form.lower().strip("¿?？ "), phrase) for phrase in _PHRASES for form in phrase),
        key=lambda pair: -len(pair[0]),
    )
    found: dict[tuple[str, ...], int] = {}
    for form, phrase in forms:
        if form not in rest:
            continue
        bounds = r"(?<!\w){}(?!\w)" if form.isascii() else "{}"
        hit = re.search(bounds.format(re.escape(form)), rest)
        if hit and phrase[_LANGUAGES.index(wanted)].lower() != form and len(form) > (1 if not form.isascii() else 2):
            rest = rest[: hit.start()] + " " * (hit.end() - hit.start()) + rest[hit.end() :]
            found.setdefault(phrase, hit.start())
    yield from sorted(found, key=lambda phrase: found[phrase])


def _unknown(question: Question, target: str) -> Answer:
    say = question.say
    return Answer(
        say(
            f"This is beyond the sandbox's phrase book, and a wrong translation into {target} would be worse "
            "than none. "
            "It knows greetings and everyday phrases, for example:",
            f"这句话超出了沙盒的短语手册，错误的{target}译文还不如没有。它会的是问候和日常用语，例如：",
        )
        + "\n\n"
        + table([_NAMES[code][1 if question.chinese else 0] for code in _LANGUAGES], _PHRASES[:6])
        + "\n\n"
        + say(
            "A real key on the keys page brings a model that translates anything.",
            "在密钥页面添加真实密钥，即可使用能翻译任意文本的模型。",
        ),
        (say("No phrase of the book is in it; I must say so.", "手册里没有这句话，应当如实说明。"),),
    )
