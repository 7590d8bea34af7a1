"""The table of who may do what in a team."""

import itertools

import pytest

from playground.accounts.roles import TABLE, Act, Role, Thing, may, roles_that_may

# One letter for each act: View, Use, Edit, Manage. Written out, so that no right changes by accident.
ALLOWED = {
    #                owner   admin   member viewer
    "keys":          "vuem   vuem    vu     v",
    "presets":       "vuem   vuem    vue    v",
    "templates":     "vuem   vuem    vue    v",
    "conversations": "vuem   vuem    vue    v",
    "functions":     "vuem   vuem    vue    v",
    "usage":         "vuem   vuem    v      v",
    "prices":        "vuem   vuem    v      v",
    "budgets":       "vuem   vuem    v      v",
    "members":       "vuem   vue     v      v",
    "audit":         "v      v       -      -",
}  # fmt: skip


@pytest.mark.parametrize(("thing", "role", "act"), list(itertools.product(Thing, Role, Act)))
def test_every_role_may_do_exactly_what_the_table_says(thing: Thing, role: Role, act: Act) -> None:
    letters = dict(zip(Role, ALLOWED[thing].split(), strict=True))[role]
    assert may(role, act, thing) == (act[0] in letters)
    assert (role in roles_that_may(act, thing)) == (act[0] in letters)


def test_the_table_knows_every_thing_and_every_role() -> None:
    assert set(TABLE) == set(Thing)
    assert all(set(rights) == set(Role) for rights in TABLE.values())


@pytest.mark.parametrize("thing", Thing)
def test_no_role_may_what_a_higher_one_may_not(thing: Thing) -> None:
    acts = [TABLE[thing][role] for role in Role]
    assert all(lower <= higher for higher, lower in itertools.pairwise(acts))


@pytest.mark.parametrize(("act", "thing"), list(itertools.product(Act, Thing)))
@pytest.mark.parametrize("role", [None, "", "Owner", "root"])
def test_strangers_and_unknown_roles_may_do_nothing(role: str | None, act: Act, thing: Thing) -> None:
    assert not may(role, act, thing)


def test_an_unknown_act_or_thing_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="delete"):
        may("owner", "delete", "keys")
    with pytest.raises(ValueError, match="money"):
        may("owner", "view", "money")
