"""The usage pages: sums and charts, entries with their receipts, exports."""

import datetime as dt
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from playground.ledger.history import Behind
from playground.ledger.models import Entry
from playground.web import access, usage_files, usage_notices
from playground.web.access import person
from playground.web.budget_panel import budget_panel
from playground.web.night_words import night_words
from playground.web.usage_entries import entry_list
from playground.web.usage_export import csv_file, json_lines
from playground.web.usage_list import ListWish, entries_within
from playground.web.usage_page import behind_words, overview
from playground.web.usage_receipt import receipt as receipt_of
from playground.web.usage_seat import Seat, seat_of
from playground.web.usage_wish import Wish


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Sums of a range. htmx gets what changes alone, and the short form of the address."""
    wish = Wish.read(request.GET.dict())
    seat = seat_of(request)
    address = reverse("usage") + wish.address()
    context = _context(seat, wish=wish, address=address)
    try:
        context["usage"] = overview(seat, wish, timezone.now())
    except Behind as behind:
        context["behind"] = behind_words(behind)
    if not _wants_part(request):
        return render(request, "usage/page.html", context)
    answer = render(request, "usage/_behind.html" if "behind" in context else "usage/_results.html", context)
    answer.headers["HX-Push-Url"] = address
    return answer


def _context(seat: Seat, **values: object) -> dict[str, object]:
    """What every page of this area has."""
    return {"section": "usage", "team_name": seat.team.name, "sees_all": seat.sees_all, **values}


def _wants_part(request: HttpRequest) -> bool:
    """Going back asks for the whole page, even through htmx."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


@never_cache
@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What is worth a look; the overview fetches it when it stands."""
    found = usage_notices.notices(seat_of(request), timezone.now())
    few = usage_notices.FEW if len(found) > usage_notices.FEW + 1 else len(found)  # one alone is not folded
    context = {"notices": found, "shown": found[:few], "more": found[few:]}
    return render(request, "usage/notices.html", context)


@never_cache
@login_required
@require_GET
def budget(request: HttpRequest) -> HttpResponse:
    """The budget that the shown usage counts for; the overview fetches it as well."""
    seat = seat_of(request)
    context = {"panel": budget_panel(seat, timezone.now()), "sees_all": seat.sees_all}
    return render(request, "usage/budget.html", context)


@never_cache
@login_required
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Every entry of a range, a page at a time. htmx gets what changes alone."""
    asked = ListWish.read(request.GET.dict(), request.GET.getlist("column"))
    seat = seat_of(request)
    context = _context(seat, list=entry_list(seat, asked, timezone.now()))
    if not _wants_part(request):
        return render(request, "usage/entries.html", context)
    answer = render(request, "usage/_entries.html", context)
    answer.headers["HX-Push-Url"] = reverse("usage-entries") + asked.address()
    return answer


@never_cache
@login_required
@require_GET
def receipt(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry in full."""
    entry = access.entry(person(request), entry_id)
    seat = seat_of(request)
    return render(request, "usage/receipt.html", _context(seat, entry=receipt_of(seat, entry)))


@never_cache
@login_required
@require_GET
def files(request: HttpRequest) -> HttpResponse:
    """The files of the months that are over, and how the night's work went; for those who manage the team."""
    seat = _managing_seat(request)
    night = night_words(timezone.now(), is_owner=seat.user.is_owner)
    return render(request, "usage/files.html", _context(seat, files=usage_files.files_of(seat.team), night=night))


@never_cache
@login_required
@require_GET
def file(request: HttpRequest, name: str) -> FileResponse:
    """One of them."""
    found = usage_files.file_of(_managing_seat(request).team, name)
    if found is None:
        raise Http404
    return FileResponse(
        found.open("rb"),
        as_attachment=True,
        filename=name,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Encoding": "identity"},
    )


def _managing_seat(request: HttpRequest) -> Seat:
    seat = seat_of(request)
    if not seat.sees_all:
        raise Http404
    return seat


@never_cache
@login_required
@require_GET
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All entries that fit, as a file."""
    if kind not in ("csv", "jsonl"):
        raise Http404
    asked = ListWish.read(request.GET.dict(), ())
    period = asked.wish.period(timezone.localtime())
    seat = seat_of(request)

    def since(first: dt.datetime) -> QuerySet[Entry]:
        return entries_within(seat, asked, replace(period, first=first))

    is_csv = kind == "csv"
    bom = request.GET.get("bom") == "1"
    content = csv_file(since, period.first, bom=bom) if is_csv else json_lines(since, period.first)
    name = f"usage-{period.first:%Y-%m-%d}-{period.last_day:%Y-%m-%d}.{kind}"
    return StreamingHttpResponse(
        content,
        content_type="text/csv; charset=utf-8" if is_csv else "application/jsonl; charset=utf-8",
        # Not compressed on the way: Django would compress each part by itself, of which browsers read only the first.
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Encoding": "identity"},
    )
