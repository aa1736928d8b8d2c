"""The registers that offices handed over: every planted flaw is found, and nothing else is called bad."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mingqian.experts.models import PoolMembership, RowVerdict
from mingqian.experts.services import import_pool
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee
from tests.factories.experts import checked_import

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


@pytest.mark.django_db
@pytest.mark.parametrize("path", REGISTERS, ids=lambda path: path.stem)
def test_every_planted_flaw_is_found_and_nothing_else_is_called_bad(path: Path) -> None:
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
