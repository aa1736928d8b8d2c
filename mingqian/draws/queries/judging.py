"""Judging every member of a pool: facts and the rule book's criteria in, codes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mingqian.draws.models import DrawApplication
from mingqian.experts.models import ExpertStatus, MembershipStatus
from mingqian.rulebook.queries import RuleSet

from .pool_facts import MemberFacts, PoolFacts


def judge_members(
    application: DrawApplication, facts: PoolFacts, rules: RuleSet
) -> tuple[dict[int, tuple[str, ...]], int]:
    """(expert id -> codes in the order of trying, how many eligible people are above the age that only warns)."""
    judge = _judge(application, facts, rules)
    codes_of = {member.expert_id: judge(member) for member in facts.members}
    age = rules["age_max"]
    older = 0
    if age.number is not None and not age.blocks:
        older = sum(
            1
            for member in facts.members
            if not codes_of[member.expert_id]
            and member.birth_date is not None
            and age_on(member.birth_date, facts.on) > age.whole
        )
    return codes_of, older


def age_on(born: date, day: date) -> int:
    """Full years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def served_too_long(years: set[int], year: int, *, most: int, rest: int) -> bool:
    """Whether somebody who served in these years must rest in `year`: `most` years running, then `rest` off."""
    for last in range(year - rest, year):
        if all(last - back in years for back in range(most)):
            return True
    return False


def _judge(
    application: DrawApplication, facts: PoolFacts, rules: RuleSet
) -> Callable[[MemberFacts], tuple[str, ...]]:
    committee = application.committee
    assert committee is not None
    wanted = wanted_specialties(application)
    most, rest = rules["max_consecutive_years"].whole, rules["rest_years"].whole
    seats, age = rules["max_seats_per_year"].whole, rules["age_max"]
    oldest = age.whole if age.number is not None and age.blocks else None

    def judge(member: MemberFacts) -> tuple[str, ...]:
        who, codes = member.expert_id, []
        if member.expert_status in (ExpertStatus.SUSPENDED, ExpertStatus.DISQUALIFIED):
            codes.append("SUSPENDED")
        elif member.expert_status != ExpertStatus.ACTIVE:
            codes.append("INACTIVE")
        if member.membership_status != MembershipStatus.ACTIVE and "SUSPENDED" not in codes:
            codes.append("SUSPENDED")
        if not (member.term_from <= facts.on and facts.last_day <= member.term_to):
            codes.append("TERM_EXPIRED")
        if member.grade is None or member.grade < committee.minimum_level:
            codes.append("LEVEL")
        if not wanted.intersection(member.specialties):
            codes.append("SPECIALTY")
        if not member.uscc or member.birth_date is None:
            codes.append("DATA_MISSING")
        if member.unit_id in facts.avoided_units:
            codes.append("UNIT_AVOID")
        if who in facts.avoided_experts:
            codes.append("EXPERT_AVOID")
        if who in facts.clashing:
            codes.append("TIME_CLASH")
        if who in facts.unavailable:
            codes.append("UNAVAILABLE")
        if who in facts.already_drawn:
            codes.append("ALREADY_DRAWN")
        if served_too_long(facts.years_served.get(who, set()), application.year, most=most, rest=rest):
            codes.append("ROTATION")
        if facts.seats_this_year.get(who, 0) >= seats:
            codes.append("LOAD")
        if oldest is not None and member.birth_date and age_on(member.birth_date, facts.on) > oldest:
            codes.append("AGE")
        if who in facts.designated:
            codes.append("DESIGNATED")
        return tuple(codes)

    return judge


def wanted_specialties(application: DrawApplication) -> set[str]:
    """Specialties of the committee: a member whose every specialty lies outside cannot be seated."""
    committee = application.committee
    return set(committee.specialties.active().values_list("code", flat=True)) if committee else set()
