"""Judging every member of a pool: the engine's rules under the rule book's numbers."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from fairdraw.eligibility import Criteria, Facts, age_on, judge
from mingqian.draws.models import DrawApplication
from mingqian.experts.models import ExpertStatus, MembershipStatus
from mingqian.rulebook.queries import RuleSet

from .pool_facts import IN_POOL, MemberFacts, PoolFacts

DESIGNATED = "DESIGNATED"
"""Ours, not the engine's: somebody who sits by appointment leaves the lots."""


def judge_members(
    application: DrawApplication, facts: PoolFacts, rules: RuleSet
) -> tuple[dict[int, tuple[str, ...]], int]:
    """(expert id -> codes in the order of trying, how many eligible people are above the age that only warns).

    People of the series who have left the pool are judged with the others.
    """
    criteria = _criteria(application, facts, rules)
    rest = _Rest(application, rules)
    codes_of: dict[int, tuple[str, ...]] = {}
    for member in (*facts.members, *facts.absent):
        codes = judge(_facts_of(member, facts, rest), criteria)
        if member.expert_id in facts.designated:
            codes = (*codes, DESIGNATED)
        codes_of[member.expert_id] = codes
    return codes_of, _older(facts, codes_of, rules)


def _criteria(application: DrawApplication, facts: PoolFacts, rules: RuleSet) -> Criteria:
    committee = application.committee
    assert committee is not None
    age = rules["age_max"]
    return Criteria(
        on=facts.on,
        min_level=committee.minimum_level,
        strata=frozenset(committee.specialties.active().values_list("code", flat=True)),
        avoided_employers=frozenset(map(str, facts.avoided_units)),
        avoided_ids=frozenset(map(str, facts.avoided_experts)),
        max_seats_per_year=rules["max_seats_per_year"].whole,
        max_consecutive_years=rules["max_consecutive_years"].whole,
        max_age=age.whole if age.number is not None and age.blocks else None,
    )


def _facts_of(member: MemberFacts, facts: PoolFacts, rest: _Rest) -> Facts:
    who = member.expert_id
    suspended = member.membership_status == MembershipStatus.SUSPENDED
    status = ExpertStatus.SUSPENDED if suspended else member.expert_status
    # A term that ends before the last day of the meeting is over for this meeting.
    term_to = member.term_to if member.term_to >= facts.last_day else facts.on - timedelta(days=1)
    return Facts(
        id=str(who),
        in_pool=member.membership_status in IN_POOL,
        status=str(status),
        term_from=member.term_from,
        term_to=term_to,
        strata=member.specialties,
        level=member.grade,
        employer=str(member.unit_id) if member.unit_id and member.uscc else None,
        former_employers=facts.former_units.get(who, ()),
        birth_date=member.birth_date,
        in_integrity=False,
        unavailable=who in facts.unavailable,
        time_clash=who in facts.clashing,
        already_drawn=who in facts.already_drawn,
        declined_earlier=who in facts.declined,
        conflict=False,
        applicant=False,
        seats_this_year=facts.seats_this_year.get(who, 0),
        consecutive_years=rest.most if rest.is_due(facts.years_served.get(who)) else 0,
    )


class _Rest:
    """Rotation: after `most` years running in one committee somebody rests `years` years."""

    def __init__(self, application: DrawApplication, rules: RuleSet) -> None:
        self.year = application.year
        self.most = rules["max_consecutive_years"].whole
        self.years = rules["rest_years"].whole

    def is_due(self, served: set[int] | None) -> bool:
        """Whether somebody who served in these years must rest in the application's year."""
        if not served:
            return False
        return any(
            all(last - back in served for back in range(self.most))
            for last in range(self.year - self.years, self.year)
        )


def _older(facts: PoolFacts, codes_of: dict[int, tuple[str, ...]], rules: RuleSet) -> int:
    age = rules["age_max"]
    if age.number is None or age.blocks:
        return 0
    return sum(
        1
        for member in facts.members
        if not codes_of[member.expert_id]
        and member.birth_date is not None
        and Fraction(age_on(member.birth_date, facts.on)) > age.exact
    )
