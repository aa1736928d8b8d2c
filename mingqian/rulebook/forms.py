"""Judging what was typed into the forms of the rule book."""

from __future__ import annotations

from datetime import date

from django import forms

from .defaults import Definition
from .models import Enforcement, RuleParameter
from .scopes import committee_names

_DAY = {"data-date": "date", "autocomplete": "off"}


class AsOfForm(forms.Form):
    """Which rules to show, and as they stand on which day."""

    q = forms.CharField(label="查找", required=False, max_length=50)
    on = forms.DateField(label="截至日期", required=False, widget=forms.DateInput(attrs=_DAY))


class ChangeForm(forms.Form):
    """A new value of one rule. Bounds and dates are judged by the service, at the same fields."""

    scope = forms.ChoiceField(label="适用范围", required=False)
    value = forms.CharField(label="数值", required=False, max_length=24)
    enforcement = forms.ChoiceField(label="执行方式", choices=Enforcement.choices)
    valid_from = forms.DateField(
        label="生效日期",
        widget=forms.DateInput(attrs=_DAY),
        error_messages={
            "required": "请填写生效日期。",
            "invalid": "请按 2026-01-31 的样式填写日期。",
        },
    )
    citation = forms.CharField(
        label="依据", max_length=200, error_messages={"required": "请写明依据。"}
    )
    checked = forms.BooleanField(label="数值与依据已和官方文本核对", required=False)
    reason = forms.CharField(
        label="变更理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明变更理由。"},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args, definition: Definition, row: RuleParameter | None, today: date, **kwargs
    ):
        kwargs.setdefault(
            "initial",
            {
                "value": str(row.value or "") if row else definition.value or "",
                "enforcement": row.enforcement if row else definition.enforcement,
                "valid_from": today,
                "citation": row.citation if row else definition.citation,
                "checked": bool(row and row.checked_on),
            },
        )
        super().__init__(*args, **kwargs)
        self.definition = definition
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)
        scope.choices = [("", "全省"), *committee_names().items()]
        if not definition.has_number:
            del self.fields["value"]
        else:
            self.fields["value"].required = definition.value is not None
            self.fields["value"].error_messages["required"] = "请填写数值。"
            bounds = f"{definition.least} 至 {definition.most}"
            hint = f"{bounds}，可写分数，例如 1/3。" if not definition.unit else f"{bounds}。"
            self.fields["value"].help_text = (
                hint if definition.value else f"{hint[:-1]}；留空表示不检查。"
            )


class EndForm(forms.Form):
    """From when a committee goes back to the province's value, and why."""

    committee = forms.CharField(max_length=6)
    from_day = forms.DateField(
        label="停用日期",
        widget=forms.DateInput(attrs=_DAY),
        error_messages={
            "required": "请填写停用日期。",
            "invalid": "请按 2026-01-31 的样式填写日期。",
        },
    )
    reason = forms.CharField(
        label="停用理由", max_length=500, error_messages={"required": "请写明停用理由。"}
    )
