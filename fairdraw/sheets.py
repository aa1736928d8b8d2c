"""Reading what people write by hand: the pool as CSV, the plan as TOML.

Pool: one row per person, first row the column names. ``id`` (required, unique), ``employer`` (may be
empty: not known), ``strata`` (required column; several joined by ";"), ``excluded`` (codes joined by
";", may be absent), and any number of ``value:NAME`` columns. Other columns are refused, so that a
misspelt one is not overlooked.

Plan: ``title``, ``employer_cap``, ``group_cap`` or a table ``[group_caps]``, a table ``[labels]``, one
``[[stratum]]`` (id, primary, alternate, group) for each kind of seat, ``[[designated]]`` and
``[[kept]]`` (id, employer, stratum, group) for members who sit without being drawn.
"""

from __future__ import annotations

import csv
import io
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairdraw.canonical import digest
from fairdraw.errors import FairdrawError
from fairdraw.pool import Candidate, Exclusion, Pool, pseudonym
from fairdraw.rules import Member, Plan, Stratum

LARGEST_FILE = 512 * 2**20


@dataclass
class Names:
    """Ids as written by people against ids as published.

    ``plain``: publish the written ids as they are. Otherwise each gets a pseudonym under a fresh
    salt; ``salts`` is the private key to them.
    """

    plain: bool = False
    profile: str = "sha256"
    salts: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def public(self, written: str) -> str:
        """The published id of a written one."""
        salt = self.salts.setdefault(written, secrets.token_bytes(16))
        public = written if self.plain else pseudonym(salt, written, profile=self.profile)
        self.written[public] = written
        return public


def read_pool(path: Path, names: Names) -> Pool:
    """The pool of a CSV file; errors carry ``file``, ``row`` (from 1, the header included) and ``column``."""
    reader = csv.reader(io.StringIO(_text_of(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header)
        people = []
        rows: dict[str, int] = {}
        for number, cells in enumerate(reader, 2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise FairdrawError(
                    "ROW_LENGTH", file=path.name, row=number, columns=len(header), found=len(cells)
                )
            row = {name: cell.strip() for name, cell in zip(header, cells)}
            person = _person(path, number, row, names)
            if person.id in rows:
                raise FairdrawError(
                    "CANDIDATE_TWICE",
                    file=path.name,
                    row=number,
                    id=row["id"],
                    first=rows[person.id],
                )
            rows[person.id] = number
            people.append(person)
    except csv.Error as error:
        raise FairdrawError(
            "CSV_BROKEN", file=path.name, row=reader.line_num, reason=str(error)
        ) from None
    return Pool(people, profile=names.profile)


def _check_header(path: Path, header: list[str]) -> None:
    for name in ("id", "employer", "strata"):
        if name not in header:
            raise FairdrawError("COLUMN_MISSING", file=path.name, row=1, column=name)
    for name in header:
        known = name in ("id", "employer", "strata", "excluded") or name.startswith("value:")
        if not known:
            raise FairdrawError("COLUMN_UNKNOWN", file=path.name, row=1, column=name)
        if header.count(name) > 1:
            raise FairdrawError("COLUMN_TWICE", file=path.name, row=1, column=name)


def _person(path: Path, number: int, row: Mapping[str, str], names: Names) -> Candidate:
    try:
        if not row["id"]:
            raise FairdrawError("TEXT_MISSING", field="id")
        public = names.public(row["id"])
        salt = names.salts[row["id"]]
        evidence = _evidence(salt, row, names.profile)
        return Candidate(
            id=public,
            employer=row["employer"] or None,
            strata=tuple(_parts(row["strata"])),
            exclusions=tuple(Exclusion(code, evidence) for code in _parts(row.get("excluded", ""))),
            values=tuple(
                (name.removeprefix("value:"), value)
                for name, value in row.items()
                if name.startswith("value:") and value
            ),
        )
    except FairdrawError as error:
        if "file" in error.params:
            raise
        raise FairdrawError(error.code, file=path.name, row=number, **error.params) from None


def _evidence(salt: bytes, row: Mapping[str, str], profile: str) -> str:
    cells = [cell for pair in sorted(row.items()) for cell in pair]
    return digest("fairdraw/1/evidence", salt, *(c.encode() for c in cells), profile=profile).hex()


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def read_plan(path: Path, names: Names) -> Plan:
    """The plan of a TOML file; errors carry ``file`` and, where it can be told, ``field``."""
    try:
        table = tomllib.loads(_text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise FairdrawError("TOML_BROKEN", file=path.name, reason=str(error)) from None
    allowed = {"title", "employer_cap", "group_cap", "group_caps", "labels", "stratum"}
    for name in table:
        if name not in allowed | {"designated", "kept"}:
            raise FairdrawError("FIELD_UNKNOWN", file=path.name, field=name)
    try:
        return Plan(
            strata=tuple(
                Stratum(**entry)
                for entry in _entries(table, "stratum", {"id", "primary", "alternate", "group"})
            ),
            employer_cap=table.get("employer_cap"),
            group_cap=table.get("group_caps", table.get("group_cap")),
            designated=_members(table, "designated", names),
            kept=_members(table, "kept", names),
            title=table.get("title", ""),
            labels=tuple(_labels(table)),
        )
    except FairdrawError as error:
        raise FairdrawError(error.code, **{"file": path.name, **error.params}) from None


def _labels(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    labels = table.get("labels", {})
    if not isinstance(labels, dict):
        raise FairdrawError("TABLE_EXPECTED", field="labels")
    return list(labels.items())


def _entries(table: Mapping[str, Any], name: str, allowed: set[str]) -> list[dict[str, Any]]:
    entries = table.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise FairdrawError("TABLE_EXPECTED", field=f"[[{name}]]")
    for number, entry in enumerate(entries, 1):
        for key in entry:
            if key not in allowed:
                raise FairdrawError("FIELD_UNKNOWN", field=f"{name} {number}: {key}")
        if "id" not in entry:
            raise FairdrawError("FIELD_MISSING", field=f"{name} {number}: id")
    if name == "stratum":
        return [{"primary": 0, "alternate": 0, **entry} for entry in entries]
    return entries


def _members(table: Mapping[str, Any], name: str, names: Names) -> tuple[Member, ...]:
    entries = _entries(table, name, {"id", "employer", "stratum", "group"})
    return tuple(Member(**{**entry, "id": names.public(str(entry["id"]))}) for entry in entries)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FairdrawError("FILE_TOO_LARGE", file=path.name, most=LARGEST_FILE)
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FairdrawError("FILE_UNREADABLE", file=str(path), reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise FairdrawError("NOT_UTF8", file=path.name, byte=error.start) from None


def write_keys(path: Path, names: Names) -> None:
    """The private table of written ids, salts and published ids, as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "salt", "published"))
        for public, written in sorted(names.written.items(), key=lambda item: item[1]):
            writer.writerow((written, names.salts[written].hex(), public))
