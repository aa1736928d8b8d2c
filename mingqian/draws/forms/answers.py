"""What a clerk fills in about an answer: the reason of a decline, an attempt to reach somebody, another alternate."""

from __future__ import annotations

from typing import Any

from django import forms

from mingqian.draws.models import Channel, ContactOutcome, DeclineReason

from .fields import TextField

LEAST_NOTE = 4
CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.LINK]


class ChannelField(forms.ChoiceField):
    """By which way; by telephone unless said otherwise. A link is answered by the experts themselves."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=CHANNELS,
            initial=Channel.PHONE,
            error_messages={
                "required": "请选择渠道。",
                "invalid_choice": "请从列表中选择渠道。",
            },
            **options,
        )


class DeclineForm(forms.Form):
    """确认不参评. `instead`: the standing of another alternate than the rule's, with a reason of its own."""

    reason = forms.ChoiceField(
        label="理由",
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择不参评的理由。",
            "invalid_choice": "请从列表中选择理由。",
        },
    )
    note = TextField(label="说明", max_length=200)
    channel = ChannelField(label="答复渠道")
    instead = forms.CharField(required=False, max_length=16)
    instead_note = TextField(label="另选理由", max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == DeclineReason.OTHER and len(cleaned.get("note") or "") < 2:
            self.add_error("note", "理由为「其他」时，请写明具体情况。")
        if cleaned.get("instead") and len(cleaned.get("instead_note") or "") < LEAST_NOTE:
            self.add_error("instead_note", f"另选递补人选请写明理由，至少 {LEAST_NOTE} 个字。")
        return cleaned


class ContactForm(forms.Form):
    """登记联系记录."""

    channel = ChannelField(label="联系方式")
    outcome = forms.ChoiceField(
        label="结果",
        choices=ContactOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择结果。", "invalid_choice": "请从列表中选择结果。"},
    )
    note = TextField(label="说明", max_length=200)


class ChooseForm(forms.Form):
    """另选递补: who, and why not by the rule."""

    alternate = forms.CharField(
        label="人选", max_length=16, error_messages={"required": "请选择递补人选。"}
    )
    note = TextField(label="理由", max_length=200)

    def clean_note(self) -> str:
        note = str(self.cleaned_data["note"])
        if len(note) < LEAST_NOTE:
            raise forms.ValidationError(f"请写明理由，至少 {LEAST_NOTE} 个字。")
        return note
