"""试抽取: counted, told in numbers, never usable; ways out that can be taken with a click."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from mingqian.draws.models import DrawSeat
from mingqian.draws.queries.seats import Seat
from mingqian.draws.services.editing import SavedMeanwhile
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.trial import FixRefused, TrialRefused, apply_fixes, run_trial
from mingqian.experts.models import Expert
from tests.factories.accounts import make_user
from tests.factories.draws import (
    code_of,
    make_application,
    make_ground,
    make_people,
    make_units,
    refreshed,
    seats_by_name,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def short(ground, application):
    """An application that wants eleven more people than a specialty has."""
    committee, clerk, _ = ground
    seat = {code_of(committee, "给水排水"): Seat(primary=45, alternate=2, alternate_typed=True)}
    return save_application(
        application, draft=Draft(seats=seat), revision=application.revision, by=clerk
    )


def test_a_trial_is_counted_and_seats_nobody(ground, application):
    _, clerk, _ = ground
    trial = run_trial(application, key="a", by=clerk)
    assert (trial.number, trial.feasible) == (1, True)
    assert refreshed(application).trial_count == 1
    assert not DrawSeat.objects.exists()


def test_the_same_form_counts_once(ground, application):
    _, clerk, _ = ground
    assert run_trial(application, key="a", by=clerk) == run_trial(application, key="a", by=clerk)
    run_trial(application, key="b", by=clerk)
    assert refreshed(application).trial_count == 2


def test_no_name_is_kept(ground, application):
    _, clerk, _ = ground
    summary = json.dumps(run_trial(application, key="a", by=clerk).summary, ensure_ascii=False)
    names = set(Expert.objects.values_list("name", flat=True))
    numbers = set(Expert.objects.values_list("expert_no", flat=True))
    assert not [name for name in names | numbers if name in summary]
    sample = json.loads(summary)["sample"]
    assert 5 <= len(sample) <= 10
    assert all(row["name"].endswith("*") and "***" in row["unit"] for row in sample)


def test_two_trials_give_different_samples(ground, application):
    _, clerk, _ = ground
    samples = [run_trial(application, key=str(n), by=clerk).summary["sample"] for n in range(3)]
    assert samples[0] != samples[1] or samples[1] != samples[2]


def test_chances_are_seats_by_people(ground, application):
    _, clerk, _ = ground
    summary = run_trial(application, key="a", by=clerk).summary
    assert [chart["people"] for chart in summary["chances"]["charts"]] == [40, 40, 40]
    assert {row["chance"] for row in summary["rows"]} == {0.125}


def test_an_infeasible_trial_names_what_is_short(ground, short):
    _, clerk, _ = ground
    trial = run_trial(short, key="a", by=clerk)
    assert not trial.feasible
    assert trial.summary["lacking"] == 7
    assert {name for gap in trial.summary["gaps"] for name in gap["names"]} == {"给水排水"}
    assert trial.summary["sample"] == []
    assert trial.summary["fixes"]


def test_the_ways_out_that_belong_together_make_it_feasible(ground, short):
    _, clerk, _ = ground
    trial = run_trial(short, key="a", by=clerk)
    mended = apply_fixes(short, trial=trial, positions=trial.summary["remedy"], by=clerk)
    again = run_trial(mended, key="b", by=clerk)
    assert again.feasible
    assert (
        mended.primary_total + mended.alternate_total == short.primary_total + short.alternate_total
    )


def test_every_way_out_that_may_be_taken_does_what_it_says(ground, short):
    _committee, clerk, _ = ground
    trial = run_trial(short, key="a", by=clerk)
    for position, fix in enumerate(trial.summary["fixes"]):
        if fix["code"] != "FEWER_SEATS":
            continue
        changed = apply_fixes(short, trial=trial, positions=[position], by=clerk)
        quota = changed.quotas.get(specialty__code=fix["params"]["stratum"])
        assert getattr(quota, fix["params"]["kind"]) == fix["params"]["new"]
        return
    raise AssertionError("no way out takes seats away")


def test_a_way_out_is_refused_once_the_draft_has_changed(ground, short):
    _committee, clerk, _ = ground
    trial = run_trial(short, key="a", by=clerk)
    save_application(
        short, draft=Draft(values={"place": "别处"}), revision=short.revision, by=clerk
    )
    with pytest.raises(SavedMeanwhile):
        apply_fixes(short, trial=trial, positions=[0], by=clerk)


def test_what_is_no_change_of_the_application_cannot_be_applied(ground):
    committee, clerk, _ = make_ground({"建筑设计": 40, "结构工程": 40, "给水排水": 0})
    make_people(committee, 30, ["给水排水"], units=make_units(1))
    application = make_application(committee, clerk)
    trial = run_trial(application, key="a", by=clerk)
    refused = 0
    for position, fix in enumerate(trial.summary["fixes"]):
        if fix["code"] in ("MORE_CANDIDATES", "RAISE_GROUP_CAP"):
            with pytest.raises(FixRefused):
                apply_fixes(application, trial=trial, positions=[position], by=clerk)
            refused += 1
    assert refused
    assert any(gap["caps"] for gap in trial.summary["gaps"])


def test_a_trial_without_seats_or_committee_says_what_to_do(ground, application):
    committee, clerk, _ = ground
    empty = save_application(
        application,
        draft=Draft(seats=seats_by_name(committee, {"建筑设计": 0, "结构工程": 0, "给水排水": 0})),
        revision=application.revision,
        by=clerk,
    )
    with pytest.raises(TrialRefused, match="正选人数"):
        run_trial(empty, key="a", by=clerk)


def test_a_reviewer_may_try_what_was_submitted_an_observer_may_not(ground):
    committee, _, lead = ground
    draft = make_application(committee, lead)
    with pytest.raises(PermissionDenied):
        run_trial(draft, key="a", by=make_user("reviewer"))
    application = submitted(draft, lead)
    assert run_trial(application, key="a", by=make_user("reviewer")).feasible
    for person in (make_user("observer"), make_user("clerk")):
        with pytest.raises(PermissionDenied):
            run_trial(application, key="b", by=person)


def test_the_pages_of_a_trial(client, ground, short):
    _, clerk, _ = ground
    client.force_login(clerk)
    url = reverse("draws:trial", args=[short.number])
    page = client.post(url, {"key": "k"}, follow=True)
    assert "暂不能抽取：缺 7 席" in page.text
    assert "怎样改就能抽" in page.text
    assert "不可作为正式结果" in page.text
    trial = short.trials.get()
    fixes = [str(position) for position in trial.summary["remedy"]]
    take = {"trial": "1", "fix": fixes}
    page = client.post(reverse("draws:take-fixes", args=[short.number]), take, follow=True)
    assert "可以抽取" in page.text
    again = client.post(reverse("draws:take-fixes", args=[short.number]), take, follow=True)
    assert again.status_code == 200
    assert short.trials.count() == 2
    assert client.get(url + "?n=1").status_code == 200
    assert client.get(url + "?n=99").status_code == 404


def test_a_whole_pool_trial_has_one_picture(client, ground):
    committee, clerk, _ = ground
    application = make_application(committee, clerk, mode="WHOLE_POOL", total=11)
    client.force_login(clerk)
    page = client.post(reverse("draws:trial", args=[application.number]), {"key": "k"}, follow=True)
    assert "120 取 11" in page.text


def test_the_removals_page_lists_who_is_out_and_why(client, ground, application):
    committee, clerk, _ = ground
    out = make_people(committee, 1, ["给水排水"], units=[None])[0]
    client.force_login(clerk)
    url = reverse("draws:removals", args=[application.number])
    page = client.get(url)
    assert out.name in page.text
    assert "必需信息未登记" in page.text
    assert "没有符合条件的人" in client.get(url + "?code=LEVEL").text
    client.force_login(make_user("observer"))
    assert client.get(url).status_code == 403
