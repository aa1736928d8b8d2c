"""The papers of a roster: locked, not locked, void, with numbers in the clear; text read back out of the PDF."""

import hashlib
import json
import re
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from django.utils import timezone
from openpyxl import load_workbook

from mingqian.audit.models import Event
from mingqian.draws.models import Standing
from mingqian.draws.queries.documents import record_data
from mingqian.draws.queries.papers import later_data, sheet_of
from mingqian.draws.queries.roster import Roster
from mingqian.draws.services.answering import choose_alternate
from mingqian.draws.services.locking import lock_roster, unlock_roster
from mingqian.draws.services.void import void_draw
from mingqian.experts.sealing import read_mobile
from mingqian.web.sealed import mask_name
from tests.draws.test_documents import unpacked
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, make_cast
from tests.factories.rosters import confirm, decline, roster_of, seated
from tests.factories.supplements import drawn_supplement, make_roster, use_up

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
LISTS = ("roster", "attendance", "record")
HANDED = ("cards", "invitations", "appointments")
KINDS = ("roster", "attendance", *HANDED)
PURPOSE = "会议现场签到"


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def paper(client, user, cast: Cast, kind: str, query: str = "", **sent: str):
    """The paper with names, for a purpose."""
    client.force_login(user)
    sent = sent or {"purpose": PURPOSE}
    return client.post(f"/draws/{cast.application.number}/papers/{kind}/named{query}", sent)


def masked(client, user, cast: Cast, kind: str, query: str = ""):
    """The paper that a plain address gives."""
    client.force_login(user)
    return client.get(f"/draws/{cast.application.number}/papers/{kind}.pdf{query}")


def words(pdf: bytes) -> str:
    """What a reader would search in: the text of all pages, without blanks."""
    with pdfium.PdfDocument(pdf) as document:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


def export(client, user, cast: Cast, **data: str):
    client.force_login(user)
    return client.post(f"/draws/{cast.application.number}/roster/export", data)


def sheet_rows(answer) -> list[dict]:
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_names_everybody_who_sits_with_page_and_code(client, cast, kind):
    draw = executed(cast)
    done = decline(seated(draw)[0], cast.clerk)
    confirm(draw, cast.clerk)
    answer = paper(client, cast.clerk, cast, kind)
    assert answer.content.startswith(b"%PDF-1.7")
    text = words(answer.content)
    for standing in seated(draw):
        assert standing.expert.name in text
    assert done.entered.expert.name in text
    assert draw.short_code in text
    assert "未锁定" in text
    assert "第1页/共" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_locked_roster_prints_its_version_and_code(client, cast, kind):
    draw = executed(cast)
    confirm(draw, cast.clerk)
    version = lock_roster(roster_of(draw), by=cast.lead)
    text = words(paper(client, cast.clerk, cast, kind).content)
    assert version.short_code in text
    assert "名单第1版" in text
    assert "未锁定" not in text
    assert all(each.expert.name in text for each in seated(draw))


@pytest.mark.parametrize("kind", KINDS)
def test_void_rosters_print_as_void(client, cast, kind):
    draw = executed(cast)
    confirm(draw, cast.clerk)
    void_draw(draw, by=cast.hrss_lead, reason="会议改期至下月")
    void_draw(draw, by=cast.observer)
    text = words(paper(client, cast.clerk, cast, kind, f"?attempt={draw.attempt}").content)
    assert "作废" in text


def test_the_locked_list_stays_as_it_was_locked(client, cast):
    draw = executed(cast)
    confirm(draw, cast.clerk)
    lock_roster(roster_of(draw), by=cast.lead)
    expert = seated(draw)[0].expert
    before, expert.name = expert.name, "欧阳改名"
    expert.save()
    text = words(paper(client, cast.clerk, cast, "roster").content)
    assert before in text
    assert "欧阳改名" not in text


def test_the_drawn_list_can_still_be_printed(client, cast):
    draw = executed(cast)
    leaver = seated(draw)[0]
    decline(leaver, cast.clerk)
    assert leaver.expert.name not in words(paper(client, cast.clerk, cast, "roster").content)
    drawn = words(paper(client, cast.clerk, cast, "roster", "?list=drawn").content)
    assert leaver.expert.name in drawn
    assert "抽取时名单" in drawn


@pytest.mark.parametrize("kind", LISTS)
def test_a_plain_address_gives_a_list_masked_to_everybody(client, cast, kind):
    draw = executed(cast)
    leaver = seated(draw)[0]
    entered = decline(leaver, cast.clerk).entered
    names = [each.expert.name for each in (*seated(draw), leaver)]
    assert entered.expert.name in names
    for user in (cast.clerk, cast.lead, cast.hrss_lead, cast.observer):
        text = words(masked(client, user, cast, kind).content)
        assert not [name for name in names if name in text]
        assert mask_name(names[-2]) in text
        assert "姓名已遮盖" in text
        assert "用途：" not in text
    assert set(
        Event.objects.filter(action="draws.print_document").values_list("purpose", flat=True)
    ) == {""}


def test_a_locked_list_too_is_masked_at_its_plain_address(client, cast):
    draw = executed(cast)
    confirm(draw, cast.clerk)
    version = lock_roster(roster_of(draw), by=cast.lead)
    text = words(masked(client, cast.lead, cast, "roster").content)
    assert version.short_code in text
    assert not [each for each in seated(draw) if each.expert.name in text]


@pytest.mark.parametrize("kind", [*LISTS, *HANDED])
def test_names_need_permission_scope_and_purpose_and_are_logged(client, cast, kind):
    confirm(executed(cast), cast.clerk)
    for user, status in ((cast.observer, 403), (make_user("sysadmin"), 403)):
        assert paper(client, user, cast, kind).status_code == status
    assert paper(client, make_user("clerk"), cast, kind).status_code == 404
    assert not Event.objects.filter(action="draws.print_document").exists()
    answer = paper(client, cast.clerk, cast, kind, purpose=" 存  档备查 ")
    assert "attachment" in answer["Content-Disposition"]
    entry = Event.objects.get(action="draws.print_document")
    assert (entry.actor_id, entry.purpose) == (cast.clerk.pk, "存 档备查")
    told = {key: entry.details[key] for key in ("document", "masked", "sha256")}
    assert told == {
        "document": kind,
        "masked": False,
        "sha256": hashlib.sha256(answer.content).hexdigest(),
    }


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_with_names_says_on_every_page_who_made_it_and_what_for(client, cast, kind):
    executed(cast)
    answer = paper(client, cast.clerk, cast, kind, purpose="报送卷宗")
    text = words(answer.content)
    pages = int(text.split("第1页/共")[1].split("页")[0])
    assert text.count(f"内部资料{cast.clerk.real_name}") == pages
    assert text.count("用途：报送卷宗") == pages
    # The watermark itself is a tiling behind the page: it does not mix with the names that are searched.
    assert b"/PatternType 1" in unpacked(answer.content)
    assert b"/PatternType 1" not in unpacked(masked(client, cast.clerk, cast, kind).content)


@pytest.mark.parametrize("kind", HANDED)
def test_what_is_handed_to_a_person_says_it_at_the_foot_of_every_page(client, cast, kind):
    confirm(executed(cast), cast.clerk)
    long = "第二轮面对面评议会议分会场" * 5
    text = words(paper(client, cast.clerk, cast, kind, purpose=long).content)
    pages = int(text.split("第1页/共")[1].split("页")[0])
    assert text.count(f"经手人{cast.clerk.real_name}") == pages
    assert text.count(f"用途：{long[:39]}…") == pages
    assert "内部资料" not in text.replace("内部资料，按规定不对外公开", "")
    assert Event.objects.get(action="draws.print_document").purpose == long


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"purpose": ""}, "请填写用途"),
        ({"purpose": "签"}, "请填写用途"),
        ({"purpose": "签", "usual": "归档"}, "请填写用途"),
        ({"purpose": "会" * 201}, "最多 200 个字"),
        ({"usual": "随便"}, "请从所列用途中选择"),
    ],
)
def test_a_purpose_that_says_nothing_is_told_at_its_field(client, cast, sent, told):
    executed(cast)
    answer = paper(client, cast.clerk, cast, "attendance", **sent)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{sent.get("purpose", "")}"' in answer.text or not sent.get("purpose")
    if sent.get("usual") == "归档":
        assert re.search(r'value="归档"[^>]*checked', answer.text)
    assert not Event.objects.filter(action="draws.print_document").exists()


def test_the_usual_purposes_are_one_tap_away(client, cast):
    executed(cast)
    client.force_login(cast.clerk)
    page = client.get(f"/draws/{cast.application.number}/papers/attendance/named")
    assert "会议现场签到" in page.text
    assert f"/draws/{cast.application.number}/papers/attendance.pdf" in page.text
    answer = paper(client, cast.clerk, cast, "attendance", usual="会议现场签到")
    assert answer.status_code == 200
    assert Event.objects.get(action="draws.print_document").purpose == "会议现场签到"
    assert client.get(page.wsgi_request.path.replace("attendance", "notary")).status_code == 404


@pytest.mark.parametrize("kind", HANDED)
def test_the_plain_address_of_what_is_handed_over_leads_to_its_purpose(client, cast, kind):
    executed(cast)
    answer = masked(client, cast.clerk, cast, kind, "?attempt=1")
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/papers/{kind}/named?attempt=1")
    assert masked(client, cast.observer, cast, kind).status_code == 403


def test_the_page_of_the_roster_says_what_is_masked_and_what_asks_a_purpose(client, cast):
    executed(cast)
    client.force_login(cast.clerk)
    page = client.get(f"/draws/{cast.application.number}/roster").text
    for kind in (*LISTS, *HANDED):
        assert f"/papers/{kind}/named?" in page
    assert page.count("含姓名<span") == 3
    client.force_login(cast.observer)
    page = client.get(f"/draws/{cast.application.number}/roster").text
    assert "/named" not in page
    for kind in LISTS:
        assert f"/papers/{kind}.pdf?" in page


def test_the_record_keeps_the_draw_and_tells_later_changes_behind_the_signatures(client, cast):
    draw = executed(cast)
    leaver = seated(draw)[0]
    done = decline(leaver, cast.clerk)
    data = record_data(
        draw,
        Roster(draw, cast.clerk),
        at=timezone.now(),
        later=later_data(roster_of(draw), cast.clerk),
    )
    primaries = json.dumps(data["primaries"], ensure_ascii=False)
    assert leaver.expert.name in primaries
    assert done.entered.expert.name not in primaries
    (line,) = data["later"]
    assert line["who"].startswith(leaver.expert.name)
    assert line["seated"].startswith(done.entered.expert.name)
    assert line["why"] == "公务冲突"
    text = words(paper(client, cast.clerk, cast, "record").content)
    assert "附页：抽取后的递补情况" in text
    assert "出国考察" not in text
    (hidden,) = later_data(roster_of(draw), cast.observer)
    assert leaver.expert.name not in hidden["who"]


def test_a_record_without_changes_has_no_appendix(client, cast):
    executed(cast)
    assert "附页" not in words(paper(client, cast.clerk, cast, "record").content)


def test_letters_carry_the_meeting_and_the_office(client, cast):
    confirm(executed(cast), cast.clerk)
    text = words(paper(client, cast.clerk, cast, "invitations").content)
    for part in (cast.application.meeting_name, cast.application.handler_phone, "申请回避"):
        assert part in text
    assert "兹聘请您为" in words(paper(client, cast.clerk, cast, "appointments").content)


def test_each_tab_is_a_workbook_of_its_own(client, cast):
    draw = executed(cast)
    leaver = seated(draw)[0]
    decline(leaver, cast.clerk)
    confirm(draw, cast.clerk, but=2)
    number = {"open": 2, "yes": 13, "no": 1}
    for key, title in (("open", "未确认名单"), ("yes", "参评名单"), ("no", "不参评名单")):
        answer = export(client, cast.clerk, cast, list=key, purpose="会务安排")
        rows = sheet_rows(answer)
        assert len(rows) == number[key]
        assert all("****" in row["手机"] for row in rows)
        entry = Event.objects.filter(action="draws.export_roster").latest("seq")
        assert (entry.details["document"], entry.details["rows"]) == (title, number[key])
    (row,) = rows
    assert (row["姓名"], row["答复"]) == (leaver.expert.name, "不参评")
    assert row["理由与渠道"] == "公务冲突·出国考察·电话"
    client.force_login(cast.clerk)
    asked = client.get(f"/draws/{cast.application.number}/roster/export?tab=no")
    assert '<option value="no" selected>不参评名单' in asked.text


def test_numbers_in_the_clear_need_permission_purpose_watermark_and_an_entry(client, cast):
    draw = executed(cast)
    phones = {each.expert.name: read_mobile(each.expert) for each in seated(draw)}
    for user in (cast.clerk, cast.reviewer):
        assert export(client, user, cast, mobiles="clear", purpose="通知参会").status_code == 403
        assert export(client, user, cast, format="pdf", purpose="通知参会").status_code == 403
    assert export(client, cast.lead, cast, mobiles="clear", purpose=" ").status_code == 422
    assert not Event.objects.filter(action="draws.export_unmasked").exists()
    answer = export(client, cast.lead, cast, mobiles="clear", purpose="通知参会")
    body = b"".join(answer.streaming_content)
    book = load_workbook(BytesIO(body))
    rows = list(book.active.iter_rows(values_only=True))
    at = {name: rows[0].index(name) for name in ("姓名", "手机")}
    given = {row[at["姓名"]]: row[at["手机"]] for row in rows[1:]}
    assert all(given[name] == phone for name, phone in phones.items())
    header = book.active.oddHeader.center.text
    assert cast.lead.real_name in header
    assert "用途：通知参会" in header
    entry = Event.objects.get(action="draws.export_unmasked")
    assert (entry.purpose, entry.details["rows"]) == ("通知参会", len(rows) - 1)
    assert entry.details["sha256"] == hashlib.sha256(body).hexdigest()


def test_the_telephone_list_is_watermarked_on_paper(client, cast):
    draw = executed(cast)
    answer = export(client, cast.hrss_lead, cast, format="pdf", purpose="紧急改期通知")
    text = words(answer.content)
    for standing in seated(draw):
        assert read_mobile(standing.expert) in text
    assert "用途：紧急改期通知" in text
    assert b"/PatternType 1" in unpacked(answer.content)
    entry = Event.objects.get(action="draws.export_unmasked")
    assert entry.details["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert entry.details["rows"] == 15


def test_anybody_can_check_the_code_on_a_locked_list_without_a_name(client, cast):
    draw = executed(cast)
    confirm(draw, cast.clerk)
    roster = roster_of(draw)
    version = lock_roster(roster, by=cast.lead)
    client.logout()
    text = client.get(f"/verify/{version.short_code}").text
    assert "名单在案，现行有效" in text
    assert draw.short_code in text
    assert not [each for each in seated(draw) if each.expert.name in text]
    unlock_roster(roster, by=cast.reviewer, reason="一名委员请假")
    assert "这一版名单已解除锁定" in client.get(f"/verify/{version.short_code}").text


def test_the_sheet_of_a_roster_says_which_list_it_is(cast):
    draw = executed(cast)
    assert sheet_of(draw, cast.clerk).state.startswith("未锁定")
    assert sheet_of(draw, cast.clerk, drawn=True).state == "抽取时名单"


@pytest.mark.parametrize("kind", HANDED)
def test_letters_and_cards_are_those_of_the_roster_that_a_supplement_joined(client, kind):
    cast, roster = make_roster()
    use_up(roster, cast)
    own, _ = drawn_supplement(roster, cast)
    client.force_login(cast.clerk)
    answer = client.get(f"/draws/{own.application.number}/papers/{kind}/named")
    assert answer.status_code == 302
    assert answer.url == f"/draws/{cast.application.number}/papers/{kind}/named"


def test_handed_papers_never_print_the_list_as_drawn(client, cast):
    draw = executed(cast)
    gone = seated(draw)[0]
    decline(gone, cast.clerk)
    text = words(paper(client, cast.clerk, cast, "cards", "?list=drawn").content)
    assert gone.expert.name not in text


def test_the_record_says_why_another_was_chosen(cast):
    draw = executed(cast)
    waiting = Standing.objects.filter(roster__draw=draw, position="WAITING").order_by("pk")
    done = decline(seated(draw)[0], cast.clerk)
    other = next(w for w in waiting if w.seat.specialty_id == done.entered.seat.specialty_id)
    choose_alternate(other, done.event.place, by=cast.clerk, note="专业更为对口")
    rows = later_data(roster_of(draw), cast.clerk)
    assert [row["why"] for row in rows][-1] == "专业更为对口"
    assert "出国考察" not in str(rows)


def test_letters_of_appointment_are_for_those_who_confirmed(client, cast):
    draw = executed(cast)
    refused = paper(client, cast.clerk, cast, "appointments")
    assert refused.status_code == 422
    assert "还没有人确认参评" in refused.text
    assert PURPOSE in refused.text
    confirm(draw, cast.clerk, but=1)
    text = words(paper(client, cast.clerk, cast, "appointments").content)
    *sure, silent = seated(draw)
    assert all(each.expert.name in text for each in sure)
    assert silent.expert.name not in text
