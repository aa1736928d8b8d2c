"""评委名单查看: who sees which names, in which order, narrowed, exported, and marked void."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from mingqian.audit.models import Event
from mingqian.draws.models import SeatType
from mingqian.draws.queries.roster import Roster
from mingqian.draws.services.locking import lock_roster
from mingqian.web.sealed import mask_name
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, make_cast, voided
from tests.factories.rosters import confirm, decline, roster_of, seated, use_up_alternates

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def page(client, user, url: str) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def roster_url(cast: Cast, rest: str = "") -> str:
    return f"/draws/{cast.application.number}/roster{rest}"


def test_primaries_and_alternates_stand_by_group_in_the_order_of_substitution(cast):
    draw = executed(cast)
    roster = Roster(draw, cast.clerk)
    assert [group.name for group in roster.groups] == ["建筑设计组", "结构工程组", "给水排水组"]
    for group in roster.groups:
        assert len(group.primaries) == 5
        seats = draw.seats.filter(seat_type=SeatType.ALTERNATE, group__name=group.name).order_by(
            "rank"
        )
        assert [row.lot for row in group.alternates] == [seat.lot_code for seat in seats]


def test_office_and_department_see_names_and_masked_phones(client, cast):
    draw = executed(cast)
    seat = draw.seats.select_related("expert").first()
    for user in (cast.clerk, cast.lead, cast.reviewer, cast.hrss_lead):
        text = page(client, user, roster_url(cast))
        assert seat.expert.name in text
        assert seat.expert.mobile_masked in text


def test_the_observer_sees_surnames_and_no_phone(client, cast):
    draw = executed(cast)
    text = page(client, cast.observer, roster_url(cast))
    for seat in draw.seats.select_related("expert"):
        assert seat.expert.name not in text
        assert mask_name(seat.expert.name) in text
        assert seat.expert.mobile_masked not in text
        assert seat.expert.expert_no not in text


def test_pinyin_and_group_narrow_the_list(client, cast):
    draw = executed(cast)
    seat = draw.seats.select_related("expert", "group").first()
    text = page(client, cast.clerk, roster_url(cast, f"?q={seat.expert.name_initials}"))
    assert seat.expert.name in text
    other = draw.seats.exclude(group=seat.group).select_related("expert", "group").first()
    text = page(client, cast.clerk, roster_url(cast, f"?group={other.group.name}"))
    assert other.expert.name in text
    assert "没有符合条件" in page(client, cast.clerk, roster_url(cast, "?q=查无此人"))


def test_the_list_of_rosters_keeps_to_the_office(client, cast):
    executed(cast)
    number = cast.application.number
    for user in (cast.clerk, cast.observer, cast.hrss_lead):
        assert number in page(client, user, "/rosters/")
    assert number not in page(client, make_user("clerk"), "/rosters/")
    client.force_login(make_user("clerk"))
    assert client.get(roster_url(cast)).status_code == 404
    client.force_login(make_user("sysadmin"))
    assert client.get("/rosters/").status_code == 403


def test_a_void_roster_says_so_everywhere(client, cast):
    draw = voided(cast)
    assert "已作废" in page(client, cast.clerk, "/rosters/")
    text = page(client, cast.clerk, roster_url(cast, f"?attempt={draw.attempt}"))
    assert "名单不得使用" in text


def test_an_export_asks_its_purpose_is_masked_marked_and_logged(client, cast):
    draw = executed(cast)
    client.force_login(cast.clerk)
    assert client.post(roster_url(cast, "/export"), {"purpose": " "}).status_code == 422
    answer = client.post(roster_url(cast, "/export"), {"purpose": "通知专家参会"})
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 1 + draw.seats.count()
    phones = [row[rows[0].index("手机")] for row in rows[1:]]
    assert all("****" in phone for phone in phones)
    assert "通知专家参会" in book.properties.description
    entry = Event.objects.get(action="draws.export_roster")
    assert entry.purpose == "通知专家参会"
    assert entry.details["rows"] == draw.seats.count()
    assert len(entry.details["sha256"]) == 64


def test_the_observer_exports_nothing(client, cast):
    executed(cast)
    client.force_login(cast.observer)
    assert client.post(roster_url(cast, "/export"), {"purpose": "存档备查"}).status_code == 403
    assert not Event.objects.filter(action="draws.export_roster").exists()


def test_the_roster_shows_who_sits_now_for_whom_and_who_declined(client, cast):
    draw = executed(cast)
    leaver = seated(draw)[0]
    came = decline(leaver, cast.clerk).entered
    confirm(draw, cast.clerk)
    text = page(client, cast.clerk, roster_url(cast))
    sitting, _, rest = text.partition('class="card roster declined"')
    assert came.expert.name in sitting
    assert f"接替 {leaver.expert.name}" in sitting
    assert leaver.expert.name in rest
    assert f"由 {came.expert.name} 递补" in rest
    assert "公务冲突·出国考察·电话" in rest
    assert sitting.count("确认参评</span>") == 15
    drawn = page(client, cast.clerk, roster_url(cast, "?list=drawn"))
    assert "抽取时的名单" in drawn
    assert "接替" not in drawn
    assert "不参评" not in drawn
    masked = page(client, cast.observer, roster_url(cast))
    assert leaver.expert.name not in masked
    assert f"接替 {mask_name(leaver.expert.name)}" in masked
    assert "公务冲突·电话" in masked
    assert "出国考察" not in masked


def test_an_empty_seat_and_an_expert_no_longer_fit_are_told(client, cast):
    draw = executed(cast)
    use_up_alternates(draw, cast.clerk)
    gone = seated(draw)[0].expert
    gone.status = "DISQUALIFIED"
    gone.save()
    text = page(client, cast.clerk, roster_url(cast))
    assert "空缺 <b>1</b>" in text
    assert "席位空缺" in text
    assert f"{gone.name}已不符合条件" in text


def test_a_locked_roster_says_so(client, cast):
    draw = executed(cast)
    confirm(draw, cast.clerk)
    version = lock_roster(roster_of(draw), by=cast.lead)
    text = page(client, cast.clerk, roster_url(cast))
    assert "名单已锁定" in text
    assert version.short_code in text
