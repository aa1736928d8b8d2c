"""Whatever the code records has a name in Chinese."""

import re
from pathlib import Path

import pytest

from mingqian.accounts.roles import Role
from mingqian.audit.models import Event
from mingqian.audit.words import action_word, areas, detail_lines, detail_word, role_word
from mingqian.workflow.models import Action
from tests.factories.supplements import drawn_supplement, make_roster, use_up

ROOT = Path(__file__).resolve().parents[2] / "mingqian"
RECORDED = re.compile(
    r"""\brecord\(\s*(?:f?["']([a-z_]+\.[a-z_]+)["'](?:\s+if\s+\S+\s+else\s+["']([a-z_]+\.[a-z_]+)["'])?)"""
)


def recorded() -> set[str]:
    found = {f"workflow.{action.value.lower()}" for action in Action}
    for path in ROOT.rglob("*.py"):
        for hit in RECORDED.finditer(path.read_text("utf-8")):
            found |= {code for code in hit.groups() if code}
    return found


def test_every_action_the_code_records_has_a_name():
    codes = recorded()
    assert len(codes) > 30
    assert not {code for code in codes if action_word(code) == code}


def test_every_action_belongs_to_a_named_area():
    assert {code.split(".")[0] for code in recorded()} <= {code for code, _ in areas()}


def test_every_role_has_a_name_in_the_log():
    assert all(role_word(role.value) == role.label for role in Role)


def test_an_unknown_code_is_shown_bare():
    assert action_word("demo.deed") == "demo.deed"


def test_details_tell_changes_field_by_field_and_leave_out_what_stayed():
    lines = detail_lines(
        {"before": {"role": "甲", "unit": "乙"}, "after": {"role": "丙", "unit": "乙", "code": ""}}
    )
    assert [(line.name, line.old, line.new) for line in lines] == [("角色", "甲", "丙")]
    assert [line.value for line in detail_lines({"rows": 3, "filters": {"role": True}})] == [
        "3",
        "是",
    ]
    assert [line.name for line in detail_lines({"filters": {"role": 1}})] == ["查询条件·角色"]


@pytest.mark.django_db
def test_whatever_is_told_of_a_roster_is_told_in_chinese():
    cast, roster = make_roster()
    use_up(roster, cast)
    drawn_supplement(roster, cast)
    entries = Event.objects.filter(action__startswith="draws.")
    assert entries.filter(action="draws.join_supplement").exists()
    bare = {key for entry in entries for key in entry.details if detail_word(key) == key}
    assert bare == set()
    for entry in entries:
        for key, value in entry.details.items():
            if key in ("channel", "outcome", "reason", "choice"):
                assert not re.fullmatch("[A-Z_]+", detail_lines({key: value})[0].value), (
                    entry.action
                )
