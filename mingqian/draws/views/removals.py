"""剔除明细: who of the pool is kept out of this draw, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mingqian.accounts.access import requires
from mingqian.draws.queries.pool import Survey, survey_of
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.words import exclusion
from mingqian.experts.models import Expert

from .lookup import application_or_404

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Removal:
    """One member kept out: the person, their specialties here, and every rule that struck."""

    expert: Expert
    specialties: str
    reasons: list[str]


@requires("experts.view_expert")
@require_safe
def list_removals(request: HttpRequest, number: str) -> HttpResponse:
    """Filter by specialty and by code; the first code of a person is the one that statistics count."""
    application = application_or_404(request, number)
    survey = survey_of(application, rules=rules_for(application))
    specialty, code = request.GET.get("specialty", "")[:8], request.GET.get("code", "")[:30]
    committee = application.committee
    names = dict(committee.specialties.values_list("code", "name")) if committee else {}
    wanted = _wanted(survey, specialty, code)
    page = Paginator(wanted, PAGE_SIZE).get_page(request.GET.get("page"))
    query = urlencode({k: v for k, v in (("specialty", specialty), ("code", code)) if v})
    return render(
        request,
        "draws/removals.html",
        {
            "application": application,
            "survey": survey,
            "page": page,
            "rows": _rows(page.object_list, survey, names),
            "specialty": specialty,
            "code": code,
            "names": sorted(names.items()),
            "codes": [
                (key, exclusion(key).label, count) for key, count in survey.removed.most_common()
            ],
            "query": f"&{query}" if query else "",
        },
    )


def _wanted(survey: Survey, specialty: str, code: str) -> list[int]:
    return [
        member.expert_id
        for member in survey.members
        if (codes := survey.codes_of[member.expert_id])
        and (not specialty or specialty in member.specialties)
        and (not code or code in codes)
    ]


def _rows(experts: Any, survey: Survey, names: dict[str, str]) -> list[Removal]:
    people = Expert.objects.select_related("unit").in_bulk(list(experts))
    own = {member.expert_id: member.specialties for member in survey.members}
    return [
        Removal(
            people[pk],
            "、".join(names.get(each, each) for each in own[pk]),
            [exclusion(each).why for each in survey.codes_of[pk]],
        )
        for pk in experts
    ]
