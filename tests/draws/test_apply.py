"""A draft: numbered at once, saved in any state, guarded against two editors."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from mingqian.audit.models import Event
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.rules import findings_of
from mingqian.draws.queries.seats import Seat
from mingqian.draws.services.create import create_application
from mingqian.draws.services.editing import SavedMeanwhile
from mingqian.draws.services.save import Draft, save_application
from mingqian.workflow.services import NotEditable
from tests.factories.accounts import make_user
from tests.factories.draws import (
    approved,
    code_of,
    make_application,
    make_ground,
    make_people,
    make_units,
    refreshed,
    submitted,
)

pytestmark = pytest.mark.django_db


def test_a_new_application_is_a_numbered_draft(ground):
    committee, clerk, _ = ground
    application = make_application(committee, clerk)
    again = make_application(committee, clerk)
    assert application.number == f"CQ-{application.year}-0001"
    assert again.number == f"CQ-{application.year}-0002"
    assert application.matter.status == "DRAFT"


def test_one_rendered_form_makes_one_application(ground):
    committee, clerk, _ = ground
    key = uuid4().hex
    first = create_application(year=2026, committee=committee, key=key, by=clerk)
    second = create_application(year=2026, committee=committee, key=key, by=clerk)
    assert first == second
    assert DrawApplication.objects.count() == 1


def test_a_reviewer_cannot_apply_and_another_office_cannot_use_the_committee(ground):
    committee, _, _ = ground
    for person in (make_user("reviewer"), make_user("observer"), make_user("clerk")):
        with pytest.raises(PermissionDenied):
            create_application(year=2026, committee=committee, key=uuid4().hex, by=person)


def test_a_complete_draft_has_nothing_against_it(application):
    assert [each.sentence for each in findings_of(application).standing] == []


def test_a_lead_submits_and_a_reviewer_approves(ground):
    committee, _, lead = ground
    application = approved(make_application(committee, lead), lead)
    assert application.matter.status == "APPROVED"
    assert application.rule_snapshot["eligible"] == 120
    assert application.matter.versions.get().content["primary_total"] == 15


def test_what_cannot_be_read_is_kept_as_typed(ground, application):
    _, clerk, _ = ground
    draft = Draft(
        values={"place": "新地点"},
        typed={"starts_at": "下周二上午"},
        fields_read={"place", "starts_at"},
    )
    saved = save_application(application, draft=draft, revision=application.revision, by=clerk)
    assert saved.place == "新地点"
    assert saved.typed == {"starts_at": "下周二上午"}
    mended = Draft(values={"starts_at": application.starts_at}, fields_read={"starts_at"})
    saved = save_application(saved, draft=mended, revision=saved.revision, by=clerk)
    assert saved.typed == {}


def test_the_second_of_two_editors_is_told_and_changes_nothing(ground, application):
    _, clerk, lead = ground
    save_application(
        application, draft=Draft(values={"place": "甲"}), revision=application.revision, by=lead
    )
    with pytest.raises(SavedMeanwhile):
        save_application(
            application,
            draft=Draft(values={"place": "乙"}),
            revision=application.revision,
            by=clerk,
        )
    assert refreshed(application).place == "甲"


def test_a_stale_form_that_changes_nothing_is_no_conflict(ground, application):
    _, clerk, lead = ground
    draft = Draft(values={"place": "甲"})
    first = save_application(application, draft=draft, revision=application.revision, by=lead)
    again = save_application(application, draft=draft, revision=application.revision, by=clerk)
    assert again.revision == first.revision


def test_a_form_is_not_in_conflict_with_its_own_autosave(ground, application):
    _, clerk, _ = ground
    seen = application.revision
    for tick, place in ((100, "甲"), (200, "乙"), (300, "丙")):
        saved = save_application(
            application,
            draft=Draft(values={"place": place}),
            revision=seen,
            by=clerk,
            form_key="f1",
            tick=tick,
        )
    assert saved.place == "丙"


def test_an_autosave_that_comes_late_does_not_win(ground, application):
    _, clerk, _ = ground
    for tick, place in ((200, "新"), (100, "旧")):
        save_application(
            application,
            draft=Draft(values={"place": place}),
            revision=application.revision,
            by=clerk,
            form_key="f1",
            tick=tick,
        )
    assert refreshed(application).place == "新"


def test_a_save_without_a_change_leaves_no_entry_and_a_change_leaves_one(ground, application):
    _, clerk, _ = ground
    before = Event.objects.count()
    save_application(
        application,
        draft=Draft(values={"place": application.place}),
        revision=application.revision,
        by=clerk,
    )
    assert Event.objects.count() == before
    save_application(
        application,
        draft=Draft(values={"place": "另一处"}),
        revision=application.revision,
        by=clerk,
    )
    assert Event.objects.count() == before + 1
    entry = Event.objects.order_by("-seq").first()
    assert entry is not None
    assert entry.details["changed"] == ["地点"]


def test_a_submitted_application_cannot_be_saved(ground):
    committee, clerk, lead = ground
    application = submitted(make_application(committee, lead), lead)
    with pytest.raises(NotEditable):
        save_application(
            application,
            draft=Draft(values={"place": "甲"}),
            revision=application.revision,
            by=clerk,
        )


def test_another_office_cannot_save(application):
    stranger = make_user("clerk")
    with pytest.raises(PermissionDenied):
        save_application(
            application,
            draft=Draft(values={"place": "甲"}),
            revision=application.revision,
            by=stranger,
        )


def test_alternates_follow_the_primaries_until_typed_by_hand(ground, application):
    committee, clerk, _ = ground
    code = code_of(committee, "建筑设计")

    def put(seat):
        fresh = refreshed(application)
        saved = save_application(
            fresh, draft=Draft(seats={code: seat}), revision=fresh.revision, by=clerk
        )
        return saved.quotas.get(specialty__code=code)

    assert put(Seat(primary=4)).alternate == 2
    assert put(Seat(alternate=5, alternate_typed=True)).alternate == 5
    assert put(Seat(primary=6)).alternate == 5
    assert put(Seat(alternate_typed=False)).alternate == 3
    assert refreshed(application).primary_total == 16


def test_picks_come_from_what_is_on_record(ground, application):
    committee, clerk, _ = ground
    unit = make_units(1)[0]
    member = make_people(committee, 1)[0]
    stranger = make_people(make_ground(groups=False)[0], 1)[0]
    saved = save_application(
        application,
        draft=Draft(units=[unit.pk, 999_999], experts=[member.pk, stranger.pk]),
        revision=application.revision,
        by=clerk,
    )
    assert set(saved.avoidances.values_list("unit_id", "expert_id")) == {
        (unit.pk, None),
        (None, member.pk),
    }


def test_there_is_one_chair_and_roles_can_be_swapped(ground, application):
    committee, clerk, _ = ground
    one, two = make_people(committee, 2)

    def appoint(*rows):
        fresh = refreshed(application)
        saved = save_application(
            fresh, draft=Draft(designated=rows), revision=fresh.revision, by=clerk
        )
        return dict(saved.designated.values_list("expert_id", "duty"))

    assert appoint((one.pk, "CHAIR", "章程"), (two.pk, "CHAIR", "章程")) == {
        one.pk: "CHAIR",
        two.pk: "VICE_CHAIR",
    }
    assert appoint((two.pk, "CHAIR", "章程"), (one.pk, "VICE_CHAIR", "章程")) == {
        two.pk: "CHAIR",
        one.pk: "VICE_CHAIR",
    }


def test_another_committee_takes_its_own_specialties(ground, application):
    committee, clerk, _ = ground
    other, _, _ = make_ground({"护理": 5}, office=committee.office)
    saved = save_application(
        application,
        draft=Draft(values={"committee": other}),
        revision=application.revision,
        by=clerk,
    )
    assert saved.quotas.count() == 0
    assert saved.primary_total == 0


def test_a_copy_takes_seats_and_designated_members_but_no_dates(ground, application):
    committee, clerk, _ = ground
    member = make_people(committee, 1)[0]
    save_application(
        application,
        draft=Draft(designated=[(member.pk, "CHAIR", "章程")]),
        revision=application.revision,
        by=clerk,
    )
    source = refreshed(application)
    copy = create_application(
        year=source.year, committee=committee, key=uuid4().hex, by=clerk, source=source
    )
    assert copy.primary_total == source.primary_total
    assert copy.designated.get().expert == member
    assert copy.starts_at is None
    assert copy.place == source.place
