"""评委抽取: applications, trial, official draw, roster."""

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    """The chapter of the draw."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.draws"
    label = "draws"

    def ready(self) -> None:
        from mingqian.audit.words import register_words

        from . import subjects
        from .models import (
            Channel,
            ContactOutcome,
            DeclineReason,
            DrawMode,
            SupplementReason,
        )

        subjects.register_all()
        register_words(
            values={
                "channel": dict(Channel.choices),
                "outcome": dict(ContactOutcome.choices),
                "reason": dict(DeclineReason.choices) | dict(SupplementReason.choices),
                "choice": {"SEAT": "恢复原席位", "RESERVE": "转为备选"},
                "mode": dict(DrawMode.choices),
            }
        )
