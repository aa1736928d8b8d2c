"""A draw whose frozen records this version cannot read is told as such; nothing fails without a name."""

import json

import pytest
from django.utils import timezone

from mingqian.draws.models import Draw
from mingqian.draws.queries.ceremony import FrozenUnreadable, frozen_plan, is_unchanged
from mingqian.draws.services.execute import FrozenPartsChanged, execute_draw
from tests.factories.ceremonies import (
    Cast,
    executed,
    frozen,
    give,
    make_cast,
    revealed,
    unprotected,
)

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast(monkeypatch) -> Cast:
    """A cast whose moment has come."""
    made = make_cast(SIZES)
    monkeypatch.setattr(timezone, "now", lambda: made.at)
    return made


def spoil(draw: Draw, plan: bytes | None = None) -> None:
    """Leave the plan as an early version wrote it: without fields that came later."""
    if plan is None:
        record = json.loads(bytes(draw.plan))
        del record["quotas"]
        plan = json.dumps(record).encode()
    with unprotected():
        Draw.objects.filter(pk=draw.pk).update(plan=plan, chances=None)
    draw.refresh_from_db()


@pytest.mark.parametrize("state", [frozen, revealed, executed])
def test_the_stage_and_the_papers_say_that_the_records_cannot_be_read(client, cast, state):
    draw = state(cast)
    spoil(draw)
    client.force_login(cast.clerk)
    number = cast.application.number
    page = client.get(f"/draws/{number}/official")
    assert page.status_code == 409
    assert "冻结记录无法读取" in page.text
    # The application itself, its roster and the public report stay readable.
    assert client.get(f"/draws/{number}/").status_code == 200
    if draw.has_result:
        assert client.get(f"/draws/{number}/roster").status_code == 200
        assert client.get(f"/verify/{draw.short_code}").status_code == 200
        assert client.get(f"/draws/{number}/papers/record.pdf").status_code == 409


@pytest.mark.parametrize("plan", [b"", b"[]", b"{}", b'{"strata": 5}', b"\xff"])
def test_whatever_stands_there_it_is_named(cast, plan):
    draw = frozen(cast)
    spoil(draw, plan)
    with pytest.raises(FrozenUnreadable):
        frozen_plan(draw)
    assert not is_unchanged(draw)


def test_nothing_is_drawn_or_closed_from_it(client, cast):
    draw = revealed(cast)
    spoil(draw)
    with pytest.raises(FrozenPartsChanged):
        execute_draw(draw, by=cast.clerk, key=draw.commit_hash)


def test_the_last_commitment_is_not_lost_in_a_failure(client, cast):
    draw = frozen(cast)
    give(draw, cast.clerk)
    give(draw, cast.observer)
    spoil(draw)
    client.force_login(cast.reviewer)
    answer = client.post(
        f"/draws/{cast.application.number}/official/contribute", {"commitment": "ab" * 32}
    )
    assert answer.status_code == 409
    assert draw.contributions.count() == 3
