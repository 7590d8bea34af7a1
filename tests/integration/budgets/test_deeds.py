"""Who may make, change and remove budgets, and what a budget cannot be."""

import uuid
from collections.abc import Callable

import pytest

from playground.accounts.models import Deed, Member, Team, User
from playground.accounts.roles import Role
from playground.budgets import deeds
from playground.budgets.deeds import Subject, Terms
from playground.budgets.models import Budget
from playground.errors import Refused

pytestmark = pytest.mark.django_db

TOKENS = Subject(scope="team", measure="tokens", span="month")


def code_of(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.code


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_members_neither_make_nor_change_nor_remove(
    budget: Callable[..., Budget], team: Team, bob: User, charlie: User, role: str
) -> None:
    Member.objects.filter(user=bob, team=team).update(role=role)
    one = budget()
    for who in (bob, charlie):
        assert code_of(lambda who=who: deeds.create(by=who, team=team, subject=TOKENS, terms=Terms(5))) == "not_allowed"  # type: ignore[misc]
        assert code_of(lambda who=who: deeds.change(one, Terms(5), by=who)) == "not_allowed"  # type: ignore[misc]
        assert code_of(lambda who=who: deeds.remove(one, by=who)) == "not_allowed"  # type: ignore[misc]
    assert Budget.objects.get().amount == 1000


def test_an_admin_does_all_three(budget: Callable[..., Budget], team: Team, bob: User) -> None:
    Member.objects.filter(user=bob, team=team).update(role=Role.ADMIN)
    one = deeds.create(by=bob, team=team, subject=TOKENS, terms=Terms(5000, name="  Ours "))
    deeds.change(one, Terms(100, name="Ours", warn_percent=50, block_percent=90), by=bob)
    one.refresh_from_db()
    assert (one.warn_level, one.ceiling) == (50, 90)
    deeds.remove(one, by=bob)
    assert Budget.objects.count() == 0
    log = Deed.objects.filter(team=team, person=bob).order_by("pk")
    assert list(log.values_list("name", "subject")) == [
        ("budget.made", "Ours"),
        ("budget.changed", "Ours"),
        ("budget.removed", "Ours"),
    ]
    assert log[1].details == {"amount": "100", "measure": "tokens", "span": "month", "warn": 50, "block": 90}


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(0), "bad_amount"),
        (Terms(-5), "bad_amount"),
        (Terms(10**16), "bad_amount"),
        (Terms(1, warn_percent=1, block_percent=50), "bad_amount"),
        (Terms(100, warn_percent=0), "bad_thresholds"),
        (Terms(100, warn_percent=90, block_percent=80), "bad_thresholds"),
        (Terms(100, block_percent=101), "bad_thresholds"),
        (Terms(100, unpriced="perhaps"), "bad_subject"),
    ],
)
def test_terms_that_make_no_sense_are_refused(alice: User, team: Team, terms: Terms, code: str) -> None:
    assert code_of(lambda: deeds.create(by=alice, team=team, subject=TOKENS, terms=terms)) == code


@pytest.mark.parametrize(
    "subject",
    [
        Subject(scope="member", measure="tokens", span="day"),
        Subject(scope="key", measure="tokens", span="day", api_key=uuid.uuid4()),
        Subject(scope="template", measure="tokens", span="day", template=uuid.uuid4()),
        Subject(scope="team", measure="tokens", span="day", time_zone="Middle-earth/Shire"),
    ],
)
def test_a_budget_is_for_something_that_is_there(alice: User, team: Team, subject: Subject) -> None:
    assert code_of(lambda: deeds.create(by=alice, team=team, subject=subject, terms=Terms(5))) == "bad_subject"


def test_it_is_for_nobody_of_another_team(alice: User, team: Team, charlie: User) -> None:
    subject = Subject(scope="member", measure="tokens", span="day", user=charlie.pk)
    assert code_of(lambda: deeds.create(by=alice, team=team, subject=subject, terms=Terms(5))) == "bad_subject"
