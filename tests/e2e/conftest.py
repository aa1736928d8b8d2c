"""Fixtures of the browser tests: one real server a worker, people with their own contexts.

A test asks for `server` (implied by the others), makes its data with tests/factories, and gets
people by `visitor()`. Console errors, refused content (CSP) and unexpected error answers fail it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mingqian.draws import offline
from tests.e2e import browser as harness
from tests.e2e.servers import ROOT, Server, serving

Visitor = Callable[..., Page]


@pytest.fixture(scope="session")
def _running_server(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with django_db_blocker.unblock():
        context = serving(tmp_path_factory.mktemp("home"))
        server = context.__enter__()
    yield server
    context.__exit__(None, None, None)


@pytest.fixture
def server(transactional_db: None, _running_server: Server, settings) -> Server:
    """The server, on this test's database. Factories hash passwords as the server expects."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    return _running_server


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    # Playwright's sync API keeps an event loop in this thread, which Django would refuse.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=harness.system_chromium(), args=harness.FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[harness.Watch]:
    """Collects complaints of every page; `watch.expect(404)` allows an answer on purpose."""
    watch = harness.Watch()
    yield watch
    assert not watch.faults, "the browser complained:\n" + "\n".join(watch.faults)


@pytest.fixture
def visitor(
    server: Server, _browser: Browser, watch: harness.Watch, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """`visitor(user, "password")` is a signed-in page of its own; `visitor()` a stranger's."""
    contexts: list[BrowserContext] = []

    def enter(user=None, password: str = "", *, narrow: bool = False, **options) -> Page:
        context = _browser.new_context(
            base_url=server.url,
            viewport=harness.NARROW if narrow else harness.WIDE,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        watch.on(context)
        page = context.new_page()
        if user is not None:
            sign_in(page, getattr(user, "username", user), password)
        return page

    yield enter
    failed = getattr(request.node, "failed_in_call", False)
    for number, context in enumerate(contexts):
        for page in context.pages:
            if failed:
                _keep_picture(page, request.node.name, number)
        context.close()
    if failed:
        print(server.complaints())


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """A stranger's page at 1440 × 900."""
    return visitor()


def sign_in(page: Page, username: str, password: str) -> None:
    """Through the real form, as a person does."""
    page.goto("/login")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(re.compile(r"^(?!.*/login).*$"))


def _keep_picture(page: Page, test: str, number: int) -> None:
    folder = Path(ROOT) / "var" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{re.sub(r'[^\w-]+', '_', test)}-{number}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.when == "call":
        item.failed_in_call = report.failed
    return report


@pytest.fixture(scope="session")
def saved_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as somebody saves it."""
    path = tmp_path_factory.mktemp("saved") / "offline.html"
    path.write_bytes(offline.page())
    return path


@pytest.fixture
def offline_page(_browser: Browser, saved_page: Path, watch: harness.Watch) -> Iterator[Page]:
    """The saved page opened from the disk; anything it asks of a network fails the test."""
    asked: list[str] = []
    context = _browser.new_context(viewport=harness.WIDE, locale="zh-CN")
    watch.on(context)
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(saved_page.as_uri())
    yield page
    context.close()
    assert asked == [saved_page.as_uri()]
