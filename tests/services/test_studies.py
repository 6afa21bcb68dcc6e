"""A study is run by its list: nobody sees it, nobody jumps it, and two people unblind what one may not."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from diary.domain.errors import Refusal
from diary.domain.randomisation import Plan
from diary.services import unblinding
from diary.services.blinding import is_masked
from diary.services.csv_reading import BadCsv
from diary.services.entries import correct
from diary.services.studies import close_study, found_study
from diary.services.study_drugs import name_drugs
from diary.services.study_freezing import compare, freeze, is_same
from diary.services.study_list import allot, keep_list, list_digest, list_stands, made_list, read_list
from diary.services.study_steps import record_step, standing_of, take_back
from diary.storage.audit import TABLE as AUDIT
from diary.storage.courses import administrations_of
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from diary.storage.studies import arms_of, freezes_of, numbers_of, places_of, steps_of, strata_of
from tests.little_clinic import FIRST_DAY, at, day_number
from tests.services.studied import ARMS, LIST, NAME, NOW, allotted, begin, consented, the_study

LATER = at(day_number(30))


def test_who_consented_gets_the_next_place_of_the_stratum_and_the_course_is_masked(clinic):
    begin(clinic)
    people = [clinic.admit(f"P-{number}") for number in range(4)]
    courses = [
        allotted(clinic, patient_id, stratum)
        for patient_id, stratum in zip(people[:3], ("left", "right", "left"), strict=True)
    ]
    with clinic.unit() as session:
        study = the_study(session)
        arms = {arm.id: arm.name for arm in arms_of(session, study)}
        assert [arms[course.arm_id] for course in courses] == ["placebo", "ketamine", "ketamine"]
        assert [numbers_of(session, study)[course.course_id] for course in courses] == [
            ("left", "1-001"),
            ("right", "2-001"),
            ("left", "1-002"),
        ]
        assert all(is_masked(session, course.course_id) for course in courses)
        assert strata_of(session, study) == {"left": (2, 2), "right": (1, 1)}
    consented(clinic, people[3])
    with clinic.unit(write=True) as session, pytest.raises(Refusal, match="Every place"):
        allot(session, the_study(session), patient_by_id(session, people[3]), stratum="left", now=NOW)


def test_nobody_is_allotted_before_consent_twice_or_after_the_study_was_closed(sqlite_clinic):
    begin(sqlite_clinic)
    first, second = sqlite_clinic.admit("P-1"), sqlite_clinic.admit("P-2")

    def refused(patient_id: int) -> str:
        with sqlite_clinic.unit(write=True) as session, pytest.raises(Refusal) as refusal:
            allot(session, the_study(session), patient_by_id(session, patient_id), stratum="left", now=NOW)
        assert refusal.value.code == "study_wrong_state"
        return refusal.value.message

    assert "has not consented" in refused(first)
    allotted(sqlite_clinic, first)
    assert "allotted already" in refused(first)
    consented(sqlite_clinic, second)
    with sqlite_clinic.unit(write=True) as session:
        close_study(session, the_study(session), now=NOW)
    assert "is closed" in refused(second)


def test_the_list_is_kept_once_known_by_its_digest_and_stands_in_no_trail(sqlite_clinic):
    begin(sqlite_clinic)
    allotted(sqlite_clinic, sqlite_clinic.admit("P-1"))
    with sqlite_clinic.unit(write=True) as session:
        study = the_study(session)
        with pytest.raises(Refusal, match="has its list"):
            keep_list(session, study, LIST, made={"source": "made"}, now=NOW)
        assert list_stands(session, study)
        trail = json.dumps([[row.action, row.detail] for row in session.execute(select(AUDIT))])
        assert study.list_made["sha256"] in trail
        assert study.list_made["sha256"] != list_digest(LIST, ""), "whoever guesses the list could tell"
        assert study.list_made["salt"] not in trail
        assert not [arm for arm in ARMS if arm in trail]
        places_of(session, study)[1].arm_id = places_of(session, study)[0].arm_id
        session.flush()
        assert not list_stands(session, study), "somebody changed a place"


def test_the_same_seed_makes_the_same_list_and_each_stratum_is_level_after_its_blocks():
    plan = Plan(dict.fromkeys(ARMS, 1), (4, 6), ("left", "right"), seed=7)
    places = made_list(plan, 24)
    assert places == made_list(plan, 24)
    assert len({place.number for place in places}) == 48
    for stratum in plan.strata:
        arms = [place.arm for place in places if place.stratum == stratum]
        assert all(abs(2 * arms[:n].count("placebo") - n) <= 3 for n in range(len(arms))), "never far apart"
    with pytest.raises(Refusal, match="a block of 3 cannot hold"):
        made_list(Plan(dict.fromkeys(ARMS, 1), (3,), ("all",), seed=7), 6)


def test_a_list_that_is_brought_in_is_refused_by_line_or_comes_in_whole(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("number,arm,stratum\n001,ketamine,all\n001,midazolam,all\n", encoding="utf-8")
    with pytest.raises(
        BadCsv, match=r"list.csv:3: 'midazolam' is no arm.*\nlist.csv:3: number 001 stands twice"
    ):
        read_list(path, ARMS)
    path.write_text("number,arm,stratum\n001,ketamine,all\n002,placebo,all\n", encoding="utf-8")
    assert [(place.number, place.arm) for place in read_list(path, ARMS)] == [
        ("001", "ketamine"),
        ("002", "placebo"),
    ]


def test_a_mistake_in_the_log_is_taken_back_and_stays_readable(sqlite_clinic):
    begin(sqlite_clinic)
    patient_id = sqlite_clinic.admit("P-1")
    consented(sqlite_clinic, patient_id)
    with sqlite_clinic.unit(write=True) as session:
        study, patient = the_study(session), patient_by_id(session, patient_id)
        screened, agreed = steps_of(session, study, patient_id=patient_id)
        with pytest.raises(Refusal, match="Later lines rest on this one"):
            take_back(session, study, screened, reason="wrong patient", now=NOW)
        take_back(session, study, agreed, reason="not signed yet", now=NOW)
        assert standing_of(session, study, patient_id) == "screened"
        assert len(steps_of(session, study, patient_id=patient_id)) == 2
        said = {"day": FIRST_DAY, "today": FIRST_DAY, "now": NOW}
        with pytest.raises(Refusal, match="cannot follow"):
            record_step(session, study, patient, kind="visit", visit="Week 4", **said)
        record_step(session, study, patient, kind="declined", **said)
        assert standing_of(session, study, patient_id) == "declined"


def test_one_patients_arm_is_told_to_two_people_and_stays_masked_to_everybody_else(clinic):
    begin(clinic)
    course = allotted(clinic, clinic.admit("P-1"))
    anna, bram, carla = (clinic.person(name) for name in ("Anna", "Bram", "Carla"))
    with clinic.unit(write=True) as session:
        study = the_study(session)
        ask = {"course_id": course.course_id, "reason": "liver values", "now": LATER}
        request = unblinding.ask(session, study, **ask, staff_id=anna.id)
        with pytest.raises(Refusal) as refusal:
            unblinding.agree(session, study, request, staff_id=anna.id, now=LATER)
        assert refusal.value.code == "another_person_needed"
        assert unblinding.arm_told(session, study, request, reader_id=anna.id) is None
        unblinding.agree(session, study, request, staff_id=bram.id, now=LATER)
        told = [unblinding.arm_told(session, study, request, reader_id=who.id) for who in (anna, bram, carla)]
        assert told == ["placebo", "placebo", None]
        assert is_masked(session, course.course_id)
        assert study.unblinded_at is None
        acts = [row.action for row in session.execute(select(AUDIT)) if "unblinding" in row.action]
        assert acts == ["unblinding.ask", "unblinding.agree"]
        with pytest.raises(Refusal, match="Close Second trial and freeze"):
            unblinding.ask(session, study, course_id=None, reason="the end", staff_id=anna.id, now=LATER)


def test_a_frozen_record_is_the_same_until_somebody_changes_it_and_then_says_where(clinic):
    begin(clinic)
    patient_id = clinic.treated("P-1", "3 4 . 5")
    clinic.treated("P-2", "3 4 5")
    with pytest.raises(Refusal, match="Correct that infusion to the study drug first"):
        allotted(clinic, patient_id)
    clinic.rename_drug(patient_id)
    with clinic.unit(write=True) as session:
        allot(session, the_study(session), patient_by_id(session, patient_id), stratum="left", now=NOW)
    with clinic.unit(write=True) as session:
        with pytest.raises(Refusal, match="its record still grows"):
            freeze(session, the_study(session), now=LATER)
        close_study(session, the_study(session), now=LATER - timedelta(days=1))
        kept, files = freeze(session, the_study(session), now=LATER)
    by_name = {file.name: file.content.decode() for file in files}
    assert by_name["entries.csv"].count("\r\n") == 1 + 14 + 3, "P-1 alone: the baseline and three answers"
    assert "1-001" in by_name["participants.csv"]
    told = [text for name, text in by_name.items() if name != "dictionary.csv"]
    assert not [arm for arm in ARMS for text in told if arm in text.replace("s_ketamine", "")]
    assert by_name["SHA256SUMS"].count("\n") == 6

    def verdicts() -> dict[str, bool]:
        with clinic.unit() as session:
            study = the_study(session)
            (frozen,) = freezes_of(session, study)
            assert frozen.sha256 == kept.sha256
            return {one.name: one.same for one in compare(session, study, frozen)}

    assert all(verdicts().values())
    with clinic.unit(write=True) as session:
        patient, last = patient_by_id(session, patient_id), versions_of(session, patient_id)[-1]
        correct(session, patient, last, nrs=9, reason="misread", now=LATER + timedelta(days=1))
    changed = [name for name, same in verdicts().items() if not same]
    assert changed == ["entries.csv"]


def test_a_study_that_is_closed_and_frozen_is_unblinded_by_two_people(sqlite_clinic):
    begin(sqlite_clinic)
    patient_id = sqlite_clinic.treated("P-1", "3 4 5")
    sqlite_clinic.rename_drug(patient_id)
    course = allotted(sqlite_clinic, patient_id)
    anna, bram = (sqlite_clinic.person(name) for name in ("Anna", "Bram"))
    with sqlite_clinic.unit(write=True) as session:
        study = the_study(session)
        close_study(session, study, now=NOW)
        freeze(session, study, now=LATER)
        ask = {"course_id": None, "reason": "the analysis", "now": LATER}
        request = unblinding.ask(session, study, **ask, staff_id=anna.id)
        unblinding.agree(session, study, request, staff_id=bram.id, now=LATER)
        assert study.unblinded_at == LATER
        assert not is_masked(session, course.course_id)
        assert is_same(compare(session, study, freezes_of(session, study)[-1])), "the record says no arm"
        with pytest.raises(Refusal, match="Name what each of ketamine, placebo was given"):
            name_drugs(session, study, {"ketamine": "s_ketamine"}, now=LATER)
        given = {"ketamine": "s_ketamine", "placebo": "placebo"}
        assert [name_drugs(session, study, given, now=LATER).corrected for _ in range(2)] == [1, 0]
        other = name_drugs(session, study, {"ketamine": "s_ketamine", "placebo": "racemic"}, now=LATER)
        assert (other.corrected, other.otherwise) == (0, ("P-1",)), "what has a name is told, and left"
        (block,) = administrations_of(session, patient_id)
        assert (block.agent, block.reason) == ("placebo", "the study was unblinded")


def test_in_a_masked_study_nobody_records_what_was_given_by_its_name(sqlite_clinic):
    begin(sqlite_clinic)
    patient_id = sqlite_clinic.admit("P-1")
    allotted(sqlite_clinic, patient_id)
    with pytest.raises(Refusal, match="record what was given as the study drug"):
        sqlite_clinic.infuse(patient_id)
    sqlite_clinic.infuse(patient_id, agent="study_drug")
    with sqlite_clinic.unit(write=True) as session, pytest.raises(Refusal, match="nobody knows yet"):
        name_drugs(session, the_study(session), dict.fromkeys(ARMS, "placebo"), now=NOW)


def test_a_study_has_a_name_of_its_own_and_two_arms(sqlite_clinic):
    begin(sqlite_clinic)
    facts = {"masking": "open", "estimand": "hypothetical", "now": NOW}
    with sqlite_clinic.unit(write=True) as session:
        with pytest.raises(Refusal, match="already"):
            found_study(session, name=NAME, arms=ARMS, **facts)
        with pytest.raises(Refusal, match="2 to 6 arms"):
            found_study(session, name="Third", arms=("ketamine",), **facts)
        assert found_study(session, name="Third", arms=ARMS, **facts).unblinded_at == NOW
