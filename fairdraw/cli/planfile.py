"""Reading a plan that somebody wrote by hand, as TOML.

Fields: ``title``, ``employer_cap``, ``group_cap`` or a table ``[group_caps]``, a table ``[labels]``,
``ceiling`` (at least 1), one ``[[stratum]]`` (id, primary, alternate, group) for each kind of seat, one
``[[quota]]`` (category, values, low, high, alternate_low, alternate_high, group) for each quota,
``[[designated]]`` and ``[[kept]]`` (id, employer, stratum, group, values) for members who sit without
being drawn.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairdraw.canonical import clean_text
from fairdraw.cli.sheets import Names
from fairdraw.cli.workbook import text_of
from fairdraw.errors import FairdrawError
from fairdraw.quotas import Quota
from fairdraw.rules import Member, Plan, Stratum

_TOP = {"title", "employer_cap", "group_cap", "group_caps", "labels", "ceiling"}
_STRATUM = {"id", "primary", "alternate", "group"}
_QUOTA = {"category", "values", "low", "high", "alternate_low", "alternate_high", "group"}
_MEMBER = {"id", "employer", "stratum", "group", "values"}
#: Some times what a plan of the largest size takes up.
_LARGEST_PLAN = 4 * 2**20
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
#: A key of so many parts that it means no field: it would keep the TOML parser busy for minutes.
_LONG_KEY = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*+{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{20}}")


def read_plan(path: Path, names: Names) -> Plan:
    """The plan of a file; errors carry ``file`` and, where it can be told, ``field``."""
    table = _toml(path)
    for name in table:
        if name not in _TOP | {"stratum", "quota", "designated", "kept"}:
            raise FairdrawError("FIELD_UNKNOWN", file=path.name, field=name)
    ceiling = table.get("ceiling")
    try:
        if "group_caps" in table:
            if "group_cap" in table:
                raise FairdrawError("FIELD_TWICE", field="group_caps", other="group_cap")
            _table(table["group_caps"], "group_caps")
        elif isinstance(table.get("group_cap"), dict):
            raise FairdrawError("INTEGER_EXPECTED", field="group_cap", found="table")
        strata = _entries(table, "stratum", _STRATUM, "id")
        quotas = _entries(table, "quota", _QUOTA, "category", "values")
        return Plan(
            strata=tuple(Stratum(**{"primary": 0, "alternate": 0, **e}) for e in strata),
            employer_cap=table.get("employer_cap"),
            group_cap=table.get("group_caps", table.get("group_cap")),
            designated=_members(table, "designated", names),
            kept=_members(table, "kept", names),
            title=table.get("title", ""),
            labels=tuple(_table(table.get("labels", {}), "labels").items()),
            quotas=tuple(Quota(**entry) for entry in quotas),
            # A float as it was written: 1.1 is eleven tenths.
            ceiling=str(ceiling) if isinstance(ceiling, float) else ceiling,  # type: ignore[arg-type]
        )
    except FairdrawError as error:
        raise FairdrawError(error.code, **{"file": path.name, **error.params}) from None


def _toml(path: Path) -> dict[str, Any]:
    """The file as TOML; TOML_BROKEN, FILE_TOO_LARGE and whatever ``text_of`` refuses."""
    text = text_of(path, most=_LARGEST_PLAN)
    if _LONG_KEY.search(text):
        raise FairdrawError("TOML_BROKEN", file=path.name, reason="a key of too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise FairdrawError("TOML_BROKEN", file=path.name, reason="nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise FairdrawError("TOML_BROKEN", file=path.name, reason=str(error)) from None
    except ValueError:
        # Python reads no whole number of thousands of digits.
        raise FairdrawError("TOML_BROKEN", file=path.name, reason="too long a number") from None


def _table(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FairdrawError("TABLE_EXPECTED", field=field)
    return value


def _entries(
    table: Mapping[str, Any], name: str, allowed: set[str], *required: str
) -> list[dict[str, Any]]:
    entries = table.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise FairdrawError("TABLE_EXPECTED", field=f"[[{name}]]")
    for number, entry in enumerate(entries, 1):
        for key in entry:
            if key not in allowed:
                raise FairdrawError("FIELD_UNKNOWN", field=f"{name} {number}: {key}")
        for key in required:
            if key not in entry:
                raise FairdrawError("FIELD_MISSING", field=f"{name} {number}: {key}")
    return entries


def _members(table: Mapping[str, Any], name: str, names: Names) -> tuple[Member, ...]:
    members = []
    for number, entry in enumerate(_entries(table, name, _MEMBER, "id"), 1):
        values = _table(entry.get("values", {}), f"{name} {number}: values")
        public = names.public(clean_text(entry["id"], f"{name} {number}: id"))
        members.append(Member(**{**entry, "id": public, "values": tuple(values.items())}))
    return tuple(members)
