"""Who may be drawn: every rule of the pool with its code, and pool and plan as the engine takes them."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

import fairdraw
from mingqian.draws.models import Draw, DrawSeat, Roster, Standing
from mingqian.draws.queries.pool import assemble, survey_of
from mingqian.draws.services.save import Draft, save_application
from mingqian.experts.models import ExpertEmployment, ExpertUnavailability, PoolMembership
from mingqian.rulebook.services import change_rule
from tests.factories.accounts import make_user
from tests.factories.draws import (
    make_application,
    make_ground,
    make_people,
    make_units,
    meeting_time,
    refreshed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground():
    return make_ground({"建筑设计": 12, "结构工程": 12, "给水排水": 12})


@pytest.fixture
def application(ground):
    committee, clerk, _ = ground
    return make_application(committee, clerk)


def codes(application, expert):
    return survey_of(refreshed(application)).codes_of[expert.pk]


def seat_in(application, expert, *, seat_type="PRIMARY", declined=False):
    """A seat of a draw of another application and where its holder stands, made bare: no ceremony, no transcript."""
    draw = application.draws.first() or bare_draw(application)
    seat = DrawSeat.objects.create(
        draw=draw,
        office=draw.office,
        seat_type=seat_type,
        rank=draw.seats.count() + 1,
        expert=expert,
    )
    roster, _ = Roster.objects.get_or_create(draw=draw, office=draw.office)
    position = "WAITING" if seat_type == "ALTERNATE" else "SEATED"
    Standing.objects.create(
        roster=roster,
        seat=seat,
        expert=expert,
        position="OUT" if declined else position,
        place=seat if position == "SEATED" and not declined else None,
        answer="DECLINED" if declined else "UNCONFIRMED",
        reason="TRAVEL" if declined else "",
    )
    return seat


def bare_draw(application):
    now = timezone.now()
    serial = Draw.objects.count() + 1
    return Draw.objects.create(
        application=application,
        office=application.office,
        attempt=serial,
        status="EXECUTED",
        frozen_at=now,
        frozen_by=application.saved_by,
        salt_sealed=b"s",
        pool=b"p",
        plan=b"p",
        solution=b"s",
        pool_root="0" * 64,
        rules_hash="0" * 64,
        lottery_hash="0" * 64,
        pool_count=1,
        eligible_count=1,
        trials_counted=0,
        parties_min=2,
        observers_min=1,
        executed_at=now,
        executed_by=application.saved_by,
        transcript=b"{}",
        transcript_hash="0" * 64,
        short_code=f"T{serial:06d}",
    )


def test_a_fit_member_has_no_code(ground, application):
    committee, _, _ = ground
    assert codes(application, make_people(committee, 1)[0]) == ()


PERSONS = [
    ({"status": "SUSPENDED"}, "SUSPENDED"),
    ({"status": "LEFT"}, "INACTIVE"),
    ({"membership_status": "SUSPENDED"}, "SUSPENDED"),
    ({"title_level": 3}, "LEVEL"),
    ({"units": [None]}, "DATA_MISSING"),
    ({"term_to": timezone.localdate() + timedelta(days=2)}, "TERM_EXPIRED"),
    ({"term_from": timezone.localdate() + timedelta(days=90)}, "TERM_EXPIRED"),
]


@pytest.mark.parametrize(
    ("changes", "code"), PERSONS, ids=[f"{code}-{n}" for n, (_, code) in enumerate(PERSONS)]
)
def test_each_fault_of_a_member_has_its_code(ground, application, changes, code):
    committee, _, _ = ground
    assert codes(application, make_people(committee, 1, **changes)[0]) == (code,)


def test_a_term_that_ends_during_the_meeting_does_not_cover_it(ground, application):
    committee, _, _ = ground
    first_day = timezone.localtime(application.starts_at).date()
    assert codes(application, make_people(committee, 1, term_to=first_day)[0]) == ("TERM_EXPIRED",)
    last_day = timezone.localtime(application.ends_at).date()
    assert codes(application, make_people(committee, 1, term_to=last_day)[0]) == ()


def test_somebody_without_a_specialty_here_is_out(ground, application):
    committee, _, _ = ground
    person = make_people(committee, 1)[0]
    person.memberships.get().specialty_links.all().delete()
    assert codes(application, person) == ("SPECIALTY",)


def test_avoided_units_and_experts_are_out_former_units_too(ground, application):
    committee, clerk, _ = ground
    unit, other = make_units(2)
    employed = make_people(committee, 1, units=[unit])[0]
    former, long_ago, named = make_people(committee, 3, units=[other])
    today = timezone.localdate()
    ExpertEmployment.objects.create(expert=former, unit=unit, to_on=today - timedelta(days=300))
    ExpertEmployment.objects.create(
        expert=long_ago, unit=unit, to_on=today - timedelta(days=365 * 6)
    )
    save_application(
        application,
        draft=Draft(units=[unit.pk], experts=[named.pk]),
        revision=application.revision,
        by=clerk,
    )
    assert codes(application, employed) == ("UNIT_AVOID",)
    assert codes(application, former) == ("UNIT_AVOID",)
    assert codes(application, long_ago) == ()
    assert codes(application, named) == ("EXPERT_AVOID",)


def test_days_on_which_an_expert_cannot_come_count_unless_withdrawn(ground, application):
    committee, clerk, _ = ground
    away, back = make_people(committee, 2)
    day = timezone.localtime(application.ends_at).date()
    for person, withdrawn in ((away, None), (back, timezone.now())):
        ExpertUnavailability.objects.create(
            expert=person,
            office=committee.office,
            from_on=day,
            to_on=day,
            reason="出差",
            recorded_by=clerk,
            recorded_at=timezone.now(),
            withdrawn_at=withdrawn,
        )
    assert codes(application, away) == ("UNAVAILABLE",)
    assert codes(application, back) == ()


@pytest.mark.breaks_invariants
def test_a_seat_at_an_overlapping_meeting_is_a_clash_a_later_meeting_is_not(ground, application):
    committee, clerk, _ = ground
    here, later = make_people(committee, 2)
    same = make_application(committee, clerk, starts_at=application.starts_at)
    next_week = make_application(
        committee, clerk, starts_at=application.starts_at + timedelta(days=7)
    )
    seat_in(same, here, seat_type="ALTERNATE")
    seat_in(next_week, later)
    assert codes(application, here) == ("TIME_CLASH",)
    assert codes(application, later) == ()


@pytest.mark.breaks_invariants
def test_who_declined_elsewhere_is_free_at_that_time_and_bears_no_load(ground, application):
    committee, clerk, _ = ground
    away, waiting = make_people(committee, 2)
    same = make_application(committee, clerk, starts_at=application.starts_at)
    seat_in(same, away, declined=True)
    for week in range(3):
        other = make_application(
            committee, clerk, starts_at=application.starts_at - timedelta(days=7 * (week + 1))
        )
        type(other).objects.filter(pk=other.pk).update(year=application.year)
        seat_in(refreshed(other), away, declined=True)
        seat_in(refreshed(other), waiting, seat_type="ALTERNATE")
    assert codes(application, away) == ()
    assert codes(application, waiting) == ()


@pytest.mark.breaks_invariants
def test_two_years_running_are_followed_by_a_year_of_rest(ground, application):
    committee, clerk, _ = ground
    tired, once, rested = make_people(committee, 3)
    year = application.year
    for person, years in ((tired, (1, 2)), (once, (1,)), (rested, (2, 3))):
        for back in years:
            earlier = make_application(
                committee, clerk, starts_at=meeting_time() - timedelta(days=365 * back)
            )
            type(earlier).objects.filter(pk=earlier.pk).update(year=year - back)
            seat_in(refreshed(earlier), person)
    assert codes(application, tired) == ("ROTATION",)
    assert codes(application, once) == ()
    assert codes(application, rested) == ()


@pytest.mark.breaks_invariants
def test_three_seats_in_a_year_are_enough(ground, application):
    committee, clerk, _ = ground
    busy, free = make_people(committee, 2)
    for week in range(3):
        other = make_application(
            committee, clerk, starts_at=application.starts_at - timedelta(days=7 * (week + 1))
        )
        type(other).objects.filter(pk=other.pk).update(year=application.year)
        seat_in(refreshed(other), busy)
        if week < 2:
            seat_in(refreshed(other), free)
    assert codes(application, busy) == ("LOAD",)
    assert codes(application, free) == ()


@pytest.mark.breaks_invariants
def test_a_seat_of_a_void_draw_counts_for_nothing(ground, application):
    committee, clerk, _ = ground
    person = make_people(committee, 1)[0]
    same = make_application(committee, clerk, starts_at=application.starts_at)
    seat = seat_in(same, person)
    Draw.objects.filter(pk=seat.draw_id).update(
        status="VOIDED",
        void_reason="重抽",
        void_hrss_by=make_user("hrss_lead"),
        void_observer_by=make_user("observer"),
    )
    assert codes(application, person) == ()


@pytest.mark.breaks_invariants
def test_nobody_is_drawn_twice_in_a_series(ground, application):
    committee, clerk, _ = ground
    drawn, waiting, away = make_people(committee, 3)
    supplement = make_application(
        committee, clerk, starts_at=application.starts_at + timedelta(days=7)
    )
    type(supplement).objects.filter(pk=supplement.pk).update(
        kind="SUPPLEMENTARY", parent=application
    )
    seat_in(application, drawn)
    seat_in(application, waiting, seat_type="ALTERNATE")
    seat_in(application, away, declined=True)
    assert codes(supplement, drawn) == ("ALREADY_DRAWN",)
    assert codes(supplement, waiting) == ("ALREADY_DRAWN",)
    assert codes(supplement, away) == ("DECLINED_EARLIER",)


@pytest.mark.breaks_invariants
def test_who_was_drawn_and_has_left_the_pool_is_told_but_counted_nowhere(ground, application):
    committee, clerk, _ = ground
    drawn = make_people(committee, 1)[0]
    supplement = make_application(
        committee, clerk, starts_at=application.starts_at + timedelta(days=7)
    )
    type(supplement).objects.filter(pk=supplement.pk).update(
        kind="SUPPLEMENTARY", parent=application
    )
    seat_in(application, drawn)
    before = survey_of(refreshed(supplement))
    PoolMembership.objects.filter(expert=drawn).update(status="LEFT")
    survey = survey_of(refreshed(supplement))
    assert survey.codes_of[drawn.pk] == ("NOT_IN_POOL", "ALREADY_DRAWN")
    assert [member.expert_id for member in survey.absent] == [drawn.pk]
    assert survey.in_pool == before.in_pool - 1
    assert survey.removed.total() == before.removed.total() - 1


def test_age_warns_by_default_and_excludes_where_the_rule_book_says_so(ground, application):
    committee, _, _ = ground
    old = make_people(committee, 1, birth_date=date(1940, 1, 1))[0]
    survey = survey_of(application)
    assert (survey.codes_of[old.pk], survey.older) == ((), 1)
    change_rule(
        "age_max",
        value="70",
        enforcement="BLOCK",
        reason="本省规定",
        by=make_user("hrss_lead"),
        valid_from=timezone.localdate(),
    )
    assert codes(application, old) == ("AGE",)


def test_counts_are_by_specialty_and_each_person_counts_once_in_all(ground, application):
    committee, _, _ = ground
    make_people(committee, 4, ["建筑设计", "结构工程"])
    make_people(committee, 3, ["结构工程"], title_level=2)
    survey = survey_of(application)
    by_name = {each.name: survey.counts[each.code] for each in committee.specialties.all()}
    assert (by_name["建筑设计"].in_pool, by_name["建筑设计"].eligible) == (16, 16)
    assert (by_name["结构工程"].in_pool, by_name["结构工程"].eligible) == (19, 16)
    assert by_name["结构工程"].removed == {"LEVEL": 3}
    assert (survey.in_pool, survey.eligible) == (43, 40)


def test_the_engine_gets_strata_groups_and_caps(ground, application):
    committee, _, _ = ground
    made = assemble(application)
    assert {s.id for s in made.plan.strata} == set(
        committee.specialties.values_list("code", flat=True)
    )
    assert all(s.group for s in made.plan.strata)
    assert made.plan.employer_cap == 3
    assert set(made.plan.group_cap.values()) == {1}
    assert len(made.pool) == 36
    assert set(made.expert_of.values()) == set(made.codes_of)


def test_people_of_two_groups_stay_in_the_group_of_their_main_specialty(ground, application):
    committee, _, _ = ground
    person = make_people(committee, 1, ["建筑设计", "结构工程"])[0]
    made = assemble(application)
    name = next(key for key, pk in made.expert_of.items() if pk == person.pk)
    assert len(made.pool.by_id[name].strata) == 1


def test_designated_members_leave_the_lots_and_count_in_the_caps(ground, application):
    committee, clerk, _ = ground
    chair = make_people(committee, 1)[0]
    application = save_application(
        application,
        draft=Draft(designated=[(chair.pk, "CHAIR", "章程")]),
        revision=application.revision,
        by=clerk,
    )
    made = assemble(application)
    assert [made.expert_of[member.id] for member in made.plan.designated] == [chair.pk]
    assert chair.pk not in {made.expert_of[person.id] for person in made.pool.candidates}
    assert made.codes_of[chair.pk] == ("DESIGNATED",)


def test_a_whole_pool_draw_is_minimums_and_one_open_stratum(ground):
    committee, clerk, _ = ground
    application = make_application(
        committee, clerk, mode="WHOLE_POOL", total=11, seats={"给水排水": 2}
    )
    strata = {s.id: (s.primary, s.alternate) for s in assemble(application).plan.strata}
    code = committee.specialties.get(name="给水排水").code
    assert strata == {code: (2, 0), fairdraw.OPEN_STRATUM: (9, 6)}


def test_salts_decide_every_pseudonym_of_people_and_employers(ground, application):
    one = assemble(application, salt_of=lambda pk: b"%032d" % pk)
    two = assemble(application, salt_of=lambda pk: b"%032d" % (pk + 1))
    same = assemble(application, salt_of=lambda pk: b"%032d" % pk)
    assert one.pool.root == same.pool.root
    assert not set(one.expert_of) & set(two.expert_of)
    assert not {p.employer for p in one.pool.candidates} & {p.employer for p in two.pool.candidates}


def test_a_pool_of_any_size_is_read_in_the_same_number_of_queries(
    ground, application, django_assert_num_queries
):
    committee, _, _ = ground
    with django_assert_num_queries(14, exact=False) as few:
        survey_of(refreshed(application))
    make_people(committee, 300)
    with django_assert_num_queries(len(few)):
        survey_of(refreshed(application))
