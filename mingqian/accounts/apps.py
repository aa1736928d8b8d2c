"""Users, the role table, sign-in, 密码修改."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The chapter of accounts."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.accounts"
    label = "accounts"
