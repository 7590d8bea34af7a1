"""A budget holds against 200 sends at once from several processes, and a killed one leaves nothing held back."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from playground.accounts.models import User
from playground.budgets.models import Budget, Purse
from playground.catalog.models import Offer
from playground.conversations import progress
from playground.conversations.models import Generation
from playground.ledger.models import Entry
from tests.integration.budgets.conftest import LONGEST, RUN, purse_of, sums
from tests.server import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES, THREADS = 4, 50
Make = Callable[..., Budget]


class Spenders:
    """Processes that wait for one moment, send, and say what became of it."""

    def __init__(self, user: User, offer: Offer, folder: Path, *, then: str, count: int = PROCESSES) -> None:
        self._go = folder / "go"
        words = [str(user.pk), str(offer.pk), str(LONGEST), str(THREADS), then, str(self._go)]
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PLAYGROUND_DATA": str(settings.DATA),
            "DB_NAME": str(connection.settings_dict["NAME"]),
        }
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.spender", *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
            )
            for _ in range(count)
        ]
        for process in self._processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def go(self) -> None:
        """All threads of all processes send now."""
        self._go.touch()

    def said(self) -> Counter[str]:
        """Wait for all of them."""
        answers = [process.communicate(timeout=120)[0] for process in self._processes]
        return Counter(word for answer in answers for word in json.loads(answer))

    @property
    def are_busy(self) -> bool:
        """Whether one of them has not ended."""
        return any(process.poll() is None for process in self._processes)

    def end(self) -> None:
        """After a test that failed."""
        for process in self._processes:
            process.kill()
            process.communicate()


@pytest.fixture
def spenders(alice: User, offer: Offer, tmp_path: Path, first_rate: None) -> Iterator[Callable[..., Spenders]]:
    with contextlib.ExitStack() as stack:

        def start(**more: object) -> Spenders:
            one = Spenders(alice, offer, tmp_path, **more)  # type: ignore[arg-type]
            stack.callback(one.end)
            return one

        yield start


def test_two_hundred_sends_of_four_processes_begin_as_many_runs_as_fit(
    budget: Make, spenders: Callable[..., Spenders]
) -> None:
    fitting = 37
    narrow, wide = budget(str(fitting * RUN + RUN - 1)), budget(str(1000 * RUN), scope="each")
    money = budget("1", "USD", span="rolling")
    crowd = spenders(then="stay")
    crowd.go()
    assert crowd.said() == {"begun": fitting, "over_budget": PROCESSES * THREADS - fitting}
    assert sums(narrow) == (0, fitting * RUN)
    assert Generation.objects.count() == fitting
    assert Purse.objects.get(budget=wide).reserved == fitting * RUN
    for generation in Generation.objects.all():
        assert progress.interrupt(generation.pk)
    entries = Entry.objects.aggregate(tokens=Sum(F("prompt_tokens") + F("completion_tokens")), cost=Sum("cost_total"))
    assert sums(narrow) == (entries["tokens"], 0)
    assert sums(money) == (int(entries["cost"] * 10**12), 0)


def test_runs_that_end_meanwhile_make_room_and_the_limit_is_never_passed(
    budget: Make, spenders: Callable[..., Spenders]
) -> None:
    one = budget("600")
    crowd = spenders(then="settle")
    crowd.go()
    seen: list[tuple[int, int]] = []
    while crowd.are_busy:
        seen += Purse.objects.filter(budget=one).values_list("spent", "reserved")
        time.sleep(0.002)
    said = crowd.said()
    assert set(said) == {"begun", "over_budget"}
    assert max(spent + reserved for spent, reserved in seen) <= 600
    assert said["begun"] > 600 // RUN, "more than fit at once, because some had ended"
    used = Entry.objects.aggregate(tokens=Sum(F("prompt_tokens") + F("completion_tokens")))["tokens"]
    assert sums(one) == (used, 0)
    assert used <= 600


def test_what_a_killed_process_held_back_is_let_go_by_the_sweep(
    budget: Make, spenders: Callable[..., Spenders]
) -> None:
    one = budget(str(10 * RUN))
    crowd = spenders(then="die", count=1)
    crowd.go()
    crowd.said()
    assert sums(one) == (0, 10 * RUN)
    now = timezone.now()
    gone = progress.abandoned(owners_alive={"another"}, queued_before=now, at=now)
    assert len(gone) == 10
    assert all(progress.interrupt(generation) for generation in gone)
    spent, reserved = sums(one)
    assert reserved == 0
    assert spent == sum(Entry.objects.values_list("prompt_tokens", flat=True))
    assert purse_of(one).spent < 10 * RUN
