"""What a typist's slip leaves behind, mended without asking: blanks, full-width characters, three ways to write a date."""

from __future__ import annotations

import re
from datetime import date, timedelta

from .sheet import Cell

# Full-width ASCII to plain; blanks of every kind to one.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
# Marks without a shape of their own that paste along from web pages.
_UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0xAD))
_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL_EPOCH = date(1899, 12, 30)
_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
# The many dots between the parts of a transliterated name.
_DOTS = str.maketrans("•・‧∙⋅．", "······")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")


def text_of(cell: Cell) -> str:
    """A cell as text: numbers without a trailing .0, dates as ISO, blanks at both ends gone."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        cell = int(cell)
    text = cell if isinstance(cell, str) else str(cell)
    text = re.sub(r"\s+", " ", text.translate(_UNSEEN).replace("\u3000", " ").replace("\xa0", " "))
    return text.strip()


def has_control_characters(text: str) -> bool:
    """NUL and its kin: they can be neither shown nor stored everywhere."""
    return _CONTROL.search(text) is not None


def shown(text: str, most: int = 60) -> str:
    """A text fit to be quoted in a message: control characters made visible, cut to size."""
    text = _CONTROL.sub("\ufffd", text)
    return text if len(text) <= most else f"{text[:most]}…"


def name_of(cell: Cell) -> str:
    """A name: no blanks between Han characters, one between words of other scripts, one kind of middle dot."""
    return _BETWEEN_HAN.sub("", text_of(cell)).translate(_DOTS)


def code_of(cell: Cell) -> str:
    """An identity number, credit code or phone number: plain characters, no blanks, upper case."""
    return re.sub(r"\s+", "", text_of(cell).translate(_PLAIN)).upper()


def plain_of(cell: Cell) -> str:
    """Text whose full-width letters and digits become plain, blanks kept single."""
    return text_of(cell).translate(_PLAIN)


def mobile_of(cell: Cell) -> str:
    """A mobile number as digits: +86, blanks and hyphens gone."""
    digits = re.sub(r"[-‐–—()]", "", code_of(cell))
    return re.sub(r"^(\+86|0086)", "", digits)


def date_of(cell: Cell) -> date | None:
    """A date cell, 2026.4.1, 2026-04-01, 2026/4/1, 2029年3月31日, 20260401, or a day number; None for anything else."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 10_000 <= cell < 100_000:
        return _EXCEL_EPOCH + timedelta(days=int(cell))
    text = code_of(cell).removesuffix("00:00:00").rstrip("T")
    found = _DATE.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def parts_of(cell: Cell) -> list[str]:
    """Names divided by ; ；、 , ， or a line break, each once, in their order."""
    text = cell if isinstance(cell, str) else text_of(cell)
    pieces = (name_of(piece) for piece in re.split(r"[;；、,，\n]", text))
    return list(dict.fromkeys(piece for piece in pieces if piece))
