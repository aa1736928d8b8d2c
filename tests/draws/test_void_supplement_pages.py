"""The pages of a roster after a supplement was declared void: whom it concerned is told by name, and why they left."""

from __future__ import annotations

import re

import pytest

from mingqian.draws.models import Position, Roster, RosterEvent, Standing
from mingqian.draws.queries.papers import later_data
from mingqian.draws.queries.succession import series_of_roster
from mingqian.draws.services.answering import choose_alternate, revert_seat
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.void import void_draw
from mingqian.web.sealed import mask_name
from tests.factories.ceremonies import Cast, executed, unprotected
from tests.factories.draws import seats_by_name
from tests.factories.supplements import (
    cast_of,
    decline,
    drawn_supplement,
    make_roster,
    supplement_of,
    use_up,
)

pytestmark = pytest.mark.django_db
FIELD = "建筑设计"
VOID_WORDS = "（补充抽取已作废）"


def people(roster: Roster, **facts) -> list[Standing]:
    found = roster.standings.select_related("seat", "place", "expert", "roster__draw__application")
    return list(found.filter(**facts).order_by("pk"))


def reserve(cast: Cast, *standings: Standing) -> None:
    """Some decline and wait again, behind everybody else."""
    for standing in standings:
        decline(standing, cast)
    for standing in standings:
        revert_seat(standing, by=cast.clerk, choice="RESERVE")


def declare_void(draw, cast: Cast) -> None:
    void_draw(draw, by=cast.hrss_lead, reason="补充抽取有误须重新办理")
    void_draw(draw, by=cast.observer)


def drawers(client, roster: Roster) -> dict[int, str]:
    """The page with the drawer of each person that it lists, as plain text."""
    url = f"/draws/{roster.draw.application.number}/confirm"
    found = {}
    for standing in people(roster):
        if standing.position != Position.VOID:
            answer = client.get(f"{url}?seat={standing.pk}")
            assert answer.status_code == 200
            drawer = re.search(r'<aside class="drawer".*?</aside>', answer.text, re.S).group()
            found[standing.pk] = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", drawer))
    return found


def test_every_drawer_and_the_record_name_people_of_a_void_supplement(client):
    cast, roster = make_roster()
    use_up(roster, cast)
    _, supplement = drawn_supplement(roster, cast)
    (primary,) = people(roster, seat__draw=supplement, position=Position.SEATED)
    (waits,) = people(roster, seat__draw=supplement, position=Position.WAITING)
    first = people(roster, seat__draw=roster.draw, place__specialty__name=FIELD)
    heir, chosen, leaver = first[0], first[1], first[2]
    reserve(cast, heir)  # the alternate of the supplement takes that seat
    entry = decline(primary, cast)
    assert entry.entered == heir
    reserve(cast, chosen)
    choose_alternate(chosen, heir.seat, by=cast.clerk, note="专业更为对口")
    assert decline(leaver, cast).entered == waits
    passed = {"id": series_of_roster(roster).name(waits.seat), "row": "EMPLOYER_CAP", "limit": 1}
    with unprotected():
        RosterEvent.objects.filter(pk=entry.event.pk).update(skips=[passed])
    declare_void(supplement, cast)

    client.force_login(cast.clerk)
    told = drawers(client, roster)
    assert f"{primary.expert.name}{VOID_WORDS} 不参评后递补" in told[heir.pk]
    assert f"依次跳过 {waits.expert.name}{VOID_WORDS}（同单位" in told[heir.pk]
    assert f"接替 {waits.expert.name}{VOID_WORDS}（专业更为对口）" in told[chosen.pk]
    assert "席位空缺" in told[leaver.pk]
    rows = later_data(roster, cast.clerk)
    for person in (primary, waits):
        name = f"{person.expert.name}{VOID_WORDS}\n{person.seat.lot_code}"
        assert any(name in row.values() for row in rows)
    assert not [row for row in rows for words in row.values() if words.startswith("\n")]
    assert client.get(f"/draws/{cast.application.number}/papers/record.pdf").status_code == 200

    client.force_login(cast.observer)
    masked = drawers(client, roster)[heir.pk]
    assert f"{mask_name(primary.expert.name)}{VOID_WORDS} 不参评后递补" in masked
    hidden = str(later_data(roster, cast.observer))
    assert primary.expert.name not in hidden
    assert f"{mask_name(primary.expert.name)}{VOID_WORDS}" in hidden


def test_a_seat_that_only_the_supplement_had_made_is_gone_with_it(client):
    cast, roster = make_roster()
    use_up(roster, cast)
    made = supplement_of(roster, cast, reason="OTHER", reason_text="会议增加一个评审小组")
    seats = seats_by_name(made.committee, {FIELD: 3})
    made = save_application(made, draft=Draft(seats=seats), revision=made.revision, by=cast.clerk)
    supplement = executed(cast_of(made, cast))
    for each in people(roster, seat__draw=supplement, position=Position.WAITING):
        decline(each, cast)
    first = people(roster, seat__draw=roster.draw, place__specialty__name=FIELD)
    leaves, stays = first[0], first[1]  # an alternate of the first draw waits in an earlier place
    reserve(cast, stays, leaves)
    own = people(roster, seat__draw=supplement, position=Position.SEATED)
    new = [each for each in own if each.place_id == each.seat_id]
    assert decline(new[0], cast).entered == stays
    assert decline(new[1], cast).entered == leaves
    decline(leaves, cast)
    declare_void(supplement, cast)

    client.force_login(cast.clerk)
    told = drawers(client, roster)
    assert f"补充抽取 {made.number} 作废，席位取消" in told[stays.pk]
    assert "席位因补充抽取作废已取消" in told[leaves.pk]
    url = f"/draws/{cast.application.number}"
    assert "席位因补充抽取作废已取消" in client.get(f"{url}/roster").text
    page = client.get(f"{url}/confirm/revert?row={leaves.pk}-DECLINED").text
    assert "移除后回到" in page
    assert "席位空缺，移除后" not in page
    revert_seat(leaves, by=cast.clerk)
    leaves.refresh_from_db()
    assert leaves.position == Position.WAITING
