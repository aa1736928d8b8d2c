"""Hundreds of random histories over the real services: nobody sits twice and no event is lost, whatever happens."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from mingqian.config.invariants import rosters
from mingqian.draws.models import Position
from mingqian.draws.queries.succession import series_of_roster
from tests.draws.histories.meeting import Meeting
from tests.draws.histories.supplements import ANOTHER, OFFERED, WHOLE
from tests.factories.rosters import make_crowded

SIZES = {"建筑设计": 20, "结构工程": 14, "给水排水": 14}
SEATS = {"建筑设计": 5, "结构工程": 3, "给水排水": 3}
HISTORIES, STEPS = 120, 12
COMMON = {"confirm", "decline", "decline ahead", "decline by link", "decline for another", "choose"}
COMMON |= {"revert", "take back", "contact", "release", "write", "link", "reschedule", "lock"}
COMMON |= {"void first", "freeze", "draw", *(f"apply {way}" for way in (OFFERED, ANOTHER, WHOLE))}


class Histories(Meeting):
    """One drawn committee, everything that may happen to it, and what holds after every step."""

    @invariant()
    def the_invariants_of_rosters_hold(self) -> None:
        for name, check in rosters.INVARIANTS:
            assert list(check()) == [], name

    @invariant()
    def everybody_of_the_first_draw_stands_somewhere(self) -> None:
        first = self.roster.standings.filter(seat__draw=self.roster.draw_id)
        assert first.count() == self.roster.draw.seats.count()
        assert not first.filter(position=Position.VOID).exists()

    @invariant()
    def whoever_sits_is_shown_in_the_specialty_that_they_were_drawn_for(self) -> None:
        series = series_of_roster(self.roster)
        for place in series.succession.seats:
            if place.holder is not None and place.stratum is not None:
                shown = series.as_it_is(series.seat_of[place.seat])
                assert shown.specialty_id == series.seat_of[place.holder].specialty_id


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("units", [12, 30])
def test_nobody_is_seated_twice_and_nothing_is_lost_whatever_happens(units):
    cast, roster = make_crowded(SIZES, SEATS, units=units)
    counted: Counter[str] = Counter()
    run_state_machine_as_test(
        lambda: Histories(cast, roster, counted),
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Lots are new every time, so a rare deed may be missing; without the common ones the histories were dull.
    assert counted.keys() >= COMMON, COMMON - counted.keys()
