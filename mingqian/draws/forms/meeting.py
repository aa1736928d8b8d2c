"""Forms around the meeting of a drawn roster: releasing the list, moving the meeting, the expert's answer."""

from __future__ import annotations

from typing import Any

from django import forms

from mingqian.draws.models import Answer, DeclineReason

from .fields import LineField, MomentField, TextField

# What the office notes about others is no reason an expert gives.
OWN_REASONS = [
    choice
    for choice in DeclineReason.choices
    if choice[0] not in (DeclineReason.UNREACHABLE, DeclineReason.DISQUALIFIED)
]


class ReleaseForm(forms.Form):
    """发布名单: the last moment for experts' own answers, the rule's unless an earlier one is given."""

    answer_by = MomentField(
        label="答复截止时间",
        widget=forms.TextInput(attrs={"data-date": "datetime", "autocomplete": "off"}),
    )


class DeadlineForm(forms.Form):
    """更正答复截止时间 of a released list."""

    answer_by = MomentField(
        label="新的答复截止时间",
        required=True,
        widget=forms.TextInput(attrs={"data-date": "datetime", "autocomplete": "off"}),
        error_messages={"required": "请填写答复截止时间。"},
    )
    reason = TextField(label="更正原因", max_length=500, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = "请写明更正原因，至少 4 个字。"


class RescheduleForm(forms.Form):
    """会议改期."""

    starts_at = MomentField(
        label="新的开始时间",
        required=True,
        widget=forms.TextInput(attrs={"data-date": "datetime", "autocomplete": "off"}),
        error_messages={"required": "请填写开始时间。"},
    )
    ends_at = MomentField(
        label="新的结束时间",
        required=True,
        widget=forms.TextInput(attrs={"data-date": "datetime", "autocomplete": "off"}),
        error_messages={"required": "请填写结束时间。"},
    )
    place = LineField(label="地点", max_length=200, required=True)
    answer_by = MomentField(
        label="答复截止时间",
        widget=forms.TextInput(attrs={"data-date": "datetime", "autocomplete": "off"}),
        help_text="不填则按规则，在新的开始时间之前若干小时。",
    )
    reason = TextField(label="改期原因", max_length=500, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].error_messages["required"] = "请填写地点。"
        self.fields["reason"].error_messages["required"] = "请写明改期原因，至少 4 个字。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "结束时间应晚于开始时间。")
        if "reason" not in self.errors and len(cleaned.get("reason") or "") < 4:
            self.add_error("reason", "请写明改期原因，至少 4 个字。")
        return cleaned


class AnswerForm(forms.Form):
    """What an expert says on their own page."""

    answer = forms.ChoiceField(
        choices=[
            (Answer.PARTICIPATING, "参评"),
            (Answer.DECLINED, "不参评"),
        ],
        error_messages={
            "required": "请选择参评或不参评。",
            "invalid_choice": "请选择参评或不参评。",
        },
    )
    reason = forms.ChoiceField(
        choices=[("", "请选择"), *OWN_REASONS],
        required=False,
        error_messages={"invalid_choice": "请从列表中选择理由。"},
    )
    note = LineField(max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") != Answer.DECLINED:
            return cleaned
        reason = cleaned.get("reason")
        if not reason and "reason" not in self.errors:
            self.add_error("reason", "请选择不参评的理由。")
        short = len(cleaned.get("note") or "") < 2
        if reason == DeclineReason.OTHER and short and "note" not in self.errors:
            self.add_error("note", "理由为「其他」时，请写明具体情况。")
        return cleaned
