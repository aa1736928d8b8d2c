"""The web chapter."""

from django.apps import AppConfig
from django.forms import Field


class WebConfig(AppConfig):
    """Base page, components, listing, jobs."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.web"
    label = "web"
    verbose_name = "页面与公共构件"

    def ready(self) -> None:
        """The stock sentence for an empty field names no deed; ours does."""
        Field.default_error_messages = Field.default_error_messages | {"required": "请填写此项。"}
