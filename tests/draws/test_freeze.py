"""Freezing: when it may be done, what it fixes, and that nothing afterwards changes it."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

import fairdraw
from mingqian.accounts.models import User
from mingqian.audit.models import Event
from mingqian.draws.models import Draw, FrozenMember, Party
from mingqian.draws.queries.ceremony import frozen_plan, frozen_pool, is_unchanged
from mingqian.draws.queries.salts import salts_of
from mingqian.draws.services.freeze import CannotFreeze, freeze_draw
from mingqian.draws.services.void import abandon_attempt
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, frozen, make_cast
from tests.factories.draws import approved, make_application, make_ground, submitted

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def test_freezing_fixes_pool_rules_and_chances(cast):
    draw = frozen(cast)
    pool, plan = frozen_pool(draw), frozen_plan(draw)
    assert (pool.root, plan.rules_hash()) == (draw.pool_root, draw.rules_hash)
    assert fairdraw.solve(pool, plan).lottery_hash == draw.lottery_hash
    assert (draw.pool_count, draw.eligible_count) == (48, 48)
    assert FrozenMember.objects.filter(draw=draw).count() == 48
    assert is_unchanged(draw)


def test_the_servers_number_is_committed_at_once_and_sealed(cast):
    draw = frozen(cast)
    server = draw.contributions.get()
    assert server.party == Party.SERVER
    assert server.nonce == ""
    assert len(server.commitment) == 64


def test_the_frozen_bytes_name_nobody(cast):
    draw = frozen(cast)
    text = bytes(draw.pool).decode() + bytes(draw.plan).decode()
    for member in draw.members.select_related("expert__unit"):
        assert member.expert.name not in text
        assert member.expert.unit.uscc not in text


def test_an_expert_given_their_salt_can_prove_that_they_were_in_the_pool(cast):
    draw = frozen(cast)
    member = draw.members.first()
    salt = salts_of(draw)(member.expert_id)
    assert fairdraw.pseudonym(salt, str(member.expert_id)) == member.pseudonym
    assert member.pseudonym in {record["id"] for record in json.loads(bytes(draw.pool))}


def test_pseudonyms_are_fresh_in_every_attempt(cast):
    first = frozen(cast)
    abandon_attempt(first, by=cast.clerk, reason="监督人员未到场", at=cast.minute(1))
    second = frozen(cast)
    assert second.attempt == 2
    before = set(first.members.values_list("pseudonym", flat=True))
    assert before.isdisjoint(second.members.values_list("pseudonym", flat=True))


def test_a_second_freeze_gives_the_draw_under_way(cast):
    assert frozen(cast).pk == freeze_draw(cast.application, by=cast.reviewer, at=cast.at).pk
    assert Event.objects.filter(action="draws.freeze_draw").count() == 1


@pytest.mark.parametrize(("days", "words"), [(-8, "未到抽取时间"), (4, "会议开始时间已过")])
def test_outside_the_window_nothing_is_frozen(cast, days, words):
    with pytest.raises(CannotFreeze) as refusal:
        freeze_draw(cast.application, by=cast.clerk, at=cast.at + timedelta(days=days))
    assert words in refusal.value.told
    assert not Draw.objects.exists()


def test_a_refusal_quotes_the_rule(cast):
    with pytest.raises(CannotFreeze) as refusal:
        freeze_draw(cast.application, by=cast.clerk, at=cast.at - timedelta(days=8))
    assert [finding.citation for finding in refusal.value.findings] == ["规则库 P-06「抽取时间」"]


def test_an_application_that_is_not_approved_is_not_drawn():
    committee, _, lead = make_ground(SIZES)
    application = submitted(make_application(committee, lead), lead)
    with pytest.raises(CannotFreeze) as refusal:
        freeze_draw(application, by=lead, at=application.planned_draw_at)
    assert "未审核通过" in refusal.value.told


def test_without_an_observer_in_the_system_nothing_is_frozen(cast):
    User.objects.filter(role="observer").update(is_active=False)
    with pytest.raises(CannotFreeze) as refusal:
        frozen(cast)
    assert "监督人员" in refusal.value.told


def second_application(cast, **changes):
    made = make_application(cast.application.committee, cast.lead, **changes)
    return approved(made, cast.lead, cast.reviewer)


def test_a_second_application_for_the_same_meeting_is_no_way_round_a_void(cast):
    second = second_application(cast)
    frozen(cast)
    with pytest.raises(CannotFreeze) as refusal:
        freeze_draw(second, by=cast.clerk, at=cast.at)
    assert cast.application.number in refusal.value.told
    assert "作废" in refusal.value.told


def test_an_abandoned_attempt_does_not_bar_another_application(cast):
    second = second_application(cast)
    abandon_attempt(frozen(cast), by=cast.clerk, reason="改用另一份申请", at=cast.minute(1))
    assert freeze_draw(second, by=cast.clerk, at=cast.at).attempt == 1


def test_another_office_and_the_observer_freeze_nothing(cast):
    for stranger in (make_user("clerk"), cast.observer, cast.hrss_lead, make_user("sysadmin")):
        with pytest.raises(PermissionDenied):
            freeze_draw(cast.application, by=stranger, at=cast.at)
    assert not Draw.objects.exists()
