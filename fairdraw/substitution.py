"""Who enters when somebody cannot serve.

The rule, fixed before the draw: among the alternates of the same stratum, in order of ticket, first
those of the same type as the person who leaves, then the others; the first whose entry keeps every
cap and every quota. A quota is kept if no more than ``high`` are counted, and ``low`` can still be
reached with the seats that are empty. Everybody passed over is recorded with the row that forbade
it. A transcript is enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairdraw import transcript as transcripts
from fairdraw.canonical import clean_text, pairs_in, whole_number
from fairdraw.errors import FairdrawError, shown
from fairdraw.rules import Plan

ACCEPTED, DECLINED = "ACCEPTED", "DECLINED"


@dataclass(frozen=True)
class Skip:
    """An alternate who could not enter: ``row`` EMPLOYER_CAP, GROUP_CAP or QUOTA with its limit.

    ``employer``: of the cap. ``group``: that the cap or the quota counts in. ``quota``: its number
    in the plan, from 0; ``side``: which of its limits would be broken, "low" or "high".
    """

    id: str
    row: str
    employer: str | None
    group: str | None
    limit: int
    quota: int | None = None
    side: str | None = None


@dataclass(frozen=True)
class Substitution:
    """``alternate`` enters for ``vacated`` in ``stratum``; None: nobody can, the seat stays empty."""

    vacated: str
    stratum: str
    alternate: str | None
    skips: tuple[Skip, ...]


@dataclass(frozen=True)
class Roster:
    """After all answers: who sits where, every substitution in order, and the empty seats."""

    seated: dict[str, str]
    substitutions: tuple[Substitution, ...]
    waiting: tuple[str, ...]

    @property
    def gaps(self) -> dict[str, int]:
        """Empty seats by stratum."""
        empty = Counter(s.stratum for s in self.substitutions if s.alternate is None)
        return dict(empty)


def replay(transcript: bytes | Mapping[str, Any], answers: Iterable[tuple[str, str]]) -> Roster:
    """Apply answers (id, ACCEPTED or DECLINED) in the order in which they came.

    A decline of somebody seated brings in the next alternate at once; a decline of an alternate
    takes them off the list. Raises ANSWER_UNKNOWN, ANSWER_OF_STRANGER, ANSWER_AFTER_DECLINE.
    """
    state = _State(transcript)
    for person, answer in pairs_in(answers, "answers"):
        state.answer(person, answer)
    waiting = tuple(seat["id"] for seat in state.alternates if seat["id"] in state.waiting)
    return Roster(dict(state.seated), tuple(state.done), waiting)


def next_alternate(
    transcript: bytes | Mapping[str, Any], vacated: str, answers: Iterable[tuple[str, str]] = ()
) -> Substitution:
    """Who would enter if ``vacated`` declined now, after the answers so far."""
    state = _State(transcript)
    for person, answer in pairs_in(answers, "answers"):
        state.answer(person, answer)
    state.answer(vacated, DECLINED)
    last = state.done[-1] if state.done else None
    if last is None or last.vacated != vacated:
        raise FairdrawError("NOT_SEATED", id=vacated)
    return last


class _State:
    def __init__(self, transcript: bytes | Mapping[str, Any]) -> None:
        document = transcripts.document_of(transcript)
        try:
            self._read(document)
        except (AttributeError, LookupError, TypeError, ValueError):
            raise FairdrawError("TRANSCRIPT_UNREADABLE") from None

    def _read(self, document: Mapping[str, Any]) -> None:
        """Who sits and waits where; anything goes wrong if the document is misshapen."""
        for seat in (*document["panel"], *document["alternates"]):
            whole_number(seat["rank"], "rank", low=1)
            whole_number(seat["type"], "type")
            clean_text(seat["id"], "id")
        self.plan = Plan.from_record(document["plan"])
        records = {person["id"]: person for person in document["pool"]["records"]}
        self.alternates = document["alternates"]
        self.type_of = {
            seat["id"]: seat["type"] for seat in (*document["panel"], *document["alternates"])
        }
        self.employer_of = {person: records[person]["employer"] for person in self.type_of}
        quotas = self.plan.quotas
        self.quotas_of = {
            person: {n for n, q in enumerate(quotas) if q.counts(dict(records[person]["values"]))}
            for person in (self.type_of if quotas else ())
        }
        self.seated = {seat["id"]: seat["stratum"] for seat in document["panel"]}
        for seat in (*document["panel"], *document["alternates"]):
            self._group(seat["stratum"])
        self.waiting = {seat["id"] for seat in self.alternates}
        self.gone: set[str] = set()
        self.done: list[Substitution] = []

    def answer(self, person: Any, answer: Any) -> None:
        """One answer of one person."""
        if answer not in (ACCEPTED, DECLINED):
            raise FairdrawError("ANSWER_UNKNOWN", answer=shown(answer))
        if not isinstance(person, str) or person not in self.type_of:
            raise FairdrawError("ANSWER_OF_STRANGER", id=shown(person))
        if person in self.gone:
            raise FairdrawError("ANSWER_AFTER_DECLINE", id=person)
        if answer == ACCEPTED:
            return
        self.gone.add(person)
        if person in self.seated:
            self._replace(person, self.seated.pop(person))
        else:
            self.waiting.discard(person)

    def _replace(self, vacated: str, stratum: str) -> None:
        queue = [
            seat
            for seat in self.alternates
            if seat["stratum"] == stratum and seat["id"] in self.waiting
        ]
        queue.sort(key=lambda seat: (seat["type"] != self.type_of[vacated], seat["rank"]))
        skips: list[Skip] = []
        for seat in queue:
            skip = self._cap_forbids(seat["id"], stratum) or self._quota_forbids(
                seat["id"], stratum
            )
            if skip is None:
                self.waiting.discard(seat["id"])
                self.seated[seat["id"]] = stratum
                self.done.append(Substitution(vacated, stratum, seat["id"], tuple(skips)))
                return
            skips.append(skip)
        self.done.append(Substitution(vacated, stratum, None, tuple(skips)))

    def _cap_forbids(self, person: str, stratum: str) -> Skip | None:
        """The cap that the entry of a person would break, if any."""
        employer = self.employer_of[person]
        if employer is None:
            return None
        group = self._group(stratum)
        mates = [s for p, s in self.seated.items() if self.employer_of[p] == employer]
        room = self.plan.employer_room(employer)
        if room is not None and len(mates) >= room:
            assert self.plan.employer_cap is not None
            return Skip(person, "EMPLOYER_CAP", employer, None, self.plan.employer_cap)
        room = self.plan.group_room(employer, group)
        inside = sum(1 for s in mates if self._group(s) == group)
        if room is not None and inside >= room:
            limit = self.plan.group_limit(group)
            assert limit is not None
            return Skip(person, "GROUP_CAP", employer, group, limit)
        return None

    def _quota_forbids(self, person: str, stratum: str) -> Skip | None:
        """The first quota that the entry of a person would break, if any."""
        for number, quota in enumerate(self.plan.quotas):
            if quota.group not in (None, self._group(stratum)):
                continue
            places = [s for p, s in self.seated.items() if number in self.quotas_of[p]]
            count = self.plan.members_in(number) + self._inside(places, quota.group)
            count += number in self.quotas_of[person]
            empty = [s.stratum for s in self.done if s.alternate is None]
            if quota.high is not None and count > quota.high:
                return Skip(person, "QUOTA", None, quota.group, quota.high, number, "high")
            if count + self._inside(empty, quota.group) < quota.low:
                return Skip(person, "QUOTA", None, quota.group, quota.low, number, "low")
        return None

    def _inside(self, strata: Iterable[str], group: str | None) -> int:
        """How many of these seats lie in a group (None: all of them)."""
        return sum(1 for s in strata if group is None or self._group(s) == group)

    def _group(self, stratum: str) -> str | None:
        return self.plan.strata[self.plan.index[stratum]].group
