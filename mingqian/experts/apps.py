"""The experts chapter: 专家信息维护."""

from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    """Experts, pool membership, import of registers."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.experts"
    label = "experts"
    verbose_name = "专家信息维护"

    def ready(self) -> None:
        from mingqian.audit.words import register_words

        from .words import ACTIONS, DETAILS

        register_words(ACTIONS, DETAILS)
