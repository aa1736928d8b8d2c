"""One page of a listing: what was asked for, the rows found, the addresses around them, and the rows as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from django.db import models
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from .columns import Bulk, Column
from .components import Empty
from .filters import ActiveFilter, ListingFilter, active_filters, without
from .keyset import BadPosition, Order, beyond, ordered, pack, position_of, unpack
from .xlsx import as_text

COUNT_CAP = 10_000
PAGE_SIZES = (20, 50, 100)


class Listed(Protocol):
    """What a page asks of its listing; see `listing.Listing`."""

    name: str
    title: str
    filters: type[ListingFilter] | None
    columns: Sequence[Column]
    order: str
    page_size: int
    bulk: Sequence[Bulk]
    empty: Empty
    unit: str

    def row_url(self, row: Any) -> str: ...
    def row_label(self, row: Any) -> str: ...
    def sorts(self) -> dict[str, str]: ...


class ListingPage:
    """One page of a listing, ready to be drawn."""

    def __init__(
        self,
        request: HttpRequest,
        listing: Listed,
        queryset: models.QuerySet[Any],
        *,
        exportable: bool,
    ) -> None:
        self.request = request
        self.listing = listing
        self.exportable = exportable
        self.filterset: ListingFilter | None = None
        if listing.filters is not None:
            self.filterset = listing.filters(
                request.GET or None, queryset=queryset, request=request
            )
            # What cannot be understood finds nothing: showing everything would look like an answer.
            queryset = (
                self.filterset.qs if self.filterset.is_valid_or_unbound() else queryset.none()
            )
        self.queryset = queryset
        self.size = self._size()
        self.sorted_by, self.order = self._order()
        self.rows: list[Any] = []
        self.previous = self.next = ""
        self.number = 1
        self.approximate = False
        self.total = self._count()
        self._turn()

    # What was asked for

    def _size(self) -> int:
        asked = self.request.GET.get("size", "")
        sizes = {str(s): s for s in (self.listing.page_size, *PAGE_SIZES)}
        return sizes.get(asked, self.listing.page_size)

    def _order(self) -> tuple[str, Order]:
        asked = self.request.GET.get("sort", "")
        path = self.listing.sorts().get(asked.removeprefix("-"))
        if path:
            return asked, Order(path, asked.startswith("-"))
        default = Order.parse(self.listing.order)
        for name, sort in self.listing.sorts().items():
            if sort == default.path:
                return ("-" if default.descending else "") + name, default
        return "", default

    def _count(self) -> int:
        if self.queryset.query.is_empty():
            return 0
        seen = self.queryset.order_by().values("pk")[: COUNT_CAP + 1].count()
        self.approximate = seen > COUNT_CAP
        return min(seen, COUNT_CAP)

    # Turning to the page

    def _turn(self) -> None:
        get = self.request.GET
        base = self.queryset.fetch_mode(models.FETCH_PEERS)
        try:
            if after := get.get("after"):
                self._after(base, unpack(after, base, self.order))
            elif before := get.get("before"):
                self._before(base, unpack(before, base, self.order))
            elif get.get("page") == "last":
                self._last(base)
            else:
                self._first(base)
        except BadPosition:
            self._first(base)

    def _first(self, base: models.QuerySet[Any]) -> None:
        rows = list(ordered(base, self.order)[: self.size + 1])
        self._keep(rows[: self.size], more_before=False, more_after=len(rows) > self.size)

    def _after(self, base: models.QuerySet[Any], position: tuple[Any, Any]) -> None:
        rows = list(
            ordered(beyond(base, self.order, position, "after"), self.order)[: self.size + 1]
        )
        if not rows:
            self._last(base)
            return
        self.number = self._hint()
        self._keep(rows[: self.size], more_before=True, more_after=len(rows) > self.size)

    def _before(self, base: models.QuerySet[Any], position: tuple[Any, Any]) -> None:
        found = ordered(beyond(base, self.order, position, "before"), self.order, reverse=True)
        rows = list(found[: self.size + 1])
        if len(rows) <= self.size:
            # Fewer than a page before here: that is the first page, and it should be full.
            self._first(base)
            return
        self.number = self._hint()
        self._keep(rows[: self.size][::-1], more_before=True, more_after=True)

    def _last(self, base: models.QuerySet[Any]) -> None:
        size = self.size if self.approximate else (self.total % self.size or self.size)
        rows = list(ordered(base, self.order, reverse=True)[: size + 1])
        self.number = 0 if self.approximate else max(-(-self.total // self.size), 1)
        self._keep(rows[:size][::-1], more_before=len(rows) > size, more_after=False)

    def _keep(self, rows: list[Any], *, more_before: bool, more_after: bool) -> None:
        self.rows = rows
        if rows and more_before:
            self.previous = pack(position_of(rows[0], self.order))
        if rows and more_after:
            self.next = pack(position_of(rows[-1], self.order))

    def _hint(self) -> int:
        text = self.request.GET.get("n", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0

    # Addresses

    def address(self, **changes: str) -> str:
        """This page's address with some parameters changed; blank removes one. Positions fall away unless given."""
        return without(self.request, ("after", "before", "page", "n", "export"), changes)

    @property
    def first_url(self) -> str:
        """To the first page."""
        return self.address()

    @property
    def previous_url(self) -> str:
        """To the page before."""
        return self.address(before=self.previous, n=str(self.number - 1) if self.number > 1 else "")

    @property
    def next_url(self) -> str:
        """To the page after."""
        return self.address(after=self.next, n=str(self.number + 1) if self.number else "")

    @property
    def last_url(self) -> str:
        """To the last page."""
        return self.address(page="last")

    @property
    def export_url(self) -> str:
        """The whole filtered result as a workbook."""
        return self.address(export="xlsx")

    @property
    def reset_url(self) -> str:
        """Without any filter."""
        return self.request.path

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        """Page sizes with their addresses."""
        return [(s, self.address(size=str(s)), s == self.size) for s in PAGE_SIZES]

    # What the template draws

    @property
    def dom_id(self) -> str:
        """The id of the listing's element."""
        return f"listing-{self.listing.name}"

    @property
    def active(self) -> list[ActiveFilter]:
        """The filters in force, each with the address without it."""
        return active_filters(self.request, self.filterset)

    @property
    def count_words(self) -> str:
        """共 327 条, or 约 10,000 条以上 once counting further would cost more than it tells."""
        if self.approximate:
            return f"约 {COUNT_CAP:,} {self.listing.unit}以上"
        return f"共 {self.total:,} {self.listing.unit}"

    @property
    def page_words(self) -> str:
        """第 2 / 17 页 where both are known."""
        if not self.number:
            return ""
        if self.approximate:
            return f"第 {self.number:,} 页"
        return f"第 {self.number:,} / {max(-(-self.total // self.size), 1):,} 页"

    def heads(self) -> Iterator[dict[str, Any]]:
        """Column heads with their sort links."""
        current, descending = self.sorted_by.removeprefix("-"), self.sorted_by.startswith("-")
        for column in self.listing.columns:
            here = bool(column.sort) and column.name == current
            # A second click turns the direction round.
            turned = (
                column.name if here and descending else f"-{column.name}" if here else column.name
            )
            yield {
                "column": column,
                "url": self.address(sort=turned) if column.sort else "",
                "sorted": ("descending" if descending else "ascending") if here else "",
                "icon": ("sort-descending" if descending else "sort-ascending")
                if here
                else "arrows-sort",
            }

    def body(self) -> SafeString:
        """The rows as HTML, put together in Python: templates would cost more than the query."""
        return mark_safe("".join(map(self._row, self.rows)))  # noqa: S308  # nosec B308, B703: every part is escaped in _row

    def _row(self, row: Any) -> str:
        url = self.listing.row_url(row)
        head = format_html('<tr data-href="{}">', url) if url else "<tr>"
        tick = (
            format_html(
                '<td class="select"><input type="checkbox" name="row" value="{}" aria-label="选择 {}"></td>',
                row.pk,
                self.listing.row_label(row),
            )
            if self.listing.bulk
            else ""
        )
        return (
            head
            + tick
            + "".join(self._cell(column, row, url) for column in self.listing.columns)
            + "</tr>"
        )

    def _cell(self, column: Column, row: Any, url: str) -> str:
        shown: str = conditional_escape(
            column.cell(row) if column.cell else as_text(column.value_of(row))
        )
        if column.link and url:
            shown = f'<a href="{conditional_escape(url)}">{shown}</a>'
        hidden = " hidden" if column.optional else ""
        return f'<td class="{column.classes}" data-col="{column.name}" data-label="{conditional_escape(column.title)}"{hidden}>{shown}</td>'
