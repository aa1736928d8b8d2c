"""The terms of an expert as bars along the years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html

from mingqian.web.components import Chart

from .models import PoolMembership
from .models.membership import OPEN_STATUSES

ROW, HEAD, BAR = 40, 24, 26
FEWEST_YEARS = 4


def terms_chart(memberships: Sequence[PoolMembership], *, today: date, width: int = 790) -> Chart:
    """One line per committee, one bar per term: dark while open, pale when over; today as a dashed line."""
    committees = list(dict.fromkeys(membership.committee for membership in memberships))
    first = min([m.term_from.year for m in memberships] + [today.year - 1])
    last = max([m.term_to.year for m in memberships] + [first + FEWEST_YEARS - 1])
    narrow = width < 500
    left = 0 if narrow else 190
    row_height = ROW + 20 if narrow else ROW
    chart = Chart(title="入库任期", width=width, height=HEAD + row_height * len(committees) + 8)
    scale = (width - left) / (date(last + 1, 1, 1) - date(first, 1, 1)).days

    def place(day: date) -> float:
        return left + (day - date(first, 1, 1)).days * scale

    foot = chart.height - 4
    for year in range(first, last + 1):
        x, middle = place(date(year, 1, 1)), place(date(year, 7, 1))
        chart.shapes.append(_line("grid", x, HEAD - 2, foot))
        crowded = today.year == year and abs(middle - place(today)) < 36
        if not crowded and (not narrow or (last - first) < 8 or year % 2 == 0):
            chart.shapes.append(_text(middle, 14, year, "middle"))
    for line, committee in enumerate(committees):
        own = [membership for membership in memberships if membership.committee == committee]
        top = HEAD + row_height * line + (20 if narrow else 6)
        chart.shapes.append(
            _text(0, top - 5 if narrow else top + 11, _short(committee.name), "value")
        )
        if not narrow:
            chart.shapes.append(_text(0, top + 27, _standing_line(own[0]), ""))
        for membership in reversed(own):
            chart.shapes += _bar(membership, place, top)
    chart.shapes.append(_line("today", place(today), HEAD - 4, foot))
    chart.shapes.append(_text(place(today), 14, "今天", "middle today-word"))
    chart.heads = ("评委会", "聘期起", "聘期止", "状态")
    chart.rows = [
        (m.committee.name, m.term_from.isoformat(), m.term_to.isoformat(), m.get_status_display())
        for m in memberships
    ]
    return chart


def _bar(membership: PoolMembership, place, top: float) -> list[str]:
    x, end = place(membership.term_from), place(membership.term_to)
    is_open = membership.status in OPEN_STATUSES
    words = f"{membership.term_from:%Y-%m} 至 {membership.term_to:%Y-%m}"
    shapes: list[str] = [
        format_html(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="5"><title>{}</title></rect>',
            "fill-blue" if is_open else "fill-blue-soft",
            f"{x:.1f}",
            f"{top:.1f}",
            f"{max(end - x - 2, 3):.1f}",
            BAR,
            words,
        )
    ]
    if end - x > 136:
        kind = "middle on-dark" if is_open else "middle"
        shapes.append(_text((x + end) / 2, top + 17, words, kind))
    return shapes


def _short(name: str) -> str:
    name = name.removesuffix("职称评审委员会").removesuffix("评审委员会")
    return name if len(name) <= 14 else f"{name[:13]}…"


def _standing_line(membership: PoolMembership) -> str:
    main = next((link.specialty.name for link in membership.specialty_links.all()), "")
    return "·".join(filter(None, (main, membership.get_duty_display())))


def _line(kind: str, x: float, top: float, foot: float) -> str:
    return format_html(
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        kind,
        f"{x:.1f}",
        f"{x:.1f}",
        f"{top:.1f}",
        f"{foot:.1f}",
    )


def _text(x: float, y: float, words: object, kind: str) -> str:
    return format_html(
        '<text class="{}" x="{}" y="{}">{}</text>', kind, f"{x:.1f}", f"{y:.1f}", words
    )
