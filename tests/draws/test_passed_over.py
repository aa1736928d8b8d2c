"""Whoever waited before the one who entered is told, with why: not of the same type as who left, or kept out by a rule."""

from __future__ import annotations

from fairdraw.substitution import Outcome, Skip
from mingqian.draws.succession_words import passed_over, skip_words


def test_everybody_before_the_one_who_entered_is_kept_with_the_reason():
    outcome = Outcome("P1", "A3", None, (Skip("A2", "EMPLOYER_CAP", None, None, 2),), ahead=("A1",))
    kept = passed_over(outcome)
    assert [each["id"] for each in kept] == ["A1", "A2"]
    words = [skip_words(each["row"], each["limit"]) for each in kept]
    assert words[0].startswith("排位在前")
    assert words[1] == "同单位已有 2 人在席，到同单位上限"
