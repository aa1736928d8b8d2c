"""Applications in every state: drafts, submitted, returned, approved, rejected, cancelled, drawn."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from django.utils import timezone

from mingqian.draws.models import DrawApplication, DrawMode
from mingqian.draws.queries.rules import Level, findings_of
from mingqian.draws.queries.seats import Seat
from mingqian.draws.services.create import create_application
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.trial import run_trial
from mingqian.experts.models import PoolMembership
from mingqian.workflow.services import perform

from .cast import BUILDING_CLERK, BUILDING_LEAD, HEALTH_CLERK, HEALTH_LEAD, REVIEWER, Player
from .founding import Province
from .places import BUILDING, HEALTH

WARNING_REASON = "已核对，按本年度实际申报情况设置，报请审核。"

BUILDING_SEATS = {
    "建筑设计": 3,
    "城乡规划": 2,
    "风景园林": 1,
    "结构工程": 3,
    "岩土工程": 2,
    "地基与基础": 1,
    "建筑施工": 3,
    "工程造价": 2,
    "工程监理": 1,
    "给水排水": 2,
    "暖通空调": 1,
    "建筑电气": 1,
    "道路工程": 2,
    "桥梁工程": 1,
}
HEALTH_SEATS = {
    "心血管内科": 2,
    "呼吸内科": 1,
    "消化内科": 1,
    "普通外科": 2,
    "骨科": 1,
    "神经外科": 1,
    "妇产科": 2,
    "儿科": 1,
    "医学影像": 2,
    "检验医学": 1,
    "药学": 1,
    "内科护理": 2,
    "外科护理": 1,
    "中医内科": 2,
    "针灸推拿": 1,
    "流行病学": 2,
    "卫生检验": 1,
    "职业卫生": 1,
}


def working_day(now: dt.datetime, ahead: int) -> dt.date:
    """The day so many working days after today (Shanghai)."""
    day = timezone.localdate(now)
    while ahead:
        day += dt.timedelta(days=1)
        ahead -= day.weekday() < 5
    return day


def _application(
    province: Province,
    key: str,
    *,
    office: str,
    meeting: str,
    on: dt.date,
    days: int = 2,
    seats: Mapping[str, int] | None = None,
    total: int = 0,
    avoid: int = 0,
    chair: bool = False,
    remarks: str = "",
) -> DrawApplication:
    clerk = province.user(BUILDING_CLERK if office == BUILDING.key else HEALTH_CLERK)
    committee = province.committees[office]
    application = create_application(
        year=province.today.year,
        committee=committee,
        key=str(uuid.uuid4()),
        by=clerk,
        mode=DrawMode.BY_GROUP if seats else DrawMode.WHOLE_POOL,
    )
    codes = {name: specialty.code for name, specialty in province.specialties(office).items()}
    zone = timezone.get_default_timezone()
    starts = dt.datetime.combine(on, dt.time(9, 0), zone)
    values = {
        "meeting_name": meeting,
        "starts_at": starts,
        "ends_at": dt.datetime.combine(on + dt.timedelta(days=days - 1), dt.time(17, 30), zone),
        "place": "南江省人才大厦三层" if office == BUILDING.key else "南江省卫生干部培训中心",
        "planned_draw_at": starts - dt.timedelta(days=1 if on.weekday() else 3),
        "handler_name": clerk.real_name,
        "handler_phone": "0790-5550121" if office == BUILDING.key else "0790-5550122",
        "observer_names": "何守正（驻厅纪检监察组）",
        "remarks": remarks,
    }
    if not seats:
        values["primary_total"] = total
    pool = PoolMembership.objects.filter(committee=committee, status="ACTIVE").select_related(
        "expert"
    )
    picked = list(pool.order_by("pk")[5 : 5 + 7 * (avoid + 1) : 7]) if avoid or chair else []
    if avoid:
        values["avoidance_ground"] = (
            "上述单位本年度申报人数较多；有关专家与申报人存在亲属或师生关系，本人申请回避。"
        )
    draft = Draft(
        values=values,
        seats={codes[name]: Seat(primary=count) for name, count in (seats or {}).items()},
        units=[picked[0].expert.unit_id or 0] if avoid else None,
        experts=[member.expert_id for member in picked[1:]] if avoid else None,
        designated=[(pool.order_by("-pk")[3].expert_id, "CHAIR", "评委会章程规定由组建单位指定")]
        if chair
        else None,
    )
    application = save_application(
        application, draft=draft, revision=application.revision, by=clerk
    )
    province.applications[key] = application
    return application


def _submit(province: Province, key: str, lead: Player) -> None:
    """Give every warning its reason, try once, and hand in."""
    application = province.applications[key]
    by = province.user(lead)
    run_trial(application, key=str(uuid.uuid4()), by=by)
    application.refresh_from_db()
    found = findings_of(application)
    reasons = {finding.key: WARNING_REASON for finding in found if finding.level == Level.WARN}
    application = save_application(
        application, draft=Draft(reasons=reasons), revision=application.revision, by=by
    )
    perform("SUBMIT", on=application.matter, by=by)
    application.matter.refresh_from_db()
    province.applications[key] = application


def file_first(province: Province, *, now: dt.datetime) -> None:
    """Two weeks ago: four applications are written, three of them handed in."""
    _application(
        province,
        "drawn",
        office=BUILDING.key,
        meeting=f"{province.today.year} 年度建筑工程高级职称评审会议",
        on=working_day(now, 3),
        seats=BUILDING_SEATS,
        avoid=2,
    )
    _application(
        province,
        "returned",
        office=BUILDING.key,
        meeting="市政与道桥专业副高级职称评审会议",
        on=working_day(now, 18),
        seats={"道路工程": 5, "桥梁工程": 3, "隧道与轨道": 3},
    )
    _application(
        province,
        "rejected",
        office=HEALTH.key,
        meeting="基层卫生高级职称评审会议（补评）",
        on=working_day(now, 25),
        seats=HEALTH_SEATS,
    )
    _application(
        province,
        "cancelled",
        office=HEALTH.key,
        meeting="护理专业高级职称评审会议",
        on=working_day(now, 30),
        seats={"内科护理": 5, "外科护理": 3, "急危重症护理": 3},
    )
    for key, lead in (
        ("drawn", BUILDING_LEAD),
        ("returned", BUILDING_LEAD),
        ("rejected", HEALTH_LEAD),
    ):
        _submit(province, key, lead)
    perform("CANCEL", on=province.applications["cancelled"].matter, by=province.user(HEALTH_CLERK))


def decide_first(province: Province) -> None:
    """Nine days ago: HRSS approves one, returns one with every defect, rejects one."""
    by = province.user(REVIEWER)
    perform("APPROVE", on=province.applications["drawn"].matter, by=by)
    perform(
        "RETURN",
        on=province.applications["returned"].matter,
        by=by,
        reasons=("MEMBERS", "COVERAGE"),
        opinion="1. 桥梁工程申报人数占全部申报的四成，正选 3 人偏少，请与道路工程统筹调整，合计不变。"
        "2. 请在备注中说明隧道与轨道专业评审的安排。",
    )
    perform(
        "REJECT",
        on=province.applications["rejected"].matter,
        by=by,
        reasons=("OTHER",),
        opinion="基层卫生补评已并入年度评审会议，不再单独组织，本申请不予通过。",
    )


def file_second(province: Province, *, now: dt.datetime) -> None:
    """Last week: the health committee's yearly meeting is approved and waits for its official draw."""
    _application(
        province,
        "approved",
        office=HEALTH.key,
        meeting=f"{province.today.year} 年度卫生系列高级职称评审会议",
        on=working_day(now, 4),
        days=3,
        seats=HEALTH_SEATS,
        avoid=2,
    )
    _submit(province, "approved", HEALTH_LEAD)
    perform("APPROVE", on=province.applications["approved"].matter, by=province.user(REVIEWER))


def file_last(province: Province, *, now: dt.datetime) -> None:
    """Today: two wait for review, two are still drafts (one of them cannot be filled as it stands)."""
    _application(
        province,
        "ready",
        office=BUILDING.key,
        meeting="建筑设备专业高级职称评审会议",
        on=working_day(now, 2),
        days=1,
        seats={"给水排水": 4, "暖通空调": 4, "建筑电气": 4, "燃气工程": 3},
    )
    _submit(province, "ready", BUILDING_LEAD)
    _application(
        province,
        "submitted",
        office=HEALTH.key,
        meeting="公共卫生专业正高级职称评审会议",
        on=working_day(now, 12),
        total=25,
        remarks="不按学科组抽取：本次申报集中在公共卫生相关专业。",
    )
    _submit(province, "submitted", HEALTH_LEAD)
    _application(
        province,
        "draft",
        office=BUILDING.key,
        meeting="隧道与轨道交通专项评审会议",
        on=working_day(now, 15),
        seats={"隧道与轨道": 9, "桥梁工程": 30, "岩土工程": 6, "结构工程": 6, "道路工程": 6},
        chair=True,
    )
    _application(
        province,
        "whole",
        office=HEALTH.key,
        meeting="中医药专业高级职称评审会议",
        on=working_day(now, 20),
        total=25,
    )
