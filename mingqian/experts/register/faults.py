"""What can be wrong with one cell, in words: the reason, and how to mend it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from mingqian.web.sealed import mask_id, mask_mobile

from .cleaning import shown
from .columns import BY_KEY, Header

_LONG_NUMBER = re.compile(r"\d{10,}[\dXx]?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad cell. `value` is fit to be stored and shown: identity and phone numbers in it are masked."""

    code: str
    key: str
    column: str
    heading: str
    value: str
    reason: str
    mend: str

    def as_json(self) -> dict[str, str]:
        """The shape kept in ImportRow.faults."""
        return asdict(self)


class FaultFinder:
    """Makes the faults of one row, knowing where its columns stand."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.found: list[Fault] = []

    def add(self, code: str, key: str, value: str, reason: str, mend: str) -> None:
        """Note that a cell is bad. A column that is absent is named without a letter."""
        places = self.header.places
        self.found.append(
            Fault(
                code=code,
                key=key,
                column=self.header.letter(key) if key in places else "",
                heading=self.header.headings.get(key, BY_KEY[key].heading),
                value=masked(key, value),
                reason=reason,
                mend=mend,
            )
        )

    def blames(self, *keys: str) -> bool:
        """Whether any of these columns already has a fault."""
        return any(fault.key in keys for fault in self.found)


def masked(key: str, value: str) -> str:
    """The value as a message may quote it."""
    value = shown(value)
    if key == "id_number" and value:
        return mask_id(value)
    if key == "mobile" and value:
        return mask_mobile(value)
    return _LONG_NUMBER.sub(lambda found: mask_id(found[0]), value)


def last_day_of_term(first: date, years: int) -> date:
    """The last day of a term of whole years: the day before the anniversary of its first day."""
    try:
        anniversary = first.replace(year=first.year + years)
    except ValueError:
        anniversary = date(first.year + years, 3, 1)
    return anniversary - timedelta(days=1)


ID_REASONS = {
    "length": (
        "身份证号应为 18 位",
        "请对照身份证原件补全；证件不是居民身份证的，请加「证件类型」栏写明。",
    ),
    "characters": ("身份证号含有数字和 X 以外的字符", "请对照身份证原件核对。"),
    "province": ("身份证号前两位不是行政区划代码", "请对照身份证原件核对。"),
    "date": ("身份证号中的出生日期不存在", "请对照身份证原件核对第 7 至 14 位。"),
    "future": ("身份证号中的出生日期晚于今天", "请对照身份证原件核对第 7 至 14 位。"),
    "checksum": ("身份证号校验码错", "有一位或几位抄错，请对照身份证原件核对全部 18 位。"),
}
