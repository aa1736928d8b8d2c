"""The administrator's pages: making, changing, disabling, resetting."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingqian.accounts import services
from mingqian.accounts.models import User
from mingqian.accounts.roles import Role
from mingqian.audit.models import Event
from tests.factories.accounts import PASSWORD, make_user, sign_in
from tests.factories.committees import make_office

pytestmark = pytest.mark.django_db
LIST, NEW, HOME = (
    reverse("accounts:users"),
    reverse("accounts:user_create"),
    reverse("portal:home"),
)


@pytest.fixture
def admin(client):
    user = make_user("sysadmin", real_name="刘管理")
    client.force_login(user)
    return user


def edit(account) -> str:
    return reverse("accounts:user_edit", args=[account.pk])


def first_password_in(response) -> str:
    return re.search(r'first-password-text">([^<]+)<', response.content.decode())[1]


def test_a_new_user_gets_a_first_password_shown_once(client, admin):
    office = make_office()
    response = client.post(
        NEW, {"username": "zhaoli", "real_name": "赵丽", "role": "clerk", "office": office.pk}
    )
    first = first_password_in(response)
    assert "no-store" in response["Cache-Control"]
    user = User.objects.get(username="zhaoli")
    assert (user.role, user.office, user.must_change) == ("clerk", office, True)
    event = Event.objects.get(action="accounts.create_user", subject_id=str(user.pk))
    assert event.actor_id == admin.pk
    assert first not in str(Event.objects.values_list())
    theirs = Client()
    sign_in(theirs, "zhaoli", first)
    assert theirs.get(HOME)["Location"] == reverse("accounts:password")
    for address in (LIST, edit(user)):
        assert first not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": ""}, "请填写账号。"),
        ({"username": "ab"}, "账号为 3–40 个字母"),
        ({"username": "x" * 41}, "40"),
        ({"username": "李敏敏"}, "账号为 3–40 个字母"),
        ({"username": "a b c"}, "账号为 3–40 个字母"),
        ({"username": "abc\x00"}, "空字符"),
        ({"username": "<script>"}, "账号为 3–40 个字母"),
        ({"username": "TAKEN"}, "已经有人使用"),
        ({"real_name": ""}, "请填写姓名。"),
        ({"real_name": "名" * 31}, "30"),
        ({"real_name": "a\x00b"}, "空字符"),
        ({"role": "emperor"}, "emperor"),
        ({"role": ""}, "必填"),
        ({"office": ""}, "必须选择所属办公室"),
        ({"office": "999999"}, "选择"),
        ({"office": "x"}, "选择"),
        ({"role": "observer"}, "不属于任何评委会办公室"),
    ],
)
def test_a_wrong_field_is_told_at_the_field_and_what_was_typed_is_kept(
    client, admin, changes, message
):
    make_user("observer", username="taken")
    data = {"username": "zhaoli", "real_name": "赵丽", "role": "clerk", "office": make_office().pk}
    response = client.post(NEW, data | changes)
    assert response.status_code == 422
    html = response.content.decode()
    assert message in html
    if "real_name" not in changes:
        assert 'value="赵丽"' in html
    assert not User.objects.filter(real_name="赵丽").exists()


def test_changing_the_role_ends_the_sessions_for_good(client, admin):
    user = make_user("reviewer")
    theirs = Client()
    sign_in(theirs, user.username)
    facts = {"real_name": user.real_name, "office": ""}
    client.post(edit(user), facts | {"role": "observer"})
    client.post(edit(user), facts | {"role": "reviewer"})
    assert theirs.get(HOME).status_code == 302
    event = Event.objects.filter(action="accounts.change_user").last()
    assert event.details["before"]["role"] == Role.REVIEWER.label
    assert event.details["after"]["role"] == Role.OBSERVER.label


def test_changing_the_office_ends_the_sessions(client, admin):
    user, other = make_user("clerk"), make_office()
    theirs = Client()
    sign_in(theirs, user.username)
    client.post(edit(user), {"real_name": "李敏", "role": "clerk", "office": other.pk})
    assert theirs.get(HOME).status_code == 302
    user.refresh_from_db()
    assert user.office == other


def test_changing_only_the_name_leaves_the_session(client, admin):
    user = make_user("reviewer")
    theirs = Client()
    sign_in(theirs, user.username)
    client.post(edit(user), {"real_name": "新名字", "role": "reviewer", "office": ""})
    assert theirs.get(HOME).status_code == 200


def test_saving_without_a_change_leaves_no_entry(client, admin):
    user = make_user("reviewer")
    client.post(edit(user), {"real_name": user.real_name, "role": "reviewer", "office": ""})
    assert not Event.objects.filter(action="accounts.change_user").exists()


def test_a_disabled_user_is_out_at_once_and_may_come_back(client, admin):
    user = make_user("observer")
    theirs = Client()
    sign_in(theirs, user.username)
    switch = reverse("accounts:user_switch", args=[user.pk])
    client.post(switch, {"active": "0"})
    assert theirs.get(HOME).status_code == 302
    assert sign_in(theirs, user.username).status_code == 422
    client.post(switch, {"active": "1"})
    assert theirs.get(HOME).status_code == 302
    assert sign_in(theirs, user.username).status_code == 302
    actions = Event.objects.filter(subject_id=str(user.pk), actor_id=admin.pk).order_by("seq")
    assert list(actions.values_list("action", flat=True)) == [
        "accounts.disable_user",
        "accounts.enable_user",
    ]


def test_switching_twice_leaves_one_entry(client, admin):
    user = make_user("observer")
    for _ in range(2):
        client.post(reverse("accounts:user_switch", args=[user.pk]), {"active": "0"})
    assert Event.objects.filter(action="accounts.disable_user").count() == 1


def test_a_reset_shows_the_new_password_once(client, admin):
    user = make_user("observer")
    response = client.post(reverse("accounts:user_reset", args=[user.pk]))
    first = first_password_in(response)
    assert sign_in(Client(), user.username, PASSWORD).status_code == 422
    assert sign_in(Client(), user.username, first).status_code == 302
    assert "待首次修改" in client.get(edit(user)).content.decode()


def test_administrators_cannot_lock_themselves_out(client, admin):
    client.post(reverse("accounts:user_switch", args=[admin.pk]), {"active": "0"})
    client.post(reverse("accounts:user_reset", args=[admin.pk]))
    response = client.post(edit(admin), {"real_name": "刘管理", "role": "observer", "office": ""})
    assert "不能修改自己的角色" in response.content.decode()
    admin.refresh_from_db()
    assert admin.is_active
    assert admin.is_sysadmin
    assert admin.check_password(PASSWORD)
    html = client.get(edit(admin)).content.decode()
    assert "停用" not in re.sub('<div class="notice.*?</div>', "", html, flags=re.S)


def test_the_list_is_searched_and_filtered(client, admin):
    make_user("clerk", real_name="赵丽", username="zhaoli")
    off = make_user("observer", real_name="孙正")
    services.set_active(user=off, active=False, by=admin)
    for asked, names in [
        ({"keyword": "zhao"}, {"赵丽"}),
        ({"keyword": "孙"}, {"孙正"}),
        ({"role": "sysadmin"}, {"刘管理"}),
        ({"is_active": "false"}, {"孙正"}),
        ({"keyword": "无"}, set()),
    ]:
        html = client.get(LIST, asked).content.decode().split("listing-rows")[1]
        assert {name for name in ("赵丽", "孙正", "刘管理") if name in html} == names, asked


def test_a_page_of_the_list_costs_the_same_for_few_and_for_many(client, admin):
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for _ in range(15):
        make_user("clerk")
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few)


def test_an_account_that_does_not_exist_answers_404(client, admin):
    for name in ("user_edit", "user_reset", "user_switch"):
        address = reverse(f"accounts:{name}", args=[10**9])
        assert client.post(address).status_code == 404


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SYSADMIN])
def test_services_refuse_everybody_but_the_administrator(role):
    by, user = make_user(role), make_user("observer")
    facts = {"real_name": "x", "role": "observer", "office": None}
    for deed in (
        lambda: services.create_user(username="abc", **facts, by=by),
        lambda: services.change_user(user=user, **facts, by=by),
        lambda: services.set_active(user=user, active=False, by=by),
        lambda: services.reset_password(user=user, by=by),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_the_service_refuses_what_the_form_would_refuse():
    for bad in ({"username": "a b"}, {"username": "x" * 41}, {"real_name": ""}):
        facts = {"username": "zhaoli", "real_name": "赵丽"} | bad
        with pytest.raises(ValidationError), transaction.atomic():
            services.create_user(role="observer", by=None, **facts)


def test_the_database_keeps_offices_and_roles_together():
    clerk, observer = make_user("clerk"), make_user("observer")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=clerk.pk).update(office=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=observer.pk).update(office=clerk.office)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=observer.pk).update(username=clerk.username.upper())


def test_hostile_names_are_shown_as_text(client, admin):
    user = make_user("observer", real_name="<b>x</b>\u202e=1+1")
    for address in (LIST, edit(user)):
        html = client.get(address).content.decode()
        assert "<b>x</b>" not in html
        assert "&lt;b&gt;x" in html
