"""Filter bars of the lists of applications and of reviews."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from mingqian.committees.models import Committee, CommitteeOffice
from mingqian.draws.models import DrawApplication, DrawMode
from mingqian.draws.queries.applications import STATES, in_state
from mingqian.web.filters import DaysFilter, KeywordFilter, ListingFilter


def recent_years() -> list[tuple[int, str]]:
    """Next year and the nine before it."""
    this = timezone.localdate().year
    return [(year, f"{year} 年") for year in range(this + 1, this - 9, -1)]


def committees_of(request: HttpRequest | None) -> QuerySet[Committee]:
    """The committees whose applications the user may see."""
    if request is None:
        return Committee.objects.none()
    return Committee.objects.visible_to(request.user)


def offices_of(request: HttpRequest | None) -> QuerySet[CommitteeOffice]:
    """The offices whose applications the user may see."""
    if request is None:
        return CommitteeOffice.objects.none()
    return CommitteeOffice.objects.visible_to(request.user)


class ApplicationFilter(ListingFilter):
    """年度, 评委会, 申请编号, 抽取方式, 状态, 申请日期, 关键字."""

    wide = ("committee", "keyword", "created")

    year = django_filters.ChoiceFilter(label="年度", choices=recent_years, empty_label="全部")
    committee = django_filters.ModelChoiceFilter(
        label="评委会", queryset=committees_of, empty_label="全部评委会"
    )
    number = django_filters.CharFilter(
        label="申请编号", field_name="matter__number", lookup_expr="icontains", max_length=20
    )
    mode = django_filters.ChoiceFilter(
        label="抽取方式", choices=DrawMode.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=[(state.key, state.word) for state in STATES],
        method="by_state",
        empty_label="全部",
    )
    created = DaysFilter("created_at", label="申请日期")
    keyword = KeywordFilter(
        ["matter__number", "meeting_name", "committee__name", "handler_name"],
        placeholder="编号 / 会议 / 评委会 / 经办人",
    )

    class Meta:
        model = DrawApplication
        fields = ["year", "committee", "number", "mode", "state", "created", "keyword"]

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        """The state as its users call it."""
        return in_state(queryset, value)


class ReviewFilter(ApplicationFilter):
    """The reviewing side also filters by office."""

    office = django_filters.ModelChoiceFilter(
        label="申请部门", queryset=offices_of, empty_label="全部部门"
    )

    class Meta(ApplicationFilter.Meta):
        fields = ["office", "committee", "year", "state", "created", "keyword"]
