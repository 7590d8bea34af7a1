"""(user, id) to object or 404: the only place that looks things up for a person.

What is not theirs does not exist for them: foreign and unknown ids are answered alike.
"""

import uuid

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from playground.accounts.models import Member, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, may
from playground.conversations.models import Conversation, Generation, Message
from playground.ledger.models import Entry
from playground.tools.models import Function
from playground.vault.models import ApiKey


def person(request: HttpRequest) -> User:
    """Who asks. Only for views behind login_required."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def conversations(user: User) -> QuerySet[Conversation]:
    """The conversations a person may see and write in, newest first."""
    return Conversation.objects.filter(user=user, deleted_at=None).order_by("-updated_at", "id")


def conversation(user: User, conversation_id: uuid.UUID) -> Conversation:
    """One conversation of the person."""
    found = conversations(user).filter(pk=conversation_id).first()
    if found is None:
        raise Http404
    return found


def deleted_conversation(user: User, conversation_id: uuid.UUID) -> Conversation:
    """One that the person deleted and that is still there."""
    found = Conversation.objects.filter(user=user, pk=conversation_id).exclude(deleted_at=None).first()
    if found is None:
        raise Http404
    return found


def message(user: User, message_id: uuid.UUID) -> Message:
    """One message of a conversation of the person."""
    found = (
        Message.objects.filter(pk=message_id, conversation__user=user, conversation__deleted_at=None)
        .select_related("conversation")
        .first()
    )
    if found is None:
        raise Http404
    return found


def generation(user: User, generation_id: uuid.UUID) -> Generation:
    """One generation of a conversation of the person."""
    found = (
        Generation.objects.filter(pk=generation_id, conversation__user=user, conversation__deleted_at=None)
        .select_related("message")
        .first()
    )
    if found is None:
        raise Http404
    return found


def entry(user: User, entry_id: int) -> Entry:
    """One entry of the ledger: of a team that the person manages any, of one they are in their own."""
    found = Entry.objects.filter(pk=entry_id).select_related("correction", "corrects").first()
    role = (
        None
        if found is None
        else Member.objects.filter(user=user, team=found.team_id).values_list("role", flat=True).first()
    )
    if found is None or not user.is_active or not may(role, Act.VIEW if found.user_id == user.pk else Act.MANAGE):
        raise Http404
    return found


def function(user: User, function_id: uuid.UUID) -> Function:
    """A function of a team in which the person may change what is shared."""
    found = Function.objects.filter(pk=function_id, team__members__user=user).select_related("team").first()
    if found is None or not may(role_in(user, found.team), Act.EDIT):
        raise Http404
    return found


def api_key(user: User, key_id: uuid.UUID, act: Act = Act.MANAGE) -> ApiKey:
    """A key the person may do `act` with: their own as long as they may use keys at all, the team's by their role."""
    found = (
        ApiKey.objects.filter(Q(user=user) | Q(user=None), pk=key_id, team__members__user=user)
        .select_related("provider", "team", "user")
        .first()
    )
    if found is None or not may(role_in(user, found.team), Act.USE if found.user_id else act):
        raise Http404
    return found
