"""The pool of an application: who may be drawn, who not and why; counts for pages, pool and plan for the engine.

`survey_of` judges every member and counts: what the seat grid, the rules and the trial show.
`assemble` makes of the same facts the engine's pool and plan: what is frozen, tried and drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone

import fairdraw
from mingqian.committees.models import GroupSpecialty, Unit
from mingqian.draws.models import DrawApplication
from mingqian.draws.words import exclusion
from mingqian.rulebook.queries import RuleSet, rule_set

from .judging import judge_members
from .pool_facts import MemberFacts, PoolFacts, gather
from .salts import salts_of
from .seats import group_unit_cap, unit_cap
from .series import SeriesNow, series_now


def evidence_hash(salt: bytes, code: str, facts: Mapping[str, object]) -> str:
    """What a transcript carries beside an exclusion code: whoever is given the salt and the facts can check it."""
    body = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    parts = (b"mingqian/evidence/1", salt, code.encode(), body)
    return hashlib.sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).hexdigest()


@dataclass(slots=True)
class Count:
    """Members of one specialty: in the pool, eligible, and removed by the first rule that struck."""

    in_pool: int = 0
    eligible: int = 0
    removed: Counter[str] = field(default_factory=Counter)

    @property
    def cut(self) -> int:
        return self.in_pool - self.eligible

    @property
    def removed_most_first(self) -> list[tuple[str, int]]:
        return sorted(self.removed.items(), key=lambda item: (-item[1], item[0]))


NO_COUNT = Count()


@dataclass(frozen=True)
class Snag:
    """Specialties whose seats cannot be filled together, why, and ways out, the cheapest first.

    A way out has `code`, `params` and `group_name`, as a trial keeps it.
    """

    strata: tuple[str, ...]
    short: int
    words: str
    ways: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether all seats can be filled at once; if not, how many stay empty and why, in words."""

    feasible: bool
    lacking: int = 0
    why: str = ""
    snags: tuple[Snag, ...] = ()


@dataclass(frozen=True)
class Survey:
    """The pool as judged on one day. `codes_of`: expert id -> codes in the order of trying; () is eligible.

    `absent`: people of the series who are in the pool no more; they count nowhere, but a supplement names them.
    """

    on: date
    members: tuple[MemberFacts, ...]
    codes_of: Mapping[int, tuple[str, ...]]
    older: int = 0
    verdict: Verdict | None = None
    absent: tuple[MemberFacts, ...] = ()

    @property
    def everybody(self) -> tuple[MemberFacts, ...]:
        """Whoever stands in the frozen pool."""
        return self.members + self.absent

    @property
    def in_pool(self) -> int:
        return len(self.members)

    @cached_property
    def eligible(self) -> int:
        return sum(1 for codes in self.codes_of.values() if not codes)

    @cached_property
    def removed(self) -> Counter[str]:
        """Members removed, by the first rule that struck."""
        mine = (self.codes_of[member.expert_id] for member in self.members)
        return Counter(codes[0] for codes in mine if codes)

    @cached_property
    def counts(self) -> dict[str, Count]:
        """By specialty code; somebody with two specialties counts in both."""
        counts: dict[str, Count] = defaultdict(Count)
        for member in self.members:
            codes = self.codes_of[member.expert_id]
            for specialty in member.specialties:
                count = counts[specialty]
                count.in_pool += 1
                if codes:
                    count.removed[codes[0]] += 1
                else:
                    count.eligible += 1
        return dict(counts)

    def people_in(self, specialties: Collection[str]) -> tuple[int, int]:
        """(in the pool, eligible) people of any of the specialties, each person once."""
        wanted = frozenset(specialties)
        inside = [m for m in self.members if not wanted.isdisjoint(m.specialties)]
        return len(inside), sum(1 for member in inside if not self.codes_of[member.expert_id])

    def why(self, codes: Iterable[str]) -> str:
        """Codes in words."""
        return "；".join(exclusion(code).why for code in codes)


@dataclass(frozen=True)
class Assembled:
    """The engine's pool and plan, and the way back to people.

    `expert_of`: pseudonym -> expert id, designated members included; `codes_of`: expert id -> codes.
    """

    survey: Survey
    pool: fairdraw.Pool
    plan: fairdraw.Plan
    expert_of: dict[str, int]
    codes_of: Mapping[int, tuple[str, ...]]
    in_pool: int
    eligible: int
    uscc_of: dict[str, str]

    @cached_property
    def employer_of(self) -> dict[str, str]:
        """Pseudonym of an employer -> name of the unit; one query, for those who explain a cap."""
        names = dict(
            Unit.objects.filter(uscc__in=self.uscc_of.values()).values_list("uscc", "name")
        )
        return {name: names.get(uscc, "") for name, uscc in self.uscc_of.items()}


def survey_of(
    application: DrawApplication, *, rules: RuleSet | None = None, on: date | None = None
) -> Survey:
    """Judge every member of the committee's pool on the day of the meeting."""
    if application.committee_id is None:
        return Survey(on or timezone.localdate(), (), {})
    rules = rules or _rules_of(application, on)
    facts = gather(application, window_years=rules["conflict_window_years"].whole, on=on)
    return _survey(application, facts, rules)


def _survey(application: DrawApplication, facts: PoolFacts, rules: RuleSet) -> Survey:
    codes_of, older = judge_members(application, facts, rules)
    absent = tuple(facts.absent)
    return Survey(facts.on, tuple(facts.members), codes_of, older, absent=absent)


def with_verdict(survey: Survey, verdict: Verdict) -> Survey:
    """The same survey, knowing whether the seats can be filled."""
    return replace(survey, verdict=verdict)


def _rules_of(application: DrawApplication, on: date | None) -> RuleSet:
    day = on
    if application.starts_at:
        day = timezone.localtime(application.starts_at).date()
    committee = application.committee
    return rule_set(committee_code=committee.code if committee else None, on=day)


def _plain_salt(expert_id: int) -> bytes:
    """The salt where nothing is to be kept secret: trials and diagnosis."""
    return hashlib.sha256(b"mingqian/trial/%d" % expert_id).digest()


def assemble(
    application: DrawApplication,
    *,
    salt_of: Callable[[int], bytes] | None = None,
    on: date | None = None,
    survey: Survey | None = None,
    series: SeriesNow | None = None,
) -> Assembled:
    """Pool and plan of an application as the engine takes them.

    `salt_of(expert id)` gives at least 16 secret bytes for the person's pseudonym; without it the salts
    are public, which is right for trials only. An employer's pseudonym is bound to the same draw by
    `salt_of(0)`. People are restricted to the strata of their main specialty's group, so that a cap
    inside a group is always decidable. A supplement takes the salts of its first draw, in trials too: who sits
    is known there by these ids, and a trial publishes none. `series` spares reading it again.
    Raises fairdraw.FairdrawError (NO_SEATS, DESIGNATED_OVER_CAP …).
    """
    rules = _rules_of(application, on)
    survey = survey or survey_of(application, rules=rules, on=on)
    series = series or series_now(application)
    salt_of = salt_of or (salts_of(series.first) if series else _plain_salt)
    groups = _group_of_specialty(application)
    maker = _Maker(application, groups, salt_of, survey.on)
    designated = set(application.designated.values_list("expert_id", flat=True))
    members: dict[int, fairdraw.Member] = {}
    ids, employers, strata, exclusions = [], [], [], []
    for facts in survey.everybody:
        name, employer, own, removed = maker.person(facts, survey.codes_of[facts.expert_id])
        if facts.expert_id in designated:
            members[facts.expert_id] = fairdraw.Member(name, employer)
            continue
        ids.append(name)
        employers.append(employer)
        strata.append(own)
        exclusions.append(removed)
    designated_members = tuple(members[key] for key in sorted(members))
    plan = _plan(application, rules, groups, designated_members, series)
    return Assembled(
        survey=survey,
        pool=fairdraw.Pool.from_columns(ids, employers, strata, exclusions=exclusions),
        plan=plan,
        expert_of=maker.expert_of,
        codes_of=survey.codes_of,
        in_pool=survey.in_pool,
        eligible=survey.eligible,
        uscc_of={name: uscc for uscc, name in maker.employers.items()},
    )


def _group_of_specialty(application: DrawApplication) -> dict[str, str]:
    """specialty code -> group id as text; empty in a whole-pool draw, which knows no groups."""
    if not application.by_group:
        return {}
    rows = GroupSpecialty.objects.filter(
        committee_id=application.committee_id or 0, year=application.year
    )
    return {code: str(group) for code, group in rows.values_list("specialty__code", "group_id")}


class _Maker:
    """Makes candidates: pseudonyms of people and of employers, strata within one group."""

    def __init__(
        self,
        application: DrawApplication,
        groups: Mapping[str, str],
        salt_of: Callable[[int], bytes],
        on: date,
    ) -> None:
        self.on = on
        self.by_group = application.by_group
        self.groups = groups
        self.salt_of = salt_of
        self.employer_salt = salt_of(0)
        self.expert_of: dict[str, int] = {}
        self.employers: dict[str, str] = {}

    def person(
        self, facts: MemberFacts, codes: tuple[str, ...]
    ) -> tuple[str, str | None, tuple[str, ...], tuple[tuple[str, str], ...]]:
        """(pseudonym, pseudonym of the employer, strata, (code, evidence hash) pairs)."""
        salt = self.salt_of(facts.expert_id)
        name = fairdraw.pseudonym(salt, str(facts.expert_id))
        self.expert_of[name] = facts.expert_id
        removed: tuple[tuple[str, str], ...] = ()
        if codes:
            known = facts.evidence(self.on)
            removed = tuple((code, evidence_hash(salt, code, known)) for code in codes)
        return name, self._employer(facts.uscc), self._strata(facts.specialties), removed

    def _employer(self, uscc: str | None) -> str | None:
        if not uscc:
            return None
        if uscc not in self.employers:
            self.employers[uscc] = fairdraw.pseudonym(self.employer_salt, uscc)
        return self.employers[uscc]

    def _strata(self, specialties: tuple[str, ...]) -> tuple[str, ...]:
        if not self.by_group or not specialties:
            return specialties
        home = self.groups.get(specialties[0])
        return tuple(code for code in specialties if self.groups.get(code) == home)


def _plan(
    application: DrawApplication,
    rules: RuleSet,
    groups: Mapping[str, str],
    designated: tuple[fairdraw.Member, ...],
    series: SeriesNow | None,
) -> fairdraw.Plan:
    quotas = list(application.quotas.select_related("specialty").order_by("specialty__code"))
    if application.by_group:
        strata = [
            fairdraw.Stratum(
                quota.specialty.code,
                quota.primary,
                quota.alternate,
                groups.get(quota.specialty.code),
            )
            for quota in quotas
            if quota.primary or quota.alternate
        ]
        strata += _seatless(strata, groups, series)
        share = rules["same_unit_group_share"].exact
        sizes: Counter[str] = Counter()
        for stratum in strata:
            if stratum.group is not None:
                sizes[stratum.group] += stratum.primary
        if series is not None:
            sizes = Counter({group: series.group_to_come(group, sizes[group]) for group in sizes})
        caps = {group: group_unit_cap(size, share=share) for group, size in sizes.items()}
    else:
        least = [quota for quota in quotas if quota.primary]
        strata = [fairdraw.Stratum(quota.specialty.code, quota.primary, 0) for quota in least]
        open_seats = application.primary_total - sum(quota.primary for quota in least)
        strata.append(
            fairdraw.Stratum(fairdraw.OPEN_STRATUM, max(0, open_seats), application.alternate_total)
        )
        caps = {}
    cap = application.same_unit_cap
    if cap is None:
        total = application.primary_total
        cap = unit_cap(
            series.drawn_to_come(total) if series else total,
            least=rules["same_unit_cap_min"].whole,
            share=rules["same_unit_cap_share"].exact,
        )
    return fairdraw.Plan(
        strata=tuple(strata),
        employer_cap=max(1, cap),
        group_cap=caps or None,
        designated=designated,
        kept=_kept(strata, series),
        title=application.number,
    )


def _seatless(
    strata: Sequence[fairdraw.Stratum], groups: Mapping[str, str], series: SeriesNow | None
) -> list[fairdraw.Stratum]:
    """The series' other specialties, without a seat: those who sit for them still count in the caps of groups."""
    if series is None:
        return []
    here = {stratum.id for stratum in strata}
    return [
        fairdraw.Stratum(code, 0, 0, groups.get(code, group))
        for code, group in sorted(series.strata.items())
        if code not in here
    ]


def _kept(
    strata: Sequence[fairdraw.Stratum], series: SeriesNow | None
) -> tuple[fairdraw.Member, ...]:
    if series is None:
        return ()
    return series.kept({s.id for s in strata}, {s.group for s in strata if s.group is not None})
