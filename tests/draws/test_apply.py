"""A draft: numbered at once, saved in any state, guarded against two editors, submitted once."""

import pytest

from mingqian.draws.queries.rules import findings_of
from tests.factories.draws import approved, make_application, make_ground

pytestmark = pytest.mark.django_db


def test_a_new_application_is_a_numbered_draft():
    committee, clerk, _ = make_ground()
    application = make_application(committee, clerk)
    assert application.number == f"CQ-{application.year}-0001"
    assert application.matter.status == "DRAFT"


def test_a_complete_draft_has_nothing_against_it():
    committee, clerk, _ = make_ground()
    findings = findings_of(make_application(committee, clerk))
    assert [each.sentence for each in findings.standing] == []


def test_a_lead_submits_and_a_reviewer_approves():
    committee, _, lead = make_ground()
    application = approved(make_application(committee, lead), lead)
    assert application.matter.status == "APPROVED"
    assert application.rule_snapshot["eligible"] == 120
    assert application.matter.versions.get().content["primary_total"] == 15
