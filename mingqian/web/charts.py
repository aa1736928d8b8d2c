"""Charts drawn on the server: shapes with attributes, so they print, need no script and keep the strict CSP."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import format_html

from .components import Chart, CoverageRow, MonthFigures
from .drawing import BLOCK_BELOW, WARN_BELOW


def nice_top(value: float, steps: int = 4) -> int:
    """The smallest round axis end not below `value` that `steps` whole steps reach."""
    if value <= steps:
        return steps
    size = 10 ** math.floor(math.log10(value / steps))
    for factor in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        step = factor * size
        if step == int(step) and step * steps >= value:
            return int(step * steps)
    return int(10 * size * steps)


def columns_and_line(
    title: str,
    months: Sequence[MonthFigures],
    *,
    column_name: str,
    line_name: str = "",
    width: int = 560,
) -> Chart:
    """Columns against the left axis and, where months carry one, a line against the right axis."""
    chart = Chart(title=title, width=width, height=226)
    left, right, top, base = 28, width - 36, 24, 200
    lined = bool(line_name)
    column_top = nice_top(max((m.columns for m in months), default=0))
    line_top = nice_top(max((m.line or 0 for m in months), default=0))
    for step in range(5):
        y = base - (base - top) * step / 4
        chart.shapes.append(
            format_html(
                '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>',
                "axis" if step == 0 else "grid",
                left,
                right,
                f"{y:.0f}",
                f"{y:.0f}",
            )
        )
        chart.shapes.append(_text(left - 8, y + 4, column_top * step // 4, "end"))
        if lined:
            chart.shapes.append(_text(right + 8, y + 4, line_top * step // 4))
    slot = (right - left) / max(len(months), 1)
    wide = min(slot * 0.5, 20)
    points = []
    for index, month in enumerate(months):
        x = left + slot * (index + 0.5)
        height = (base - top) * month.columns / column_top
        if month.columns:
            chart.shapes.append(
                format_html(
                    '<rect class="fill-blue" x="{}" y="{}" width="{}" height="{}" rx="3"><title>{} {} {}</title></rect>',
                    f"{x - wide / 2:.1f}",
                    f"{base - height:.1f}",
                    f"{wide:.1f}",
                    f"{height:.1f}",
                    month.label,
                    column_name,
                    month.columns,
                )
            )
        chart.shapes.append(
            _text(
                x, base + 20, (month.short or month.label) if width < 400 else month.label, "middle"
            )
        )
        if lined and month.line is not None:
            points.append((x, base - (base - top) * month.line / line_top))
    if points:
        path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        chart.shapes.append(format_html('<path class="line" d="{}"/>', path))
        chart.shapes += [
            format_html('<circle class="point" cx="{}" cy="{}" r="3.5"/>', f"{x:.1f}", f"{y:.1f}")
            for x, y in points
        ]
    chart.heads = ("月份", column_name, *([line_name] if lined else []))
    chart.rows = [(m.label, str(m.columns), *([str(m.line or 0)] if lined else [])) for m in months]
    return chart


def coverage(title: str, rows: Sequence[CoverageRow], *, width: int = 560) -> Chart:
    """A bar of people per discipline group with a mark at three times the usual seats."""
    chart = Chart(title=title, width=width, height=26 * len(rows) + 18)
    # A Chinese character is twelve units wide at this size; the longest label sets the margin.
    start = min(max((len(r.label) for r in rows), default=4) * 12 + 16, 124)
    end = width - (150 if width >= 400 else 92)
    largest = max(
        [r.available for r in rows] + [math.ceil(r.usual_seats * WARN_BELOW) for r in rows] + [1]
    )
    top = nice_top(largest)
    scale = (end - start) / top
    floor = 26 * len(rows)
    for step in range(5):
        x = start + (end - start) * step / 4
        kind = "axis" if step == 0 else "grid"
        chart.shapes.append(
            format_html(
                '<line class="{}" x1="{}" x2="{}" y1="2" y2="{}"/>',
                kind,
                f"{x:.1f}",
                f"{x:.1f}",
                floor,
            )
        )
        chart.shapes.append(_text(x, floor + 15, top * step // 4, "middle"))
    for index, row in enumerate(rows):
        y = 26 * index + 6
        label = row.label if len(row.label) <= 9 else row.label[:8] + "…"
        chart.shapes.append(_text(start - 10, y + 12, label, "end"))
        chart.shapes.append(
            format_html(
                '<rect class="fill-{}" x="{}" y="{}" width="{}" height="15" rx="3"/>',
                _tone(row),
                start,
                y,
                f"{max(row.available * scale, 1.5):.1f}",
            )
        )
        furthest = row.available * scale
        if row.usual_seats:
            mark = f"{start + row.usual_seats * WARN_BELOW * scale:.1f}"
            furthest = max(furthest, row.usual_seats * WARN_BELOW * scale)
            for kind in ("need-halo", "need"):
                chart.shapes.append(
                    format_html(
                        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>',
                        kind,
                        mark,
                        mark,
                        y - 2,
                        y + 17,
                    )
                )
        words = _words(row, short=width < 400)
        kind = "value bad" if row.multiple is not None and row.multiple < BLOCK_BELOW else "value"
        chart.shapes.append(_text(start + furthest + 8, y + 12, words, kind))
    chart.heads = ("学科组", "可抽人数", "通常正选席位", "倍数")
    chart.rows = [
        (
            r.label,
            str(r.available),
            str(r.usual_seats or "–"),
            f"{r.multiple:.1f}" if r.multiple is not None else "–",
        )
        for r in rows
    ]
    return chart


def shares(
    title: str,
    rows: Sequence[tuple[str, int]],
    *,
    total: int,
    every: Sequence[tuple[str, int]] = (),
    width: int = 440,
) -> Chart:
    """A bar a line on a common scale, with the number and the share printed. `every`: all rows, for the table."""
    chart = Chart(title=title, width=width, height=26 * len(rows) + 4)
    longest = 9 if width >= 400 else 7
    start = min(max((len(label) for label, _ in rows), default=4), longest) * 12 + 16
    scale = (width - start - 92) / max((count for _, count in rows), default=1)
    for index, (label, count) in enumerate(rows):
        y = 26 * index + 6
        short = label if len(label) <= longest else f"{label[: longest - 1]}…"
        end = start + count * scale
        chart.shapes.append(_text(start - 10, y + 12, short, "end"))
        if count:
            chart.shapes.append(
                format_html(
                    '<rect class="fill-blue" x="{}" y="{}" width="{}" height="15" rx="3"><title>{} {} 人</title></rect>',
                    start,
                    y,
                    f"{max(end - start, 1.5):.1f}",
                    label,
                    count,
                )
            )
        words = f"{count} 人，{share_words(count, total)}"
        chart.shapes.append(_text(end + 8, y + 12, words, "value"))
    chart.heads = (title, "人数", "占比")
    chart.rows = [(label, str(n), share_words(n, total)) for label, n in every or rows]
    return chart


def share_words(count: int, total: int) -> str:
    """A share in whole percent; what is not nothing never reads as 0 %."""
    if not total:
        return "–"
    percent = round(100 * count / total)
    return "不足 1%" if count and percent == 0 else f"{percent}%"


def _tone(row: CoverageRow) -> str:
    if row.multiple is None:
        return "blue-2"
    return "red" if row.multiple < BLOCK_BELOW else "amber" if row.multiple < WARN_BELOW else "blue"


def _words(row: CoverageRow, *, short: bool) -> str:
    if row.multiple is None:
        return f"{row.available} 人"
    words = f"{row.available} 人，{row.multiple:.1f} 倍"
    if short:
        return words
    if row.multiple < BLOCK_BELOW:
        return f"{words}，不足 1.5 倍"
    return f"{words}，不足 3 倍" if row.multiple < WARN_BELOW else words


def _text(x: float, y: float, text: object, kind: str = "") -> str:
    return format_html(
        '<text class="{}" x="{}" y="{}">{}</text>', kind, f"{x:.1f}", f"{y:.1f}", text
    )
