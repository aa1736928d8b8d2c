"""The expert an address names, or 404: what is absent and what is another office's look the same."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from mingqian.committees.models import Committee

from ..models import Expert, PoolMembership


def expert_of(request: HttpRequest, expert_no: str) -> Expert:
    """The expert, if the user may see them."""
    visible = Expert.objects.visible_to(request.user).select_related("unit")
    return get_object_or_404(visible, expert_no=expert_no)


def membership_of(request: HttpRequest, expert_no: str, pk: int) -> PoolMembership:
    """A membership of that expert, if the user may see it."""
    visible = PoolMembership.objects.visible_to(request.user).select_related("expert", "committee")
    return get_object_or_404(visible, pk=pk, expert__expert_no=expert_no)


def committee_of(request: HttpRequest, expert: Expert) -> Committee:
    """The committee by whose rules the user's office judges this expert: that of the latest membership."""
    own = expert.memberships.visible_to(request.user).select_related("committee")
    return own.order_by("-term_from", "-id")[0].committee
