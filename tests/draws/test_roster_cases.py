"""Rosters of unusual draws and for unusual readers: appointed members, whole pools, formulas, refusals, sizes."""

import re
from io import BytesIO

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from mingqian.audit.models import Event
from mingqian.committees.models import Unit
from mingqian.draws.models import DrawSeat, SeatType
from mingqian.draws.queries.documents import record_data
from mingqian.draws.queries.papers import list_data, sheet_of
from mingqian.draws.queries.roster import Roster
from mingqian.draws.services.save import Draft, save_application
from mingqian.experts.models import Expert, MembershipSpecialty, PoolMembership
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, make_cast, voided
from tests.factories.draws import approved, make_application, make_ground

pytestmark = pytest.mark.django_db

SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
MASKED_PHONE = re.compile(r"1\d\d\*{4}\d{4}")
PAPERS = [f"papers/{kind}.pdf" for kind in ("record", "notary", "roster")]


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def address(cast: Cast, rest: str = "") -> str:
    return f"/draws/{cast.application.number}/roster{rest}"


def asked(client, user, url: str, status: int = 200) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def with_appointed(duties: dict[str, str]) -> tuple[Cast, list[Expert]]:
    """A draw beside which the office appoints people: duty → reason."""
    committee, clerk, lead = make_ground(SIZES)
    application = make_application(committee, lead)
    members = PoolMembership.objects.filter(committee=committee).order_by("-pk")
    people = [member.expert for member in members.select_related("expert")[: len(duties)]]
    appointed = [
        (expert.pk, duty, reason)
        for expert, (duty, reason) in zip(people, duties.items(), strict=True)
    ]
    application = save_application(
        application, draft=Draft(designated=appointed), revision=application.revision, by=lead
    )
    return around(approved(application, lead), clerk, lead), people


def around(application, clerk, lead) -> Cast:
    return Cast(
        application=application,
        clerk=clerk,
        lead=lead,
        reviewer=make_user("reviewer"),
        hrss_lead=make_user("hrss_lead"),
        observer=make_user("observer"),
        at=application.planned_draw_at,
    )


def test_appointed_members_stand_first_with_duty_and_reason_and_outside_the_draw(client):
    duties = {"CHAIR": "章程规定由组建单位指定", "VICE_CHAIR": "学科带头人"}
    cast, people = with_appointed(duties)
    draw = executed(cast)
    roster = Roster(draw, cast.clerk)
    first = roster.groups[0]
    assert (first.name, first.primaries, first.alternates) == ("指定委员", [], [])
    told = {row.name: (row.duty, row.reason, row.lot) for row in first.designated}
    assert told == {
        people[0].name: ("主任委员", duties["CHAIR"], ""),
        people[1].name: ("副主任委员", duties["VICE_CHAIR"], ""),
    }
    assert roster.members == 17
    data = record_data(draw, roster, at=timezone.now())
    assert {(row["name"], row["reason"]) for row in data["designated"]} == {
        (expert.name, reason) for expert, reason in zip(people, duties.values(), strict=True)
    }
    assert data["totals"]["primary"] == 15
    assert "主任委员" in asked(client, cast.clerk, address(cast))
    masked = asked(client, cast.observer, address(cast))
    assert not [expert for expert in people if expert.name in masked]


def test_a_draw_from_the_whole_pool_has_one_list_and_one_order_of_substitution(client):
    committee, clerk, lead = make_ground(SIZES)
    application = make_application(committee, lead, mode="WHOLE_POOL", total=15)
    cast = around(approved(application, lead), clerk, lead)
    draw = executed(cast)
    roster = Roster(draw, clerk)
    assert [group.name for group in roster.groups] == ["不分学科组"]
    assert [row.rank for row in roster.groups[0].alternates] == list(
        range(1, roster.alternates + 1)
    )
    assert roster.alternates > 0
    data = record_data(draw, roster, at=timezone.now())
    assert [row["specialty"] for row in data["plan"]] == ["不分专业"]
    assert data["plan"][0]["eligible"] == draw.eligible_count
    assert data["substitution"] == "同类优先、按次序递补"
    page = asked(client, clerk, address(cast))
    assert "同一专业内" not in page
    assert "不分学科组" in page


def test_within_a_group_the_order_of_substitution_is_told_per_specialty(cast):
    draw = executed(cast)
    data = list_data(sheet_of(draw, cast.clerk), at=timezone.now())
    assert data["substitution"] == "同一专业内同类优先、按次序递补"
    for group in data["groups"]:
        assert [row["order"] for row in group["alternates"]] == [1, 2, 3]


def test_the_record_tells_the_eligible_as_they_were_frozen(cast):
    draw = executed(cast)
    before = record_data(draw, Roster(draw, cast.clerk), at=timezone.now())["plan"]
    MembershipSpecialty.objects.all().delete()
    after = record_data(draw, Roster(draw, cast.clerk), at=timezone.now())["plan"]
    assert after == before
    assert [row["eligible"] for row in before] == [16, 16, 16]


def test_nothing_on_the_observers_page_leads_to_a_person(client, cast):
    draw = executed(cast)
    page = asked(client, cast.observer, address(cast))
    assert not MASKED_PHONE.search(page)
    assert "/reveal/" not in page
    assert "/experts/Z" not in page
    seat = draw.seats.select_related("expert").first()
    for words in (seat.expert.name, seat.expert.name_initials, seat.expert.expert_no):
        assert "没有符合条件" in asked(client, cast.observer, address(cast, f"?q={words}"))
    assert seat.lot_code in asked(client, cast.observer, address(cast, f"?q={seat.lot_code}"))


def test_the_wrong_role_is_refused_and_noted_and_strangers_sign_in_first(client, cast):
    executed(cast)
    stranger = client.get(address(cast))
    assert stranger.status_code == 302
    assert "/login" in stranger["Location"]
    administrator = make_user("sysadmin")
    page = asked(client, administrator, address(cast), status=403)
    entry = Event.objects.get(action="access.denied")
    assert (entry.actor_id, entry.details["path"]) == (administrator.pk, address(cast))
    names = [seat.expert.name for seat in DrawSeat.objects.select_related("expert")]
    assert not [name for name in names if name in page]


def test_another_offices_roster_export_and_papers_are_not_there(client, cast):
    executed(cast)
    client.force_login(make_user("lead"))
    number = cast.application.number
    for url in (
        address(cast),
        address(cast, "/export"),
        f"/draws/{number}/papers/roster.pdf",
        f"/draws/{number}/transcript.json",
    ):
        assert client.get(url).status_code == 404
    assert client.post(address(cast, "/export"), {"purpose": "存档备查"}).status_code == 404


def test_before_the_draw_there_is_no_roster(client, cast):
    asked(client, cast.clerk, address(cast), status=404)
    assert "还没有评委名单" in asked(client, cast.clerk, "/rosters/")


@pytest.mark.parametrize(
    ("attempt", "status"), [("1", 200), ("abc", 200), ("2", 404), ("9" * 40, 404)]
)
def test_an_attempt_is_one_that_was_drawn(client, cast, attempt, status):
    executed(cast)
    asked(client, cast.clerk, address(cast, f"?attempt={attempt}"), status=status)


def test_the_list_is_narrowed_by_year_committee_state_and_words(client, cast):
    draw = executed(cast)
    number, year = cast.application.number, cast.application.year
    committee = cast.application.committee_id
    for query in (
        f"year={year}",
        f"committee={committee}",
        "status=OPEN",
        f"keyword={number}",
        f"keyword={draw.short_code}",
    ):
        assert number in asked(client, cast.clerk, f"/rosters/?{query}"), query
    for query in (f"year={year - 1}", "status=VOIDED", "keyword=查无此号"):
        assert "没有符合条件" in asked(client, cast.clerk, f"/rosters/?{query}"), query


def test_the_menu_stands_at_the_rosters(client, cast):
    executed(cast)
    paper = f"/draws/{cast.application.number}/papers/roster/named"
    for url in ("/rosters/", address(cast), address(cast, "/export"), paper):
        page = asked(client, cast.clerk, url)
        assert re.search(r'href="/rosters/"[^>]*aria-current', page), url


def test_a_void_draw_is_marked_on_page_export_and_workbook(client, cast):
    draw = voided(cast)
    page = asked(client, cast.clerk, address(cast))
    for words in (
        "已作废",
        "名单不得使用",
        draw.void_reason,
        cast.hrss_lead.real_name,
        cast.observer.real_name,
    ):
        assert words in page
    assert f"?attempt={draw.attempt}" in asked(client, cast.clerk, "/rosters/")
    assert "已作废" in asked(client, cast.clerk, address(cast, "/export?attempt=1"))
    answer = client.post(address(cast, "/export?attempt=1"), {"purpose": "存档备查"})
    assert "%E5%B7%B2%E4%BD%9C%E5%BA%9F" in answer["Content-Disposition"]
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert "已作废" in book.active.title
    assert "已作废" in book.active.oddFooter.left.text


def test_after_a_void_both_rosters_can_be_seen_and_are_told_apart(client, cast):
    first = voided(cast)
    again = executed(cast)
    page = asked(client, cast.clerk, address(cast))
    assert again.short_code in page
    assert "名单不得使用" not in page
    assert f"?attempt={first.attempt}" in page
    old = asked(client, cast.clerk, address(cast, f"?attempt={first.attempt}"))
    assert "名单不得使用" in old
    assert first.short_code in old


def test_text_that_looks_like_a_formula_or_markup_stays_text(client, cast):
    Expert.objects.update(name="<b>甲</b>", title_name="+1+1")
    Unit.objects.update(name=Concat(Value("=1+"), "name"))
    executed(cast)
    page = asked(client, cast.clerk, address(cast))
    assert "<b>甲</b>" not in page
    assert "&lt;b&gt;甲&lt;/b&gt;" in page
    answer = client.post(address(cast, "/export"), {"purpose": "=SUM(1)"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    units = {row[4].value for row in sheet.iter_rows(min_row=2)}
    assert all(name.startswith("=1+") for name in units)


def test_a_workbook_that_cannot_be_logged_does_not_leave(client, cast, monkeypatch, settings):
    executed(cast)
    client.force_login(cast.clerk)

    def refuse(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr("mingqian.draws.services.release.record", refuse)
    with pytest.raises(RuntimeError):
        client.post(address(cast, "/export"), {"purpose": "存档备查"})
    assert list((settings.MINGQIAN["HOME"] / "exports").glob("*")) == []


def test_each_full_number_is_asked_for_in_its_own_row(client, cast):
    draw = executed(cast)
    page = asked(client, cast.clerk, address(cast))
    seats = draw.seats.select_related("expert")
    for seat in seats:
        assert page.count(f'id="masked-mobile-{seat.expert.expert_no}"') == 1
    expert = seats[0].expert
    url = f"/experts/{expert.expert_no}/reveal/mobile"
    form = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'id="masked-mobile-{expert.expert_no}"' in form
    shown = client.post(
        url, {"reason": "联系专家参评"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert re.search(r"139\d{8}", shown)
    entry = Event.objects.get(action="experts.reveal_field")
    assert (entry.subject_id, entry.purpose) == (str(expert.pk), "联系专家参评")


def test_a_large_roster_costs_as_many_queries_as_a_small_one(client):
    sizes = dict.fromkeys(SIZES, 60)
    small = make_cast(SIZES, seats=dict.fromkeys(SIZES, 5))
    large = make_cast(sizes, seats=dict.fromkeys(sizes, 11))
    assert executed(small).seats.count() * 2 < executed(large).seats.count()
    for rest in ("roster", "roster?group=建筑设计组&q=py", *PAPERS):
        assert cost(client, small, rest) == cost(client, large, rest), rest


def cost(client, cast: Cast, rest: str) -> int:
    """How many queries a page about the draw asks, in a session that has been used before."""
    client.force_login(cast.clerk)
    client.get("/rosters/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/draws/{cast.application.number}/{rest}").status_code == 200
        return len(asked)


def test_alternates_never_stand_among_the_members(cast):
    draw = executed(cast)
    roster = Roster(draw, cast.clerk)
    seats = dict(draw.seats.values_list("lot_code", "seat_type"))
    for group in roster.groups:
        assert {seats[row.lot] for row in group.members} == {SeatType.PRIMARY}
        assert {seats[row.lot] for row in group.alternates} == {SeatType.ALTERNATE}
