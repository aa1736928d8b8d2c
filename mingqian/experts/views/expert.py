"""One expert's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mingqian.accounts.access import requires

from ..drawing import terms_chart
from ..models import MembershipStatus
from ..models.membership import OPEN_STATUSES
from ..queries import history_of_expert, memberships_of, standing_of_membership
from ..register.identity import age_on
from .found import expert_of


@requires("experts.view_expert")
@require_GET
def expert(request: HttpRequest, expert_no: str) -> HttpResponse:
    """Identity masked, terms, days away, history."""
    found = expert_of(request, expert_no)
    today = timezone.localdate()
    memberships = memberships_of(found, request.user)
    terms = [
        {
            "membership": membership,
            "standing": standing_of_membership(membership, on=today),
            "specialties": [link.specialty.name for link in membership.specialty_links.all()],
            "is_open": membership.status in OPEN_STATUSES,
            "may_suspend": membership.status == MembershipStatus.ACTIVE,
            "may_restore": membership.status == MembershipStatus.SUSPENDED,
        }
        for membership in memberships
    ]
    away = found.unavailabilities.filter(withdrawn_at=None, to_on__gte=today)
    return render(
        request,
        "experts/expert.html",
        {
            "expert": found,
            "age": age_on(found.birth_date, today),
            "field_years": today.year - found.field_since if found.field_since else None,
            "terms": terms,
            "standing": terms[0]["standing"] if terms else None,
            "chart": terms_chart(memberships, today=today),
            "narrow_chart": terms_chart(memberships, today=today, width=340),
            "away": away.select_related("recorded_by").order_by("from_on", "id"),
            "history": history_of_expert(found, request.user),
            "may_edit": request.user.may("experts.edit_expert"),
            "may_reveal": request.user.may("experts.reveal_field"),
        },
    )
