"""Every page that links lead to, as every role: no barrier, no complaint, no sideways scrolling.

The demo story is the data, told once in small. From the home page all links are followed that
change nothing, a few of each address; each page is judged at both widths.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import Error

from mingqian.demo import story
from mingqian.demo.cast import (
    ADMINISTRATOR,
    BUILDING_CLERK,
    BUILDING_LEAD,
    HRSS_LEAD,
    OBSERVER,
    REVIEWER,
)
from tests.e2e import browser as harness

EACH = 2  # so many pages of one address: rows of different state look different
ROLES = [BUILDING_CLERK, BUILDING_LEAD, REVIEWER, HRSS_LEAD, OBSERVER, ADMINISTRATOR]
# Leaves the session, or is a file rather than a page.
LEAVE = re.compile(r"/logout|export=|\.(pdf|xlsx|json|csv|svg|png)(\?|$)|/static/")


def name_of(address: str) -> str | None:
    """The name of the address, None for what is no page of ours."""
    parts = urlsplit(address)
    if LEAVE.search(address):
        return None
    try:
        return resolve(parts.path).view_name
    except Resolver404:
        return None


def links(page) -> list[str]:
    """What the page links to on this server, in order, without fragments."""
    found = page.eval_on_selector_all(
        "a[href]:not([download])", "all => all.map(link => link.href)"
    )
    here = urlsplit(page.url)
    return [
        urlsplit(link)._replace(scheme="", netloc="", fragment="").geturl()
        for link in dict.fromkeys(found)
        if urlsplit(link).netloc == here.netloc
    ]


def opened(page, address: str) -> bool:
    """Go there. False where it is a file, which a browser saves instead of showing."""
    try:
        page.goto(address)
    except Error as error:
        if "Download is starting" in str(error):
            return False
        raise
    return True


def judge(page, address: str) -> list[str]:
    """What is wrong with the page at both widths."""
    wrong = [f"{address}: {line}" for line in harness.barriers(page)]
    for width, name in ((harness.NARROW, "narrow"), (harness.WIDE, "wide")):
        page.set_viewport_size(width)
        if (over := harness.overflow(page)) > 0:
            wrong.append(f"{address}: {over} px too wide ({name})")
        if name == "narrow":
            wrong += [f"{address} (narrow): {line}" for line in harness.barriers(page)]
    return wrong


@pytest.mark.slow
def test_every_page_of_every_role_is_free_of_barriers(visitor, watch) -> None:
    passwords = story.tell(now=timezone.now(), small=True).passwords
    wrong: list[str] = []
    visited: Counter[str] = Counter()
    stranger = visitor()
    for address in ("/login", "/verify"):
        stranger.goto(address)
        wrong += judge(stranger, address)
    for player in ROLES:
        page = visitor(player, passwords[player.username])
        seen, waiting = {"/"}, deque(["/"])
        times: Counter[str] = Counter()
        while waiting:
            address = waiting.popleft()
            if not opened(page, address):
                continue
            wrong += [f"{player.username} {line}" for line in judge(page, address)]
            for link in links(page):
                name = name_of(link)
                if name and link not in seen and times[name] < EACH:
                    times[name] += 1
                    seen.add(link)
                    waiting.append(link)
        visited += times
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    assert len(visited) > 8, visited
