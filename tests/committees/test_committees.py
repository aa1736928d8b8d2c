"""Committees, filings, groups and meetings."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from mingqian.audit.models import Event
from mingqian.committees import queries, services
from mingqian.committees.models import (
    Committee,
    CommitteeFiling,
    CommitteeOffice,
    DisciplineGroup,
    GroupSpecialty,
    Series,
    Unit,
)
from mingqian.committees.services import NotAccepted
from mingqian.committees.terms import plus_years
from tests.factories.accounts import make_user
from tests.factories.committees import (
    groups_of,
    make_committee,
    make_filing,
    make_groups,
    make_office,
    make_specialties,
    make_unit,
)

pytestmark = pytest.mark.django_db


def test_the_27_series_are_there_with_their_titles():
    services.load_dictionaries()
    series = {each.code: each for each in Series.objects.all()}
    assert len(series) == 27
    assert series["05"].level_name(5) == "正高级工程师"
    assert series["05"].has_lowest_grade
    assert not series["01"].has_lowest_grade
    assert series["01"].level_name(1) == "员级"
    assert services.load_dictionaries() == 0


def test_specialty_codes_are_the_committees_and_two_digits():
    first = make_specialties(["建筑设计", "结构工程"], prefix="NJ0501")
    assert [s.code for s in first] == ["NJ050101", "NJ050102"]
    again = make_specialties(["结构工程", "桥梁工程"], prefix="NJ0501")
    assert [s.code for s in again] == ["NJ050102", "NJ050103"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"code": "nj0501"}, "code"), ({"level": "TOP"}, "level"), ({"basis": "ANY"}, "basis")],
)
def test_a_committee_of_wrong_kind_is_refused(facts, field):
    with pytest.raises(NotAccepted) as refusal:
        make_committee(specialties=make_specialties(["建筑设计"]), filed_from=None, **facts)
    assert refusal.value.field == field


def test_a_committee_judges_only_specialties_of_its_series():
    with pytest.raises(NotAccepted, match="系列"):
        make_committee(series="04", specialties=make_specialties(["建筑设计"], series="05"))


def test_code_and_name_are_unique():
    make_committee("建筑评委会", code="NJ0501")
    with pytest.raises(NotAccepted):
        make_committee("另一评委会", code="NJ0501")
    with pytest.raises(NotAccepted):
        make_committee("建筑评委会", code="NJ0502")


def test_only_the_hrss_lead_sets_up_committees():
    office = make_office()
    with pytest.raises(PermissionDenied):
        services.create_office(
            name="又一个", unit=office.unit, contact_name="甲", contact_mobile="13800138000", address="乙",
            by=make_user("reviewer"),
        )  # fmt: skip


class TestFiling:
    def test_it_lasts_three_years_at_most(self):
        committee = make_committee(filed_from=None)
        make_filing(committee, valid_from=date(2025, 3, 1), valid_to=date(2028, 3, 1))
        with pytest.raises(NotAccepted, match=r"不超过 3 年（.+第八条"):
            make_filing(committee, valid_from=date(2025, 3, 1), valid_to=date(2028, 3, 2))
        with pytest.raises(NotAccepted, match="晚于"):
            make_filing(committee, valid_from=date(2025, 3, 1), valid_to=date(2025, 3, 1))

    def test_the_database_itself_refuses_a_longer_one(self):
        filing = make_filing(make_committee(filed_from=None), valid_from=date(2025, 3, 1))
        for valid_to in (date(2028, 3, 2), date(2025, 2, 1)):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE committees_committeefiling SET valid_to = %s WHERE id = %s",
                    [valid_to, filing.pk],
                )
        CommitteeFiling.objects.filter(pk=filing.pk).update(valid_to=date(2028, 3, 1))

    def test_a_leap_day_is_counted_like_the_calendar(self):
        assert plus_years(date(2024, 2, 29), 3) == date(2027, 2, 28)
        make_filing(
            make_committee(filed_from=None),
            valid_from=date(2024, 2, 29),
            valid_to=date(2027, 2, 28),
        )

    def test_a_committee_is_offered_from_its_first_to_its_last_day(self):
        committee = make_committee(filed_from=None)
        make_filing(committee, valid_from=date(2026, 1, 1), valid_to=date(2026, 11, 22))
        clerk = make_user("clerk", committee.office)
        offered = [
            on.isoformat()
            for on in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 22), date(2026, 11, 23))
            if queries.committees_with_valid_filing(clerk, on).exists()
        ]
        assert offered == ["2026-01-01", "2026-11-22"]
        assert queries.filing_on(committee, date(2026, 11, 23)) is None

    def test_a_filing_number_is_entered_once(self):
        filing = make_filing(make_committee(filed_from=None))
        with pytest.raises(NotAccepted, match="已登记"):
            services.file_committee(
                filing.committee, filing_no=filing.filing_no, approver=filing.approver,
                valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31), by=None,
            )  # fmt: skip


class TestGroups:
    def test_a_specialty_belongs_to_one_group_of_a_year(self):
        committee = make_committee()
        with pytest.raises(NotAccepted, match="只能属于一个学科组"):
            make_groups(
                committee, 2026, [("甲组", ["建筑设计"]), ("乙组", ["建筑设计", "结构工程"])]
            )
        assert not DisciplineGroup.objects.exists()

    def test_the_database_itself_refuses_a_second_group(self):
        committee = make_committee()
        groups = make_groups(committee, 2026)
        first = GroupSpecialty.objects.filter(group=groups[0]).get()
        with pytest.raises(IntegrityError), transaction.atomic():
            GroupSpecialty.objects.create(
                group=groups[1], committee=committee, year=2026, specialty_id=first.specialty_id
            )

    def test_groups_keep_their_order_and_their_rows_when_set_again(self):
        committee = make_committee()
        made = make_groups(committee, 2026, [("甲组", ["建筑设计"]), ("乙组", ["结构工程"])])
        again = make_groups(
            committee, 2026, [("乙组", ["结构工程", "给水排水"]), ("甲组", ["建筑设计"])]
        )
        assert {g.pk for g in made} == {g.pk for g in again}
        assert groups_of(committee, 2026) == [
            ("乙组", ["结构工程", "给水排水"]),
            ("甲组", ["建筑设计"]),
        ]

    def test_a_group_left_out_goes_and_years_do_not_touch_each_other(self):
        committee = make_committee()
        make_groups(committee, 2025)
        make_groups(committee, 2026)
        make_groups(committee, 2026, [("综合组", ["建筑设计", "结构工程", "给水排水"])])
        assert len(groups_of(committee, 2025)) == 3
        [(name, specialties)] = groups_of(committee, 2026)
        assert name == "综合组"
        assert set(specialties) == {s.name for s in committee.specialties.all()}

    @pytest.mark.parametrize(
        "groups", [[("", ["建筑设计"])], [("甲组", ["建筑设计"]), ("甲组", ["结构工程"])]]
    )
    def test_groups_need_names_of_their_own(self, groups):
        with pytest.raises(NotAccepted):
            make_groups(make_committee(), 2026, groups)

    def test_a_foreign_specialty_is_refused(self):
        committee = make_committee()
        with pytest.raises(NotAccepted, match="不是该评委会"):
            services.set_groups(
                committee, 2026, groups=[("甲组", make_specialties(["眼科"]))], by=None
            )

    def test_another_office_may_not_set_them(self):
        committee = make_committee()
        with pytest.raises(PermissionDenied):
            services.set_groups(committee, 2026, groups=[], by=make_user("lead", make_office()))


def test_each_sees_what_is_theirs():
    mine = make_committee()
    make_committee()
    clerk = make_user("clerk", mine.office)
    for rows in (Committee, CommitteeOffice):
        assert rows.objects.visible_to(clerk).count() == 1, rows
        for role in ("reviewer", "hrss_lead", "observer"):
            assert rows.objects.visible_to(make_user(role)).count() == 2, (rows, role)
        assert not rows.objects.visible_to(make_user("sysadmin")).exists()
    assert Unit.objects.visible_to(clerk).count() == Unit.objects.count()
    assert not Unit.objects.visible_to(make_user("sysadmin")).exists()


def test_every_deed_leaves_one_entry_in_the_log():
    before = Event.objects.count()
    unit = make_unit()
    office = make_office(unit=unit)
    committee = make_committee(office=office, convening_unit=unit, filed_from=None)
    make_filing(committee)
    make_groups(committee)
    assert [e.action for e in Event.objects.order_by("seq")[before:]] == [
        "committees.add_unit",
        "committees.create_office",
        "committees.add_specialties",
        "committees.create_committee",
        "committees.file_committee",
        "committees.set_groups",
    ]
    assert Series.objects.count() == 27
