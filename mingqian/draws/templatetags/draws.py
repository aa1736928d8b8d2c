"""Small pictures of the draw's pages: coverage with the rule book's own ticks, bars by rule, words of multiples."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mingqian.draws.queries.rules.people import times as in_times

register = template.Library()

COVERAGE_WIDTH, COVERAGE_FULL = 84, 12


@register.filter
def times(value: Fraction | None) -> str:
    """A multiple as people read it: 7.8 倍."""
    return in_times(value)


@register.filter
def percent(value: Any) -> str:
    """A chance as people read it: 12.9%; 1 in 2 is 50.0%."""
    return "–" if value is None else f"{float(value) * 100:.1f}%"


@register.simple_tag
def seat_coverage(eligible: int, primary: int, block: Fraction, warn: Fraction) -> SafeString:
    """可抽 ÷ 正选 as a bar with ticks where the rule book blocks and warns; always with the number."""
    multiple = Fraction(eligible, primary) if primary else None
    tone = "none"
    if multiple is not None:
        tone = "bad" if multiple < block else "warn" if multiple < warn else "ok"
    width = min(float(multiple or 0) / COVERAGE_FULL, 1) * COVERAGE_WIDTH
    ticks = "".join(
        f"M{min(float(at) / COVERAGE_FULL, 1) * COVERAGE_WIDTH:.1f} 0v14" for at in (block, warn)
    )
    return format_html(
        '<span class="coverage {0}"><svg width="84" height="14" viewBox="0 0 84 14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="coverage-track" y="3" width="84" height="8" rx="2"/>'
        '<rect class="coverage-{0}" y="3" width="{1}" height="8" rx="2"/>'
        '<path class="coverage-tick" d="{2}"/></svg><span class="num">{3}</span></span>',
        tone,
        f"{width:.1f}",
        ticks,
        in_times(multiple),
    )


@register.simple_tag
def group_bar(primary: int, alternate: int, before: int | None, longest: int) -> SafeString:
    """Seats of a group: primaries filled, alternates pale, last year's primaries as a tick."""
    unit = 126 / max(longest, 1)
    words = f"正选 {primary}，备选 {alternate}" + (
        f"，上年正选 {before}" if before is not None else ""
    )
    tick = (
        format_html('<path class="last-year" d="M{} 0v14"/>', f"{before * unit:.1f}")
        if before is not None
        else ""
    )
    return format_html(
        '<svg viewBox="0 0 130 14" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="series-1" y="2" width="{}" height="10" rx="1"/>'
        '<rect class="pale" x="{}" y="2" width="{}" height="10" rx="1"/>{}</svg>',
        words,
        f"{primary * unit:.1f}",
        f"{primary * unit + 1:.1f}",
        f"{alternate * unit:.1f}",
        tick,
    )


@register.simple_tag
def removed_bar(
    parts: list[tuple[str, str, int]], whole: int, width: int = 150, height: int = 10
) -> SafeString:
    """How many each family of rules removed: (tone class, words, number) side by side."""
    words = "，".join(f"{label} {number}" for _, label, number in parts if number) or "无人剔除"
    scale = (width - max(len(parts) - 1, 0)) / max(whole, 1)
    left = 0.0
    pieces = []
    for tone, _, number in parts:
        if number:
            pieces.append((tone, f"{left:.1f}", f"{number * scale:.1f}", height))
            left += number * scale + 1
    css = "removed-bar" if height <= 10 else "removed-whole"
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="fill-track" width="{}" height="{}" rx="2"/>{}</svg>',
        css,
        width,
        height,
        words,
        width,
        height,
        format_html_join("", '<rect class="{}" x="{}" width="{}" height="{}"/>', pieces),
    )


@register.simple_tag
def group_words(group: Any, case: Any) -> str:
    """不少于 3 人·符合, for a group that gets seats; in a supplement with those who sit in it."""
    held = case.series.seated_in(str(group.id)) if case.series else 0
    members = group.primary + held
    if group.id is None or not members:
        return ""
    least = case.rules["min_group_size"].whole
    there = f"在席 {held} 人·" if case.series else ""
    return f"{there}不少于 {least} 人·{'符合' if members >= least else '不足'}"


@register.filter
def address_of(person: Any, spot: Any) -> str:
    """Where the drawer of somebody on a roster opens."""
    return str(spot.at(person).url())


@register.filter
def decline_of(person: Any, spot: Any) -> str:
    """The form that registers somebody who no longer qualifies."""
    here = spot.at(person)
    return str(here.url("draws:confirm-decline", row=person.key, reason="DISQUALIFIED"))


@register.filter
def contact_of(person: Any, spot: Any) -> str:
    """The form that registers an attempt to reach somebody."""
    return str(spot.at(person).url("draws:confirm-contact", row=person.key))


@register.filter
def typed_in(row: Any, typed: dict[str, str]) -> str:
    """What was chosen for somebody whose seat is taken."""
    return typed.get(str(row.person.standing.pk), "")
