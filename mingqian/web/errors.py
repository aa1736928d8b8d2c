"""The one error page: what happened, what to do, and a number to quote; never a detail of the inside."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from .context import current, new_request_id


@dataclass(frozen=True, slots=True)
class Explanation:
    """Words of one kind of error."""

    title: str
    what: str
    remedy: str


EXPLANATIONS = {
    400: Explanation(
        "无法识别的请求",
        "提交的内容不完整或格式不符。",
        "请返回上一页，刷新后重新填写；不要直接修改地址栏。",
    ),
    403: Explanation(
        "没有权限",
        "您的角色不能进行这项操作，本次访问已记录。",
        "如确需办理，请联系本单位负责人或系统管理员调整权限。",
    ),
    404: Explanation(
        "没有找到",
        "页面不存在，或者这项业务不在您的办理范围内。",
        "请核对编号，或从左侧菜单重新进入。",
    ),
    405: Explanation("无法识别的请求", "这个地址不接受这种操作。", "请从页面上的按钮重新进入。"),
    409: Explanation(
        "内容已被他人修改",
        "在您填写期间，这项业务已经变动。",
        "请刷新页面查看最新内容，再决定是否修改。",
    ),
    413: Explanation(
        "文件或表单过大",
        "提交的内容超过系统允许的大小。",
        "单个文件不超过 20 MB；请压缩或分次上传。",
    ),
    429: Explanation("操作过于频繁", "短时间内尝试次数过多。", "请稍候再试。"),
    500: Explanation(
        "系统出现问题",
        "操作没有完成，已有数据不受影响。",
        "请稍后再试；仍然出现时，请把下面的事件编号告知系统管理员。",
    ),
}


def error_page(
    request: HttpRequest, status: int, *, what: str = "", remedy: str = "", back: str = ""
) -> HttpResponse:
    """The error page for a status. `what` and `remedy` replace the stock words; `back` adds a link to return by.

    It is rendered without context processors: a page about a failure must not depend on the database.
    """
    explanation = EXPLANATIONS.get(status, EXPLANATIONS[500])
    incident = current().request_id or getattr(request, "request_id", "") or new_request_id()
    context = {
        "status": status,
        "title": explanation.title,
        "what": what or explanation.what,
        "remedy": remedy or explanation.remedy,
        "incident": incident.upper(),
        "back": back,
    }
    return HttpResponse(render_to_string("web/error.html", context), status=status)
