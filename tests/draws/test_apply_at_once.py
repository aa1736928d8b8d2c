"""Sixteen people, or sixteen clicks, at the same moment: one effect."""

from collections import Counter

import pytest

from mingqian.audit.queries import check_chain
from mingqian.draws.models import DrawApplication, TrialDraw
from mingqian.draws.services.create import create_application
from mingqian.draws.services.editing import SavedMeanwhile
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.trial import run_trial
from mingqian.workflow.models import Matter, Opinion
from mingqian.workflow.services import NoSuchMove, SomebodyWasFaster, perform
from tests.draws.crowd import MANY, sixteen_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import give_reasons, make_application, make_ground, refreshed, submitted

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def test_sixteen_clicks_on_new_make_one_draft():
    committee, clerk, _ = make_ground(SIZES)
    made = sixteen_at_once(
        lambda _: create_application(year=2026, committee=committee, key="k", by=clerk).number
    )
    assert len(set(made)) == 1
    assert DrawApplication.objects.count() == Matter.objects.count() == 1


def test_sixteen_new_applications_get_sixteen_numbers():
    committee, clerk, _ = make_ground(SIZES)
    made = sixteen_at_once(
        lambda n: create_application(year=2026, committee=committee, key=str(n), by=clerk).number
    )
    assert sorted(map(str, made)) == [f"CQ-2026-{n:04d}" for n in range(1, MANY + 1)]


def test_of_sixteen_editors_of_one_revision_one_is_saved():
    committee, clerk, _ = make_ground(SIZES)
    application = make_application(committee, clerk)

    def save(number: int) -> str:
        draft = Draft(values={"place": f"地点{number}"})
        try:
            save_application(application, draft=draft, revision=application.revision, by=clerk)
        except SavedMeanwhile:
            return "told"
        return f"地点{number}"

    answers = Counter(sixteen_at_once(save))
    assert answers.pop("told") == MANY - 1
    assert list(answers) == [refreshed(application).place]
    assert refreshed(application).revision == application.revision + 1


def test_sixteen_clicks_on_trial_count_once():
    committee, clerk, _ = make_ground(SIZES)
    application = make_application(committee, clerk)
    sixteen_at_once(lambda _: run_trial(application, key="k", by=clerk).pk)
    assert refreshed(application).trial_count == TrialDraw.objects.count() == 1


def test_sixteen_trials_are_numbered_one_to_sixteen():
    committee, clerk, _ = make_ground(SIZES)
    application = make_application(committee, clerk)
    made = sixteen_at_once(lambda n: run_trial(application, key=str(n), by=clerk).number)
    assert sorted(made) == list(range(1, MANY + 1))
    assert refreshed(application).trial_count == MANY


def outcome(action: str, matter: Matter, by, **more) -> str:
    try:
        perform(action, on=matter, by=by, **more)
    except (SomebodyWasFaster, NoSuchMove):
        return "late"
    return "done"


def test_sixteen_submissions_are_one_version():
    committee, _, lead = make_ground(SIZES)
    application = give_reasons(make_application(committee, lead), lead)
    matter = application.matter
    answers = Counter(sixteen_at_once(lambda _: outcome("SUBMIT", matter, lead)))
    assert answers == {"done": 1, "late": MANY - 1}
    assert matter.versions.count() == 1


def test_of_sixteen_reviewers_one_decides():
    committee, _, lead = make_ground(SIZES)
    application = submitted(make_application(committee, lead), lead)
    matter = application.matter
    reviewers = [make_user("reviewer") for _ in range(MANY)]

    def decide(number: int) -> str:
        action = ("APPROVE", "REJECT")[number % 2]
        return outcome(action, matter, reviewers[number], opinion="意见写够十个字以上了。")

    assert Counter(sixteen_at_once(decide)) == {"done": 1, "late": MANY - 1}
    assert Opinion.objects.count() == 1
    assert check_chain() is None


def test_an_edit_and_a_submission_never_mix():
    committee, clerk, lead = make_ground(SIZES)
    application = give_reasons(make_application(committee, lead), lead)
    matter = application.matter

    def act(number: int) -> str:
        if number % 2:
            return outcome("SUBMIT", matter, lead)
        try:
            fresh = refreshed(application)
            draft = Draft(values={"place": f"地点{number}"})
            save_application(fresh, draft=draft, revision=fresh.revision, by=clerk)
        except Exception as refusal:
            return type(refusal).__name__
        return "saved"

    sixteen_at_once(act)
    version = matter.versions.get()
    assert version.content["place"] == refreshed(application).place
