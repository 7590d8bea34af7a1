"""Fill an empty data folder for the bench: people with sessions, the synthetic provider, and a long history.

    PLAYGROUND_DATA=... python bench/seed.py --base-url http://127.0.0.1:P/v1 --models a,b --users N --messages M

Writes <model>.sessions ("<session key> <offer id>" a line, for load.c) and pages.json (for pages.py) into the folder.
Everybody is in one team, because a server of one's own belongs to a team.
"""

import argparse
import json
import os
import random
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from urllib.parse import quote, urlsplit

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.urls import reverse  # noqa: E402

from playground.accounts.models import Member, Team, User  # noqa: E402
from playground.accounts.people import create_user  # noqa: E402
from playground.accounts.roles import Role  # noqa: E402
from playground.catalog import custom  # noqa: E402
from playground.catalog.models import Offer  # noqa: E402
from playground.conversations import search_index  # noqa: E402
from playground.conversations.models import Conversation, Generation, Message  # noqa: E402
from playground.ledger.models import Entry  # noqa: E402
from playground.vault import keys  # noqa: E402

GLM = custom.Wiring(family="glm", thinking_switch="glm", reasoning="field", asks_usage=False)
PRICE = custom.TypedPrice("CNY", Decimal(4), Decimal(16))
RARE_WORD, RARE_HAN = "quokka", "清关"  # each in one answer of two hundred
SEARCHES = {
    "a rare word": RARE_WORD,
    "two rare Chinese characters": RARE_HAN,
    "a common word": "the",
    "two common Chinese characters": "模型",
    "one Chinese character": "型",
    "one letter": "e",
    "a part of a word": "appl",
    "a long word": "information",
    "two words": "design data",
    "a rare word and a common one": f"{RARE_WORD} data",
    "what no conversation has both of": "ppli 合同",
    "the beginning of a model's name": "syn",
    "models that nobody asked": "glm",
    "what nobody wrote": "electrolite",
}
LONG_TURNS, TURNS = 100, 25  # questions in the one long conversation and in each other one
WORDS = """
a able about answer because before better between both build call case change check clear code common could
cost data design different each easy end error even every example fast file find first follow form function
good great group hand have here high idea keep kind large last later leave line list long look made make
many mean method more most move name need never next number often only open order other own part plan point
question quick rate read real reason result right run same second see set short show side simple small stand
state stay step still such system take tell test text than that their then there these thing think time
token try turn under until use value very want way well what when where which while why will with word work
world would write year yet you information application implementation
""".split()  # noqa: SIM905 -- a list of a hundred and more words reads better as prose
HAN_WORDS = """
模型 回答 问题 例如 因此 可以 需要 使用 代码 数据 我们 他们 这个 那个 进行 通过 系统 公司 工作 发展 时间 情况 方面 提供
服务 管理 市场 技术 研究 分析 结果 方法 过程 项目 计划 进度 报告 合同 条款 价格 成本 收入 利润 客户 产品 质量 安全 风险
影响 变化 增加 减少 提高 降低 目标 标准 要求 条件 范围 内容 形式 结构 功能 设计 开发 测试 部署 运行 维护 支持 帮助 说明
定义 参数 变量 函数 接口 网络 文件 语言 文字
""".split()  # noqa: SIM905


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--messages", type=int, required=True)
    wanted = parser.parse_args()
    call_command("migrate", verbosity=0)
    call_command("load_catalog", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    with transaction.atomic():
        owner = create_user(email="owner@bench.example", password=None, is_owner=True)
        team = Team.objects.create(name="Bench")
        Member.objects.create(team=team, user=owner, role=Role.OWNER)
        offers = add_offers(owner, team, wanted.base_url, wanted.models.split(","))
        people = [add_person(team, number) for number in range(wanted.users)]
        sessions = [open_session(user) for user in people]
        for model, offer in offers.items():
            lines = "".join(f"{session} {offer.pk}\n" for session in sessions)
            (settings.DATA / f"{model}.sessions").write_text(lines)
        if wanted.messages:
            long = write_history(people[0], team, next(iter(offers.values())), wanted.messages)
            write_pages(sessions[0], long)
    search_index.rebuild()
    if connection.vendor == "postgresql":  # what it does by itself a minute later
        connection.cursor().execute("ANALYZE")


def add_offers(owner: User, team: Team, base_url: str, models: Sequence[str]) -> dict[str, Offer]:
    """The synthetic provider with the allowance for its private address, a team key, and a priced offer per model."""
    address = urlsplit(base_url)
    keys.allow_host(user=owner, host=str(address.hostname), port=int(address.port or 80))
    provider = custom.create_provider(
        scope=f"team:{team.pk}", name="Synthetic", base_url=base_url, currency="CNY", wiring=GLM
    )
    keys.add(team=team, user=None, provider=provider, label="bench", key="bench-key-0123456789", created_by=owner)
    today = date(2025, 1, 1)
    return {name: custom.add_offer(provider=provider, wire_name=name, price=PRICE, today=today) for name in models}


def add_person(team: Team, number: int) -> User:
    user = create_user(email=f"person{number}@bench.example", password=None)
    Member.objects.create(team=team, user=user, role=Role.MEMBER)
    user.current_team = team
    user.save(update_fields=["current_team"])
    return user


def open_session(user: User) -> str:
    """A signed-in session as signing in leaves it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def write_history(user: User, team: Team, offer: Offer, messages: int) -> Conversation:
    """Conversations of one person with `messages` messages in all; returns the long one."""
    chance = random.Random(20)
    moment = datetime.now(UTC) - timedelta(days=200)
    long, left = None, messages // 2
    while left > 0:
        turns = min(left, TURNS if long else LONG_TURNS)
        conversation = write_conversation(user, team, offer, turns, moment, chance)
        long, left, moment = long or conversation, left - turns, moment + timedelta(hours=2)
    assert long is not None
    return long


def write_conversation(
    user: User, team: Team, offer: Offer, turns: int, moment: datetime, chance: random.Random
) -> Conversation:
    """One conversation with finished answers and their ledger entries."""
    han = chance.random() < 0.4
    title = prose(chance, 6, han=han)
    room = Conversation.objects.create(
        team=team, user=user, title=title, settings={"offer": str(offer.pk)}, created_at=moment, updated_at=moment
    )
    rows: list[Message] = []
    for turn in range(turns):
        at = moment + timedelta(minutes=turn)
        asked = Message(conversation=room, parent=rows[-1] if rows else None, role="user", author=user, created_at=at)
        asked.content = prose(chance, chance.randint(5, 40), han=han)
        told = Message(conversation=room, parent=asked, role="assistant", created_at=at + timedelta(seconds=1))
        told.content = prose(chance, chance.randint(40, 220), han=han) + rarity(chance)
        rows += [asked, told]
    Message.objects.bulk_create(rows)
    answers = rows[1::2]
    entries = Entry.objects.bulk_create([entry_of(answer, user, team, offer) for answer in answers])
    Generation.objects.bulk_create(
        generation_of(answer, entry, user, offer) for answer, entry in zip(answers, entries, strict=True)
    )
    room.leaf = rows[-1]
    room.save(update_fields=["leaf"])
    return room


def rarity(chance: random.Random) -> str:
    """One of the words that the search looks for, now and then."""
    drawn = chance.random()
    return f" {RARE_WORD}." if drawn < 0.005 else f"，{RARE_HAN}。" if drawn < 0.01 else ""


def prose(chance: random.Random, words: int, *, han: bool) -> str:
    """Some words, English or Chinese."""
    if han:
        return "".join(word + chance.choice(("", "", "", "，")) for word in chance.choices(HAN_WORDS, k=words)) + "。"
    text = " ".join(chance.choices(WORDS, k=words))
    return text[:1].upper() + text[1:] + "."


def entry_of(answer: Message, user: User, team: Team, offer: Offer) -> Entry:
    prompt, completion = 800, len(answer.content) // 4
    cost_input, cost_output = prompt * PRICE.input / 1_000_000, completion * PRICE.output / 1_000_000
    return Entry(
        generation=uuid.uuid4(),
        created_at=answer.created_at,
        team=team,
        user=user,
        conversation=answer.conversation_id,
        message=answer.pk,
        provider=offer.provider.slug,
        model=offer.title,
        offer=offer.pk,
        key_label="bench",
        state="finished",
        finish_reason="stop",
        ttft_ms=400,
        duration_ms=5000,
        tokens_per_second=Decimal("40.00"),
        prompt_tokens=prompt,
        cached_tokens=0,
        completion_tokens=completion,
        reasoning_tokens=0,
        tokens_basis="reported",
        currency=PRICE.currency,
        cost_input=cost_input,
        cost_cached=Decimal(0),
        cost_output=cost_output,
        cost_total=cost_input + cost_output,
        cost_basis="exact",
    )


def generation_of(answer: Message, entry: Entry, user: User, offer: Offer) -> Generation:
    return Generation(
        id=entry.generation,
        message=answer,
        conversation_id=answer.conversation_id,
        user=user,
        client_id=entry.generation.hex,
        state=Generation.State.FINISHED,
        offer=offer,
        created_at=answer.created_at,
        finished_at=answer.created_at + timedelta(seconds=5),
        finish_reason="stop",
        entry=entry,
    )


def write_pages(session: str, long: Conversation) -> None:
    """Where the pages are and who looks at them."""
    pages = {
        "new conversation": reverse("playground"),
        f"conversation of {2 * LONG_TURNS} messages": reverse("conversation", args=[long.pk]),
        "conversation list": reverse("conversation-list"),
        **{
            f"search for {what}": reverse("conversation-list") + f"?q={quote(words)}"
            for what, words in SEARCHES.items()
        },
    }
    (settings.DATA / "pages.json").write_text(json.dumps({"session": session, "pages": pages}))


if __name__ == "__main__":
    main()
