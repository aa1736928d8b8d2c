"""Plans that the engine cannot take are explained in words that say what to do."""

from __future__ import annotations

import pytest

import fairdraw
from mingqian.draws.queries.verdict import plan_problem


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("ALTERNATES_UNDECIDED", "请减少备选人数"),
        ("DESIGNATED_OVER_CAP", "请调整指定委员"),
        ("ANYTHING_ELSE", "请检查人数"),
    ],
)
def test_a_plan_that_cannot_be_taken_says_what_to_do(code, remedy):
    assert remedy in plan_problem(fairdraw.FairdrawError(code))
