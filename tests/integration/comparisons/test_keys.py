"""Columns that differ by their key: each run uses the one that was chosen, and no other in its place."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.catalog.models import Offer, Provider
from playground.comparisons import columns
from playground.comparisons.asking import ask
from playground.comparisons.models import Comparison
from playground.conversations.models import Generation
from playground.conversations.run_settings import RunSettings, parse
from playground.errors import Refused
from playground.vault import keys
from playground.vault.models import ApiKey
from playground.web.offers import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(catalog: None) -> Offer:
    """A model that wants a key."""
    return Offer.objects.get(provider__slug="zai", wire_name="glm-4.5-air")


@pytest.fixture
def key_of(catalog: None) -> Callable[..., ApiKey]:
    """Adds a key for Z.ai."""

    def add(user: User, label: str, *, team: Team | None = None) -> ApiKey:
        provider = Provider.objects.get(slug="zai")
        secret = f"zai-sample-{uuid.uuid4().hex}"
        team = team or current_team(user)
        return keys.add(team=team, user=None, provider=provider, label=label, key=secret, created_by=user)

    return add


def asked(alice: User, comparison: Comparison) -> list[object]:
    """What became of a question in each column."""
    shown = [(column, None) for column in comparison.shown_columns()]
    sent = ask(user=alice, comparison=comparison, columns=shown, client_id=uuid.uuid4().hex, text="hi", owner="here")
    return [one.outcome for one in sent]


def test_each_column_runs_with_the_key_that_was_chosen_for_it(
    first_rate: None, alice: User, shop: Offer, key_of: Callable[..., ApiKey]
) -> None:
    chosen = [key_of(alice, "first"), key_of(alice, "second")]
    settings = RunSettings(offer=shop.pk)
    comparison = columns.begin(user=alice, columns=[replace(settings, key=key.pk) for key in chosen])
    asked(alice, comparison)
    assert list(Generation.objects.order_by("created_at").values_list("api_key", flat=True)) == [k.pk for k in chosen]


def test_no_other_key_takes_the_place_of_a_chosen_one(
    first_rate: None, alice: User, charlie: User, shop: Offer, key_of: Callable[..., ApiKey]
) -> None:
    usable, foreign, off = key_of(alice, "first"), key_of(charlie, "hers"), key_of(alice, "off")
    keys.set_disabled(off, disabled=True, by=alice)
    wanted = (usable.pk, foreign.pk, off.pk, uuid.uuid4())
    comparison = columns.begin(user=alice, columns=[RunSettings(offer=shop.pk, key=pk) for pk in wanted])
    outcomes = asked(alice, comparison)
    assert [one.code if isinstance(one, Refused) else "asked" for one in outcomes] == ["asked", *["no_key"] * 3]
    assert Generation.objects.count() == 1


def test_a_key_of_another_shop_does_not_go_along_to_another_model(
    first_rate: None, alice: User, team: Team, shop: Offer, key_of: Callable[..., ApiKey]
) -> None:
    desk = Desk(alice, team)
    key = key_of(alice, "first")
    other = Offer.objects.get(provider__slug="bigmodel", wire_name="glm-z1-air")
    wished = RunSettings(offer=shop.pk, key=key.pk)
    assert desk.with_own_key(wished, shop) == wished
    assert desk.with_own_key(wished, other).key is None


def test_the_chosen_key_is_kept_as_json(first_rate: None) -> None:
    chosen = RunSettings(offer=uuid.uuid4(), key=uuid.uuid4())
    assert parse(chosen.to_json()) == chosen
    with pytest.raises(Refused, match="key"):
        parse({"key": "nonsense"})
