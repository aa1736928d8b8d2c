"""Whatever people try in whatever order, a matter only makes the moves of the table."""

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mingqian.audit.models import Event
from mingqian.workflow.models import Action, Matter, MatterStatus
from mingqian.workflow.services import NoSuchMove, perform
from mingqian.workflow.transitions import DECISIONS, TRANSITIONS
from tests.factories.accounts import make_user
from tests.factories.committees import make_office
from tests.factories.workflow import make_matter


@pytest.mark.django_db
def test_random_people_making_random_moves_never_leave_the_table(note):
    office = make_office()
    lead, second_lead = make_user("lead", office), make_user("lead", office)
    reviewers = [make_user("reviewer"), make_user("hrss_lead")]
    others = [
        make_user("clerk", office),
        make_user("lead"),
        make_user("observer"),
        make_user("sysadmin"),
    ]
    people = [lead, second_lead, *reviewers, *others]

    class Machine(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.matter = make_matter(office, lead)
            self.moves = 0
            self.submits = self.returns = 0

        def may(self, action: Action, person) -> bool:
            if action in DECISIONS:
                return person in reviewers
            if action == Action.CANCEL:
                return person in (lead, second_lead, others[0])
            return person in (lead, second_lead)

        @rule(action=st.sampled_from(list(Action)), who=st.integers(0, len(people) - 1))
        def try_to_move(self, action, who):
            person, before = people[who], self.matter
            target = TRANSITIONS.get((MatterStatus(before.status), action))
            entries = Event.objects.count()
            try:
                self.matter = perform(
                    action, on=before, by=person, opinion="意见", reasons=["OTHER"]
                )
            except PermissionDenied:
                assert not self.may(action, person)
            except NoSuchMove:
                assert target is None
            else:
                assert self.may(action, person)
                assert self.matter.status == target
                assert Event.objects.count() == entries + 1
                self.submits += action == Action.SUBMIT
                self.returns += action == Action.RETURN
                return
            assert Event.objects.count() == entries

        @invariant()
        def the_stored_row_agrees(self):
            stored = Matter.objects.get(pk=self.matter.pk)
            assert (stored.status, stored.version) == (self.matter.status, self.submits)
            assert stored.return_count == self.returns
            assert stored.versions.count() == self.submits
            assert stored.decided_by_id is None or stored.decided_by_id != stored.submitted_by_id

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
