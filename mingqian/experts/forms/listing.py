"""The filter bar of the list of experts."""

from __future__ import annotations

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from mingqian.committees.models import Committee, Specialty, TitleGrade
from mingqian.web.filters import ListingFilter

from ..models import MembershipSpecialty, MembershipStatus, PoolMembership
from ..queries.memberships import ending, over
from ..queries.picking import members_like

TERMS = (("ending", "60 天内届满"), ("over", "已届满"), ("running", "聘期内"))


def own_committees(request) -> QuerySet[Committee]:
    """Committees whose pools the user may see."""
    return Committee.objects.visible_to(request.user).order_by("code")


def own_specialties(request) -> QuerySet[Specialty]:
    """Specialties that those committees judge."""
    return (
        Specialty.objects.filter(committees__in=own_committees(request)).distinct().order_by("code")
    )


class MembershipFilter(ListingFilter):
    """Name or initials, unit, committee, specialty, group, grade, region, state, term."""

    keyword = django_filters.CharFilter(label="姓名", method="by_name", max_length=60)
    unit = django_filters.CharFilter(
        label="工作单位", field_name="expert__unit__name", lookup_expr="contains", max_length=60
    )
    committee = django_filters.ModelChoiceFilter(
        label="评委会", queryset=own_committees, empty_label="全部"
    )
    specialty = django_filters.ModelChoiceFilter(
        label="推荐专业", queryset=own_specialties, method="by_specialty", empty_label="全部"
    )
    status = django_filters.ChoiceFilter(
        label="状态",
        choices=[
            (s.value, s.label)
            for s in MembershipStatus
            if s not in (MembershipStatus.EXPIRED, MembershipStatus.NOMINATED)
        ],
        empty_label="全部",
    )
    term = django_filters.ChoiceFilter(
        label="聘期", choices=TERMS, method="by_term", empty_label="全部"
    )
    group = django_filters.CharFilter(
        label="学科组", field_name="group_name", lookup_expr="contains", max_length=60
    )
    level = django_filters.ChoiceFilter(
        label="级别",
        field_name="expert__title_level",
        choices=TitleGrade.choices,
        empty_label="全部",
    )
    region = django_filters.CharFilter(
        label="所在地区", field_name="expert__region_name", lookup_expr="contains", max_length=60
    )

    wide = ("keyword", "unit", "committee")
    more = ("group", "level", "region")

    class Meta:
        model = PoolMembership
        fields = [
            "keyword",
            "unit",
            "committee",
            "specialty",
            "status",
            "term",
            "group",
            "level",
            "region",
        ]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        placeholder = "姓名 / 拼音首字母 / 专家编号"
        self.filters["keyword"].extra["widget"] = django_filters.fields.forms.TextInput(
            attrs={"type": "search", "placeholder": placeholder}
        )

    def by_name(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Every word in the name, its pinyin, or the number."""
        for word in value.split()[:5]:
            rows = rows.filter(members_like(word))
        return rows

    def by_specialty(self, rows: QuerySet, name: str, value: Specialty) -> QuerySet:
        """Members recommended for it, as main specialty or not."""
        links = MembershipSpecialty.objects.filter(membership=OuterRef("pk"), specialty=value)
        return rows.filter(Exists(links))

    def by_term(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Where the term stands today."""
        today = timezone.localdate()
        if value == "ending":
            return ending(rows, on=today)
        if value == "over":
            return over(rows, on=today)
        return rows.filter(term_from__lte=today, term_to__gte=today)
