"""The manual lists exactly the faults there are."""

import re
from pathlib import Path

from playground.sandbox.faults import FAULTS, Fault

MANUAL = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()


def row(fault: Fault) -> str:
    argument = f" <{fault.argument}>" if fault.argument else ""
    return f"| `/sandbox {fault.name}{argument}` | `{fault.words_zh[0]}` | {fault.title} | {fault.description} |"


def test_the_manual_lists_every_fault_as_it_is() -> None:
    assert re.findall(r"^\| `/sandbox .*$", MANUAL, re.M) == [row(fault) for fault in FAULTS]


def test_the_manual_names_both_doors() -> None:
    assert "/api/paas/v4" in MANUAL
    assert "/v1" in MANUAL
    assert "manage.py sandbox" in MANUAL
