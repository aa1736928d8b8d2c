"""专家信息维护: the list of experts, and finding one by an identity number that no address shows."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingqian.accounts.access import requires
from mingqian.web.components import Empty
from mingqian.web.drawing import icon_svg
from mingqian.web.listing import Column, Listing, ListingPage, respond
from mingqian.web.templatetags.web import pill
from mingqian.web.xlsx import Written

from ..forms import MembershipFilter
from ..models import Expert, PoolMembership
from ..queries import listed_memberships, standing_of_membership
from ..register.cleaning import code_of
from ..sealing import id_index
from ..services import note_export


def _specialties(membership: PoolMembership) -> str:
    return "、".join(link.specialty.name for link in membership.specialty_links.all())


def _standing(membership: PoolMembership) -> str:
    return standing_of_membership(membership, on=timezone.localdate()).words


def _pill(membership: PoolMembership) -> str:
    standing = standing_of_membership(membership, on=timezone.localdate())
    return pill(standing.tone, standing.words)


class MembershipListing(Listing):
    """Members of the pools that the user may see."""

    name = "experts"
    title = "专家名单"
    filters = MembershipFilter
    order = "-pk"
    unit = "人"
    columns = (
        Column(
            "expert_no",
            "专家编号",
            value="expert.expert_no",
            sort="expert__expert_no",
            phone="bare",
        ),
        Column(
            "name",
            "姓名",
            value="expert.name",
            sort="expert__name_pinyin",
            link=True,
            phone="title",
        ),
        Column("gender", "性别", value="expert.get_gender_display"),
        Column("unit", "工作单位", value="expert.unit.name", clip=True, phone="bare"),
        Column("title_name", "职称", value="expert.title_name", optional=True),
        Column("level", "级别", value="expert.get_title_level_display", sort="expert__title_level"),
        Column("specialties", "推荐专业", value=_specialties, wrap=True, phone="line"),
        Column("group", "学科组", value="group_name", phone="line"),
        Column("committee", "评委会", value="committee.name", clip=True, optional=True),
        Column("duty", "委员职务", value="get_duty_display", optional=True),
        Column("region", "所在地区", value="expert.region_name", optional=True),
        Column("term_to", "聘期止", sort="term_to", phone="line"),
        Column("status", "状态", value=_standing, cell=_pill, phone="badge"),
    )

    def __init__(self, *, may_import: bool) -> None:
        if may_import:
            self.empty = Empty(
                "评委库还没有专家", "把评委库名册 (.xlsx) 导入，系统会先检查再入库。",
                reverse("experts:import"), "导入评委库", "users",
            )  # fmt: skip
        else:
            self.empty = Empty(
                "还没有专家", "评委会办公室导入名册后，专家会列在这里。", icon="users"
            )

    def row_url(self, row: PoolMembership) -> str:
        return reverse("experts:expert", args=[row.expert.expert_no])

    def row_label(self, row: PoolMembership) -> str:
        return row.expert.name


@requires("experts.view_expert")
@require_GET
def experts(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    may_import = request.user.may("experts.import_pool")
    return respond(
        request,
        MembershipListing(may_import=may_import),
        listed_memberships(request.user),
        "experts/list.html",
        exported=_note,
        note=f"导出人：{request.user.real_name}（{request.user.place}）",
        may_import=may_import,
        may_edit=request.user.may("experts.edit_expert"),
        search_icon=icon_svg("id"),
    )


def _note(request: HttpRequest, written: Written, page: ListingPage) -> None:
    filters = "；".join(f"{one.label}：{one.value}" for one in page.active)
    note_export(rows=written.rows, sha256=written.sha256, filters=filters, by=request.user)


@requires("experts.view_expert")
@require_POST
def find_by_id(request: HttpRequest) -> HttpResponse:
    """One expert by the whole identity number. It is posted, so that it stays out of addresses and their logs."""
    number = code_of(request.POST.get("id_number", "")[:60])
    if not number:
        messages.warning(request, "请填写完整的证件号码。")
        return redirect("experts:list")
    found = Expert.objects.visible_to(request.user).filter(id_index=id_index(number)).first()
    if found is None:
        messages.warning(
            request, "没有找到这个证件号码的专家：号码须完整填写，且只查找您有权查看的评委库。"
        )
        return redirect("experts:list")
    return redirect("experts:expert", found.expert_no)
