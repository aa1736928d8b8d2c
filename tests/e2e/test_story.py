"""The main job, walked in Chinese in a real browser: from an office's workbook to a stranger's verdict."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mingqian.demo import founding
from mingqian.demo.cast import BUILDING_CLERK, BUILDING_LEAD, HEALTH_CLERK, OBSERVER, REVIEWER
from mingqian.demo.founding import Province
from mingqian.demo.people import experts_of
from mingqian.demo.places import BUILDING
from mingqian.demo.workbooks import pool_workbook, with_slips
from mingqian.demo.workdays import workday_after
from mingqian.draws.models import Draw
from tests.e2e import browser as harness

expect.set_options(timeout=60_000)

SEATS = {"建筑设计": 4, "结构工程": 3, "建筑施工": 3, "给水排水": 3, "道路工程": 4}


@pytest.fixture
def province(server) -> Province:
    """Offices, committees and users; nothing else."""
    province = Province(today=timezone.localdate())
    founding.found(province)
    return province


@pytest.fixture
def enter(visitor, province):
    """`enter(player)` is that player's signed-in page; patient, since CI may be busy with other tests."""

    def enter(player) -> Page:
        page = visitor(province.user(player), province.passwords[player.username])
        page.set_default_timeout(90_000)
        return page

    return enter


@pytest.fixture
def register(tmp_path: Path, province: Province) -> Path:
    """The building committee's register with a typist's slips."""
    year = province.today.year
    people = with_slips(experts_of(BUILDING, year=year))
    path = tmp_path / "评委库名册-建筑.xlsx"
    path.write_bytes(pool_workbook(BUILDING, people, year=year))
    return path


@pytest.mark.slow
def test_from_the_workbook_to_the_strangers_verdict(
    enter, visitor, watch, province: Province, register: Path, tmp_path: Path
) -> None:
    clerk = enter(BUILDING_CLERK)
    import_the_register(clerk, register)
    number = write_the_application(clerk, province)
    lead = enter(BUILDING_LEAD)
    submit(lead, number)
    reviewer = enter(REVIEWER)
    return_it(reviewer, number)
    change_two_numbers(lead, number, province)
    approve_what_changed(reviewer, number)
    observer = enter(OBSERVER)
    draw_before_witnesses(clerk, reviewer, observer, number)
    look_at_the_roster(clerk, observer, number)
    transcript = tmp_path / "凭证.json"
    take_the_papers(clerk, number, transcript)
    watch.expect(404)
    stranger = visitor()
    verify_as_a_stranger(stranger, transcript, tmp_path)
    other = enter(HEALTH_CLERK)
    assert other.goto(f"/draws/{number}/roster").status == 404


def import_the_register(clerk: Page, register: Path) -> None:
    """A dry run that names every bad cell, then the good rows; a second time changes nothing."""
    clerk.goto("/experts/import/")
    clerk.get_by_label("名册文件").set_input_files(register)
    clerk.get_by_role("button", name="上传并检查").click()
    expect(clerk.get_by_role("button", name="导入 633 条")).to_be_visible()
    clerk.get_by_role("link", name=re.compile("有误")).first.click()
    for slip in ("校验", "量子烹饪", "手机", "重复", "聘期", "单位", "性别"):
        expect(clerk.get_by_text(re.compile(slip)).first).to_be_visible()
    clerk.get_by_role("button", name="导入 633 条").click()
    expect(clerk.get_by_text(re.compile("导入 633 条"))).to_be_visible()
    clerk.goto("/experts/import/")
    clerk.get_by_label("名册文件").set_input_files(register)
    clerk.get_by_role("button", name="上传并检查").click()
    expect(clerk.get_by_text("没有可以导入的行")).to_be_visible()


def write_the_application(clerk: Page, province: Province) -> str:
    """A draft with a seat grid; an impossible number is named, a trial shows that the plan works."""
    clerk.goto("/draws/new")
    clerk.get_by_role("button", name="建立草稿").click()
    clerk.wait_for_url(re.compile(r"/draws/CQ-\d{4}-\d{4}/edit"))
    number = re.search(r"CQ-\d{4}-\d{4}", clerk.url).group()
    meeting = workday_after(timezone.localdate(), 3)
    before = workday_after(timezone.localdate(), 1)
    type_into(clerk, "meeting_name", "建筑工程高级职称评审会议")
    type_into(clerk, "starts_at", f"{meeting} 09:00")
    type_into(clerk, "ends_at", f"{meeting + dt.timedelta(days=1)} 17:30")
    type_into(clerk, "planned_draw_at", f"{before} 15:00")
    type_into(clerk, "place", "南江省人才大厦三层")
    type_into(clerk, "observer_names", "何守正（驻厅纪检监察组）")
    codes = {name: each.code for name, each in province.specialties("jz").items()}
    for name, seats in SEATS.items():
        type_into(clerk, f"primary-{codes[name]}", str(seats))
    type_into(clerk, f"primary-{codes['桥梁工程']}", "99")
    clerk.get_by_role("button", name="保存草稿").click()
    expect(
        clerk.locator(f"#row-{codes['桥梁工程']}.short, #row-{codes['桥梁工程']} .bad").first
    ).to_be_visible()
    type_into(clerk, f"primary-{codes['桥梁工程']}", "0")
    clerk.get_by_role("button", name="试抽取").click()
    expect(clerk.get_by_role("heading", name="可以抽取")).to_be_visible()
    expect(clerk.get_by_text(re.compile("不可作为正式结果")).first).to_be_visible()
    return number


def type_into(page: Page, name: str, text: str) -> None:
    """Type into the field of that name and leave it."""
    field = page.locator(f"[name='{name}']")
    field.fill(text)
    field.press("Tab")
    page.keyboard.press("Escape")


def submit(lead: Page, number: str) -> None:
    """The office lead hands it in, with a reason for each warning."""
    lead.goto(f"/draws/{number}/edit")
    for reason in lead.locator("[name^='reason']").all():
        reason.fill("已核对，按本年度申报情况设置。")
    lead.get_by_role("button", name="提交审核").click()
    expect(lead.get_by_text("待审核").first).to_be_visible()


def return_it(reviewer: Page, number: str) -> None:
    """The reviewer finds it among the to-dos and sends it back with every defect."""
    reviewer.goto("/")
    reviewer.get_by_text(re.compile(number)).first.wait_for()
    reviewer.goto(f"/review/draws/{number}/")
    reviewer.get_by_text("退回修改", exact=True).first.click()
    reviewer.get_by_label("人数不符合规定").check()
    reviewer.locator("[name=opinion]").fill(
        "结构工程申报较多，请增加 1 人；道路工程减少 1 人，合计不变。"
    )
    reviewer.get_by_role("button", name="提交审核意见").click()
    expect(reviewer.get_by_text("退回修改").first).to_be_visible()


def change_two_numbers(lead: Page, number: str, province: Province) -> None:
    """Reopened from the to-dos, two numbers changed, handed in again under the same number."""
    lead.goto("/")
    expect(lead.get_by_text(re.compile(f"退回修改.*{number}")).first).to_be_visible()
    lead.goto(f"/draws/{number}/edit")
    codes = {name: each.code for name, each in province.specialties("jz").items()}
    type_into(lead, f"primary-{codes['结构工程']}", "4")
    type_into(lead, f"primary-{codes['道路工程']}", "3")
    submit_again(lead)


def submit_again(lead: Page) -> None:
    lead.get_by_role("button", name="保存草稿").click()
    for reason in lead.locator("[name^='reason']").all():
        if not reason.input_value():
            reason.fill("已核对，按本年度申报情况设置。")
    lead.get_by_role("button", name="提交审核").click()
    expect(lead.get_by_text("待审核").first).to_be_visible()


def approve_what_changed(reviewer: Page, number: str) -> None:
    """The reviewer sees the second version beside the first and approves."""
    reviewer.goto(f"/review/draws/{number}/")
    expect(reviewer.get_by_role("heading", name="版本差异")).to_be_visible()
    differences = reviewer.locator("table.diff-table tbody tr")
    expect(differences.filter(has_text="结构工程").first).to_be_visible()
    expect(differences.filter(has_text="道路工程").first).to_be_visible()
    expect(differences).to_have_count(2)
    reviewer.get_by_text("审核通过", exact=True).first.click()
    reviewer.get_by_role("button", name="提交审核意见").click()
    expect(reviewer.get_by_text("待抽取").first).to_be_visible()


def draw_before_witnesses(clerk: Page, reviewer: Page, observer: Page, number: str) -> None:
    """Freeze; each party commits blind and reveals on its own account; one draw; the lots are turned up."""
    stage = f"/draws/{number}/official"
    clerk.goto(stage)
    clerk.get_by_role("button", name=re.compile("冻结")).click()
    for party, said in ((clerk, "公开"), (reviewer, "公平公正"), (observer, "")):
        party.goto(stage)
        if said:
            party.get_by_label("加一段自己的文字（可不填）").fill(said)
        party.locator("[data-contribute] button[type=submit]").click()
        expect(party.locator("[data-contribute]")).to_have_count(0)
    # Nobody loads the page again: it follows what the others do.
    for party in (clerk, reviewer, observer):
        party.get_by_role("button", name="揭示", exact=True).click()
        expect(party.get_by_role("button", name="揭示", exact=True)).to_have_count(0)
    clerk.get_by_role("button", name="开始抽取").click()
    clerk.get_by_role("button", name=re.compile("翻开下一签")).click()
    clerk.keyboard.press("Space")
    clerk.get_by_role("button", name="直接看结果").click()
    clerk.get_by_role("link", name="查看结果").click()
    expect(clerk.get_by_text("任何人都可以自行验证")).to_be_visible()
    for party in (reviewer, observer):
        expect(party.get_by_text("任何人都可以自行验证")).to_be_visible()
    assert harness.overflow(clerk) <= 0


def look_at_the_roster(clerk: Page, observer: Page, number: str) -> None:
    """The office sees names, the observer masks; both see the same lots."""
    draw = Draw.objects.get(application__matter__number=number, status="EXECUTED")
    seat = draw.seats.select_related("expert").filter(seat_type="PRIMARY").first()
    clerk.goto(f"/draws/{number}/roster")
    expect(clerk.get_by_text(seat.expert.name, exact=True).first).to_be_visible()
    expect(clerk.get_by_text(seat.lot_code).first).to_be_visible()
    observer.goto(f"/draws/{number}/roster")
    expect(observer.get_by_text(seat.lot_code).first).to_be_visible()
    held = observer.content()
    assert not [
        s
        for s in draw.seats.select_related("expert")
        if len(s.expert.name) > 2 and s.expert.name in held
    ]
    assert seat.expert.mobile_masked not in held


def take_the_papers(clerk: Page, number: str, transcript: Path) -> None:
    """Three masked PDFs, one with names and the workbook for their purposes, and the transcript."""
    for kind in ("record", "notary", "roster"):
        answer = clerk.request.get(f"/draws/{number}/papers/{kind}.pdf")
        assert answer.ok, kind
        assert answer.body().startswith(b"%PDF-"), kind
    clerk.goto(f"/draws/{number}/roster")
    clerk.get_by_role("link", name=re.compile(r"含姓名\s*的签到表")).click()
    clerk.get_by_label("会议现场签到").check()
    with clerk.expect_download() as sheet:
        clerk.get_by_role("button", name="生成 PDF").click()
    assert sheet.value.suggested_filename.endswith("签到表.pdf")
    clerk.goto(f"/draws/{number}/roster")
    clerk.get_by_role("link", name="导出专家名单").click()
    clerk.get_by_label("用途").fill("通知专家参会")
    with clerk.expect_download() as workbook:
        clerk.get_by_role("button", name="导出 Excel").click()
    assert workbook.value.suggested_filename.endswith(".xlsx")
    clerk.goto(f"/draws/{number}/roster")
    with clerk.expect_download() as file:
        clerk.get_by_role("link", name="下载抽取凭证").click()
    file.value.save_as(transcript)


def verify_as_a_stranger(stranger: Page, transcript: Path, tmp_path: Path) -> None:
    """A chosen file is judged at once: all right, or the failing step by name. The offline program agrees."""
    stranger.goto("/verify")
    stranger.get_by_label("凭证文件", exact=True).set_input_files(transcript)
    expect(stranger.get_by_text(re.compile(r"全部 \d+ 项相符"))).to_be_visible()
    whole = transcript.read_bytes()
    place = whole.index(b'"ticket":"') + len(b'"ticket":"')
    digit = b"0" if whole[place : place + 1] != b"0" else b"1"
    changed = tmp_path / "改动.json"
    changed.write_bytes(whole[:place] + digit + whole[place + 1 :])
    stranger.goto("/verify")
    stranger.get_by_label("凭证文件", exact=True).set_input_files(changed)
    expect(stranger.get_by_text(re.compile(r"验证未通过：第 \d+ 步"))).to_be_visible()
    for path, code in ((transcript, 0), (changed, 1)):
        command = [sys.executable, "-m", "fairdraw", "verify", str(path)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == code
