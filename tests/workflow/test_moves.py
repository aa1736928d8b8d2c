"""What each move does, and who may make it."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from mingqian.audit.models import Event
from mingqian.rulebook.findings import Finding, Level
from mingqian.workflow import queries
from mingqian.workflow.models import Action, Matter, MatterStatus
from mingqian.workflow.services import (
    FourEyes,
    NoSuchMove,
    NotEditable,
    NotReady,
    OpinionRefused,
    SomebodyWasFaster,
    hold_for_edit,
    open_matter,
    perform,
    retitle,
)
from mingqian.workflow.subjects import Subject, UnknownSubject, register, subject_of
from mingqian.workflow.transitions import TRANSITIONS
from tests.factories.accounts import make_user
from tests.factories.committees import make_office
from tests.factories.workflow import KIND, make_matter

pytestmark = pytest.mark.django_db
REASON = {"opinion": "正选人数应为单数，请修改。", "reasons": ["MEMBERS"]}


def returned(matter, lead, reviewer) -> Matter:
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    return perform(Action.RETURN, on=submitted, by=reviewer, **REASON)


def test_numbers_run_without_gaps_within_a_year(note, office, clerk):
    made = [make_matter(office, clerk, year=year).number for year in (2026, 2026, 2027, 2026)]
    assert made == ["CS-2026-0001", "CS-2026-0002", "CS-2027-0001", "CS-2026-0003"]


def test_nobody_opens_a_matter_for_another_office(note, office):
    with pytest.raises(PermissionDenied):
        open_matter(KIND, prefix="CS", year=2026, title="", office=office, by=make_user("lead"))


def test_a_submission_keeps_what_was_submitted(note, matter, lead):
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    moved = perform(Action.SUBMIT, on=matter, by=lead, at=at)
    assert (moved.status, moved.version, moved.submit_count) == (MatterStatus.SUBMITTED, 1, 1)
    assert (moved.submitted_by, moved.submitted_at, moved.moved_at) == (lead, at, at)
    assert queries.current_version(moved).content == {"text": "第一稿"}
    assert note.settled == [("SUBMIT", "SUBMITTED")]


def test_a_returned_matter_can_be_submitted_again_and_shows_what_changed(
    note, matter, lead, reviewer
):
    back = returned(matter, lead, reviewer)
    assert (back.return_count, back.decided_by, back.decision_version) == (1, reviewer, 1)
    note.content = {"text": "第二稿", "seats": [{"key": "NJ050101", "primary": 5}]}
    again = perform(Action.SUBMIT, on=back, by=lead)
    assert (again.number, again.version, again.decided_by) == (matter.number, 2, None)
    assert [
        (c.key, c.old, c.new)
        for c in queries.changes(
            queries.previous_version(again).content, queries.current_version(again).content
        )
    ] == [
        ("text", "第一稿", "第二稿"),
        ("seats.NJ050101.primary", None, 5),
    ]
    assert [o.decision for o in queries.opinions_of(again)] == ["RETURN"]


def test_an_approval_is_final(matter, lead, reviewer):
    approved = perform(Action.APPROVE, on=perform(Action.SUBMIT, on=matter, by=lead), by=reviewer)
    assert approved.status == MatterStatus.APPROVED
    assert queries.last_opinion(approved).actor == reviewer
    assert not [move for move in TRANSITIONS if move[0] == approved.status]
    for action in Action:
        with pytest.raises((NoSuchMove, PermissionDenied)):
            perform(action, on=approved, by=reviewer, **REASON)


def test_a_withdrawn_matter_is_a_draft_again(matter, lead):
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    draft = perform(Action.WITHDRAW, on=submitted, by=lead)
    assert (draft.status, draft.version) == (MatterStatus.DRAFT, 1)
    assert perform(Action.SUBMIT, on=draft, by=lead).version == 2


def test_every_defect_is_told_at_once_and_nothing_moves(note, matter, lead):
    note.defects = [
        Finding("member_count_odd", Level.ERROR, "正选与指定委员共 24 人，应为单数。"),
        Finding("age_max", Level.WARN, "有 2 人超过 70 岁。"),
        Finding("min_group_size", Level.ERROR, "「设备组」只有 2 人。"),
    ]
    with pytest.raises(NotReady) as refusal:
        perform(Action.SUBMIT, on=matter, by=lead)
    assert [d.code for d in refusal.value.defects] == ["member_count_odd", "min_group_size"]
    matter.refresh_from_db()
    assert (matter.status, matter.version) == (MatterStatus.DRAFT, 0)
    assert not matter.versions.exists()


@pytest.mark.parametrize(
    ("action", "opinion", "reasons", "field"),
    [
        (Action.RETURN, "请修改", [], "reasons"),
        (Action.RETURN, "  ", ["MEMBERS"], "opinion"),
        (Action.RETURN, "请修改", ["NO_SUCH"], "reasons"),
        (Action.REJECT, "", [], "opinion"),
        (Action.APPROVE, "字" * 1001, [], "opinion"),
        (Action.REJECT, "不\x00行", [], "opinion"),
    ],
)
def test_a_decision_says_why(matter, lead, reviewer, action, opinion, reasons, field):
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    with pytest.raises(OpinionRefused) as refusal:
        perform(action, on=submitted, by=reviewer, opinion=opinion, reasons=reasons)
    assert refusal.value.field == field
    assert not submitted.opinions.exists()


def test_the_submitter_never_decides_whatever_role_they_get_later(matter, lead):
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    lead.role, lead.office = "reviewer", None
    lead.save()
    for action in (Action.APPROVE, Action.RETURN, Action.REJECT):
        with pytest.raises(FourEyes):
            perform(action, on=submitted, by=lead, **REASON)
    assert queries.possible_actions(submitted, lead) == []


def test_nobody_moves_what_is_not_theirs(matter, lead, clerk, reviewer):
    stranger = make_user("lead", make_office())
    with pytest.raises(PermissionDenied):
        perform(Action.SUBMIT, on=matter, by=stranger)
    with pytest.raises(PermissionDenied):
        perform(Action.SUBMIT, on=matter, by=clerk)
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    for person in (stranger, lead, clerk, make_user("observer"), make_user("sysadmin")):
        with pytest.raises(PermissionDenied):
            perform(Action.APPROVE, on=submitted, by=person)
    for person in (stranger, reviewer):
        with pytest.raises(PermissionDenied):
            perform(Action.WITHDRAW, on=submitted, by=person)


def test_a_decision_on_a_version_no_longer_there_is_refused(matter, lead, reviewer):
    seen = perform(Action.SUBMIT, on=matter, by=lead)
    draft = perform(Action.WITHDRAW, on=seen, by=lead)
    again = perform(Action.SUBMIT, on=draft, by=lead)
    with pytest.raises(SomebodyWasFaster) as refusal:
        perform(Action.APPROVE, on=seen, by=reviewer)
    assert refusal.value.matter.version == 2
    with pytest.raises(SomebodyWasFaster):
        perform(Action.APPROVE, on=again, by=reviewer, version=1)
    assert perform(Action.APPROVE, on=again, by=reviewer, version=2).decision_version == 2


def test_every_move_is_one_entry_in_the_log(matter, lead, reviewer):
    perform(Action.SUBMIT, on=returned(matter, lead, reviewer), by=lead)
    entries = list(queries.history_of(matter))
    assert [e.action for e in entries] == [
        "workflow.submit",
        "workflow.return",
        "workflow.submit",
        "workflow.open",
    ]
    assert entries[1].details == {
        "number": matter.number,
        "version": 1,
        "from": "SUBMITTED",
        "to": "RETURNED",
        "opinion": REASON["opinion"],
        "reasons": ["MEMBERS"],
    }
    assert all(e.office_id == matter.office_id for e in entries)


def test_a_refused_move_leaves_no_entry(note, matter, lead):
    before = Event.objects.count()
    note.defects = [Finding("x", Level.ERROR, "缺会议名称。")]
    with pytest.raises(NotReady):
        perform(Action.SUBMIT, on=matter, by=lead)
    assert Event.objects.count() == before


def test_only_a_draft_or_a_returned_matter_is_held_for_editing(matter, lead, clerk, reviewer):
    assert hold_for_edit(matter, by=clerk).pk == matter.pk
    retitle(matter, title="新标题", by=clerk)
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    with pytest.raises(NotEditable):
        hold_for_edit(submitted, by=clerk)
    with pytest.raises(PermissionDenied):
        hold_for_edit(matter, by=make_user("clerk"))
    assert Matter.objects.get(pk=matter.pk).title == "新标题"


def test_each_is_told_what_waits_for_them(matter, office, lead, clerk, reviewer):
    def waits(user) -> list[str]:
        return [todo.verb for todo in queries.todos(user)]

    stranger = make_user("lead", make_office())
    assert (waits(clerk), waits(lead), waits(reviewer)) == ([], ["待提交"], [])
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    assert (waits(clerk), waits(lead), waits(reviewer)) == ([], [], ["审核"])
    perform(Action.RETURN, on=submitted, by=reviewer, **REASON)
    assert (waits(clerk), waits(lead), waits(reviewer)) == (["退回修改"], ["退回修改"], [])
    todo = queries.todos(clerk)[0]
    assert todo.document == f"测试文书 {matter.number}"
    assert "人数不符合规定" in todo.why
    assert REASON["opinion"] in todo.why
    for nobody in (stranger, make_user("observer"), make_user("sysadmin")):
        assert waits(nobody) == []


def test_each_sees_their_matters(matter, lead, clerk, reviewer):
    observer = make_user("observer")

    def seen_by(*users) -> list[bool]:
        return [Matter.objects.visible_to(user).exists() for user in users]

    everyone = (clerk, reviewer, observer, make_user("lead"), make_user("sysadmin"))
    assert seen_by(*everyone) == [True, False, False, False, False]
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    assert seen_by(*everyone) == [True, True, False, False, False]
    perform(Action.APPROVE, on=submitted, by=reviewer)
    assert seen_by(*everyone) == [True, True, True, False, False]


def test_what_may_be_done_is_what_perform_allows(matter, lead, clerk, reviewer):
    assert queries.possible_actions(matter, lead) == [Action.SUBMIT, Action.CANCEL]
    assert queries.possible_actions(matter, clerk) == [Action.CANCEL]
    submitted = perform(Action.SUBMIT, on=matter, by=lead)
    assert queries.possible_actions(submitted, lead) == [Action.WITHDRAW]
    assert queries.possible_actions(submitted, reviewer) == [
        Action.APPROVE,
        Action.RETURN,
        Action.REJECT,
    ]


def test_the_table_has_the_eight_moves_of_the_design():
    assert len(TRANSITIONS) == 8
    for terminal in (MatterStatus.APPROVED, MatterStatus.REJECTED, MatterStatus.CANCELLED):
        assert not [move for move in TRANSITIONS if move[0] == terminal]


def test_a_kind_without_all_its_permissions_is_refused(note):
    whole = subject_of(Matter(kind=KIND))
    with pytest.raises(ValueError, match="no permission"):
        register(
            Subject(
                "tests.other",
                "",
                whole.check_ready,
                whole.snapshot,
                whole.url,
                {Action.SUBMIT: "x"},
            )
        )
    with pytest.raises(UnknownSubject):
        subject_of(Matter(kind="tests.other"))


def test_differences_are_found_wherever_they_are():
    old = {
        "a": 1,
        "b": {"c": [1, 2]},
        "gone": "x",
        "rows": [{"key": "1", "n": 1}, {"key": "2", "n": 2}],
    }
    new = {
        "a": 1,
        "b": {"c": [2, 1]},
        "came": "y",
        "rows": [{"key": "2", "n": 5}, {"key": "1", "n": 1}],
    }
    assert {
        (c.key, c.old, c.new) if not isinstance(c.old, list) else c.key
        for c in queries.changes(old, new)
    } == {
        "b.c",
        ("came", None, "y"),
        ("rows.2.n", 2, 5),
        ("gone", "x", None),
    }
    assert queries.changes(new, new) == []
