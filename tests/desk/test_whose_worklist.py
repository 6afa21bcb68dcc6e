"""Whose patients the worklist shows, in which order, and that all of it stands in the address."""

import re
from datetime import date, timedelta
from urllib.parse import urlencode

from sqlalchemy import update

from diary.services import alerts
from diary.services.clinics import ALWAYS, new_forecast
from diary.services.studies import found_study
from diary.storage.courses import courses_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Device
from diary.storage.tables.staff import Cover, Staff, Team, TeamMember
from diary.storage.tables.study import StudyArm, StudyCourse
from diary.storage.unit import own
from tests.desk.house import MORNING, Desk, words_of
from tests.little_clinic import a_regimen, day_number
from tests.services import booking_steps

TODAY = MORNING.date()


def listed(page: str) -> list[str]:
    """The patients on the page, from the top."""
    return re.findall(r'<th scope="row">.*?>(P-\d+)</a>', page, re.DOTALL)


def staff_id(desk: Desk, name: str) -> int:
    with desk.reading() as session:
        return session.scalars(own(session, Staff).where(Staff.name == name)).one().id


def looked_after(desk: Desk, pseudonym: str, *, owner: int | None = None, team: int | None = None) -> int:
    patient_id = desk.patient(pseudonym)
    desk.alert(patient_id, "loss", "confirmed")
    with desk.clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id)
        patient.owner_id, patient.team_id = owner, team
    return patient_id


def test_my_patients_are_mine_those_i_took_and_those_of_whom_i_cover_for(either_desk):
    desk = either_desk
    anna, _ = desk.sign_in(), desk.sign_in("second nurse")
    me, joost = staff_id(desk, "Anna Visser"), staff_id(desk, "Joost Bos")
    looked_after(desk, "P-1", owner=me)
    looked_after(desk, "P-2", owner=joost)
    looked_after(desk, "P-3")
    taken = desk.alert(desk.patient("P-4"), "step")
    anna.post(f"/desk/alerts/{taken}/acknowledge", version=1)

    assert sorted(listed(anna.get("/desk/"))) == ["P-1", "P-2", "P-3", "P-4"], "the clinic's come first"
    mine = anna.get("/desk/?whose=mine")
    assert sorted(listed(mine)) == ["P-1", "P-4"]
    assert re.search(r">Act now <b>2<", mine), "counts are of what is shown"
    assert "2 need a decision" in mine

    with desk.clinic.unit(write=True) as session:
        days = {"first_day": TODAY, "last_day": TODAY + timedelta(days=4), "reason": "holiday"}
        session.add(Cover(clinic_id=desk.clinic.clinic_id, absent_id=joost, cover_id=me, **days))
    covered = anna.get("/desk/?whose=mine")
    assert sorted(listed(covered)) == ["P-1", "P-2", "P-4"]
    assert "You cover for Joost Bos (to 8 Apr)" in words_of(covered)

    desk.set_clock(MORNING + timedelta(days=5))
    assert sorted(listed(desk.sign_in().get("/desk/?whose=mine"))) == ["P-1", "P-4"], "the cover is over"


def test_my_teams_patients_are_its_own_and_those_of_its_members(desk):
    anna, _ = desk.sign_in(), desk.sign_in("second nurse")
    me, joost = staff_id(desk, "Anna Visser"), staff_id(desk, "Joost Bos")
    clinic_id = desk.clinic.clinic_id
    with desk.clinic.unit(write=True) as session:
        team = Team(clinic_id=clinic_id, uid=new_uid(MORNING), name="Hands")
        session.add(team)
        session.flush()
        session.add_all(TeamMember(clinic_id=clinic_id, team_id=team.id, staff_id=one) for one in (me, joost))
        team_id = team.id
    looked_after(desk, "P-1", owner=joost)
    looked_after(desk, "P-2", team=team_id)
    looked_after(desk, "P-3")

    assert sorted(listed(anna.get("/desk/?whose=team"))) == ["P-1", "P-2"]


def test_weeks_ten_to_fourteen_are_a_choice_of_their_own(desk):
    nurse = desk.sign_in()
    for pseudonym, days in (("P-1", 63), ("P-2", 64), ("P-3", 98), ("P-4", 99)):
        patient_id = desk.patient(pseudonym)
        desk.alert(patient_id, "review")
        with desk.clinic.unit(write=True) as session:
            course, day = courses_of(session, patient_id)[-1], TODAY - timedelta(days=days)
            course.first_infusion_day = course.last_infusion_day = day

    page = nurse.get("/desk/?tab=review&weeks=review")

    assert sorted(listed(page)) == ["P-2", "P-3"]
    assert "Weeks 10–14" in page
    assert re.search(r">Review <b>2<", page)


def test_of_equal_haste_whoever_loses_most_by_waiting_stands_first(desk):
    nurse = desk.sign_in()
    chances = {"P-1": 0.2, "P-2": 0.9, "P-3": 0.5}
    ids = {pseudonym: desk.patient(pseudonym) for pseudonym in chances}
    for patient_id in ids.values():
        desk.clinic.write(patient_id, day_number(1), "2 " * 84)
    desk.clinic.run_nights(day_number(84), first=day_number(84))
    with desk.clinic.unit(write=True) as session:
        for pseudonym, chance in chances.items():
            (course,) = courses_of(session, ids[pseudonym])
            same = dict.fromkeys(("p_lost", "p_lost_14d", "p_lost_28d", "p_lost_lead"), chance)
            session.execute(update(Assessment).where(Assessment.course_id == course.id).values(**same))
    for hours, pseudonym in enumerate(chances):
        desk.alert(ids[pseudonym], "loss", "watch", opened_at=MORNING - timedelta(hours=hours))

    shadow = nurse.get("/desk/?tab=watch")
    assert listed(shadow) == ["P-3", "P-2", "P-1"], "in the shadow no order tells a chance: the oldest first"
    assert "Lost in" not in shadow
    assert listed(nurse.get("/desk/?tab=watch&sort=chance")) == listed(shadow), "nor when it is asked for"

    with desk.clinic.unit(write=True) as session:
        new_forecast(session, mode="on", prior={}, note="", now=ALWAYS)
    shown = nurse.get("/desk/?tab=watch")
    assert listed(shown) == ["P-2", "P-3", "P-1"]
    assert "90 % 25 d" in words_of(shown), "0.9 of 28 days"
    assert listed(nurse.get("/desk/?tab=watch&sort=patient")) == ["P-1", "P-2", "P-3"]


def test_every_column_orders_the_rows_and_every_link_keeps_the_choice(desk):
    nurse = desk.sign_in()
    desk.alert(desk.patient("P-1"), "review")
    page = nurse.get("/desk/?tab=review&whose=clinic&sort=patient&weeks=review&page=1")

    assert 'aria-sort="ascending"' in page
    for tab in re.findall(r'href="(/desk/\?tab=snoozed[^"]*)"', page):
        assert "sort=patient" in tab
        assert "weeks=review" in tab
    for sort in re.findall(r"sort=(\w+)", page):
        assert nurse.get(f"/desk/?tab=review&sort={sort}"), sort
    assert nurse.get("/desk/?tab=review&sort=nonsense&whose=nobody")


def test_a_silent_patient_is_told_with_the_last_answer_and_when_the_phone_was_seen(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.write(patient_id, day_number(1), "2 " * 70 + "6")
    desk.alert(patient_id, "silence", days_since_answer=13)
    assert "No answer for 13 days. The last was 6. No phone is paired." in words_of(
        nurse.get("/desk/?tab=silent")
    )

    with desk.clinic.unit(write=True) as session:
        seen = MORNING - timedelta(days=3)
        session.add(
            Device(
                clinic_id=desk.clinic.clinic_id,
                uid=new_uid(seen),
                patient_id=patient_id,
                token_hash="x",
                enrolled_at=seen,
                last_seen_at=seen,
            )
        )
    assert "Phone last seen 3 days ago; it takes no reminders." in words_of(nurse.get("/desk/?tab=silent"))


def test_the_next_infusion_days_stand_in_the_row(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    uid = desk.alert(patient_id, "step")
    assert uid
    with desk.clinic.unit(write=True) as session:
        booking = booking_steps.request(session, patient_id)
        booking.state = "offered"
        booking.offered_first_day, booking.offered_last_day = date(2026, 5, 4), date(2026, 5, 8)

    assert "next 4 May" in words_of(nurse.get("/desk/?tab=all"))


def test_no_name_searched_for_stands_in_an_address(desk):
    page = desk.sign_in().get("/desk/")

    form = re.search(r'<form method="post" action="/desk/patients/search".*?</form>', page, re.DOTALL)[0]
    assert 'name="q"' in form


def test_a_list_is_narrowed_to_a_regimen_and_to_a_study_and_counts_what_it_shows(either_desk):
    desk, nurse = either_desk, either_desk.sign_in()
    uids = {}
    with desk.clinic.unit(write=True) as session:
        five_days, ten_days = a_regimen(session), a_regimen(session, name="Ten outpatient days")
        uids |= {"five days": five_days.uid, "ten days": ten_days.uid}
        study = found_study(
            session,
            name="Trial",
            arms=("A", "B"),
            masking="masked",
            estimand="treatment_policy",
            now=MORNING,
        )
        arm = session.scalars(own(session, StudyArm).where(StudyArm.study_id == study.id)).first()
        uids["study"], in_arm = study.uid, {"study_id": study.id, "arm_id": arm.id}
    for pseudonym in ("P-1", "P-2", "P-3"):
        patient_id = desk.patient(pseudonym)
        desk.alert(patient_id, "review")
        with desk.clinic.unit(write=True) as session:
            course = courses_of(session, patient_id)[-1]
            course.regimen_id = ten_days.id if pseudonym == "P-2" else five_days.id
            if pseudonym == "P-3":
                taking_part = {"course_id": course.id, "allotted_at": MORNING, **in_arm}
                session.add(StudyCourse(clinic_id=desk.clinic.clinic_id, **taking_part))
    without_course = desk.patient("P-4")
    with desk.clinic.unit(write=True) as session:
        course = courses_of(session, without_course)[-1]
        course.regimen_id = ten_days.id
        alerts.ask_for_call(session, patient_by_id(session, without_course), course_id=None, now=MORNING)

    def shown(**chosen):
        page = nurse.get(f"/desk/?tab=all&{urlencode({name: uids[of] for name, of in chosen.items()})}")
        count = int(re.search(r">All <b>(\d+)<", page)[1])
        assert count == len(listed(page))
        return sorted(listed(page))

    assert shown() == ["P-1", "P-2", "P-3", "P-4"]
    assert shown(regimen="five days") == ["P-1", "P-3"]
    assert shown(regimen="ten days") == ["P-2", "P-4"], "who asks to be called is found by the open course"
    assert shown(study="study") == ["P-3"]
    assert shown(regimen="ten days", study="study") == []
    chosen = nurse.get(f"/desk/?tab=all&regimen={uids['ten days']}")
    assert f'<option value="{uids["ten days"]}" selected>Ten outpatient days</option>' in chosen
    assert f"tab=watch&amp;regimen={uids['ten days']}" in chosen, "every link keeps the choice"
    assert len(listed(nurse.get("/desk/?tab=all&regimen=nonsense"))) == 4
