"""What an import does to the pool: adds, changes, renews, leaves alone; all of it or nothing."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook

from mingqian.audit.models import Event
from mingqian.committees.models import Unit
from mingqian.experts.models import (
    Expert,
    ImportRow,
    MembershipStatus,
    PoolImport,
    PoolMembership,
    RowVerdict,
)
from mingqian.experts.queries import history_of_expert
from mingqian.experts.sealing import read_id, read_mobile
from mingqian.experts.services import (
    PoolChanged,
    bad_rows_workbook,
    drop_import,
    import_pool,
    register_template,
    start_import,
    suspend_membership,
)
from mingqian.experts.services.importing.content import ContentGone
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee
from tests.factories.experts import (
    HEADINGS,
    checked_import,
    imported,
    register_row,
    register_workbook,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee():
    return make_committee(specialties=["建筑设计", "结构工程", "给水排水"])


@pytest.fixture
def clerk(committee):
    return make_user("clerk", committee.office)


def counts(pool_import: PoolImport) -> tuple[int, ...]:
    return tuple(pool_import.summary["counts"][key] for key in ("ADD", "CHANGE", "SAME", "BAD"))


def test_a_dry_run_changes_nothing(committee, clerk) -> None:
    checked = checked_import(committee, [register_row(n) for n in range(1, 6)], by=clerk)
    assert counts(checked) == (5, 0, 0, 0)
    assert not Expert.objects.exists()
    assert not Unit.objects.filter(name__startswith="南江第").exists()


def test_good_rows_become_members_with_everything_they_say(committee, clerk) -> None:
    row = register_row(3, specialties=["结构工程", "建筑设计"], 状态="暂停", 委员职务="副主任委员")
    imported(committee, [row], by=clerk)
    member = PoolMembership.objects.select_related("expert__unit").get()
    expert = member.expert
    assert (expert.name, expert.title_name, expert.unit.name) == (
        row["姓名"],
        "高级工程师",
        row["工作单位"],
    )
    assert expert.expert_no.startswith("ZJ20")
    assert len(expert.expert_no) == 12
    assert read_id(expert) == row["身份证号"]
    assert read_mobile(expert) == row["手机"]
    assert str(row["身份证号"]).encode() not in bytes(expert.id_sealed)
    assert (member.term_from, member.term_to) == (date(2025, 4, 1), date(2028, 3, 31))
    assert (member.status, member.get_duty_display()) == (MembershipStatus.SUSPENDED, "副主任委员")
    assert [link.specialty.name for link in member.specialty_links.all()] == [
        "结构工程",
        "建筑设计",
    ]
    assert member.office_id == committee.office_id


def test_the_same_file_again_changes_nothing(committee, clerk) -> None:
    rows = [register_row(n, specialties=["建筑设计", "给水排水"]) for n in range(1, 30)]
    imported(committee, rows, by=clerk)
    before = list(Expert.objects.order_by("pk").values())
    memberships = list(PoolMembership.objects.order_by("pk").values())
    again = checked_import(committee, rows, by=clerk)
    assert counts(again) == (0, 0, 29, 0)
    import_pool(again, by=clerk)
    assert list(Expert.objects.order_by("pk").values()) == before
    assert list(PoolMembership.objects.order_by("pk").values()) == memberships


def test_a_change_is_shown_old_and_new_and_then_made(committee, clerk) -> None:
    imported(committee, [register_row(1), register_row(2)], by=clerk)
    changed = register_row(
        1,
        职称="正高级工程师",
        级别="正高级",
        手机="13999990001",
        推荐专业="结构工程;建筑设计",
        学历="研究生",
    )
    checked = checked_import(committee, [changed, register_row(2)], by=clerk)
    assert counts(checked) == (0, 1, 1, 0)
    row = checked.rows.get(verdict=RowVerdict.CHANGE)
    lines = {line["label"]: (line["old"], line["new"]) for line in row.changes}
    assert lines == {
        "手机": ("138****0001", "139****0001"),
        "职称": ("高级工程师", "正高级工程师"),
        "级别": ("副高级", "正高级"),
        "学历": ("大学本科", "研究生"),
        "推荐专业": ("建筑设计", "结构工程、建筑设计"),
    }
    import_pool(checked, by=clerk)
    expert = Expert.objects.get(pk=row.expert_id)
    assert (expert.title_name, read_mobile(expert), expert.version) == (
        "正高级工程师",
        "13999990001",
        2,
    )
    member = expert.memberships.get()
    assert [link.specialty.name for link in member.specialty_links.all()] == [
        "结构工程",
        "建筑设计",
    ]


def test_a_blank_optional_cell_leaves_what_is_on_record(committee, clerk) -> None:
    imported(committee, [register_row(1)], by=clerk)
    blank = register_row(1, 学科组=None, 委员职务=None, 办公电话=None, 邮箱=None, 状态=None)
    assert counts(checked_import(committee, [blank], by=clerk)) == (0, 0, 1, 0)


def test_bad_rows_are_left_out_and_the_good_ones_imported(committee, clerk) -> None:
    rows = [register_row(1), register_row(2, 手机="1"), register_row(3)]
    done = imported(committee, rows, by=clerk)
    assert Expert.objects.count() == 2
    assert done.stage == PoolImport.Stage.IMPORTED
    assert done.rows.get(verdict=RowVerdict.BAD).applied_at is None


def test_a_later_term_renews_and_keeps_the_old_one(committee, clerk) -> None:
    imported(committee, [register_row(1)], by=clerk)
    renewed = register_row(1, 聘期起=date(2028, 4, 1), 聘期止=date(2031, 3, 31))
    checked = checked_import(committee, [renewed], by=clerk)
    assert checked.rows.get().note == "续聘"
    import_pool(checked, by=clerk)
    old, new = PoolMembership.objects.order_by("term_from")
    assert (old.status, new.status) == (MembershipStatus.EXPIRED, MembershipStatus.ACTIVE)
    assert counts(checked_import(committee, [renewed], by=clerk)) == (0, 0, 1, 0)


def test_last_years_register_does_not_turn_the_clock_back(committee, clerk) -> None:
    imported(
        committee, [register_row(1, 聘期起=date(2026, 1, 1), 聘期止=date(2028, 12, 31))], by=clerk
    )
    old = register_row(1, 聘期起=date(2022, 1, 1), 聘期止=date(2024, 12, 31))
    assert [f["code"] for f in checked_import(committee, [old], by=clerk).rows.get().faults] == [
        "older_term"
    ]


def test_who_left_comes_back_as_a_new_member(committee, clerk) -> None:
    imported(committee, [register_row(1, 状态="离库")], by=clerk)
    back = register_row(1, 聘期起=date(2026, 6, 1), 聘期止=date(2029, 5, 31))
    checked = checked_import(committee, [back], by=clerk)
    assert checked.rows.get().note == "重新入库"
    import_pool(checked, by=clerk)
    assert list(PoolMembership.objects.order_by("term_from").values_list("status", flat=True)) == [
        "LEFT",
        "ACTIVE",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("expert", "DISQUALIFIED"), ("expert", "DECEASED"), ("membership", "DISQUALIFIED")],
)
def test_a_register_does_not_bring_back_the_disqualified(committee, clerk, field, value) -> None:
    imported(committee, [register_row(1)], by=clerk)
    (Expert if field == "expert" else PoolMembership).objects.update(status=value)
    assert [
        f["code"] for f in checked_import(committee, [register_row(1)], by=clerk).rows.get().faults
    ] == ["gone"]


def test_another_offices_expert_joins_our_pool_without_showing_their_data(committee, clerk) -> None:
    theirs = make_committee(specialties=["建筑设计"])
    imported(theirs, [register_row(1, 学历="研究生")], by=make_user("clerk", theirs.office))
    checked = checked_import(committee, [register_row(1)], by=clerk)
    row = checked.rows.get()
    assert (row.verdict, row.note) == (RowVerdict.ADD, "已有专家，加入本评委库")
    assert {
        "field": "education",
        "label": "学历",
        "old": "（由其他办公室登记）",
        "new": "大学本科",
    } in row.changes
    import_pool(checked, by=clerk)
    assert Expert.objects.count() == 1
    assert Expert.objects.get().memberships.count() == 2


def test_an_import_leaves_one_entry_with_counts_and_digests(committee, clerk) -> None:
    done = imported(committee, [register_row(n) for n in range(1, 4)], by=clerk)
    event = Event.objects.get(action="experts.import_pool")
    assert event.details["counts"] == {"ADD": 3, "CHANGE": 0, "SAME": 0, "BAD": 0}
    assert event.details["sha256"] == done.sha256
    assert event.details["rows_digest"] == done.outcome_digest
    assert event.actor_id == clerk.pk


def test_an_experts_history_shows_what_imports_did(committee, clerk) -> None:
    imported(committee, [register_row(1)], by=clerk)
    imported(committee, [register_row(1, 学历="研究生")], by=clerk)
    entries = history_of_expert(Expert.objects.get(), clerk)
    assert [entry.title for entry in entries] == ["名册变更", "入库"]
    assert entries[0].quote == "学历：大学本科 → 研究生"


def test_an_import_stops_when_the_pool_changed_since_the_dry_run(committee, clerk) -> None:
    first = checked_import(committee, [register_row(n) for n in range(1, 4)], by=clerk)
    imported(committee, [register_row(2)], by=clerk)
    with pytest.raises(PoolChanged):
        import_pool(first, by=clerk)
    first.refresh_from_db()
    assert Expert.objects.count() == 1
    assert (first.stage, counts(first)) == (PoolImport.Stage.CHECKED, (2, 0, 1, 0))
    assert first.summary["rechecked"] is True
    import_pool(first, by=clerk)
    assert Expert.objects.count() == 3


def test_a_suspension_after_the_dry_run_is_noticed(committee, clerk) -> None:
    imported(committee, [register_row(1)], by=clerk)
    checked = checked_import(committee, [register_row(1, 学历="研究生")], by=clerk)
    suspend_membership(PoolMembership.objects.get(), reason="出国访学", by=clerk)
    with pytest.raises(PoolChanged):
        import_pool(checked, by=clerk)


def test_importing_twice_imports_once(committee, clerk) -> None:
    checked = checked_import(committee, [register_row(1)], by=clerk)
    import_pool(checked, by=clerk)
    with pytest.raises(PoolChanged):
        import_pool(PoolImport.objects.get(pk=checked.pk), by=clerk)
    assert Expert.objects.count() == 1
    assert PoolImport.objects.get(pk=checked.pk).stage == PoolImport.Stage.IMPORTED


def test_a_failure_in_the_middle_leaves_nothing_behind(committee, clerk, monkeypatch) -> None:
    checked = checked_import(committee, [register_row(n) for n in range(1, 4)], by=clerk)

    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr("mingqian.experts.services.importing.apply.record", fail)
    with pytest.raises(RuntimeError):
        import_pool(checked, by=clerk)
    assert not Expert.objects.exists()
    assert PoolImport.objects.get(pk=checked.pk).stage == PoolImport.Stage.CHECKED


def test_new_units_are_entered_once_by_their_code(committee, clerk) -> None:
    rows = [
        register_row(n, 工作单位="南江新院", 统一社会信用代码="11440000006939748G") for n in (1, 2)
    ]
    checked = checked_import(committee, rows, by=clerk)
    assert checked.summary["new_units"] == 1
    import_pool(checked, by=clerk)
    unit = Unit.objects.get(uscc="11440000006939748G")
    assert unit.get_unit_type_display() == "机关"
    assert Expert.objects.filter(unit=unit).count() == 2


def test_members_who_are_not_listed_are_counted_and_left_alone(committee, clerk) -> None:
    imported(committee, [register_row(n) for n in range(1, 6)], by=clerk)
    checked = checked_import(committee, [register_row(1)], by=clerk)
    assert checked.summary["not_listed"] == 4
    import_pool(checked, by=clerk)
    assert PoolMembership.objects.open().count() == 5


def test_the_bad_rows_come_back_as_a_workbook_that_can_be_mended_and_uploaded(
    committee, clerk
) -> None:
    rows = [
        register_row(1),
        register_row(2, 手机="1381234567", 备注="=1+1"),
        register_row(3, 聘期止=date(2031, 1, 1)),
    ]
    checked = checked_import(committee, rows, by=clerk)
    content = bad_rows_workbook(checked, by=clerk)
    sheet = load_workbook(BytesIO(content)).active
    heads = [cell.value for cell in sheet[1]]
    assert [head for head in heads if head != "问题与改法"] == list(HEADINGS)
    assert heads[heads.index("手机") + 1] == "问题与改法"
    line = dict(zip(heads, sheet[2], strict=True))
    assert line["身份证号"].value == rows[1]["身份证号"]
    assert "11 位" in sheet.cell(2, heads.index("手机") + 2).value
    assert (line["备注"].value, line["备注"].data_type) == ("=1+1", "s")
    assert sheet.max_row == 3
    sheet.cell(2, heads.index("手机") + 1).value = "13812345678"
    stream = BytesIO()
    sheet.parent.save(stream)
    mended = checked_import(committee, stream.getvalue(), by=clerk)
    assert counts(mended) == (1, 0, 0, 1)
    event = Event.objects.get(action="experts.download_bad_rows")
    assert event.details["rows"] == 2


def test_the_template_can_be_filled_in_and_imported(committee, clerk) -> None:
    book = load_workbook(BytesIO(register_template(committee)))
    sheet = book["名册"]
    heads = [cell.value for cell in sheet[2]]
    for column, head in enumerate(heads, start=1):
        sheet.cell(3, column).value = register_row(1).get(head)
    stream = BytesIO()
    book.save(stream)
    assert counts(checked_import(committee, stream.getvalue(), by=clerk)) == (1, 0, 0, 0)


def test_a_dropped_import_forgets_its_file(committee, clerk) -> None:
    checked = checked_import(committee, [register_row(1, 手机="1")], by=clerk)
    assert drop_import(checked, by=clerk)
    dropped = PoolImport.objects.get(pk=checked.pk)
    assert (dropped.stage, dropped.content_sealed, dropped.rows.count()) == ("DROPPED", None, 0)
    with pytest.raises(ContentGone):
        bad_rows_workbook(dropped, by=clerk)


def test_the_file_is_not_stored_in_the_clear(committee, clerk) -> None:
    content = register_workbook([register_row(1)])
    stored = start_import(committee=committee, filename="a.xlsx", content=content, by=clerk)
    assert content[:200] not in bytes(PoolImport.objects.get(pk=stored.pk).content_sealed)


def test_another_offices_committee_cannot_be_imported_into(clerk) -> None:
    other = make_committee()
    with pytest.raises(PermissionDenied):
        start_import(
            committee=other,
            filename="a.xlsx",
            content=register_workbook([register_row(1)]),
            by=clerk,
        )
    assert not PoolImport.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "hrss_lead", "observer", "sysadmin"])
def test_only_the_office_imports(committee, role) -> None:
    with pytest.raises(PermissionDenied):
        start_import(
            committee=committee,
            filename="a.xlsx",
            content=register_workbook([register_row(1)]),
            by=make_user(role),
        )


def test_a_register_of_thousands_takes_a_bounded_number_of_queries(
    committee, clerk, django_assert_max_num_queries
) -> None:
    few = start_import(
        committee=committee, filename="a.xlsx", by=clerk,
        content=register_workbook([register_row(n) for n in range(1, 701)]),
    )  # fmt: skip
    from mingqian.experts.services import check_import

    with django_assert_max_num_queries(40):
        check_import(few)
    assert ImportRow.objects.count() == 700
