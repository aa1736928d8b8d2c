"""An expert's life as the log and the imports tell it."""

from __future__ import annotations

from typing import Any

from mingqian.audit.models import Event
from mingqian.audit.queries import history_of
from mingqian.audit.words import action_word
from mingqian.web.components import TimelineEntry, Tone

from ..models import Expert, ImportRow, RowVerdict
from ..words import FIELDS

MOST_SHOWN = 60
TONES: dict[str, Tone] = {
    "experts.admit_expert": "blue",
    "experts.suspend_membership": "amber",
    "experts.restore_membership": "green",
    "experts.add_unavailability": "amber",
}


def history_of_expert(expert: Expert, user) -> list[TimelineEntry]:
    """What happened to an expert, newest first. An office reads its own doings; HRSS reads all."""
    events = history_of(expert)
    rows = ImportRow.objects.filter(expert=expert, applied_at__isnull=False).select_related(
        "pool_import__imported_by", "pool_import__committee"
    )
    if user.office_id is not None:
        events = events.filter(office_id=user.office_id)
        rows = rows.filter(office_id=user.office_id)
    entries = [_of_event(event) for event in events[:MOST_SHOWN]]
    entries += [_of_row(row) for row in rows.order_by("-applied_at")[:MOST_SHOWN]]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST_SHOWN]  # type: ignore[arg-type, return-value]


def _of_event(event: Event) -> TimelineEntry:
    details: dict[str, Any] = event.details
    lines = [
        f"{line['label']}：{line['old']} → {line['new']}" for line in details.get("changes", ())
    ]
    if "field" in details:
        lines.append(FIELDS.get(details["field"], details["field"]))
    if "from_on" in details:
        lines.append(f"{details['from_on']} 至 {details['to_on']}")
    return TimelineEntry(
        at=event.at,
        title=action_word(event.action),
        text="；".join(
            [*filter(None, [details.get("committee", "")]), *lines, event.actor_name or "系统"]
        ),
        quote=event.purpose,
        tone=TONES.get(event.action, ""),
        filled=event.action != "experts.add_unavailability",
    )


def _of_row(row: ImportRow) -> TimelineEntry:
    pool_import = row.pool_import
    by = pool_import.imported_by.real_name if pool_import.imported_by else ""
    changes = [
        f"{line['label']}：{line['old']} → {line['new']}"
        if line["old"]
        else f"{line['label']}：{line['new']}"
        for line in row.changes
    ]
    title = (
        row.note
        if row.note and row.note != "新专家"
        else "名册变更"
        if row.verdict == RowVerdict.CHANGE
        else "入库"
    )
    return TimelineEntry(
        at=row.applied_at,  # type: ignore[arg-type]
        title=title,
        text=f"{pool_import.committee.name}；{pool_import.filename} 第 {row.number} 行；{by}",
        quote="\n".join(changes),
        tone="blue",
        filled=True,
    )
