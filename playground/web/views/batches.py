"""Batches: the list, a new one, its plan and start, the page that watches it, rows, results, two side by side."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts.roles import Act
from playground.batches import drafting, purging, running
from playground.batches.models import Batch
from playground.errors import Refused
from playground.prompts.models import TemplateVersion
from playground.streaming.registry import batches_changed, stop_here
from playground.web import access, batch_beside, batch_export, batch_list, batch_page, batch_plan, opening
from playground.web.access import person, team_of
from playground.web.batch_page import RowsWish
from playground.web.composer import run_extras
from playground.web.forms.batches import TableForm
from playground.web.offers import Desk, run_view
from playground.web.respond import go, wants_partial

SECTION = {"section": "batches"}
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


@never_cache
@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All batches of the person in the team at work."""
    found = batch_list.list_page(access.batches(person(request), team_of(request)), request.GET.get("page", ""))
    return render(request, "batches/list.html", SECTION | found)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """A table comes in and becomes a draft; with `?template=<version>` the draft begins with that template's texts.

    With `?beside=<version>` a second draft with the same rows begins with those of another version.
    """
    user = person(request)
    version, beside = (_version_named(request, name) for name in ("template", "beside"))
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    if request.method == "POST" and form.is_valid() and form.table is not None:
        desk = Desk(user, access.team_of(request))
        batch = drafting.create(
            user=user, team=desk.team, table=form.table, title=form.title, settings=desk.chosen(None)
        )
        if version is not None and beside is not None:
            _take(drafting.begin_again(batch, user=user), beside, desk, named=True)
            messages.success(request, _("Two drafts are made, one for each version. Start both, then look at them."))
        if version is not None:
            _take(batch, version, desk, named=beside is not None)
        return redirect("batch", batch.pk)
    context = SECTION | {"form": form, "version": version, "beside": beside}
    return render(request, "batches/new.html", context, status=form.status)


@never_cache
@login_required
@require_GET
def page(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """One batch: a draft with all that is to be chosen, else how far it is."""
    return _page(request, access.batch(person(request), batch_id))


@login_required
@require_POST
def plan(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """Keep what was typed about a draft, and answer with what follows from it."""
    found = access.batch(person(request), batch_id)
    if not found.is_draft:  # started, perhaps in another window
        return go(request, "batch", found.pk)
    desk, refusal = Desk(person(request), found.team), None
    try:
        batch_plan.keep_plan(found, request.POST)
    except Refused as error:
        refusal = error
    if not wants_partial(request):
        return redirect("batch", found.pk)
    return render(request, "batches/_plan.html", {"plan": batch_plan.plan_view(found, desk, refusal)})


@login_required
@require_POST
def template(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """Take the texts of the posted template version, or go on without any."""
    user = person(request)
    found = access.batch(user, batch_id)
    if not found.is_draft:
        return go(request, "batch", found.pk)
    if wanted := request.POST.get("version", ""):
        version = access.template_version(user, _uuid_or_404(wanted), Act.USE)
        desk = Desk(user, found.team)
        drafting.take_template(found, version, opening.settings_of(desk, version, version.system_prompt))
    else:
        found.template_version = None
        drafting.keep(found)
    return go(request, "batch", found.pk)


@login_required
@require_POST
def start(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """Keep what was typed and start: all rows, or with `first` so many of them."""
    found = access.batch(person(request), batch_id)
    if not found.is_draft:
        return redirect("batch", found.pk)
    try:
        batch_plan.keep_plan(found, request.POST)
        first = batch_plan.TRIED_FIRST if request.POST.get("first") else None
        drafting.start(found, leave_out=request.POST.get("leave_out") == "1", first=first)
    except Refused as error:
        return _page(request, found, refusal=error)
    batches_changed()
    return redirect("batch", found.pk)


@never_cache
@login_required
@require_GET
def live(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """What moves: state, progress, costs, the rows that are wanted."""
    user = person(request)
    found = access.batch(user, batch_id)
    if found.is_draft:
        return go(request, "batch", found.pk)
    view = batch_page.live_view(found, RowsWish.read(request.GET), Desk(user, found.team))
    return render(request, "batches/_live.html", {"live": view})


@login_required
@require_POST
def move(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """`act`: pause, resume, stop, or limit (with the amount)."""
    found = access.batch(person(request), batch_id)
    try:
        _move(found, request)
    except Refused as error:
        messages.info(request, error.message)
    batches_changed()
    return go(request, "batch", found.pk)


@login_required
@require_POST
def retry(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """Let the posted row, or all that did not finish, wait for another run."""
    found = access.batch(person(request), batch_id)
    number = request.POST.get("row", "")
    count = running.retry(found, int(number) if number.isdecimal() and len(number) < 9 else None)
    found.refresh_from_db()
    if count and found.state != Batch.State.RUNNING:
        words = ngettext("%(count)s row waits.", "%(count)s rows wait.", count) % {"count": f"{count:,}"}
        messages.info(request, f"{words} {_('It is sent when the batch goes on.')}")
    batches_changed()
    return (
        go(request, "batch-row", found.pk, int(number))
        if number and request.POST.get("stay")
        else go(request, "batch", found.pk)
    )


@login_required
@require_POST
def again(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """A new draft with the same rows."""
    user = person(request)
    return go(request, "batch", drafting.begin_again(access.batch(user, batch_id), user=user).pk)


@login_required
@require_POST
def delete(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """Out of sight; what runs in it is stopped. Entries stay."""
    found = access.batch(person(request), batch_id)
    purging.delete(found)
    for generation in running.live_of(found):
        stop_here(generation)
    batches_changed()
    messages.success(request, _("“%(title)s” is deleted.") % {"title": found.title})
    return go(request, "batches")


@never_cache
@login_required
@require_GET
def row(request: HttpRequest, batch_id: uuid.UUID, number: int) -> HttpResponse:
    """One row in full."""
    user = person(request)
    found = access.batch_row(user, batch_id, number)
    view = batch_page.row_view(found, Desk(user, found.batch.team))
    template = "batches/_row.html" if wants_partial(request) else "batches/row.html"
    return render(request, template, SECTION | {"shown": view})


@never_cache
@login_required
@require_GET
def results(request: HttpRequest, batch_id: uuid.UUID, kind: str) -> StreamingHttpResponse:
    """All rows with what became of them, as a file."""
    found = access.batch(person(request), batch_id)
    if kind not in KINDS:
        raise Http404
    bom = request.GET.get("bom") == "1"
    content = batch_export.csv_file(found, bom=bom) if kind == "csv" else batch_export.json_lines(found)
    disposition = content_disposition_header(True, f"{found.title}.{kind}".replace("/", "-"))
    # Not compressed on the way: Django would compress each part by itself, of which browsers read only the first.
    headers = {"Content-Disposition": str(disposition), "Content-Encoding": "identity"}
    return StreamingHttpResponse(content, content_type=KINDS[kind], headers=headers)


@never_cache
@login_required
@require_GET
def beside(request: HttpRequest, batch_id: uuid.UUID, other_id: uuid.UUID) -> HttpResponse:
    """Two batches over the same rows, answer beside answer."""
    user = person(request)
    found, other = access.batch(user, batch_id), access.batch(user, other_id)
    if found.table != other.table or found.is_draft or other.is_draft:
        raise Http404
    view = batch_beside.beside_view(found, other, Desk(user, found.team), request.GET.get("page", ""))
    return render(request, "batches/beside.html", SECTION | view)


def _version_named(request: HttpRequest, name: str) -> TemplateVersion | None:
    wanted = request.GET.get(name) or request.POST.get(name) or ""
    return access.template_version(person(request), _uuid_or_404(wanted), Act.USE) if wanted else None


def _take(batch: Batch, version: TemplateVersion, desk: Desk, *, named: bool) -> None:
    """Begin with the texts of a version; of two drafts each is named after its own."""
    if named:
        drafting.rename(batch, f"{batch.title} · {version.title} v{version.number}")
    drafting.take_template(batch, version, opening.settings_of(desk, version, version.system_prompt))


def _page(request: HttpRequest, found: Batch, refusal: Refused | None = None) -> HttpResponse:
    desk = Desk(person(request), found.team)
    if not found.is_draft:
        view = batch_page.live_view(found, RowsWish.read(request.GET), desk)
        others = {"others": batch_page.others_like(found), "model": batch_page.offer_title(found)}
        return render(request, "batches/page.html", SECTION | others | {"live": view, "batch": found})
    context: dict[str, Any] = SECTION | {"has_inspector": True} | batch_plan.setup_view(found, desk)
    chosen = desk.chosen(found.conversation)
    context["run"] = run_view(desk, chosen, found.conversation) | run_extras(desk, found.conversation, chosen)
    context["plan"] = batch_plan.plan_view(found, desk, refusal)
    return render(request, "batches/setup.html", context, status=422 if refusal else 200)


def _move(found: Batch, request: HttpRequest) -> None:
    if found.is_draft:
        return
    match request.POST.get("act", ""):
        case "pause":
            running.pause(found)
        case "resume":
            running.resume(found)
        case "stop":
            for generation in running.stop(found):
                stop_here(generation)
        case "limit":
            limit = batch_page.limit_view(found)
            if limit is not None:
                batch_plan.keep_limit(found, request.POST.get("limit", ""), limit["currency"])
                found.save(update_fields=["most_cost", "most_currency"])


def _uuid_or_404(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
