"""Every rule that an application is judged by: kept, broken, and what mends it."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from mingqian.draws.queries.rules import Level, findings_of
from mingqian.draws.queries.seats import Seat
from mingqian.draws.queries.working_days import days_back, working_days_before
from mingqian.draws.services.save import Draft, save_application
from mingqian.rulebook.services import change_rule
from tests.factories.accounts import make_user
from tests.factories.ceremonies import frozen, make_cast
from tests.factories.committees import make_filing
from tests.factories.draws import (
    SHANGHAI,
    a_week_later,
    code_of,
    make_application,
    make_ground,
    make_people,
    make_units,
    meeting_time,
    refreshed,
    seats_by_name,
    submitted,
)

pytestmark = pytest.mark.django_db


def change(application, by, **parts):
    fresh = refreshed(application)
    return save_application(fresh, draft=Draft(**parts), revision=fresh.revision, by=by)


def found(application, key):
    """The findings whose key begins so."""
    return [each for each in findings_of(refreshed(application)) if each.key.split(":")[0] == key]


def levels(application, key):
    return [each.level for each in found(application, key)]


def test_every_finding_that_speaks_of_a_rule_cites_it(application):
    assert all(each.citation for each in findings_of(application))


def test_all_defects_are_told_at_once(ground, application):
    _, clerk, _ = ground
    change(application, clerk, values={"meeting_name": "", "handler_phone": "", "ends_at": None})
    blocking = findings_of(refreshed(application)).blocking
    missing = [label for finding in blocking for label, _ in finding.items]
    assert missing == ["请填写评审会议名称", "请填写结束时间", "请填写联系电话"]


def test_what_cannot_be_read_stands_in_the_way(ground, application):
    _, clerk, _ = ground
    change(application, clerk, typed={"same_unit_cap": "很多"}, fields_read={"same_unit_cap"})
    assert levels(application, "unreadable") == [Level.BLOCK]


def test_an_avoidance_needs_its_ground(ground, application):
    _, clerk, _ = ground
    change(application, clerk, units=[make_units(1)[0].pk])
    assert found(application, "missing")[0].items == (("请填写回避事由", "#id_avoidance_ground"),)
    change(application, clerk, values={"avoidance_ground": "申报人多"})
    assert found(application, "missing") == []


def test_the_filing_must_cover_every_day_of_the_meeting():
    committee, clerk, _ = make_ground(filed_from=None)
    starts_at = meeting_time()
    application = make_application(committee, clerk, starts_at=starts_at)
    assert levels(application, "filing_required") == [Level.BLOCK]
    make_filing(committee, valid_from=date(starts_at.year - 1, 1, 1), valid_to=starts_at.date())
    assert levels(application, "filing_required") == [Level.BLOCK]
    make_filing(
        committee,
        valid_from=date(starts_at.year - 1, 1, 2),
        valid_to=starts_at.date() + timedelta(days=1),
    )
    assert levels(application, "filing_required") == [Level.OK]
    assert levels(application, "filing_warn_days") == [Level.WARN]


def test_the_meeting_lies_ahead(ground, application):
    _, clerk, _ = ground
    past = timezone.now() - timedelta(days=3)
    change(
        application, clerk, values={"starts_at": past, "planned_draw_at": past - timedelta(days=3)}
    )
    assert levels(application, "meeting_ahead") == [Level.BLOCK]


LEADS = [(0, Level.BLOCK), (1, Level.OK), (5, Level.OK), (6, Level.BLOCK)]


@pytest.mark.parametrize(("working_days", "level"), LEADS)
def test_the_draw_is_held_one_to_five_working_days_before(ground, application, working_days, level):
    _, clerk, _ = ground
    meeting = timezone.localtime(application.starts_at)
    day = days_back(meeting.date(), working_days)
    planned = datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI)
    change(application, clerk, values={"planned_draw_at": planned})
    assert level in levels(application, "draw_lead_days_min") + levels(
        application, "draw_lead_days_max"
    )


def test_a_draw_after_the_meeting_is_blocked_and_a_day_is_offered(ground, application):
    _, clerk, _ = ground
    change(application, clerk, values={"planned_draw_at": application.ends_at})
    finding = found(application, "draw_lead_days_min")[0]
    assert finding.blocks
    assert finding.fixes[0].deed.startswith("set_draw_time:")


def test_working_days_leave_weekends_out():
    tuesday = date(2026, 12, 8)
    assert working_days_before(date(2026, 12, 3), tuesday) == 3
    assert working_days_before(date(2026, 12, 5), tuesday) == 2
    assert working_days_before(tuesday, tuesday) == 0
    assert working_days_before(date(2026, 12, 9), tuesday) == -1
    assert days_back(tuesday, 3) == date(2026, 12, 3)
    assert days_back(date(2026, 12, 7), 1) == date(2026, 12, 4)


def test_members_are_an_odd_number_designated_ones_included(ground, application):
    committee, clerk, _ = ground
    assert levels(application, "member_count_odd") == [Level.OK]
    chair = make_people(committee, 1)[0]
    change(application, clerk, designated=[(chair.pk, "CHAIR", "章程")])
    finding = found(application, "member_count_odd")[0]
    assert finding.blocks
    assert "正选 15＋指定 1＝16 人" in finding.text
    assert finding.fixes


SIZES = [("BY_SERIES", 25), ("BY_SPECIALTY", 11)]


@pytest.mark.parametrize(("basis", "least"), SIZES)
def test_a_senior_committee_has_its_least_number(basis, least):
    committee, clerk, _ = make_ground(basis=basis)
    key = "min_members_senior_series" if basis == "BY_SERIES" else "min_members_senior_specialty"
    few = least - 2
    application = make_application(
        committee, clerk, seats={"建筑设计": few - 6, "结构工程": 3, "给水排水": 3}
    )
    assert levels(application, key) == [Level.BLOCK]
    change(application, clerk, seats=seats_by_name(committee, {"建筑设计": least - 6}))
    assert levels(application, key) == [Level.OK]


def test_other_committees_have_the_number_that_is_set_for_them():
    committee, clerk, _ = make_ground(level="INTERMEDIATE", minimum_level=3)
    application = make_application(committee, clerk, seats={"建筑设计": 3})
    assert levels(application, "min_members_intermediate") == [Level.INFO]
    change_rule(
        "min_members_intermediate",
        value="9",
        enforcement="BLOCK",
        reason="本省规定",
        by=make_user("hrss_lead"),
        valid_from=timezone.localdate(),
    )
    assert levels(application, "min_members_intermediate") == [Level.BLOCK]


def test_a_group_has_at_least_three(ground, application):
    committee, clerk, _ = ground
    change(application, clerk, seats=seats_by_name(committee, {"给水排水": 2}))
    finding = found(application, "min_group_size")[0]
    assert finding.blocks
    assert finding.title == "给水排水组少于 3 人"


def test_a_specialty_without_a_group_cannot_be_drawn_by_group():
    committee, clerk, _ = make_ground(groups=False)
    application = make_application(committee, clerk)
    assert levels(application, "ungrouped") == [Level.BLOCK]


def test_too_few_people_are_named_with_what_removed_them(ground, application):
    committee, clerk, _ = ground
    make_people(committee, 4, ["给水排水"], units=[None])
    change(application, clerk, seats=seats_by_name(committee, {"给水排水": 31}))
    finding = found(application, "short")[0]
    assert finding.blocks
    assert finding.title == "给水排水缺 7 人"
    assert "可抽 40 人，少于需要的 47 人（正选 31＋备选 16）" in finding.text
    assert "在库 44 人中剔除 4 人：信息缺失 4" in finding.text
    assert finding.fixes[0].deed == f"set_alternate:{code_of(committee, '给水排水')}:9"


MULTIPLES = [(8, None), (15, Level.WARN)]


@pytest.mark.parametrize(("primaries", "level"), MULTIPLES)
def test_scarce_people_are_a_warning(ground, application, primaries, level):
    committee, clerk, _ = ground
    change(application, clerk, seats=seats_by_name(committee, {"给水排水": primaries}))
    wanted = [] if level is None else [level]
    assert [x for x in levels(application, "pool_min_multiple_warn") if x is not Level.OK] == wanted


def test_very_scarce_people_block(ground, application):
    committee, clerk, _ = ground
    seat = {code_of(committee, "给水排水"): Seat(primary=27, alternate=2, alternate_typed=True)}
    change(application, clerk, seats=seat)
    finding = found(application, "pool_min_multiple_block")[0]
    assert finding.blocks
    assert "1.4 倍" in finding.text


def test_fewer_alternates_than_the_ratio_are_a_warning(ground, application):
    committee, clerk, _ = ground
    seat = {code_of(committee, "给水排水"): Seat(alternate=1, alternate_typed=True)}
    change(application, clerk, seats=seat)
    finding = found(application, "alternate_ratio")[0]
    assert finding.warns
    assert finding.fixes[0].deed == "derive_alternates"


def test_the_cap_per_unit_may_be_lowered_not_raised(ground, application):
    _, clerk, _ = ground
    for cap, level in ((2, Level.OK), (3, Level.OK), (4, Level.BLOCK)):
        change(application, clerk, values={"same_unit_cap": cap})
        assert levels(application, "same_unit_cap_share") == [level]


def test_seats_that_people_of_one_unit_cannot_fill_are_found():
    units = make_units(1)
    committee, clerk, _ = make_ground({"建筑设计": 40, "结构工程": 40, "给水排水": 0})
    make_people(committee, 30, ["给水排水"], units=units)
    application = make_application(committee, clerk)
    finding = found(application, "infeasible")[0]
    assert finding.blocks
    assert "同单位上限" in finding.text


def test_designated_members_are_few_reasoned_and_fit(ground, application):
    committee, clerk, _ = ground
    people = make_people(committee, 4)
    change(application, clerk, designated=[(p.pk, "VICE_CHAIR", "章程") for p in people])
    assert levels(application, "designated_max") == [Level.BLOCK]
    change(application, clerk, designated=[(people[0].pk, "CHAIR", "")])
    assert levels(application, "designated_reason") == [Level.BLOCK]
    unfit = make_people(committee, 1, title_level=3)[0]
    change(application, clerk, designated=[(unfit.pk, "CHAIR", "章程")])
    assert levels(application, "designated") == [Level.BLOCK]


def test_a_whole_pool_draw_is_judged_on_its_total():
    committee, clerk, _ = make_ground({"建筑设计": 30, "给水排水": 3})
    application = make_application(
        committee, clerk, mode="WHOLE_POOL", total=11, seats={"给水排水": 4}
    )
    assert levels(application, "short") == [Level.BLOCK]
    change(application, clerk, values={"primary_total": 23})
    assert levels(application, "short") == [Level.BLOCK, Level.BLOCK]
    change(application, clerk, values={"primary_total": 3})
    assert levels(application, "minimums_over_total") == [Level.BLOCK]


def test_a_rule_that_only_warns_asks_for_a_reason(ground, application):
    committee, clerk, _ = ground
    change_rule(
        "min_group_size",
        value="6",
        enforcement="WARN",
        reason="本评委会试行",
        by=make_user("hrss_lead"),
        valid_from=timezone.localdate(),
        committee_code=committee.code,
    )
    findings = findings_of(refreshed(application))
    assert len(findings.unreasoned) == 3
    change(application, clerk, reasons={each.key: "试行期内" for each in findings.unreasoned})
    assert findings_of(refreshed(application)).may_submit


def test_the_rules_of_the_meetings_day_hold(ground, application):
    later = timezone.localtime(application.starts_at).date()
    change_rule(
        "min_group_size",
        value="6",
        enforcement="BLOCK",
        reason="省厅新规定",
        by=make_user("hrss_lead"),
        valid_from=later,
    )
    assert Level.BLOCK in levels(application, "min_group_size")


def test_another_application_for_the_same_meeting_is_told_while_it_waits(ground, application):
    committee, _, lead = ground
    assert found(application, "same_meeting") == []
    other = submitted(make_application(committee, lead), lead)
    (finding,) = found(application, "same_meeting")
    assert finding.level is Level.WARN
    assert f"{other.number}（待审核）" in finding.text
    change(application, lead, values={"starts_at": None, "ends_at": None})
    assert found(application, "same_meeting") == []


def test_a_meeting_that_is_drawn_elsewhere_blocks_the_second_application():
    cast = make_cast()
    second = make_application(cast.application.committee, cast.lead)
    frozen(cast)
    (finding,) = found(second, "drawn_elsewhere")
    assert finding.level is Level.BLOCK
    assert cast.application.number in finding.text
    assert found(second, "same_meeting") == []


def test_a_meeting_at_another_time_or_of_another_committee_is_no_rival(ground, application):
    committee, _, lead = ground
    submitted(a_week_later(make_application(committee, lead)), lead)
    foreign, _, other_lead = make_ground()
    submitted(make_application(foreign, other_lead), other_lead)
    assert found(application, "same_meeting") == []
