"""What the log's codes of this chapter mean in Chinese."""

ACTIONS = {
    "experts.upload_register": "上传评委库名册",
    "experts.import_pool": "导入评委库名册",
    "experts.drop_import": "放弃导入",
    "experts.download_bad_rows": "下载有误的行",
    "experts.admit_expert": "登记入库",
    "experts.change_expert": "修改专家信息",
    "experts.change_membership": "修改入库信息",
    "experts.suspend_membership": "暂停抽取",
    "experts.restore_membership": "恢复抽取",
    "experts.add_unavailability": "登记不可用时段",
    "experts.withdraw_unavailability": "撤销不可用时段",
    "experts.reveal_field": "查看完整号码",
    "experts.export_pool": "导出专家名单",
}
DETAILS = {
    "committee": "评委会",
    "counts": "各类行数",
    "new_units": "新增单位数",
    "rows_digest": "逐行结果摘要",
    "size": "文件大小",
    "changes": "变更",
    "field": "栏目",
    "from_on": "起",
    "to_on": "止",
}
FIELDS = {"id": "证件号码", "mobile": "手机"}
