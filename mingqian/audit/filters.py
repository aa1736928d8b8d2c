"""The filter bar of the log."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from mingqian.web.filters import DaysFilter, ListingFilter

from .models import Event
from .words import actions, areas


class EventFilter(ListingFilter):
    """By day, person, action and thing; the chapter behind it all as a coarse choice."""

    days = DaysFilter("at", label="日期")
    actor = django_filters.CharFilter(
        field_name="actor_name", lookup_expr="icontains", label="操作人", max_length=60
    )
    area = django_filters.ChoiceFilter(choices=areas, label="业务", method="in_area")
    action = django_filters.ChoiceFilter(
        choices=lambda: sorted(actions().items(), key=lambda pair: pair[1]), label="操作"
    )
    subject = django_filters.CharFilter(
        field_name="subject_label", lookup_expr="icontains", label="对象", max_length=120
    )

    wide = ("days",)
    more = ()

    class Meta:
        model = Event
        fields = ["days", "actor", "area", "action", "subject"]

    def in_area(self, queryset: QuerySet[Event], name: str, value: Any) -> QuerySet[Event]:
        """Actions are named `<chapter>.<verb>`, so a chapter is a range of them."""
        return queryset.filter(action__startswith=f"{value}.")
