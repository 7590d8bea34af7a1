"""The conversations that the pictures show, made by the app's own deeds at moments of the past."""

import datetime as dt
import json
import os
import random
import uuid
from dataclasses import replace
from typing import Any

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.choices import DisabledReasons
from playground.conversations import threads, turns
from playground.conversations.models import Conversation, Message
from playground.conversations.progress import Checkpoint, Settlement, checkpoint_all, interrupt, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn
from playground.conversations.web_search import WebSearch
from playground.ledger.models import NightlyTask
from playground.ledger.nightly import CHECK, EXPORT
from playground.presets import shelf
from playground.snapshots import sharing
from playground.snapshots.freezing import Shows
from playground.tools import functions
from playground.tools.judging import judge
from playground.vault import keys
from playground.web import usage_files
from tests.screens import texts, tool_stories
from tests.screens.answers import Pace, as_the_sandbox_says, as_written
from tests.screens.batches import fill_batches
from tests.screens.budgets import set_budgets
from tests.screens.comparisons import compare
from tests.screens.frozen_time import NOW, TAKING, HeldClock
from tests.screens.household import Household, Seeded
from tests.screens.shared import share_some
from tests.screens.teamwork import tell_of_the_team
from tests.screens.template_shelf import fill_shelf, versions_on_the_shelf
from tests.screens.tokens import write_tokens
from tests.screens.usage import write_usage

WRITER = "the process that was"  # whose lease the seeded runs have


def seed(clock: HeldClock) -> Seeded:
    """Fill the database that the settings name; the clock stands at NOW afterwards."""
    house = Household(clock)
    Storyteller(clock, house).tell()
    share_some(house)
    house.seeded.places |= fill_shelf(clock, team=house.team, owner=house.owner, colleague=house.colleague)
    house.seeded.places |= tell_of_the_team(clock, team=house.team, owner=house.owner, colleague=house.colleague)
    write_tokens(house.owner, house.team, NOW)
    people, versions = [house.owner, house.colleague], versions_on_the_shelf(house.team)
    house.seeded.places["entry"] = str(write_usage(people, house.team, NOW, versions).pk)
    clock.set(NOW - dt.timedelta(minutes=5))
    house.seeded.places |= set_budgets(house.owner, house.team, house.seeded.places)
    clock.set(NOW)
    for month in list(usage_files.months_due(house.team, NOW)):
        usage_files.write(house.team, month)
        os.utime(usage_files.path_of(house.team, month), times=(NOW.timestamp(), NOW.timestamp()))
    _do_the_nights_work()
    return house.seeded


def _do_the_nights_work() -> None:
    """It was done, and the server of the pictures never finds it due."""
    at = NOW - dt.timedelta(hours=6)
    for name, seconds in ((EXPORT, 2.4), (CHECK, 41.2)):
        ended = at + dt.timedelta(seconds=seconds)
        NightlyTask.objects.create(name=name, night=dt.date.max, began_at=at, ended_at=ended, outcome="well")


class Storyteller:
    """Writes the conversations, each deed at its own moment of the held clock."""

    def __init__(self, clock: HeldClock, house: Household) -> None:
        self._clock, self._house = clock, house
        self._chance = random.Random(7)

    def tell(self) -> None:
        """All of them, the oldest first."""
        self._older()
        self._budgeted()
        self._gone()
        self._faults()
        self._with_tools()
        self._yesterday()
        self._at(hours=7, minutes=20)
        compare(self._house, self._chance, owner=WRITER)
        fill_batches(self._house, random.Random(47), owner=WRITER)
        self._today()
        self._presets_and_links()
        self._under_way()
        self._damaged()

    def _under_way(self) -> None:
        """As many runs as leave a key of the team little room.

        They wait to be taken up. A server whose clock is held lets them: they are newer than it is.
        """
        self._clock.set(TAKING + dt.timedelta(seconds=1))
        key = uuid.UUID(self._house.seeded.places["batch_key"])
        settings = self._settings("bigmodel/glm-z1-air", key=key, max_tokens=256)
        for _ in range(46):
            turn = self._turn(None, settings, texts.TAGGING.question, user=self._house.colleague, owner="")
            threads.archive(Conversation.objects.get(pk=turn.conversation_id), archived=True)
        self._at(minutes=1)
        keys.touch(key, user_id=self._house.colleague.pk)

    def _damaged(self) -> None:
        """A row that no code of ours writes, out of sight of every list: whoever opens it meets a fault."""
        newcomer = self._house.seeded.people["newcomer"]
        team = current_team(newcomer)
        room = Conversation(team=team, user=newcomer, title="Damaged", archived_at=NOW, settings="nothing of ours")
        room.save()
        self._place("damaged", room)

    def _presets_and_links(self) -> None:
        """Presets of the owner and the team, and two links to a copy, one of them taken back."""
        owner, team = self._house.owner, self._house.team
        analyst = self._settings("zai/glm-4.5-air", temperature=0.3, max_tokens=8192, system_prompt=texts.ANALYST)
        plain = self._settings("bigmodel/glm-z1-air", max_tokens=4096)
        mine = shelf.save(user=owner, team=team, name="Figures first", settings=analyst, for_team=False)
        shelf.save(user=owner, team=team, name="Think it through", settings=plain, for_team=True)
        self._place_id("preset", mine.pk)
        room = Conversation.objects.get(pk=self._house.seeded.places["break_even"])
        shows = Shows(names=True, costs=True, reasoning=True)
        former, _secret = sharing.share(user=owner, conversation=room, shows=Shows(), days=7)
        sharing.take_back(former)
        snapshot, secret = sharing.share(user=owner, conversation=room, shows=shows, days=30)
        self._place_id("snapshot", snapshot.pk)
        self._house.seeded.places["link"] = secret

    def _today(self) -> None:
        self._at(hours=4, minutes=11)
        zai_air = self._settings("zai/glm-4.5-air", temperature=0.6, max_tokens=8192, system_prompt=texts.ANALYST)
        room = self._say(None, zai_air, texts.BREAK_EVEN, title="LFP line: break-even volume", name="break_even")
        self._at(hours=4, minutes=9)
        self._say(room, zai_air, texts.RECOVERY)
        self._at(hours=2, minutes=30)
        code = self._settings("zai/glm-4.7-flashx")
        self._say(None, code, texts.REFACTOR, title="Refactor invoice parser to streaming", name="code")
        self._at(hours=1, minutes=2)
        air = self._settings("bigmodel/glm-z1-air", temperature=0.6)
        self._say(None, air, texts.OPS_ZH, title="运营周会行动项提炼", name="ops")
        self._at(seconds=20)
        practice = self._settings("sandbox/zai/glm-4.5-air")
        limited = self._ask_sandbox(None, practice, "/sandbox wait 300 Compare the two supplier offers")
        threads.rename(limited, "Supplier offers, side by side")
        self._place("limited", limited)
        self._at(minutes=31)
        room = self._say(None, air, texts.CHINESE_EMPHASIS, title="Support macro tone, 客服话术", name="branches")
        self._again(room, texts.CHINESE_EMPHASIS_AGAIN)

    def _yesterday(self) -> None:
        air = self._settings("bigmodel/glm-z1-air")
        self._at(days=1, hours=1)
        self._say(None, air, texts.RESUME, title="Résumé match: data platform lead", state="stopped", name="stopped")
        self._at(days=1, hours=2)
        unpriced = self._settings("rack")
        self._say(None, unpriced, texts.CLAUSES, title="Contract clause comparison, EN / ZH", name="unpriced")
        self._at(days=1, hours=5)
        self._cut_off(self._settings("bigmodel/glm-z1-flashx"), texts.NIGHT_FERRY, "Episode outline: “The Night Ferry”")

    def _faults(self) -> None:
        """One conversation with a turn for each kind of failure, with what the provider says."""
        practice = self._settings("sandbox/zai/glm-4.5-air")
        room: Conversation | None = None
        for minute, prompt in enumerate(texts.FAULTS):
            self._at(days=2, hours=3, minutes=-minute)
            room = self._ask_sandbox(room, practice, prompt)
        assert room is not None
        for minute, (code, sentence) in enumerate(texts.SILENCES):
            self._at(days=2, hours=2, minutes=-minute)
            turn = self._turn(room, practice, texts.SILENT_QUESTION)
            settled = Settlement(
                turn.generation_id, "failed", "", "", 0, error_code=code, error_message=sentence, retryable=True
            )
            settle(settled, owner=WRITER)
            room.refresh_from_db()
        self._at(days=2, hours=4)
        series = f"```measurements.csv\n{texts.measurements(7_000)}\n```\n\nWhich sensor drifts?"
        long = self._ask_sandbox(None, practice, series)
        threads.rename(long, "Which sensor drifts?")
        self._place("too_long", long)
        threads.rename(room, "What can go wrong, one of each")
        self._place("faults", room)

    def _with_tools(self) -> None:
        """A turn of two rounds and one that waits for a result, a web search, and an answer that breaks its schema."""
        self._at(days=3, hours=4)
        function = functions.save(user=self._house.owner, team=self._house.team, function=None, **tool_stories.FUNCTION)
        self._place_id("function", function.pk)
        calling = self._settings("zai/glm-4.6", functions=(function.pk,), max_tokens=8192)
        asked = self._turn(None, calling, tool_stories.ASKED.question)
        self._settle_as(asked, tool_stories.ASKED, tool_calls=tool_stories.CALLS, finish_reason="tool_calls")
        answer = Message.objects.get(pk=asked.assistant_message_id)
        given = turns.give_results(
            user=self._house.owner,
            message=answer,
            client_id=self._client_id(),
            results=tool_stories.RESULTS,
            owner=WRITER,
        )
        self._settle_as(given, tool_stories.ANSWERED)
        room = self._named(asked, "Prices from the series", "tools")
        self._at(days=3, hours=3)
        again = self._turn(room, calling, tool_stories.AGAIN.question)
        self._settle_as(again, tool_stories.AGAIN, tool_calls=tool_stories.AGAIN_CALLS, finish_reason="tool_calls")
        self._at(days=3, hours=5)
        searching = self._settings("bigmodel/glm-4.6", web_search=WebSearch("search_pro", count=5, recency="oneMonth"))
        found = self._turn(None, searching, tool_stories.SEARCHED.question)
        self._settle_as(found, tool_stories.SEARCHED, web_search=tool_stories.SOURCES)
        self._named(found, "Sodium-ion for the grid, searched", "search")
        self._at(days=3, hours=6)
        schema = json.dumps(tool_stories.SCHEMA, indent=2)
        reading = self._settings("zai/glm-4.5-air", output="json_schema", schema=schema)
        read = self._turn(None, reading, tool_stories.INVOICE.question)
        verdict = judge(tool_stories.SCHEMA, tool_stories.INVOICE.answer)
        self._settle_as(read, tool_stories.INVOICE, verdict=verdict)
        self._named(read, "Invoice 4711 as JSON", "json")

    def _settle_as(self, turn: Turn, said: texts.Said, **facts: Any) -> None:
        settle(replace(self._written(turn, said, "finished"), **facts), owner=WRITER)

    def _named(self, turn: Turn, title: str, name: str) -> Conversation:
        found = Conversation.objects.get(pk=turn.conversation_id)
        threads.rename(found, title)
        self._place(name, found)
        return found

    def _budgeted(self) -> None:
        """A conversation with a key of its own, whose budget is used up (budgets.py)."""
        self._at(days=6, hours=4)
        key = uuid.UUID(self._house.seeded.places["batch_key"])
        settings = self._settings("bigmodel/glm-4-flashx-250414", key=key, max_tokens=4096)
        self._say(None, settings, texts.TAGGING, title="Nightly tagging, by hand", name="budgeted")

    def _gone(self) -> None:
        """A conversation whose model the server does not have any more."""
        self._at(days=4, hours=2)
        old = self._house.offers["rack, old"]
        title = "Support macros, first draft"
        self._say(None, self._settings("rack, old"), texts.MACROS, title=title, name="gone")
        old.enabled, old.disabled_reason = False, DisabledReasons.BY_HAND
        old.save(update_fields=["enabled", "disabled_reason"])

    def _older(self) -> None:
        self._at(days=5)
        long = self._settings("zai/glm-4.7-flashx")
        room: Conversation | None = None
        for number, paper in enumerate(texts.PAPERS):
            self._at(days=5, hours=3, minutes=-3 * number)
            question = (
                f"Paper {number + 1} of {len(texts.PAPERS)}: {paper}. Method, finding and figures in one row, please."
            )
            answer = texts.Said(question, texts.paper_row(number, paper), "")
            room = self._say(room, long, answer, title="Literature table: solid electrolytes", name="long")
        for days, offer, said, title in (
            (6, "zai/glm-4.7-flashx", texts.COHORTS, "SQL: cohort retention by channel"),
            (7, "bigmodel/glm-z1-air", texts.SWAHILI, "Swahili seed sentences, batch 3"),
            (26, "bigmodel/glm-4-flashx-250414", texts.WEEKLY, "Ops weekly meeting summary"),
            (41, "bigmodel/glm-4-flashx-250414", texts.WEEKLY, "Clinic intake form, JSON schema"),
        ):
            self._at(days=days, hours=2)
            room = self._say(None, self._settings(offer), said, title=title)
            if title.startswith("SQL"):
                threads.pin(room, pinned=True)
            if days > 20:
                threads.archive(room, archived=True)

    def _say(
        self,
        room: Conversation | None,
        settings: RunSettings,
        said: texts.Said,
        *,
        title: str = "",
        state: str = "finished",
        name: str = "",
    ) -> Conversation:
        """A question and its answer, as written in texts.py."""
        turn = self._turn(room, settings, said.question)
        settle(self._written(turn, said, state), owner=WRITER)
        found = Conversation.objects.get(pk=turn.conversation_id)
        if title and room is None:
            threads.rename(found, title)
        if name:
            self._place(name, found)
        return found

    def _again(self, room: Conversation, said: texts.Said) -> None:
        """Regenerate the last answer: a second branch."""
        assert room.leaf_id is not None
        message = Message.objects.get(pk=room.leaf_id)
        turn = turns.regenerate(user=self._house.owner, message=message, client_id=self._client_id(), owner=WRITER)
        settle(self._written(turn, said, "finished"), owner=WRITER)

    def _cut_off(self, settings: RunSettings, said: texts.Said, title: str) -> None:
        """An answer whose process was killed, settled as recovery does it."""
        turn = self._turn(None, settings, said.question)
        saved = Checkpoint(turn.generation_id, turn.assistant_message_id, 40, said.answer, said.thinking)
        checkpoint_all(WRITER, [saved])
        interrupt(turn.generation_id)
        found = Conversation.objects.get(pk=turn.conversation_id)
        threads.rename(found, title)
        self._place("interrupted", found)

    def _ask_sandbox(self, room: Conversation | None, settings: RunSettings, prompt: str) -> Conversation:
        """A turn that the sandbox really answers, or refuses."""
        turn = self._turn(room, settings, prompt)
        settle(as_the_sandbox_says(turn), owner=WRITER)
        return Conversation.objects.get(pk=turn.conversation_id)

    def _turn(
        self,
        room: Conversation | None,
        settings: RunSettings,
        text: str,
        *,
        user: User | None = None,
        owner: str = WRITER,
    ) -> Turn:
        return turns.append_turn(
            user=user or self._house.owner,
            conversation=room,
            parent_id=room.leaf_id if room else None,
            client_id=self._client_id(),
            text=text,
            settings=settings,
            owner=owner,
        )

    def _written(self, turn: Turn, said: texts.Said, state: str) -> Settlement:
        return as_written(turn, said, state, Pace.of(turn.model_title, self._chance))

    def _settings(self, offer: str, **settings: object) -> RunSettings:
        return RunSettings(offer=self._house.offers[offer].pk, **settings)  # type: ignore[arg-type]

    def _place(self, name: str, room: Conversation) -> None:
        self._place_id(name, room.pk)

    def _place_id(self, name: str, pk: uuid.UUID) -> None:
        self._house.seeded.places[name] = str(pk)

    def _client_id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128)))

    def _at(self, **ago: float) -> None:
        self._clock.set(NOW - dt.timedelta(**ago))
