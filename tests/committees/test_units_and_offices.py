"""Units and offices: what is accepted, what is refused, what is logged."""

import pytest
from django.db import IntegrityError, transaction

from mingqian.audit.models import Event
from mingqian.committees import services
from mingqian.committees.models import CommitteeOffice, Status, Unit, UnitType
from mingqian.committees.services import NotAccepted
from tests.factories.committees import credit_code, make_office, make_unit

pytestmark = pytest.mark.django_db


def test_a_unit_is_known_by_its_credit_code():
    unit = services.save_unit(name=" 南江市第一建筑工程公司 ", uscc="11440000006939748g", by=None)
    assert (unit.name, unit.uscc) == ("南江市第一建筑工程公司", "11440000006939748G")
    again = services.save_unit(name="南江市第一建筑工程公司", uscc="11440000006939748G", by=None)
    assert again.pk == unit.pk
    assert Event.objects.filter(subject_type="committees.unit").count() == 1


@pytest.mark.parametrize(
    ("uscc", "message"),
    [
        ("11440000006939748H", "校验位"),
        ("1144000000693974", "18 位"),
        ("", "18 位"),
        ("一" * 18, "校验位"),
    ],
)
def test_a_wrong_credit_code_is_refused(uscc, message):
    with pytest.raises(NotAccepted, match=message) as refusal:
        services.save_unit(name="某单位", uscc=uscc, by=None)
    assert refusal.value.field == "uscc"
    assert not Unit.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "字" * 101, "单\x00位"])
def test_a_name_that_cannot_be_kept_is_refused(name):
    with pytest.raises(NotAccepted) as refusal:
        services.save_unit(name=name, uscc=credit_code(1), by=None)
    assert refusal.value.field == "name"


def test_a_new_name_turns_the_old_one_into_an_alias():
    unit = make_unit("南江设计院")
    renamed = services.save_unit(name="南江设计集团", uscc=unit.uscc, by=None)
    assert renamed.aliases == ["南江设计院"]
    back = services.save_unit(name="南江设计院", uscc=unit.uscc, by=None)
    assert back.aliases == ["南江设计集团"]


def test_two_units_in_use_never_share_a_name_but_a_closed_one_frees_it():
    first = make_unit("同名单位")
    with pytest.raises(NotAccepted):
        make_unit("同名单位")
    services.close_unit(first, by=None)
    assert make_unit("同名单位").status == Status.ACTIVE
    services.close_unit(first, by=None)
    assert Event.objects.filter(action="committees.close_unit").count() == 1


def test_what_an_import_does_not_know_of_a_unit_is_left_as_it_was():
    unit = make_unit(unit_type=UnitType.INSTITUTION, region_code="440101")
    services.save_unit(name=unit.name, uscc=unit.uscc, by=None)
    unit.refresh_from_db()
    assert (unit.unit_type, unit.region_code) == (UnitType.INSTITUTION, "440101")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"contact_mobile": "1380013800"}, "contact_mobile"),
        ({"contact_mobile": "23800138000"}, "contact_mobile"),
        ({"postcode": "51000"}, "postcode"),
        ({"contact_name": " "}, "contact_name"),
        ({"address": ""}, "address"),
    ],
)
def test_an_office_needs_ways_to_reach_it(facts, field):
    with pytest.raises(NotAccepted) as refusal:
        make_office(**facts)
    assert refusal.value.field == field
    assert not CommitteeOffice.objects.exists()


def test_the_database_refuses_an_unknown_status():
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=make_unit().pk).update(status="GONE")
