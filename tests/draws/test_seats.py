"""Arithmetic of the seat grid."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqian.draws.queries.seats import derived_alternates, group_unit_cap, share_out, unit_cap

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("primary", "alternates"), [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (25, 13), (-1, 0)]
)
def test_alternates_follow_the_ratio_and_are_at_least_one(primary, alternates):
    assert derived_alternates(primary, HALF) == alternates


def test_the_unit_cap_is_the_larger_of_the_floor_and_the_share():
    assert unit_cap(25, least=2, share=Fraction(1, 5)) == 5
    assert unit_cap(9, least=2, share=Fraction(1, 5)) == 2


def test_a_group_lets_one_of_a_unit_in_however_small_it_is():
    assert group_unit_cap(2, share=Fraction(1, 3)) == 1
    assert group_unit_cap(8, share=Fraction(1, 3)) == 2


def test_seats_are_shared_by_largest_remainder():
    assert share_out(25, {"a": 46, "b": 22, "c": 12}) == {"a": 14, "b": 7, "c": 4}


def test_what_a_full_specialty_cannot_take_goes_to_the_others():
    assert share_out(10, {"a": 90, "b": 10}, limits={"a": 3, "b": 20}) == {"a": 3, "b": 7}


def test_where_all_are_full_fewer_seats_are_given():
    assert share_out(10, {"a": 1, "b": 1}, limits={"a": 2, "b": 3}) == {"a": 2, "b": 3}


def test_an_empty_pool_gets_no_seats():
    assert share_out(5, {"a": 0, "b": 0}) == {"a": 0, "b": 0}


weights = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 500), max_size=12
)


@given(st.integers(0, 300), weights)
def test_every_seat_is_given_and_each_share_is_within_one_of_exact(total, sizes):
    given_seats = share_out(total, sizes)
    whole = sum(sizes.values())
    assert sum(given_seats.values()) == (total if whole else 0)
    for key, seats in given_seats.items():
        if whole:
            assert abs(seats - Fraction(total * sizes[key], whole)) < 1


@given(st.integers(0, 300), weights, st.randoms())
def test_limits_are_kept_and_the_order_of_rows_does_not_matter(total, sizes, random):
    limits = {key: size // 2 for key, size in sizes.items()}
    result = share_out(total, sizes, limits=limits)
    assert all(result[key] <= limits[key] for key in sizes)
    room = sum(limits[key] for key in sizes if sizes[key] > 0)
    assert sum(result.values()) == min(total, room)
    shuffled = list(sizes)
    random.shuffle(shuffled)
    again = share_out(total, {key: sizes[key] for key in shuffled}, limits=limits)
    assert again == result
