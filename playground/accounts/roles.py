"""Who may do what in a team: one pure table that pages and endpoints ask. Floor 1, no database."""

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
    USE = "use"  # run models with the team's keys, start conversations
    EDIT = "edit"  # change what the team shares
    MANAGE = "manage"  # keys, members, budgets


TABLE: Final[Mapping[Role, frozenset[Act]]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Act),
        Role.ADMIN: frozenset(Act),
        Role.MEMBER: frozenset({Act.VIEW, Act.USE, Act.EDIT}),
        Role.VIEWER: frozenset({Act.VIEW}),
    }
)


def may(role: str | None, act: str) -> bool:
    """Tell whether a member with `role` may do `act`; None is a stranger, who may do nothing.

    An unknown role may do nothing either. An unknown act is a mistake in the program: ValueError.
    """
    wanted = Act(act)
    return role is not None and role in TABLE and wanted in TABLE[Role(role)]


def roles_that_may(act: str) -> frozenset[Role]:
    """The same table read the other way round, for queries."""
    return frozenset(role for role, acts in TABLE.items() if Act(act) in acts)
