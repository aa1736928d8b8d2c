"""A supplement that draws another specialty, or the whole pool, into empty seats: each page says what a seat is now."""

from __future__ import annotations

from collections import Counter

import pytest

from mingqian.draws.models import Channel, Draw, Position, Roster, Standing
from mingqian.draws.queries.confirming import Confirmation
from mingqian.draws.queries.locking import lock_state
from mingqian.draws.queries.standing import StandingRoster
from mingqian.draws.services.answering import confirm_seat
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.void import void_draw
from tests.factories.ceremonies import Cast, executed
from tests.factories.draws import seats_by_name
from tests.factories.supplements import (
    cast_of,
    drawn_supplement,
    make_roster,
    supplement_of,
    use_up,
)

pytestmark = pytest.mark.django_db


def sizes(roster: Roster, cast: Cast) -> Counter[str]:
    """Group -> who sits, as the list has them."""
    groups = StandingRoster(Roster.objects.get(pk=roster.pk), cast.lead).groups
    return Counter({group.name: len(group.members) for group in groups if group.members})


def another_specialty(roster: Roster, cast: Cast) -> Standing:
    """An empty seat of 建筑设计 for which 结构工程 is drawn; who sits there now."""
    use_up(roster, cast, "建筑设计")
    made = supplement_of(roster, cast)
    seats = seats_by_name(made.committee, {"建筑设计": 0, "结构工程": 1})
    made = save_application(
        made,
        draft=Draft(seats=seats, values={"reason_text": "建筑设计专业库内已无人可抽"}),
        revision=made.revision,
        by=cast.clerk,
    )
    draw = executed(cast_of(made, cast))
    return roster.standings.get(seat__draw=draw, position=Position.SEATED)


def test_lists_counts_and_checks_follow_the_specialty_drawn_into_a_seat():
    cast, roster = make_roster(seats={"建筑设计": 4, "结构工程": 6, "给水排水": 5})
    standing = another_specialty(roster, cast)
    group, specialty = standing.seat.group.name, standing.seat.specialty.name
    assert specialty == "结构工程"
    assert standing.place.specialty.name == "建筑设计"
    assert sorted(sizes(roster, cast).values()) == [3, 5, 7]
    assert sizes(roster, cast)[group] == 7
    people = StandingRoster(Roster.objects.get(pk=roster.pk), cast.lead)
    row = next(each.row for each in people.placed if each.standing.pk == standing.pk)
    assert (row.group, row.specialty) == (group, specialty)
    page = Confirmation(Roster.objects.get(pk=roster.pk), cast.lead)
    person = next(each for each in page.people if each.standing.pk == standing.pk)
    assert (person.group, person.specialty) == (group, specialty)
    assert next(t.expected for t in page.tallies if t.name == group) == 7
    use_up(roster, cast, "建筑设计")
    for each in roster.standings.filter(position=Position.SEATED).order_by("pk"):
        confirm_seat(each, by=cast.clerk, channel=Channel.PHONE)
    checks = lock_state(Roster.objects.get(pk=roster.pk), reader=cast.lead).findings
    assert [c.key.split(":")[0] for c in checks.blocking if "少于 3 人" in c.title] == [
        "min_group_size"
    ]


def test_a_whole_pool_supplement_leaves_the_groups_as_they_are_and_so_does_its_void():
    cast, roster = make_roster()
    use_up(roster, cast)
    before = sizes(roster, cast)
    assert sorted(before.values()) == [4, 5, 5]
    _, draw = drawn_supplement(roster, cast, mode="WHOLE_POOL")
    assert sorted(sizes(roster, cast).values()) == [5, 5, 5]
    void_draw(draw, by=cast.hrss_lead, reason="补充抽取有误须重新办理")
    void_draw(Draw.objects.get(pk=draw.pk), by=cast.observer)
    assert sizes(roster, cast) == before
    _, again = drawn_supplement(roster, cast, hours=2)
    assert again.is_executed
    assert sorted(sizes(roster, cast).values()) == [5, 5, 5]
