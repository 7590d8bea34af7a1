"""Two teams with one of everything in each, and somebody in every role."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from playground.accounts import invitations, teams, tokens
from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.batches import drafting
from playground.batches.models import Batch
from playground.batches.table import read_text
from playground.budgets import deeds
from playground.budgets.deeds import Subject, Terms
from playground.budgets.measures import units_of
from playground.budgets.models import Budget
from playground.catalog import custom
from playground.catalog.custom import TypedPrice
from playground.catalog.models import Offer, Provider
from playground.comparisons import columns
from playground.comparisons import sharing as comparison_sharing
from playground.conversations import sharing
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry, ExchangeRate
from playground.presets import shelf
from playground.prompts import library
from playground.prompts.content import read_content
from playground.snapshots.models import Snapshot
from playground.tools import functions
from playground.vault import keys
from playground.vault.models import ApiKey

# One letter for each role; "r" was a member once, "s" is a stranger with a team of their own, "-" is signed out.
ROLES: Mapping[str, str] = {"o": "owner", "a": "admin", "m": "member", "v": "viewer", "r": "removed", "s": "stranger"}
IN_TEAM = "oamv"
SHARED = ("read", "write")  # a conversation that another member shares with the team to read, or to write in
PLACES = ("own", "team", *SHARED, "foreign", "unknown")
Ids = dict[str, object]  # the id of a thing of each kind


@dataclass(slots=True)
class World:
    """`ids[letter]["own"]`: what the person in that role made; "team": what others made or all share; and so on."""

    people: dict[str, User] = field(default_factory=dict)
    own: dict[str, Ids] = field(default_factory=dict)
    team: dict[str, Ids] = field(default_factory=dict)
    read: Ids = field(default_factory=dict)
    write: Ids = field(default_factory=dict)
    foreign: Ids = field(default_factory=dict)
    unknown: Ids = field(default_factory=dict)

    def ids(self, letter: str, place: str) -> Ids:
        """The ids of things at a place, for somebody."""
        by_place = {"own": self.own.get(letter, {}), "team": self.team.get(letter, {})}
        return by_place[place] if place in by_place else getattr(self, place)


def build() -> World:
    """Make it. Wants the catalog loaded."""
    ExchangeRate.objects.get_or_create(day=dt.date(2026, 11, 21), defaults={"cny_per_usd": "7.10", "source": "a test"})
    world = World()
    owner = world.people["o"] = create_user(email="owner@example.org", password="x", name="Owner", is_owner=True)
    crew = teams.make(user=owner, name="Crew")
    for letter, name in ROLES.items():
        if letter in "amvr":
            user = world.people[letter] = create_user(email=f"{name}@example.org", password="x", name=name)
            role = Role.MEMBER if letter == "r" else Role(name)
            Member.objects.create(team=crew, user=user, role=role)
            teams.switch(user=user, team=crew)
    stranger = world.people["s"] = create_user(email="stranger@example.org", password="x", name="Stranger")
    elsewhere = teams.make(user=stranger, name="Elsewhere")
    shared = _shared(crew, owner)
    for letter in "oamvr":
        user = world.people[letter]
        world.own[letter] = shared | _private(crew, user) | {"personal": _personal(user)}
    for letter in "oamvrs":
        another = world.own["m" if letter == "o" else "o"]
        world.team[letter] = another | {"key": shared["key"], "user": world.people["v"].pk}
        world.own.setdefault(letter, {})
        world.team[letter]["personal"] = _personal(world.people[letter])
    host = create_user(email="host@example.org", password="x", name="Host")
    Member.objects.create(team=crew, user=host, role=Role.MEMBER)
    world.read, world.write = (_opened(crew, host, how) for how in SHARED)
    theirs = _shared(elsewhere, stranger)
    world.foreign = theirs | _private(elsewhere, stranger) | {"key": theirs["key"], "listed": theirs["offer"]}
    world.foreign["personal"] = _personal(stranger)
    world.unknown = {kind: 10**9 if isinstance(pk, int) else uuid.uuid4() for kind, pk in world.foreign.items()}
    # Moved to another server since: testing one tells so, and asks nobody.
    ApiKey.objects.update(bound_origin="https://elsewhere.example:443")
    teams.remove(crew, by=owner, user_id=world.people["r"].pk)
    world.people = {letter: User.objects.get(pk=user.pk) for letter, user in world.people.items()}
    return world


def _personal(user: User) -> int:
    return Team.objects.get(members__user=user, personal=True).pk


def _shared(team: Team, owner: User) -> Ids:
    """What a whole team has."""
    provider = custom.create_provider(scope=f"team:{team.pk}", name="Rack", base_url="https://rack.example/v1")
    price = TypedPrice("CNY", Decimal(1), Decimal(2))
    today = timezone.now().date()
    offer = custom.add_offer(provider=provider, wire_name="rack-1", price=price, today=today)
    key = keys.add(team=team, user=None, provider=provider, label="Rack", key="rack-key-0123456789", created_by=owner)
    schema = '{"type": "object", "properties": {}}'
    about = {"name": "clock", "description": "Tells the time", "parameters": schema}
    function = functions.save(user=owner, team=team, function=None, endpoint="https://clock.example/", **about)
    text = {"title": "Greeting", "system_prompt": "You greet {{name}}."}
    origin = library.create(team=team, author=owner, content=read_content({**text, "title": "Origin"}))
    template = library.fork(origin.shown, team=team, author=owner)
    library.save(origin, author=owner, content=read_content({**text, "title": "Moved"}), base=1)
    draft = library.create(team=team, author=owner, content=read_content(text), live=False)
    invitation = invitations.invite(team=team, by=owner, role="member")
    subject = Subject(scope=Budget.Scope.TEAM, measure="USD", span=Budget.Span.MONTH)
    budget = deeds.create(by=owner, team=team, subject=subject, terms=Terms(amount=units_of(Decimal(5), "USD")))
    listed = Offer.objects.filter(provider__slug="zai").order_by("wire_name")[0]
    preset = shelf.save(user=owner, team=team, name="Brief", settings=RunSettings(offer=offer.pk), for_team=True)
    return {
        "team": team.pk,
        "user": owner.pk,
        "preset": preset.pk,
        "key": key.pk,
        "offer": offer.pk,
        "listed": listed.pk,
        "budget": budget.pk,
        "function": function.pk,
        "template": template.pk,
        "version": template.shown.pk,
        "draft": draft.shown.pk,
        "invitation": invitation.pk,
    }


def _private(team: Team, user: User) -> Ids:
    """What somebody has in a team for themselves."""
    offer = Offer.objects.filter(provider__practice=True).order_by("wire_name")[0]
    room, answer, generation, entry = _asked(team, user, offer)
    gone = Conversation.objects.create(team=team, user=user, title="Gone", deleted_at=timezone.now())
    # columns.begin works in the team at work, which this is.
    comparison = columns.begin(user=user, columns=[RunSettings(offer=offer.pk)] * 2)
    shown = comparison.shown_columns()[0]
    reply = _answer(shown.conversation, user, offer)[0]
    batch = drafting.create(
        user=user, team=team, table=read_text("city\nOslo\n"), title="Cities", settings=RunSettings(offer=offer.pk)
    )
    beside = drafting.begin_again(batch, user=user)
    # As if it had been started and paused: who may only look cannot start one.
    halted = {"state": Batch.State.PAUSED, "settings": {"offer": str(offer.pk)}}
    Batch.objects.filter(pk__in=[batch.pk, beside.pk]).update(**halted)
    shop = Provider.objects.get(slug="zai")
    token, _secret = tokens.issue(user=user, team=team, name="Sheet", scopes=["usage:read"], days=30)
    link = {"digest": uuid.uuid4().hex, "title": "Asked", "content": {}}
    snapshot = Snapshot.objects.create(team=team, user=user, conversation=room, **link)
    found: Ids = {
        "conversation": room.pk,
        "message": answer.pk,
        "question": answer.parent_id,
        "generation": generation.pk,
        "entry": entry.pk,
        "deleted": gone.pk,
        "comparison": comparison.pk,
        "column": shown.pk,
        "reply": reply.pk,
        "batch": batch.pk,
        "beside": beside.pk,
        "snapshot": snapshot.pk,
        "token": token.pk,
    }
    role = Member.objects.values_list("role", flat=True).get(team=team, user=user)
    if role != Role.VIEWER:
        key = keys.add(team=team, user=user, provider=shop, label="Mine", key="mine-0123456789", created_by=user)
        found["key"] = key.pk
    return found


def _opened(team: Team, host: User, how: str) -> Ids:
    """A conversation that the host shares with the team, and one that was deleted while it was shared.

    To be read there is a comparison as well; nobody but who made one asks in it.
    """
    offer = Offer.objects.filter(provider__practice=True).order_by("wire_name")[0]
    room, answer, generation, _entry = _asked(team, host, offer)
    gone = Conversation.objects.create(team=team, user=host, title="Gone", deleted_at=timezone.now())
    for one in (room, gone):
        sharing.share(one, how, by=one.user)
    compared = _compared(team, host, offer) if how == "read" else {}
    return compared | {
        "conversation": room.pk,
        "deleted": gone.pk,
        "message": answer.pk,
        "question": answer.parent_id,
        "generation": generation.pk,
    }


def _compared(team: Team, host: User, offer: Offer) -> Ids:
    teams.switch(user=host, team=team)
    comparison = columns.make(user=host, columns=[RunSettings(offer=offer.pk)] * 2)
    comparison_sharing.share(comparison, "read", by=host)
    column = comparison.shown_columns()[0]
    reply = _answer(column.conversation, host, offer)[0]
    return {"comparison": comparison.pk, "column": column.pk, "reply": reply.pk}


def _asked(team: Team, user: User, offer: Offer) -> tuple[Conversation, Message, Generation, Entry]:
    room = Conversation.objects.create(team=team, user=user, title="Asked", settings={"offer": str(offer.pk)})
    answer, generation, entry = _answer(room, user, offer)
    return room, answer, generation, entry


def _answer(room: Conversation, user: User, offer: Offer) -> tuple[Message, Generation, Entry]:
    question = Message.objects.create(conversation=room, role=Message.Role.USER, content="What?", author=user)
    answer = Message.objects.create(conversation=room, parent=question, role=Message.Role.ASSISTANT, content="That.")
    room.leaf = answer
    room.save(update_fields=["leaf"])
    identity = uuid.uuid4()
    entry = Entry.objects.create(
        generation=identity,
        team=room.team,
        user=user,
        conversation=room.pk,
        message=answer.pk,
        provider=offer.provider.slug,
        model=offer.title,
        offer=offer.pk,
        practice=True,
        state="finished",
        prompt_tokens=9,
        cached_tokens=0,
        completion_tokens=4,
        reasoning_tokens=0,
        tokens_basis="reported",
        cost_basis="unpriced",
    )
    generation = Generation.objects.create(
        id=identity,
        message=answer,
        conversation=room,
        user=user,
        client_id=identity.hex,
        state=Generation.State.FINISHED,
        offer=offer,
        settings=room.settings,
        finished_at=timezone.now(),
        finish_reason="stop",
        entry=entry,
    )
    return answer, generation, entry
