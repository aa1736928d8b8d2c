"""Invented experts by the hundred thousand, written past the services for speed."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Any

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文志"


def fill(committee: Any, specialties: list[Any], size: int, *, units: int = 1000) -> None:
    """Experts with one membership and one specialty each, of employers of equal size."""
    from django.db import transaction
    from django.utils import timezone

    from mingqian.committees.models import Unit
    from mingqian.experts.models import Expert, MembershipSpecialty, PoolMembership
    from mingqian.web.sealed import seal

    now, today = timezone.now(), timezone.localdate()
    employers = Unit.objects.bulk_create(
        Unit(name=f"单位{number:04}", uscc=f"CL{number:016}") for number in range(units)
    )
    sealed = seal("11010119800101001X", aad="bench")
    with transaction.atomic():
        for start in range(0, size, 5000):
            experts = Expert.objects.bulk_create(
                Expert(
                    expert_no=f"ZJ{number:010}",
                    name=SURNAMES[number % 20] + GIVEN[number // 20 % 28] + GIVEN[number % 27],
                    id_sealed=sealed,
                    id_index=hashlib.sha256(b"i%d" % number).hexdigest(),
                    id_masked="1****************X",
                    gender="1" if number % 3 else "2",
                    birth_date=dt.date(1970, 1, 1) + dt.timedelta(days=number % 7000),
                    unit=employers[number % units],
                    title_name="高级工程师",
                    title_level=4 + (number % 5 == 0),
                    mobile_sealed=sealed,
                    mobile_index=hashlib.sha256(b"m%d" % number).hexdigest(),
                    mobile_masked="138****0000",
                    sealed_key=uuid.uuid4(),
                    created_in_office=committee.office,
                    created_at=now,
                    updated_at=now,
                )
                for number in range(start, min(start + 5000, size))
            )
            members = PoolMembership.objects.bulk_create(
                PoolMembership(
                    expert=expert, committee=committee, office=committee.office,
                    term_from=today - dt.timedelta(days=200),
                    term_to=today + dt.timedelta(days=800),
                    admitted_on=today - dt.timedelta(days=200),
                )
                for expert in experts
            )  # fmt: skip
            MembershipSpecialty.objects.bulk_create(
                MembershipSpecialty(
                    membership=member, specialty=specialties[member.pk % len(specialties)], order=1
                )
                for member in members
            )
