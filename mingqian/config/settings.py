"""Settings of 明签: safe by default, told apart by environment variables alone (docs/operations.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from . import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MODE = environment.mode()
PRODUCTION = MODE == "production"
DEBUG = False
HOME = Path(environment.variable("HOME", str(BASE_DIR / "var"))).resolve()
HOME.mkdir(parents=True, exist_ok=True)

SECRET_KEY = environment.secret("SECRET_KEY", home=HOME)
_DATA_KEY = environment.data_key(environment.secret("DATA_KEY", home=HOME))
_EARLIER_DATA_KEYS = environment.earlier_keys(environment.variable("EARLIER_DATA_KEYS"))
MINGQIAN: dict[str, Any] = {
    "HOME": HOME,
    "MODE": MODE,
    "DATA_KEY": _DATA_KEY,
    "EARLIER_DATA_KEYS": _EARLIER_DATA_KEYS,
    "SIGNING_SEED": environment.signing_seed(_DATA_KEY),
    "EARLIER_SIGNING_SEEDS": tuple(map(environment.signing_seed, _EARLIER_DATA_KEYS)),
    "PLATFORM_NAME": environment.variable("PLATFORM_NAME", "明签·职称评审工作平台"),
    "PROVINCE": environment.variable("PROVINCE", "南江省"),
    "PUBLIC_URL": environment.variable("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
    "SUPPORT": environment.variable("SUPPORT", ""),
    "PASSWORD_PROFILE": environment.variable("PASSWORD_PROFILE", "dengbao"),
    # Which class hands on messages to experts, by way; blank: they wait in the outbox.
    "MESSAGES": {
        "SMS": environment.variable("MESSAGES_SMS"),
        "MAIL": environment.variable("MESSAGES_MAIL"),
        "PHONE": environment.variable("MESSAGES_VOICE"),
    },
}
ALLOWED_HOSTS = environment.variable("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(
    ","
)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "axes",
    "django_tasks_db",
    "mingqian.web",
    "mingqian.audit",
    "mingqian.rulebook",
    "mingqian.committees",
    "mingqian.accounts",
    "mingqian.workflow",
    "mingqian.experts",
    "mingqian.draws",
    "mingqian.portal",
    "mingqian.demo",
]

MIDDLEWARE = [
    "mingqian.web.middleware.RequestFactsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mingqian.web.middleware.SessionLimitMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "mingqian.accounts.middleware.PasswordChangeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mingqian.config.urls"
WSGI_APPLICATION = "mingqian.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mingqian.portal.context.shell",
            ],
        },
    },
]

DATABASES = {
    "default": environment.database(
        environment.variable("DATABASE_URL", f"sqlite:///{HOME / 'mingqian.sqlite3'}")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "mingqian.accounts.backends.AccountBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "mingqian.accounts.passwords.PolicyValidator"}]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "accounts:login"

# Throttling comes before hashing: one Argon2 hash costs a quarter of a second of CPU.
AXES_HANDLER = "mingqian.accounts.throttle.Handler"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

FILTERS_EMPTY_CHOICE_LABEL = "全部"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = 15 * 60
SESSION_ABSOLUTE_SECONDS = 10 * 3600
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "mingqian.web.views.csrf_failed"
SECURE_SSL_REDIRECT = PRODUCTION and environment.variable("SSL_REDIRECT", "yes") == "yes"
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if environment.variable("BEHIND_PROXY") == "yes" else None
)
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(HOME / "files")},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if MODE in ("production", "demo")
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = MODE in ("development", "test")

# 20 MiB of file and a little room for the other fields of a form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_PERMISSIONS = 0o600

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Addresses that carry a secret: logs name them without it.
SECRET_PATHS = ("/answer/",)
LOGGING_CONFIG = "mingqian.web.logs.configure"
# Django calls the function above only where LOGGING says something.
LOGGING = {"version": 1, "incremental": True}
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
