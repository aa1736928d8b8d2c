"""Users, the role table, sign-in, 密码修改."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The chapter of accounts."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.accounts"
    label = "accounts"
    verbose_name = "用户与权限"

    def ready(self) -> None:
        """Tell the log, which stands below, what the roles are called."""
        from mingqian.audit.words import register_words

        from .roles import Role

        register_words(roles=dict(Role.choices))
