"""Applications in every state: drafts, submitted, returned, approved, rejected, cancelled, drawn."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

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
from .workdays import moment, workday_after, workday_before

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


def _application(
    province: Province,
    key: str,
    *,
    office: str,
    meeting: str,
    on: dt.date,
    days: int = 2,
    draw_at: dt.datetime | None = None,
    seats: Mapping[str, int] | None = None,
    total: int = 0,
    avoid: int = 0,
    chair: bool = False,
    remarks: str = "",
) -> DrawApplication:
    """A draft with everything filled in, written within a quarter of an hour."""
    clerk = province.user(BUILDING_CLERK if office == BUILDING.key else HEALTH_CLERK)
    committee = province.committees[office]
    application = create_application(
        year=province.today.year,
        committee=committee,
        key=str(uuid.uuid4()),
        by=clerk,
        mode=DrawMode.BY_GROUP if seats else DrawMode.WHOLE_POOL,
    )
    province.clock.wait(minutes=9)
    values = {
        "meeting_name": meeting,
        "starts_at": moment(on, 9),
        "ends_at": moment(workday_after(on, days - 1), 17, 30),
        "place": "南江省人才大厦三层" if office == BUILDING.key else "南江省卫生干部培训中心",
        "planned_draw_at": draw_at or moment(workday_before(on, 2), 9, 30),
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
        seats=_seats(province, office, seats or {}),
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
    province.clock.wait(minutes=5)
    return application


def _seats(province: Province, office: str, seats: Mapping[str, int]) -> dict[str, Seat]:
    own = province.specialties(office)
    return {own[name].code: Seat(primary=count) for name, count in seats.items()}


def _submit(province: Province, key: str, lead: Player, *, trials: int = 1) -> None:
    """Try, give every warning its reason, and hand in."""
    application = province.applications[key]
    by = province.user(lead)
    for _ in range(trials):
        run_trial(application, key=str(uuid.uuid4()), by=by)
        province.clock.wait(minutes=2)
    application.refresh_from_db()
    found = findings_of(application)
    reasons = {finding.key: WARNING_REASON for finding in found if finding.level == Level.WARN}
    application = save_application(
        application, draft=Draft(reasons=reasons), revision=application.revision, by=by
    )
    perform("SUBMIT", on=application.matter, by=by)
    application.matter.refresh_from_db()
    province.applications[key] = application
    province.clock.wait(minutes=7)


def file_first(province: Province) -> None:
    """Two and a half weeks ago: four applications are written, three of them handed in, one given up."""
    last = province.today
    _application(
        province,
        "drawn",
        office=BUILDING.key,
        meeting=f"{last.year} 年度建筑工程高级职称评审会议",
        on=workday_after(last, 3),
        draw_at=moment(last, 9, 30),
        seats=BUILDING_SEATS,
        avoid=2,
    )
    _application(
        province,
        "returned",
        office=BUILDING.key,
        meeting="市政与道桥专业副高级职称评审会议",
        on=workday_after(last, 12),
        seats={"道路工程": 5, "桥梁工程": 3, "隧道与轨道": 3},
    )
    _application(
        province,
        "rejected",
        office=HEALTH.key,
        meeting="基层卫生高级职称评审会议（补评）",
        on=workday_after(last, 16),
        seats=HEALTH_SEATS,
    )
    _application(
        province,
        "cancelled",
        office=HEALTH.key,
        meeting="护理专业高级职称评审会议",
        on=workday_after(last, 20),
        seats={"内科护理": 5, "外科护理": 3, "急危重症护理": 3},
    )
    _submit(province, "drawn", BUILDING_LEAD, trials=2)
    _submit(province, "returned", BUILDING_LEAD)
    _submit(province, "rejected", HEALTH_LEAD)
    perform("CANCEL", on=province.applications["cancelled"].matter, by=province.user(HEALTH_CLERK))


def decide_first(province: Province) -> None:
    """Two days later: HRSS approves one, returns one with every defect, rejects one."""
    by = province.user(REVIEWER)
    _approve(province, "drawn")
    perform(
        "RETURN",
        on=province.applications["returned"].matter,
        by=by,
        reasons=("MEMBERS", "COVERAGE"),
        opinion="1. 桥梁工程申报人数占全部申报的四成，正选 3 人偏少，请与道路工程统筹调整，合计不变。"
        "2. 请在备注中说明隧道与轨道专业评审的安排。",
    )
    province.clock.wait(minutes=16)
    perform(
        "REJECT",
        on=province.applications["rejected"].matter,
        by=by,
        reasons=("OTHER",),
        opinion="基层卫生补评已并入年度评审会议，不再单独组织，本申请不予通过。",
    )


def _approve(province: Province, key: str) -> None:
    perform(
        "APPROVE",
        on=province.applications[key].matter,
        by=province.user(REVIEWER),
        opinion="经审核，符合规定，同意抽取。",
    )
    province.clock.wait(minutes=12)


def file_second(province: Province) -> None:
    """Last week: the health committee's yearly meeting, and one of the building committee's."""
    last = province.today
    _application(
        province,
        "approved",
        office=HEALTH.key,
        meeting=f"{last.year} 年度卫生系列高级职称评审会议",
        on=workday_after(last, 5),
        draw_at=moment(workday_after(last, 1), 14, 30),
        days=3,
        seats=HEALTH_SEATS,
        avoid=2,
    )
    _submit(province, "approved", HEALTH_LEAD)
    _application(
        province,
        "resubmitted",
        office=BUILDING.key,
        meeting="建筑设备专业高级职称评审会议",
        on=workday_after(last, 6),
        draw_at=moment(workday_after(last, 4), 9, 30),
        days=1,
        seats={"给水排水": 4, "暖通空调": 4, "建筑电气": 4, "燃气工程": 3},
    )
    _submit(province, "resubmitted", BUILDING_LEAD)


def decide_second(province: Province) -> None:
    """The day after: the one is approved and waits for its official draw, the other goes back."""
    _approve(province, "approved")
    perform(
        "RETURN",
        on=province.applications["resubmitted"].matter,
        by=province.user(REVIEWER),
        reasons=("COVERAGE",),
        opinion="燃气工程申报 21 人，正选 3 人不足以分组评议，请增加 1 人；给水排水相应减少 1 人，合计不变。",
    )


def file_last(province: Province) -> None:
    """The last morning: one comes back changed, one is new, two are drafts (one asks for more than there are)."""
    last = province.today
    clerk = province.user(BUILDING_CLERK)
    application = province.applications["resubmitted"]
    application.refresh_from_db()
    save_application(
        application,
        draft=Draft(seats=_seats(province, BUILDING.key, {"给水排水": 3, "燃气工程": 4})),
        revision=application.revision,
        by=clerk,
    )
    province.clock.wait(minutes=6)
    _submit(province, "resubmitted", BUILDING_LEAD)
    _application(
        province,
        "submitted",
        office=HEALTH.key,
        meeting="卫生系列高级职称评审会议（综合组）",
        on=workday_after(last, 10),
        total=25,
        remarks="不按学科组抽取：本次申报人数少、专业分散，设一个综合组评审。",
    )
    _submit(province, "submitted", HEALTH_LEAD)
    _application(
        province,
        "draft",
        office=BUILDING.key,
        meeting="隧道与轨道交通专项评审会议",
        on=workday_after(last, 13),
        seats={"隧道与轨道": 9, "桥梁工程": 29, "岩土工程": 6, "结构工程": 6, "道路工程": 6},
        chair=True,
    )
    _application(
        province,
        "draft_of_the_other",
        office=HEALTH.key,
        meeting="中医药专业高级职称评审会议",
        on=workday_after(last, 18),
        seats={"中医内科": 5, "针灸推拿": 3},
    )
