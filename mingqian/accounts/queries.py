"""Questions about accounts."""

from __future__ import annotations

import django_filters

from mingqian.web.filters import KeywordFilter, ListingFilter

from .models import User
from .roles import Role


class UserFilter(ListingFilter):
    """The filter bar of the user list."""

    keyword = KeywordFilter(["username", "real_name"], label="关键字", placeholder="账号 / 姓名")
    role = django_filters.ChoiceFilter(choices=Role.choices, label="角色", empty_label="全部")
    is_active = django_filters.ChoiceFilter(
        choices=[("true", "启用"), ("false", "停用")],
        label="状态",
        empty_label="全部",
        method="by_state",
    )

    class Meta:
        model = User
        fields = ["keyword", "role", "is_active"]

    def by_state(self, queryset, name, value):
        """Enabled or disabled."""
        return queryset.filter(is_active=value == "true")
