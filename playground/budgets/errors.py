"""Why a run does not begin: a budget has no room for it, or cannot tell."""

from dataclasses import dataclass

from playground.errors import Refused


@dataclass(frozen=True, slots=True)
class Shortage:
    """What a budget had when a run was refused, in units."""

    budget_id: int
    holder: int
    left: int
    needed: int


class OverBudget(Refused):
    """The run could take a budget past its limit."""

    def __init__(self, message: str, shortage: Shortage) -> None:
        super().__init__("over_budget", message)
        self.shortage = shortage


class Immeasurable(Refused):
    """A budget cannot tell what the run would take."""

    def __init__(self, message: str) -> None:
        super().__init__("over_budget", message)
