"""Days away, a reason for a deed, a reason for looking."""

from __future__ import annotations

from django import forms
from django.utils import timezone

REASON_NEEDED = {"required": "请填写原因。", "min_length": "请写明原因，至少 2 个字。"}


class DeedForm(forms.Form):
    """Why a membership is suspended or restored."""

    reason = forms.CharField(
        label="原因",
        min_length=2,
        max_length=200,
        error_messages=REASON_NEEDED,
        help_text="记入经历，不可修改。",
    )


class RevealForm(forms.Form):
    """Why a full number is looked at."""

    reason = forms.CharField(
        label="查看原因",
        min_length=2,
        max_length=200,
        error_messages={"required": "请填写查看原因。", "min_length": "请写明原因，至少 2 个字。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "reveal-reasons"}),
        help_text="原因和查看人将记入操作日志。",
    )


class UnavailabilityForm(forms.Form):
    """From a day to a day, both included."""

    from_on = forms.DateField(
        label="起",
        widget=forms.DateInput(
            attrs={"data-date": "date", "autocomplete": "off", "placeholder": "年-月-日"}
        ),
        error_messages={
            "required": "请填写起始日期。",
            "invalid": "请按 2026-04-01 的写法填写日期。",
        },
    )
    to_on = forms.DateField(
        label="止",
        widget=forms.DateInput(
            attrs={"data-date": "date", "autocomplete": "off", "placeholder": "年-月-日"}
        ),
        error_messages={
            "required": "请填写结束日期。",
            "invalid": "请按 2026-04-01 的写法填写日期。",
        },
        help_text="起止两天都算在内。",
    )
    reason = forms.CharField(
        label="事由",
        min_length=2,
        max_length=200,
        error_messages=REASON_NEEDED,
        help_text="例如出国访学、住院、公务出差。",
    )

    def clean(self) -> dict:
        """The span must lie forward, not wholly in the past, and not last for ever."""
        data = super().clean() or {}
        start, end = data.get("from_on"), data.get("to_on")
        if start and end:
            if end < start:
                self.add_error("to_on", "结束日期早于起始日期。")
            elif end < timezone.localdate():
                self.add_error("to_on", "这段时间已经过去。")
            elif (end - start).days > 1096:
                self.add_error("to_on", "一次最多登记三年；长期不能参加的，请暂停抽取或办理离库。")
        return data
