"""The reviewer's decision."""

from __future__ import annotations

from typing import Any

from django import forms

from mingqian.workflow.models import Action
from mingqian.workflow.reasons import REASONS

from .fields import TextField

LEAST_OPINION = 10

DECISIONS = (
    (Action.APPROVE, "审核通过"),
    (Action.RETURN, "退回修改"),
    (Action.REJECT, "不予通过"),
)


class ReviewForm(forms.Form):
    """审核通过 / 退回修改 (reasons, all at once) / 不予通过."""

    decision = forms.ChoiceField(
        label="审核结论",
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择审核结论。", "invalid_choice": "请选择审核结论。"},
    )
    reasons = forms.MultipleChoiceField(
        label="退回原因",
        choices=[(reason.code, reason.label) for reason in REASONS],
        required=False,
        error_messages={"invalid_choice": "请从列表中选择退回原因。"},
    )
    opinion = TextField(label="意见正文", max_length=1000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        decision = cleaned.get("decision")
        if (
            decision == Action.RETURN
            and not cleaned.get("reasons")
            and "reasons" not in self.errors
        ):
            self.add_error("reasons", "请选择退回原因，可多选，一次告知全部问题。")
        written = len(cleaned.get("opinion") or "")
        if (
            decision in (Action.RETURN, Action.REJECT)
            and written < LEAST_OPINION
            and "opinion" not in self.errors
        ):
            self.add_error(
                "opinion",
                f"请写明意见，至少 {LEAST_OPINION} 个字，现有 {written} 个字；经办人据此修改。",
            )
        return cleaned
