"""Units, users, committees, filings, groups."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q
from stdnum.cn import uscc

from mingqian.accounts.models import User
from mingqian.accounts.roles import OFFICE
from mingqian.committees.models import Committee, CommitteeFiling, GroupSpecialty, Unit
from mingqian.committees.terms import plus_years


def credit_codes_are_well_formed() -> Iterator[str]:
    for name, code in Unit.objects.values_list("name", "uscc").iterator():
        if not uscc.is_valid(code):
            yield f"{name}：{code}"


def filings_last_three_years_at_most() -> Iterator[str]:
    for filing in CommitteeFiling.objects.all():
        if not filing.valid_from < filing.valid_to <= plus_years(filing.valid_from, 3):
            # 29 February plus three years is 1 March to one of the two databases.
            if (filing.valid_from.month, filing.valid_from.day) == (
                2,
                29,
            ) and filing.valid_to.day == 1:
                continue
            yield f"{filing.filing_no}：{filing.valid_from} 至 {filing.valid_to}"


def groups_hold_the_committees_specialties() -> Iterator[str]:
    link = Committee.specialties.through
    own = link.objects.filter(
        committee_id=OuterRef("committee_id"), specialty_id=OuterRef("specialty_id")
    )
    rows = GroupSpecialty.objects.filter(~Exists(own)).select_related("group", "specialty")
    for row in rows:
        yield f"学科组「{row.group}」的专业「{row.specialty}」不属于其评委会"


def group_rows_agree_with_their_group() -> Iterator[str]:
    other = ~Q(committee_id=F("group__committee_id")) | ~Q(year=F("group__year"))
    for row in GroupSpecialty.objects.filter(other).select_related("group"):
        yield f"学科组「{row.group}」的专业记录写着另一个评委会或年度"


def specialties_belong_to_the_series() -> Iterator[str]:
    link = Committee.specialties.through
    rows = link.objects.exclude(specialty__series_id=F("committee__series_id"))
    for row in rows.select_related("committee", "specialty"):
        yield f"{row.committee} 的专业「{row.specialty}」属于另一个系列"


def office_people_have_an_office() -> Iterator[str]:
    office_roles = Q(role__in=OFFICE)
    wrong = (office_roles & Q(office__isnull=True)) | (~office_roles & Q(office__isnull=False))
    for user in User.objects.filter(wrong):
        yield f"账号 {user.username} 的角色与所属部门不符"


INVARIANTS = [
    ("统一社会信用代码校验位正确", credit_codes_are_well_formed),
    ("核准备案不超过三年", filings_last_three_years_at_most),
    ("学科组的专业属于其评委会", groups_hold_the_committees_specialties),
    ("学科组的专业记录与学科组一致", group_rows_agree_with_their_group),
    ("评委会的专业属于其系列", specialties_belong_to_the_series),
    ("账号的角色与所属部门相符", office_people_have_an_office),
]
