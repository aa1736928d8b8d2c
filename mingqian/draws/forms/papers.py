"""What somebody says who prints a paper with names: what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from mingqian.draws.services.release import PurposeMissing, judged_purpose

from .fields import LineField


class PurposeForm(forms.Form):
    """One of the usual purposes of a paper, or another in words, which wins."""

    usual = forms.ChoiceField(
        label="用途",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请从所列用途中选择，或填写其他用途。"},
    )
    purpose = LineField(label="其他用途", max_length=200)

    def __init__(self, *args: Any, usual: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usual"].choices = [(each, each) for each in usual]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            cleaned["purpose"] = judged_purpose(cleaned["purpose"] or cleaned["usual"])
        except PurposeMissing as missing:
            self.add_error("purpose", missing.told)
        return cleaned
