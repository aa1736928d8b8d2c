"""Components of every page. `{% load web %}`, then:

    {% icon "printer" %}  {% icon "x" size=14 %}  {% icon "eye" label="查看" %}      names: static/web/vendor/icons.svg
    {% pill "blue" "审核中" %}          tones: blue green amber red teal gold gray
    {% notice notice %}                 web.components.Notice; blocked button: aria-describedby="{{ notice.key }}"
    {% empty "inbox" "标题" text="下一步" url=… label="按钮" %}
    {% tabs items label="确认状态" %}   list of web.components.Tab
    {% crumb "CQ-2026-0001" url %}      inside {% block crumbs %}{{ block.super }}…{% endblock %}

Forms (any Django form; the widget needs no attributes of its own)
    {% error_summary form %}            also takes several forms / formsets
    <div class="form-grid">{% field form.name w=4 %}</div>      w of 12: 2 3 4 5 6 8 9 12
    {% field form.n w=3 unit="人" hint="…" aside="自动" half=1 %}  hint defaults to help_text; half: two a row on phones
    {% choice_cards form.mode w=12 notes=notes %}               big radios; notes: dict value -> sentence
    Pickers: widget attrs {"data-picker": "1"} = Tom Select on a <select> (options may carry data-pinyin, data-note);
    {"data-picker-url": "/…?q="} loads [{value,text,note}] as one types; {"data-date": "date|datetime|month"} = flatpickr.

Records
    {% stepper steps %}                 list of Step(label, note, state=done|here|todo|stopped)
    {% timeline entries years=0 %}      list of TimelineEntry, newest first; years=1 groups them by year
    {% checks rows two=0 %} {% tally rows %}   list of Check(level=block|warn|pass|info, …); sorted, worst first
    {% funnel stages %}                 list of FunnelStage
    {% hashgrid hex %} {% hashgrid hex small=1 %} {% hashshort hex %}
    {% coverage available need %}       bar with ticks at 1.5 and 3.0
    {% bar value total "green" %}       two-tone bar, as wide as its place
    {% progress done total message %}   {% job_progress job %} polls /jobs/<uuid>/ by itself
    {% chart chart narrow %}            web.charts.columns_and_line(...) / coverage(...); narrow: the same with width=340
    {% listing page %}                  web.listing.ListingPage

Plain classes (see static/web/css): card card-head card-body card-fine · columns halves stack · facts (dl > div.w2 > dt+dd;
    .narrow .inline) · figures kpis · group-strip · verdict tape · tag chip seat-kind old new delta · table-wrap > table.table
    (.number .wrap .clip .group-cell .subtotal; phone cards: class listing-table and td data-label with
    .phone-title/.phone-badge/.phone-line) · button (.primary once a page, .soft .danger .ghost .small .large .wide) ·
    toolbar · dock > dock-state + buttons · progress · popover · split > drawer · stage-*.

Base template web/base.html, blocks: title, crumbs, heading (plain text or with <span class="docno">), actions, content,
    dock (a whole <div class="dock">; for a form write the dock inside the form in content), page_styles, page_scripts
    (every template has these two: <link rel="stylesheet" …>, <script type="module" src=…>).
    web/stage.html: title, stage_bar, stage_title, stage_figures, stage_steps, stage_layout (" done", " wide"), content,
    stage_foot. web/public.html: title, subtitle, nav, content. web/auth.html: title, content, auth_foot.
Page behaviour by attributes: form data-guard (asks before unsaved changes are lost) · every POST form is guarded against
    double submit · button data-confirm="问题" · tr data-href · [data-print] · [data-copy="文字"] · [data-toggle-password].
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.forms.formsets import BaseFormSet
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..components import (
    LEVEL_ICON,
    LEVEL_ORDER,
    LEVEL_WORD,
    Chart,
    Check,
    FunnelStage,
    Notice,
    Step,
    Tab,
    TimelineEntry,
)
from ..drawing import bar_svg, coverage_svg, icon_svg
from ..form_parts import errors_of, kind_of
from ..jobs import fraction_of, shown

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 18, label: str = "") -> SafeString:
    """One icon of the sprite; decorative unless it has a label."""
    return icon_svg(name, size=size, label=label)


@register.simple_tag
def pill(tone: str, text: Any) -> SafeString:
    """A state: dot and word."""
    return format_html('<span class="pill {}">{}</span>', tone, text)


@register.inclusion_tag("web/components/notice.html", name="notice")
def draw_notice(notice: Notice | None) -> dict[str, Any]:
    """Every reason why a deed is blocked, with its citation."""
    return {
        "notice": notice,
        "icon": "info-circle" if notice and notice.tone == "blue" else "alert-triangle",
    }


@register.inclusion_tag("web/components/empty.html")
def empty(icon: str, title: str, text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    """Nothing here, and what to do next."""
    return {"icon": icon, "title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("web/components/tabs.html")
def tabs(items: Iterable[Tab], label: str = "分类") -> dict[str, Any]:
    """Links with counts."""
    return {"items": items, "label": label}


@register.simple_tag
def crumb(text: Any, url: str = "") -> SafeString:
    """One more step of the breadcrumb."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, text)
    return format_html('<li aria-current="page">{}</li>', text)


# Forms


@register.inclusion_tag("web/components/field.html")
def field(
    bound: BoundField,
    w: int = 4,
    hint: str = "",
    unit: str = "",
    aside: str = "",
    half: int = 0,
    placeholder: str = "",
) -> dict[str, Any]:
    """Label above, control, hint or errors under."""
    hint = hint or str(bound.help_text)
    widget = bound.field.widget
    described = [f"{bound.auto_id}-error"] if bound.errors else []
    if hint:
        described.append(f"{bound.auto_id}-hint")
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if placeholder:
        attrs["placeholder"] = placeholder
    if isinstance(widget, forms.Textarea) and str(widget.attrs.get("rows")) == "10":
        attrs["rows"] = "3"  # Django's ten lines are too many for a remark
    kind = kind_of(widget)
    if kind == "control":
        attrs["class"] = f"control {widget.attrs.get('class', '')}".strip()
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs) if kind != "many" else None,
        "kind": kind,
        "width": w,
        "half": half,
        "hint": hint,
        "unit": unit,
        "aside": aside,
        "required": bound.field.required,
    }


@register.inclusion_tag("web/components/choice_cards.html")
def choice_cards(
    bound: BoundField,
    w: int = 12,
    notes: dict[str, str] | None = None,
    tones: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Big radios that explain themselves."""
    notes, tones = notes or {}, tones or {}
    rows = []
    for choice in bound:
        value = str(choice.data["value"])
        if value:
            rows.append(
                {"choice": choice, "note": notes.get(value, ""), "tone": tones.get(value, "")}
            )
    return {"bound": bound, "rows": rows, "width": w, "required": bound.field.required}


@register.inclusion_tag("web/components/error_summary.html")
def error_summary(*sources: forms.BaseForm | BaseFormSet | None) -> dict[str, Any]:
    """Every error with a link to its field."""
    lines: list[tuple[str, str, str]] = []
    for source in sources:
        if isinstance(source, BaseFormSet):
            if source.is_bound:
                lines += [("", "", str(e)) for e in source.non_form_errors()]
                for one in source.forms:
                    lines += errors_of(one)
        elif source is not None and source.is_bound:
            lines += errors_of(source)
    return {"lines": lines}


# Records


@register.inclusion_tag("web/components/stepper.html")
def stepper(steps: Iterable[Step]) -> dict[str, Any]:
    """The life of the thing, on top of its page."""
    return {"steps": list(steps)}


@register.inclusion_tag("web/components/timeline.html")
def timeline(entries: Iterable[TimelineEntry], years: int = 0) -> dict[str, Any]:
    """What happened, newest first."""
    return {"entries": list(entries), "years": years}


@register.inclusion_tag("web/components/checks.html")
def checks(rows: Iterable[Check], two: int = 0) -> dict[str, Any]:
    """Rule checks, worst first."""
    ordered = sorted(rows, key=lambda row: LEVEL_ORDER[row.level])
    return {
        "rows": [(row, LEVEL_ICON[row.level], LEVEL_WORD[row.level]) for row in ordered],
        "two": two,
    }


@register.simple_tag
def tally(rows: Iterable[Check]) -> SafeString:
    """How many checks fail, warn and pass."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.level] = counts.get(row.level, 0) + 1
    return format_html(
        '<span class="tally">{}</span>',
        format_html_join(
            "",
            '<span class="{}">{}{}<span class="hidden-visually">项{}</span></span>',
            (
                (level, icon_svg(LEVEL_ICON[level], size=14), counts[level], LEVEL_WORD[level])
                for level in ("block", "warn", "pass")
                if level in counts
            ),
        ),
    )


@register.inclusion_tag("web/components/funnel.html")
def funnel(stages: Iterable[FunnelStage]) -> dict[str, Any]:
    """在库 → 剔除 → 可抽 → 需要."""
    return {"stages": list(stages)}


@register.simple_tag
def hashgrid(digest: str, small: int = 0) -> SafeString:
    """Four columns of four hex digits, to be read aloud."""
    groups = _groups(digest)
    return format_html(
        '<p class="hash-grid{}">{}</p>',
        " small" if small else "",
        format_html_join("", "<b>{}</b>", ((g,) for g in groups)),
    )


@register.simple_tag
def hashshort(digest: str) -> SafeString:
    """The first two groups, the whole in the title."""
    return format_html(
        '<span class="hash-short" title="{}">{}</span>', digest, " ".join(_groups(digest)[:2])
    )


def _groups(digest: str) -> list[str]:
    text = "".join(str(digest).split()).upper()
    return [text[i : i + 4] for i in range(0, len(text), 4)]


@register.simple_tag
def coverage(available: int, need: int) -> SafeString:
    """可抽 ÷ 需要 as a small bar and a number."""
    return coverage_svg(available, need)


@register.simple_tag
def bar(value: float, total: float, tone: str = "blue", rest: str = "track") -> SafeString:
    """A two-tone bar, as wide as its place."""
    return bar_svg(value, total, tone=tone, rest=rest)


@register.inclusion_tag("web/components/progress.html")
def progress(done: int, total: int, message: str = "") -> dict[str, Any]:
    """Real progress of a long piece of work."""
    return {
        "done": done,
        "total": total,
        "message": message,
        "percent": round(100 * fraction_of(done, total)),
    }


@register.inclusion_tag("web/components/job.html")
def job_progress(job: Any) -> dict[str, Any]:
    """The state of a job; asks for itself again every two seconds until it ends."""
    return shown(job)


@register.inclusion_tag("web/components/chart.html")
def chart(chart: Chart, narrow: Chart | None = None) -> dict[str, Any]:
    """A chart with its figures as a table beneath; `narrow` is the same redrawn for a phone (width=340)."""
    return {"chart": chart, "narrow": narrow}


@register.inclusion_tag("web/components/listing.html", takes_context=True)
def listing(context: template.Context, page: Any) -> dict[str, Any]:
    """The one listing."""
    return {
        "page": page,
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def versioned(path: str) -> str:
    """The address of a static file."""
    return static(path)


@register.simple_tag
def address(name: str) -> str:
    """The address of a named page, or blank where there is none (yet)."""
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""


@register.filter
def thousands(value: int) -> str:
    """1,126."""
    return f"{value:,}"


@register.filter
def tone_class(value: str) -> str:
    """A tone as the class of a tinted square."""
    return f"tint-{value or 'gray'}"
