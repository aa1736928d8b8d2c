"""What moved between submission and freezing is told to everybody at the ceremony."""

import pytest
from django.utils import timezone

from mingqian.committees.models import DisciplineGroup, GroupSpecialty
from mingqian.draws.queries.readiness import freeze_findings
from mingqian.experts.models import PoolMembership
from mingqian.experts.services import suspend_membership
from mingqian.rulebook.services import change_rule
from tests.factories.ceremonies import make_cast

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast():
    return make_cast(SIZES)


def told(cast) -> dict[str, str]:
    findings = freeze_findings(cast.application, now=cast.at)
    assert not findings.blocking
    return {finding.key: finding.text for finding in findings.warnings}


def test_nothing_is_told_where_nothing_moved(cast):
    assert told(cast) == {}


def test_a_member_suspended_after_submission_is_told(cast):
    membership = PoolMembership.objects.filter(committee=cast.application.committee).first()
    suspend_membership(membership, reason="本人请求暂停", by=cast.clerk)
    text = told(cast)["pool_since_submitted"]
    assert "专家信息改动 1 次" in text
    assert "可抽 48 → 47 人" in text
    assert "在库" not in text


def test_a_change_that_leaves_the_numbers_as_they_are_is_told_too(cast):
    members = PoolMembership.objects.filter(committee=cast.application.committee)
    suspend_membership(members[0], reason="本人请求暂停", by=cast.clerk)
    PoolMembership.objects.filter(pk=members[0].pk).update(status="ACTIVE")
    assert told(cast)["pool_since_submitted"].startswith("专家信息改动 1 次。")


def test_a_rule_changed_after_submission_is_told_by_its_title(cast):
    change_rule(
        "same_unit_cap_min",
        value=3,
        enforcement="BLOCK",
        valid_from=timezone.localdate(),
        reason="临近抽取放宽上限",
        by=cast.hrss_lead,
    )
    assert "同单位人数上限起点 2 → 3 人" in told(cast)["rules_since_submitted"]


def test_a_rule_that_only_warns_now_is_told_with_how_strict_it_was(cast):
    change_rule(
        "pool_min_multiple_block",
        value="1.5",
        enforcement="WARN",
        valid_from=timezone.localdate(),
        reason="临近抽取改为提醒",
        by=cast.hrss_lead,
    )
    assert "禁止 → 提醒" in told(cast)["rules_since_submitted"]


def test_a_specialty_in_another_group_since_is_told(cast):
    rows = GroupSpecialty.objects.filter(committee=cast.application.committee)
    before, after = DisciplineGroup.objects.filter(committee=cast.application.committee)[:2]
    moved = rows.filter(group=before).first()
    rows.filter(pk=moved.pk).update(group=after)
    text = told(cast)["groups_since_submitted"]
    assert f"{moved.specialty.name} {before.name} → {after.name}" in text
