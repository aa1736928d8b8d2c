"""The registers that offices handed over: every planted flaw is found, and nothing else is called bad."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mingqian.experts.models import PoolMembership, RowVerdict
from mingqian.experts.services import import_pool
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee
from tests.factories.experts import checked_import, register_row

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
REGISTERS = sorted(SHARED.glob("评委库名册-*.xlsx"))
CODES = {
    "身份证校验码错": {"id_checksum"},
    "未知专业": {"unknown_specialty"},
    "手机少一位": {"not_understood"},
    "身份证重复": {"id_repeated"},
    "聘期超过三年": {"term_too_long"},
    "缺工作单位": {"missing"},
    "性别与身份证不符": {"gender_mismatch"},
}


def flaws_of(kind: str) -> dict[int, str]:
    with (SHARED / "flaws.tsv").open(encoding="utf-8") as lines:
        return {
            int(place.removeprefix("第").removesuffix("条")): flaw
            for name, place, flaw in csv.reader(lines, delimiter="\t")
            if name == kind
        }


def judge_a_handed_over_register(path: Path) -> None:
    rows = list(load_workbook(path).active.iter_rows(min_row=4, values_only=True))
    specialties = sorted({str(row[10]) for row in rows})
    committee = make_committee(specialties=specialties)
    clerk = make_user("clerk", committee.office)
    expected = flaws_of(path.stem.split("-")[1])

    pool_import = checked_import(committee, path.read_bytes(), by=clerk)

    found = {
        row.number - 3: [fault["code"] for fault in row.faults]
        for row in pool_import.rows.filter(verdict=RowVerdict.BAD)
    }
    assert sorted(found) == sorted(expected)
    for number, flaw in expected.items():
        assert set(found[number]) == CODES[flaw], (number, flaw, found[number])
        assert len(found[number]) == 1
    assert pool_import.summary["counts"]["ADD"] == len(rows) - len(expected)

    import_pool(pool_import, by=clerk)
    assert PoolMembership.objects.filter(committee=committee).count() == len(rows) - len(expected)
    again = checked_import(committee, path.read_bytes(), by=clerk)
    counts = again.summary["counts"]
    assert counts == {
        "ADD": 0,
        "CHANGE": 0,
        "SAME": len(rows) - len(expected),
        "BAD": len(expected),
    }


if REGISTERS:
    # The office's own files stand beside the repository on some machines only.

    @pytest.mark.django_db
    @pytest.mark.parametrize("path", REGISTERS, ids=lambda path: path.stem)
    def test_every_flaw_of_a_handed_over_register_is_found_and_nothing_else(path: Path) -> None:
        judge_a_handed_over_register(path)


@pytest.mark.django_db
def test_every_flaw_planted_in_a_made_register_is_found_and_nothing_else() -> None:
    committee = make_committee(specialties=["建筑设计", "结构工程"])
    clerk = make_user("clerk", committee.office)
    rows = [register_row(number, specialties=["建筑设计", "结构工程"]) for number in range(1, 301)]

    def plant(place: int, **changes: object) -> None:
        rows[place - 1] |= changes

    number = str(rows[39]["身份证号"])
    plant(40, 身份证号=number[:-1] + ("1" if number[-1] != "1" else "2"))
    plant(71, 推荐专业="量子烹饪")
    plant(99, 手机=str(rows[98]["手机"])[:-1])
    plant(130, 身份证号=rows[12]["身份证号"])
    plant(177, 聘期止=date(2029, 4, 1))
    plant(201, 工作单位=None, 统一社会信用代码=None)
    plant(250, 性别="女" if rows[249]["性别"] == "男" else "男")
    # Slips that are cleaned: none of these may be called bad.
    plant(5, 姓名=" 曾\u3000芳平 ")
    plant(6, 手机="１３８００００００６６")
    plant(7, 手机=13800000077)
    plant(8, 聘期起="2026.4.1", 聘期止="2029年3月31日")
    plant(9, 聘期起="2024-03-01", 聘期止="2027/2/28")
    plant(10, 推荐专业="结构工程；建筑设计")

    checked = checked_import(committee, rows, by=clerk)

    found = {
        row.number - 3: {fault["code"] for fault in row.faults}
        for row in checked.rows.filter(verdict=RowVerdict.BAD)
    }
    assert found == {
        40: CODES["身份证校验码错"],
        71: CODES["未知专业"],
        99: CODES["手机少一位"],
        130: CODES["身份证重复"],
        177: CODES["聘期超过三年"],
        201: CODES["缺工作单位"],
        250: CODES["性别与身份证不符"],
    }
