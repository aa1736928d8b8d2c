"""What stands in the database about the people and units that a register names, read in few queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched

from django.db.models import Exists, OuterRef, Prefetch

from mingqian.committees.models import Committee, Unit

from ..models import Expert, MembershipSpecialty, PoolMembership
from ..models.membership import OPEN_STATUSES

BATCH = 500


@dataclass(slots=True)
class Standing:
    """What is known of one person: the expert, the membership a register would change, the closed one before it."""

    expert: Expert
    seen_by_office: bool
    membership: PoolMembership | None = None
    specialties: list[int] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether the membership still runs."""
        return self.membership is not None and self.membership.status in OPEN_STATUSES


def standing_of(
    identities: Sequence[tuple[str, str]], committee: Committee
) -> dict[tuple[str, str], Standing]:
    """(id type, index) → what stands, for those on record. The open membership comes before the latest closed one."""
    own_links = Prefetch(
        "specialty_links", queryset=MembershipSpecialty.objects.order_by("order"), to_attr="links"
    )
    memberships = Prefetch(
        "memberships",
        queryset=PoolMembership.objects.filter(committee=committee)
        .order_by("-term_from", "-id")
        .prefetch_related(own_links),
        to_attr="of_committee",
    )
    wanted = set(identities)
    own = PoolMembership.objects.filter(expert=OuterRef("pk"), office_id=committee.office_id)
    found: dict[tuple[str, str], Standing] = {}
    for batch in batched((index for _, index in wanted), BATCH):
        experts = (
            Expert.objects.filter(id_index__in=batch)
            .select_related("unit")
            .annotate(in_office=Exists(own))
            .prefetch_related(memberships)
        )
        for expert in experts:
            key = (expert.id_type, expert.id_index)
            if key not in wanted:
                continue
            standing = Standing(expert, seen_by_office=expert.in_office)
            every = expert.of_committee
            running = [membership for membership in every if membership.status in OPEN_STATUSES]
            if every:
                standing.membership = (running or every)[0]
                standing.specialties = [link.specialty_id for link in standing.membership.links]
            found[key] = standing
    return found


def units_by_code(codes: Iterable[str]) -> dict[str, Unit]:
    """Units on record among these credit codes."""
    return {
        unit.uscc: unit
        for batch in batched(dict.fromkeys(codes), BATCH)
        for unit in Unit.objects.filter(uscc__in=batch)
    }


def active_units_by_name(names: Iterable[str]) -> dict[str, Unit]:
    """Active units among these names; a name belongs to one active unit at most."""
    return {
        unit.name: unit
        for batch in batched(dict.fromkeys(names), BATCH)
        for unit in Unit.objects.active().filter(name__in=batch)
    }


def open_members_but(committee: Committee, listed: set[int]) -> int:
    """How many open members of a pool are not among these experts."""
    rows: Iterator[int] = (
        PoolMembership.objects.open()
        .filter(committee=committee)
        .values_list("expert_id", flat=True)
        .iterator(chunk_size=5000)
    )
    return sum(expert_id not in listed for expert_id in rows)
