"""The chat page and the deeds on conversations that start no run."""

import uuid
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from playground.accounts.models import User
from playground.accounts.people import current_team, role_in
from playground.accounts.roles import Act, Thing, may
from playground.batches.models import Batch
from playground.catalog.phrases import PhraseBook
from playground.conversations import run_settings, sharing, threads
from playground.conversations.models import Conversation, LastSettings
from playground.conversations.run_settings import BadSetting, RunSettings
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.streaming import notices
from playground.streaming.registry import stop_here
from playground.web import access, blind, details, presets, shared_list, sidebar, thread, trials
from playground.web.access import person
from playground.web.budget_foot import budget_foot
from playground.web.composer import composer_view, run_extras
from playground.web.elsewhere import Elsewhere, elsewhere
from playground.web.figures import reasoning_words
from playground.web.offers import Desk, run_view
from playground.web.opening import opening, template_words, wished
from playground.web.picker import picker_view
from playground.web.posted import posted_settings
from playground.web.respond import go, partial
from playground.web.shared import page_values
from playground.web.sidebar import Cursor
from playground.web.thumbs import on_messages, on_threads

NEW = uuid.UUID(int=0)  # in an address: the conversation that does not exist yet


@never_cache
@login_required
@require_GET
def playground(request: HttpRequest) -> HttpResponse:
    """The chat page with a new conversation."""
    return _page(request, None)


@never_cache
@login_required
@require_GET
def conversation(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """The chat page with a conversation; of a column or a batch (only these have no title) where it belongs to."""
    found = access.conversation(person(request), conversation_id, Act.VIEW)
    return _page(request, found) if found.title else _home(found)


@never_cache
@login_required
@require_GET
def conversation_list(request: HttpRequest) -> HttpResponse:
    """The list in the sidebar, all or what fits `q`; with `after` the next page, with `upto` all up to a row."""
    asked = request.GET
    after = Cursor.read(asked.get("after", ""))
    place: dict[str, Any] = {
        "query": asked.get("q", "")[:200],
        "current": _current(request),
        "after": after,
        "upto": None if after else Cursor.read(asked.get("upto", "")),
    }
    if asked.get("view") == "shared":
        listing = shared_list.listing(person(request), **place)
    else:
        is_archive = asked.get("view") == "archived"
        listing = sidebar.listing(person(request), team=access.team_of(request), archived=is_archive, **place)
    if after:
        return render(request, "conversations/_conversation_rows.html", {"listing": listing})
    return partial(request, "conversations/list.html", {"listing": listing, "budget_bar": budget_foot(request)})


@never_cache
@login_required
@require_GET
def message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """One message, as it stands in its thread; with `?results=again` its calls can be answered once more."""
    user = person(request)
    again = request.GET.get("results") == "again"
    found = access.message(user, message_id, Act.VIEW, nameless=True)
    (view,) = on_messages([thread.view_of(found, currency=user.currency, answer_again=again)], user)
    shown = blind.nameless(view) if blind.is_blind(user, found.conversation) else view
    return render(request, "conversations/_message.html", {"message": shown})


@never_cache
@login_required
@require_GET
def thread_part(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """What stands before, after or around a message of the open branch; without one, or none of this branch, its end.

    A piece comes as bare messages to be put beside the others, a window whole.
    """
    user = person(request)
    found = access.conversation(user, conversation_id, Act.VIEW, nameless=True)
    for name, look in (("before", thread.before), ("after", thread.after), ("around", thread.around)):
        if name in request.GET:
            view = look(found, _uuid_or_404(request.GET[name]), currency=user.currency)
            if view is None and name == "around":
                raise Http404
            if view is not None:
                template = "_thread" if name == "around" else "_thread_part"
                return render(request, f"conversations/{template}.html", {"thread": _as_seen(view, found, user)})
    view = thread.newest(found, currency=user.currency)
    return render(request, "conversations/_thread.html", {"thread": _as_seen(view, found, user)})


@login_required
@require_POST
def rename(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """Another title."""
    found = access.conversation(person(request), conversation_id)
    try:
        threads.rename(found, request.POST.get("title", ""))
    except Refused as error:
        return _refused(error)
    return _changed(request, found, "renamed", title=found.title)


@login_required
@require_POST
def pin(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """To the head of the list (`on=1`), or back among the others."""
    found = access.conversation(person(request), conversation_id)
    threads.pin(found, pinned=request.POST.get("on") == "1")
    return _changed(request, found, "moved")


@login_required
@require_POST
def archive(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """Into the archive (`on=1`), or back into the list."""
    found = access.conversation(person(request), conversation_id)
    threads.archive(found, archived=request.POST.get("on") == "1")
    return _changed(request, found, "moved")


@login_required
@require_POST
def delete(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """Out of sight; what runs in it is stopped, and its entries stay."""
    found = access.conversation(person(request), conversation_id)
    for generation in threads.delete(found):
        stop_here(generation)
    return _changed(request, found, "deleted", to="playground")


@login_required
@require_POST
def restore(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """Undo a deletion, as long as the rows are there."""
    found = access.deleted_conversation(person(request), conversation_id)
    threads.bring_back(found)
    return _changed(request, found, "moved")


@login_required
@require_POST
def branch(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """Show another branch: the one through the posted message."""
    user = person(request)
    found = access.conversation(user, conversation_id, Act.USE)
    chosen = access.message(user, _uuid_or_404(request.POST.get("message", "")), Act.USE)
    if chosen.conversation_id != found.pk:
        raise Http404
    threads.switch_branch(chosen)
    if found.shared:
        _tell(found, "switched", person=str(user.pk))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("conversation", found.pk)
    found.refresh_from_db()
    # None: it was switched once more meanwhile.
    view = thread.around(found, chosen.pk, currency=user.currency) or thread.newest(found, currency=user.currency)
    return render(request, "conversations/_thread.html", {"thread": on_threads([view], user)[0]})


@login_required
@require_POST
def run_settings_of(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """Keep the run settings of a conversation (or, with the zero id, of the next one)."""
    user = person(request)
    found = None if conversation_id == NEW else access.conversation(user, conversation_id, Act.USE)
    desk = Desk(user, found.team if found else current_team(user))
    posted, lost = _wished_of(request, desk)
    errors: dict[str, str] = {}
    chosen = desk.chosen(found)
    notes: dict[str, str] = {}
    try:
        wished = run_settings.parse(posted)
        offer = desk.find(wished.offer)
        if offer is None:
            raise BadSetting("system_prompt", _("This model cannot be chosen any more. Choose another one."))
        chosen, notes = desk.fitting(wished, offer)
        _keep(user, found, chosen)
    except BadSetting as error:
        errors = {error.field: error.message}
    context = {"run": run_view(desk, chosen, found, errors | lost | notes) | run_extras(desk, found, chosen)}
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("conversation", found.pk) if found else redirect("playground")
    return render(request, "conversations/_run_settings.html", context, status=422 if errors else 200)


@never_cache
@login_required
@require_GET
def empty(request: HttpRequest) -> HttpResponse:
    """What to try with another model: the empty thread, drawn anew for `offer`."""
    user = person(request)
    desk = Desk(user, current_team(user))
    return render(
        request, "conversations/_empty.html", trials.empty_view(desk, wished(request, desk) or desk.chosen(None))
    )


@login_required
@require_POST
def branch_off(request: HttpRequest, message_id: uuid.UUID) -> HttpResponseBase:
    """A new conversation that begins with the branch up to this message."""
    user = person(request)
    found = access.message(user, message_id, Act.VIEW)
    if not access.may_copy(user, found.conversation):
        raise Http404
    return go(request, "conversation", threads.branch_off(found, user=user).pk)


@never_cache
@login_required
@require_GET
def message_details(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """What was sent for an answer and what came back."""
    found = access.message(person(request), message_id, Act.VIEW)
    run = thread.run_of(found)
    if run is None:
        raise Http404
    context = {
        "message": found,
        "generation": run,
        "entry": run.entry,
        "reasoning": reasoning_words(run.entry) if run.entry else "",
        "template": template_words(person(request), run.template_version_id),
        "request_view": details.request_of(run),
        "left_out": details.left_out_of(run),
        "refused": details.why_no_request(run),
        "price": details.price_of(run.entry, PhraseBook(get_language() or "en")) if run.entry else None,
        "price_address": details.price_address(run.entry) if run.entry else "",
        "elsewhere": _elsewhere(person(request), found.conversation, Entry.objects.filter(generation=run.pk)),
    }
    return render(request, "conversations/_details.html", context)


@never_cache
@login_required
@require_GET
def what_if(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """What all runs of a conversation would cost with every other model."""
    found = access.conversation(person(request), conversation_id, Act.VIEW)
    table = _elsewhere(person(request), found, Entry.objects.filter(conversation=found.pk))
    return render(request, "conversations/_what_if.html", {"conversation": found, "elsewhere": table})


@never_cache
@login_required
@require_GET
def model_picker(request: HttpRequest) -> HttpResponse:
    """What the model picker holds, for a conversation or a new one."""
    user, asked = person(request), request.GET.get("conversation")
    found = access.conversation(user, _uuid_or_404(asked), Act.VIEW) if asked else None
    desk = Desk(user, found.team if found else current_team(user))
    return render(request, "conversations/_model_picker.html", {"picker": picker_view(desk, found)})


def _page(request: HttpRequest, found: Conversation | None) -> HttpResponse:
    user = person(request)
    desk = Desk(user, found.team if found else current_team(user))
    brought = opening(request, desk) if found is None else None
    asked = wished(request, desk) if found else brought and brought.settings
    chosen = asked or desk.chosen(found)
    shown = _window(request, found, user) if found else thread.ThreadView(None)
    views = [*shown.messages, *shown.tail]
    offer = desk.find(chosen.offer)
    notes: dict[str, str] = {}
    if offer is not None:
        chosen, notes = desk.fitting(chosen, offer)
    is_own = found is None or found.user_id == user.pk
    context: dict[str, Any] = {
        "section": "playground",
        "has_inspector": True,
        "may_save_template": may(role_in(user, desk.team), Act.EDIT, Thing.TEMPLATES),
        "conversation": _header(found, is_own=is_own),
        "thread": shown,
        "composer": composer_view(desk, found, shown, brought.text if brought else ""),
        "run": run_view(desk, chosen, found, notes) | run_extras(desk, found, chosen),
        "listing": _listing(request, found, is_own=is_own),
        "budget_bar": budget_foot(request),
    }
    context |= page_values(user, desk.team, found)
    if not views:
        context |= trials.empty_view(desk, chosen)
    return render(request, "conversations/page.html", context)


def _listing(request: HttpRequest, found: Conversation | None, *, is_own: bool) -> dict[str, Any]:
    """The list in which the open conversation stands."""
    user, current = person(request), found.pk if found else None
    if is_own:
        return sidebar.listing(user, team=access.team_of(request), current=current)
    return shared_list.listing(user, current=current)


def _window(request: HttpRequest, found: Conversation, user: User) -> thread.ThreadView:
    """The end of the open branch, or the surroundings of the message that a link asks for with `?at=<id>`."""
    at = request.GET.get("at")
    there = thread.around(found, _uuid_or_404(at), currency=user.currency) if at else None
    return on_threads([there or thread.newest(found, currency=user.currency)], user)[0]


def _as_seen(view: thread.ThreadView, found: Conversation, user: User) -> thread.ThreadView:
    """A part of a conversation with the reader's thumbs, and without names where these are hidden from them."""
    shown = on_threads([view], user)[0]
    return blind.without_names(shown) if blind.is_blind(user, found) else shown


def _header(found: Conversation | None, *, is_own: bool) -> dict[str, Any] | None:
    if found is None:
        return None
    words = sidebar.spent([found.pk]).get(found.pk, ("", ""))[1]
    return {
        "id": found.pk,
        "title": found.title,
        "is_own": is_own,
        "sum": words,
        "is_pinned": found.pinned_at is not None,
        "is_archived": found.archived_at is not None,
    }


def _wished_of(request: HttpRequest, desk: Desk) -> tuple[Mapping[str, object], dict[str, str]]:
    """The settings that a form posts, or those of the preset that it names; and what of a preset is not there."""
    named = request.POST.get("preset", "")
    if not named:
        return posted_settings(request.POST), {}
    preset = access.preset(desk.user, _uuid_or_404(named), Act.USE)
    return presets.wished_of(desk, preset).to_json(), presets.lost_of(desk, preset)


def _home(found: Conversation) -> HttpResponseBase:
    batch = Batch.objects.filter(conversation=found).first()
    return redirect("batch", batch.pk) if batch else redirect("comparison", found.column.comparison_id)


def _elsewhere(user: User, found: Conversation, entries: QuerySet[Entry]) -> Elsewhere | None:
    return elsewhere(Desk(user, found.team), entries)


def _keep(user: User, found: Conversation | None, chosen: RunSettings) -> None:
    if found is None or found.title:  # what a column of a comparison or a batch is set to is no habit
        LastSettings.objects.update_or_create(user=user, defaults={"settings": chosen.to_json()})
    if found is not None:
        found.settings = chosen.to_json()
        found.save(update_fields=["settings"])


def _current(request: HttpRequest) -> uuid.UUID | None:
    """The conversation that is open in the page that asks."""
    parts = request.headers.get("HX-Current-URL", "").split("/c/")
    try:
        return uuid.UUID(parts[1][:36]) if len(parts) > 1 else None
    except ValueError:
        return None


def _uuid_or_404(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _changed(request: HttpRequest, found: Conversation, what: str, *, to: str = "", **facts: str) -> HttpResponseBase:
    """Tell all tabs that show it, and answer the script with JSON and a form without one with a page."""
    _tell(found, what, **facts)
    if request.htmx or request.headers.get("accept", "").startswith("application/json"):  # type: ignore[attr-defined]
        return JsonResponse({"conversation": str(found.pk), **facts})
    return redirect(to) if to else redirect("conversation", found.pk)


def _tell(found: Conversation, what: str, **facts: str) -> None:
    """The owner's other tabs, and those of the team while it is shared."""
    told = sharing.audience(found)
    async_to_sync(notices.tell_all)(told, "conversation", conversation=found.pk, what=what, **facts)


def _refused(error: Refused) -> HttpResponse:
    return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
