"""The story of the demo: whatever day it is told, it holds together, and building it twice is harmless."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.config.invariants import check_all
from mingqian.demo import story
from mingqian.demo.cast import CAST, HEALTH_CLERK
from mingqian.demo.workdays import last_workday, workday_after, workday_before
from mingqian.draws.models import AnswerLink, Draw, DrawApplication, DrawStatus, Roster
from mingqian.draws.queries.readiness import freeze_findings
from mingqian.draws.queries.rules import findings_of
from mingqian.draws.queries.series import series_of
from mingqian.draws.verification import judge
from mingqian.experts.models import PoolImport, PoolMembership
from mingqian.portal.queries import todos

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Status and version by the last digit of the number.
STATES = {
    "1": ("APPROVED", 1),
    "2": ("RETURNED", 1),
    "3": ("REJECTED", 1),
    "4": ("CANCELLED", 0),
    "5": ("APPROVED", 1),
    "6": ("SUBMITTED", 2),
    "7": ("SUBMITTED", 1),
    "8": ("DRAFT", 0),
    "9": ("DRAFT", 0),
}
DRAWN, TO_DRAW, TOO_MUCH = "1", "5", "8"


def shanghai(*facts: int) -> dt.datetime:
    return dt.datetime(*facts, tzinfo=SHANGHAI)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "now",
    [
        pytest.param(shanghai(2026, 11, 20, 17, 5), id="friday afternoon"),
        pytest.param(shanghai(2026, 12, 29, 9, 0), id="29 december before the morning is over"),
    ],
)
def test_the_story_holds_together(now: dt.datetime, monkeypatch) -> None:
    story.tell(now=now, small=True)
    monkeypatch.setattr(timezone, "now", lambda: now)
    everything_is_in_order(now)


@pytest.mark.django_db(transaction=True)
def test_built_on_a_sunday_night_by_the_command_and_a_second_time_without_effect(
    monkeypatch, capsys
) -> None:
    now = shanghai(2026, 11, 22, 3, 0)
    monkeypatch.setattr(timezone, "now", lambda: now)
    accounts = settings.MINGQIAN["HOME"] / "accounts.json"
    accounts.unlink(missing_ok=True)
    call_command("build_demo", "--small")
    first = capsys.readouterr().out
    everything_is_in_order(now)
    assert accounts.stat().st_mode & 0o777 == 0o600

    events = Event.objects.count()
    call_command("build_demo", "--small")
    second = capsys.readouterr().out
    assert "演示数据已就绪" in second
    for player in CAST:
        line = next(line for line in first.splitlines() if player.username in line)
        assert line in second
        assert User.objects.get(username=player.username).check_password(line.split()[1]), line

    accounts.unlink()
    with pytest.raises(CommandError, match="--reset"):
        call_command("build_demo", "--small")
    assert Event.objects.count() == events


def everything_is_in_order(now: dt.datetime) -> None:
    applications = every_state_is_there()
    the_draw_verifies(applications[DRAWN])
    assert not freeze_findings(applications[TO_DRAW], now=now).blocking
    # The small pool lacks more than that: with the bridges mended, the tunnels would lack alternates.
    assert "桥梁工程" in findings_of(applications[TOO_MUCH]).blocking[0].title
    a_supplement_asks_for_the_empty_seat(applications[DRAWN])
    experts_are_told_and_some_have_answered()
    the_log_keeps_office_hours(now)
    assert sorted(each.summary["counts"]["BAD"] for each in PoolImport.objects.all()) == [0, 7]
    assert PoolMembership.objects.filter(status="ACTIVE").count() > 600
    assert list(check_all()) == []
    waiting = {user.username: todos(user) for user in User.objects.all() if not user.is_sysadmin}
    assert "正式抽取" in [each.verb for each in waiting[HEALTH_CLERK.username]]
    for rows in waiting.values():
        assert len({(row.verb, row.document) for row in rows}) == len(rows)
        numbers = re.findall(r"CQ-\d{4}-\d{4}", " ".join(row.document for row in rows))
        assert len(numbers) == len(set(numbers)), "told twice"
    assert all(waiting[player.username] for player in CAST if player.username in waiting)


def every_state_is_there() -> dict[str, DrawApplication]:
    made = {
        each.number[-1]: each
        for each in DrawApplication.objects.select_related("matter", "committee", "office").filter(
            kind="INITIAL"
        )
    }
    assert {key: (a.matter.status, a.matter.version) for key, a in made.items()} == STATES
    assert not DrawApplication.objects.filter(matter__decided_by=F("matter__submitted_by")).exists()
    return made


def the_draw_verifies(application: DrawApplication) -> None:
    drawn = Draw.objects.get()
    assert (drawn.application, drawn.status) == (application, DrawStatus.EXECUTED)
    assert drawn.frozen_at.astimezone(SHANGHAI).strftime("%H:%M") == "09:30"
    assert drawn.executed_at < application.starts_at
    assert judge(bytes(drawn.transcript)).ok
    assert drawn.seats.filter(seat_type="PRIMARY").count() == application.primary_total


def a_supplement_asks_for_the_empty_seat(first: DrawApplication) -> None:
    made = DrawApplication.objects.select_related("matter").get(kind="SUPPLEMENTARY")
    assert (made.parent, made.round_no, made.matter.status) == (first, 2, "DRAFT")
    assert made.primary_total == series_of(Roster.objects.get()).gap == 1
    assert not findings_of(made, now=made.saved_at).blocking


def experts_are_told_and_some_have_answered() -> None:
    roster = Roster.objects.get()
    assert roster.released_at < roster.answer_by
    messages = Counter(roster.messages.values_list("status", flat=True))
    # Whoever declined is sent nothing more.
    assert messages["WAITING"] + messages["CANCELLED"] == 3
    assert messages["WAITING"]
    assert messages["SENT"] > 3
    answered = AnswerLink.objects.exclude(answered_at=None)
    assert answered.count() == 2
    assert {link.seat.standing.channel for link in answered} == {"LINK"}


def the_log_keeps_office_hours(now: dt.datetime) -> None:
    times = list(Event.objects.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)
    assert times[-1] <= now
    local = [timezone.localtime(at) for at in times]
    assert all(at.weekday() < 5 and 9 <= at.hour < 12 for at in local)
    assert check_chain() is None


def test_the_last_working_day_is_the_last_whose_morning_is_over() -> None:
    assert last_workday(shanghai(2026, 11, 20, 12, 0)) == dt.date(2026, 11, 20)
    assert last_workday(shanghai(2026, 11, 20, 11, 59)) == dt.date(2026, 11, 19)
    assert last_workday(shanghai(2026, 11, 22, 13, 0)) == dt.date(2026, 11, 20)
    assert last_workday(shanghai(2026, 11, 23, 8, 0)) == dt.date(2026, 11, 20)
    assert workday_after(dt.date(2026, 11, 20), 1) == dt.date(2026, 11, 23)
    assert workday_before(dt.date(2026, 11, 23), 1) == dt.date(2026, 11, 20)
