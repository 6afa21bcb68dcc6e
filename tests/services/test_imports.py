"""Existing diaries come in whole or not at all, and never ring for what is past."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from diary.services.brought_in import BroughtIn, brought_in
from diary.services.courses import close_course
from diary.services.csv_reading import BadCsv
from diary.services.entries import correct
from diary.services.history_reading import read_history
from diary.services.imports import bring_in
from diary.services.verify import compare
from diary.storage.courses import administrations_of, courses_of, days_of
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, LittleClinic, at, found

TODAY = FIRST_DAY + timedelta(days=100)
INFUSIONS = "pseudonym,course,first_day,last_day,agent,dose,setting\n"
ONE = f"{INFUSIONS}P-1,1,2026-01-05,2026-01-09,s_ketamine,100 h by relief,inpatient\n"


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


@pytest.fixture
def little(sqlite_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(sqlite_url)
    yield found(engine)
    engine.dispose()


def diary_of(pseudonym: str, first_day: date, scores: str, *, course: str = "1") -> str:
    """Rows for scores drawn as text; "." is a day without an answer."""
    rows = [
        f"{pseudonym},{course},{first_day + timedelta(days=offset)},{word}\n"
        for offset, word in enumerate(scores.split())
        if word != "."
    ]
    return "".join(rows)


def load(clinic: LittleClinic, folder: Path, diaries: str, infusions: str = ONE) -> list:
    """Read two files and bring them in, in one transaction."""
    header = "pseudonym,course,day,nrs\n"
    (folder / "diaries.csv").write_text(header + diaries, encoding="utf-8")
    (folder / "infusions.csv").write_text(infusions, encoding="utf-8")
    history = read_history(folder / "diaries.csv", folder / "infusions.csv", today=TODAY)
    with clinic.unit(write=True) as session:
        return list(
            bring_in(session, history, zone="Europe/Amsterdam", locale="en", today=TODAY, now=at(TODAY))
        )


def refused(clinic: LittleClinic, folder: Path, diaries: str, infusions: str = ONE) -> list[str]:
    """What an import says that must not go in; and that nothing of it did."""
    with pytest.raises(BadCsv) as bad:
        load(clinic, folder, diaries, infusions)
    with clinic.unit() as session:
        for table in (Patient, Entry):
            assert session.scalar(select(func.count()).select_from(own(session, table).subquery())) == 0
    return str(bad.value).splitlines()


BEFORE = FIRST_DAY - timedelta(days=14)
AFTER = FIRST_DAY + timedelta(days=5)


def test_a_diary_becomes_entries_and_a_course_with_its_own_baseline(clinic, tmp_path):
    (done,) = load(clinic, tmp_path, diary_of("P-1", BEFORE, "8 " * 14) + diary_of("P-1", AFTER, "2 3 . 2"))
    assert (done.admitted, done.answers, done.infusions) == (True, 17, 1)
    with clinic.unit() as session:
        (course,) = courses_of(session, done.patient.id)
        assert (course.status, course.first_infusion_day, course.imported_at) == (
            "open",
            FIRST_DAY,
            at(TODAY),
        )
        assert list(days_of(session, course.id).days[14 + 5 :]) == [2, 3, 255, 2]
        (given,) = administrations_of(session, done.patient.id)
        assert (given.agent, given.dose_as_written) == ("s_ketamine", "100 h by relief")
        entries = versions_of(session, done.patient.id)
        assert {entry.source for entry in entries} == {"import"}
        assert {entry.received_at for entry in entries} == {at(TODAY)}


# On the day of the import: a patient who lost relief, one who fell silent, and one who never had any.
HISTORIES = {"loss": "2 " * 30 + "8 " * 66, "silent": "2 " * 30, "no_response": "8 " * 96}


def bring_in_three(clinic: LittleClinic, folder: Path) -> list[int]:
    names = [f"P-{number}" for number in range(1, len(HISTORIES) + 1)]
    diaries = "".join(
        diary_of(name, BEFORE, "8 " * 14) + diary_of(name, AFTER, scores)
        for name, scores in zip(names, HISTORIES.values(), strict=True)
    )
    row = ONE.removeprefix(INFUSIONS)
    infusions = INFUSIONS + "".join(row.replace("P-1", name) for name in names)
    return [done.patient.id for done in load(clinic, folder, diaries, infusions)]


def summary(clinic: LittleClinic, day: date) -> BroughtIn | None:
    with clinic.unit() as session:
        return brought_in(session, at(day))


def test_imported_history_rings_no_bell_for_14_nights(clinic, tmp_path):
    ids = bring_in_three(clinic, tmp_path)
    clinic.run_nights(TODAY + timedelta(days=13), first=TODAY)
    assert [alert for patient_id in ids for alert in clinic.alerts(patient_id)] == []
    clinic.run_nights(TODAY + timedelta(days=14))
    kinds = [alert.kind for patient_id in ids for alert in clinic.alerts(patient_id)]
    assert kinds == ["silence"] * 3, "nobody has answered since"


def test_one_summary_tells_what_the_first_night_finds_in_it(clinic, tmp_path):
    bring_in_three(clinic, tmp_path)
    rings = TODAY + timedelta(days=14)
    assert summary(clinic, TODAY) == BroughtIn(3, {}, at(rings))
    clinic.run_nights(TODAY, first=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    assert summary(clinic, tomorrow) == BroughtIn(3, dict.fromkeys(HISTORIES, 1), at(rings))
    assert summary(clinic, rings) is None


def test_a_course_that_ended_is_no_part_of_the_summary(clinic, tmp_path):
    (done,) = load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"))
    with clinic.unit(write=True) as session:
        (course,) = courses_of(session, done.patient.id)
        close_course(session, course, closing="day_limit", now=at(TODAY))
    assert summary(clinic, TODAY) is None


def test_the_treated_area_completes_the_question_of_the_course_that_comes_in(clinic, tmp_path):
    header = INFUSIONS.replace("setting\n", "setting,treated_area\n")
    row = ONE.removeprefix(INFUSIONS).replace("\n", ",in your left foot\n")
    (done,) = load(clinic, tmp_path, diary_of("P-1", AFTER, "2"), header + row)
    with clinic.unit() as session:
        (course,) = courses_of(session, done.patient.id)
        assert course.treated_area == "in your left foot"


def test_a_second_course_closes_the_first_and_carries_its_baseline_when_relief_lasted(clinic, tmp_path):
    infusions = f"{ONE}P-1,second,2026-03-02,2026-03-06,s_ketamine,100 h,inpatient\n"
    until = (date(2026, 3, 2) - AFTER).days
    diaries = (
        diary_of("P-1", BEFORE, "8 " * 14)
        + diary_of("P-1", AFTER, "2 " * until)
        + diary_of("P-1", date(2026, 3, 7), "1 1", course="second")
    )
    (done,) = load(clinic, tmp_path, diaries, infusions)
    with clinic.unit() as session:
        first, second = courses_of(session, done.patient.id)
        assert (first.closing, second.status) == ("next_course", "open")
        assert (second.baseline_kind, second.baseline_nrs) == ("carried", 8.0)


def test_blocks_of_one_course_are_one_series(clinic, tmp_path):
    infusions = f"{ONE}P-1,1,2026-01-12,2026-01-16,s_ketamine,100 h,outpatient\n"
    (done,) = load(clinic, tmp_path, "", infusions)
    with clinic.unit() as session:
        (course,) = courses_of(session, done.patient.id)
        assert (course.first_infusion_day, course.last_infusion_day) == (FIRST_DAY, date(2026, 1, 16))


def test_a_file_that_grew_comes_in_again_and_only_what_is_new_is_written(clinic, tmp_path):
    before = diary_of("P-1", BEFORE, "8 " * 14)
    load(clinic, tmp_path, before + diary_of("P-1", AFTER, "2 3"))
    (done,) = load(clinic, tmp_path, before + diary_of("P-1", AFTER, "2 3 4"))
    assert (done.admitted, done.answers, done.known_answers) == (False, 1, 16)
    assert (done.infusions, done.known_infusions) == (0, 1)
    with clinic.unit() as session:
        (course,) = courses_of(session, done.patient.id)
        assert list(days_of(session, course.id).days[14 + 5 :]) == [2, 3, 4]
        assert [found.what for page in compare(session) for found in page.differences] == []


def test_a_later_infusion_of_a_file_that_grew_opens_the_next_course(clinic, tmp_path):
    load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"))
    grown = f"{ONE}P-1,second,2026-03-02,2026-03-06,s_ketamine,100 h,inpatient\n"
    (done,) = load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"), grown)
    assert (done.infusions, done.known_infusions) == (1, 1)
    with clinic.unit() as session:
        assert [course.status for course in courses_of(session, done.patient.id)] == ["closed", "open"]


def test_an_infusion_that_is_recorded_otherwise_is_refused_by_its_line(clinic, tmp_path):
    load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"))
    with pytest.raises(BadCsv, match=r"infusions\.csv:2: .*recorded already"):
        load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"), ONE.replace("100 h by relief", "80 h"))


def test_a_score_that_differs_from_what_is_here_is_refused_by_its_line(clinic, tmp_path):
    load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"))
    with pytest.raises(BadCsv, match=r"diaries\.csv:3: 2026-01-11 already has another score here"):
        load(clinic, tmp_path, diary_of("P-1", AFTER, "2 4"))


def test_a_day_whose_answer_was_withdrawn_here_is_refused_by_its_line(clinic, tmp_path):
    (done,) = load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"))
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, done.patient.id, lock=True)
        mistaken = versions_of(session, patient.id)[-1]
        correct(session, patient, mistaken, nrs=None, reason="another patient's", now=at(TODAY))
    with pytest.raises(BadCsv, match=r"diaries\.csv:3: 2026-01-11 has an answer here that was withdrawn"):
        load(clinic, tmp_path, diary_of("P-1", AFTER, "2 3"))


def test_semicolons_and_a_mark_at_the_start_are_read_as_spreadsheets_write_them(little, tmp_path):
    infusions = "\ufeff" + ONE.replace(",", ";")
    (done,) = load(little, tmp_path, diary_of("P-1", AFTER, "2"), infusions)
    assert done.answers == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P-1,1,2026-01-10,5.5", "nrs '5.5' is no whole number from 0 to 10"),
        ("P-1,1,2026-01-10,11", "nrs '11' is no whole number from 0 to 10"),
        ("P-1,1,2026-01-10,", "nrs '' is no whole number from 0 to 10"),
        ("P-1,1,2026-01-10,\u0665", "nrs '\u0665' is no whole number from 0 to 10"),
        ("P-1,1,2026-02-30,5", "day '2026-02-30' is no day; write it like 2026-06-01"),
        ("P-1,1,20260110,5", "day '20260110' is no day; write it like 2026-06-01"),
        ("P-1,1,2199-01-10,5", f"day 2199-01-10 lies before 1990 or after today, {TODAY}"),
        (",1,2026-01-10,5", "pseudonym must be 1 to 40 plain characters"),
        ("P-1,1,2026-01-10", "has 3 cells, and the header 4"),
        ("P-1,2,2026-01-10,5", "course 2 has no infusion in infusions.csv"),
        ("P-1,1,2025-12-01,5", "2025-12-01 lies outside course 1; check both"),
    ],
)
def test_a_bad_answer_is_named_by_file_and_line_and_nothing_comes_in(little, tmp_path, row, said):
    good = diary_of("P-1", AFTER + timedelta(days=5), "4 4")
    assert refused(little, tmp_path, f"{good}{row}\n") == [f"diaries.csv:4: {said}"]


def test_a_day_that_stands_twice_is_refused(little, tmp_path):
    twice = diary_of("P-1", AFTER, "2") + diary_of("P-1", AFTER, "3")
    assert refused(little, tmp_path, twice) == [
        "diaries.csv:3: 2026-01-10 has an answer already, on line 2; keep one"
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P-2,1,2026-01-09,2026-01-05,s_ketamine,x,inpatient", "is before the first"),
        (
            "P-2,1,2026-01-05,2026-01-09,ketamine,x,inpatient",
            "'ketamine' is none of racemic, s_ketamine",
        ),
        ("P-1,2,2026-01-08,2026-01-12,s_ketamine,x,inpatient", "overlaps the infusion on line 2"),
        ("P-2,1,2026-01-05,2026-01-09,s_ketamine,,inpatient", "dose must be 1 to 300 plain characters"),
    ],
)
def test_a_bad_infusion_is_named_by_file_and_line(little, tmp_path, row, said):
    (told,) = refused(little, tmp_path, "", f"{ONE}{row}\n")
    assert told.startswith("infusions.csv:3: ")
    assert said in told


def test_everything_that_is_wrong_with_a_row_is_told_at_once(little, tmp_path):
    header = INFUSIONS.replace("setting\n", "setting,hours,adjuncts,stop_reason\n")
    infusion = f",1,2026-01-09,2026-01-05,ketamine,100 h,at home,100h,saline,{'x' * 301}\n"
    told = refused(little, tmp_path, ",,2026-02-30,12\n", header + infusion)
    assert [line.partition(": ")[0] for line in told] == ["infusions.csv:2"] * 7 + ["diaries.csv:2"] * 4
    assert [line.partition(": ")[2][:20] for line in told] == [
        "pseudonym must be 1 ",
        "agent 'ketamine' is ",
        "setting 'at home' is",
        "hours '100h' is no n",
        "adjuncts 'saline' is",
        "stop_reason must be ",
        "The last infusion da",
        "pseudonym must be 1 ",
        "course must be 1 to ",
        "day '2026-02-30' is ",
        "nrs '12' is no whole",
    ]


def test_all_faults_are_told_at_once_and_counted_when_there_are_too_many(little, tmp_path):
    told = refused(little, tmp_path, "P-1,1,2026-01-10,x\n" * 60)
    assert len(told) == 51
    assert told[-1] == "and 10 more"


def test_a_file_without_a_column_says_which(little, tmp_path):
    (told,) = refused(little, tmp_path, "", "pseudonym,course\n")
    assert told.startswith("infusions.csv:1: has no column first_day, last_day, agent, dose, setting")


def test_a_file_that_is_no_text_is_refused(little, tmp_path):
    (tmp_path / "diaries.csv").write_bytes(b"pseudonym,course,day,nrs\n\xff\xfe\x00")
    (tmp_path / "infusions.csv").write_text(ONE)
    with pytest.raises(BadCsv, match="is not UTF-8"):
        read_history(tmp_path / "diaries.csv", tmp_path / "infusions.csv", today=TODAY)
