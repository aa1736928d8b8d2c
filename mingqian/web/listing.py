"""The one listing: filter, sort, pages by key, counts, columns, bulk deeds, export. A dozen pages of the manual are this.

    class ExpertListing(Listing):
        name = "experts"                       # remembered choices of the user go by this
        title = "专家信息"                      # caption, and the name of the exported workbook
        filters = ExpertFilter                 # a ListingFilter
        columns = (
            Column("expert_no", "专家编号", sort="expert_no", link=True, phone="title"),
            Column("unit", "单位", value="unit.name", phone="line"),
            Column("status", "状态", value="get_status_display", cell=lambda e: pill(tone(e), …), phone="badge"),
            Column("terms", "任期止", value=…, sort="term_to", number=True),
        )
        order = "-pk"                          # the sort of a column, or pk; the primary key always follows
        bulk = (Bulk("确认参评", url=…, icon="check"),)
        empty = Empty("还没有专家", "先导入评委库名册。", url, "导入")
        def row_url(self, expert): return …

    def experts(request):
        rows = Expert.objects.visible_to(request.user).select_related("unit")
        return respond(request, ExpertListing(), rows, "experts/list.html", exported=note_export, **context)

The template says `{% listing page %}` inside web/base.html. `respond` answers the page, the fragment htmx asks for,
or with ?export=xlsx the whole filtered result as a workbook; `exported(request, written, page)` is where the caller
writes its audit entry: nothing is sent if it raises. Without `exported` there is no export.
Give filters sensible `visible_to` rows and `select_related`; a page costs the same queries for 1 row and for 30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from .columns import Bulk, Column
from .components import Empty
from .filters import DaysFilter, KeywordFilter, ListingFilter
from .keyset import ordered
from .listing_page import ListingPage
from .xlsx import Written, workbook_response

EXPORT_CHUNK = 2000

__all__ = [
    "Bulk",
    "Column",
    "DaysFilter",
    "Empty",
    "KeywordFilter",
    "Listing",
    "ListingFilter",
    "ListingPage",
    "respond",
]


class Listing:
    """What one listing is; see the module's docstring."""

    name: str = "listing"
    title: str = ""
    filters: type[ListingFilter] | None = None
    columns: Sequence[Column] = ()
    order: str = "-pk"
    page_size: int = 20
    bulk: Sequence[Bulk] = ()
    empty: Empty = Empty()
    unit: str = "条"

    def row_url(self, row: Any) -> str:
        """Where a click on the row leads; blank for nowhere."""
        return ""

    def row_label(self, row: Any) -> str:
        """How a screen reader names the row's tick box."""
        return str(row)

    def sorts(self) -> dict[str, str]:
        """The declared sorts by column name; nothing else can be sorted by."""
        return {c.name: c.sort for c in self.columns if c.sort}


def respond(
    request: HttpRequest,
    listing: Listing,
    queryset: models.QuerySet[Any],
    template: str,
    *,
    exported: Callable[[HttpRequest, Written, ListingPage], None] | None = None,
    note: str = "",
    **context: Any,
) -> HttpResponseBase:
    """Answer a listing: page, htmx fragment, or workbook. See the module's docstring."""
    page = ListingPage(request, listing, queryset, exportable=exported is not None)
    if exported is not None and request.GET.get("export") == "xlsx":
        return _export(request, page, exported, note)
    if request.headers.get("HX-Target") == page.dom_id:
        return render(request, "web/components/listing.html", {"page": page})
    return render(request, template, {"page": page, **context})


def _export(
    request: HttpRequest, page: ListingPage, exported: Callable[..., None], note: str
) -> HttpResponseBase:
    columns = [c for c in page.listing.columns if c.export and not c.operations]
    rows = ordered(page.queryset, page.order).fetch_mode(models.FETCH_PEERS)
    return workbook_response(
        f"{page.listing.title or page.listing.name}.xlsx",
        [c.title for c in columns],
        _export_rows(rows, columns),
        title=page.listing.title,
        note=note,
        exported=lambda written: exported(request, written, page),
    )


def _export_rows(rows: models.QuerySet[Any], columns: Iterable[Column]) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        yield [column.value_of(row) for column in columns]
