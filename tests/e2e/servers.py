"""The real server and the real worker that browser tests walk against."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Server:
    """Where the server under test answers, and where it writes what went wrong."""

    url: str
    log: Path

    def complaints(self) -> str:
        """The end of the server's log, for the message of a failed test."""
        return self.log.read_text("utf-8", "replace")[-4000:] if self.log.exists() else ""


def database_url() -> str:
    """The address of the database this test process uses, as a server would be given it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    parts = urlsplit(os.environ["MINGQIAN_DATABASE_URL"])
    return parts._replace(path=f"/{name}").geturl().replace("///?", f"///{name}?")


def environment(**more: str) -> dict[str, str]:
    """The environment of a demo-mode process on the test's database, home and keys."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "mingqian.config.settings",
        "MINGQIAN_MODE": "demo",
        "MINGQIAN_DATABASE_URL": database_url(),
        "PYTHONPATH": str(ROOT),
    } | more  # fmt: skip


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(command: list[str], *, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    """A child that is stopped, softly first, when the block ends."""
    with log.open("ab") as output:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
        try:
            yield child
        finally:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(15)
            if child.poll() is None:
                child.kill()
                child.wait()


def wait_until_it_answers(url: str, child: subprocess.Popen, log: Path) -> None:
    """Return once the address answers anything at all over HTTP."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"the server did not start:\n{log.read_text()[-4000:]}"
                ) from None
            time.sleep(0.05)


@contextlib.contextmanager
def serving(home: Path, *, workers: int = 2) -> Iterator[Server]:
    """Granian as `./run demo` starts it, with a worker for background jobs beside it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = environment(MINGQIAN_PUBLIC_URL=url, MINGQIAN_HOME=str(home))
    python = sys.executable
    subprocess.run(
        [python, "manage.py", "collectstatic", "--no-input", "-v", "0"],
        cwd=ROOT, env=env, check=True,
    )  # fmt: skip
    server_log, worker_log = home / "server.log", home / "worker.log"
    granian = [
        str(Path(python).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(workers), "--blocking-threads", "4",
        "--log-level", "warning", "mingqian.config.wsgi:application",
    ]  # fmt: skip
    worker = [
        python, "manage.py", "db_worker", "--queue-name", "*", "--interval", "0.2",
        "--no-startup-delay", "--no-reload",
    ]  # fmt: skip
    with (
        process(granian, env=env, log=server_log) as child,
        process(worker, env=env, log=worker_log),
    ):
        wait_until_it_answers(f"{url}/login", child, server_log)
        yield Server(url=url, log=server_log)
