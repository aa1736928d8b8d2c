"""Everybody's exact chance: counted right, told right, and people named only to those who may see names."""

import json
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

import fairdraw
from mingqian.draws.models import Draw
from mingqian.draws.queries.ceremony import frozen_plan, frozen_pool
from mingqian.draws.queries.chances import chances_of, chances_of_draw
from mingqian.draws.services.trial import run_trial
from mingqian.draws.views.chance_page import MOST_BARS, Person, picture_chances
from mingqian.draws.words import certificate_words, chance_words, mode_words
from mingqian.experts.models import Expert
from tests.factories.ceremonies import executed, frozen, make_cast
from tests.factories.draws import make_application, make_ground

SCARCE = {"建筑设计": 16, "结构工程": 16, "给水排水": 8}


def solved(*people, strata, **plan):
    """A solution over (id, employer, strata) rows."""
    pool = fairdraw.Pool([fairdraw.Candidate(i, e, s) for i, e, s in people])
    return fairdraw.solve(pool, fairdraw.Plan(strata=strata, **plan))


def crowd(number, *, stratum="a", employer=None):
    return [(f"{stratum}{n}", employer or f"e{stratum}{n}", (stratum,)) for n in range(number)]


def chances(solution, *, eligible=0, **names):
    return chances_of(solution, names, eligible=eligible)


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (Fraction(3, 47), "3/47 ≈ 6.4%"),
        (Fraction(1, 2), "1/2 = 50%"),
        (Fraction(1, 8), "1/8 = 12.5%"),
        (Fraction(25, 100_003), "约 0.025%"),
        (Fraction(3, 19) + Fraction(1, 2**40), "约 3/19（15.8%）"),
        (Fraction(1, 4000), "1/4000 = 0.025%"),
        (Fraction(2, 3_000_001), "约 0.000067%"),
        (Fraction(0), "0（不会抽中）"),
        (Fraction(1), "100%（必然抽中）"),
    ],
)
def test_a_chance_is_said_as_a_fraction_and_a_percentage(chance, words):
    assert chance_words(chance) == words


def test_the_certificate_is_a_sentence_that_a_clerk_understands():
    proved, _, own = certificate_words(Fraction(3, 47), Fraction(3, 47))
    assert proved == "任何抽法都不可能让机会最小的人多于 3/47 ≈ 6.4%。"
    assert own == "本次抽取机会最小的人为 3/47 ≈ 6.4%，已达到这个上限。"
    near = certificate_words(Fraction(1, 29), Fraction(1, 29) - Fraction(1, 2**40))
    assert near[2].endswith("不到百万分之一。")
    assert "相差 0.5 个百分点" in certificate_words(Fraction(1, 10), Fraction(95, 1000))[2]
    assert "排除" in certificate_words(Fraction(0), Fraction(0))[0]


@pytest.mark.parametrize(
    ("mode", "words"),
    [("S", "分专业直接抽签"), ("B", "兼顾专业与单位上限"), ("Z", "Z")],
)
def test_the_mode_is_said_in_words_and_an_unknown_one_by_its_letter(mode, words):
    assert mode_words(mode) == words


def test_mode_l_is_said_in_words():
    assert mode_words("L") == "一般规则，公布全部可能名单后抽签"


def test_chances_are_counted_as_exact_fractions():
    solution = solved(*crowd(7), strata=(fairdraw.Stratum("a", 2, 1),))
    data = chances(solution, a="建筑")
    assert data["mode"] == "S"
    assert data["bound"] == data["lowest"] == [2, 7]
    assert data["charts"] == [
        {"code": "a", "name": "建筑", "primary": 2, "people": 7, "steps": [[2, 7, 7, False]]}
    ]
    assert data["extremes"] == []


def test_the_steps_of_a_stratum_add_up_to_its_seats_and_fall():
    people = [*crowd(9), *[(f"x{n}", "big", ("a",)) for n in range(12)]]
    solution = solved(*people, strata=(fairdraw.Stratum("a", 6, 2),), employer_cap=2)
    (chart,) = chances(solution)["charts"]
    steps = [(Fraction(n, d), count, touched) for n, d, count, touched in chart["steps"]]
    assert sum(chance * count for chance, count, _ in steps) == 6
    assert [chance for chance, _, _ in steps] == sorted((c for c, _, _ in steps), reverse=True)
    assert [(count, touched) for _, count, touched in steps] == [(9, False), (12, True)]


def test_people_above_one_half_and_without_a_chance_are_told_with_the_reason():
    member = fairdraw.Member("chair", employer="full")
    people = [*crowd(3), ("poor", "full", ("a",)), *crowd(4, stratum="b")]
    strata = (fairdraw.Stratum("a", 2, 0), fairdraw.Stratum("b", 0, 1))
    solution = solved(*people, strata=strata, employer_cap=1, designated=(member,))
    told = {
        (run["why"], tuple(run["chance"])): run["number"] for run in chances(solution)["extremes"]
    }
    assert told == {("RULES", (2, 3)): 3, ("UNIT_FULL", (0, 1)): 1, ("NO_PRIMARY", (0, 1)): 4}


def test_people_whose_specialty_has_no_seat_are_counted_not_listed():
    data = chances(solved(*crowd(7), strata=(fairdraw.Stratum("a", 2, 1),)), eligible=12)
    assert data["unseated"] == 5
    assert data["extremes"] == []


def test_a_general_lottery_is_told_like_the_others():
    people = [
        fairdraw.Candidate(f"p{n}", f"e{n % 9}", ("a",), values=(("sex", "fm"[n % 3 > 0]),))
        for n in range(30)
    ]
    quota = fairdraw.Quota("sex", ("f",), low=4)
    plan = fairdraw.Plan((fairdraw.Stratum("a", 6, 2),), employer_cap=2, quotas=(quota,))
    data = chances(fairdraw.solve(fairdraw.Pool(people), plan), eligible=30)
    (chart,) = data["charts"]
    assert data["mode"] == "L"
    assert sum(Fraction(n, d) * count for n, d, count, _ in chart["steps"]) == 6
    assert Fraction(*data["lowest"]) <= Fraction(*data["bound"])


def test_thousands_are_drawn_as_one_block_of_their_width():
    solution = solved(*crowd(3000), strata=(fairdraw.Stratum("a", 3, 0),))
    shown = picture_chances(chances(solution), lambda key: Person(key, key))
    (run,) = shown.pictures[0].runs
    assert len(run.bars) == 1
    assert float(run.bars[0].width) > 190
    assert run.words == "1/1000 = 0.1%·3000 人"
    few = solved(*crowd(MOST_BARS), strata=(fairdraw.Stratum("a", 3, 0),))
    (run,) = picture_chances(chances(few), lambda key: Person(key, key)).pictures[0].runs
    assert len(run.bars) == MOST_BARS


def test_all_strata_share_one_scale_and_bars_stay_inside():
    strata = (fairdraw.Stratum("a", 2, 0), fairdraw.Stratum("b", 1, 0))
    solution = solved(*crowd(3), *crowd(60, stratum="b"), strata=strata)
    shown = picture_chances(chances(solution), lambda key: Person(key, key))
    assert {picture.grid[1][2] for picture in shown.pictures} == {"100%"}
    for picture in shown.pictures:
        for bar in (bar for run in picture.runs for bar in run.bars):
            assert 0 <= float(bar.y) <= 88.5
            assert float(bar.x) + float(bar.width) <= 232.5


@pytest.fixture
def cast(monkeypatch):
    made = make_cast(SCARCE)
    monkeypatch.setattr(timezone, "now", lambda: made.at)
    return made


def see(client, user, url):
    client.force_login(user)
    page = client.get(url)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.django_db
def test_the_picture_of_a_draw_is_that_of_its_frozen_bytes(cast):
    draw = frozen(cast)
    data = chances_of_draw(draw)
    solution = fairdraw.solve(frozen_pool(draw), frozen_plan(draw))
    assert Fraction(*data["bound"]) == solution.bound
    assert sum(chart["people"] for chart in data["charts"]) == 40
    above = [id for id, chance in solution.chances.items() if chance > Fraction(1, 2)]
    assert sorted(above) == sorted(p for run in data["extremes"] for p in run["people"])
    assert len(above) == 8


@pytest.mark.django_db
def test_what_a_draw_keeps_of_its_chances_follows_from_its_frozen_bytes(cast):
    draw = frozen(cast)
    kept = chances_of_draw(draw)
    draw.chances = None
    assert chances_of_draw(draw) == kept
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(chances=b"{}")


@pytest.mark.django_db
def test_bytes_that_do_not_fit_together_have_no_picture(client, cast):
    draw = frozen(cast)
    draw.chances, draw.solution = None, b'{"mode":"S"}'
    assert chances_of_draw(draw) is None


@pytest.mark.django_db
def test_the_stage_shows_chances_before_and_after_without_a_name(client, cast):
    draw = frozen(cast)
    names = set(draw.members.values_list("name", flat=True))
    address = f"/draws/{cast.application.number}/official"
    for user in (cast.clerk, cast.observer):
        page = see(client, user, address)
        assert "任何抽法都不可能让机会最小的人多于 5/16 ≈ 31.2%" in page
        assert "分专业直接抽签" in page
        assert "试抽取 0 次，不作结果" in page
        assert "5/8 = 62.5%·8 人" in page
        assert not [name for name in names if name in page]
    assert "投影遮名" in see(client, cast.clerk, address)


@pytest.mark.django_db
def test_after_the_draw_the_lots_stand_beside_the_codes(client, cast):
    draw = executed(cast)
    page = see(client, cast.observer, f"/draws/{cast.application.number}/official")
    above = {person for run in chances_of_draw(draw)["extremes"] for person in run["people"]}
    seat = draw.seats.filter(pseudonym__in=above).first()
    assert "任何抽法都不可能让机会最小的人多于" in page
    assert f"签 {seat.lot_code}" in page


@pytest.mark.django_db
def test_people_at_the_ends_are_named_on_the_record_to_those_who_may_see_names(client, cast):
    draw = frozen(cast)
    above = {person for run in chances_of_draw(draw)["extremes"] for person in run["people"]}
    names = set(draw.members.filter(pseudonym__in=above).values_list("name", flat=True))
    address = f"/draws/{cast.application.number}/"
    page = see(client, cast.clerk, address)
    assert all(name in page for name in names)
    page = see(client, cast.observer, address)
    assert not [name for name in names if name in page]
    assert "代号 " in page


@pytest.mark.django_db
def test_names_of_a_frozen_draw_come_by_a_logged_request(client, cast):
    draw = frozen(cast)
    client.force_login(cast.clerk)
    answer = client.post(f"/draws/{cast.application.number}/official/names", {"attempt": "1"})
    assert set(answer.json()) == {p for r in chances_of_draw(draw)["extremes"] for p in r["people"]}
    client.force_login(cast.observer)
    assert client.post(f"/draws/{cast.application.number}/official/names").status_code == 403


@pytest.mark.django_db
def test_a_trial_keeps_no_name_and_its_page_names_whom_the_chances_favour(client):
    committee, clerk, _ = make_ground(SCARCE)
    application = make_application(committee, clerk)
    trial = run_trial(application, key="a", by=clerk)
    kept = json.dumps(trial.summary, ensure_ascii=False)
    assert not [name for name in Expert.objects.values_list("name", flat=True) if name in kept]
    page = see(client, clerk, f"/draws/{application.number}/trial")
    scarce = Expert.objects.filter(memberships__specialties__name="给水排水")
    assert all(name in page for name in scarce.values_list("name", flat=True))
    assert "可抽 8 人，取 5 人" in page
    assert "任何抽法都不可能让机会最小的人多于 5/16 ≈ 31.2%" in page
