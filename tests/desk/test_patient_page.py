"""The patient page: everything a person looks at before acting, and what staff write there."""

import re
from datetime import date, timedelta

import pytest

from diary.domain.errors import Refusal
from diary.services import alerts, enrolment, items
from diary.services.courses import close_course
from diary.storage.courses import courses_of, regimens
from diary.storage.entries import standing_between, versions_of
from diary.storage.ids import new_uid
from diary.storage.patients import devices_of, patient_by_id
from diary.storage.tables.patient import Patient
from diary.storage.unit import Scope, own, unit
from tests.desk.house import MORNING, SECRET, Desk, Person
from tests.little_clinic import FIRST_DAY, ZONE, at, day_number

TODAY = MORNING.date()
YESTERDAY = TODAY - timedelta(days=1)


def words_of(page: str) -> str:
    """The page as it is read: without tags, in single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def said(person: Person, patient: str, *, day: date, nrs: int, **fields: object):
    """An answer taken down by staff, from the form as it was shown."""
    form = person.get(f"/desk/patients/{patient}/answers/new")
    entry_id = re.search(r'name="id" value="([^"]+)"', form).group(1)
    given = {"id": entry_id, "day": day, "nrs": nrs, "source": "clinic_phone", **fields}
    return person.post(f"/desk/patients/{patient}/answers/new", **given)


def scores(desk: Desk, patient_id: int) -> dict[date, int]:
    with desk.reading() as session:
        return standing_between(session, patient_id, first=FIRST_DAY, last=TODAY)


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
    desk.alert(patient_id, "loss", "watch", night=YESTERDAY, **seen)

    text = words_of(nurse.get(desk.page(patient_id)))

    assert "May lose relief before a bed is free: review How sure In about 7 of 10 courses" in text
    assert "Why Mean of the 7 days to" in text
    assert "Against: Relief is still 49 %, over the line of 30 %." in text
    assert "What next Call the patient. From a request to a bed takes 28 days here" in text
    assert "Relief is likely to fall under" not in text, "once is enough"


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


def test_staff_take_down_what_a_patient_said_and_it_is_marked_with_who_did(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    patient = desk.uid(patient_id)

    assert said(nurse, patient, day=YESTERDAY, nrs=6).status_code == 303

    with desk.reading() as session:
        entry = versions_of(session, patient_id)[-1]
    assert (entry.day, entry.nrs, entry.source, entry.actor_kind) == (YESTERDAY, 6, "clinic_phone", "staff")
    assert "Anna Visser, said to staff" in nurse.get(desk.page(patient_id))


def test_sending_the_form_of_an_answer_twice_is_one_answer(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    patient = desk.uid(patient_id)
    given = {
        "id": "019b262c-0000-7000-8000-000000000001",
        "day": YESTERDAY,
        "nrs": 6,
        "source": "clinic_phone",
    }

    both = [nurse.post(f"/desk/patients/{patient}/answers/new", **given).status_code for _ in range(2)]

    assert both == [303, 303]
    with desk.reading() as session:
        assert [entry.day for entry in versions_of(session, patient_id)].count(YESTERDAY) == 1


def test_a_day_that_has_another_answer_is_refused_with_the_form_still_filled(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.answer(patient_id, YESTERDAY, 3)

    refused = said(nurse, desk.uid(patient_id), day=YESTERDAY, nrs=6)
    page = refused.get_data(as_text=True)

    assert refused.status_code == 409
    assert "File a correction beside it" in page
    assert re.search(r'value="6" checked', page)
    assert scores(desk, patient_id)[YESTERDAY] == 3


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("day", TODAY + timedelta(days=1), "has not come yet"),
        ("day", "2026-02-30", "Enter a day"),
        ("day", "", "This is needed."),
        ("nrs", "11", "Enter a whole number from 0 to 10."),
        ("nrs", "5.5", "Enter a whole number from 0 to 10."),
        ("nrs", "9" * 400, "Enter a whole number from 0 to 10."),
        ("nrs", "five", "Enter a whole number from 0 to 10."),
        ("source", "phone", "Choose one of"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_in_plain_words(desk, field, value, told):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")

    refused = said(nurse, desk.uid(patient_id), **{"day": YESTERDAY, "nrs": 6, field: value})

    assert refused.status_code in (409, 422)
    assert told in refused.get_data(as_text=True)
    assert YESTERDAY not in scores(desk, patient_id)


def test_a_correction_stands_beside_the_patients_answer_which_is_never_changed(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.answer(patient_id, YESTERDAY, 9)
    with desk.reading() as session:
        theirs = versions_of(session, patient_id)[-1]

    path = f"/desk/entries/{theirs.uid}/correction"
    assert nurse.post(path, of=theirs.uid, nrs=4, reason="Meant 4, said so by phone.").status_code == 303

    with desk.reading() as session:
        first, second = [entry for entry in versions_of(session, patient_id) if entry.day == YESTERDAY]
    assert (first.nrs, first.kind, first.standing) == (9, "answer", False)
    assert (second.nrs, second.kind, second.standing) == (4, "correction", True)
    text = words_of(nurse.get(desk.page(patient_id)))
    assert "Meant 4, said so by phone." in text
    assert "9 (no longer counts)" in text

    again = nurse.post(path, of=theirs.uid, nrs=5, reason="Another.")
    assert again.status_code == 409
    assert "was changed meanwhile" in again.get_data(as_text=True)


def test_a_correction_can_say_that_no_answer_stands(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.answer(patient_id, YESTERDAY, 9)
    with desk.reading() as session:
        theirs = versions_of(session, patient_id)[-1]

    nurse.post(f"/desk/entries/{theirs.uid}/correction", of=theirs.uid, nrs="none", reason="A child tapped.")

    assert YESTERDAY not in scores(desk, patient_id)


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


def test_stopping_takes_one_press_on_its_page_and_ends_all_but_red_flags(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.alert(patient_id, "loss", "confirmed")
    desk.alert(patient_id, "red_flag", items=["Fever, rash or itching"])
    path = f"/desk/patients/{desk.uid(patient_id)}/follow"

    assert (
        nurse.post(path, version=the_patient(desk).version, state="stopped", reason="moved").status_code
        == 303
    )

    assert the_patient(desk).follow_state == "stopped"
    assert {alert.kind: alert.status for alert in desk.clinic.alerts(patient_id)} == {
        "loss": "closed",
        "red_flag": "open",
    }
    assert "No longer followed: moved away." in words_of(nurse.get(desk.page(patient_id)))


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


def test_a_pause_has_an_end_and_following_again_ends_it(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = f"/desk/patients/{desk.uid(patient_id)}/follow"
    until = TODAY + timedelta(days=7)

    nurse.post(path, version=the_patient(desk).version, state="paused", until=until)
    assert "Paused until 11 Apr: nothing is asked." in words_of(nurse.get(desk.page(patient_id)))

    nurse.post(path, version=the_patient(desk).version, state="followed")
    assert the_patient(desk).follow_state == "followed"


def test_a_code_is_shown_once_and_pairs_one_phone(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = f"/desk/patients/{desk.uid(patient_id)}/code"

    first, second = (code_in(nurse.post(path).get_data(as_text=True)) for _ in range(2))

    assert first != second
    phone = enrolment.Phone(zone=ZONE.key, locale="en", consent_version="1", label="Anneke's phone")
    with (
        pytest.raises(Refusal, match="has ended"),
        unit(desk.engine, Scope(None, "system"), write=True) as session,
    ):
        enrolment.redeem(session, first, phone, secret_keys=[SECRET], now=MORNING)
    with unit(desk.engine, Scope(None, "system"), write=True) as session:
        enrolment.redeem(session, second, phone, secret_keys=[SECRET], now=MORNING)
    page = nurse.get(desk.page(patient_id))
    assert second not in page
    assert "Anneke&#39;s phone" in page


def test_a_lost_phone_can_no_longer_sign_in(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    patient = desk.uid(patient_id)
    code = code_in(nurse.post(f"/desk/patients/{patient}/code").get_data(as_text=True))
    phone = enrolment.Phone(zone=ZONE.key, locale="en", consent_version="1")
    with unit(desk.engine, Scope(None, "system"), write=True) as session:
        device = enrolment.redeem(session, code, phone, secret_keys=[SECRET], now=MORNING).device.uid

    assert nurse.post(f"/desk/patients/{patient}/phones/{device}/remove").status_code == 303

    with desk.reading() as session:
        assert devices_of(session, patient_id)[0].revoked_at is not None
    assert "No phone is paired" in nurse.get(desk.page(patient_id))


def test_a_new_patient_has_a_pseudonym_of_their_own(desk):
    nurse = desk.sign_in()
    given = {
        "pseudonym": "P-7",
        "identity.name": "Karel Vos",
        "identity.birth_date": "1961-02-03",
        "zone": "Europe/Amsterdam",
        "locale": "nl",
    }
    assert nurse.post("/desk/patients/new", **given).status_code == 303
    assert "Karel Vos" in found_by(nurse, "karel")

    refused = nurse.post("/desk/patients/new", **given)
    assert refused.status_code == 409
    assert "Another patient has this pseudonym" in refused.get_data(as_text=True)
    assert 'value="Karel Vos"' in refused.get_data(as_text=True)


def test_a_patient_is_found_by_pseudonym_name_or_hospital_number(either_desk):
    desk = either_desk
    nurse, coordinator = desk.sign_in(), desk.sign_in("coordinator")
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    desk.patient("Q-2", name="Mehmet Yilmaz")

    for query in ("p-", "anneke", "BOER", f"H{patient_id:05}"):
        page = found_by(nurse, query)
        assert "1 patient found" in words_of(page), query
        assert "Anneke de Boer" in page
    assert "0 patients found" in words_of(found_by(nurse, "%"))
    assert "0 patients found" in words_of(found_by(coordinator, "anneke"))


def test_a_name_that_looks_like_code_is_shown_as_it_is_written(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("<b>P-1</b>", name="<script>alert(1)</script>")
    desk.alert(patient_id, "loss", "confirmed")

    for page in (nurse.get("/desk/"), nurse.get(desk.page(patient_id)), found_by(nurse, "<script>")):
        assert "<script>" not in page
        assert "<b>P-1" not in page
        assert "&lt;script&gt;alert(1)" in page


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
    nurse.post(path, regimen=regimen, planned_first_day=planned, treated_area="in your right hand")

    text = words_of(nurse.get(f"/desk/patients/{patient}"))
    assert "10 days before the infusion of course 1" in text
    assert "planned for 14 Apr" in text
    assert "in your right hand in the last 24 hours?" in nurse.get(f"/desk/patients/{patient}/answers/new")


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


def found_by(person: Person, query: str) -> str:
    return person.post("/desk/patients/search", q=query).get_data(as_text=True)


def the_patient(desk: Desk) -> Patient:
    with desk.reading() as session:
        return session.scalars(own(session, Patient).order_by(Patient.id.desc())).first()


def code_in(page: str) -> str:
    """The code as the patient would type it, without its dash."""
    return re.search(r'class="code">([A-Z0-9]{4})-([A-Z0-9]{4})<', page).expand(r"\1\2")
