"""名单凭证: whoever has the transcripts recomputes the roster from the answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fairdraw.substitution import check_roster
from mingqian.audit.models import Event
from mingqian.draws.models import Draw, Position, Roster, Standing
from mingqian.draws.services.answering import choose_alternate, confirm_seat, revert_seat
from mingqian.draws.services.reschedule import reschedule_meeting
from mingqian.draws.services.void import void_draw
from tests.factories.supplements import decline, drawn_supplement, make_roster, use_up

pytestmark = pytest.mark.django_db


def test_the_roster_is_recomputed_from_the_transcripts_and_the_answers(client):
    cast, roster = make_roster()
    seats = roster.standings.filter(place__specialty__name="结构工程")
    done = decline(seats.filter(position=Position.SEATED)[0], cast)
    waiting = roster.standings.filter(position=Position.WAITING, seat__specialty__name="结构工程")
    choose_alternate(waiting[0], done.event.place, by=cast.clerk, note="现场需要此人参评")
    others = roster.standings.filter(place__specialty__name="给水排水")
    first, second = others.order_by("pk")[:2]
    confirm_seat(first, by=cast.clerk, channel="PHONE")
    confirm_seat(second, by=cast.clerk, channel="PHONE")
    revert_seat(Standing.objects.get(pk=first.pk), by=cast.clerk)
    use_up(roster, cast)
    _, supplement = drawn_supplement(roster, cast)
    meeting = cast.application
    reschedule_meeting(
        Roster.objects.select_related("draw__application").get(pk=roster.pk),
        starts_at=meeting.starts_at + timedelta(days=7),
        ends_at=meeting.ends_at + timedelta(days=7),
        place="江州会议中心",
        reason="场地被征用，改期一周",
        by=cast.lead,
    )
    papers = [bytes(roster.draw.transcript), bytes(supplement.transcript)]
    client.force_login(cast.observer)
    url = f"/draws/{meeting.number}/roster.json"
    body = client.get(url).content
    assert check_roster(body, papers).ok
    assert first.expert.name not in body.decode()
    assert "现场需要" not in body.decode()
    void_draw(supplement, by=cast.hrss_lead, reason="补充抽取有误须重新办理")
    void_draw(Draw.objects.get(pk=supplement.pk), by=cast.observer)
    after = client.get(url).content
    assert after != body
    report = check_roster(after, papers)
    assert report.ok
    assert report.succession.gaps
    assert check_roster(after.replace(b'"CHOOSE"', b'"ACCEPT"'), papers).code
    logged = Event.objects.filter(action="draws.print_document", details__document="roster_proof")
    assert logged.count() == 2
    assert url in client.get(f"/draws/{meeting.number}/roster").text
