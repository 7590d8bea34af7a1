"""The usage pages: sums and charts, entries with their receipts, exports."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from playground.web import access, usage_notices
from playground.web.access import person
from playground.web.usage_entries import entry_list
from playground.web.usage_export import csv_file, json_lines
from playground.web.usage_list import ListWish, entries_within
from playground.web.usage_page import overview
from playground.web.usage_receipt import receipt as receipt_of
from playground.web.usage_seat import seat_of
from playground.web.usage_wish import Wish


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Sums of a range. htmx gets what changes alone, and the short form of the address."""
    wish = Wish.read(request.GET.dict())
    seat = seat_of(request)
    context = {"section": "usage", "team_name": seat.team.name, "usage": overview(seat, wish, timezone.now())}
    if not _wants_part(request):
        return render(request, "usage/page.html", context)
    answer = render(request, "usage/_results.html", context)
    answer.headers["HX-Push-Url"] = reverse("usage") + wish.address()
    return answer


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
    return render(request, "usage/notices.html", {"notices": found})


@never_cache
@login_required
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Every entry of a range, a page at a time. htmx gets what changes alone."""
    asked = ListWish.read(request.GET.dict(), request.GET.getlist("column"))
    seat = seat_of(request)
    context = {"section": "usage", "team_name": seat.team.name, "list": entry_list(seat, asked, timezone.now())}
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
    context = {"section": "usage", "team_name": seat.team.name, "entry": receipt_of(seat, entry)}
    return render(request, "usage/receipt.html", context)


@never_cache
@login_required
@require_GET
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All entries that fit, as a file."""
    if kind not in ("csv", "jsonl"):
        raise Http404
    asked = ListWish.read(request.GET.dict(), ())
    period = asked.wish.period(timezone.localtime())
    found = entries_within(seat_of(request), asked, period)
    content = csv_file(found, bom=request.GET.get("bom") == "1") if kind == "csv" else json_lines(found)
    name = f"usage-{period.first:%Y-%m-%d}-{period.last_day:%Y-%m-%d}.{kind}"
    return StreamingHttpResponse(
        content,
        content_type="text/csv; charset=utf-8" if kind == "csv" else "application/jsonl; charset=utf-8",
        # Not compressed on the way: Django would compress each part by itself, of which browsers read only the first.
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Encoding": "identity"},
    )
