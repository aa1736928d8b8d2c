"""Which rule holds: by day, and the committee's before the province's."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from mingqian.rulebook.defaults import CATALOGUE, DEFINITIONS
from mingqian.rulebook.findings import Level
from mingqian.rulebook.models import Enforcement, RuleParameter
from mingqian.rulebook.queries import UnknownRule, history_of, lines_by_group, rule, rule_set
from mingqian.rulebook.services import change_rule, end_committee_rule, load_defaults

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _book():
    load_defaults()


def changed(key: str, value, valid_from: date, **kwargs) -> RuleParameter:
    kwargs.setdefault("enforcement", Enforcement.BLOCK)
    return change_rule(
        key,
        value=value,
        valid_from=valid_from,
        reason="测试需要调整",
        by=None,
        today=TODAY,
        **kwargs,
    )


def test_every_rule_of_the_catalogue_has_a_start_value():
    rules = rule_set(on=TODAY)
    assert set(rules) == set(DEFINITIONS)
    assert all(rules[d.key].citation for d in CATALOGUE)
    assert not any(rules[d.key].checked for d in CATALOGUE)


def test_loading_the_start_values_again_changes_nothing():
    assert load_defaults() == 0
    assert RuleParameter.objects.count() == len(CATALOGUE)


def test_loading_does_not_bring_back_a_value_that_was_changed():
    changed("age_max", "68", TODAY)
    load_defaults()
    assert rule("age_max", on=TODAY).whole == 68


def test_the_rules_carry_the_numbers_of_order_40():
    rules = rule_set(on=TODAY)
    assert rules["filing_max_years"].whole == 3
    assert rules["min_members_senior_series"].whole == 25
    assert rules["min_members_senior_specialty"].whole == 11
    assert rules["attendance_min_share"].exact == Fraction(2, 3)
    assert (
        rules["min_members_senior_series"].citation
        == "《职称评审管理暂行规定》(人社部令第40号)第九条"
    )
    assert rules["pool_min_multiple_warn"].citation == "规则库 P-01「最低抽取倍率」"


def test_a_change_holds_from_its_first_day_and_the_old_value_until_the_day_before():
    begins = TODAY + timedelta(days=30)
    changed("age_max", "68", begins)
    assert rule("age_max", on=begins - timedelta(days=1)).whole == 70
    assert rule("age_max", on=begins).whole == 68
    assert [row.value.text for row in history_of("age_max")] == ["68", "70"]


def test_two_changes_on_one_day_leave_the_later_one():
    changed("age_max", "68", TODAY)
    changed("age_max", "66", TODAY)
    assert rule("age_max", on=TODAY).whole == 66
    assert sum(row.never_held for row in history_of("age_max")) == 1


def test_a_change_from_an_earlier_day_takes_the_place_of_one_still_to_come():
    changed("age_max", "68", TODAY + timedelta(days=60))
    changed("age_max", "66", TODAY + timedelta(days=10))
    assert rule("age_max", on=TODAY).whole == 70
    assert rule("age_max", on=TODAY + timedelta(days=90)).whole == 66


def test_every_day_has_exactly_one_value_whatever_was_changed():
    for days, value in [(5, "60"), (50, "61"), (20, "62"), (20, "63"), (0, "64"), (7, "65")]:
        changed("age_max", value, TODAY + timedelta(days=days))
    for days in range(-3, 80):
        on = TODAY + timedelta(days=days)
        assert RuleParameter.objects.in_force(on).filter(key="age_max").count() == 1


def test_a_committees_own_value_comes_before_the_provinces():
    changed("alternate_ratio", "1", TODAY, committee_code="NJ0501")
    assert rule("alternate_ratio", committee_code="NJ0501", on=TODAY).value == 1
    assert rule("alternate_ratio", committee_code="NJ0401", on=TODAY).exact == Fraction(1, 2)
    assert rule_set(committee_code="NJ0501", on=TODAY)["alternate_ratio"].committee_code == "NJ0501"
    assert rule("alternate_ratio", on=TODAY).exact == Fraction(1, 2)


def test_ending_a_committees_own_value_brings_back_the_provinces():
    changed("alternate_ratio", "1", TODAY, committee_code="NJ0501")
    later = TODAY + timedelta(days=3)
    end_committee_rule(
        "alternate_ratio",
        committee_code="NJ0501",
        from_day=later,
        reason="恢复全省标准",
        by=None,
        today=TODAY,
    )
    assert rule("alternate_ratio", committee_code="NJ0501", on=TODAY).value == 1
    assert rule("alternate_ratio", committee_code="NJ0501", on=later).exact == Fraction(1, 2)


def test_an_unknown_rule_and_a_day_before_all_rules_are_named():
    with pytest.raises(UnknownRule):
        rule("no_such_rule")
    with pytest.raises(UnknownRule):
        rule("age_max", on=date(2019, 8, 31))
    with pytest.raises(UnknownRule):
        rule_set(on=TODAY)["no_such_rule"]


def test_all_rules_are_read_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        rules = rule_set(committee_code="NJ0501", on=TODAY)
        assert rules["age_max"].figure == "70 岁"
        assert len(rules.snapshot()) == len(CATALOGUE)


def test_the_page_shows_each_rule_once_in_its_group():
    lines = [line for _, group in lines_by_group(on=timezone.localdate()) for line in group]
    assert [line.definition.key for line in lines] == [d.key for d in CATALOGUE]
    assert all(line.row is not None for line in lines)


def test_a_breach_is_as_grave_as_its_rule_is_enforced():
    assert Level.of(rule("min_group_size", on=TODAY).enforcement) == Level.ERROR
    assert Level.of(rule("age_max", on=TODAY).enforcement) == Level.WARN


def test_the_database_keeps_one_open_value():
    row = RuleParameter.objects.get(key="age_max")
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
