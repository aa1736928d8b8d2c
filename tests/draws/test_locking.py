"""锁定名单: what stands against it with its citation, what a lock keeps, and who may undo it."""

import hashlib
import json

import pytest
from django.core.exceptions import PermissionDenied

from mingqian.audit.models import Event
from mingqian.draws.models import RosterEvent, RosterVersion
from mingqian.draws.queries.locked import difference
from mingqian.draws.queries.locking import lock_state
from mingqian.draws.queries.rules.finding import Level
from mingqian.draws.services.answering import confirm_seat, log_contact, revert_seat
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.draws.services.locking import AlreadyLocked, LockBlocked, lock_roster, unlock_roster
from mingqian.draws.services.rosters import (
    LockedBeforeVoid,
    RosterLocked,
    RosterRefused,
    RosterVoid,
)
from mingqian.draws.services.void import void_draw
from mingqian.experts.models import Expert, ExpertUnavailability
from mingqian.rulebook.models import Enforcement, RuleParameter
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, make_cast
from tests.factories.rosters import (
    confirm,
    decline,
    roster_of,
    seated,
    use_up_alternates,
)

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
REASON = "备选已用尽，会议在即"


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def draw(cast):
    return executed(cast)


@pytest.fixture
def roster(draw):
    return roster_of(draw)


def found(roster, key: str):
    """The findings of one rule, by the beginning of their keys."""
    return [each for each in lock_state(roster).findings if each.key.startswith(key)]


def test_nothing_is_locked_while_somebody_has_not_answered(cast, draw, roster):
    confirm(draw, cast.clerk, but=2)
    state = lock_state(roster, reader=cast.clerk)
    assert (state.seats, state.confirmed, state.unanswered) == (15, 13, 2)
    finding = next(each for each in state.findings if each.key == "decline_cutoff_hours")
    assert finding.level is Level.BLOCK
    assert "还有 2 人未确认" in finding.title
    assert all(each.expert.name in finding.text for each in seated(draw)[-2:])
    assert "规则库 P-07" in finding.citation
    with pytest.raises(LockBlocked, match="还有 2 人未确认"):
        lock_roster(roster, by=cast.lead)
    assert not RosterVersion.objects.exists()


def test_an_even_number_is_blocked_and_the_article_cited(cast, draw, roster):
    use_up_alternates(draw, cast.clerk)
    confirm(draw, cast.clerk)
    (finding,) = found(roster, "member_count_odd")
    assert finding.level is Level.BLOCK
    assert finding.sentence.startswith("委员人数应为单数：确认参评 14 人，是双数")
    assert finding.citation == "《职称评审管理暂行规定》(人社部令第40号)第九条"
    with pytest.raises(LockBlocked) as blocked:
        lock_roster(roster, by=cast.lead, reasons={"empty_seats": REASON})
    assert "第九条" in blocked.value.told


def test_a_lock_keeps_who_sits_with_pseudonyms_and_the_checks(cast, draw, roster):
    left = decline(seated(draw)[0], cast.clerk)
    confirm(draw, cast.clerk)
    version = lock_roster(roster, by=cast.lead)
    body = bytes(version.content)
    assert hashlib.sha256(body).hexdigest() == version.digest
    content = json.loads(body)
    assert (content["version"], content["draws"]) == (1, [draw.transcript_hash])
    assert len(content["seats"]) == 15
    names = {seat["name"] for seat in content["seats"]}
    assert names == {each.expert.name for each in seated(draw)}
    assert left.entered.expert.name in names
    entered = next(seat for seat in content["seats"] if seat["name"] == left.entered.expert.name)
    assert entered["person"] == left.entered.seat.pseudonym
    assert entered["seat"] == left.event.place.pseudonym
    assert entered["way"] == "递补"
    assert {each["level"] for each in version.checks} <= {"OK", "INFO"}
    event = RosterEvent.objects.get(kind="LOCK")
    assert event.details == {"version": 1, "digest": version.digest, "head": version.fingerprint}
    entry = Event.objects.get(action="draws.lock_roster")
    assert entry.details["members"] == 15
    assert not [name for name in names if name in json.dumps(entry.details, ensure_ascii=False)]


def test_a_locked_roster_takes_no_answer_but_calls_are_still_noted(cast, draw, roster):
    confirm(draw, cast.clerk)
    lock_roster(roster, by=cast.lead)
    standing = seated(draw)[0]
    with pytest.raises(RosterLocked):
        decline(standing, cast.clerk)
    log_contact(standing, by=cast.clerk, channel="PHONE", outcome="AGREED")
    with pytest.raises(AlreadyLocked, match="第 1 版"):
        lock_roster(roster, by=cast.lead)


def test_hrss_unlocks_with_a_reason_and_the_next_lock_is_another_version(cast, draw, roster):
    confirm(draw, cast.clerk)
    first = lock_roster(roster, by=cast.lead)
    with pytest.raises(CeremonyRefused, match="理由"):
        unlock_roster(roster, by=cast.reviewer, reason=" ")
    unlock_roster(roster, by=cast.reviewer, reason="委员因公请假")
    with pytest.raises(RosterRefused, match="未锁定"):
        unlock_roster(roster, by=cast.hrss_lead, reason="委员因公请假")
    same = lock_roster(roster, by=cast.lead)
    assert (same.number, first.digest != same.digest) == (2, True)
    unlock_roster(roster, by=cast.hrss_lead, reason="委员因病请假")
    standing = seated(draw)[3]
    revert_seat(standing, by=cast.clerk)
    done = decline(standing, cast.clerk)
    confirm(draw, cast.clerk)
    third = lock_roster(roster, by=cast.lead)
    told = difference(
        json.loads(bytes(same.content)), json.loads(bytes(third.content)), masked=False
    )
    assert (told.came, told.left) == ([done.entered.expert.name], [standing.expert.name])
    first.refresh_from_db()
    assert first.unlock_reason == "委员因公请假"
    assert first.unlocked_by == cast.reviewer


def test_an_empty_seat_is_locked_only_with_a_reason(cast, draw, roster):
    use_up_alternates(draw, cast.clerk)
    decline(seated(draw)[0], cast.clerk)
    confirm(draw, cast.clerk)
    (finding,) = found(roster, "empty_seats")
    assert finding.level is Level.WARN
    assert "有 2 席空缺" in finding.title
    with pytest.raises(LockBlocked):
        lock_roster(roster, by=cast.lead)
    version = lock_roster(roster, by=cast.lead, reasons={"empty_seats": REASON})
    kept = {each["key"]: each for each in version.checks}
    assert kept["empty_seats"]["reason"] == REASON
    assert json.loads(bytes(version.content))["empty"] == 2


def test_least_number_and_group_size_cite_their_rows(cast, draw, roster):
    RuleParameter.objects.filter(key="min_members_senior_specialty").update(value="17")
    RuleParameter.objects.filter(key="min_members_senior_series").update(value="17")
    RuleParameter.objects.filter(key="min_group_size").update(value="6")
    confirm(draw, cast.clerk)
    (least,) = found(roster, "min_members")
    assert "还差 2 人" in least.text
    assert "第九条" in least.citation
    groups = found(roster, "min_group_size")
    assert len(groups) == 3
    assert all("第二十一条" in each.citation and each.level is Level.BLOCK for each in groups)


def test_a_rule_that_only_warns_asks_for_a_reason(cast, draw, roster):
    RuleParameter.objects.filter(key="min_group_size").update(
        value="6", enforcement=Enforcement.WARN
    )
    confirm(draw, cast.clerk)
    keys = [each.key for each in found(roster, "min_group_size")]
    with pytest.raises(LockBlocked):
        lock_roster(roster, by=cast.lead, reasons={keys[0]: "本组人数经批准"})
    lock_roster(roster, by=cast.lead, reasons=dict.fromkeys(keys, "本组人数经批准"))


def test_a_unit_that_two_have_moved_to_since_the_draw_is_told(cast, draw, roster):
    confirm(draw, cast.clerk)
    people = seated(draw)[:5]
    Expert.objects.filter(pk__in=[each.expert_id for each in people]).update(
        unit=people[0].expert.unit
    )
    (over,) = found(roster, "same_unit_cap:")
    assert "在席 5 人，上限 3 人" in over.text
    assert "规则库 P-03" in over.citation
    assert found(roster, "same_unit_group:")


def test_somebody_who_is_no_longer_fit_is_named_with_the_way_out(cast, draw, roster):
    confirm(draw, cast.clerk)
    gone, away = seated(draw)[:2]
    Expert.objects.filter(pk=gone.expert_id).update(status="DISQUALIFIED")
    day = cast.application.starts_at.date()
    ExpertUnavailability.objects.create(
        expert=away.expert, office=cast.application.office, from_on=day, to_on=day, reason="出国",
        recorded_by=cast.clerk, recorded_at=cast.at,
    )  # fmt: skip
    unfit = {each.key: each for each in lock_state(roster, reader=cast.clerk).findings}
    finding = unfit[f"unfit:{gone.expert_id}"]
    assert finding.level is Level.BLOCK
    assert finding.title == f"{gone.expert.name}已不符合条件"
    assert "专家状态不是在用" in finding.text
    assert "第十条" in finding.citation
    assert unfit[f"unfit:{away.expert_id}"].level is Level.WARN
    masked = lock_state(roster, reader=cast.observer)
    assert not [each for each in masked.findings if gone.expert.name in each.sentence]


def test_a_page_of_yesterday_locks_nothing(cast, draw, roster):
    confirm(draw, cast.clerk)
    with pytest.raises(RosterRefused, match="有变动"):
        lock_roster(roster, by=cast.lead, seen=3)


def test_only_the_lead_locks_and_only_the_department_unlocks(cast, draw, roster):
    confirm(draw, cast.clerk)
    for user in (cast.clerk, cast.reviewer, cast.observer, make_user("lead")):
        with pytest.raises(PermissionDenied):
            lock_roster(roster, by=user)
    lock_roster(roster, by=cast.lead)
    for user in (cast.clerk, cast.lead, cast.observer):
        with pytest.raises(PermissionDenied):
            unlock_roster(roster, by=user, reason="委员因公请假")


def test_a_void_roster_is_not_locked_and_a_locked_draw_not_void(cast, draw, roster):
    confirm(draw, cast.clerk)
    lock_roster(roster, by=cast.lead)
    with pytest.raises(LockedBeforeVoid, match="先填写理由解除锁定"):
        void_draw(draw, by=cast.hrss_lead, reason="会议取消，名单作废")
    unlock_roster(roster, by=cast.hrss_lead, reason="会议取消，名单作废")
    void_draw(draw, by=cast.hrss_lead, reason="会议取消，名单作废")
    with pytest.raises(LockBlocked, match="已有一方提出作废"):
        lock_roster(roster, by=cast.lead)
    void_draw(draw, by=cast.observer)
    with pytest.raises(RosterVoid):
        lock_roster(roster, by=cast.lead)
    with pytest.raises(RosterVoid):
        confirm_seat(seated(draw)[0], by=cast.clerk, channel="PHONE")
