"""What pickers ask for: {"results": [{"value", "text", "note"}]}."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from mingqian.accounts.access import requires
from mingqian.committees.models import Committee

from ..queries import pick_members, pick_units


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "")[:60]


@requires("experts.view_expert")
@require_GET
def pick(request: HttpRequest) -> JsonResponse:
    """Members of one committee's pool."""
    asked = request.GET.get("committee", "")
    visible = Committee.objects.visible_to(request.user)
    pk = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    committee = get_object_or_404(visible, pk=pk)
    return JsonResponse({"results": pick_members(committee, _text(request))})


@requires("experts.view_expert")
@require_GET
def pick_unit(request: HttpRequest) -> JsonResponse:
    """Units on record."""
    own = Committee.objects.visible_to(request.user)
    return JsonResponse({"results": pick_units(own, _text(request))})
