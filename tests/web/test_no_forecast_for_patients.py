"""No patient ever sees a forecast or an alert, on a day when staff see both.

Every route that a patient's phone may ask, and every page of the phone that anybody may, comes from the app.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from diary.domain.outlook import FAMILIES
from diary.domain.relapse.forecast import Forecast
from diary.phone.languages.english import ENGLISH
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.nights import assessments
from diary.storage.patients import patient_by_id, patient_by_uid
from diary.web.rights import ANYONE, PATIENT, RIGHTS
from tests.api.people import make_app, person, phone, set_clock
from tests.little_clinic import at, day_number, found
from tests.web.examples import BODIES, ENDS_SESSION, FORMS, routes, takes_json
from tests.web.ground import NURSE, Ground, send

NIGHT: Final = day_number(43)
# Relief of three quarters that fades from day 29 on.
FADING: Final = "2 " * 28 + "3 " * 6 + "4 " * 6 + "5 " * 3
WORDS: Final = (
    *("forecast", "foreseen", "foresee", "likely lost", "likely_lost", "losing relief", "lose relief"),
    *("relapse", "prognosis", "chance of", "probability", "courses like this", "alert", "outlook", "review"),
)
# What stops a phone, or takes its token, is asked last.
LAST: Final = (*ENDS_SESSION, "POST phone.stop_now", "POST enrolments.renew_token", "POST phone.lock_phone")


@pytest.fixture(scope="module")
def here(sqlite_template, tmp_path_factory) -> Iterator[Ground]:
    """A patient whose relief fades, on the morning after the forecast told staff so."""
    url = f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path_factory.mktemp('fading') / 'diary.db')}"
    engine = make_engine(url)
    clinic = found(engine, forecast_mode="on")
    patient_id = clinic.treated("P-1", FADING)
    clinic.run_nights(NIGHT, first=NIGHT)
    set_clock(clinic, at(NIGHT + timedelta(days=1), hour=9))
    app = make_app(url)
    nurse = person(app, clinic, NURSE)
    with clinic.unit() as session:
        patient_uid = patient_by_id(session, patient_id).uid
    (alert,) = clinic.alerts(patient_id)
    callers = {NURSE: nurse, PATIENT: phone(app, nurse, patient_uid)}
    yield Ground(app, clinic, callers, {"patient": patient_uid, "alert": alert.uid})
    app.extensions["diary.engine"].dispose()
    engine.dispose()


@pytest.fixture(scope="module")
def foreseen(here: Ground) -> Mapping[str, Any]:
    """What the night found: the figures of the course."""
    with here.clinic.unit() as session:
        patient = patient_by_uid(session, here.uids["patient"])
        assert patient is not None
        (course,) = courses_of(session, patient.id)
        finding = assessments(session, [course.id])[course.id]
        assert finding.outlook is not None
        return {name: getattr(finding, name) for name in Forecast.__slots__}


def told_of(text: str, foreseen: Mapping[str, Any]) -> set[str]:
    """Fields, words, chances and days of the forecast that stand in an answer."""
    lower = text.lower().replace('role="alert"', "")
    chances = [value for name, value in foreseen.items() if name.startswith("p_")]
    numbers = {f"{chance:.4f}" for chance in chances} | {str(chance) for chance in chances}
    numbers |= {f"{round(100 * chance)} %" for chance in chances}
    days = [foreseen[name] for name in ("lost_p50", "lost_p90")]  # sooner ones are days of any calendar
    dates = {spelling for number in days for spelling in _spelled(day_number(number))}
    families = {name for name in FAMILIES if "_" in name}
    looked_for = {*Forecast.__slots__, *WORDS, *numbers, *dates, *families}
    return {one for one in looked_for if re.search(rf"(?<![\w.]){re.escape(one.lower())}(?!\w)", lower)}


def _spelled(day: date) -> set[str]:
    return {day.isoformat(), ENGLISH.short_day(day), ENGLISH.long_day(day), f"{day.day} {day:%B}"}


def asked(here: Ground) -> Iterator[tuple[str, TestResponse]]:
    """The answer of each route that is a patient's, asked by the phone."""
    known = routes(here.app)
    wanted = [
        route
        for route in known
        if PATIENT in RIGHTS[route]
        or (ANYONE in RIGHTS[route] and route.split()[1].startswith(("phone.", "enrolments.")))
    ]
    for route in sorted(wanted, key=lambda route: (route in LAST, route)):
        if takes_json(route, known[route]):
            body = here.app.json.dumps(BODIES.get(route, {}))
            yield route, send(here, route, body, headers=_phone(here))
        elif route.startswith("POST"):
            form = "&".join(f"{name}={value}" for name, value in FORMS.get(route, {}).items())
            kind = "application/x-www-form-urlencoded"
            yield route, send(here, route, form, content_type=kind, headers=_phone(here))
        else:
            yield route, send(here, route, headers=_phone(here))


def _phone(here: Ground) -> dict[str, str]:
    return {"Authorization": f"Bearer {here.callers[PATIENT].token}"}


def test_staff_see_it_so_that_what_is_looked_for_can_be_found(here, foreseen):
    told = told_of(send(here, "GET alerts.get_alert").text, foreseen)
    assert {"p_lost_lead", "lost_p50", "losing relief", str(foreseen["p_lost_lead"])} <= told
    page = told_of(here.callers[NURSE].get(f"/desk/patients/{here.uids['patient']}").text, foreseen)
    assert {"courses like this", "review"} <= page


def test_no_answer_to_a_patients_phone_tells_of_it(here, foreseen):
    statuses, told = {}, {}
    for route, answer in asked(here):
        statuses[route] = answer.status_code
        if found := told_of(answer.text, foreseen):
            told[route] = found
    assert told == {}
    read = {route for route, status in statuses.items() if route.startswith("GET") and status == 200}
    assert {
        "GET phone.today",
        "GET phone.days",
        "GET phone.download_record",
        "GET entries.list_entries",
    } <= read
    assert len(read) >= 25, statuses
