"""Whatever the code records has a name in Chinese."""

import re
from pathlib import Path

from mingqian.accounts.roles import Role
from mingqian.audit.words import action_word, areas, detail_lines, role_word
from mingqian.workflow.models import Action

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
