"""What stands in a cell of a listing: short HTML made in Python, since a template per cell would cost more than the query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def pill(tone: str, text: Any) -> SafeString:
    """A state: dot and word."""
    return format_html('<span class="pill {}">{}</span>', tone, text)


def chip(text: Any) -> SafeString:
    """A kind."""
    return format_html('<span class="chip">{}</span>', text)


def link(url: str, text: Any) -> SafeString:
    """A link; document numbers never wrap."""
    return format_html('<a class="nowrap" href="{}">{}</a>', url, text)


def links(pairs: Iterable[tuple[str, str]]) -> SafeString:
    """The deeds of a row as (text, url)."""
    return format_html_join("", '<a href="{}">{}</a>', ((url, text) for text, url in pairs))


def moment(value: datetime | date | None) -> SafeString | str:
    """A time to the minute, or a day; dimmed, tabular."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return format_html(
            '<time class="dim num" datetime="{}">{}</time>',
            local.isoformat(),
            f"{local:%Y-%m-%d %H:%M}",
        )
    return format_html(
        '<time class="dim num" datetime="{}">{}</time>', value.isoformat(), value.isoformat()
    )
