"""What a clerk reads where the engine refuses or passes somebody over: words, never a code."""

from __future__ import annotations

import re

import pytest

from fairdraw.errors import FairdrawError
from mingqian.draws.succession_words import REFUSALS, refusal_words, skip_words


@pytest.mark.parametrize("code", [*REFUSALS, "EVENT_UNKNOWN", "DRAWN_TWICE", "SOMETHING_NEW"])
def test_no_refusal_shows_a_code(code):
    told = refusal_words(FairdrawError(code))
    assert told.endswith("。")
    assert not re.search("[A-Za-z_]", told)


@pytest.mark.parametrize(
    ("row", "rule"), [("EMPLOYER_CAP", "同单位上限"), ("GROUP_CAP", "组内上限"), ("QUOTA", "限额")]
)
def test_a_rule_that_keeps_somebody_out_is_named_with_its_number(row, rule):
    told = skip_words(row, 3)
    assert rule in told
    assert "3 人" in told
    assert told in refusal_words(FairdrawError("ENTRY_FORBIDDEN", row=row, limit=3))
