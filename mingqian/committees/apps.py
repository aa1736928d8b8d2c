"""Units, committee offices, title series, committees, their filings, groups and meetings."""

from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.committees"
    label = "committees"
    verbose_name = "评委会"

    def ready(self) -> None:
        """Tell the rule book which committees may have values of their own."""
        from mingqian.rulebook import scopes

        from .queries import names_by_code

        scopes.register(names_by_code)
