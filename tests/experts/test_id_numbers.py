"""GB 11643: what is an identity number, and what it says."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqian.experts.idnumber import BadIdNumber, check_digit, read_id_number

ON = date(2026, 11, 23)


def number(body: str) -> str:
    return body + check_digit(body)


@given(
    born=st.dates(date(1900, 1, 1), ON),
    serial=st.integers(0, 999),
    province=st.sampled_from(["11", "44", "65", "71", "81", "82", "83"]),
)
def test_a_well_formed_number_gives_back_its_birth_date_and_gender(
    born: date, serial: int, province: str
) -> None:
    facts = read_id_number(number(f"{province}0101{born:%Y%m%d}{serial:03d}"), on=ON)
    assert facts.birth_date == born
    assert facts.male is (serial % 2 == 1)


@given(place=st.integers(0, 16), digit=st.integers(0, 9))
def test_one_digit_mistyped_is_always_noticed(place: int, digit: int) -> None:
    good = "440106197503081233"
    good = number(good[:17])
    if good[place] == str(digit):
        return
    with pytest.raises(BadIdNumber):
        read_id_number(good[:place] + str(digit) + good[place + 1 :], on=ON)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("4401061975030812", "length"),
        ("44010619750308123456", "length"),
        ("44010619750308123A", "characters"),
        ("44010619750308X233", "characters"),
        ("４４０１０６１９７５０３０８１２３３", "characters"),
        ("990106197503081239", "province"),
        ("440106197502301239", "date"),
        ("440106197513081239", "date"),
        ("440106202612011239", "future"),
    ],
)
def test_each_kind_of_nonsense_is_called_by_its_name(text: str, code: str) -> None:
    with pytest.raises(BadIdNumber) as refused:
        read_id_number(text, on=ON)
    assert refused.value.code == code


def test_a_number_born_today_is_no_future() -> None:
    assert read_id_number(number("44010620261123123"), on=ON).birth_date == ON


def test_a_known_number_ends_as_the_standard_says() -> None:
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"
