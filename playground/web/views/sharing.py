"""Sharing a conversation or a comparison with its team: the control in its head, and what it does."""

import uuid

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from playground.accounts.models import User
from playground.accounts.roles import Act
from playground.comparisons import sharing as comparison_sharing
from playground.conversations import sharing
from playground.conversations.models import Conversation
from playground.errors import Refused
from playground.streaming import notices
from playground.web import access
from playground.web.access import person
from playground.web.respond import go, wants_partial
from playground.web.shared import sharing_view, view_of_comparison


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def control(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """How a conversation is shared; posted, how it is from now on.

    Its owner chooses; who manages the team's conversations may take one back, and then does not see it any more either.
    """
    user, is_post = person(request), request.method == "POST"
    found = _found(user, conversation_id, request.POST.get("shared", "") if is_post else None)
    if is_post:
        told = sharing.audience(found)
        try:
            sharing.share(found, request.POST.get("shared", ""), by=user)
        except Refused as error:
            return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
        _tell(found, told | sharing.audience(found))
        if found.user_id != user.pk:
            messages.success(request, _("It is not shared any more."))
            return go(request, "playground")
        if not wants_partial(request):
            return redirect("conversation", found.pk)
    view = sharing_view(user, found.team, found)
    return render(request, "conversations/_sharing.html", {"sharing": view})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def comparison_control(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """The same for a comparison."""
    user, shared = person(request), request.POST.get("shared", "")
    if request.method != "POST":
        found = access.comparison(user, comparison_id, Act.VIEW)
    elif shared:
        found = access.comparison(user, comparison_id)
    else:
        found = access.comparison_to_close(user, comparison_id)
    if request.method == "POST":
        told = sharing.audience(found)
        try:
            comparison_sharing.share(found, shared, by=user)
        except Refused as error:
            return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
        facts = {"comparison": found.pk, "what": "shared"}
        async_to_sync(notices.tell_all)(told | sharing.audience(found), "comparison", **facts)
        if found.user_id != user.pk:
            messages.success(request, _("It is not shared any more."))
            return go(request, "comparisons")
        if not wants_partial(request):
            return redirect("comparison", found.pk)
    return render(request, "conversations/_sharing.html", {"sharing": view_of_comparison(user, found)})


def _found(user: User, conversation_id: uuid.UUID, shared: str | None) -> Conversation:
    """The conversation, to be looked at (None), taken back ("") or shared."""
    if shared == "":
        found = access.conversation_to_close(user, conversation_id)
    else:
        found = access.conversation(user, conversation_id, Act.VIEW if shared is None else Act.MANAGE)
    if not found.title:  # a column of a comparison
        raise Http404
    return found


def _tell(found: Conversation, told: frozenset[int]) -> None:
    """Those who see it now, and those who do not any more: their lists and open pages follow."""
    async_to_sync(notices.tell_all)(told, "conversation", conversation=found.pk, what="shared")
