"""The budgets page: who sees what, what is typed and what is wrong with it; and where else budgets show."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.budgets.deeds import Subject, Terms, create
from playground.budgets.measures import units_of
from playground.budgets.models import Budget, Purse, PurseHour
from playground.budgets.windows import Window, hour_of
from playground.catalog.custom import Abilities, TypedPrice, add_offer, create_provider
from playground.catalog.models import Offer
from playground.vault import keys
from tests.entries import USD, write_entry
from tests.integration.web.conftest import HTMX, text_of

pytestmark = pytest.mark.django_db

TYPED = {
    "scope": "team",
    "measure": "USD",
    "amount": "5",
    "span": "rolling",
    "warn_percent": "80",
    "block_percent": "100",
    "unpriced": "refuse",
    "time_zone": "Asia/Shanghai",
    "name": "",
}
Make = Callable[..., Budget]


@pytest.fixture
def make(alice: User, team: Team) -> Make:
    """Makes a budget of Alice's team, with something used."""

    def deed(amount: str = "1000", measure: str = "tokens", *, used: str = "0", held: str = "0", **more: Any) -> Budget:
        name = more.pop("name", "")
        subject = Subject(measure=measure, **{"scope": "team", "span": "month", **more})
        one = create(by=alice, team=team, subject=subject, terms=Terms(units_of(Decimal(amount), measure), name=name))
        spent, reserved = (units_of(Decimal(number), measure) for number in (used, held))
        Purse.objects.filter(budget=one).update(spent=spent, reserved=reserved)
        return one

    return deed


@pytest.fixture
def offer(alice: User, team: Team) -> Offer:
    """A model that costs something, with a key."""
    shop = create_provider(scope=f"team:{team.pk}", name="Shop", base_url="https://llm.example.org/v1")
    keys.add(team=team, user=None, provider=shop, label="Shop", key="sk-canary-01234567", created_by=alice)
    price = TypedPrice(currency="USD", input=Decimal(1), output=Decimal(2))
    abilities = Abilities(context_tokens=8_000, max_output_tokens=4_000)
    return add_offer(provider=shop, wire_name="dear", abilities=abilities, price=price, today=timezone.now().date())


def test_a_budget_is_typed_kept_and_listed(alices: Client, alice: User, team: Team) -> None:
    write_entry(alice, team, price=USD)
    answer = alices.post("/budgets/add/", TYPED, follow=True)
    text = text_of(answer)
    one = Budget.objects.get()
    assert (one.amount, one.span, one.time_zone) == (5 * 10**12, "rolling", "Asia/Shanghai")
    for part in ("Budget of 30 days", "of $5.00", "forecast", "frees up hour by hour", "refuses runs without a price"):
        assert part in text


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"amount": ""}, "amount", "required"),
        ({"amount": "-1"}, "amount", "above 0"),
        ({"amount": "2000000"}, "amount", "beyond all measure"),
        ({"amount": "0.5", "measure": "tokens"}, "amount", "Tokens are whole"),
        ({"warn_percent": "90", "block_percent": "80"}, "warn_percent", "warning comes first"),
        ({"scope": "member"}, "user", "Choose one"),
        ({"scope": "key"}, "api_key", "Choose one"),
        ({"scope": "template"}, "template", "Choose one"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "valid choice"),
        ({"scope": "key", "api_key": "7b0dd2c0-0000-0000-0000-000000000000"}, "api_key", "valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(
    alices: Client, changed: dict[str, str], field: str, words: str
) -> None:
    answer = alices.post("/budgets/add/", TYPED | changed, headers=HTMX)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert Budget.objects.count() == 0
    assert alices.post("/budgets/add/", TYPED | changed).status_code == 422, "and without a script"


def test_a_budget_is_changed_and_removed(alices: Client, make: Make) -> None:
    one = make(used="900")
    page = alices.get(f"/budgets/{one.pk}/")
    assert page.context["form"].initial["amount"] == "1000"
    typed = {"amount": "2000", "name": "Ours", "warn_percent": "50", "block_percent": "90"}
    assert alices.post(f"/budgets/{one.pk}/", typed).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.amount, one.ceiling) == ("Ours", 2000, 1800)
    wrong = alices.post(f"/budgets/{one.pk}/", typed | {"amount": "0"})
    assert wrong.status_code == 422
    assert "above 0" in text_of(wrong)
    assert "“Ours” is removed." in text_of(alices.post(f"/budgets/{one.pk}/delete/", follow=True))
    assert Budget.objects.count() == 0


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_members_see_what_concerns_them_and_change_nothing(
    browser_of: Callable[[User], Client], bob_at_work: User, alice: User, team: Team, make: Make, role: str
) -> None:
    Member.objects.filter(user=bob_at_work, team=team).update(role=role)
    make(name="Of everybody")
    make(name="Of Alice", scope="member", user=alice.pk)
    make(name="Of Bob", scope="member", user=bob_at_work.pk)
    make(name="Of newcomers", scope="newcomer", span="once")
    shared = make(name="For each", scope="each")
    browser = browser_of(bob_at_work)
    text = text_of(browser.get("/budgets/"))
    assert [name in text for name in ("Of everybody", "Of Alice", "Of Bob", "Of newcomers", "For each")] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert "Add budget" not in text
    assert browser.get(f"/budgets/{shared.pk}/").status_code == 404
    assert browser.post("/budgets/add/", TYPED).status_code == 404
    for path in (f"/budgets/{shared.pk}/", f"/budgets/{shared.pk}/delete/"):
        assert browser.post(path, TYPED).status_code == 404
    assert Budget.objects.count() == 5


def test_strangers_learn_nothing(browser_of: Callable[[User], Client], charlie: User, make: Make) -> None:
    one = make(name="Secret plans")
    browser = browser_of(charlie)
    assert browser.get(f"/budgets/{one.pk}/").status_code == 404
    assert browser.post(f"/budgets/{one.pk}/delete/").status_code == 404
    assert "Secret plans" not in text_of(browser.get("/budgets/"))


def test_who_manages_sees_every_members_part(alices: Client, bob: User, alice: User, team: Team, make: Make) -> None:
    one = make(scope="each")
    Purse.objects.filter(budget=one, holder=bob.pk).update(spent=850)
    (card,) = alices.get("/budgets/").context["cards"]
    assert [(share.name, share.bar.state, share.bar.left) for share in card.shares] == [
        ("Bob", "warn", "150 tokens"),
        ("Alice", "ok", "1,000 tokens"),
    ]


def test_a_grant_lists_those_who_have_joined_since(alices: Client, bob: User, team: Team, make: Make) -> None:
    make(scope="newcomer", span="once")
    assert "Nobody has joined since" in text_of(alices.get("/budgets/"))
    new = create_user(email="new@example.org", password=None, name="New")
    Member.objects.create(team=team, user=new, role=Role.MEMBER)
    (card,) = alices.get("/budgets/").context["cards"]
    assert [share.name for share in card.shares] == ["New"]


def test_what_is_held_back_and_converted_is_marked(alices: Client, make: Make) -> None:
    one = make("10", "USD", used="4", held="1.5")
    Purse.objects.filter(budget=one).update(converted=10**12)
    (card,) = alices.get("/budgets/").context["cards"]
    bar = card.bar
    assert (bar.used, bar.held, bar.left, bar.converted) == ("$4.00", "$1.50", "$4.50", "$1.00")
    assert (bar.used_width, bar.held_x, bar.held_width) == (40.0, 40.0, 15.0)
    assert "≈ $1.00" in text_of(alices.get("/budgets/"))


@pytest.mark.parametrize(
    ("used", "words", "brief"),
    [("4", "$4.00 of $10.00 + 2 unpriced", "$4.00"), ("0", "— of $10.00 + 2 unpriced", "—")],
)
def test_runs_without_a_price_stand_beside_what_is_used_and_never_count_as_nothing(
    alices: Client, make: Make, used: str, words: str, brief: str
) -> None:
    one = make("10", "USD", used=used)
    Purse.objects.filter(budget=one).update(unpriced=2)
    page = alices.get("/budgets/")
    assert words in text_of(page)
    share = "40%" if brief != "—" else "—"
    assert f'aria-label="{share} used; warning at 80%, block at 100% + 2 unpriced"' in page.content.decode()
    assert f"{brief} / $10.00 + 2 unpriced" in text_of(alices.get("/conversations/", headers=HTMX))
    assert words in text_of(alices.get("/usage/budget/", headers=HTMX))
    assert ("forecast" in text_of(page)) <= (brief != "—")


@pytest.mark.parametrize(("days", "words"), [(1, "3,000"), (2, "1,500"), (7, "428"), (20, "428")])
def test_a_rolling_forecast_is_that_of_the_days_there_are(alices: Client, make: Make, days: int, words: str) -> None:
    purse = Purse.objects.get(budget=make("100000", span="rolling", used="100"))
    hour = hour_of(timezone.now())
    for used, spent in ((hour, 100), (hour - days * 24 + 1, 0)):  # all but nothing of it just now
        PurseHour.objects.create(purse=purse, hour=used, spent=spent)
    assert f"forecast {words} tokens in 30 days" in text_of(alices.get("/budgets/"))


def test_a_budget_beyond_its_amount_ends_the_bar_and_not_the_page(alices: Client, make: Make) -> None:
    make("1000", used="1200")
    (card,) = alices.get("/budgets/").context["cards"]
    assert (card.bar.used_width, card.bar.left, card.bar.share, card.bar.state) == (100.0, "0 tokens", "120%", "block")


def test_the_sidebar_shows_the_fullest_budget_of_everything_one_does(alices: Client, make: Make) -> None:
    assert "tc-budget-sum" not in alices.get("/conversations/", headers=HTMX).content.decode()
    make(name="Half", used="500")
    make("40000", name="Nearly", used="28000")
    for path in ("/conversations/", "/"):
        page = alices.get(path, headers=HTMX).content.decode()
        assert "Nearly" in page
        assert "<b>28K</b> / 40K" in page
        assert "Half" not in page


def test_the_composer_warns_when_a_budget_of_the_next_turn_is_nearly_used_up(
    alices: Client, make: Make, offer: Offer
) -> None:
    one = make(name="Ours", used="799")
    assert "Ours is nearly used up" not in text_of(alices.get(f"/?offer={offer.pk}"))
    Purse.objects.filter(budget=one).update(spent=800)
    assert "Ours is nearly used up." in text_of(alices.get(f"/?offer={offer.pk}"))
    Purse.objects.filter(budget=one).update(spent=1000)
    page = alices.get(f"/?offer={offer.pk}")
    assert "Ours is reached." in text_of(page)
    assert page.context["run"]["standing"].mode == "open", "the server decides when it is sent"


def test_the_composer_says_nothing_of_the_sandbox(alices: Client, make: Make, catalog: None) -> None:
    make(name="Ours", used="1000")
    practice = Offer.objects.get(provider__slug="sandbox", wire_name="zai/glm-4.5-air")
    assert "Ours is reached" not in text_of(alices.get(f"/?offer={practice.pk}"))


def test_the_forecast_carries_the_month_on(make: Make, alices: Client) -> None:
    make("1000", used="300")
    (card,) = alices.get("/budgets/").context["cards"]
    window: Window = Budget.objects.get().window(timezone.now())
    early = window.end is not None and (timezone.now() - window.start) * 24 < window.end - window.start
    assert bool(card.bar.forecast) == (not early)
