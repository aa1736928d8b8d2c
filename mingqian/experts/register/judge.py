"""One row of a register: cleaned, judged cell by cell, and made into a record if nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .cleaning import has_control_characters, name_of, text_of
from .columns import COLUMNS, Header
from .faults import Fault, FaultFinder, masked
from .identity import judge_contact, judge_identity
from .sheet import Cell
from .standing import judge_membership, judge_title, judge_unit


@dataclass(frozen=True, slots=True)
class Expectations:
    """What this committee asks of a row. `specialties` maps a specialty's name to its id."""

    specialties: dict[str, int]
    minimum_level: int
    minimum_level_name: str
    term_years: int
    term_citation: str
    on: date


@dataclass(slots=True)
class Record:
    """What a good row says. Optional values are absent where the cell is blank: blank leaves alone what is on record."""

    number: int
    values: dict[str, object] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A value known to be text."""
        return str(self.values[key])


@dataclass(slots=True)
class JudgedRow:
    """A row with its verdict so far: `record` holds what was read even where `faults` is not empty."""

    number: int
    name: str
    id_masked: str
    record: Record
    faults: list[Fault]
    cells: list[Cell]


class Judge:
    """Judges the rows of one register in their order, remembering the identity numbers already seen."""

    def __init__(self, header: Header, expectations: Expectations) -> None:
        self.header = header
        self.expectations = expectations
        self.seen: dict[tuple[str, str], int] = {}

    def judge(self, number: int, cells: list[Cell]) -> JudgedRow:
        """Clean and judge one row; `number` is the row as the spreadsheet counts."""
        raw = {
            key: cells[place] if place < len(cells) else None
            for key, place in self.header.places.items()
        }
        finder = FaultFinder(self.header)
        record = Record(number)
        for column in COLUMNS:
            cell = raw.get(column.key)
            if isinstance(cell, str) and has_control_characters(cell):
                finder.add(
                    "control_characters",
                    column.key,
                    cell,
                    "含有看不见的控制字符",
                    "请清空这一格，重新输入内容。",
                )
                raw[column.key] = None
        judge_identity(raw, record.values, finder, on=self.expectations.on)
        self._refuse_repeated(record, finder)
        judge_contact(raw, record.values, finder)
        judge_unit(raw, record.values, finder)
        judge_title(raw, record.values, finder, self.expectations)
        judge_membership(raw, record.values, finder, self.expectations)
        return JudgedRow(
            number=number,
            name=masked("name", name_of(raw.get("name"))),
            id_masked=masked("id_number", text_of(raw.get("id_number"))),
            record=record,
            faults=finder.found,
            cells=cells,
        )

    def _refuse_repeated(self, record: Record, finder: FaultFinder) -> None:
        if "id_number" not in record.values:
            return
        identity = (record.text("id_type"), record.text("id_number"))
        first = self.seen.setdefault(identity, record.number)
        if first != record.number:
            # Whose number it is, is unknown; what it says about gender proves nothing here.
            finder.found = [fault for fault in finder.found if fault.code not in OF_THE_NUMBER]
            finder.add(
                "id_repeated",
                "id_number",
                record.text("id_number"),
                f"身份证号重复：与第 {first} 行相同",
                "两行是同一人的，删去一行；不是同一人的，对照证件原件改正号码。",
            )


OF_THE_NUMBER = frozenset({"gender_mismatch", "birth_mismatch", "age"})
