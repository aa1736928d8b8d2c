"""业务审核: who sees what, the decision with all that it needs, one effect."""

import pytest
from django.urls import reverse

from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.todos import todos
from mingqian.draws.services.save import Draft, save_application
from mingqian.experts.models import PoolMembership
from mingqian.workflow.models import Opinion
from mingqian.workflow.services import perform
from tests.factories.accounts import make_user
from tests.factories.draws import (
    approved,
    make_application,
    meeting_time,
    refreshed,
    seats_by_name,
    submitted,
)

pytestmark = pytest.mark.django_db

GOOD = {"decision": "APPROVE", "opinion": "同意。", "version": "1"}


@pytest.fixture
def application(ground):
    committee, _, lead = ground
    return submitted(make_application(committee, lead), lead)


@pytest.fixture
def reviewer():
    return make_user("reviewer")


def url(name, application, *more):
    return reverse(f"draws:{name}", args=[application.number, *more])


def decide(client, application, **data):
    return client.post(url("review", application), data, follow=True)


def test_the_page_shows_document_rules_and_form(client, application, reviewer):
    client.force_login(reviewer)
    page = client.get(url("review", application))
    for words in (
        "首次提交",
        "规则检查",
        "审核人与提交人不是同一人",
        "退回原因",
        "提交审核意见",
        "建筑设计",
    ):
        assert words in page.text


def test_approval_returns_and_rejection_move_the_matter(client, ground, reviewer):
    committee, _, lead = ground
    client.force_login(reviewer)
    cases = [
        (GOOD, "APPROVED", "已审核通过"),
        (
            {
                "decision": "RETURN",
                "opinion": "给水排水席位偏多，请调整。",
                "reasons": ["MEMBERS", "TIME"],
                "version": "1",
            },
            "RETURNED",
            "已退回修改",
        ),
        (
            {"decision": "REJECT", "opinion": "本年度不召开该评审会议。", "version": "1"},
            "REJECTED",
            "已不予通过",
        ),
    ]
    for data, status, words in cases:
        application = submitted(make_application(committee, lead), lead)
        page = decide(client, application, **data)
        assert words in page.text
        assert refreshed(application).matter.status == status


BAD = [
    ({}, "请选择审核结论"),
    ({"decision": "MAYBE"}, "请选择审核结论"),
    ({"decision": "RETURN", "opinion": "这里写了足够长的意见。"}, "请选择退回原因"),
    (
        {"decision": "RETURN", "reasons": ["MEMBERS"], "opinion": "太短"},
        "至少 10 个字，现有 2 个字",
    ),
    (
        {"decision": "RETURN", "reasons": ["NONSENSE"], "opinion": "这里写了足够长的意见。"},
        "请从列表中选择退回原因",
    ),
    ({"decision": "REJECT", "opinion": ""}, "至少 10 个字，现有 0 个字"),
    ({"decision": "REJECT", "opinion": "长" * 1001}, "最多 1000 个字"),
    ({"decision": "REJECT", "opinion": "含有空字符\x00的意见要写够"}, "空字符"),
]


@pytest.mark.parametrize(("data", "words"), BAD)
def test_an_incomplete_decision_is_told_and_what_was_typed_stays(
    client, application, reviewer, data, words
):
    client.force_login(reviewer)
    page = client.post(url("review", application), data)
    assert page.status_code == 422
    assert words in page.text
    if data.get("opinion") and "\x00" not in data["opinion"]:
        assert data["opinion"] in page.text
    assert refreshed(application).matter.status == "SUBMITTED"


def test_a_second_click_is_one_decision(client, application, reviewer):
    client.force_login(reviewer)
    decide(client, application, **GOOD)
    page = decide(client, application, **GOOD)
    assert "已审核通过" in page.text
    assert Opinion.objects.count() == 1


def test_the_second_reviewer_is_told_who_was_faster(client, application, reviewer):
    perform("APPROVE", on=application.matter, by=reviewer)
    client.force_login(make_user("hrss_lead"))
    page = decide(
        client, application, decision="REJECT", opinion="本年度不召开该评审会议。", version="1"
    )
    assert f"{reviewer.real_name} 已于" in page.text
    assert refreshed(application).matter.status == "APPROVED"


def test_a_decision_on_an_older_version_is_refused(client, ground, application, reviewer):
    _committee, _, lead = ground
    perform("WITHDRAW", on=application.matter, by=lead)
    fresh = refreshed(application)
    save_application(fresh, draft=Draft(values={"place": "别处"}), revision=fresh.revision, by=lead)
    submitted(refreshed(application), lead)
    client.force_login(reviewer)
    page = decide(client, application, **GOOD)
    assert "请重新核对后再审核" in page.text
    assert refreshed(application).matter.status == "SUBMITTED"


def test_what_no_longer_fits_cannot_be_approved(client, ground, application, reviewer):
    committee, _, _ = ground
    PoolMembership.objects.filter(committee=committee).update(status="SUSPENDED")
    client.force_login(reviewer)
    page = client.post(url("review", application), GOOD)
    assert page.status_code == 422
    assert "按现在的评委库与规则" in page.text
    assert refreshed(application).matter.status == "SUBMITTED"


def test_the_reviewing_side_sees_versions_not_the_draft_under_work(
    client, ground, application, reviewer
):
    _committee, clerk, _lead = ground
    perform(
        "RETURN",
        on=application.matter,
        by=reviewer,
        opinion="请调整席位分布。",
        reasons=["MEMBERS"],
    )
    fresh = refreshed(application)
    save_application(
        fresh, draft=Draft(values={"place": "尚未提交的地点"}), revision=fresh.revision, by=clerk
    )
    client.force_login(reviewer)
    for name in ("application", "review"):
        page = client.get(url(name, application))
        assert "南江宾馆" in page.text
        assert "尚未提交的地点" not in page.text
    client.force_login(clerk)
    assert "尚未提交的地点" in client.get(url("application", application)).text


def test_the_difference_to_the_version_before_stands_first(client, ground, application, reviewer):
    committee, clerk, lead = ground
    perform(
        "RETURN",
        on=application.matter,
        by=reviewer,
        opinion="请调整席位分布。",
        reasons=["MEMBERS"],
    )
    fresh = refreshed(application)
    save_application(
        fresh,
        draft=Draft(seats=seats_by_name(committee, {"给水排水": 3, "建筑设计": 7})),
        revision=fresh.revision,
        by=clerk,
    )
    submitted(refreshed(application), lead)
    client.force_login(reviewer)
    page = client.get(url("review", application))
    assert "建筑设计组 · 建筑设计 · 正选" in page.text
    assert "可抽 40 人，倍率 8.0 倍 → 5.7 倍，符合" in page.text
    assert client.get(url("version", application, 1)).status_code == 200
    assert client.get(url("version", application, 9)).status_code == 404


def test_waiting_applications_can_be_walked_through(client, ground, application, reviewer):
    committee, _, lead = ground
    second = submitted(make_application(committee, lead), lead)
    client.force_login(reviewer)
    page = client.get(reverse("draws:reviews"))
    assert page.text.index(application.number) < page.text.index(second.number)
    assert url("review", second) in client.get(url("review", application)).text
    assert url("review", application) in client.get(url("review", second)).text


def statuses(client, user, application):
    client.force_login(user)
    names = ("application", "edit", "trial", "review", "removals")
    return {name: client.get(url(name, application)).status_code for name in names}


def test_who_may_open_what(client, ground, reviewer):
    committee, clerk, lead = ground
    draft = make_application(committee, lead)
    assert statuses(client, clerk, draft) == {
        "application": 200,
        "edit": 200,
        "trial": 302,
        "review": 403,
        "removals": 200,
    }
    stranger = make_user("clerk")
    assert set(statuses(client, stranger, draft).values()) == {404, 403}
    assert statuses(client, reviewer, draft)["review"] == 404
    sent = submitted(draft, lead)
    assert statuses(client, reviewer, sent) == {
        "application": 200,
        "edit": 403,
        "trial": 302,
        "review": 200,
        "removals": 200,
    }
    observer = make_user("observer")
    assert statuses(client, observer, sent)["application"] == 404
    perform("APPROVE", on=sent.matter, by=reviewer)
    assert statuses(client, observer, sent) == {
        "application": 200,
        "edit": 403,
        "trial": 403,
        "review": 403,
        "removals": 403,
    }
    admin = make_user("sysadmin")
    assert set(statuses(client, admin, sent).values()) == {403}


def test_the_list_filters_and_exports(client, ground):
    committee, clerk, lead = ground
    draft = make_application(committee, clerk, meeting_name="春季会议")
    sent = submitted(make_application(committee, lead, meeting_name="秋季会议"), lead)
    client.force_login(clerk)
    page = client.get(reverse("draws:list"))
    assert draft.number in page.text
    assert sent.number in page.text
    for query, found in (
        ("state=submitted", sent),
        ("state=draft", draft),
        ("keyword=春季", draft),
        (f"number={sent.number}", sent),
    ):
        text = client.get(f"{reverse('draws:list')}?{query}").text
        other = draft if found == sent else sent
        assert found.number in text
        assert other.number not in text
    empty = client.get(f"{reverse('draws:list')}?mode=WHOLE_POOL&year={draft.year}")
    assert "没有符合条件的记录" in empty.text
    book = client.get(f"{reverse('draws:list')}?export=xlsx")
    assert book["Content-Type"].endswith("sheet")
    assert b"".join(book.streaming_content)[:2] == b"PK"


def kinds(user):
    return [item.kind for item in todos(user)]


def test_todos_follow_the_application(ground, reviewer):
    committee, clerk, lead = ground
    application = make_application(committee, clerk, starts_at=meeting_time(21))
    assert kinds(clerk) == []
    assert kinds(lead) == ["draws.draft"]
    application = submitted(application, lead)
    assert kinds(reviewer) == ["draws.review"]
    assert kinds(lead) == []
    perform(
        "RETURN",
        on=application.matter,
        by=reviewer,
        opinion="请调整席位分布。",
        reasons=["MEMBERS"],
    )
    assert kinds(clerk) == ["draws.returned"]
    assert kinds(reviewer) == []
    item = todos(clerk)[0]
    assert "人数不符合规定" in item.why
    assert item.due_at is not None
    assert item.due_at < application.starts_at


def test_a_draw_is_due_when_its_window_opens(ground):
    committee, _, lead = ground
    later = approved(make_application(committee, lead, starts_at=meeting_time(28)), lead)
    observer = make_user("observer")
    assert kinds(lead) == []
    assert kinds(observer) == []
    DrawApplication.objects.filter(pk=later.pk).update(
        starts_at=meeting_time(1), ends_at=meeting_time(2, hour=18)
    )
    soon = (meeting_time(1).date() - later.created_at.date()).days
    if soon <= 7:
        assert "draws.official" in kinds(lead)
        assert "draws.official" in kinds(observer)
