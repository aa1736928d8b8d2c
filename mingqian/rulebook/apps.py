"""The rule book: numbers from regulations as dated rows with their citation."""

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.rulebook"
    label = "rulebook"
    verbose_name = "规则库"
