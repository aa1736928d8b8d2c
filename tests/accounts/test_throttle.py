"""Guessing is slowed down before it costs a hash, and honest people are told how long to wait."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from threading import Event as Flag

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from mingqian.accounts import throttle
from mingqian.accounts.models import SignInThrottle
from mingqian.accounts.services import reset_password
from mingqian.accounts.views.door import in_words
from mingqian.audit.models import Event
from tests.factories.accounts import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Time that moves only when told to."""

    class Clock:
        now = timezone.now()

        def forward(self, **kwargs) -> None:
            self.now += dt.timedelta(**kwargs)

    clock = Clock()
    monkeypatch.setattr(throttle.timezone, "now", lambda: clock.now)
    return clock


def fail(client, username: str, times: int, **kwargs) -> list[int]:
    return [sign_in(client, username, "wrong one", **kwargs).status_code for _ in range(times)]


def test_five_failures_stop_an_account_for_fifteen_minutes(client, clock):
    user = make_user("clerk")
    assert fail(client, user.username, 5) == [422] * 4 + [429]
    response = sign_in(client, user.username)
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "请 15 分钟后再试" in response.content.decode()
    clock.forward(minutes=14, seconds=30)
    assert "请 1 分钟后再试" in sign_in(client, user.username).content.decode()
    clock.forward(seconds=31)
    assert sign_in(client, user.username).status_code == 302


def test_the_last_two_tries_are_announced(client):
    pages = [sign_in(client, "nobody", "wrong").content.decode() for _ in range(4)]
    assert ["再输错" in page for page in pages] == [False, False, True, True]
    assert "再输错 1 次" in pages[3]


def test_unknown_names_are_stopped_alike(client):
    assert fail(client, "nobody", 6) == [422] * 4 + [429] * 2


def test_spelling_a_name_differently_wins_no_tries(client):
    user = make_user("clerk", username="njjz.limin")
    for name in ("njjz.limin", "NJJZ.LIMIN", " njjz.limin", "Njjz.Limin "):
        fail(client, name, 1)
    assert fail(client, "nJJZ.lIMIN", 1) == [429]
    assert sign_in(client, user.username).status_code == 429


def test_a_stopped_sign_in_costs_no_hash(client, monkeypatch):
    user = make_user("clerk")
    fail(client, user.username, 5)
    monkeypatch.setattr(MD5PasswordHasher, "encode", None)
    monkeypatch.setattr(MD5PasswordHasher, "verify", None)
    assert sign_in(client, user.username).status_code == 429


def test_knocking_at_a_closed_door_does_not_keep_it_closed(client, clock):
    user = make_user("clerk")
    fail(client, user.username, 5)
    for _ in range(10):
        clock.forward(minutes=1)
        sign_in(client, user.username)
    clock.forward(minutes=5, seconds=1)
    assert sign_in(client, user.username).status_code == 302


def test_each_further_stop_of_a_day_lasts_twice_as_long(client, clock):
    waits = []
    for _ in range(6):
        fail(client, "nobody", 5)
        row = SignInThrottle.objects.get(stopped_until__gt=clock.now)
        waits.append(int((row.stopped_until - clock.now).total_seconds() / 60))
        clock.now = row.stopped_until + dt.timedelta(seconds=1)
    assert waits == [15, 30, 60, 120, 240, 240]
    clock.forward(days=1, seconds=1)
    fail(client, "nobody", 5)
    assert SignInThrottle.objects.filter(stopped_until__lte=clock.now + dt.timedelta(minutes=15))


def test_failures_spread_over_a_long_time_stop_nobody(client, clock):
    for _ in range(8):
        assert fail(client, "nobody", 1) == [422]
        clock.forward(minutes=16)


def test_one_address_trying_many_names_is_stopped(client):
    user = make_user("clerk")
    statuses = [fail(client, f"name{n}", 1, REMOTE_ADDR="10.9.9.9")[0] for n in range(21)]
    assert statuses == [422] * 19 + [429] * 2
    assert sign_in(client, user.username, REMOTE_ADDR="10.9.9.9").status_code == 429
    assert sign_in(client, user.username, REMOTE_ADDR="10.9.9.8").status_code == 302


def test_an_ipv6_customer_counts_as_one_address(client):
    for n in range(20):
        fail(client, f"name{n}", 1, REMOTE_ADDR=f"2001:db8:1:2::{n + 1:x}")
    assert fail(client, "another", 1, REMOTE_ADDR="2001:db8:1:2:ffff::9") == [429]
    assert fail(client, "another", 1, REMOTE_ADDR="2001:db8:1:3::1") == [422]


def test_an_address_the_caller_writes_himself_is_not_believed(client):
    for n in range(20):
        fail(client, f"name{n}", 1, headers={"X-Forwarded-For": f"10.0.0.{n}"})
    assert fail(client, "another", 1, headers={"X-Forwarded-For": "10.0.0.99"}) == [429]


def test_success_forgives_the_account_but_not_the_address(client):
    mine = make_user("clerk")
    for n in range(4):
        fail(client, f"victim{n}", 4)
    fail(client, mine.username, 3)
    assert sign_in(client, mine.username).status_code == 302
    assert throttle.tries_left(mine.username) == throttle.PER_ACCOUNT
    client.logout()
    assert fail(client, "victim9", 1) == [429]


def test_a_new_password_from_the_administrator_opens_the_account(client):
    user = make_user("clerk")
    fail(client, user.username, 5)
    first = reset_password(user=user, by=make_user("sysadmin"))
    assert sign_in(client, user.username, first).status_code == 302


def test_the_stop_is_one_entry_in_the_log(client):
    user = make_user("clerk")
    fail(client, user.username, 9)
    actions = Event.objects.filter(action__contains="sign_in").values_list("action", flat=True)
    assert list(actions.order_by("seq")) == ["accounts.fail_sign_in"] * 4 + [
        "accounts.stop_sign_in"
    ]


def test_names_typed_are_kept_as_digests_only(client):
    fail(client, "my-password-by-mistake", 1)
    assert all(len(key) == 64 for key in SignInThrottle.objects.values_list("key", flat=True))


def test_old_counts_are_cleared_away(client, clock):
    fail(client, "nobody", 1)
    clock.forward(days=1, seconds=1)
    fail(client, "somebody", 1)
    assert SignInThrottle.objects.count() == 2


def test_waiting_times_in_words():
    minute = dt.timedelta(minutes=1)
    assert in_words(dt.timedelta(seconds=1)) == "1 分钟"
    assert in_words(14.2 * minute) == "15 分钟"
    assert in_words(60 * minute) == "1 小时"
    assert in_words(61 * minute) == "1 小时 1 分钟"


@pytest.mark.django_db(transaction=True)
def test_guesses_made_at_once_get_no_more_tries(monkeypatch):
    """Without the slot, every parallel guess would pass the check before the first one is counted."""
    user = make_user("clerk")
    judged = []
    monkeypatch.setattr(throttle, "WAITING_ROOM", 64)
    monkeypatch.setattr(throttle, "_room", throttle.threading.BoundedSemaphore(64))
    monkeypatch.setattr(throttle, "PATIENCE_SECONDS", 60)
    verify = MD5PasswordHasher.verify
    monkeypatch.setattr(
        MD5PasswordHasher, "verify", lambda self, *args: judged.append(1) or verify(self, *args)
    )
    start = Barrier(16)

    def one(n: int) -> int:
        try:
            start.wait(timeout=60)
            return sign_in(Client(), user.username, f"guess{n}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(one, range(16)))
    assert len(judged) == 5
    # A wrong guess whose page is written after the fifth is told of the lock as well.
    assert set(statuses) <= {422, 429}
    assert statuses.count(429) >= 12
    assert sign_in(Client(), user.username, PASSWORD).status_code == 429


def test_only_one_password_is_hashed_at_a_time_and_few_may_wait(monkeypatch):
    monkeypatch.setattr(throttle, "_room", throttle.threading.BoundedSemaphore(2))
    monkeypatch.setattr(throttle, "PATIENCE_SECONDS", 0.01)
    inside, leave = Flag(), Flag()

    def occupy() -> None:
        with throttle.hashing_slot():
            inside.set()
            leave.wait(timeout=60)

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(occupy)
        inside.wait(timeout=60)
        with pytest.raises(throttle.Busy), throttle.hashing_slot():
            pass
        leave.set()
        busy.result()
    with throttle.hashing_slot():
        pass


def test_somebody_who_would_wait_too_long_is_told_to_come_back(client, monkeypatch):
    def full():
        raise throttle.Busy

    monkeypatch.setattr(throttle, "hashing_slot", full)
    response = sign_in(client, make_user("clerk").username)
    assert response.status_code == 503
    assert "请过几秒再试" in response.content.decode()
    assert not SignInThrottle.objects.exists()


def test_axes_asks_our_handler():
    from axes.handlers.proxy import AxesProxyHandler

    request = RequestFactory().post("/login")
    for _ in range(5):
        throttle.count_failure(request, "nobody")
    assert isinstance(AxesProxyHandler.get_implementation(), throttle.Handler)
    assert not AxesProxyHandler.is_allowed(request, {"username": "nobody"})
    assert AxesProxyHandler.is_locked(request, {"username": "nobody"})
