"""What is asked before a supplement has its number, and the filter of the rosters that lack somebody."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms

from mingqian.draws.models import DrawMode, Roster, SupplementReason
from mingqian.web.filters import KeywordFilter, ListingFilter

from .fields import LineField, TextField
from .filters import committees_of, recent_years


class SupplementForm(forms.Form):
    """抽取方式, 补充事由, 事由说明."""

    mode = forms.ChoiceField(
        label="抽取方式",
        choices=DrawMode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择抽取方式。", "invalid_choice": "请选择抽取方式。"},
    )
    reason = forms.ChoiceField(
        label="补充事由",
        choices=SupplementReason.choices,
        error_messages={"required": "请选择补充事由。", "invalid_choice": "请选择补充事由。"},
    )
    reason_text = LineField(label="事由说明", max_length=200, required=False)


class EndForm(forms.Form):
    """终止补充抽取."""

    reason = TextField(
        label="终止原因",
        max_length=500,
        required=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = "请写明终止原因，至少 4 个字。"


class GapFilter(ListingFilter):
    """年度, 评委会, 状态, 关键字."""

    wide = ("committee", "keyword")
    year = django_filters.ChoiceFilter(
        field_name="draw__application__year", label="年度", choices=recent_years, empty_label="全部"
    )
    committee = django_filters.ModelChoiceFilter(
        field_name="draw__application__committee",
        label="评委会",
        queryset=committees_of,
        empty_label="全部评委会",
    )
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=[("open", "补充抽取办理中"), ("all", "全部名单")],
        method="by_state",
        empty_label="有缺口",
    )
    keyword = KeywordFilter(
        ["draw__application__matter__number", "draw__application__meeting_name"],
        placeholder="申请编号 / 会议",
    )

    class Meta:
        model = Roster
        fields = ["year", "committee", "state", "keyword"]

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        """Without a choice the page shows rosters with empty seats only."""
        return queryset.exclude(open_number=None) if value == "open" else queryset
