"""An application as plain data: what is kept of each submission, compared, and shown to reviewers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from mingqian.draws.models import DrawApplication, DrawAvoidance, DrawKind
from mingqian.rulebook.queries import RuleSet

from .seats import unit_cap
from .series import series_now


def content_of(application: DrawApplication, *, rules: RuleSet) -> dict[str, Any]:
    """The whole document as JSON; times are Beijing time to the minute."""
    quotas = application.quotas.select_related("specialty", "group").order_by(
        "group__order", "specialty__code"
    )
    avoidances = list(application.avoidances.select_related("unit", "expert"))
    return {
        "year": application.year,
        **_supplement(application),
        "committee": _committee(application),
        "meeting_name": application.meeting_name,
        "starts_at": _moment(application.starts_at),
        "ends_at": _moment(application.ends_at),
        "place": application.place,
        "planned_draw_at": _moment(application.planned_draw_at),
        "mode": application.mode,
        "primary_total": application.primary_total,
        "alternate_total": application.alternate_total,
        "same_unit_cap": effective_cap(application, rules),
        "quotas": [
            {
                "group": quota.group.name if quota.group else "",
                "specialty": quota.specialty.code,
                "name": quota.specialty.name,
                "primary": quota.primary,
                "alternate": quota.alternate if application.by_group else 0,
                "note": quota.note,
            }
            for quota in quotas
        ],
        "avoided_units": [
            {"name": row.unit.name, "uscc": row.unit.uscc}
            for row in avoidances
            if row.kind == DrawAvoidance.Kind.UNIT and row.unit is not None
        ],
        "avoided_experts": [
            {"name": row.expert.name, "expert_no": row.expert.expert_no}
            for row in avoidances
            if row.kind == DrawAvoidance.Kind.EXPERT and row.expert is not None
        ],
        "avoidance_ground": application.avoidance_ground,
        "designated": [
            {
                "name": row.expert.name,
                "expert_no": row.expert.expert_no,
                "duty": row.duty,
                "reason": row.reason,
            }
            for row in application.designated.select_related("expert")
        ],
        "handler_name": application.handler_name,
        "handler_phone": application.handler_phone,
        "observer_names": application.observer_names,
        "remarks": application.remarks,
        "attachments": [
            {"filename": row.filename, "sha256": row.sha256}
            for row in application.matter.attachments.present().order_by("id")
        ],
        "warning_reasons": dict(sorted(application.warning_reasons.items())),
    }


def _supplement(application: DrawApplication) -> dict[str, Any]:
    """What only a supplement has."""
    if application.kind != DrawKind.SUPPLEMENTARY or application.parent is None:
        return {}
    return {
        "parent": application.parent.number,
        "round_no": application.round_no,
        "reason": application.reason,
        "reason_text": application.reason_text,
    }


def _committee(application: DrawApplication) -> dict[str, str] | None:
    committee = application.committee
    if committee is None:
        return None
    return {
        "code": committee.code,
        "name": committee.name,
        "level": committee.get_level_display(),
        "basis": committee.get_basis_display(),
        "series": committee.series.name,
        "convening_unit": committee.convening_unit.name,
    }


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


def effective_cap(application: DrawApplication, rules: RuleSet) -> int:
    """The cap per employer that holds: as typed, or as the rule book gives it."""
    if application.same_unit_cap is not None:
        return application.same_unit_cap
    series = series_now(application)
    total = application.primary_total
    return unit_cap(
        series.drawn_to_come(total) if series else total,
        least=rules["same_unit_cap_min"].whole,
        share=rules["same_unit_cap_share"].exact,
    )
