"""The rule book in the browser: reading it, changing it, and being refused."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.rulebook.defaults import CATALOGUE
from mingqian.rulebook.models import RuleParameter
from mingqian.rulebook.queries import rule
from mingqian.rulebook.services import change_rule
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee

pytestmark = pytest.mark.django_db
LIST = "/rules/"
RULE = "/rules/age_max/"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def hrss_lead(client):
    user = make_user("hrss_lead")
    client.force_login(user)
    return user


def typed(**changes) -> dict[str, str]:
    facts = {
        "scope": "",
        "value": "68",
        "enforcement": "BLOCK",
        "valid_from": timezone.localdate().isoformat(),
        "citation": "省厅会议纪要第三条",
        "reason": "按省厅会议纪要调整",
        "seen": str(RuleParameter.objects.filter(key="age_max").latest("pk").pk),
    }
    return {name: str(value) for name, value in (facts | changes).items()}


@pytest.mark.parametrize("role", ["clerk", "lead", "reviewer", "hrss_lead", "observer"])
def test_everyone_in_the_business_reads_the_whole_book(client, role):
    client.force_login(make_user(role))
    page = client.get(LIST).content.decode()
    assert all(definition.title in page for definition in CATALOGUE)
    assert page.count("待核对官方文本") >= len(CATALOGUE)
    assert client.get(RULE).status_code == 200


def test_the_system_administrator_and_strangers_do_not(client):
    assert client.get(LIST).status_code == 302
    client.force_login(make_user("sysadmin"))
    assert client.get(LIST).status_code == 403
    assert client.get(RULE).status_code == 403
    assert Event.objects.filter(action="access.denied").count() == 2


def test_the_list_is_narrowed_by_a_word_and_by_a_day(client, hrss_lead, today):
    change_rule(
        "age_max",
        value="68",
        enforcement="WARN",
        valid_from=today + timedelta(days=9),
        reason="明年起执行",
        by=None,
    )
    page = client.get(LIST, {"q": "年龄"}).content.decode()
    assert "评委年龄上限" in page
    assert "到会人数比例下限" not in page
    later = client.get(
        LIST, {"q": "年龄", "on": (today + timedelta(days=9)).isoformat()}
    ).content.decode()
    assert "<b>68</b>" in later
    assert "没有符合条件的规则" in client.get(LIST, {"q": "没有这样的字"}).content.decode()
    assert client.get(LIST, {"on": "2026-13-45"}).status_code == 200


def test_the_lead_changes_a_value(client, hrss_lead, today):
    response = client.post(RULE, typed(), follow=True)
    assert response.redirect_chain[-1][0] == RULE
    page = response.content.decode()
    assert "已登记「评委年龄上限」的新值" in page
    assert "按省厅会议纪要调整" in page
    assert rule("age_max", on=today).whole == 68
    assert Event.objects.get(action="rulebook.change_rule").actor_id == hrss_lead.pk


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": ""}, "请填写数值"),
        ({"value": "七十"}, "请填写数字"),
        ({"value": "-3"}, "数值应在 18 到 100 之间"),
        ({"value": "1" * 25}, "24"),
        ({"valid_from": "2020-01-01"}, "生效日期不能早于今天"),
        ({"valid_from": "明天"}, "样式填写日期"),
        ({"reason": ""}, "请写明变更理由"),
        ({"reason": "改"}, "至少 4 个字"),
        ({"citation": "依" * 201}, "200"),
        ({"enforcement": "MAYBE"}, "MAYBE"),
        ({"scope": "XX9999"}, "XX9999"),
        ({"reason": "<script>alert(1)</script>\x00"}, "变更理由"),
    ],
)
def test_what_was_typed_wrongly_is_said_at_the_field_and_kept(
    client, hrss_lead, today, changes, message
):
    response = client.post(RULE, typed(**changes))
    assert response.status_code == 422
    page = response.content.decode()
    assert message in page
    assert "<script>alert" not in page
    assert "省厅会议纪要第三条" in page or "citation" in changes
    assert rule("age_max", on=today).whole == 70


def test_two_people_changing_one_rule_the_second_is_told(client, hrss_lead, today):
    mine = typed(value="66")
    change_rule(
        "age_max",
        value="67",
        enforcement="WARN",
        valid_from=today,
        reason="另一人先改了",
        by=make_user("hrss_lead"),
    )
    response = client.post(RULE, mine)
    assert response.status_code == 422
    assert "刚刚修改了这条规则" in response.content.decode()
    assert rule("age_max", on=today).whole == 67


def test_a_committee_gets_a_value_of_its_own_and_gives_it_up(client, hrss_lead, today):
    committee = make_committee()
    client.post(RULE, typed(scope=committee.code))
    assert rule("age_max", committee_code=committee.code, on=today).whole == 68
    assert rule("age_max", on=today).whole == 70
    assert committee.name in client.get(RULE).content.decode()
    assert committee.name in client.get(LIST).content.decode()
    end = reverse("rulebook:end", args=["age_max"])
    assert (
        "请写明停用理由"
        in client.post(
            end, {"committee": committee.code, "from_day": today}, follow=True
        ).content.decode()
    )
    client.post(end, {"committee": committee.code, "from_day": today, "reason": "恢复全省标准"})
    assert rule("age_max", committee_code=committee.code, on=today).whole == 70


@pytest.mark.parametrize("role", ["clerk", "lead", "reviewer", "observer"])
def test_nobody_else_is_offered_the_form_or_may_post_it(client, role):
    client.force_login(make_user(role))
    assert "登记新值" not in client.get(RULE).content.decode()
    assert client.post(RULE, typed()).status_code == 403
    assert client.post(reverse("rulebook:end", args=["age_max"])).status_code == 403
    assert not Event.objects.filter(action="rulebook.change_rule").exists()
    assert Event.objects.filter(action="access.denied").count() == 2


def test_an_unknown_rule_is_not_found(client, hrss_lead):
    assert client.get(reverse("rulebook:rule", args=["no_such_rule"])).status_code == 404


def test_a_rule_without_a_number_asks_for_none(client, hrss_lead):
    page = client.get(reverse("rulebook:rule", args=["random_draw"])).content.decode()
    assert 'name="value"' not in page
    assert "本规则没有数值" in page


def test_the_list_costs_the_same_however_many_changes_there_were(
    client, hrss_lead, today, django_assert_max_num_queries
):
    for days in range(12):
        change_rule(
            "age_max",
            value=str(60 + days),
            enforcement="WARN",
            valid_from=today + timedelta(days=days),
            reason="反复调整",
            by=None,
        )
    with django_assert_max_num_queries(14):
        client.get(LIST)
