"""Compiled statements against the ORM's own: the same rows, the same values, on the database for real."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model
from django.test.utils import CaptureQueriesContext

from playground.accounts.models import Team, User
from playground.catalog.models import Provider
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.turns import Turn
from playground.ledger.models import Entry
from playground.statements import Insert, Param, Select, Update
from playground.vault.models import ApiKey

pytestmark = pytest.mark.django_db

_key = Select(lambda: ApiKey.objects.filter(pk=Param.of(ApiKey, "id"), disabled_at=None).select_related("provider"))
_newest = Select(
    lambda: (
        Message.objects.filter(conversation_id=Param("room", Message._meta.get_field("id")))
        .order_by("-created_at", "-role")
        .values("id", "role", "created_at", "web_search", asked=F("parent__content"))
    )
)
_rename = Update(
    lambda: Conversation.objects.filter(pk=Param.of(Conversation, "id")), ("title", "settings", "pinned_at", "leaf")
)
LONG_AGO = dt.datetime(2025, 2, 3, 4, 5, 6, 7, tzinfo=dt.UTC)


def values_of(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def entry(**more: object) -> Entry:
    known: dict[str, object] = {
        **{"generation": uuid.uuid4(), "team_id": 1, "user_id": 1, "conversation": uuid.uuid4()},
        **{"message": uuid.uuid4(), "provider": "p", "model": "m", "offer": uuid.uuid4(), "state": "finished"},
        **{"prompt_tokens": 1, "cached_tokens": 0, "completion_tokens": 2, "reasoning_tokens": 0},
        **{"tokens_basis": "reported", "cost_basis": "unpriced", "tokens_per_second": Decimal("12.50")},
    }
    return Entry(**{**known, **more})


def test_a_selected_instance_is_the_one_that_a_queryset_gives(alice: User, team: Team) -> None:
    provider = Provider.objects.create(slug="p", name="A provider", base_url="https://p.example/v1")
    key = ApiKey.objects.create(team=team, provider=provider, label="mine", sealed=b"\x00\xff", last_used_at=LONG_AGO)
    found = _key.first(id=key.pk)
    assert found is not None
    assert values_of(found) == values_of(ApiKey.objects.get(pk=key.pk))
    with CaptureQueriesContext(connection) as asked:
        assert values_of(found.provider) == values_of(Provider.objects.get(pk=provider.pk))
    assert len(asked) == 1, "select_related brought the provider along"
    found.label = "yours"
    found.save()
    assert ApiKey.objects.get(pk=key.pk).label == "yours"


def test_each_call_has_its_own_values_and_nothing_found_is_none(alice: User, team: Team) -> None:
    provider = Provider.objects.create(slug="p", name="A provider", base_url="https://p.example/v1")
    keys = [ApiKey.objects.create(team=team, provider=provider, label=str(n), sealed=b"x") for n in range(3)]
    for key in keys:
        found = _key.first(id=key.pk)
        assert found is not None
        assert found.label == key.label
    keys[1].disabled_at = LONG_AGO
    keys[1].save()
    assert _key.first(id=keys[1].pk) is None
    assert _key.first(id=uuid.uuid4()) is None


def test_selected_values_are_those_of_a_queryset_in_its_order(first_rate: None, send: Callable[..., Turn]) -> None:
    turn, _other = send("what is this?"), send("something else")
    expected = Message.objects.filter(pk=turn.assistant_message_id).values("id", "role", "created_at", "web_search")
    rows = Message.objects.filter(conversation=turn.conversation_id).update(created_at=LONG_AGO)
    assert rows == 2
    assert _newest.first(room=turn.conversation_id) == {
        **Message.objects.filter(pk=turn.user_message_id).values("id", "role", "created_at", "web_search").get(),
        "asked": None,
    }
    Message.objects.filter(pk=turn.assistant_message_id).update(created_at=LONG_AGO + dt.timedelta(microseconds=1))
    assert _newest.first(room=turn.conversation_id) == {**expected.get(), "asked": "what is this?"}


def test_an_update_writes_every_kind_of_value_to_the_one_row(first_rate: None, send: Callable[..., Turn]) -> None:
    turn, other = send("one"), send("two")
    untouched = values_of(Conversation.objects.get(pk=other.conversation_id))
    new = {
        "title": "a % and '体验'",
        "settings": {"offer": None, "temperature": 0.5},
        "pinned_at": LONG_AGO,
        "leaf": None,
    }
    assert _rename.execute(id=turn.conversation_id, **new) == 1
    row = Conversation.objects.get(pk=turn.conversation_id)
    assert {name: getattr(row, name) for name in new} == new
    assert _rename.execute(id=turn.conversation_id, **{**new, "leaf": turn.user_message_id, "pinned_at": None}) == 1
    row.refresh_from_db()
    assert (row.leaf_id, row.pinned_at) == (turn.user_message_id, None)
    assert values_of(Conversation.objects.get(pk=other.conversation_id)) == untouched
    assert _rename.execute(id=uuid.uuid4(), **new) == 0


def test_inserted_rows_read_as_saved_ones(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send()
    rows = [
        Message(conversation_id=turn.conversation_id, role=role, content=f"'{role}' 100 %", tool_calls=[{"a": 1}])
        for role in ("user", "assistant")
    ]
    expected = [values_of(row) for row in rows]
    Insert(Message).execute(*rows)
    assert [values_of(Message.objects.get(pk=row.pk)) for row in rows] == expected
    rows[0].content = "saved again"
    rows[0].save()
    assert Message.objects.get(pk=rows[0].pk).content == "saved again"


def test_a_key_that_the_database_makes_is_put_into_its_row(db: None) -> None:
    first, second = entry(), entry()
    Insert(Entry).execute(first, second)
    assert {first.pk, second.pk} == set(Entry.objects.values_list("pk", flat=True))
    for row in (first, second):
        assert values_of(Entry.objects.get(pk=row.pk)) == values_of(row)


def test_what_the_database_refuses_is_an_integrity_error_as_ever(first_rate: None, send: Callable[..., Turn]) -> None:
    turn = send(client_id="the-same")
    again = Generation.objects.get(pk=turn.generation_id)
    again.pk = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        Insert(Generation).execute(again)
    assert Generation.objects.count() == 1
