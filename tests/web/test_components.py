"""Components draw what they are given, escape it, and carry neither inline style nor inline script."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template

from mingqian.web import charts
from mingqian.web.components import (
    Check,
    CoverageRow,
    FunnelStage,
    MonthFigures,
    Notice,
    Step,
    Tab,
    TimelineEntry,
)
from mingqian.web.vendoring import ICONS, VENDOR
from tests import html

DIGEST = "bc6696ed77b5d8f0b87cb8bff46af33b5f55a80d894314f81821afd2ce709986"
NASTY = '<i onclick="x">甲&\'</i>'


def draw(source: str, **context) -> str:
    text = Template("{% load web %}" + source).render(Context(context))
    assert html.faults(text, fragment=True) == []
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<script|javascript:", text)
    return text


class Sample(forms.Form):
    name = forms.CharField(label="名称", help_text="与备案一致")
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    agreed = forms.BooleanField(label="已核对")
    mode = forms.ChoiceField(
        label="方式", choices=[("G", "按学科组"), ("W", "不按学科组")], widget=forms.RadioSelect
    )
    several = forms.MultipleChoiceField(
        label="原因", choices=[("1", "一"), ("2", "二")], widget=forms.CheckboxSelectMultiple
    )

    def clean(self):
        raise forms.ValidationError("两处不能同时为空")


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in draw('{% icon "home" %}')
    assert 'role="img" aria-label="关闭"' in draw('{% icon "x" size=14 label="关闭" %}')


def test_every_icon_of_the_sprite_is_there_once():
    names = re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text())
    assert sorted(names) == sorted(set(ICONS))


def test_vendored_files_are_those_of_the_record():
    import hashlib

    record = (VENDOR / "VENDORED.md").read_text()
    for path in VENDOR.iterdir():
        if path.name != "VENDORED.md":
            assert hashlib.sha256(path.read_bytes()).hexdigest() in record, path.name


def test_a_field_ties_label_hint_and_error_to_its_control():
    form = Sample({})
    text = draw('{% field f.name w=6 aside="自动" unit="人" %}', f=form)
    assert '<label class="field-label" for="id_name">' in text
    assert 'aria-describedby="id_name-error id_name-hint"' in text
    assert 'aria-invalid="true"' in text
    assert 'id="id_name-error"' in text
    assert "与备案一致" in text


def test_every_kind_of_control_has_its_field():
    form = Sample()
    for name in form.fields:
        assert f'id="id_{name}-field"' in draw(f"{{% field f.{name} %}}", f=form)
    text = draw("{% choice_cards f.mode notes=notes %}", f=form, notes={"G": NASTY})
    assert "<strong>按学科组</strong>" in text
    assert "&lt;i onclick" in text


def test_errors_are_summed_up_with_links_to_their_fields():
    text = draw("{% error_summary f %}", f=Sample({}))
    assert 'href="#id_name"' in text
    assert "两处不能同时为空" in text
    assert "有 5 处需要修改" in text
    assert draw("{% error_summary f %}", f=Sample()).strip() == ""


def test_the_stepper_says_where_we_are():
    steps = [
        Step("草稿", "周若岚", "done"),
        Step("审核", NASTY, "here"),
        Step("抽取"),
        Step("作废", "", "stopped"),
    ]
    text = draw("{% stepper s %}", s=steps)
    assert text.count('aria-current="step"') == 1
    assert "&lt;i onclick" in text


def test_a_timeline_groups_by_year_and_shows_local_time():
    entries = [
        TimelineEntry(datetime(2026, 1, 1, 1, tzinfo=UTC), "退回", quote=NASTY, tone="red"),
        TimelineEntry(date(2025, 12, 31), "入库", url="/x"),
    ]
    text = draw("{% timeline e years=1 %}", e=entries)
    assert "2026 年" in text
    assert "2025 年" in text
    assert "2026-01-01 09:00" in text
    assert ">2025-12-31<" in text


def test_checks_come_worst_first_and_the_tally_counts_them():
    rows = [
        Check("pass", "单数"),
        Check("warn", "偏少", citation="规则库 P-01"),
        Check("block", NASTY, deeds=[("定位", "#a")]),
    ]
    text = draw("{% checks rows %}{% tally rows %}", rows=rows)
    assert text.index('class="block"') < text.index('class="warn"') < text.index('class="pass"')
    assert "项不符合" in text


def test_a_blocked_deed_names_every_reason_and_citation():
    notice = Notice("暂不能锁定", [("少于 3 人", "第二十一条"), ("非单数", "")], key="why")
    text = draw("{% notice n %}", n=notice)
    assert 'id="why"' in text
    assert "<cite>第二十一条</cite>" in text
    assert draw("{% notice n %}", n=None).strip() == ""


def test_a_hash_stands_in_four_columns_of_four_digits():
    text = draw("{% hashgrid h %}{% hashshort h %}", h=DIGEST)
    assert text.count("<b>") == 16
    assert "<b>BC66</b>" in text
    assert "BC66 96ED" in text


@pytest.mark.parametrize(
    ("available", "need", "state", "words"),
    [
        (31, 4, "ok", "7.8 倍"),
        (8, 4, "warn", "2.0 倍"),
        (2, 2, "bad", "1.0 倍"),
        (5, 0, "", "不设席位"),
    ],
)
def test_coverage_prints_its_number_beside_its_colour(available, need, state, words):
    text = draw("{% coverage a n %}", a=available, n=need)
    assert words in text
    assert f'class="coverage {state}"' in text or not state


def test_bars_never_leave_their_frame():
    assert 'width="100.00"' in draw("{% bar 9 3 %}")
    assert 'width="0.00"' in draw("{% bar 3 0 %}")


def test_tabs_funnel_empty_progress_and_pill():
    text = draw(
        '{% tabs t %}{% funnel f %}{% empty "inbox" "无" text="去做" url="/x" label="做" %}{% progress 1 4 "核对" %}{% pill "blue" n %}',
        t=[Tab("未确认", "?a=1", 9, True), Tab("全部", "?")],
        f=[FunnelStage("327", "在库"), FunnelStage("38", "可满足", "bad", "40")],
        n=NASTY,
    )
    assert text.count('aria-current="page"') == 1
    assert "25%" in text


def test_charts_carry_their_figures_as_a_table_too():
    months = [MonthFigures(f"{m}月", m % 4, m * 9, str(m)) for m in range(1, 13)]
    drawn = charts.columns_and_line("抽取", months, column_name="次数", line_name="人次")
    narrow = charts.columns_and_line(
        "抽取", months, column_name="次数", line_name="人次", width=340
    )
    text = draw("{% chart c n %}", c=drawn, n=narrow)
    assert "以表格查看" in text
    assert "<td>3月</td>" in text
    rows = [CoverageRow(NASTY, 4, 3), CoverageRow("无席位", 9, 0), CoverageRow("足", 64, 7)]
    text = draw("{% chart c %}", c=charts.coverage("覆盖", rows))
    assert "不足 1.5 倍" in text
    assert "64 人，9.1 倍" in text


def test_an_empty_year_still_draws():
    assert charts.columns_and_line("抽取", [], column_name="次数").shapes
    assert charts.coverage("覆盖", []).shapes


@pytest.mark.parametrize("value", [0, 3, 4, 5, 7, 12, 61, 214, 240, 1126, 9999])
def test_axes_end_on_round_numbers_not_far_above(value):
    top = charts.nice_top(value)
    assert top % 4 == 0
    assert value <= top <= max(value * 2, 4)


def test_waiting_and_deadlines_are_said_as_people_say_them():
    from mingqian.web.todos import span

    assert span(timedelta(seconds=20)) == "1 分钟"
    assert span(timedelta(hours=3, minutes=59)) == "3 小时"
    assert span(timedelta(days=1, hours=18)) == "1 天 18 小时"
    assert span(timedelta(days=76, hours=5)) == "76 天"
