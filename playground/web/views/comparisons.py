"""The compare page and the deeds on comparisons. The question itself goes over the socket (comparing.py)."""

import uuid
from collections.abc import Mapping, Sequence

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.comparisons import columns, votes
from playground.comparisons.models import Comparison
from playground.conversations import run_settings
from playground.conversations.run_settings import RunSettings
from playground.conversations.sharing import audience
from playground.errors import Refused
from playground.prompts import library
from playground.streaming import notices
from playground.streaming.registry import stop_here
from playground.web import access, compare_list, compare_page
from playground.web.access import person
from playground.web.composer import run_extras
from playground.web.dropped import dropped, say_dropped
from playground.web.offers import Desk, run_view
from playground.web.respond import go
from playground.web.shared import view_of_comparison


@never_cache
@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All comparisons of the person in the team they work in, and those that others share with it."""
    team, user = access.team_of(request), person(request)
    found = compare_list.list_page(access.comparisons(user, team), request.GET.get("page", ""), reader=user)
    tally = {"duels": votes.duels(team)}
    return render(request, "comparisons/list.html", {"section": "compare", **found, **tally})


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponseBase:
    """A new comparison: the model used last, and another one. The chat page's script wants its address."""
    user = person(request)
    desk = Desk(user, current_team(user))
    first, second, notes = _two(desk)
    begun = columns.begin(user=user, columns=[first, second])
    if second == run_settings.parse(begun.shown_columns()[-1].conversation.settings):  # not one that was begun before
        say_dropped(request, notes)
    if request.headers.get("accept", "").startswith("application/json"):
        return JsonResponse({"comparison": str(begun.pk), "address": reverse("comparison", args=[begun.pk])})
    return go(request, "comparison", begun.pk)


@never_cache
@login_required
@require_GET
def page(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponse:
    """One comparison; another person's is there to be read."""
    user = person(request)
    found = access.comparison(user, comparison_id, Act.VIEW)
    desk = Desk(user, found.team)
    context = compare_page.page_view(found, desk)
    first, chosen = found.shown_columns()[0].conversation, context.pop("run_of_first")
    context |= {"section": "compare", "sharing": view_of_comparison(user, found)}
    if found.user_id != user.pk:
        return render(request, "comparisons/read.html", context)
    context |= {"run": run_view(desk, chosen, first) | run_extras(desk, first, chosen)}
    context |= {"text": "" if found.title else _filled(request, user), "dropped": dropped(request)}
    context["waiting"] = _waiting(request, found)
    return render(request, "comparisons/page.html", context)


@never_cache
@login_required
@require_GET
def parts(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponse:
    """Heads and feet of all columns, after something ended or was changed."""
    return _parts(request, access.comparison(person(request), comparison_id, Act.VIEW))


@login_required
@require_POST
def rename(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """Another title."""
    found = access.comparison(person(request), comparison_id)
    try:
        columns.rename(found, request.POST.get("title", ""))
    except Refused as error:
        return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
    _tell(found)
    return JsonResponse({"title": found.title})


@login_required
@require_POST
def delete(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """Out of sight; what runs in it is stopped. Entries and votes stay."""
    found = access.comparison(person(request), comparison_id)
    title = found.title or _("New comparison")
    _tell(found, "deleted")
    for generation in columns.delete(found):
        stop_here(generation)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": title})
    return go(request, "comparisons")


@login_required
@require_POST
def names(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """Hide the names (`on=1`), or show them again."""
    found = access.comparison(person(request), comparison_id)
    columns.hide_names(found, hidden=request.POST.get("on") == "1")
    _tell(found)
    return go(request, "comparison", found.pk)


@login_required
@require_POST
def scroll(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """Let the columns scroll together (`on=1`), or each by itself."""
    found = access.comparison(person(request), comparison_id)
    columns.sync_scroll(found, synced=request.POST.get("on") == "1")
    return HttpResponse(status=204)


@login_required
@require_POST
def prefer(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """Prefer the posted answer, or take that back."""
    user = person(request)
    found = access.comparison(user, comparison_id, Act.VIEW)
    answer = access.message(user, _uuid_or_404(request.POST.get("message", "")), Act.VIEW, nameless=True)
    try:
        votes.prefer(user=user, comparison=found, answer=answer)
    except Refused as error:
        return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
    _tell(found)
    return _parts(request, found)


@login_required
@require_POST
def again(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """A comparison of the person's own with the same columns. All that was asked waits there; nothing is sent yet."""
    user = person(request)
    source = access.comparison(user, comparison_id, Act.VIEW)
    if not compare_page.may_run_again(source, user):
        raise Http404
    desk = Desk(user, current_team(user))
    rooms = [column.conversation for column in source.shown_columns()]
    made = columns.make(user=user, columns=[desk.chosen(room) for room in rooms])
    if any(desk.find(run_settings.parse(room.settings).offer) is None for room in rooms):
        say_dropped(request, {"offer": _("A model cannot be chosen any more; another one stands in its place.")})
    return redirect(f"{reverse('comparison', args=[made.pk])}?questions={source.pk}")


@login_required
@require_POST
def add(request: HttpRequest, comparison_id: uuid.UUID) -> HttpResponseBase:
    """One more column with the posted offer, else set like the last one as far as the offer takes that."""
    user = person(request)
    found = access.comparison(user, comparison_id)
    desk = Desk(user, found.team)
    offer = desk.find(_uuid_or_404(request.POST.get("offer", "")))
    if offer is None:
        raise Http404
    last = desk.chosen(found.columns.filter(conversation__deleted_at=None).order_by("-place")[0].conversation)
    settings, notes = desk.fitting(last, offer)
    try:
        columns.add_column(found, settings)
    except Refused as error:
        messages.info(request, error.message)
    else:
        say_dropped(request, notes)
    _tell(found, "columns")
    return go(request, "comparison", found.pk)


@never_cache
@login_required
@require_GET
def column_settings(request: HttpRequest, column_id: uuid.UUID) -> HttpResponse:
    """The run settings of a column; a change is posted to where those of every conversation are kept."""
    user = person(request)
    found = access.column(user, column_id)
    desk = Desk(user, found.comparison.team)
    chosen = desk.chosen(found.conversation)
    run = run_view(desk, chosen, found.conversation) | run_extras(desk, found.conversation, chosen)
    return render(request, "conversations/_run_settings.html", {"run": run})


@login_required
@require_POST
def column_remove(request: HttpRequest, column_id: uuid.UUID) -> HttpResponseBase:
    """Take a column out; what runs in it is stopped."""
    found = access.column(person(request), column_id)
    try:
        for generation in columns.take_away(found):
            stop_here(generation)
    except Refused as error:
        messages.info(request, error.message)
    _tell(found.comparison, "columns")
    return go(request, "comparison", found.comparison_id)


@login_required
@require_POST
def column_continue(request: HttpRequest, column_id: uuid.UUID) -> HttpResponseBase:
    """An ordinary conversation of the person that begins with a copy of this column."""
    user = person(request)
    found = access.column_to_copy(user, column_id)
    try:
        room = columns.continue_with(found, user=user)
    except Refused as error:
        messages.info(request, error.message)
        return go(request, "comparison", found.comparison_id)
    return go(request, "conversation", room.pk)


def _waiting(request: HttpRequest, found: Comparison) -> Sequence[str]:
    """What the comparison that this one runs again was asked and this one was not yet."""
    try:
        source = access.comparison(person(request), uuid.UUID(request.GET.get("questions", "")), Act.VIEW)
    except (ValueError, Http404):
        return ()
    return compare_page.questions_of(source)[len(compare_page.questions_of(found)) :]


def _filled(request: HttpRequest, user: User) -> str:
    """The first message that a template was filled with for this comparison (prompt_trial.py)."""
    try:
        found = library.filling(user, uuid.UUID(request.GET.get("filled", "")))
    except ValueError:
        return ""
    return found.first_message if found else ""


def _parts(request: HttpRequest, found: Comparison) -> HttpResponse:
    desk = Desk(person(request), found.team)
    return render(request, "comparisons/_parts.html", compare_page.parts_view(found, desk))


def _two(desk: Desk) -> tuple[RunSettings, RunSettings, Mapping[str, str]]:
    """What a comparison begins with: the model used last, and the next one that can be run as well, with what of the
    settings that one does not take."""
    first = desk.chosen(None)
    ready = [offer for offer in desk.offers if not desk.refused(offer) and offer.pk != first.offer]
    chosen = desk.find(first.offer)
    ready.sort(key=lambda offer: chosen is None or offer.provider_id != chosen.provider_id)
    return (first, *desk.fitting(first, ready[0])) if ready else (first, first, {})


def _tell(found: Comparison, what: str = "changed") -> None:
    """The person's other tabs show it too, and those of the team while it is shared."""
    async_to_sync(notices.tell_all)(audience(found), "comparison", comparison=found.pk, what=what)


def _uuid_or_404(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
