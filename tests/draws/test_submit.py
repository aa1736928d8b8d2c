"""提交, 撤回, 退回修改, 再提交, 作废: over HTTP, by the right people, once."""

import pytest
from django.urls import reverse

from mingqian.audit.models import Event
from mingqian.draws.queries.rules import findings_of
from mingqian.draws.queries.versions import differences
from mingqian.draws.services.save import Draft, save_application
from mingqian.workflow.services import NotReady, perform
from tests.draws.pages import fields_of
from tests.factories.accounts import make_user
from tests.factories.draws import (
    approved,
    code_of,
    give_reasons,
    make_application,
    refreshed,
    seats_by_name,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(ground):
    committee, _, lead = ground
    return make_application(committee, lead)


def url(name, application, *more):
    return reverse(f"draws:{name}", args=[application.number, *more])


def press(client, application, deed, **changes):
    data = fields_of(client.get(url("edit", application))) | changes | {"deed": deed}
    return client.post(url("edit", application), data, follow=True)


def test_a_lead_submits_from_the_form(client, ground, application):
    _, _, lead = ground
    client.force_login(lead)
    page = press(client, application, "submit")
    assert "已提交第 1 版" in page.text
    fresh = refreshed(application)
    assert (fresh.matter.status, fresh.matter.submitted_by) == ("SUBMITTED", lead)


def test_a_second_click_on_submit_is_one_submission(client, ground, application):
    _, _, lead = ground
    client.force_login(lead)
    data = fields_of(client.get(url("edit", application))) | {"deed": "submit"}
    client.post(url("edit", application), data, follow=True)
    second = client.post(url("edit", application), data, follow=True)
    assert second.status_code in (200, 409)
    assert refreshed(application).matter.submit_count == 1


def test_a_clerk_prepares_and_cannot_submit(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    page = client.get(url("edit", application))
    assert "由负责人提交审核" in page.text
    answer = client.post(url("edit", application), fields_of(page) | {"deed": "submit"})
    assert answer.status_code == 403
    assert Event.objects.filter(action="access.denied").exists()
    assert refreshed(application).matter.status == "DRAFT"


def test_every_defect_is_told_when_submitting(client, ground, application):
    committee, _, lead = ground
    client.force_login(lead)
    code = code_of(committee, "给水排水")
    page = press(
        client,
        application,
        "submit",
        meeting_name="",
        handler_phone="12",
        **{f"primary-{code}": "90"},
    )
    assert "处需要修改后才能提交" in page.text
    for words in ("请填写评审会议名称", "请填写 11 位手机号", "给水排水缺"):
        assert words in page.text
    fresh = refreshed(application)
    assert fresh.matter.status == "DRAFT"
    assert fresh.typed == {"handler_phone": "12"}


def test_a_warning_needs_a_reason(client, ground, application):
    committee, _, lead = ground
    save_application(
        application,
        draft=Draft(seats=seats_by_name(committee, {"给水排水": 15})),
        revision=application.revision,
        by=lead,
    )
    with pytest.raises(NotReady):
        perform("SUBMIT", on=application.matter, by=lead)
    client.force_login(lead)
    page = press(client, application, "submit")
    assert "请填写说明" in page.text
    key = f"reason:pool_min_multiple_warn:{code_of(committee, '给水排水')}"
    page = press(client, application, "submit", **{key: "申报集中在给水排水"})
    assert "已提交第 1 版" in page.text
    version = refreshed(application).matter.versions.get()
    assert list(version.content["warning_reasons"].values()) == ["申报集中在给水排水"]


def test_rules_and_findings_are_kept_as_submitted(ground, application):
    _, _, lead = ground
    kept = submitted(application, lead).rule_snapshot
    assert kept["rules"]["min_group_size"]["value"] == "3"
    assert {"key", "level", "title", "citation"} <= set(kept["findings"][0])
    assert kept["eligible"] == 120


def test_withdrawn_it_is_a_draft_again_and_the_number_stays(client, ground, application):
    _, clerk, lead = ground
    application = submitted(application, lead)
    client.force_login(clerk)
    page = client.post(url("move", application), {"action": "WITHDRAW"}, follow=True)
    assert "已撤回，可以继续修改" in page.text
    again = client.post(url("move", application), {"action": "WITHDRAW"}, follow=True)
    assert "已撤回" in again.text
    fresh = refreshed(application)
    assert (fresh.matter.status, fresh.number) == ("DRAFT", application.number)


def test_after_a_decision_there_is_nothing_to_withdraw(client, ground, application):
    _, clerk, lead = ground
    application = approved(application, lead)
    client.force_login(clerk)
    page = client.post(url("move", application), {"action": "WITHDRAW"}, follow=True)
    assert "申请已有审核结论，不能撤回" in page.text


def test_a_draft_can_be_cancelled_a_submitted_one_cannot(client, ground, application):
    committee, clerk, lead = ground
    client.force_login(clerk)
    page = client.post(url("move", application), {"action": "CANCEL"}, follow=True)
    assert "草稿已作废" in page.text
    assert refreshed(application).matter.status == "CANCELLED"
    other = submitted(make_application(committee, lead), lead)
    page = client.post(url("move", other), {"action": "CANCEL"}, follow=True)
    assert "不能作废" in page.text


def test_what_was_returned_is_changed_and_submitted_as_the_next_version(ground, application):
    committee, clerk, lead = ground
    application = submitted(application, lead)
    reviewer = make_user("reviewer")
    perform(
        "RETURN",
        on=application.matter,
        by=reviewer,
        opinion="给水排水申报少，请减两席。",
        reasons=["MEMBERS"],
    )
    application = refreshed(application)
    changed = save_application(
        application,
        draft=Draft(seats=seats_by_name(committee, {"给水排水": 3, "建筑设计": 7})),
        revision=application.revision,
        by=clerk,
    )
    give_reasons(changed, lead)
    matter = perform("SUBMIT", on=refreshed(application).matter, by=lead)
    assert (matter.version, matter.number) == (2, application.number)
    old, new = (version.content for version in matter.versions.order_by("number"))
    told = {
        (each.label, each.old, each.new)
        for each in differences(old, new)
        if each.field == "primary"
    }
    assert told == {
        ("建筑设计组 · 建筑设计 · 正选", "5", "7"),
        ("给水排水组 · 给水排水 · 正选", "5", "3"),
    }


def test_differences_tell_every_kind_of_change():
    old = {
        "year": 2026,
        "mode": "BY_GROUP",
        "place": "甲",
        "same_unit_cap": 5,
        "starts_at": "2026-12-08 09:00",
        "quotas": [
            {
                "group": "一组",
                "specialty": "01",
                "name": "甲",
                "primary": 3,
                "alternate": 2,
                "note": "",
            }
        ],
        "avoided_units": [{"name": "甲公司"}],
        "designated": [{"name": "王五", "duty": "CHAIR", "reason": "章程"}],
        "warning_reasons": {"a": "说明一"},
    }
    new = old | {
        "place": "乙",
        "same_unit_cap": 4,
        "quotas": [],
        "avoided_units": [{"name": "乙公司"}],
        "designated": [],
        "warning_reasons": {"a": "说明二"},
    }
    told = [(each.label, each.old, each.new, each.delta) for each in differences(old, new)]
    assert told == [
        ("一组 · 甲 · 正选", "3", "0", -3),
        ("一组 · 甲 · 备选", "2", "0", -2),
        ("地点", "甲", "乙", None),
        ("同单位上限", "5", "4", -1),
        ("回避单位", "甲公司", "移除", None),
        ("回避单位", "无", "乙公司", None),
        ("指定委员", "王五（主任委员，章程）", "移除", None),
        ("提醒的说明", "说明一", "说明二", None),
    ]
    assert differences(old, old) == []


def test_a_stale_form_after_submission_is_refused_and_shows_what_was_typed(
    client, ground, application
):
    _, clerk, lead = ground
    client.force_login(clerk)
    data = fields_of(client.get(url("edit", application))) | {"place": "新地点", "deed": "save"}
    submitted(application, lead)
    page = client.post(url("edit", application), data)
    assert page.status_code == 409
    assert "申请已不能修改" in page.text
    assert "新地点" in page.text
    live = client.post(url("edit", application), data, headers={"HX-Request": "true"})
    assert live.status_code == 409
    opened = client.get(url("edit", application), follow=True)
    assert "不能再修改" in opened.text


def test_the_second_editor_sees_both_versions_and_may_choose(client, ground, application):
    _, clerk, lead = ground
    client.force_login(clerk)
    data = fields_of(client.get(url("edit", application)))
    code = next(name for name in data if name.startswith("primary-"))
    mine = data | {"place": "我的地点", code: "7", "deed": "save"}
    save_application(
        application,
        draft=Draft(values={"place": "别人的地点"}),
        revision=application.revision,
        by=lead,
    )
    page = client.post(url("edit", application), mine)
    assert page.status_code == 409
    for words in (lead.real_name, "别人的地点", "我的地点", "以我填写的为准保存"):
        assert words in page.text
    assert refreshed(application).place == "别人的地点"
    kept = {
        name: value for name, value in mine.items() if name not in ("revision", "form_key", "deed")
    }
    kept |= {"revision": str(refreshed(application).revision), "form_key": "new", "deed": "save"}
    client.post(url("edit", application), kept, follow=True)
    assert refreshed(application).place == "我的地点"


def test_findings_are_the_same_for_the_form_and_for_the_submission(ground, application):
    _, _, lead = ground
    application = give_reasons(application, lead)
    assert findings_of(application).may_submit
    assert perform("SUBMIT", on=application.matter, by=lead).status == "SUBMITTED"
