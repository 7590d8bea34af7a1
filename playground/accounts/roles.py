"""Who may do what with which things of a team: one pure table that pages and endpoints ask. Floor 1, no database."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


class Role(enum.StrEnum):
    """A member's role, from the most rights to the fewest."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class Act(enum.StrEnum):
    """What somebody wants to do with a thing that belongs to a team."""

    VIEW = "view"  # see that it is there and read it
    USE = "use"  # run models with it, start from it
    EDIT = "edit"  # change what the team shares
    MANAGE = "manage"  # decide for the others: share, take away, see everybody's


class Thing(enum.StrEnum):
    """What a team has."""

    KEYS = "keys"
    PRESETS = "presets"
    TEMPLATES = "templates"
    CONVERSATIONS = "conversations"
    FUNCTIONS = "functions"
    USAGE = "usage"  # VIEW: one's own; MANAGE: everybody's
    PRICES = "prices"
    BUDGETS = "budgets"
    MEMBERS = "members"  # EDIT: invite, remove, change roles below owner, rename the team; MANAGE: make owners
    AUDIT = "audit"


Acts = frozenset[Act]
Rights = Mapping[Role, Acts]

NOTHING: Final[Acts] = frozenset()
READ: Final[Acts] = frozenset({Act.VIEW})
WORK: Final[Acts] = frozenset({Act.VIEW, Act.USE})
WRITE: Final[Acts] = frozenset({Act.VIEW, Act.USE, Act.EDIT})
ALL: Final[Acts] = frozenset(Act)


def _rights(owner: Acts, admin: Acts, member: Acts, viewer: Acts) -> Rights:
    return MappingProxyType({Role.OWNER: owner, Role.ADMIN: admin, Role.MEMBER: member, Role.VIEWER: viewer})


TABLE: Final[Mapping[Thing, Rights]] = MappingProxyType(
    {
        # owner, admin, member, viewer
        Thing.KEYS: _rights(ALL, ALL, WORK, READ),
        Thing.PRESETS: _rights(ALL, ALL, WRITE, READ),
        Thing.TEMPLATES: _rights(ALL, ALL, WRITE, READ),
        Thing.CONVERSATIONS: _rights(ALL, ALL, WRITE, READ),
        Thing.FUNCTIONS: _rights(ALL, ALL, WRITE, READ),
        Thing.USAGE: _rights(ALL, ALL, READ, READ),
        Thing.PRICES: _rights(ALL, ALL, READ, READ),
        Thing.BUDGETS: _rights(ALL, ALL, READ, READ),
        Thing.MEMBERS: _rights(ALL, WRITE, READ, READ),
        Thing.AUDIT: _rights(READ, READ, NOTHING, NOTHING),
    }
)


def may(role: str | None, act: str, thing: str) -> bool:
    """Tell whether a member with `role` may do `act` with `thing`; None is a stranger, who may do nothing.

    An unknown role may do nothing either. An unknown act or thing is a mistake in the program: ValueError.
    """
    wanted, rights = Act(act), TABLE[Thing(thing)]
    return role is not None and role in rights and wanted in rights[Role(role)]


def roles_that_may(act: str, thing: str) -> frozenset[Role]:
    """The same table read the other way round, for queries."""
    wanted = Act(act)
    return frozenset(role for role, acts in TABLE[Thing(thing)].items() if wanted in acts)
