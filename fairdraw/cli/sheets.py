"""Reading what people write by hand: the pool as CSV or XLSX, the plan as TOML.

Pool: one row per person, first row the column names. ``id`` (required, unique), ``employer`` (may be
empty: not known), ``strata`` (required column; several joined by ";"), ``excluded`` (codes joined by
";", may be absent), and any number of ``value:NAME`` columns, which quotas ask about. Other columns
are refused, so that a misspelt one is not overlooked. Of a workbook the first sheet is read; that
needs ``python-calamine``.
"""

from __future__ import annotations

import csv
import io
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fairdraw.canonical import digest
from fairdraw.cli.workbook import WORKBOOKS, text_of, workbook_rows
from fairdraw.errors import FairdrawError
from fairdraw.pool import Candidate, Exclusion, Pool, pseudonym

#: A category for each column after the fourth; nobody reads a sheet that is wider.
_MOST_COLUMNS = 1000


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

    def public(self, text: str) -> str:
        """The published id of a written one; two ways to encode the same letters are one id."""
        written = in_one_form(text)
        salt = self.salts.setdefault(written, secrets.token_bytes(16))
        public = written if self.plain else pseudonym(salt, written, profile=self.profile)
        self.written[public] = written
        return public


def in_one_form(text: str) -> str:
    """Written text in Unicode NFC, without blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


def read_pool(path: Path, names: Names) -> Pool:
    """The pool of a file; errors carry ``file``, ``row`` (from 1, the header included) and ``column``."""
    table = workbook_rows(path) if path.suffix.lower() in WORKBOOKS else _csv_rows(path)
    _, first = next(table, (1, []))
    if len(first) > _MOST_COLUMNS:
        raise FairdrawError("TOO_MANY_COLUMNS", file=path.name, row=1, most=_MOST_COLUMNS)
    header = [in_one_form(name) for name in first]
    _check_header(path, header)
    people = []
    rows: dict[str, int] = {}
    for number, cells in table:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise FairdrawError(
                "ROW_LENGTH", file=path.name, row=number, columns=len(header), found=len(cells)
            )
        row = {name: in_one_form(cell) for name, cell in zip(header, cells)}
        person = _person(path, number, row, names)
        if person.id in rows:
            raise FairdrawError(
                "CANDIDATE_TWICE", file=path.name, row=number, id=row["id"], first=rows[person.id]
            )
        rows[person.id] = number
        people.append(person)
    return Pool(people, profile=names.profile)


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers; the first one is the header."""
    reader = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    try:
        yield from enumerate(reader, 1)
    except csv.Error as error:
        raise FairdrawError(
            "CSV_BROKEN", file=path.name, row=reader.line_num, reason=str(error)
        ) from None


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


def keys_of(names: Names) -> bytes:
    """The private table of written ids, salts and published ids, as CSV."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(("id", "salt", "published"))
    for public, written in sorted(names.written.items(), key=lambda item: item[1]):
        writer.writerow((written, names.salts[written].hex(), public))
    return table.getvalue().encode()


def read_keys(path: Path) -> dict[str, str]:
    """Published id -> written id, from such a table; KEYS_BROKEN."""
    rows = list(_csv_rows(path))
    if not rows or rows[0][1] != ["id", "salt", "published"]:
        raise FairdrawError("KEYS_BROKEN", file=path.name, row=1)
    for number, cells in rows[1:]:
        if len(cells) != 3:
            raise FairdrawError("KEYS_BROKEN", file=path.name, row=number)
    return {cells[2]: cells[0] for _, cells in rows[1:]}
