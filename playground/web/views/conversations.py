"""The chat page and the deeds on conversations that start no run."""

import uuid
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.catalog.queries import facts_of
from playground.conversations import run_settings, threads
from playground.conversations.models import Conversation, LastSettings
from playground.conversations.run_settings import BadSetting, RunSettings
from playground.errors import Refused
from playground.streaming import notices
from playground.streaming.registry import stop_here
from playground.web import access, sidebar, thread, trials
from playground.web.access import person
from playground.web.offers import Desk, picker_view, run_view
from playground.web.sidebar import Cursor

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
def conversation(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The chat page with a conversation."""
    return _page(request, access.conversation(person(request), conversation_id))


@never_cache
@login_required
@require_GET
def conversation_list(request: HttpRequest) -> HttpResponse:
    """The list in the sidebar, all or what fits `q`; with `after` the next page, with `upto` all up to a row."""
    asked = request.GET
    after = Cursor.read(asked.get("after", ""))
    listing = sidebar.listing(
        person(request),
        query=asked.get("q", "")[:200],
        archived=asked.get("view") == "archived",
        current=_current(request),
        after=after,
        upto=None if after else Cursor.read(asked.get("upto", "")),
    )
    template = "conversations/_conversation_rows.html" if after else "conversations/_conversation_list.html"
    return render(request, template, {"listing": listing})


@never_cache
@login_required
@require_GET
def message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """One message, as it stands in its thread."""
    user = person(request)
    view = thread.view_of(access.message(user, message_id), currency=user.currency)
    return render(request, "conversations/_message.html", {"message": view})


@never_cache
@login_required
@require_GET
def thread_after(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """What came after a message; the whole thread when that message is not on the open branch any more."""
    user = person(request)
    views = thread.views_of(access.conversation(user, conversation_id), currency=user.currency)
    after = request.GET.get("after", "")
    known = next((place for place, view in enumerate(views) if str(view.id) == after), None)
    if known is None:
        return render(request, "conversations/_thread.html", {"thread": {"messages": views, "earlier_url": ""}})
    new = (render_to_string("conversations/_message.html", {"message": view}, request) for view in views[known + 1 :])
    return HttpResponse("".join(new))


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
    found = access.conversation(user, conversation_id)
    chosen = access.message(user, _uuid_or_404(request.POST.get("message", "")))
    if chosen.conversation_id != found.pk:
        raise Http404
    threads.switch_branch(chosen)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("conversation", found.pk)
    found.refresh_from_db()
    views = thread.views_of(found, currency=user.currency)
    return render(request, "conversations/_thread.html", {"thread": {"messages": views, "earlier_url": ""}})


@login_required
@require_POST
def run_settings_of(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponseBase:
    """Keep the run settings of a conversation (or, with the zero id, of the next one)."""
    user = person(request)
    found = None if conversation_id == NEW else access.conversation(user, conversation_id)
    desk = Desk(user, found.team if found else current_team(user))
    posted = _posted_settings(request)
    errors: dict[str, str] = {}
    chosen = desk.chosen(found)
    try:
        wished = run_settings.parse(posted)
        offer = desk.find(wished.offer)
        if offer is None:
            raise BadSetting("system_prompt", _("This model cannot be chosen any more. Choose another one."))
        chosen, errors = _fit(wished, offer)
    except BadSetting as error:
        errors = {error.field: error.message}
    if not errors:
        _keep(user, found, chosen)
    context = {"run": run_view(desk, chosen, found, errors)}
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("conversation", found.pk) if found else redirect("playground")
    return render(request, "conversations/_run_settings.html", context, status=422 if errors else 200)


def _page(request: HttpRequest, found: Conversation | None) -> HttpResponse:
    user = person(request)
    desk = Desk(user, found.team if found else current_team(user))
    chosen = _wished(request, desk) or desk.chosen(found)
    views = thread.views_of(found, currency=user.currency) if found else []
    offer = desk.find(chosen.offer)
    refused = desk.refused(offer) if offer else ""
    practice_offer = next((one for one in desk.offers if one.provider.practice), None)
    context: dict[str, Any] = {
        "section": "playground",
        "conversation": _header(found),
        "thread": {"messages": views, "earlier_url": ""},
        "composer": {
            "conversation_id": str(found.pk) if found else "",
            "history_tokens": thread.history_tokens(views),
            "refused": refused,
            "refused_url": reverse("keys") if refused else "",
            "refused_label": "",
        },
        "run": run_view(desk, chosen, found),
        "picker": picker_view(desk, found),
        "listing": sidebar.listing(user, current=found.pk if found else None),
        "model_title": offer.title if offer else "",
        "thinking_on": offer is not None and offer.thinking != "none" and chosen.thinking is not False,
        "trials": trials.trials(),
        "practice": trials.practice() if practice_offer else [],
        "practice_offer_id": _practice_offer_id(desk, chosen),
    }
    return render(request, "conversations/page.html", context)


def _wished(request: HttpRequest, desk: Desk) -> RunSettings | None:
    """The settings a link asks for with `?offer=<id>`: that offer, and nothing that was set for another one."""
    try:
        offer = desk.find(uuid.UUID(request.GET.get("offer", "")))
    except ValueError:
        offer = None
    return RunSettings(offer=offer.pk, system_prompt=desk.chosen(None).system_prompt) if offer else None


def _header(found: Conversation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    words = sidebar.spent([found.pk]).get(found.pk, ("", ""))[1]
    return {
        "id": found.pk,
        "title": found.title,
        "sum": words,
        "is_pinned": found.pinned_at is not None,
        "is_archived": found.archived_at is not None,
    }


def _practice_offer_id(desk: Desk, chosen: RunSettings) -> str:
    """The chosen offer when it is the sandbox's already, else the sandbox's first."""
    offers = [offer for offer in desk.offers if offer.provider.practice]
    mine = next((offer for offer in offers if offer.pk == chosen.offer), offers[0] if offers else None)
    return str(mine.pk) if mine else ""


def _posted_settings(request: HttpRequest) -> dict[str, object]:
    post = request.POST
    return {
        "offer": post.get("offer", ""),
        # A switch that is off is not posted; where a model has no switch, `fit` drops it.
        "thinking": post.get("thinking") == "on",
        "effort": post.get("effort", ""),
        "temperature": _number(post.get("temperature", "")),
        "top_p": _number(post.get("top_p", "")),
        "max_tokens": _whole(post.get("max_tokens", "")),
        "system_prompt": post.get("system_prompt", "").replace("\r\n", "\n"),
    }


def _fit(wished: RunSettings, offer: Offer) -> tuple[RunSettings, dict[str, str]]:
    try:
        return run_settings.fit(wished, facts_of(offer)), {}
    except BadSetting as error:
        return wished, {error.field: error.message}


def _keep(user: User, found: Conversation | None, chosen: RunSettings) -> None:
    LastSettings.objects.update_or_create(user=user, defaults={"settings": chosen.to_json()})
    if found is not None:
        found.settings = chosen.to_json()
        found.save(update_fields=["settings"])


def _number(text: str) -> object:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        return text


def _whole(text: str) -> object:
    number = _number(text)
    return int(number) if isinstance(number, float) and number.is_integer() else number


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
    """Tell the person's other tabs, and answer the script with JSON and a form without one with a page."""
    async_to_sync(notices.tell)(found.user_id, "conversation", conversation=found.pk, what=what)
    if request.htmx or request.headers.get("accept", "").startswith("application/json"):  # type: ignore[attr-defined]
        return JsonResponse({"conversation": str(found.pk), **facts})
    return redirect(to) if to else redirect("conversation", found.pk)


def _refused(error: Refused) -> HttpResponse:
    return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
