"""The table of who may do what in a team."""

import itertools

import pytest

from playground.accounts.roles import Act, Role, may

ALLOWED = {
    ("owner", "view"), ("owner", "use"), ("owner", "edit"), ("owner", "manage"),
    ("admin", "view"), ("admin", "use"), ("admin", "edit"), ("admin", "manage"),
    ("member", "view"), ("member", "use"), ("member", "edit"),
    ("viewer", "view"),
}  # fmt: skip


@pytest.mark.parametrize(("role", "act"), list(itertools.product(Role, Act)))
def test_every_role_may_do_exactly_what_the_table_says(role: Role, act: Act) -> None:
    assert may(role, act) == ((role.value, act.value) in ALLOWED)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", [None, "", "Owner", "root"])
def test_strangers_and_unknown_roles_may_do_nothing(role: str | None, act: Act) -> None:
    assert not may(role, act)


def test_an_unknown_act_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="delete"):
        may("owner", "delete")
