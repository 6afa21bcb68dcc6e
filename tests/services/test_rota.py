"""Who works when: work goes to a colleague and comes back; teams; the clinic's own calendar."""

from datetime import date, timedelta

import pytest

from diary.domain.errors import Refusal
from diary.services import covers, teams, working_days
from diary.storage.rota import cover_of, covers_from, members
from tests.little_clinic import FIRST_DAY, LittleClinic, at

MONDAY = date(2026, 1, 12)
NOW = at(MONDAY)


def cover(clinic: LittleClinic, absent, stand_in, first: date, last: date) -> None:
    with clinic.unit(write=True) as session:
        covers.arrange_cover(
            session, absent=absent, cover=stand_in, first_day=first, last_day=last, reason="leave", now=NOW
        )


def test_the_work_of_who_is_away_goes_to_the_cover_and_comes_back_by_itself(clinic):
    anna, bram = clinic.person("Anna"), clinic.person("Bram")
    friday = MONDAY + timedelta(days=4)
    cover(clinic, anna, bram, MONDAY, friday)

    with clinic.unit() as session:
        assert covers.stand_ins(session, MONDAY) == {anna.id: bram.id}
        assert covers.whose_work(session, bram.id, friday) == [bram.id, anna.id]
        assert covers.whose_work(session, anna.id, friday) == []
        assert covers.whose_work(session, anna.id, friday + timedelta(days=1)) == [anna.id]


def test_a_cover_who_is_away_too_is_covered_in_turn(sqlite_clinic):
    anna, bram, carla = (sqlite_clinic.person(name) for name in ("Anna", "Bram", "Carla"))
    cover(sqlite_clinic, anna, bram, MONDAY, MONDAY)
    cover(sqlite_clinic, bram, carla, MONDAY, MONDAY)

    with sqlite_clinic.unit() as session:
        assert covers.whose_work(session, carla.id, MONDAY) == [carla.id, anna.id, bram.id]


def test_where_all_of_a_circle_are_away_the_work_stays_where_it_is(sqlite_clinic):
    anna, bram = sqlite_clinic.person("Anna"), sqlite_clinic.person("Bram")
    cover(sqlite_clinic, anna, bram, MONDAY, MONDAY)
    cover(sqlite_clinic, bram, anna, MONDAY, MONDAY)

    with sqlite_clinic.unit() as session:
        assert covers.whose_work(session, anna.id, MONDAY) == [anna.id]
        assert covers.whose_work(session, bram.id, MONDAY) == [bram.id]


def test_two_cannot_cover_for_one_on_the_same_day_nor_one_for_themselves(sqlite_clinic):
    anna, bram, carla = (sqlite_clinic.person(name) for name in ("Anna", "Bram", "Carla"))
    cover(sqlite_clinic, anna, bram, MONDAY, MONDAY + timedelta(days=4))

    for absent, stand_in, first, last, code in (
        (anna, carla, MONDAY + timedelta(days=4), MONDAY + timedelta(days=9), "cover_overlaps"),
        (carla, carla, MONDAY, MONDAY, "cover_not_possible"),
        (carla, anna, MONDAY, MONDAY - timedelta(days=1), "ends_before_start"),
    ):
        with pytest.raises(Refusal) as refused:
            cover(sqlite_clinic, absent, stand_in, first, last)
        assert refused.value.code == code


def test_a_cover_that_is_ended_early_keeps_the_days_it_had(sqlite_clinic):
    anna, bram = sqlite_clinic.person("Anna"), sqlite_clinic.person("Bram")
    cover(sqlite_clinic, anna, bram, MONDAY - timedelta(days=3), MONDAY + timedelta(days=4))
    cover(sqlite_clinic, bram, anna, MONDAY + timedelta(days=7), MONDAY + timedelta(days=9))

    with sqlite_clinic.unit(write=True) as session:
        running = cover_of(session, anna.id, MONDAY - timedelta(days=3))
        ahead = cover_of(session, bram.id, MONDAY + timedelta(days=7))
        covers.end_cover(session, running, anna, now=NOW)
        covers.end_cover(session, ahead, bram, now=NOW)

    with sqlite_clinic.unit() as session:
        assert covers.stand_ins(session, MONDAY) == {}
        (kept,) = covers_from(session, FIRST_DAY)
        assert kept.last_day == MONDAY - timedelta(days=1)


def test_a_clinic_keeps_its_own_working_days(clinic):
    with clinic.unit(write=True) as session:
        working_days.set_weekdays(session, ["sat", "mon"], now=NOW)
        working_days.add_holiday(session, first_day=MONDAY, last_day=MONDAY, name="Fair", now=NOW)

    with clinic.unit() as session:
        assert working_days.working_days(session, MONDAY).first_from(MONDAY) == MONDAY + timedelta(days=5)

    with clinic.unit(write=True) as session:
        working_days.take_back_holiday(session, first_day=MONDAY, last_day=MONDAY, now=NOW)
        assert working_days.working_days(session, MONDAY).first_from(MONDAY) == MONDAY


def test_people_join_and_leave_a_team_once(sqlite_clinic):
    anna = sqlite_clinic.person("Anna")
    with sqlite_clinic.unit(write=True) as session:
        team = teams.add_team(session, name="Hand", now=NOW)
        teams.join_team(session, team, anna, now=NOW)
        teams.join_team(session, team, anna, now=NOW)
        assert [row.staff_id for row in members(session)] == [anna.id]
        teams.leave_team(session, team, anna, now=NOW)
        assert members(session) == []
        with pytest.raises(Refusal, match="Another team"):
            teams.add_team(session, name="Hand", now=NOW)
