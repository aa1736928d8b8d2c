"""Experts and their membership of pools."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef

from mingqian.committees.models import Committee
from mingqian.committees.terms import plus_years
from mingqian.experts.models import Expert, PoolMembership
from mingqian.experts.models.membership import OPEN_STATUSES, MembershipSpecialty
from mingqian.experts.sealing import id_index, mobile_index, read_id, read_mobile
from mingqian.web.models import Sequence
from mingqian.web.sealed import mask_id, mask_mobile

_EXPERT_NO = re.compile(r"(ZJ\d{4})(\d+)")


def terms_last_three_years_at_most() -> Iterator[str]:
    rows = PoolMembership.objects.values_list("expert__expert_no", "term_from", "term_to")
    for expert_no, begins, ends in rows.iterator():
        leap = (begins.month, begins.day) == (2, 29) and (ends.month, ends.day) == (3, 1)
        if not begins < ends <= plus_years(begins, 3) and not (
            leap and ends.year == begins.year + 3
        ):
            yield f"专家 {expert_no}：聘期 {begins} 至 {ends}"


def one_open_membership() -> Iterator[str]:
    rows = PoolMembership.objects.filter(status__in=OPEN_STATUSES).order_by()
    twice = (
        rows.values("expert__expert_no", "committee__code").annotate(n=Count("pk")).filter(n__gt=1)
    )
    for row in twice:
        yield f"专家 {row['expert__expert_no']} 在评委会 {row['committee__code']} 有 {row['n']} 个在库记录"


def memberships_belong_to_the_committees_office() -> Iterator[str]:
    for row in PoolMembership.objects.exclude(office_id=F("committee__office_id")).select_related(
        "expert"
    ):
        yield f"专家 {row.expert.expert_no} 的在库记录属于另一个部门"


def members_are_recommended_for_the_committees_specialties() -> Iterator[str]:
    link = Committee.specialties.through
    own = link.objects.filter(
        committee_id=OuterRef("membership__committee_id"), specialty_id=OuterRef("specialty_id")
    )
    rows = MembershipSpecialty.objects.filter(~Exists(own))
    for row in rows.select_related("membership__expert", "specialty"):
        yield f"专家 {row.membership.expert.expert_no} 的推荐专业「{row.specialty}」不属于该评委会"


def sealed_values_open_and_agree() -> Iterator[str]:
    """Identity number and mobile open with the key and fit their index and their masked copy."""
    for expert in Expert.objects.order_by("pk").iterator():
        for word, read, index, mask, stored_index, stored_mask in (
            ("证件号码", read_id, id_index, mask_id, expert.id_index, expert.id_masked),
            (
                "手机",
                read_mobile,
                mobile_index,
                mask_mobile,
                expert.mobile_index,
                expert.mobile_masked,
            ),
        ):
            try:
                plain = read(expert)
            except Exception:
                yield f"专家 {expert.expert_no} 的{word}解不开"
                continue
            if index(plain) != stored_index:
                yield f"专家 {expert.expert_no} 的{word}与索引不符"
            if mask(plain) != stored_mask:
                yield f"专家 {expert.expert_no} 的{word}与掩码不符"


def expert_numbers_were_given_out() -> Iterator[str]:
    """No expert bears a number that the sequence of its year has not yet given out."""
    highest: dict[str, int] = {}
    for number in Expert.objects.values_list("expert_no", flat=True).iterator():
        match = _EXPERT_NO.fullmatch(number)
        if match is None:
            yield f"{number} 不是规范的专家编号"
            continue
        highest[match[1]] = max(highest.get(match[1], 0), int(match[2]))
    given = dict(Sequence.objects.filter(key__in=list(highest)).values_list("key", "value"))
    for key, top in highest.items():
        if given.get(key, 0) < top:
            yield f"{key}：已用到 {top} 号，序列记载发出 {given.get(key, 0)} 个"


INVARIANTS = [
    ("聘期不超过三年", terms_last_three_years_at_most),
    ("每位专家在一个评委会只有一个在库记录", one_open_membership),
    ("在库记录属于评委会的日常工作部门", memberships_belong_to_the_committees_office),
    ("推荐专业属于评委会", members_are_recommended_for_the_committees_specialties),
    ("加密信息可以解开且与索引、掩码一致", sealed_values_open_and_agree),
    ("专家编号来自序列", expert_numbers_were_given_out),
]
