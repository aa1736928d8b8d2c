"""The draw of a supplement: who sits is kept, who was drawn is out, the transcripts make one chain."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from fairdraw.verify import verify
from mingqian.draws.models import DrawApplication, DrawSeat, Position, Roster, RosterEvent, Standing
from mingqian.draws.queries.locking import lock_state
from mingqian.draws.queries.rules.finding import Level
from mingqian.draws.queries.series import series_of
from mingqian.draws.services.answering import confirm_seat, log_contact
from mingqian.draws.services.freeze import CannotFreeze, freeze_draw
from mingqian.draws.services.reschedule import reschedule_meeting
from mingqian.draws.services.rosters import RosterRefused, SupplementInDraw, add_event
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.void import abandon_attempt, void_draw
from mingqian.draws.views.life import steps_of
from mingqian.experts.models import PoolMembership
from tests.factories.ceremonies import Cast, executed, frozen, voided
from tests.factories.draws import refreshed, seats_by_name
from tests.factories.supplements import (
    cast_of,
    decline,
    drawn_supplement,
    make_roster,
    supplement_of,
    use_up,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> tuple[Cast, Roster]:
    return make_roster()


def read(draw):
    return json.loads(bytes(draw.transcript))


def test_a_supplement_fills_the_empty_seat_and_is_bound_to_the_first_draw(ground):
    cast, roster = ground
    use_up(roster, cast)
    assert series_of(roster).gap == 1
    _, draw = drawn_supplement(roster, cast)
    series = series_of(roster)
    assert (series.gap, series.seated) == (0, 15)
    assert series.last == draw
    data, first = bytes(draw.transcript), bytes(roster.draw.transcript)
    assert verify(data, first).ok
    assert read(draw)["previous"] == roster.draw.transcript_hash


def test_everybody_seated_is_kept_and_everybody_drawn_before_is_out(ground):
    cast, roster = ground
    use_up(roster, cast)
    seated = set(
        roster.standings.filter(position=Position.SEATED).values_list("seat__pseudonym", flat=True)
    )
    gone = set(
        roster.standings.filter(position=Position.OUT).values_list("seat__pseudonym", flat=True)
    )
    _, draw = drawn_supplement(roster, cast)
    document = read(draw)
    assert {member["id"] for member in document["plan"]["kept"]} == seated
    assert set(document["refusals"]) == gone
    codes = {p["id"]: [c for c, _ in p["exclusions"]] for p in document["pool"]["records"]}
    for name in DrawSeat.objects.filter(draw=roster.draw).values_list("pseudonym", flat=True):
        assert codes[name] == (["DECLINED_EARLIER"] if name in gone else ["ALREADY_DRAWN"])


def test_caps_of_a_supplement_count_who_sits(ground):
    cast, roster = ground
    use_up(roster, cast)
    _, draw = drawn_supplement(roster, cast)
    plan = read(draw)["plan"]
    before = read(roster.draw)["plan"]
    assert plan["employer_cap"] == before["employer_cap"]
    assert plan["group_caps"] == before["group_caps"]
    strata = {member["stratum"] for member in plan["kept"]}
    assert strata == {each["id"] for each in before["strata"]}


def test_a_second_supplement_is_bound_to_the_one_before(ground):
    cast, roster = ground
    use_up(roster, cast)
    _, second = drawn_supplement(roster, cast)
    use_up(roster, cast, "结构工程")
    own, third = drawn_supplement(roster, cast, hours=2)
    assert own.application.round_no == 3
    assert read(third)["previous"] == second.transcript_hash
    assert verify(bytes(third.transcript), bytes(second.transcript)).ok
    assert series_of(roster).gap == 0


def test_somebody_who_waited_since_the_first_draw_may_be_kept_in_the_third(ground):
    cast, roster = ground
    use_up(roster, cast)
    _, second = drawn_supplement(roster, cast)
    waiting = roster.standings.filter(
        position=Position.WAITING, seat__draw=roster.draw, seat__specialty__name="结构工程"
    )
    assert waiting.exists()
    use_up(roster, cast, "结构工程")
    kept = roster.standings.filter(
        position=Position.SEATED, seat__draw=roster.draw, seat__seat_type="ALTERNATE"
    )
    assert kept.filter(seat__specialty__name="结构工程").exists()
    _, third = drawn_supplement(roster, cast, hours=2)
    assert verify(bytes(third.transcript), bytes(second.transcript)).ok


def test_the_next_alternate_after_a_supplement_may_be_its_own(ground):
    cast, roster = ground
    use_up(roster, cast)
    _, draw = drawn_supplement(roster, cast)
    seated = Standing.objects.get(roster=roster, seat__draw=draw, position=Position.SEATED)
    done = decline(seated, cast)
    assert done.entered is not None
    assert done.entered.seat.draw == draw


def test_nobody_moves_between_freeze_and_lots(ground):
    cast, roster = ground
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)
    draw = frozen(own)
    seated = roster.standings.filter(position=Position.SEATED).order_by("pk")
    waiting = roster.standings.filter(position=Position.WAITING).order_by("pk")
    revision = Roster.objects.get(pk=roster.pk).revision
    for somebody in (seated[0], waiting[0]):
        with pytest.raises(SupplementInDraw) as refusal:
            decline(somebody, cast)
        assert own.application.number in refusal.value.told
    assert Roster.objects.get(pk=roster.pk).revision == revision
    (barring,) = [f for f in lock_state(roster).findings if f.key == "supplement_in_draw"]
    assert barring.level is Level.BLOCK
    assert own.application.number in barring.title
    log_contact(seated[0], by=cast.clerk, channel="PHONE", outcome="NO_REPLY")
    confirm_seat(seated[0], by=cast.clerk, channel="PHONE")
    assert verify(bytes(executed(own).transcript)).ok
    assert draw.pk == own.application.draws.get().pk


def test_an_abandoned_supplement_lets_people_move_again(ground):
    cast, roster = ground
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)
    abandon_attempt(frozen(own), by=cast.clerk, reason="监督人员不能到场", at=own.minute(2))
    decline(roster.standings.filter(position=Position.SEATED).order_by("pk")[0], cast)
    again = executed(own)
    assert again.attempt == 2
    assert verify(bytes(again.transcript), bytes(roster.draw.transcript)).ok


def test_a_void_supplement_leaves_its_seats_empty_and_is_drawn_again(ground):
    cast, roster = ground
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)
    void = voided(own)
    assert series_of(roster).gap == 1
    left = Standing.objects.filter(roster=roster, seat__draw=void)
    assert {standing.position for standing in left} == {"VOID"}
    again = executed(own)
    assert verify(bytes(again.transcript), bytes(roster.draw.transcript)).ok
    assert read(again)["abandoned"] == [void.commit_hash]
    assert series_of(roster).gap == 0


def test_an_answer_of_somebody_of_a_void_supplement_is_refused(ground):
    cast, roster = ground
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)
    void = voided(own)
    with pytest.raises(RosterRefused, match="作废"):
        decline(Standing.objects.filter(seat__draw=void)[0], cast)


def test_a_first_draw_is_not_voided_beneath_its_supplement(ground):
    cast, roster = ground
    use_up(roster, cast)
    own, draw = drawn_supplement(roster, cast)
    void_draw(roster.draw, by=cast.hrss_lead, reason="会议改期至下月")
    with pytest.raises(RosterRefused, match=own.application.number):
        void_draw(roster.draw, by=cast.observer)
    for user in (cast.hrss_lead, cast.observer):
        void_draw(draw, by=user, reason="会议改期至下月")
    void_draw(roster.draw, by=cast.observer)
    assert Roster.objects.get(pk=roster.pk).is_void


def test_a_supplement_is_not_voided_beneath_a_later_one(ground):
    cast, roster = ground
    use_up(roster, cast)
    _, second = drawn_supplement(roster, cast)
    use_up(roster, cast, "结构工程")
    own, third = drawn_supplement(roster, cast, hours=2)
    void_draw(second, by=cast.hrss_lead, reason="会议改期至下月")
    with pytest.raises(RosterRefused, match=own.application.number):
        void_draw(second, by=cast.observer)
    for user in (cast.hrss_lead, cast.observer):
        void_draw(third, by=user, reason="会议改期至下月")
    void_draw(second, by=cast.observer)
    assert series_of(roster).last == roster.draw


def test_nothing_is_frozen_after_the_first_draw_was_voided(ground):
    cast, roster = ground
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)
    for user in (cast.hrss_lead, cast.observer):
        void_draw(roster.draw, by=user, reason="会议改期至下月")
    with pytest.raises(CannotFreeze, match="首次抽取"):
        freeze_draw(refreshed(own.application), by=cast.clerk, at=own.at)


def test_more_seats_than_the_gap_get_seats_of_their_own(ground):
    cast, roster = ground
    use_up(roster, cast)
    made = supplement_of(roster, cast, reason="OTHER", reason_text="会议增加一个评审小组")
    seats = seats_by_name(made.committee, {"建筑设计": 3})
    made = save_application(made, draft=Draft(seats=seats), revision=made.revision, by=cast.clerk)
    own = cast_of(made, cast)
    draw = executed(own)
    series = series_of(roster)
    assert (series.gap, series.seated) == (0, 17)
    assert verify(bytes(draw.transcript), bytes(roster.draw.transcript)).ok


def test_a_whole_pool_series_is_supplemented_by_a_total():
    cast, roster = make_roster(mode="WHOLE_POOL", total=15, seats={})
    while True:
        seated = roster.standings.filter(position=Position.SEATED).order_by("pk")
        if decline(seated[0], cast).gap:
            break
    made = supplement_of(roster, cast)
    assert (made.mode, made.primary_total) == ("WHOLE_POOL", 1)
    own = cast_of(made, cast)
    draw = executed(own)
    assert series_of(roster).gap == 0
    assert verify(bytes(draw.transcript), bytes(roster.draw.transcript)).ok


def test_a_series_by_group_may_be_supplemented_from_the_whole_pool(ground):
    cast, roster = ground
    use_up(roster, cast)
    own, draw = drawn_supplement(roster, cast, mode="WHOLE_POOL")
    assert own.application.mode == "WHOLE_POOL"
    assert series_of(roster).gap == 0
    assert verify(bytes(draw.transcript), bytes(roster.draw.transcript)).ok


def test_the_page_of_a_short_code_checks_the_draw_before_too(client, ground):
    cast, roster = ground
    use_up(roster, cast)
    own, draw = drawn_supplement(roster, cast)
    page = client.get(f"/verify/{draw.short_code}").text
    assert "已一并核对" in page
    assert f"/verify/{roster.draw.short_code}" in page
    assert f"第 2 轮，首次抽取 {cast.application.number}" in page
    kept = json.loads(bytes(draw.judgement))
    assert kept["judgement"]["facts"]["previous"] == "checked"
    assert read(draw)["metadata"]["first"] == cast.application.number
    assert own.application.parent == cast.application


def test_an_appointed_member_of_a_supplement_sits_at_once(ground):
    cast, roster = ground
    use_up(roster, cast, gaps=2)
    made = supplement_of(roster, cast)
    stranger = (
        PoolMembership.objects.filter(committee=made.committee)
        .exclude(expert__in=roster.standings.values("expert"))
        .order_by("pk")[0]
        .expert_id
    )
    made = save_application(
        made,
        draft=Draft(
            seats=seats_by_name(made.committee, {"建筑设计": 1}),
            designated=[(stranger, "CHAIR", "主任委员到任")],
        ),
        revision=made.revision,
        by=cast.clerk,
    )
    draw = executed(cast_of(made, cast))
    series = series_of(roster)
    assert (series.gap, series.designated, series.seated) == (1, 1, 15)
    chair = Standing.objects.get(seat__draw=draw, expert=stranger)
    assert (chair.position, chair.place) == ("SEATED", chair.seat)


def test_nobody_locks_or_moves_the_meeting_between_freeze_and_lots(ground):
    cast, roster = ground
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)
    frozen(own)
    with pytest.raises(SupplementInDraw):
        reschedule_meeting(
            roster,
            by=cast.lead,
            starts_at=cast.application.starts_at + timedelta(days=1),
            ends_at=cast.application.ends_at + timedelta(days=1),
            place="南江宾馆",
            reason="场地临时占用",
            at=own.minute(3),
        )
    held = Roster.objects.get(pk=roster.pk)
    with pytest.raises(SupplementInDraw):
        add_event(held, RosterEvent.Kind.LOCK, by=cast.lead, at=own.at, action="draws.lock_roster")


def test_people_of_a_void_supplement_stand_on_no_page(client, ground):
    cast, roster = ground
    use_up(roster, cast)
    void = voided(cast_of(supplement_of(roster, cast), cast))
    client.force_login(cast.clerk)
    lots = void.seats.values_list("lot_code", flat=True)
    for name in ("confirm", "roster"):
        page = client.get(reverse(f"draws:{name}", args=[cast.application.number])).text
        assert not [lot for lot in lots if lot in page]


def test_the_steps_of_a_supplement_count_its_own_people_on_the_roster(ground):
    cast, roster = ground
    use_up(roster, cast)
    own, draw = drawn_supplement(roster, cast)
    application = DrawApplication.objects.get(pk=own.application.pk)
    assert steps_of(application)[4].note == "已确认 0 / 1"
    newcomer = roster.standings.get(seat__draw=draw, position=Position.SEATED)
    confirm_seat(newcomer, by=cast.clerk, channel="PHONE")
    step = steps_of(application)[4]
    assert (step.note, step.state) == ("已确认 1 / 1", "done")
    assert roster.draw.application.number in step.url
