"""The patient page: everything a person looks at before acting, and what staff write there."""

import re
from datetime import timedelta

from config.protocol import DEFAULT
from config.words import WEEKDAYS
from diary.charts.scale import span_text
from diary.services import alerts, items
from diary.services.chairs import add_chair
from diary.services.courses import close_course
from diary.storage.courses import courses_of, regimens
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from tests.desk.house import MORNING, the_patient, words_of
from tests.little_clinic import a_regimen, at, day_number
from tests.services import booking_steps

TODAY = MORNING.date()
YESTERDAY = TODAY - timedelta(days=1)


def test_an_alert_says_what_why_and_what_to_weigh_before_treating_again(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    desk.alert(patient_id, "loss", "confirmed", mean_7d=6.9, baseline_nrs=8.0, answered_14d=11, day_number=84)

    text = words_of(nurse.get(desk.page(patient_id)))

    assert "May be losing relief: review Relief is under 30 % in two weeks running" in text
    assert "85 days since the last infusion. 11 of the last 14 days were answered that night." in text
    assert "Since the last infusion day 85 days" in text
    assert "Infusion days in 12 months 5" in text
    assert "Last liver test none recorded" in text
    assert "Minimum interval not set by a physician" in text


def test_a_foreseen_loss_is_told_in_four_lines_with_one_fact_against(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    seen = {"mean_7d": 4.1, "baseline_nrs": 8.0, "relief_7d": 0.49, "p_lost_lead": 0.68, "lost_p50": 120}
    by = {"day_number": 84, "relief_line": 0.3, "lead_days": 28}
    desk.alert(patient_id, "loss", "watch", night=YESTERDAY, **seen, **by)

    text = words_of(nurse.get(desk.page(patient_id)))

    assert "May lose relief before a bed is free: review How sure In about 7 of 10 courses" in text
    assert "Why Mean of the 7 days to" in text
    assert "Against: Relief was still 49 % in the 7 days to" in text
    assert "What next Call the patient. From a request to a bed takes 28 days here" in text
    assert "Relief is likely to fall under" not in text, "once is enough"


def test_a_foreseen_loss_names_the_first_free_days_after_the_lead_time_until_a_bed_is_asked_for(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.alert(patient_id, "loss", "watch", night=YESTERDAY, p_lost_lead=0.68)
    with desk.clinic.unit(write=True) as session:
        (course,) = courses_of(session, patient_id)
        course.regimen_id = a_regimen(session).id
    assert "first free days" not in words_of(nurse.get(desk.page(patient_id))), "there is no bed"

    with desk.clinic.unit(write=True) as session:
        add_chair(session, name="Bed 1", kind="bed", weekdays=WEEKDAYS, now=MORNING)
    after_lead = TODAY + timedelta(days=DEFAULT.lead_days)
    text = words_of(nurse.get(desk.page(patient_id)))
    assert f"free days after them: {span_text(after_lead, after_lead + timedelta(days=4))}, Bed 1." in text

    with desk.clinic.unit(write=True) as session:
        booking_steps.request(session, patient_id)
    assert "first free days" not in words_of(nurse.get(desk.page(patient_id)))


def test_each_reading_of_the_page_is_written_down_before_it_is_shown(desk):
    nurse, coordinator = desk.sign_in(), desk.sign_in("coordinator")
    patient_id = desk.patient("P-1", name="Anneke de Boer")

    assert "Anneke de Boer" in nurse.get(desk.page(patient_id))
    assert "Anneke de Boer" not in coordinator.get(desk.page(patient_id))

    read = desk.audited("patient.read")
    assert [(row.actor_kind, row.patient_id) for row in read] == [("staff", patient_id)] * 2


def test_the_chart_and_its_table_tell_the_same_days(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.write(patient_id, day_number(1), "2 3 . 2 4")

    page = nurse.get(desk.page(patient_id))

    assert page.count("<svg") == 2, "a wide layout and a narrow one"
    assert "11 of 96 days answered" in page
    rows = re.findall(r'<th scope="row">(\d+ Jan)</th><td class="n">(\d+)</td><td>([^<]*)</td>', page)
    assert [row for row in rows if row[1] in ("1", "2", "3", "4", "5")] == [
        ("14 Jan", "5", "4"),
        ("13 Jan", "4", "2"),
        ("12 Jan", "3", "no answer"),
        ("11 Jan", "2", "3"),
        ("10 Jan", "1", "2"),
    ]


def test_a_baseline_from_the_notes_is_kept_with_its_source_and_reason(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    with desk.reading() as session:
        course = courses_of(session, patient_id)[-1]
    path = f"/desk/courses/{course.uid}/baseline"
    given = {"version": course.version, "kind": "stated", "source": "letter", "reason": "diary began late"}

    refused = nurse.post(path, **given)
    assert refused.status_code == 422
    assert "needs its value" in refused.get_data(as_text=True)

    assert nurse.post(path, **given, nrs="7,5", stated_on="2025-12-01").status_code == 303
    text = words_of(nurse.get(desk.page(patient_id)))
    assert "7.5, stated weak , letter (diary began late)" in text


def test_a_liver_test_stands_where_treating_again_is_weighed(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = f"/desk/patients/{desk.uid(patient_id)}/events/new"

    assert nurse.post(path, kind="liver_test", day=YESTERDAY, alt_u_l="31", ast_u_l="28,5").status_code == 303

    assert "Last liver test 3 Apr , ALT 31, AST 28.5" in words_of(nurse.get(desk.page(patient_id)))


def test_the_chart_of_a_course_that_has_ended_ends_with_it(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.write(patient_id, day_number(1), "2 " * 20)
    with desk.clinic.unit(write=True) as session:
        (course,) = courses_of(session, patient_id)
        close_course(session, course, closing="day_limit", now=at(day_number(30)))
    page = nurse.get(desk.page(patient_id))
    assert "Daily pain scores, 29 Dec 2025 to 8 Feb 2026" in page
    assert ">ended<" in page
    assert ">today<" not in page


def test_the_other_questions_stand_by_question_with_the_newest_answer_first(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    for weeks, activity, pgic in ((2, 6, 4), (1, 4, 2)):
        day = TODAY - timedelta(weeks=weeks)
        with desk.clinic.phone(patient_id) as session:
            items.record_items(
                session,
                patient_by_id(session, patient_id, lock=True),
                client_id=new_uid(at(day)),
                day=day,
                items={"activity": activity, "pgic": pgic},
                answered_at=at(day, hour=20),
                sent_at=at(day, hour=20),
                now=at(day, hour=20),
            )
    text = words_of(nurse.get(desk.page(patient_id)).split("Other questions")[1])
    assert "How far pain got in the way of everyday activity 4 (0 to 10) , 28 Mar 6" in text
    assert "2 (1 very much improved, 7 very much worse) , 28 Mar 4" in text


def test_a_planned_course_collects_a_baseline_and_shows_when_the_infusion_comes(desk):
    nurse = desk.sign_in()
    with desk.reading() as session:
        regimen = regimens(session)[0].uid
    nurse.post("/desk/patients/new", pseudonym="P-8", zone="Europe/Amsterdam", locale="nl")
    patient = the_patient(desk).uid

    path = f"/desk/patients/{patient}/courses/new"
    planned = TODAY + timedelta(days=10)
    nurse.post(path, regimen=regimen, planned_first_day=planned, treated_area="in uw rechterhand")

    text = words_of(nurse.get(f"/desk/patients/{patient}"))
    assert "10 days before the infusion of course 1" in text
    assert "planned for 14 Apr" in text
    asked = nurse.get(f"/desk/patients/{patient}/answers/new")
    assert "Hoeveel pijn had u in uw rechterhand gemiddeld in de afgelopen 24 uur?" in asked


def test_a_recorded_infusion_can_be_corrected_and_says_why(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = re.search(r"/desk/infusions/[^/]+/correct", nurse.get(desk.page(patient_id))).group()
    form = nurse.get(path)
    assert 'value="2026-01-09"' in form
    given = {
        "first_day": "2026-01-05",
        "last_day": "2026-01-08",
        "agent": "s_ketamine",
        "setting": "inpatient",
        "dose_as_written": "80 h",
        "classified_as": "new_course",
        "stopped_early": "yes",
        "stop_reason": "nausea",
    }
    assert "Reason" in nurse.post(path, **given).get_data(as_text=True)
    assert nurse.post(path, **given, reason="The last day was not given.").status_code == 303

    text = words_of(nurse.get(desk.page(patient_id)))
    assert "5 Jan to 8 Jan 2026" in text
    assert "stopped early: nausea" in text
    assert "Since the last infusion day 86 days" in text


def test_an_early_stop_without_a_reason_is_asked_for_one(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = f"/desk/patients/{desk.uid(patient_id)}/infusions/new"

    refused = nurse.post(path, first_day=TODAY, last_day=TODAY, agent="racemic", stopped_early="yes")
    page = refused.get_data(as_text=True)

    assert refused.status_code == 422
    assert 'name="agent" value="racemic" checked' in page
    assert 'name="stopped_early" value="yes" checked' in page


def test_an_asked_call_stands_on_the_page_until_somebody_closes_it(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    with desk.clinic.unit(write=True) as session:
        alerts.ask_for_call(session, patient_by_id(session, patient_id), course_id=None, now=MORNING)

    page = nurse.get(desk.page(patient_id))
    assert "Asks to be called" in page
    uid = re.search(r"/desk/alerts/([^/]+)/close", page).group(1)
    nurse.post(f"/desk/alerts/{uid}/close", version=1, outcome="called")
    assert "No alert." in nurse.get(desk.page(patient_id))
