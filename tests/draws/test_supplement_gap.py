"""A supplement is drawn as it was approved, or not at all: what bars its freeze once the roster has changed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mingqian.draws.models import DrawApplication, Roster
from mingqian.draws.queries.readiness import freeze_findings
from mingqian.draws.queries.rules import findings_of
from mingqian.draws.queries.series import series_of
from mingqian.draws.services.ending import end_supplement
from mingqian.draws.services.freeze import CannotFreeze, freeze_draw
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.void import void_draw
from tests.factories.ceremonies import Cast, executed
from tests.factories.draws import refreshed, seats_by_name
from tests.factories.rosters import roster_of
from tests.factories.supplements import (
    bring_back,
    cast_of,
    drawn_supplement,
    make_roster,
    supplement_of,
    use_up,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> tuple[Cast, Roster]:
    cast, roster = make_roster()
    use_up(roster, cast)
    return cast, roster


@pytest.fixture
def own(ground) -> Cast:
    """The people of an approved supplement for the one empty seat."""
    cast, roster = ground
    return cast_of(supplement_of(roster, cast), cast)


def with_seats(application: DrawApplication, cast: Cast, **seats: int) -> DrawApplication:
    return save_application(
        application,
        draft=Draft(seats=seats_by_name(application.committee, seats)),
        revision=application.revision,
        by=cast.clerk,
    )


def page_of(application: DrawApplication, name: str = "application") -> str:
    return reverse(f"draws:{name}", args=[application.number])


def test_a_seat_that_is_no_longer_empty_is_not_drawn(ground, own):
    cast, roster = ground
    bring_back(roster, cast)
    assert series_of(roster).gap == 0
    with pytest.raises(CannotFreeze) as refusal:
        freeze_draw(refreshed(own.application), by=own.clerk, at=own.at)
    [finding] = refusal.value.findings
    assert finding.title == "名单现缺 0 席，申请补充正选 1 人"
    assert "建筑设计缺 0 席、补充 1 人" in finding.text
    assert "终止本次补充抽取，按现在的缺口重新申请" in finding.text
    assert not own.application.draws.exists()


def test_a_seat_of_another_specialty_is_not_one_that_is_empty(ground, own):
    cast, roster = ground
    bring_back(roster, cast)
    use_up(roster, cast, "结构工程")
    assert series_of(roster).gap == 1
    with pytest.raises(CannotFreeze, match="建筑设计缺 0 席、补充 1 人"):
        freeze_draw(refreshed(own.application), by=own.clerk, at=own.at)


def test_from_the_whole_pool_the_total_counts(ground):
    cast, roster = ground
    own = cast_of(supplement_of(roster, cast, mode="WHOLE_POOL"), cast)
    bring_back(roster, cast)
    use_up(roster, cast, "结构工程")
    assert executed(own).is_executed
    assert series_of(roster).gap == 0


def test_a_gap_that_has_grown_is_told_and_does_not_bar(ground, own):
    cast, roster = ground
    use_up(roster, cast, "结构工程")
    found = freeze_findings(refreshed(own.application), now=own.at)
    assert "gap_now" in {each.key for each in found.warnings}
    assert executed(own).is_executed


def test_a_surplus_granted_with_its_reason_stands_but_covers_no_other(ground):
    cast, roster = ground
    made = supplement_of(roster, cast, reason="OTHER", reason_text="会议增加一个评审小组")
    own = cast_of(with_seats(made, cast, 建筑设计=3), cast)
    assert not freeze_findings(refreshed(own.application), now=own.at).blocking
    bring_back(roster, cast)
    with pytest.raises(CannotFreeze, match="多出 1 人没有理由"):
        freeze_draw(refreshed(own.application), by=own.clerk, at=own.at)


def test_the_reason_given_for_an_empty_seat_covers_no_surplus(ground):
    cast, roster = ground
    made = supplement_of(roster, cast, reason="OTHER", reason_text="备选均已不参评")
    own = cast_of(made, cast)
    bring_back(roster, cast)
    with pytest.raises(CannotFreeze, match="多出 1 人没有理由"):
        freeze_draw(refreshed(own.application), by=own.clerk, at=own.at)


def test_another_specialty_than_the_empty_one_needs_a_reason_when_submitted(ground):
    cast, roster = ground
    made = with_seats(supplement_of(roster, cast), cast, 结构工程=1)
    assert "supplement_reason" in {each.key for each in findings_of(refreshed(made)).blocking}


def test_a_first_draw_drawn_anew_ends_what_was_approved_upon_the_old_one(ground, own):
    cast, roster = ground
    for user in (cast.hrss_lead, cast.observer):
        void_draw(roster.draw, by=user, reason="会议改期至下月")
    again = roster_of(executed(cast))
    use_up(again, cast)
    with pytest.raises(CannotFreeze, match="首次抽取与审核通过时不同") as refusal:
        freeze_draw(refreshed(own.application), by=own.clerk, at=own.at)
    assert "终止本次补充抽取" in refusal.value.told
    end_supplement(refreshed(own.application), by=own.lead, reason="首次抽取已作废重抽")
    _, draw = drawn_supplement(again, cast, hours=2)
    assert draw.is_executed


def test_the_stage_says_why_it_cannot_be_frozen_and_the_button_is_off(client, ground, own):
    cast, roster = ground
    bring_back(roster, cast)
    client.force_login(own.clerk)
    page = client.get(page_of(own.application, "official")).text
    assert "名单现缺 0 席" in page
    assert 'disabled aria-describedby="freeze-why"' in page
    answer = client.post(page_of(own.application, "official-freeze"), follow=True)
    assert "重新申请" in answer.text
    assert not own.application.draws.exists()
