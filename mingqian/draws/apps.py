"""评委抽取: applications, trial, official draw, roster."""

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    """The chapter of the draw."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.draws"
    label = "draws"

    def ready(self) -> None:
        from . import subjects

        subjects.register_all()
