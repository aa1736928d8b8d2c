"""Changing a rule: who may, what is refused, and what is kept."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from mingqian.audit.models import Event
from mingqian.rulebook.models import RuleParameter
from mingqian.rulebook.queries import rule
from mingqian.rulebook.services import (
    RuleChangedMeanwhile,
    RuleRefused,
    change_rule,
    end_committee_rule,
    load_defaults,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@dataclass
class Person:
    """An actor as the rule book sees one."""

    id: int = 7
    real_name: str = "何建国"
    role: str = "hrss_lead"
    office_id: int | None = None

    def may(self, permission: str) -> bool:
        return self.role == "hrss_lead"


@pytest.fixture(autouse=True)
def _book():
    load_defaults()


def change(**kwargs) -> RuleParameter:
    facts = {
        "value": "68",
        "enforcement": "BLOCK",
        "valid_from": TODAY,
        "reason": "省厅会议纪要",
        "by": Person(),
        "today": TODAY,
    }
    return change_rule("age_max", **(facts | kwargs))


def test_a_change_leaves_one_entry_in_the_log_with_both_values():
    row = change()
    event = Event.objects.get(action="rulebook.change_rule")
    assert event.actor_id == 7
    assert event.subject_id == str(row.pk)
    assert event.details["from"] == {"value": "70", "enforcement": "WARN"}
    assert event.details["to"] == {"value": "68", "enforcement": "BLOCK"}
    assert event.details["reason"] == "省厅会议纪要"
    assert (row.changed_by_id, row.changed_by_name) == (7, "何建国")


@pytest.mark.parametrize("role", ["clerk", "lead", "reviewer", "observer", "sysadmin"])
def test_nobody_else_changes_a_rule(role):
    with pytest.raises(PermissionDenied):
        change(by=Person(role=role))
    with pytest.raises(PermissionDenied):
        end_committee_rule(
            "age_max",
            committee_code="NJ0501",
            from_day=TODAY,
            reason="不再需要",
            by=Person(role=role),
        )
    assert rule("age_max", on=TODAY).whole == 70


@pytest.mark.parametrize(
    ("kwargs", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "七十"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "101"}, "value"),
        ({"value": "9" * 40}, "value"),
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
        ({"enforcement": "MAYBE"}, "enforcement"),
        ({"reason": "  改 "}, "reason"),
    ],
)
def test_a_bad_value_is_refused_at_its_field_and_nothing_is_written(kwargs, field):
    with pytest.raises(RuleRefused) as refusal:
        change(**kwargs)
    assert refusal.value.field == field
    assert RuleParameter.objects.filter(key="age_max").count() == 1
    assert not Event.objects.filter(action="rulebook.change_rule").exists()


def test_an_unknown_rule_cannot_be_made():
    with pytest.raises(RuleRefused):
        change_rule(
            "my_rule", value="1", enforcement="INFO", valid_from=TODAY, reason="试一试看", by=None
        )


def test_a_form_that_showed_an_older_value_is_told():
    shown = RuleParameter.objects.get(key="age_max").pk
    change(value="69", seen=shown)
    with pytest.raises(RuleChangedMeanwhile):
        change(value="66", seen=shown)
    assert rule("age_max", on=TODAY).whole == 69


def test_a_rule_without_a_start_value_may_be_set_and_emptied_again():
    key = "min_members_intermediate"
    assert rule(key, on=TODAY).number is None
    for value, expected in [("9", 9), ("", None)]:
        change_rule(
            key,
            value=value,
            enforcement="BLOCK",
            valid_from=TODAY,
            reason="本省规定",
            by=None,
            today=TODAY,
        )
        assert rule(key, on=TODAY).value == expected


def test_a_checked_citation_is_no_longer_marked():
    change(citation="《某办法》第三条", checked_on=TODAY)
    assert rule("age_max", on=TODAY).citation == "《某办法》第三条"
    assert rule("age_max", on=TODAY).checked


def test_a_committee_without_a_value_of_its_own_has_none_to_end():
    with pytest.raises(RuleRefused):
        end_committee_rule(
            "age_max",
            committee_code="NJ0501",
            from_day=TODAY,
            reason="不再需要",
            by=None,
            today=TODAY,
        )
    with pytest.raises(RuleRefused):
        end_committee_rule(
            "age_max", committee_code="", from_day=TODAY, reason="不再需要", by=None, today=TODAY
        )
