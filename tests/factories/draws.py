"""Pools, applications in every state, made through models (people, for speed) and services (deeds)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.committees.models import Committee, Unit
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.seats import Seat
from mingqian.draws.queries.working_days import days_back
from mingqian.draws.services.create import create_application
from mingqian.draws.services.save import Draft, save_application
from mingqian.experts.models import Expert, MembershipSpecialty, PoolMembership
from mingqian.experts.sealing import keep_id, keep_mobile
from mingqian.web.services import next_number
from mingqian.workflow.services import perform

from .accounts import make_user
from .committees import credit_code, make_committee, make_groups
from .experts import id_number

SHANGHAI = ZoneInfo("Asia/Shanghai")
_serial = count(1)

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂文辉建玉兰云凤洁"


def meeting_time(days_ahead: int = 21, hour: int = 9) -> datetime:
    """A Tuesday morning at least so many days ahead, so that working days before it are plain."""
    day = timezone.localdate() + timedelta(days=days_ahead)
    day += timedelta(days=(1 - day.weekday()) % 7)
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


@transaction.atomic
def make_units(number: int) -> list[Unit]:
    """So many employers at once."""
    serials = [next(_serial) for _ in range(number)]
    return Unit.objects.bulk_create(
        Unit(name=f"南江第{serial}设计院", uscc=credit_code(50_000_000 + serial))
        for serial in serials
    )


@transaction.atomic
def make_people(
    committee: Committee,
    number: int,
    specialties: list[str] | None = None,
    *,
    units: list[Unit | None] | None = None,
    **changes: Any,
) -> list[Expert]:
    """So many experts in the pool for these specialties (names, the main one first).

    `changes` apply to the experts or, for term_from, term_to and membership_status, to the membership.
    """
    now = timezone.now()
    own = {each.name: each for each in committee.specialties.all()}
    wanted = [own[name] for name in specialties or [next(iter(own))]]
    term = {
        "term_from": changes.pop("term_from", timezone.localdate() - timedelta(days=200)),
        "term_to": changes.pop("term_to", timezone.localdate() + timedelta(days=800)),
        "status": changes.pop("membership_status", "ACTIVE"),
    }
    units = units if units is not None else make_units(max(1, number))
    experts = []
    for place in range(number):
        serial = next(_serial)
        facts = {
            "expert_no": f"ZJ{now.year}{next_number(f'ZJ{now.year}'):06d}",
            "name": SURNAMES[serial % 32] + GIVEN[serial // 32 % 28] + GIVEN[serial // 7 % 28],
            "name_pinyin": f"pinyin {serial}",
            "name_initials": f"py{serial}",
            "gender": "1",
            "birth_date": date(1975, 3, 8),
            "unit": units[place % len(units)],
            "title_name": "高级工程师",
            "title_level": 4,
            "created_at": now,
            "updated_at": now,
        }
        expert = Expert(**facts | changes)
        keep_id(expert, id_number(serial, born=date(1970, 1, 1) + timedelta(days=serial // 500)))
        keep_mobile(expert, f"139{serial:08d}")
        experts.append(expert)
    Expert.objects.bulk_create(experts)
    memberships = PoolMembership.objects.bulk_create(
        PoolMembership(
            expert=expert,
            committee=committee,
            office=committee.office,
            admitted_on=term["term_from"],
            **term,
        )
        for expert in experts
    )
    MembershipSpecialty.objects.bulk_create(
        MembershipSpecialty(membership=membership, specialty=specialty, order=order)
        for membership in memberships
        for order, specialty in enumerate(wanted, start=1)
    )
    return experts


def make_ground(
    sizes: Mapping[str, int] | None = None, *, groups: bool = True, **kwargs: Any
) -> tuple[Committee, User, User]:
    """A committee with groups and a pool; its clerk and its lead."""
    sizes = sizes or {"建筑设计": 40, "结构工程": 40, "给水排水": 40}
    today = timezone.localdate()
    kwargs.setdefault("filed_from", date(today.year - 1, 3, 1))
    committee = make_committee(specialties=list(sizes), **kwargs)
    if groups:
        make_groups(committee, meeting_time().year)
    for name, number in sizes.items():
        if number:
            make_people(committee, number, [name])
    clerk = make_user("clerk", committee.office)
    return committee, clerk, make_user("lead", committee.office)


def code_of(committee: Committee, name: str) -> str:
    """The code of a specialty of the committee."""
    return committee.specialties.get(name=name).code


def seats_by_name(committee: Committee, seats: Mapping[str, int]) -> dict[str, Seat]:
    """{"建筑设计": 5} as the services take it."""
    return {code_of(committee, name): Seat(primary=number) for name, number in seats.items()}


def make_application(
    committee: Committee,
    by: User,
    *,
    seats: Mapping[str, int] | None = None,
    mode: str = "BY_GROUP",
    total: int | None = None,
    starts_at: datetime | None = None,
    **values: Any,
) -> DrawApplication:
    """A draft with everything filled in, so that it may be submitted; `values` change or empty single fields."""
    starts_at = starts_at or meeting_time()
    application = create_application(
        year=starts_at.year, committee=committee, key=uuid4().hex, by=by, mode=mode
    )
    if seats is None and mode == "BY_GROUP":
        seats = dict.fromkeys(committee.specialties.values_list("name", flat=True), 5)
    draw_on = days_back(starts_at.date(), 2)
    facts = {
        "meeting_name": "年度评审会议",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=32),
        "place": "南江宾馆",
        "planned_draw_at": datetime(draw_on.year, draw_on.month, draw_on.day, 15, tzinfo=SHANGHAI),
        "handler_name": by.real_name,
        "handler_phone": "0790-5550126",
        "mode": mode,
    }
    if mode == "WHOLE_POOL":
        facts["primary_total"] = 15 if total is None else total
    return save_application(
        application,
        draft=Draft(values=facts | values, seats=seats_by_name(committee, seats or {})),
        revision=application.revision,
        by=by,
    )


def a_week_later(application: DrawApplication) -> DrawApplication:
    """The application with its meeting and draw moved by a week: no rival of others made beside it."""
    week = timedelta(days=7)
    DrawApplication.objects.filter(pk=application.pk).update(
        starts_at=F("starts_at") + week,
        ends_at=F("ends_at") + week,
        planned_draw_at=F("planned_draw_at") + week,
    )
    return refreshed(application)


def give_reasons(
    application: DrawApplication, by: User, text: str = "已与专业组核对"
) -> DrawApplication:
    """A reason for every warning, so that the application may be submitted."""
    from mingqian.draws.queries.rules import findings_of

    reasons = {finding.key: text for finding in findings_of(application).warnings}
    return save_application(
        application, draft=Draft(reasons=reasons), revision=application.revision, by=by
    )


def submitted(application: DrawApplication, by: User) -> DrawApplication:
    """The application as submitted by its lead."""
    application = give_reasons(application, by)
    perform("SUBMIT", on=application.matter, by=by)
    return refreshed(application)


def approved(
    application: DrawApplication, by: User, reviewer: User | None = None
) -> DrawApplication:
    """Submitted by its lead and approved by a reviewer."""
    application = submitted(application, by)
    perform(
        "APPROVE", on=application.matter, by=reviewer or make_user("reviewer"), opinion="同意。"
    )
    return refreshed(application)


def refreshed(application: DrawApplication) -> DrawApplication:
    """The application as the database now has it."""
    return DrawApplication.objects.select_related("matter", "committee", "office").get(
        pk=application.pk
    )
