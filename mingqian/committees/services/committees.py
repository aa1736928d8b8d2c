"""Committees, their filings, groups and meetings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from mingqian.audit import services as audit
from mingqian.rulebook.queries import rule

from ..models import (
    Basis,
    Committee,
    CommitteeFiling,
    CommitteeLevel,
    CommitteeOffice,
    DisciplineGroup,
    GroupSpecialty,
    Series,
    Specialty,
    TitleGrade,
    Unit,
)
from ..terms import plus_years
from .judging import NotAccepted, check, named, save_once


def create_committee(
    *,
    code: str,
    name: str,
    level: str,
    basis: str,
    series: Series,
    specialties: Sequence[Specialty],
    convening_unit: Unit,
    office: CommitteeOffice,
    by,
    scope: str = "",
    minimum_level: int = TitleGrade.ASSOCIATE_SENIOR,
) -> Committee:
    """Set up a committee with the specialties it judges. Raises PermissionDenied and NotAccepted."""
    check(by, "committees.manage_committee")
    if not re.fullmatch(r"[0-9A-Z]{6}", code):
        raise NotAccepted("code", "评委会代码应为 6 位数字或大写字母。")
    if level not in CommitteeLevel.values or basis not in Basis.values:
        raise NotAccepted(
            "level" if level not in CommitteeLevel.values else "basis", "请从列表中选择。"
        )
    if not specialties:
        raise NotAccepted("specialties", "至少选择一个评审专业。")
    if any(specialty.series_id != series.pk for specialty in specialties):
        raise NotAccepted("specialties", "评审专业应属于评委会的系列。")
    with transaction.atomic():
        committee = Committee(
            code=code,
            name=named(name),
            level=level,
            basis=basis,
            series=series,
            scope=scope,
            convening_unit=convening_unit,
            office=office,
            minimum_level=TitleGrade(minimum_level),
        )
        save_once(committee, "code", "已有相同代码或名称的评委会。")
        committee.specialties.set(specialties)
        audit.record(
            "committees.create_committee",
            on=committee,
            by=by,
            office_id=office.pk,
            details={
                "code": code,
                "level": level,
                "basis": basis,
                "specialties": [s.code for s in specialties],
            },
        )
    return committee


def file_committee(
    committee: Committee, *, filing_no: str, approver: Unit, valid_from: date, valid_to: date, by
) -> CommitteeFiling:
    """Enter an approval and filing. Its length is bounded by the rule book. Raises NotAccepted."""
    check(by, "committees.manage_committee")
    longest = rule("filing_max_years", committee_code=committee.code, on=valid_from)
    if valid_to <= valid_from:
        raise NotAccepted("valid_to", "有效期止应晚于有效期起。")
    if valid_to > plus_years(valid_from, longest.whole):
        raise NotAccepted(
            "valid_to", f"备案有效期不超过 {longest.whole} 年（{longest.citation}）。"
        )
    with transaction.atomic():
        filing = CommitteeFiling(
            committee=committee,
            filing_no=named(filing_no, 60, field="filing_no"),
            approver=approver,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        save_once(filing, "filing_no", "该备案号已登记。")
        audit.record(
            "committees.file_committee",
            on=filing,
            by=by,
            office_id=committee.office_id,
            details={
                "committee": committee.name,
                "valid_from": valid_from.isoformat(),
                "valid_to": valid_to.isoformat(),
            },
        )
    return filing


def set_groups(
    committee: Committee, year: int, *, groups: Sequence[tuple[str, Sequence[Specialty]]], by
) -> list[DisciplineGroup]:
    """Set the discipline groups of a year, in order: a group of a known name is kept, with its row.

    Raises PermissionDenied, and NotAccepted where a specialty stands in two groups or is not the
    committee's, or a group that is already used by a document would have to go.
    """
    check(by, "committees.edit_group", office_id=committee.office_id)
    _judge_groups(committee, groups)
    with transaction.atomic():
        Committee.objects.select_for_update().get(pk=committee.pk)
        existing = {
            g.name: g for g in DisciplineGroup.objects.filter(committee=committee, year=year)
        }
        GroupSpecialty.objects.filter(committee=committee, year=year).delete()
        names = [name for name, _ in groups]
        try:
            with transaction.atomic():
                for group in existing.values():
                    if group.name not in names:
                        group.delete()
        except IntegrityError as error:  # ProtectedError is one
            raise NotAccepted("groups", "有学科组已用于抽取申请，不能去掉。") from error
        # Orders are unique within a year, so the kept ones first move out of each other's way.
        DisciplineGroup.objects.filter(committee=committee, year=year).update(
            order=F("order") + 1000
        )
        made = []
        for order, (name, specialties) in enumerate(groups, start=1):
            group = existing.get(name) or DisciplineGroup(committee=committee, year=year, name=name)
            group.order = order
            group.save()
            GroupSpecialty.objects.bulk_create(
                GroupSpecialty(group=group, committee=committee, year=year, specialty=specialty)
                for specialty in specialties
            )
            made.append(group)
        audit.record(
            "committees.set_groups",
            on=committee,
            by=by,
            office_id=committee.office_id,
            details={
                "year": year,
                "groups": {name: [s.code for s in specialties] for name, specialties in groups},
            },
        )
    return made


def _judge_groups(committee: Committee, groups: Sequence[tuple[str, Sequence[Specialty]]]) -> None:
    own = set(committee.specialties.values_list("pk", flat=True))
    seen: dict[int, str] = {}
    names: set[str] = set()
    for name, specialties in groups:
        if named(name, 50, field="groups") in names:
            raise NotAccepted("groups", f"学科组「{name}」重复。")
        names.add(name)
        for specialty in specialties:
            if specialty.pk not in own:
                raise NotAccepted("groups", f"「{specialty}」不是该评委会的评审专业。")
            if specialty.pk in seen:
                raise NotAccepted(
                    "groups",
                    f"「{specialty}」已在「{seen[specialty.pk]}」中，同一年度只能属于一个学科组。",
                )
            seen[specialty.pk] = name
