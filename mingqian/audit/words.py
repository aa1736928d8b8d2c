"""What the log's codes mean in Chinese. A chapter with codes of its own registers them in its `AppConfig.ready`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps

_AREAS: dict[str, str] = {
    "draws": "评委抽取",
    "workflow": "提交与审核",
    "experts": "专家信息",
    "committees": "评委会与单位",
    "rulebook": "规则",
    "accounts": "登录与账号",
    "access": "越权访问",
    "audit": "操作日志",
}

_ACTIONS: dict[str, str] = {
    "access.denied": "越权访问被拒",
    "audit.export": "导出操作日志",
    "accounts.sign_in": "登录",
    "accounts.sign_out": "退出登录",
    "accounts.fail_sign_in": "登录失败",
    "accounts.stop_sign_in": "登录失败过多，暂停登录",
    "accounts.create_user": "新增用户",
    "accounts.change_user": "修改用户",
    "accounts.disable_user": "停用用户",
    "accounts.enable_user": "启用用户",
    "accounts.reset_password": "重置密码",
    "accounts.change_own_password": "修改密码",
    "accounts.fail_password_change": "修改密码时原密码不正确",
    "committees.add_unit": "新增单位",
    "committees.change_unit": "修改单位",
    "committees.close_unit": "注销单位",
    "committees.create_office": "新增评委会办公室",
    "committees.change_contact": "修改办公室联系方式",
    "committees.create_committee": "新增评委会",
    "committees.file_committee": "登记核准备案",
    "committees.add_specialties": "新增评审专业",
    "committees.set_groups": "设置学科组",
    "committees.add_meeting": "新增评审会议",
    "committees.change_meeting": "修改评审会议",
    "rulebook.change_rule": "修改规则",
    "rulebook.end_committee_rule": "撤销评委会专用规则",
    "workflow.open": "新建业务",
    "workflow.submit": "提交",
    "workflow.withdraw": "撤回",
    "workflow.approve": "审核通过",
    "workflow.return": "退回修改",
    "workflow.reject": "不予通过",
    "workflow.cancel": "作废草稿",
    "workflow.attach": "上传附件",
    "workflow.remove_attachment": "移除附件",
    "workflow.download_attachment": "下载附件",
    "experts.upload_register": "上传评委库名册",
    "experts.import_pool": "导入评委库名册",
    "experts.download_bad_rows": "下载问题行",
    "experts.drop_import": "放弃导入",
    "experts.reseal": "更换数据密钥",
    "draws.save_application": "保存抽取申请",
    "draws.copy_application": "复制抽取申请",
    "draws.create_supplement": "建立补充抽取申请",
    "draws.end_supplement": "终止补充抽取",
    "draws.join_supplement": "补充抽取入列",
    "draws.drop_supplement": "补充抽取作废出列",
    "draws.take_back": "撤销席位改动",
    "draws.run_trial": "试抽取",
    "draws.freeze_draw": "冻结评委库，准备抽取",
    "draws.contribute": "提交随机数承诺",
    "draws.reveal": "公开随机数",
    "draws.close_commitments": "截止承诺",
    "draws.abandon_attempt": "放弃本次准备",
    "draws.execute_draw": "正式抽取",
    "draws.request_void": "申请抽取作废",
    "draws.withdraw_void": "撤回作废申请",
    "draws.void_draw": "抽取作废",
    "draws.show_names": "投影上显示姓名",
    "draws.export_list": "导出列表",
    "draws.export_roster": "导出评委名单",
    "draws.export_unmasked": "导出含手机号的名单",
    "draws.lock_roster": "锁定名单",
    "draws.unlock_roster": "解除名单锁定",
    "draws.print_document": "生成抽取文书",
    "draws.confirm_seat": "确认参评",
    "draws.decline_seat": "确认不参评",
    "draws.revert_seat": "移除答复",
    "draws.choose_alternate": "另选递补",
    "draws.log_contact": "登记联系记录",
    "draws.release_roster": "发布名单",
    "draws.move_deadline": "更正答复截止时间",
    "draws.write_messages": "写信息和答复链接",
    "draws.hand_on_messages": "发送信息",
    "draws.mark_messages": "登记信息已送达",
    "draws.cancel_messages": "取消信息",
    "draws.read_message": "阅读信息全文",
    "draws.print_messages": "打印答复通知",
    "draws.remind_experts": "提醒未答复的专家",
    "draws.reschedule_meeting": "会议改期",
}

_DETAILS: dict[str, str] = {
    "permission": "所需权限",
    "path": "访问地址",
    "method": "请求方式",
    "reason": "原因",
    "reasons": "原因",
    "opinion": "意见",
    "rows": "行数",
    "sha256": "文件摘要",
    "filename": "文件名",
    "filters": "查询条件",
    "size": "字节数",
    "attachment": "附件序号",
    "username": "账号",
    "real_name": "姓名",
    "role": "角色",
    "office": "所属办公室",
    "committee": "评委会",
    "unit": "单位",
    "code": "代码",
    "codes": "代码",
    "level": "级别",
    "basis": "组建方式",
    "specialties": "专业",
    "number": "业务编号",
    "title": "名称",
    "kind": "类别",
    "version": "版本",
    "attempt": "第几次准备",
    "party": "参与方",
    "commitment": "承诺值",
    "commit_hash": "承诺汇总",
    "pool_root": "评委库摘要",
    "rules_hash": "规则摘要",
    "lottery_hash": "抽签方案摘要",
    "seed": "种子",
    "transcript": "抽取记录摘要",
    "primaries": "正选人数",
    "alternates": "备选人数",
    "trials": "已试抽次数",
    "changed": "修改内容",
    "revision": "保存次数",
    "source": "来源",
    "counts": "计数",
    "rows_digest": "内容摘要",
    "new_units": "新增单位数",
    "rule": "规则",
    "key": "规则代码",
    "value": "数值",
    "enforcement": "执行方式",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "list": "列表",
    "self_held": "本人保管",
    "answer_by": "答复截止",
    "messages": "信息条数",
    "failed": "未发出",
    "message": "信息序号",
    "channel": "渠道",
    "asked_again": "重新征询人数",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "place": "地点",
    "members": "委员人数",
    "document": "文书",
    "masked": "姓名遮盖",
    "digest": "名单指纹",
    "head": "签署内容指纹",
    "roster": "名单序号",
    "event": "名单第几步",
    "seat": "签号",
    "entered": "入席签号",
    "left": "离席签号",
    "choice": "席位去向",
    "self": "本人答复",
    "outcome": "联系结果",
    "supplement": "补充抽取",
    "seats": "席位数",
    "first": "首次抽取",
    "round": "轮次",
    "gaps": "空缺席位",
    "steps": "步数",
    "nonce": "随机数",
    "pool": "在库人数",
    "eligible": "可抽人数",
    "parties_min": "参与方至少",
    "observers_min": "监督人员至少",
    "mode": "抽取方式",
    "from": "原状态",
    "to": "新状态",
}

_ROLES: dict[str, str] = {}
# Codes in words, by the key of the detail that carries them.
_VALUES: dict[str, dict[str, str]] = {}

# Pairs of keys that hold the old state and the new one.
CHANGES = (("before", "after"), ("from", "to"))


@dataclass(frozen=True, slots=True)
class Line:
    """One detail in words. `old` and `new` where the entry tells a change, else `value`."""

    name: str
    value: str = ""
    old: str = ""
    new: str = ""
    change: bool = False


def register_words(
    actions: Mapping[str, str] | None = None,
    details: Mapping[str, str] | None = None,
    roles: Mapping[str, str] | None = None,
    areas: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Name actions, keys of details, roles, chapters and codes in Chinese. What is named here wins over the table above."""
    _ACTIONS.update(actions or {})
    _DETAILS.update(details or {})
    _ROLES.update(roles or {})
    _AREAS.update(areas or {})
    for key, words in (values or {}).items():
        _VALUES.setdefault(key, {}).update(words)


def actions() -> dict[str, str]:
    """Every action that has a name, by code."""
    return dict(_ACTIONS)


def areas() -> list[tuple[str, str]]:
    """The chapters an action may belong to."""
    return list(_AREAS.items())


def action_word(code: str) -> str:
    """The action in Chinese; the bare code for one that nobody named."""
    return _ACTIONS.get(code, code)


def detail_word(key: str) -> str:
    """The name of a detail; the bare key for one that nobody named."""
    return _DETAILS.get(key, key)


def role_word(role: str) -> str:
    """The role in Chinese."""
    return _ROLES.get(role, role)


def subject_word(subject_type: str) -> str:
    """What kind of thing an entry is about, from the model's own name."""
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type


def detail_lines(details: Mapping[str, Any]) -> list[Line]:
    """The details of an entry in words: changes field by field, the rest as name and value."""
    lines: list[Line] = []
    told: set[str] = set()
    for old_key, new_key in CHANGES:
        old, new = details.get(old_key), details.get(new_key)
        if isinstance(old, dict) and isinstance(new, dict):
            told |= {old_key, new_key}
            lines += _changes(old, new)
    lines += [
        Line(name, value)
        for key, one in details.items()
        if key not in told
        for name, value in _flat(key, one)
    ]
    return lines


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Line]:
    for key in [*old, *(key for key in new if key not in old)]:
        if _shown(old.get(key)) != _shown(new.get(key)):
            yield Line(
                detail_word(key), old=_shown(old.get(key)), new=_shown(new.get(key)), change=True
            )


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for inner, one in value.items():
            yield f"{detail_word(key)}·{detail_word(inner)}", _said(inner, one)
    else:
        yield detail_word(key), _said(key, value)


def _said(key: str, value: Any) -> str:
    """A code in its words where it has any."""
    words = _VALUES.get(key, {})
    return words[value] if isinstance(value, str) and value in words else _shown(value)


def _shown(value: Any) -> str:
    if value is None or value == "" or value in ([], {}):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        return "、".join(_shown(one) for one in value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
