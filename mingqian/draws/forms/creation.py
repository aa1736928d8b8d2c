"""The one step before a draft has its number: year, committee, way, and what to copy from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.committees.models import Committee
from mingqian.committees.queries import committees_with_valid_filing
from mingqian.draws.models import DrawApplication, DrawMode
from mingqian.draws.queries.applications import copyable

from .fields import NumberField


class CreationForm(forms.Form):
    """年度, 评委会, 抽取方式, 从往年申请复制."""

    year = NumberField(label="年度", least=2020, most=2100, required=True)
    committee = forms.ModelChoiceField(
        label="评委会",
        queryset=Committee.objects.none(),
        empty_label="请选择评委会",
        widget=forms.Select(attrs={"data-picker": "1"}),
        error_messages={
            "required": "请选择评委会。",
            "invalid_choice": "请从列表中选择本部门核准备案有效的评委会。",
        },
    )
    mode = forms.ChoiceField(
        label="抽取方式",
        choices=DrawMode.choices,
        initial=DrawMode.BY_GROUP,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择抽取方式。", "invalid_choice": "请选择抽取方式。"},
    )
    source = forms.ModelChoiceField(
        label="从往年申请复制",
        queryset=DrawApplication.objects.none(),
        required=False,
        empty_label="不复制，新建空白申请",
        widget=forms.Select(attrs={"data-picker": "1", "placeholder": "不复制，新建空白申请"}),
        help_text="复制席位分布、回避与指定委员、地点；日期与说明须重新填写。",
        error_messages={"invalid_choice": "请从列表中选择。"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        committees = committees_with_valid_filing(user, today)
        self.fields["committee"].queryset = committees  # type: ignore[attr-defined]
        self.fields["committee"].label_from_instance = lambda c: c.name  # type: ignore[attr-defined]
        sources = copyable(user)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
        self.fields["source"].label_from_instance = _source_label  # type: ignore[attr-defined]
        self.fields["year"].initial = today.year
        self.has_committee = committees.exists()
        self.has_source = sources.exists()
        if len(only := list(committees[:2])) == 1:
            self.fields["committee"].initial = only[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        source, committee = cleaned.get("source"), cleaned.get("committee")
        if source and committee and source.committee_id != committee.pk:
            self.add_error("source", "所选申请属于另一个评委会，请选择同一评委会的申请。")
        return cleaned


def _source_label(application: DrawApplication) -> str:
    committee = application.committee.name if application.committee else ""
    return f"{application.number}·{committee}·{application.meeting_name}"
