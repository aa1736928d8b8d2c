"""Saving a draft, whatever state it is in: what can be read goes into columns, the rest is kept as typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.committees.models import Committee, DisciplineGroup, Unit
from mingqian.draws.models import (
    DesignatedMember,
    DrawApplication,
    DrawAvoidance,
    DrawMode,
    SeatQuota,
)
from mingqian.draws.queries.grid import alternates_for
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.queries.seats import Seat
from mingqian.experts.models import MembershipStatus, PoolMembership

from .editing import Edit, editing

OF_THE_MEETING = ("committee", "year", "meeting_name", "starts_at", "ends_at", "place")
"""What a supplement has of its first application, as it now is there, and never of its own."""
MOST_PICKS = 500
MOST_DESIGNATED = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, read. A part that is None was not in the form and stays as it is stored."""

    values: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    fields_read: Collection[str] = ()
    seats: Mapping[str, Seat] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    units: Collection[int] | None = None
    experts: Collection[int] | None = None
    designated: Sequence[tuple[int, str, str]] | None = None


def save_application(
    application: DrawApplication,
    *,
    draft: Draft,
    revision: int,
    by: User,
    form_key: str = "",
    tick: int = 0,
    deed: Callable[[Edit], None] | None = None,
    action: str = "draws.save_application",
    at: datetime | None = None,
) -> DrawApplication:
    """Store a draft, and do a `deed` on it in the same change; gives the application as it now is.

    See `editing` for what may be raised.
    """
    with editing(
        application,
        by=by,
        action=action,
        revision=revision,
        form_key=form_key,
        tick=tick,
        at=at,
    ) as edit:
        _put_values(edit, draft)
        _put_typed(edit, draft)
        _settle_times(edit)
        _put_seats(edit, draft.seats)
        _put_reasons(edit, draft.reasons)
        if draft.units is not None:
            put_units(edit, draft.units)
        if draft.experts is not None:
            put_experts(edit, draft.experts)
        if draft.designated is not None:
            put_designated(edit, draft.designated)
        settle_totals(edit)
        if deed is not None:
            deed(edit)
    return edit.application


def _put_values(edit: Edit, draft: Draft) -> None:
    application = edit.application
    before = (application.committee_id, application.year)
    for name in OF_THE_MEETING if application.parent else ():
        edit.put(name, getattr(application.parent, name))
    for name, value in draft.values.items():
        if application.parent and name in OF_THE_MEETING:
            continue
        if name == "committee":
            _put_committee(edit, value)
        elif name in ("primary_total", "alternate_total"):
            continue  # settled with the mode, below
        elif name in ("year", "mode"):
            if value:
                edit.put(name, value)
        elif value is None and application._meta.get_field(name).empty_strings_allowed:
            edit.put(name, "")
        else:
            edit.put(name, value)
    if application.mode == DrawMode.WHOLE_POOL:
        if draft.values.get("primary_total") is not None:
            edit.put("primary_total", draft.values["primary_total"])
        if "alternate_total" in draft.values:
            # The page shows the derived number: only another one is the clerk's own; emptied means derived.
            total = draft.values["alternate_total"]
            if total is None:
                edit.put("alternate_total_typed", False, label="备选合计")
            elif total != application.alternate_total:
                edit.put("alternate_total_typed", True, label="备选合计")
                edit.put("alternate_total", total)
    if before != (application.committee_id, application.year):
        _regroup(edit)


def _settle_times(edit: Edit) -> None:
    """Where one of the two times came alone and contradicts the other, it is kept as typed, not as a column."""
    application = edit.application
    starts_at, ends_at = application.starts_at, application.ends_at
    if starts_at and ends_at and ends_at <= starts_at:
        text = f"{timezone.localtime(ends_at):%Y-%m-%d %H:%M}"
        application.typed = application.typed | {"ends_at": text}
        edit.put("ends_at", None)
        edit.note("待改正的填写")


def _derived_total(application: DrawApplication) -> int:
    return alternates_for(application.primary_total, rules_for(application))


def _put_committee(edit: Edit, committee: Committee | None) -> None:
    application = edit.application
    if application.committee_id == (committee.pk if committee else None):
        return
    application.committee = committee
    edit.note("评委会")
    kept = list(committee.specialties.values_list("pk", flat=True)) if committee else []
    application.quotas.exclude(specialty_id__in=kept).delete()
    # What was typed into cells of the other committee's grid has no place any more.
    application.typed = {name: text for name, text in application.typed.items() if "-" not in name}


def _regroup(edit: Edit) -> None:
    """Bind every quota to its specialty's group of this committee and year."""
    application = edit.application
    group_of = group_ids(application)
    for quota in application.quotas.all():
        group_id = group_of.get(quota.specialty_id)
        if quota.group_id != group_id:
            quota.group_id = group_id
            quota.save(update_fields=["group"])


def group_ids(application: DrawApplication) -> dict[int, int]:
    """specialty id -> group id, of the application's committee and year."""
    groups = DisciplineGroup.objects.filter(
        committee_id=application.committee_id or 0, year=application.year
    )
    return dict(groups.filter(specialties__isnull=False).values_list("specialties", "pk"))


def _put_typed(edit: Edit, draft: Draft) -> None:
    application = edit.application
    kept = {name: text for name, text in application.typed.items() if name not in draft.fields_read}
    new = kept | dict(draft.typed)
    if application.parent:
        new = {name: text for name, text in new.items() if name not in OF_THE_MEETING}
    if new != application.typed:
        application.typed = new
        edit.note("待改正的填写")


def _put_reasons(edit: Edit, reasons: Mapping[str, str]) -> None:
    application = edit.application
    new = {**application.warning_reasons, **reasons}
    new = {key: text for key, text in new.items() if text}
    if new != application.warning_reasons:
        application.warning_reasons = new
        edit.note("提醒的说明")


def _put_seats(edit: Edit, seats: Mapping[str, Seat]) -> None:
    if seats:
        writer = SeatWriter(edit)
        for code, seat in seats.items():
            writer.put(code, seat)


class SeatWriter:
    """Writes rows of the grid; alternates that were not typed by hand follow the primaries."""

    def __init__(self, edit: Edit) -> None:
        self.edit = edit
        self.application = edit.application
        self.rules = rules_for(self.application)
        self.groups = group_ids(self.application)
        committee = self.application.committee
        specialties = committee.specialties.all() if committee else ()
        self.ids = {specialty.code: specialty.pk for specialty in specialties}
        self.quotas = {quota.specialty_id: quota for quota in self.application.quotas.all()}

    def put(self, code: str, seat: Seat) -> None:
        """Store one row; a specialty that the committee does not have is passed over."""
        specialty_id = self.ids.get(code)
        if specialty_id is None:
            return
        quota = self.quotas.get(specialty_id)
        before = (
            (quota.primary, quota.alternate, quota.alternate_typed, quota.note)
            if quota
            else (0, 0, False, "")
        )
        after = self._after(before, seat)
        if after == before:
            return
        self._note(code, before, after)
        if after == (0, 0, False, "") and quota:
            quota.delete()
            return
        quota = quota or SeatQuota(application=self.application, specialty_id=specialty_id)
        quota.group_id = self.groups.get(specialty_id)
        quota.primary, quota.alternate, quota.alternate_typed, quota.note = after
        quota.save()
        self.quotas[specialty_id] = quota

    def _after(self, before: tuple[int, int, bool, str], seat: Seat) -> tuple[int, int, bool, str]:
        primary = before[0] if seat.primary is None else seat.primary
        by_hand = before[2] if seat.alternate_typed is None else seat.alternate_typed
        note = before[3] if seat.note is None else seat.note
        if self.application.mode == DrawMode.WHOLE_POOL:
            # Its rows have no alternates; what was typed by group is kept for the way back.
            return primary, before[1], before[2], note
        if by_hand:
            return primary, before[1] if seat.alternate is None else seat.alternate, True, note
        return primary, alternates_for(primary, self.rules), False, note

    def _note(
        self, code: str, before: tuple[int, int, bool, str], after: tuple[int, int, bool, str]
    ) -> None:
        if after[:3] != before[:3]:
            self.edit.note("席位分布")
        if after[:2] != before[:2]:
            self.edit.details.setdefault("seats", {})[code] = [list(before[:2]), list(after[:2])]
        if after[3] != before[3]:
            self.edit.note("席位说明")


def settle_totals(edit: Edit) -> None:
    """Totals: by group the sums of the grid, over the whole pool as typed, alternates by ratio unless typed."""
    application = edit.application
    if application.by_group:
        quotas = list(application.quotas.all())
        edit.put("primary_total", sum(quota.primary for quota in quotas))
        edit.put("alternate_total", sum(quota.alternate for quota in quotas))
    elif not application.alternate_total_typed:
        edit.put("alternate_total", _derived_total(application))


def put_units(edit: Edit, units: Collection[int]) -> None:
    """The avoided units: exactly these, as far as they are on record."""
    wanted = set(Unit.objects.filter(pk__in=list(units)[:MOST_PICKS]).values_list("pk", flat=True))
    _put_picks(edit, DrawAvoidance.Kind.UNIT, "unit_id", wanted, "回避单位")


def put_experts(edit: Edit, experts: Collection[int]) -> None:
    """The avoided experts: exactly these, as far as they belong to the committee's pool."""
    wanted = pool_members(edit.application, list(experts)[:MOST_PICKS])
    _put_picks(edit, DrawAvoidance.Kind.EXPERT, "expert_id", wanted, "回避专家")


def _put_picks(edit: Edit, kind: str, column: str, wanted: set[int], label: str) -> None:
    rows = edit.application.avoidances.filter(kind=kind)
    present = set(rows.values_list(column, flat=True))
    if wanted == present:
        return
    edit.note(label)
    edit.details[label] = {"added": len(wanted - present), "removed": len(present - wanted)}
    rows.filter(**{f"{column}__in": present - wanted}).delete()
    DrawAvoidance.objects.bulk_create(
        DrawAvoidance(application=edit.application, kind=kind, **{column: pk})
        for pk in sorted(wanted - present)
    )


def pool_members(application: DrawApplication, experts: Collection[int]) -> set[int]:
    """Those of the experts who are in the pool of the application's committee."""
    return set(
        PoolMembership.objects.filter(
            committee_id=application.committee_id or 0,
            expert_id__in=experts,
            status__in=[MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED],
        ).values_list("expert_id", flat=True)
    )


def put_designated(edit: Edit, designated: Sequence[tuple[int, str, str]]) -> None:
    """The designated members, exactly these: (expert id, duty, reason). A second chair becomes vice-chair."""
    application = edit.application
    wanted: dict[int, tuple[str, str]] = {}
    chairs = 0
    allowed = pool_members(application, [expert for expert, _, _ in designated][:MOST_DESIGNATED])
    for expert, duty, reason in designated:
        if expert not in allowed or expert in wanted:
            continue
        if duty not in DesignatedMember.Duty.values:
            duty = DesignatedMember.Duty.VICE_CHAIR
        chairs += duty == DesignatedMember.Duty.CHAIR
        if duty == DesignatedMember.Duty.CHAIR and chairs > 1:
            duty = DesignatedMember.Duty.VICE_CHAIR
        wanted[expert] = (str(duty), reason[:200])
    present = {
        member.expert_id: (member.duty, member.reason) for member in application.designated.all()
    }
    if wanted == present:
        return
    edit.note("指定委员")
    application.designated.exclude(expert_id__in=wanted).delete()
    # Demote before promoting: there may be one chair only at any moment.
    order = sorted(wanted, key=lambda expert: wanted[expert][0] == DesignatedMember.Duty.CHAIR)
    for expert in order:
        duty, reason = wanted[expert]
        if present.get(expert) != wanted[expert]:
            DesignatedMember.objects.update_or_create(
                application=application, expert_id=expert, defaults={"duty": duty, "reason": reason}
            )
