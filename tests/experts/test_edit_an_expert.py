"""Entering, changing, suspending by hand: the register's rules at each field, two people at once, one entry each."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from mingqian.audit.models import Event
from mingqian.audit.queries import history_of
from mingqian.experts.models import Expert, ExpertUnavailability, MembershipStatus, PoolMembership
from mingqian.experts.queries import history_of_expert
from mingqian.experts.sealing import read_id, read_mobile
from mingqian.experts.services import change_expert
from tests.factories.accounts import make_user
from tests.factories.committees import credit_code, make_committee, make_unit
from tests.factories.experts import id_number, make_member, make_members

pytestmark = pytest.mark.django_db
WRONG = id_number(1)[:-1] + ("1" if id_number(1)[-1] != "1" else "2")


@pytest.fixture
def committee():
    return make_committee(specialties=["建筑设计", "结构工程", "给水排水"])


@pytest.fixture
def clerk(committee, client):
    clerk = make_user("clerk", committee.office)
    client.force_login(clerk)
    return clerk


@pytest.fixture
def member(committee, clerk) -> PoolMembership:
    return make_member(committee, by=clerk)


def person(expert: Expert, **changes: str) -> dict[str, str]:
    """The form as the page fills it in."""
    form = {
        "version": str(expert.version), "name": expert.name, "id_type": "居民身份证", "id_number": "", "gender": "",
        "birth_date": "", "mobile": "", "unit_name": expert.unit.name, "uscc": expert.unit.uscc, "department": "",
        "post": "", "title_name": expert.title_name, "title_level": "副高级", "title_date": "2012-06-01",
        "title_cert_no": "", "field": expert.field, "education": "大学本科", "degree": "", "phone": expert.phone,
        "email": expert.email, "region_name": expert.region_name,
    }  # fmt: skip
    return form | changes


def term(**changes: object) -> dict[str, object]:
    """The membership's form."""
    form: dict[str, object] = {
        "main": "建筑设计", "others": [], "group_name": "第一组", "term_from": "2025-04-01", "term_to": "2028-03-31",
        "duty": "委员", "note": "",
    }  # fmt: skip
    return form | changes


def edit(client, expert: Expert, **changes: str):
    return client.post(f"/experts/{expert.expert_no}/edit", person(expert, **changes))


def test_saving_without_a_change_leaves_no_trace(client, member) -> None:
    before = Event.objects.count()
    assert edit(client, member.expert).status_code == 302
    assert Event.objects.count() == before
    assert Expert.objects.get().version == 1


def test_a_change_is_saved_and_told_in_the_history(client, member, clerk) -> None:
    unit = make_unit("南江新院")
    answer = edit(
        client, member.expert, title_name="正高级工程师", title_level="正高级", mobile="13999990001",
        unit_name=unit.name, uscc=unit.uscc, degree="博士", name="新名字",
    )  # fmt: skip
    assert answer.status_code == 302
    expert = Expert.objects.get()
    assert (expert.name, expert.unit_id, expert.title_name) == ("新名字", unit.pk, "正高级工程师")
    assert (read_mobile(expert), expert.name_initials.split()[0], expert.version) == (
        "13999990001",
        "xmz",
        2,
    )
    event = Event.objects.get(action="experts.change_expert")
    assert {line["label"] for line in event.details["changes"]} == {
        "姓名", "手机", "工作单位", "职称", "级别", "学位",
    }  # fmt: skip
    assert "13999990001" not in str(event.details)
    assert "新名字" not in f"{event.subject_label} {event.details}"
    entry = history_of_expert(expert, clerk)[0]
    assert entry.title == "修改专家信息"
    assert "职称：高级工程师 → 正高级工程师" in entry.text


def test_a_new_unit_is_entered_by_its_code(client, member) -> None:
    code = credit_code(77_000_001)
    edit(client, member.expert, unit_name="从未登记的院", uscc=code)
    assert Expert.objects.get().unit.uscc == code


def test_a_corrected_number_changes_birth_date_and_gender_with_it(client, member) -> None:
    number = id_number(8, born=date(1980, 2, 29), male=False)
    assert edit(client, member.expert, id_number=number.lower()).status_code == 302
    expert = Expert.objects.get()
    assert (read_id(expert), expert.birth_date, expert.gender) == (number, date(1980, 2, 29), "2")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "姓名"),
        ({"id_number": WRONG}, "id_number", "校验码"),
        ({"id_number": "44010619750308"}, "id_number", "18 位"),
        ({"mobile": "1381234567"}, "mobile", "11 位"),
        ({"uscc": "11440000006939748X"}, "uscc", "校验码"),
        ({"unit_name": "另一家"}, "unit_name", "不符"),
        ({"title_date": "2099-01-01"}, "title_date", "晚于今天"),
        ({"title_date": "昨天"}, "title_date", "日期"),
        ({"title_level": "中级"}, "title_level", "低于"),
        ({"title_level": "特级"}, "title_level", "列表"),
        ({"email": "nobody"}, "email", "写法"),
        ({"name": "甲\x00乙"}, "name", ""),
        ({"department": "部" * 101}, "department", "100"),
        ({"education": ""}, "education", "学历"),
    ],
)
def test_a_wrong_field_is_told_at_the_field_and_what_was_typed_is_kept(
    client, member, changes, field, words
) -> None:
    answer = edit(client, member.expert, post="副总工程师", **changes)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert words in str(form.errors[field])
    assert form["post"].value() == "副总工程师"
    assert Expert.objects.get().version == 1


def test_every_wrong_field_is_told_at_once(client, member) -> None:
    answer = edit(client, member.expert, name="", mobile="1", uscc="1", title_date="x", email="y")
    assert set(answer.context["form"].errors) == {"name", "mobile", "uscc", "title_date", "email"}


def test_a_number_of_another_expert_is_refused(client, committee, clerk) -> None:
    first, second = make_members(committee, 2, by=clerk)
    answer = edit(client, first.expert, id_number=read_id(second.expert))
    assert "另一位专家" in str(answer.context["form"].errors["id_number"])


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(client, member, clerk) -> None:
    lead = make_user("lead", member.office)
    change_expert(
        member.expert,
        typed=person(member.expert, post="院长"),
        version=1,
        committee=member.committee,
        by=lead,
    )
    answer = edit(client, member.expert, post="总工程师", department="设计部")
    assert answer.status_code == 409
    told = {row.label: (row.stored, row.typed) for row in answer.context["differences"]}
    assert told == {"行政职务": ("院长", "总工程师"), "部门": ("（空）", "设计部")}
    assert answer.context["form"]["post"].value() == "总工程师"
    assert Expert.objects.get().post == "院长"
    again = person(
        member.expert, post="总工程师", department="设计部", version=str(answer.context["version"])
    )
    assert client.post(f"/experts/{member.expert.expert_no}/edit", again).status_code == 302
    assert Expert.objects.get().post == "总工程师"


def test_a_form_without_its_version_saves_nothing(client, member) -> None:
    assert edit(client, member.expert, version="", post="院长").status_code == 409
    assert edit(client, member.expert, version="x" * 50, post="院长").status_code == 409
    assert Expert.objects.get().post == ""


def membership_url(member: PoolMembership, deed: str = "edit") -> str:
    return f"/experts/{member.expert.expert_no}/memberships/{member.pk}/{deed}"


def test_a_membership_is_changed_with_its_specialties_in_order(client, member) -> None:
    answer = client.post(
        membership_url(member),
        term(main="结构工程", others=["建筑设计", "结构工程"], term_to="2027-12-31", version=1),
    )
    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.term_to == date(2027, 12, 31)
    assert [link.specialty.name for link in member.specialty_links.all()] == [
        "结构工程",
        "建筑设计",
    ]
    event = Event.objects.get(action="experts.change_membership")
    assert {line["label"] for line in event.details["changes"]} == {"推荐专业", "聘期"}
    assert Expert.objects.get().version == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"term_to": "2028-04-01"}, "term_to"),
        ({"term_to": "2025-04-01"}, "term_to"),
        ({"term_from": ""}, "term_from"),
        ({"main": "量子烹饪"}, "main"),
        ({"main": ""}, "main"),
        ({"others": ["量子烹饪"]}, "others"),
        ({"duty": "组长"}, "duty"),
        ({"note": "字" * 501}, "note"),
    ],
)
def test_a_wrong_membership_is_told_at_its_field(client, member, changes, field) -> None:
    answer = client.post(membership_url(member), term(version=1, **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    member.refresh_from_db()
    assert member.term_to == date(2028, 3, 31)


def test_two_editors_of_one_membership_are_told_too(client, member) -> None:
    assert (
        client.post(membership_url(member), term(group_name="二组", version=1)).status_code == 302
    )
    answer = client.post(membership_url(member), term(group_name="三组", version=1))
    assert answer.status_code == 409
    assert [(row.stored, row.typed) for row in answer.context["differences"]] == [("二组", "三组")]


def test_suspending_needs_a_reason_and_is_undone_by_restoring(client, member) -> None:
    move = membership_url(member, "move")
    assert client.post(move, {"deed": "suspend", "reason": ""}).status_code == 422
    client.post(move, {"deed": "suspend", "reason": "出国访学"})
    member.refresh_from_db()
    assert (member.status, member.status_reason) == (MembershipStatus.SUSPENDED, "出国访学")
    client.post(move, {"deed": "suspend", "reason": "再来一次"})
    client.post(move, {"deed": "restore", "reason": "已回国"})
    member.refresh_from_db()
    assert member.status == MembershipStatus.ACTIVE
    actions = list(history_of(member.expert).order_by("seq").values_list("action", flat=True))
    assert actions == ["experts.suspend_membership", "experts.restore_membership"]


def test_days_away_are_noted_and_taken_back(client, member) -> None:
    away = f"/experts/{member.expert.expert_no}/away"
    for wrong in (
        {"to_on": "2099-01-01"},
        {"to_on": "2026-01-01"},
        {"reason": ""},
        {"from_on": "明天"},
    ):
        form = {"from_on": "2027-01-01", "to_on": "2027-02-01", "reason": "住院"} | wrong
        assert client.post(away, form).status_code == 422
    client.post(away, {"from_on": "2027-01-01", "to_on": "2027-02-01", "reason": "住院"})
    noted = ExpertUnavailability.objects.get()
    assert noted.office_id == member.office_id
    page = client.get(f"/experts/{member.expert.expert_no}/")
    assert "住院" in page.content.decode()
    client.post(f"{away}/{noted.pk}/withdraw")
    client.post(f"{away}/{noted.pk}/withdraw")
    noted.refresh_from_db()
    assert noted.withdrawn_at is not None
    assert Event.objects.filter(action="experts.withdraw_unavailability").count() == 1


def newcomer(**changes: object) -> dict[str, object]:
    form = {
        "name": "新专家", "id_type": "居民身份证", "id_number": id_number(9), "gender": "", "birth_date": "",
        "mobile": "13712345678", "unit_name": "南江新院", "uscc": credit_code(88_000_001), "department": "", "post": "",
        "title_name": "高级工程师", "title_level": "副高级", "title_date": "2015.6.1", "title_cert_no": "",
        "field": "建筑设计", "education": "研究生", "degree": "", "phone": "", "email": "", "region_name": "南江市",
    }  # fmt: skip
    return form | term() | changes


def test_a_newcomer_is_entered_by_hand(client, committee, clerk) -> None:
    assert client.post("/experts/new", newcomer()).status_code == 302
    member = PoolMembership.objects.select_related("expert").get()
    assert (member.expert.name, member.expert.gender, member.committee) == (
        "新专家",
        "1",
        committee,
    )
    assert Event.objects.filter(
        action="experts.admit_expert", subject_id=str(member.expert_id)
    ).exists()
    again = client.post("/experts/new", newcomer())
    assert again.status_code == 422
    assert "已在本评委库" in str(again.context["person"].errors["id_number"])


def test_every_fault_of_a_newcomer_is_told_at_once(client, committee, clerk) -> None:
    answer = client.post(
        "/experts/new",
        newcomer(name="", id_number="1", mobile="2", term_to="2031-01-01", education=""),
    )
    assert set(answer.context["person"].errors) == {"name", "id_number", "mobile", "education"}
    assert set(answer.context["term"].errors) == {"term_to"}
    assert not Expert.objects.exists()


def test_an_empty_newcomer_form_names_every_missing_field(client, committee, clerk) -> None:
    answer = client.post("/experts/new", {})
    assert answer.status_code == 422
    assert {"name", "id_number", "mobile", "unit_name", "uscc", "title_name", "field"} <= set(
        answer.context["person"].errors
    )
    assert "main" in answer.context["term"].errors


def test_another_offices_people_are_not_found_and_wrong_roles_are_refused(client, member) -> None:
    stranger = make_user("clerk")
    base = f"/experts/{member.expert.expert_no}/"
    pages = [
        base,
        f"{base}edit",
        f"{base}away",
        membership_url(member),
        membership_url(member, "move"),
    ]
    client.force_login(stranger)
    assert {client.get(page).status_code for page in pages} == {404}
    for role in ("reviewer", "hrss_lead"):
        client.force_login(make_user(role))
        assert client.get(base).status_code == 200
        assert {client.get(page).status_code for page in pages[1:]} == {403}
    client.force_login(make_user("observer"))
    assert client.get(base).status_code == 403
    with pytest.raises(PermissionDenied):
        change_expert(
            member.expert,
            typed=person(member.expert),
            version=1,
            committee=member.committee,
            by=stranger,
        )
