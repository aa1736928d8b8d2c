"""An approved supplement that nobody needs any more is ended: it bars nothing, and it is seen to have been ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.draws.models import DrawApplication, Roster
from mingqian.draws.queries.applications import (
    ENDED,
    STATES,
    in_state,
    state_of,
    visible_applications,
)
from mingqian.draws.queries.gaps import rosters_with_figures
from mingqian.draws.queries.series import series_of, supplement_under_way
from mingqian.draws.queries.todos import todos
from mingqian.draws.services.ending import (
    AttemptUnderWay,
    CannotEnd,
    ReasonRefused,
    end_supplement,
)
from mingqian.draws.services.freeze import CannotFreeze, freeze_draw
from mingqian.draws.services.locking import lock_roster
from mingqian.draws.services.reschedule import reschedule_meeting
from mingqian.draws.services.supplement import create_supplement
from mingqian.draws.services.trial import TrialRefused, run_trial
from mingqian.draws.services.void import abandon_attempt
from mingqian.portal.queries import meetings_ahead
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, frozen, revealed, voided
from tests.factories.committees import make_committee
from tests.factories.draws import refreshed
from tests.factories.rosters import confirm, roster_of
from tests.factories.supplements import (
    bring_back,
    cast_of,
    decline,
    drawn_supplement,
    make_roster,
    supplement_of,
    use_up,
)

pytestmark = pytest.mark.django_db
REASON = "专家改为参评，缺口已补上"


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


def ended(own: Cast, reason: str = REASON) -> DrawApplication:
    return end_supplement(refreshed(own.application), by=own.lead, reason=reason)


def page_of(application: DrawApplication, name: str = "application") -> str:
    return reverse(f"draws:{name}", args=[application.number])


# The end


def test_the_lead_ends_it_with_a_reason_and_one_entry_in_the_log(own):
    at = timezone.now()
    made = end_supplement(own.application, by=own.lead, reason=f" {REASON} ", at=at)
    assert (made.ended_at, made.ended_by, made.end_reason) == (at, own.lead, REASON)
    [event] = Event.objects.filter(action="draws.end_supplement")
    assert event.details == {"number": made.number, "round": 2, "reason": REASON}
    again = end_supplement(own.application, by=own.lead, reason="再终止一次")
    assert again.end_reason == REASON
    assert Event.objects.filter(action="draws.end_supplement").count() == 1


def test_nothing_is_drawn_or_tried_by_an_ended_one(own):
    ended(own)
    with pytest.raises(CannotFreeze, match="补充抽取已终止"):
        freeze_draw(refreshed(own.application), by=own.clerk, at=own.at)
    with pytest.raises(TrialRefused):
        run_trial(refreshed(own.application), key=uuid4().hex, by=own.clerk)


def test_its_seats_are_free_for_the_next_one_and_the_round_goes_on(ground, own):
    cast, roster = ground
    ended(own)
    assert supplement_under_way(cast.application) is None
    [row] = rosters_with_figures(cast.clerk)
    assert (row.gap, row.open_number) == (1, None)
    later, draw = drawn_supplement(roster, cast)
    assert later.application.round_no == 3
    assert draw.is_executed
    assert series_of(roster).gap == 0


def test_an_ended_one_bars_neither_the_lock_nor_a_new_date(ground, own):
    cast, roster = ground
    bring_back(roster, cast)
    ended(own)
    moved = cast.application
    reschedule_meeting(
        roster,
        by=cast.lead,
        starts_at=moved.starts_at + timedelta(days=1),
        ends_at=moved.ends_at + timedelta(days=1),
        place="江州会议中心",
        reason="场地临时占用",
    )
    confirm(roster.draw, cast.clerk)
    assert lock_roster(roster_of(roster.draw), by=cast.lead).number == 1


def test_an_attempt_under_way_is_abandoned_first(own):
    draw = frozen(own)
    with pytest.raises(AttemptUnderWay) as refusal:
        ended(own)
    assert "第 1 次抽取正在进行，请先在抽取现场终止该次抽取" in refusal.value.told
    assert refreshed(own.application).ended_at is None
    abandon_attempt(draw, by=own.clerk, reason="监督人员不能到场", at=own.minute(2))
    assert ended(own).ended_at


def test_once_every_number_is_revealed_it_can_only_be_drawn(own):
    revealed(own)
    with pytest.raises(AttemptUnderWay, match="只能继续抽取"):
        ended(own)


def test_a_drawn_one_is_not_ended(own):
    executed(own)
    with pytest.raises(CannotEnd):
        ended(own)


def test_one_whose_draw_was_declared_void_is_ended(own):
    voided(own)
    assert ended(own).ended_at
    with pytest.raises(CannotFreeze, match="补充抽取已终止"):
        freeze_draw(refreshed(own.application), by=own.clerk, at=own.at)


def test_a_draft_and_a_first_application_are_not_ended(ground):
    cast, roster = ground
    draft = supplement_of(roster, cast)
    for application in (draft, refreshed(cast.application)):
        with pytest.raises(CannotEnd):
            end_supplement(application, by=cast.lead, reason=REASON)


@pytest.mark.parametrize("reason", ["", "  无 ", "字" * 501, "缺口已经\x07补上"])
def test_a_reason_is_asked_for(own, reason):
    with pytest.raises(ReasonRefused):
        ended(own, reason)
    assert refreshed(own.application).ended_at is None


def test_nobody_else_ends_it(own):
    stranger = make_user("lead", make_committee().office)
    for user in (own.clerk, own.reviewer, own.hrss_lead, own.observer, stranger):
        with pytest.raises(PermissionDenied):
            end_supplement(own.application, by=user, reason=REASON)


def test_the_database_keeps_who_when_and_why_together(own):
    rows = DrawApplication.objects.filter(pk=own.application.pk)
    now = timezone.now()
    for wrong in (
        {"ended_at": now},
        {"ended_at": now, "ended_by": own.lead},
        {"end_reason": REASON},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    first = DrawApplication.objects.filter(pk=own.application.parent_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        first.update(ended_at=now, ended_by=own.lead, end_reason=REASON)


# What is shown of it


def test_its_state_is_told_in_lists_filters_and_to_dos(client, own):
    assert ENDED in STATES
    tasks = {item.document.split()[0] for item in todos(own.lead)}
    made = ended(own)
    assert state_of(refreshed(made)) == ENDED
    rows = visible_applications(own.lead)
    assert [state_of(each) for each in rows.filter(pk=made.pk)] == [ENDED]
    for state in STATES:
        there = in_state(rows, state.key).filter(pk=made.pk).exists()
        assert there is (state == ENDED)
    left = {item.document.split()[0] for item in todos(own.lead)}
    assert made.number not in left
    assert left == tasks - {made.number}
    assert made.number not in {each.number for each in meetings_ahead(own.lead, timezone.now())}
    client.force_login(own.clerk)
    listed = client.get(reverse("draws:list"), {"state": "ended"}).text
    assert made.number in listed
    assert made.number not in client.get(reverse("draws:list"), {"state": "to_draw"}).text


def test_a_to_do_to_draw_goes_with_the_end(own):
    start = timezone.now() + timedelta(hours=3)
    series = DrawApplication.objects.filter(pk__in=[own.application.pk, own.application.parent_id])
    series.update(starts_at=start, ends_at=start + timedelta(days=1))
    assert own.application.number in " ".join(item.document for item in todos(own.lead))
    ended(own)
    assert own.application.number not in " ".join(item.document for item in todos(own.lead))


def test_the_lead_ends_it_on_the_page(client, ground, own):
    cast, _ = ground
    client.force_login(own.lead)
    made, address = own.application, page_of(own.application, "supplement-end")
    assert address in client.get(page_of(made)).text
    page = client.get(address).text
    assert "名单现在的缺口" in page
    assert "1 席" in page
    for reason in ("", "无", "缺口\x07已补上"):
        wrong = client.post(address, {"reason": reason})
        assert wrong.status_code == 422
        assert 'aria-invalid="true"' in wrong.text
    long = "缺口已补上" * 101
    assert long in client.post(address, {"reason": long}).text
    answer = client.post(address, {"reason": REASON}, follow=True)
    assert answer.redirect_chain == [(page_of(made), 302)]
    assert "补充抽取已终止；仍有缺口的，可以重新申请" in answer.text
    detail = client.get(page_of(made)).text
    assert address not in detail
    assert f"{own.lead.real_name}，" in detail
    assert detail.count(REASON) == 2
    assert "已终止" in detail
    assert page_of(made, "official") not in detail
    assert "已终止" in client.get(page_of(cast.application)).text
    assert "补充抽取已终止" in client.get(page_of(made, "official")).text
    again = client.post(address, {"reason": REASON}, follow=True)
    assert again.status_code == 200
    assert Event.objects.filter(action="draws.end_supplement").count() == 1


def test_somebody_who_comes_second_is_told_who_ended_it(client, own):
    other = make_user("lead", own.lead.office)
    ended(own)
    client.force_login(other)
    answer = client.post(
        page_of(own.application, "supplement-end"), {"reason": "不再需要补充"}, follow=True
    )
    assert f"补充抽取已由{own.lead.real_name}终止：{REASON}" in answer.text


def test_the_page_says_what_bars_the_end(client, own):
    client.force_login(own.lead)
    address = page_of(own.application, "supplement-end")
    frozen(own)
    page = client.get(address).text
    assert "第 1 次抽取正在进行" in page
    assert page_of(own.application, "official") in page
    refused = client.post(address, {"reason": REASON})
    assert refused.status_code == 422
    assert REASON in refused.text
    assert "请先在抽取现场终止该次抽取" in refused.text
    first = client.get(page_of(own.application.parent, "supplement-end"), follow=True)
    assert CannotEnd.told in first.text


def test_wrong_roles_and_other_offices_do_not_reach_the_page(client, own):
    address = page_of(own.application, "supplement-end")
    for user, status in (
        (own.clerk, 403),
        (own.reviewer, 403),
        (own.observer, 403),
        (make_user("lead", make_committee().office), 404),
    ):
        client.force_login(user)
        assert client.get(address).status_code == status
        assert client.post(address, {"reason": REASON}).status_code == status
        assert address not in client.get(page_of(own.application)).text


def test_the_draws_behind_an_ended_one_stay_in_sight(client, own):
    voided(own)
    ended(own)
    client.force_login(own.reviewer)
    detail = client.get(page_of(own.application)).text
    assert page_of(own.application, "official") in detail


def test_one_that_is_still_needed_may_be_ended_and_asked_for_anew(ground, own):
    cast, roster = ground
    decline(roster.standings.filter(position="SEATED").order_by("-pk")[0], cast)
    ended(own, "按现在的缺口重新申请")
    made = create_supplement(roster, by=cast.clerk, key=uuid4().hex)
    assert made.primary_total == series_of(roster).gap
