"""补充抽取申请: the rosters that lack somebody, the draft that begins with the gap, its form and its rules."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingqian.audit.models import Event
from mingqian.draws.models import DrawApplication, Position, Roster
from mingqian.draws.queries.gaps import rosters_with_figures
from mingqian.draws.queries.rules import findings_of
from mingqian.draws.queries.series import series_of, supplement_under_way
from mingqian.draws.services.answering import confirm_seat
from mingqian.draws.services.rosters import RosterRefused
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.supplement import SupplementOpen, create_supplement
from mingqian.draws.services.trial import run_trial
from mingqian.workflow.services import perform
from tests.draws.pages import fields_of
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, voided
from tests.factories.committees import make_committee
from tests.factories.draws import approved, give_reasons, refreshed, seats_by_name
from tests.factories.supplements import (
    cast_of,
    decline,
    drawn_supplement,
    make_roster,
    planned,
    supplement_of,
    use_up,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> tuple[Cast, Roster]:
    cast, roster = make_roster()
    use_up(roster, cast)
    return cast, roster


def keys(application) -> set[str]:
    return {finding.key for finding in findings_of(refreshed(application)).blocking}


def with_seats(application, by, **seats):
    return save_application(
        application,
        draft=Draft(seats=seats_by_name(application.committee, seats)),
        revision=application.revision,
        by=by,
    )


# The query page


def test_the_figures_of_a_roster_are_those_of_its_series(ground):
    cast, roster = ground
    confirm_seat(
        roster.standings.filter(position=Position.SEATED).order_by("pk")[0],
        by=cast.clerk,
        channel="PHONE",
    )
    [row] = rosters_with_figures(cast.clerk)
    assert (row.due, row.gap, row.vacant) == (15, 1, 0)
    assert (row.confirmed, row.unconfirmed) == (1, 13)
    assert row.declined == roster.standings.filter(position=Position.OUT).count()
    assert row.waiting == len(series_of(roster).succession.waiting)
    assert row.open_number is None


def test_the_figures_count_the_seats_that_a_supplement_has_added(ground):
    cast, roster = ground
    made = supplement_of(roster, cast, reason="OTHER", reason_text="会议增加一个评审小组")
    own = cast_of(with_seats(made, cast.clerk, 建筑设计=3), cast)
    draw = executed(own)
    [row] = rosters_with_figures(cast.clerk)
    assert (row.due, row.gap) == (17, 0)
    for standing in roster.standings.filter(seat__draw=draw, position=Position.SEATED):
        decline(standing, cast)
    series = series_of(roster)
    [row] = rosters_with_figures(cast.clerk)
    assert (row.due, row.gap) == (17, series.gap)


def test_the_page_lists_rosters_with_a_gap_and_all_on_request(client, ground):
    cast, roster = ground
    make_roster()
    client.force_login(cast.clerk)
    page = client.get(reverse("draws:supplements"))
    assert page.text.count(f"?roster={cast.application.number}") == 1
    assert reverse("draws:roster", args=[cast.application.number]) in page.text
    empty = client.get(reverse("draws:supplements"), {"year": "2021"})
    assert "没有" in empty.text
    drawn_supplement(roster, cast)
    gone = client.get(reverse("draws:supplements"))
    assert f"?roster={cast.application.number}" not in gone.text
    everything = client.get(reverse("draws:supplements"), {"state": "all"})
    assert f"?roster={cast.application.number}" in everything.text


def test_the_page_names_the_supplement_under_way_and_others_see_no_button(client, ground):
    cast, roster = ground
    made = supplement_of(roster, cast)
    client.force_login(cast.clerk)
    page = client.get(reverse("draws:supplements"), {"state": "open"})
    assert reverse("draws:application", args=[made.number]) in page.text
    assert f"?roster={cast.application.number}" not in page.text
    client.force_login(cast.reviewer)
    assert client.get(reverse("draws:supplements")).status_code == 200


def test_the_list_costs_the_same_queries_for_one_roster_and_for_many(client, ground):
    cast, _ = ground
    client.force_login(cast.hrss_lead)
    client.get(reverse("draws:supplements"), {"state": "all"})
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("draws:supplements"), {"state": "all"})
    make_roster()
    with CaptureQueriesContext(connection) as two:
        client.get(reverse("draws:supplements"), {"state": "all"})
    assert len(one) == len(two)


# Creating


def test_a_supplement_begins_with_the_gap_and_what_the_first_application_says(ground):
    cast, roster = ground
    first = cast.application
    made = create_supplement(roster, by=cast.clerk, key=uuid4().hex)
    assert made.number.startswith(f"BC-{first.year}-")
    assert (made.parent, made.round_no, made.kind) == (first, 2, "SUPPLEMENTARY")
    same = ("committee", "year", "meeting_name", "starts_at", "ends_at", "place", "mode")
    for name in (*same, "handler_name", "handler_phone", "avoidance_ground"):
        assert getattr(made, name) == getattr(first, name)
    [quota] = made.quotas.all()
    assert (quota.specialty.name, quota.primary, quota.alternate) == ("建筑设计", 1, 1)
    assert (made.primary_total, made.alternate_total) == (1, 1)
    assert made.reason == "EXHAUSTED" or made.reason == "SHORT"
    assert Event.objects.filter(action="draws.create_supplement").count() == 1


def test_a_double_submit_makes_one_draft_and_another_form_is_told_of_it(ground):
    cast, roster = ground
    key = uuid4().hex
    made = create_supplement(roster, by=cast.clerk, key=key)
    assert create_supplement(roster, by=cast.lead, key=key) == made
    with pytest.raises(SupplementOpen) as refusal:
        create_supplement(roster, by=cast.lead, key=uuid4().hex)
    assert refusal.value.application == made
    assert DrawApplication.objects.filter(kind="SUPPLEMENTARY").count() == 1


def test_the_database_refuses_a_second_supplement_of_the_same_round(ground):
    cast, roster = ground
    made = create_supplement(roster, by=cast.clerk, key=uuid4().hex)
    perform("CANCEL", on=made.matter, by=cast.clerk)
    other = create_supplement(roster, by=cast.clerk, key=uuid4().hex)
    assert other.round_no == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawApplication.objects.filter(pk=other.pk).update(round_no=2)


def test_one_that_was_declared_void_bars_no_other(ground):
    cast, roster = ground
    own = cast_of(supplement_of(roster, cast), cast)
    assert supplement_under_way(cast.application) == own.application
    voided(own)
    assert supplement_under_way(cast.application) is None
    other = create_supplement(roster, by=cast.clerk, key=uuid4().hex)
    assert "other_supplement" in keys(own.application)
    assert "other_supplement" not in keys(other)


def test_without_a_gap_a_supplement_needs_a_reason_in_words():
    cast, roster = make_roster()
    for values in ({}, {"reason": "ABSENCE"}, {"reason": "OTHER", "reason_text": "无"}):
        with pytest.raises(RosterRefused, match="缺口"):
            create_supplement(roster, by=cast.clerk, key=uuid4().hex, **values)
    made = create_supplement(
        roster, by=cast.clerk, key=uuid4().hex, reason="ABSENCE", reason_text="两名委员当天缺席"
    )
    assert (made.primary_total, made.quotas.count()) == (0, 0)


def test_other_offices_and_other_roles_make_none(ground):
    cast, roster = ground
    stranger = make_user("clerk", make_committee().office)
    for user in (stranger, cast.reviewer, cast.observer):
        with pytest.raises(PermissionDenied):
            create_supplement(roster, by=user, key=uuid4().hex)


# The step before the draft, the form


def test_the_page_makes_the_draft_and_leads_to_its_form(client, ground):
    cast, _ = ground
    client.force_login(cast.clerk)
    address = reverse("draws:supplement-new")
    page = client.get(address, {"roster": cast.application.number})
    assert "建筑设计 1 席" in page.text
    key = uuid4().hex
    data = {
        "roster": cast.application.number,
        "key": key,
        "mode": "BY_GROUP",
        "reason": "EXHAUSTED",
    }
    answer = client.post(address, data)
    made = DrawApplication.objects.get(kind="SUPPLEMENTARY")
    assert answer.url == reverse("draws:edit", args=[made.number])
    assert client.post(address, data).url == answer.url
    again = client.post(address, data | {"key": uuid4().hex})
    assert again.url == reverse("draws:application", args=[made.number])
    told = client.get(address, {"roster": cast.application.number})
    assert made.number in told.text
    assert "建立草稿" not in told.text.split("dock-state")[1]


def test_the_page_says_what_is_wrong(client):
    cast, _ = make_roster()
    client.force_login(cast.clerk)
    address = reverse("draws:supplement-new")
    data = {"roster": cast.application.number, "mode": "BY_GROUP", "reason": "OTHER"}
    answer = client.post(address, data)
    assert answer.status_code == 422
    assert "名单没有缺口" in answer.text
    assert client.get(address, {"roster": "CQ-1999-0001"}).status_code == 404
    assert client.get(address).status_code == 404


def test_what_belongs_to_the_first_application_is_read_only(client, ground):
    cast, roster = ground
    made = supplement_of(roster, cast)
    client.force_login(cast.clerk)
    address = reverse("draws:edit", args=[made.number])
    page = client.get(address)
    fields = fields_of(page)
    for name in ("committee", "year", "meeting_name", "starts_at", "ends_at", "place"):
        assert name not in fields
    forged = {"meeting_name": "另一次会议", "starts_at": "2031-01-01 09:00", "year": "2031"}
    client.post(address, fields | forged | {"deed": "save", "reason_text": "备选均不能参加"})
    made = refreshed(made)
    assert made.meeting_name == cast.application.meeting_name
    assert made.starts_at == cast.application.starts_at
    assert made.year == cast.application.year
    assert made.reason_text == "备选均不能参加"
    assert made.typed == {}


def test_a_meeting_moved_meanwhile_is_told_and_taken_over_by_saving(ground):
    cast, roster = ground
    made = supplement_of(roster, cast)
    assert "meeting_moved" not in keys(made)
    first = DrawApplication.objects.filter(pk=cast.application.pk)
    first.update(ends_at=cast.application.ends_at + timedelta(hours=3))
    assert "meeting_moved" in keys(made)
    made = planned(refreshed(made), cast)
    assert "meeting_moved" not in keys(made)


# Rules


def test_rules_look_at_the_whole_roster_to_come(ground):
    cast, roster = ground
    made = supplement_of(roster, cast)
    assert keys(made) == set()
    two = with_seats(made, cast.clerk, 建筑设计=2)
    assert {"member_count_odd", "supplement_reason"} <= keys(two)
    three = with_seats(two, cast.clerk, 建筑设计=3)
    assert keys(three) == {"supplement_reason"}
    told = save_application(
        three,
        draft=Draft(values={"reason_text": "会议增加评审小组"}),
        revision=three.revision,
        by=cast.clerk,
    )
    assert keys(told) == set()


def test_fewer_seats_than_the_gap_are_fine():
    cast, roster = make_roster()
    use_up(roster, cast, gaps=2)
    made = supplement_of(roster, cast)
    assert made.primary_total == 2
    one = with_seats(made, cast.clerk, 建筑设计=1)
    assert keys(one) == {"member_count_odd"}


def test_a_supplement_may_be_drawn_on_the_day_and_while_the_meeting_lasts(ground):
    cast, roster = ground
    made = supplement_of(roster, cast)
    start = cast.application.starts_at
    for at, wrong in (
        (start - timedelta(hours=1), False),
        (start + timedelta(hours=2), False),
        (cast.application.ends_at + timedelta(minutes=1), True),
    ):
        made = save_application(
            made, draft=Draft(values={"planned_draw_at": at}), revision=made.revision, by=cast.clerk
        )
        assert ("supplement_lead_days_min" in keys(made)) is wrong
    found = findings_of(refreshed(made), now=start + timedelta(hours=3)).blocking
    assert "meeting_ahead" not in {each.key for each in found}
    found = findings_of(refreshed(made), now=cast.application.ends_at).blocking
    assert "meeting_ahead" in {each.key for each in found}


def test_a_supplement_is_drawn_while_the_meeting_lasts(ground):
    cast, roster = ground
    own = cast_of(supplement_of(roster, cast), cast)
    own.at = cast.application.starts_at + timedelta(hours=1)
    assert executed(own).is_executed


# The rest of its life


def test_a_supplement_is_tried_submitted_returned_and_approved(ground):
    cast, roster = ground
    made = supplement_of(roster, cast)
    trial = run_trial(made, key=uuid4().hex, by=cast.clerk)
    assert trial.feasible
    made = give_reasons(refreshed(made), cast.lead)
    perform("SUBMIT", on=made.matter, by=cast.lead)
    made = refreshed(made)
    perform(
        "RETURN",
        on=made.matter,
        by=cast.reviewer,
        opinion="请说明备选为何用尽。",
        reasons=["OTHER"],
    )
    made = save_application(
        refreshed(made),
        draft=Draft(values={"reason_text": "备选均已不参评"}),
        revision=refreshed(made).revision,
        by=cast.clerk,
    )
    made = approved(refreshed(made), cast.lead, cast.reviewer)
    assert made.matter.status == "APPROVED"
    content = made.matter.versions.get(number=2).content
    assert content["parent"] == cast.application.number
    assert content["reason_text"] == "备选均已不参评"


def test_every_page_of_a_supplement_opens_and_says_what_it_is(client, ground):
    cast, roster = ground
    own, _ = drawn_supplement(roster, cast)
    number, first = own.application.number, cast.application.number
    client.force_login(cast.reviewer)
    for name in ("review", "application", "official", "roster", "removals"):
        page = client.get(reverse(f"draws:{name}", args=[number]))
        assert page.status_code == 200, name
    detail = client.get(reverse("draws:application", args=[number])).text
    assert "第 2 轮补充抽取" in detail
    assert reverse("draws:application", args=[first]) in detail
    assert number in client.get(reverse("draws:application", args=[first])).text
    listed = client.get(reverse("draws:list")).text
    assert "补充抽取·第 2 轮" in listed
    for kind in ("record", "notary", "roster"):
        paper = client.get(reverse("draws:document", args=[number, kind]))
        assert paper["Content-Type"] == "application/pdf"


def test_after_the_meeting_nothing_is_offered_or_made(client, ground):
    cast, roster = ground
    number, ends_at = roster.draw.application.number, roster.draw.application.ends_at
    client.force_login(cast.clerk)
    address = reverse("draws:supplements")
    assert number in client.get(address).text
    with pytest.raises(RosterRefused, match="会议已经结束"):
        create_supplement(roster, by=cast.clerk, key=str(uuid4()), at=ends_at + timedelta(days=1))
    DrawApplication.objects.filter(matter__number=number).update(
        starts_at=ends_at - timedelta(days=400), ends_at=ends_at - timedelta(days=399)
    )
    assert number not in client.get(address).text
    assert number in client.get(address, {"state": "all"}).text
