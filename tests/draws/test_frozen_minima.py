"""Who must contribute is fixed with the freeze, and whoever observes operates nothing: the database says so too."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.draws.models import Contribution, Draw
from mingqian.draws.services.contribute import NotAParty, close_commitments
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.draws.services.trial import TrialRefused, run_trial
from mingqian.draws.services.void import abandon_attempt
from mingqian.rulebook.services import change_rule
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, committed, executed, frozen, give, make_cast, revealed
from tests.factories.draws import refreshed

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def lower(key: str, value: str) -> None:
    change_rule(
        key=key,
        value=value,
        enforcement="BLOCK",
        valid_from=timezone.localdate(),
        reason="试行放宽",
        by=make_user("hrss_lead"),
    )


def test_a_rule_lowered_after_the_freeze_does_not_spare_the_observer(cast):
    draw = frozen(cast)
    lower("observer_parties_min", "0")
    give(draw, cast.clerk)
    give(draw, cast.reviewer)
    with pytest.raises(CeremonyRefused) as refusal:
        close_commitments(draw, by=cast.clerk)
    assert "监督人员" in refusal.value.told


def test_a_rule_raised_after_the_freeze_does_not_stop_the_draw(cast):
    draw = frozen(cast)
    lower("contributing_parties_min", "3")
    give(draw, cast.clerk)
    give(draw, cast.observer)
    assert close_commitments(draw, by=cast.clerk).status == "COMMITTED"


def test_the_minima_are_those_of_the_day_of_the_freeze_and_stand_in_the_log(cast):
    lower("contributing_parties_min", "3")
    draw = frozen(cast)
    assert (draw.parties_min, draw.observers_min) == (3, 1)
    told = Event.objects.get(action="draws.freeze_draw").details
    assert (told["parties_min"], told["observers_min"]) == (3, 1)


@pytest.mark.parametrize("column", ["parties_min", "observers_min"])
def test_the_database_refuses_to_lower_them(cast, column):
    draw = frozen(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**{column: 0})


def test_the_draw_keeps_who_observed(cast):
    draw = committed(cast)
    assert draw.observer_by == cast.observer


def test_the_database_refuses_the_observer_as_operator(cast):
    draw = revealed(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(executed_by=cast.observer)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(observer_by=cast.clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(observer_by=None)
    draw.refresh_from_db()
    assert execute_draw(draw, by=cast.clerk, key=draw.commit_hash).is_executed


def test_a_contribution_of_another_observer_than_the_draw_names_is_refused(cast):
    draw = frozen(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Contribution.objects.create(
            draw=draw,
            party="observer",
            user=make_user("observer"),
            commitment="1" * 64,
            committed_at=cast.at,
        )


def test_whoever_froze_the_pool_does_not_observe_after_a_change_of_role(cast):
    draw = frozen(cast)
    cast.clerk.role, cast.clerk.office = "observer", None
    cast.clerk.save()
    with pytest.raises(NotAParty) as refusal:
        give(draw, cast.clerk)
    assert "冻结" in refusal.value.told
    assert draw.contributions.count() == 1


@pytest.mark.parametrize("state", [frozen, committed])
def test_no_trial_between_freeze_and_draw(client, cast, state):
    state(cast)
    with pytest.raises(TrialRefused) as refusal:
        run_trial(refreshed(cast.application), key="late", by=cast.clerk)
    assert "已冻结" in str(refusal.value)
    assert refreshed(cast.application).trial_count == 0
    client.force_login(cast.clerk)
    page = client.get(f"/draws/{cast.application.number}/").content.decode()
    assert f'action="/draws/{cast.application.number}/trial"' not in page


def test_no_trial_after_the_draw_and_again_after_an_abandoned_attempt(cast):
    draw = frozen(cast)
    abandon_attempt(draw, by=cast.clerk, reason="监督人员未到场", at=cast.minute(1))
    assert run_trial(refreshed(cast.application), key="again", by=cast.clerk).number == 1
    executed(cast)
    with pytest.raises(TrialRefused):
        run_trial(refreshed(cast.application), key="after", by=cast.clerk)


def test_a_trial_overtaken_by_a_freeze_is_not_counted(cast, monkeypatch):
    """The pool is frozen while the trial is being drawn: what the parties commit to must stay true."""
    from mingqian.draws.services import trial as trials

    summarise = trials.summarise

    def freeze_first(*args, **kwargs):
        if not Draw.objects.exists():
            frozen(cast)
        return summarise(*args, **kwargs)

    monkeypatch.setattr(trials, "summarise", freeze_first)
    with pytest.raises(TrialRefused):
        run_trial(refreshed(cast.application), key="slow", by=cast.clerk)
    assert refreshed(cast.application).trial_count == Draw.objects.get().trials_counted == 0
