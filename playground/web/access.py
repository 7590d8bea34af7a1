"""(user, id) to object or 404: the only place that looks things up for a person.

What is not theirs does not exist for them: foreign and unknown ids are answered alike. A conversation is its owner's;
one that is shared is there for its team as far as the share and the person's role go. A look-up that does not say what
for asks for `Act.MANAGE`, which stays its owner's alone; but who manages a team's conversations can end the sharing.
"""

import uuid
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest

from playground.accounts.invitations import open_in
from playground.accounts.models import Invitation, Member, Team, User
from playground.accounts.people import at_work, role_in
from playground.accounts.roles import Act, Thing, may, roles_that_may
from playground.accounts.teams import teams_of
from playground.batches.models import Batch, Row
from playground.budgets.models import Budget
from playground.comparisons.models import Column, Comparison
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.sharing import OPEN_TO
from playground.ledger.models import Entry
from playground.presets import shelf
from playground.presets.models import Preset
from playground.prompts.models import PromptTemplate, TemplateVersion
from playground.prompts.queries import version_for
from playground.snapshots.models import Snapshot
from playground.tools.models import Function
from playground.vault.models import ApiKey

M = TypeVar("M", bound=Model)

TEAM, PLACES = "team_at_work", "places"  # of a request: what team_of and places_of have looked up


def person(request: HttpRequest) -> User:
    """Who asks. Only for views behind login_required."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def owner_of_installation(request: HttpRequest) -> User:
    """Who asks, if this installation is theirs."""
    user = person(request)
    if not user.is_owner:
        raise Http404
    return user


def team_of(request: HttpRequest) -> Team:
    """The team the person works in, looked up once for a request: the page and its frame both ask."""
    if (known := request.__dict__.get(TEAM)) is None:
        known = remember_team(request, at_work(person(request), places_of(request)))
    return known


def places_of(request: HttpRequest) -> list[Member]:
    """The person's memberships with their teams, looked up once for a request: the frame lists them."""
    if (known := request.__dict__.get(PLACES)) is None:
        known = remember_places(request, list(teams_of(person(request))))
    return known


def remember_places(request: HttpRequest, places: list[Member]) -> list[Member]:
    """Keep the memberships that a view has looked up already."""
    request.__dict__[PLACES] = places
    return places


def remember_team(request: HttpRequest, team: Team) -> Team:
    """Keep the team that a view has looked up already."""
    request.__dict__[TEAM] = team
    return team


def conversations(user: User, team: Team | None = None) -> QuerySet[Conversation]:
    """The conversations a person may see and write in, newest first: of one team they are in, or of all of these."""
    found = Conversation.objects.filter(user=user, deleted_at=None).order_by("-updated_at", "id")
    return found.filter(team=team) if team else found.filter(team__members__user=user)


def shared_by_others(user: User) -> QuerySet[Conversation]:
    """What others share with the team that the person works in, newest first."""
    team = Member.objects.filter(
        team=OuterRef("team"), user=user, role__in=roles_that_may(Act.VIEW, Thing.CONVERSATIONS)
    )
    shared = Conversation.objects.filter(~Q(shared=""), Exists(team), team=user.current_team_id, deleted_at=None)
    shared = shared.exclude(title="")  # a column of a comparison, which is shared as a whole
    return shared.filter(archived_at=None).exclude(user=user).order_by("-updated_at", "id")


def conversation(
    user: User, conversation_id: uuid.UUID, act: Act = Act.MANAGE, *, nameless: bool = False
) -> Conversation:
    """A conversation that the person may read (VIEW), write in (USE), or change as its owner (MANAGE).

    That of a batch is changed with the batch alone.
    """
    rows = Conversation.objects.filter(pk=conversation_id, deleted_at=None)
    return _own_or_shared(rows.filter(batch=None) if act == Act.MANAGE else rows, user, act, nameless=nameless)


def may_write_in(user: User, found: Conversation) -> bool:
    """Whether the person may also send in a conversation that they may read."""
    if found.user_id == user.pk:
        return True
    return found.shared in OPEN_TO[Act.USE] and may(role_in(user, found.team), Act.USE, Thing.CONVERSATIONS)


def conversation_to_close(user: User, conversation_id: uuid.UUID) -> Conversation:
    """One to take back from the team: the person's own, or what another shares where they manage conversations."""
    found = conversation(user, conversation_id, Act.VIEW)
    if not may_close(user, found):
        raise Http404
    return found


def may_close(user: User, found: Conversation | Comparison) -> bool:
    """Whether the person may end that a conversation or comparison is shared."""
    return found.user_id == user.pk or may(role_in(user, found.team), Act.MANAGE, Thing.CONVERSATIONS)


def may_copy(user: User, found: Conversation | Comparison) -> bool:
    """Whether the person may go on from what they may read in a conversation of their own."""
    return found.user_id == user.pk or may(role_in(user, found.team), Act.USE, Thing.CONVERSATIONS)


def _own_or_shared(rows: QuerySet[M], user: User, act: Act, path: str = "", *, nameless: bool = False) -> M:
    """The row, if it is of the person's own conversation, else if that is shared so that they may do `act` in it.

    `path` leads from the rows to the conversation. What is one's own is asked first and costs nothing more than that.
    Of a comparison whose names are hidden nothing is there for the team, but where the caller is `nameless`: it does
    not show which model answered.
    """
    found = rows.filter(**{f"{path}user": user, f"{path}team__members__user": user}).first()
    if found is None and act in OPEN_TO:
        roles = roles_that_may(act, Thing.CONVERSATIONS)
        team = Member.objects.filter(team=OuterRef(f"{path}team"), user=user, role__in=roles)
        shared = rows.filter(Exists(team), **{f"{path}shared__in": OPEN_TO[act]})
        if not nameless:
            shared = shared.exclude(**{f"{path}column__comparison__hides_names": True})
        found = shared.first()
    if found is None:
        raise Http404
    return found


def comparisons(user: User, team: Team) -> QuerySet[Comparison]:
    """The comparisons of a team that the person may read, newest first: their own, and what others share."""
    mine = Q(Exists(Member.objects.filter(team=OuterRef("team"), user=user)), user=user)
    return Comparison.objects.filter(mine | _shared_with(user), team=team).order_by("-updated_at", "pk")


def comparison(user: User, comparison_id: uuid.UUID, act: Act = Act.MANAGE) -> Comparison:
    """A comparison that the person may read and vote in (VIEW), or change and ask as its owner (MANAGE)."""
    found = _comparison(Comparison.objects.filter(pk=comparison_id).select_related("team", "user"), user, act)
    if found is None:
        raise Http404
    return found


def comparison_to_close(user: User, comparison_id: uuid.UUID) -> Comparison:
    """One to take back from the team: the person's own, or what another shares where they manage conversations."""
    found = comparison(user, comparison_id, Act.VIEW)
    if not may_close(user, found):
        raise Http404
    return found


def column(user: User, column_id: uuid.UUID, act: Act = Act.MANAGE) -> Column:
    """A column of a comparison that the person may read (VIEW), or change as its owner (MANAGE)."""
    rows = Column.objects.filter(pk=column_id, conversation__deleted_at=None)
    found = _comparison(
        rows.select_related("comparison__team", "comparison__user", "conversation"), user, act, "comparison__"
    )
    if found is None:
        raise Http404
    return found


def column_to_copy(user: User, column_id: uuid.UUID) -> Column:
    """One to go on from in a conversation of one's own, whose settings then say which model it was."""
    found = column(user, column_id, Act.VIEW)
    is_own = found.comparison.user_id == user.pk
    if not is_own and (found.comparison.hides_names or not may_copy(user, found.comparison)):
        raise Http404
    return found


def _comparison(rows: QuerySet[M], user: User, act: Act, path: str = "") -> M | None:
    found = rows.filter(**{f"{path}user": user, f"{path}team__members__user": user}).first()
    if found is None and act == Act.VIEW:
        found = rows.filter(_shared_with(user, path)).first()
    return found


def _shared_with(user: User, path: str = "") -> Q:
    """What somebody shares with a team in which the person may read it; `path` leads to the comparison."""
    team = Member.objects.filter(
        team=OuterRef(f"{path}team"), user=user, role__in=roles_that_may(Act.VIEW, Thing.CONVERSATIONS)
    )
    return Q(Exists(team), **{f"{path}shared__in": OPEN_TO[Act.VIEW]})


def batches(user: User, team: Team | None = None) -> QuerySet[Batch]:
    """The batches of the person, newest first: of one team they are in, or of all of these."""
    found = Batch.objects.filter(user=user, deleted_at=None).order_by("-created_at", "pk")
    return found.filter(team=team) if team else found.filter(team__members__user=user)


def batch(user: User, batch_id: uuid.UUID) -> Batch:
    """One batch of the person."""
    found = batches(user).filter(pk=batch_id).select_related("team", "user", "conversation", "template_version").first()
    if found is None:
        raise Http404
    return found


def batch_row(user: User, batch_id: uuid.UUID, number: int) -> Row:
    """One row of a batch of the person."""
    mine = Row.objects.filter(batch__user=user, batch__deleted_at=None, batch__team__members__user=user)
    rows = mine.filter(batch=batch_id, number=number)
    found = rows.select_related("batch__conversation", "generation__message__parent", "generation__offer").first()
    if found is None:
        raise Http404
    return found


def deleted_conversation(user: User, conversation_id: uuid.UUID) -> Conversation:
    """One that the person deleted and that is still there."""
    mine = Conversation.objects.filter(user=user, team__members__user=user)
    found = mine.filter(pk=conversation_id).exclude(deleted_at=None).first()
    if found is None:
        raise Http404
    return found


def message(user: User, message_id: uuid.UUID, act: Act = Act.MANAGE, *, nameless: bool = False) -> Message:
    """One message of a conversation in which the person may do `act`."""
    rows = Message.objects.filter(pk=message_id, conversation__deleted_at=None).select_related("conversation")
    return _own_or_shared(rows, user, act, "conversation__", nameless=nameless)


def answer(user: User, message_id: uuid.UUID, act: Act = Act.MANAGE) -> Message:
    """One answer that a run filled, of a conversation in which the person may do `act`; a copy of one is none."""
    found = message(user, message_id, act)
    if not hasattr(found, "generation"):
        raise Http404
    return found


def generation(user: User, generation_id: uuid.UUID, act: Act = Act.MANAGE) -> Generation:
    """One generation of a conversation in which the person may do `act`: follow it, or stop it. It has no names."""
    rows = Generation.objects.filter(pk=generation_id, conversation__deleted_at=None)
    return _own_or_shared(rows.select_related("message", "conversation"), user, act, "conversation__", nameless=True)


def entry(user: User, entry_id: int) -> Entry:
    """One entry of the ledger: of a team that the person manages any, of one they are in their own."""
    found = Entry.objects.filter(pk=entry_id).select_related("correction", "corrects").first()
    role = (
        None
        if found is None
        else Member.objects.filter(user=user, team=found.team_id).values_list("role", flat=True).first()
    )
    if found is None or not user.is_active:
        raise Http404
    if not may(role, Act.VIEW if found.user_id == user.pk else Act.MANAGE, Thing.USAGE):
        raise Http404
    return found


def budget(user: User, budget_id: int) -> Budget:
    """A budget of a team that the person manages."""
    rows = Budget.objects.select_related("team", "user", "api_key", "template__live", "template__newest")
    found = rows.filter(pk=budget_id, team__members__user=user).first()
    if found is None or not may(role_in(user, found.team), Act.MANAGE, Thing.BUDGETS):
        raise Http404
    return found


def team(user: User, team_id: int, act: Act = Act.VIEW, thing: Thing = Thing.MEMBERS) -> Team:
    """A team in which the person may do `act` with `thing`."""
    found = Team.objects.filter(pk=team_id, members__user=user).first()
    if found is None or not may(role_in(user, found), act, thing):
        raise Http404
    return found


def invitation(team: Team, invitation_id: uuid.UUID) -> Invitation:
    """An open invitation into a team whose members the person may change (`team` was asked for that)."""
    found = open_in(team).filter(pk=invitation_id).first()
    if found is None:
        raise Http404
    return found


def function(user: User, function_id: uuid.UUID, act: Act = Act.EDIT) -> Function:
    """A function of a team in which the person may do `act`: change what is shared, or use it."""
    found = Function.objects.filter(pk=function_id, team__members__user=user).select_related("team").first()
    if found is None or not may(role_in(user, found.team), act, Thing.FUNCTIONS):
        raise Http404
    return found


def api_key(user: User, key_id: uuid.UUID, act: Act = Act.MANAGE) -> ApiKey:
    """A key the person may do `act` with: their own as long as they may use keys at all, the team's by their role."""
    found = (
        ApiKey.objects.filter(Q(user=user) | Q(user=None), pk=key_id, team__members__user=user)
        .select_related("provider", "team", "user")
        .first()
    )
    if found is None or not may(role_in(user, found.team), Act.USE if found.user_id else act, Thing.KEYS):
        raise Http404
    return found


def template(user: User, template_id: uuid.UUID, act: Act = Act.VIEW) -> PromptTemplate:
    """A template the person may do `act` with: their team's by their role; what came with the program, anybody may use.

    One that was never live is there only for those who may edit it.
    """
    found = (
        PromptTemplate.objects.filter(Q(team=None) | Q(team__members__user=user), pk=template_id)
        .select_related("team", "live__author", "newest__author", "created_by", "origin__live", "origin_version")
        .first()
    )
    if found is None or not may_with_template(user, found, act):
        raise Http404
    if found.live is None and not may_with_template(user, found, Act.EDIT):
        raise Http404
    return found


def preset(user: User, preset_id: uuid.UUID, act: Act = Act.VIEW) -> Preset:
    """A preset of the person, or of a team they are in; with USE only what they may begin with."""
    found = shelf.preset_for(user, preset_id)
    if found is None or (act == Act.USE and not shelf.may_use(user, found)):
        raise Http404
    return found


def snapshot(user: User, snapshot_id: uuid.UUID) -> Snapshot:
    """A link that the person has made in a team they are in."""
    found = Snapshot.objects.filter(user=user, team__members__user=user, pk=snapshot_id).first()
    if found is None:
        raise Http404
    return found


def template_version(user: User, version_id: uuid.UUID, act: Act = Act.VIEW) -> TemplateVersion:
    """One version of such a template; a draft only for those who may edit."""
    found = version_for(user, version_id)
    if found is None or not may_with_template(user, found.template, act):
        raise Http404
    if found.is_draft and not may_with_template(user, found.template, Act.EDIT):
        raise Http404
    return found


def may_with_template(user: User, found: PromptTemplate, act: Act) -> bool:
    """Whether the person may do this with a template that is there for them."""
    if found.team is None:
        return act in (Act.VIEW, Act.USE)
    return may(role_in(user, found.team), act, Thing.TEMPLATES)
