"""Deeds on a team's functions, and how they go along with a request."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.errors import Refused
from playground.tools.models import Function
from playground.tools.schemas import read_schema
from playground.vault.addresses import check_base_url
from playground.wire.text import clean

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_DESCRIPTION: Final = 2_000  # characters
LONGEST_RESULT: Final = 100_000
MOST: Final = 128  # of a team, which is what a request may hold


def functions_of(team: Team) -> QuerySet[Function]:
    """What a team has defined, by name."""
    return Function.objects.filter(team=team)


def save(
    *,
    user: User,
    team: Team,
    function: Function | None,
    name: str,
    description: str,
    parameters: str,
    fixed_result: str = "",
    endpoint: str = "",
) -> Function:
    """Add a function, or change one. Raises Refused: `not_allowed`, `bad_name`, `bad_description`, `bad_schema`,
    `bad_result`, `name_taken`, `too_many_functions`; AddressRejected for the endpoint.
    """
    _check_may_edit(user, team)
    row = function or Function(team=team, created_by=user)
    row.name = _name(name)
    row.description = _description(description)
    row.parameters = _parameters(parameters)
    row.fixed_result = _result(fixed_result)
    row.endpoint = check_base_url(endpoint) if endpoint.strip() else ""
    row.updated_at = timezone.now()
    if function is None and functions_of(team).count() >= MOST:
        raise Refused("too_many_functions", _("A team may have %(count)d functions.") % {"count": MOST})
    try:
        with transaction.atomic():
            row.save()
            audit.note(
                team=team,
                person=user,
                deed="function.changed" if function else "function.added",
                subject=row.name,
                details={"endpoint": row.endpoint} if row.endpoint else None,
            )
    except IntegrityError:
        raise Refused("name_taken", _("The team has a function of this name already.")) from None
    return row


@transaction.atomic
def remove(*, user: User, function: Function) -> None:
    """Take a function away; conversations that had it switched on go on without it."""
    _check_may_edit(user, function.team)
    audit.note(team=function.team, person=user, deed="function.removed", subject=function.name)
    function.delete()


def may_edit(user: User, team: Team) -> bool:
    """Whether the person may define functions for the team."""
    return may(role_in(user, team), Act.EDIT, Thing.FUNCTIONS)


def name_of(team_id: int, function_id: uuid.UUID) -> str:
    """What a function of the team is called; "" when it is gone."""
    return Function.objects.filter(team_id=team_id, pk=function_id).values_list("name", flat=True).first() or ""


def definitions(team_id: int, chosen: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """The chosen functions as a request's `tools`, by name; those that are gone are left out."""
    rows = Function.objects.filter(team_id=team_id, pk__in=chosen) if chosen else ()
    return [definition for row in rows if (definition := _definition(row))]


def _definition(row: Function) -> dict[str, Any] | None:
    schema: Mapping[str, Any] | None = read_schema(row.parameters, of_parameters=True).schema
    if schema is None:
        return None
    return {
        "type": "function",
        "function": {"name": row.name, "description": row.description, "parameters": schema},
    }


def _check_may_edit(user: User, team: Team) -> None:
    if not may_edit(user, team):
        raise Refused("not_allowed", _("Your role in this team does not allow this."))


def _name(name: str) -> str:
    name = name.strip()
    if not NAME.fullmatch(name):
        raise Refused("bad_name", _("A name has 1 to 64 letters (a to z), digits, _ or -."))
    return name


def _description(text: str) -> str:
    text = clean(text).strip()
    if not text:
        raise Refused("bad_description", _("Say what the function is for: the model decides by it."))
    if len(text) > LONGEST_DESCRIPTION:
        raise Refused(
            "bad_description", _("A description may have %(count)s characters.") % {"count": f"{LONGEST_DESCRIPTION:,}"}
        )
    return text


def _parameters(text: str) -> str:
    text = clean(text)
    flaws = read_schema(text, of_parameters=True).flaws
    if flaws:
        raise Refused(
            "bad_schema", _("%(path)s: %(sentence)s") % {"path": flaws[0].path, "sentence": flaws[0].sentence}
        )
    return text


def _result(text: str) -> str:
    text = clean(text).strip()
    if len(text) > LONGEST_RESULT:
        raise Refused("bad_result", _("A result may have %(count)s characters.") % {"count": f"{LONGEST_RESULT:,}"})
    return text
