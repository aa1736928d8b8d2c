"""What pickers offer as one types: Chinese, pinyin initials, or a number."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from mingqian.committees.models import Committee, Unit

from ..models import MembershipStatus, PoolMembership
from ..pinyin import initials_of

MOST_OFFERED = 20
MOST_UNITS_SPELLED = 3000
IN_POOL = [MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED]


def members_like(text: str) -> Q:
    """Members whose name, pinyin initials, pinyin or number holds the text."""
    text = text.strip()
    if not text.isascii():
        return Q(expert__name__contains=text)
    letters = text.lower()
    return (
        Q(expert__name_initials__contains=letters)
        | Q(expert__name_pinyin__contains=letters)
        | Q(expert__expert_no__icontains=text)
        | Q(expert__name__icontains=text)
    )


def pick_members(committee: Committee, text: str) -> list[dict[str, object]]:
    """Members of a committee's pool for a picker: value (expert id), text (name), note (unit, specialties)."""
    members = (
        PoolMembership.objects.filter(committee=committee, status__in=IN_POOL)
        .select_related("expert", "expert__unit")
        .prefetch_related("specialty_links__specialty")
    )
    if text.strip():
        members = members.filter(members_like(text))
    return [
        {
            "value": member.expert_id,
            "text": member.expert.name,
            "note": "·".join(
                filter(
                    None,
                    (
                        member.expert.unit.name if member.expert.unit else "",
                        "、".join(link.specialty.name for link in member.specialty_links.all()),
                    ),
                )
            ),
        }
        for member in members.order_by("expert__name", "id")[:MOST_OFFERED]
    ]


def pick_units(committees: QuerySet[Committee], text: str) -> list[dict[str, object]]:
    """Active units for a picker. By initials, those where members of these committees' pools work."""
    text = text.strip()
    units = Unit.objects.active().order_by("name", "id")
    if not text or (text.isascii() and text.isalpha()):
        employers = PoolMembership.objects.filter(committee__in=committees, status__in=IN_POOL)
        own = units.filter(pk__in=employers.values("expert__unit_id"))[:MOST_UNITS_SPELLED]
        letters = text.lower()
        found = [unit for unit in own if not letters or letters in initials_of(unit.name)]
    else:
        found = list(
            units.filter(Q(name__icontains=text) | Q(uscc__startswith=text.upper()))[:MOST_OFFERED]
        )
    return [
        {"value": unit.pk, "text": unit.name, "note": unit.uscc} for unit in found[:MOST_OFFERED]
    ]
