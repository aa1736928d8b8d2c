"""Whether the unit a row names and the credit code it gives belong together."""

from __future__ import annotations

from mingqian.committees.models import Status, Unit

from .cleaning import code_of
from .columns import Header
from .faults import Fault, FaultFinder
from .judge import JudgedRow


def same_name(one: str, other: str) -> bool:
    """Equal but for blanks, case and full-width signs."""
    return code_of(one) == code_of(other)


class UnitBook:
    """Units on record and units that the register itself brings along."""

    def __init__(self, by_code: dict[str, Unit], by_name: dict[str, Unit]) -> None:
        self.by_code = by_code
        self.by_name = by_name
        self.brought: dict[str, str] = {}
        self._brought_names: dict[str, str] = {}

    def judge(self, row: JudgedRow, header: Header) -> list[Fault]:
        """Faults of the two cells; fills in a missing code where the name says it."""
        values = row.record.values
        if "unit_name" not in values:
            return []
        finder = FaultFinder(header)
        finder.found = [fault for fault in row.faults if fault.key == "uscc"]
        if finder.found:
            return []
        name = row.record.text("unit_name")
        code = str(values.get("uscc", ""))
        if not code:
            self._fill_in(name, values, finder)
        elif code in self.by_code:
            self._judge_known(self.by_code[code], name, code, finder)
        else:
            self._judge_new(name, code, finder)
        return finder.found

    def _fill_in(self, name: str, values: dict[str, object], finder: FaultFinder) -> None:
        unit = self.by_name.get(name)
        code = unit.uscc if unit else self._brought_names.get(name)
        if code:
            values["uscc"] = code
        else:
            finder.add(
                "missing",
                "uscc",
                "",
                "未填写统一社会信用代码",
                "请按单位的法人证书或营业执照填写 18 位代码。",
            )

    def _judge_known(self, unit: Unit, name: str, code: str, finder: FaultFinder) -> None:
        if unit.status != Status.ACTIVE:
            finder.add(
                "unit_closed",
                "unit_name",
                name,
                f"单位「{unit.name}」已停用",
                "请填写专家现在的工作单位。",
            )
        elif not any(same_name(name, known) for known in (unit.name, *unit.aliases)):
            finder.add(
                "unit_mismatch",
                "unit_name",
                name,
                f"单位名称与代码不符：{code} 登记的是「{unit.name}」",
                "请核对单位名称和统一社会信用代码，改正抄错的一格。",
            )

    def _judge_new(self, name: str, code: str, finder: FaultFinder) -> None:
        known = self.by_name.get(name)
        if known is not None or self._brought_names.get(name, code) != code:
            other = known.uscc if known else self._brought_names[name]
            finder.add(
                "unit_mismatch",
                "uscc",
                code,
                f"「{name}」的统一社会信用代码是 {other}",
                "请核对单位名称和统一社会信用代码，改正抄错的一格。",
            )
        elif not same_name(self.brought.get(code, name), name):
            finder.add(
                "unit_mismatch",
                "unit_name",
                name,
                f"单位名称与代码不符：本名册前面的行里 {code} 是「{self.brought[code]}」",
                "请核对单位名称和统一社会信用代码，改正抄错的一格。",
            )
        else:
            self.brought.setdefault(code, name)
            self._brought_names.setdefault(name, code)
