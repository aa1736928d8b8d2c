"""Settings under test: a home of its own, known keys, a cheap password hasher.

MINGQIAN_TEST_DATABASE=sqlite (default) or postgresql chooses the database. The variables are set
here, before the system's own settings are read, so that neither a developer's environment nor
var/ can leak into a test, and pytest-xdist's workers inherit them.
"""

import os
import tempfile
from pathlib import Path

TEST_DATABASE = os.environ.setdefault("MINGQIAN_TEST_DATABASE", "sqlite")

if "MINGQIAN_TEST_HOME" not in os.environ:
    os.environ["MINGQIAN_TEST_HOME"] = tempfile.mkdtemp(prefix="mingqian-test-")
    os.environ["MINGQIAN_TEST_HOME_OWNER"] = str(os.getpid())
_home = Path(os.environ["MINGQIAN_TEST_HOME"])

for _name in [name for name in os.environ if name.startswith("MINGQIAN_")]:
    if not _name.startswith("MINGQIAN_TEST_") and _name != "MINGQIAN_DATABASE_URL":
        del os.environ[_name]
os.environ["MINGQIAN_MODE"] = "test"
os.environ["MINGQIAN_HOME"] = str(_home)
os.environ["MINGQIAN_SECRET_KEY"] = "test-" * 13
os.environ["MINGQIAN_DATA_KEY"] = "5a" * 32

if TEST_DATABASE == "sqlite":
    os.environ["MINGQIAN_DATABASE_URL"] = f"sqlite:///{_home / 'mingqian.sqlite3'}"
elif TEST_DATABASE == "postgresql":
    if not os.environ.get("MINGQIAN_DATABASE_URL", "").startswith("postgres"):
        raise SystemExit(
            "MINGQIAN_TEST_DATABASE=postgresql needs a server: run\n"
            "    python -m tests.postgres python -m pytest …\n"
            "which starts a throw-away one (./run test does it for you)."
        )
else:
    raise SystemExit("MINGQIAN_TEST_DATABASE must be sqlite or postgresql.")

from mingqian.config.settings import *  # noqa: E402, F403
from mingqian.config.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE  # noqa: E402

# A page that asks one question per row fails its test.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
# Reading a session and then ending it asks twice on one line; it is always one session.
# Answers for several people are one deed a person, each looking for itself at what it changes.
ZEAL_ALLOWLIST = [
    {"model": "sessions.Session", "field": "get()"},
    {"model": "draws.Roster", "field": "get()"},
    {"model": "draws.Standing", "field": "get()"},
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if TEST_DATABASE == "sqlite":
    # A test's file lives for seconds; what FULL promises is tested against real servers.
    _options = DATABASES["default"]["OPTIONS"]
    _options["init_command"] = _options["init_command"].replace(
        "synchronous=FULL", "synchronous=OFF"
    )
