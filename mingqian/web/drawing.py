"""Small pictures as SVG with attributes only: icons, bars, the coverage bar."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SIZE_CLASS = {14: " s14", 16: " s16", 18: "", 24: " s24", 32: " s32"}
COVERAGE_WIDTH = 84
# The bar is full at twelve times the need: beyond that more people hardly change a chance.
COVERAGE_FULL = 12.0
WARN_BELOW, BLOCK_BELOW = 3.0, 1.5


def icon_svg(name: str, *, size: int = 18, label: str = "") -> SafeString:
    """One icon of the sprite; decorative unless it has a label."""
    address = static("web/vendor/icons.svg")
    if label:
        return format_html(
            '<svg class="icon{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            SIZE_CLASS.get(size, ""),
            label,
            address,
            name,
        )
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        SIZE_CLASS.get(size, ""),
        address,
        name,
    )


def bar_svg(value: float, total: float, *, tone: str = "blue", rest: str = "track") -> SafeString:
    """A bar filled to value ÷ total; the picture is decoration, the numbers stand beside it."""
    share = min(max(value / total, 0), 1) * 100 if total else 0
    return format_html(
        '<svg class="bar" width="100%" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="fill-{}" width="100" height="8" rx="1"/><rect class="fill-{}" width="{}" height="8" rx="1"/></svg>',
        rest,
        tone,
        f"{share:.2f}",
    )


def coverage_svg(available: int, need: int) -> SafeString:
    """可抽 ÷ 需要: blue from 3.0 upwards, amber below, red below 1.5; always with the number."""
    if not need:
        return format_html(
            '<span class="coverage"><span class="num dim">{}</span></span>', "不设席位"
        )
    multiple = available / need
    state = "bad" if multiple < BLOCK_BELOW else "warn" if multiple < WARN_BELOW else "ok"
    ticks = "".join(
        f"M{COVERAGE_WIDTH * t / COVERAGE_FULL:.1f} 0v14" for t in (BLOCK_BELOW, WARN_BELOW)
    )
    return format_html(
        '<span class="coverage {0}"><svg width="84" height="14" viewBox="0 0 84 14" role="img" aria-label="{1} 倍">'
        '<rect class="coverage-track" y="3" width="84" height="8" rx="2"/>'
        '<rect class="coverage-{0}" y="3" width="{2}" height="8" rx="2"/>'
        '<path class="coverage-tick" d="{3}"/></svg><span class="num">{1} 倍</span></span>',
        state,
        f"{multiple:.1f}",
        f"{COVERAGE_WIDTH * min(multiple / COVERAGE_FULL, 1):.1f}",
        ticks,
    )
