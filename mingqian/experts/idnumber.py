"""The resident identity number, GB 11643: eighteen characters that say region, birth date, gender and a check digit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# GB/T 2260 province digits; 81 to 83 are the residence permits of Hong Kong, Macao and Taiwan residents.
PROVINCES = frozenset(
    {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46}
    | {50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83}
)
WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
CHECK_DIGITS = "10X98765432"


class BadIdNumber(ValueError):
    """Why a text is no identity number; `code` is length, characters, province, date, future or checksum."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What a valid number says about its holder."""

    birth_date: date
    male: bool


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character that belongs to seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def read_id_number(text: str, *, on: date) -> IdFacts:
    """Read a number as of a day. Raises BadIdNumber; a lower-case x must have been raised before."""
    if len(text) != 18:
        raise BadIdNumber("length")
    if not (text.isascii() and text[:17].isdigit() and (text[17].isdigit() or text[17] == "X")):
        raise BadIdNumber("characters")
    if int(text[:2]) not in PROVINCES:
        raise BadIdNumber("province")
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        raise BadIdNumber("date") from None
    if born > on:
        raise BadIdNumber("future")
    if check_digit(text[:17]) != text[17]:
        raise BadIdNumber("checksum")
    return IdFacts(birth_date=born, male=int(text[16]) % 2 == 1)
