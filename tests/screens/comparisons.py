"""The comparison that the pictures show: one call, summarised by three models, and what somebody preferred."""

import random
import uuid
from collections.abc import Mapping

from playground.catalog.models import Offer
from playground.comparisons import columns, sharing, votes
from playground.comparisons.asking import ask
from playground.comparisons.models import Comparison
from playground.conversations.models import Message
from playground.conversations.progress import settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn
from tests.screens.answers import Pace, as_written
from tests.screens.household import Household
from tests.screens.texts import Said

TITLE = "Customer call, 19 November"
QUESTION = (
    "Summarise this call into agenda, decisions and actions with owner and due date. Then give each action in Chinese. "
    "Do not add names that are not in the recording.\n\n"
    "Marta: EU deliveries from Rotterdam are two days late. Jun: then we move part of it to Duisburg from 1 December. "
    "Marta: forty percent, I sign the slot contract by 25 November; its exit clause is thirty days. Jun: and support "
    "refunds up to 25 euro without asking, until February. I publish the macro on the 27th. Marta: the Polish carrier "
    "we leave open."
)
AIR = Said(
    QUESTION,
    "### Agenda\n1. Late deliveries from the Rotterdam warehouse\n2. Stock cover for the December campaign\n"
    "3. Refund threshold for support staff\n\n### Decisions\n- Switch 40% of EU parcels to the Duisburg hub from "
    "1 December.\n- Raise the refund threshold to €25 for three months, then review.\n\n### Actions\n"
    "| Owner | Action / 行动 | Due |\n|---|---|---|\n| Marta | Sign the Duisburg slot contract: "
    "签署杜伊斯堡仓位合同 | 25 Nov |\n"
    "| Jun | Publish refund macro: 发布退款话术模板 | 27 Nov |",
    "Three points, two decisions with dates, two actions. The stock cover is implied by the move in December.",
    prompt_tokens=2_104,
    cached_tokens=1_536,
)
Z1 = Said(
    QUESTION,
    "### Agenda\n1. Delivery delays, EU warehouse\n2. December stock cover\n3. Support refund policy\n\n### Decisions\n"
    "- 40% of EU volume moves to Duisburg on 1 December. Marta noted the contract has a 30-day exit clause.\n"
    "- Refund threshold becomes €25 until the end of February.\n- No decision on the Polish carrier; **the speakers "
    "disagreed** and it was deferred.\n\n### Actions\n1. Marta signs the Duisburg slot contract by 25 November.\n"
    "   玛尔塔于 11 月 25 日前签署杜伊斯堡仓位合同。\n2. Jun publishes the refund macro by 27 November.\n"
    "   俊于 11 月 27 日前发布退款话术模板。",
    "Who speaks: Marta and Jun. Decisions need an agreement: the move to Duisburg with forty percent, and the refunds. "
    "The Polish carrier is left open, so it is no decision but should be named. Dates: 1 December for the move, 25 "
    "November for the contract, the 27th for the macro, February for the end of the threshold. Nobody else is named; "
    "no names may be added. The actions come in both languages. Check: exit clause is thirty days, that belongs to the "
    "decision. The agenda has to be inferred from the order in which they speak.",
    prompt_tokens=2_090,
)
FLASH = Said(
    QUESTION,
    "### Summary\nThe call covered late deliveries, December stock and refunds. The team agreed to move part of EU "
    "volume to Duisburg and to raise the refund threshold to €25.\n\n### Actions\n"
    "- Marta: sign the Duisburg contract (25 Nov)\n  玛尔塔：签署杜伊斯堡合同（11 月 25 日）\n"
    "- Jun: publish refund macro (27 Nov)\n  俊：发布退款话术（11 月 27 日）",
    "",
    prompt_tokens=2_081,
)
ANSWERS = {"zai/glm-4.5-air": AIR, "bigmodel/glm-z1-air": Z1, "bigmodel/glm-4-flashx-250414": FLASH}


def compare(house: Household, chance: random.Random, *, owner: str) -> Comparison:
    """Begin, ask, answer and judge, at this moment of the clock; `owner`: the process that ran it."""
    comparison = columns.begin(user=house.owner, columns=_settings(house.offers))
    shown = comparison.shown_columns()
    asked = ask(
        user=house.owner,
        comparison=comparison,
        columns=[(column, None) for column in shown],
        client_id=str(uuid.UUID(int=chance.getrandbits(128))),
        text=QUESTION,
        owner=owner,
    )
    for one, said in zip(asked, ANSWERS.values(), strict=True):
        assert isinstance(one.outcome, Turn)
        settle(as_written(one.outcome, said, "finished", Pace.of(one.outcome.model_title, chance)), owner=owner)
    columns.rename(comparison, TITLE)
    preferred = Message.objects.get(conversation=shown[1].conversation, role=Message.Role.ASSISTANT)
    votes.prefer(user=house.owner, comparison=comparison, answer=preferred)
    sharing.share(comparison, "read", by=house.owner)
    house.seeded.places |= {"comparison": str(comparison.pk), "column": str(shown[0].pk)}
    return comparison


def _settings(offers: Mapping[str, Offer]) -> list[RunSettings]:
    """The same for all but the temperature of the second, which is its own."""
    return [
        RunSettings(offer=offers[name].pk, max_tokens=2048, temperature=0.3 if place != 1 else 0.6)
        for place, name in enumerate(ANSWERS)
    ]
