"""The demo's trial: 30 patients on ketamine, 30 on placebo; closed, unblinded, brought in as history."""

import random
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from diary.domain import packed
from diary.domain.days import day_of_number
from diary.domain.simulation.cohort import Cohort
from diary.services.courses import close_course
from diary.services.demo_clinic import demo_clinic, hire, moment
from diary.services.demo_people import TRIAL_STAFF, area_of
from diary.services.demo_script import ZONE
from diary.services.demo_story import DemoPlan
from diary.services.diaries_as_of import as_of_now
from diary.services.history_reading import History, PastAnswer, PastInfusion, PastPatient
from diary.services.imports import bring_in
from diary.services.infusions import Given
from diary.services.simulation import draw_trial
from diary.services.study_figures import StudyFigures, study_figures
from diary.storage.courses import courses_of
from diary.storage.ids import new_uid
from diary.storage.studies import study_named
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.study import Study, StudyArm, StudyCourse
from diary.storage.unit import SYSTEM, Scope, clinic_of, enter, unit

TRIAL_NAME: Final = "CRPS trial (simulated)"
AGENT_OF: Final = {"ketamine": "s_ketamine", "placebo": "placebo"}
ARMS: Final = tuple(AGENT_OF)
# The year of the trial that it imitates (Sigtermans 2009); fixed before anyone looked.
SEED: Final = 2009
WEEKS: Final = 12
PATIENTS_PER_ARM: Final = 30
INFUSION_DAYS: Final = 5
# The first patient of the trial, a Monday; two and a half patients a week, as in the clinic.
BEGAN_ON: Final = date(2025, 1, 13)
PATIENTS_A_WEEK: Final = 2.5
BOTH_ARMS: Final = "S-ketamine 5 to 20 mg/h per 70 kg or placebo, by the trial's list (simulated)"


def found_trial(engine: Engine, plan: DemoPlan, *, password: str) -> None:
    """Found the trial's own clinic, bring its diaries in, close its courses and its study."""
    now = moment(plan.frozen_on, time(8))
    with unit(engine, Scope(None, "operator"), write=True) as session:
        clinic = demo_clinic(session, name=TRIAL_NAME, now=now)
        hire(session, TRIAL_STAFF, password=password, now=now)
        arms = _study(session, plan)
        history, arm_of = _history()
        for done in bring_in(
            session, history, zone=ZONE.key, locale=clinic.locale, today=plan.frozen_on, now=now
        ):
            (course,) = courses_of(session, done.patient.id)
            assert course.last_infusion_day is not None
            ended_on = course.last_infusion_day + timedelta(weeks=WEEKS)
            close_course(session, course, closing="day_limit", now=moment(ended_on, time(8)))
            arm = arms[arm_of[done.patient.pseudonym]]
            session.add(
                StudyCourse(
                    clinic_id=clinic.id,
                    study_id=arm.study_id,
                    arm_id=arm.id,
                    course_id=course.id,
                    allotted_at=moment(BEGAN_ON, time(8)),
                )
            )


def trial_figures(engine: Engine, *, now: datetime) -> StudyFigures:
    """Both arms compared, from what the database holds of the trial."""
    with unit(engine, SYSTEM, write=False) as session:
        clinic = session.scalars(select(Clinic).where(Clinic.name == TRIAL_NAME)).one()
        enter(session, Scope(clinic.id, "operator"))
        study = study_named(session, TRIAL_NAME)
        assert study is not None
        return study_figures(session, study, as_of_now(session, now))


def _study(session: Session, plan: DemoPlan) -> dict[str, StudyArm]:
    study = Study(
        clinic_id=clinic_of(session),
        uid=new_uid(moment(BEGAN_ON, time(8))),
        name=TRIAL_NAME,
        masking="masked",
        estimand="treatment_policy",
        follow_up_days=7 * WEEKS,
        version=1,
        created_at=moment(BEGAN_ON, time(8)),
        closed_at=moment(plan.frozen_on, time(8)),
        unblinded_at=moment(plan.frozen_on, time(8)),
    )
    session.add(study)
    session.flush()
    arms = {name: StudyArm(clinic_id=study.clinic_id, study_id=study.id, name=name) for name in ARMS}
    session.add_all(arms.values())
    session.flush()
    return arms


def _history() -> tuple[History, dict[str, str]]:
    """The trial as the clinic's files would have it, and each patient's arm."""
    trial = draw_trial(SEED, patients_per_arm=PATIENTS_PER_ARM, days=7 * WEEKS)
    cohort_of = {"ketamine": trial.ketamine, "placebo": trial.placebo}
    places = [(arm, row) for arm in ARMS for row in range(PATIENTS_PER_ARM)]
    random.Random(SEED).shuffle(places)
    patients, arm_of = {}, {}
    for number, (arm, row) in enumerate(places):
        pseudonym = f"T-{number + 1:02}"
        first_day = BEGAN_ON + timedelta(weeks=int(number / PATIENTS_A_WEEK))
        agent = AGENT_OF[arm]
        patients[pseudonym] = _past(cohort_of[arm], row, first_day, agent, area_of(number + 1))
        arm_of[pseudonym] = arm
    return History(patients, "trial diaries", "trial infusions"), arm_of


def _past(cohort: Cohort, row: int, first_day: date, agent: str, treated_area: str) -> PastPatient:
    last_day = first_day + timedelta(days=INFUSION_DAYS - 1)
    given = Given(first_day, last_day, agent, "inpatient", BOTH_ARMS, "new_course")
    before = enumerate(cohort.before[row].tolist(), start=-packed.DAYS_BEFORE)
    after = enumerate(cohort.scores[row].tolist(), start=1)
    return PastPatient(
        answers={
            day_of_number(number, first_day, last_day): PastAnswer(nrs, "1", line=number)
            for number, nrs in (*before, *after)
            if nrs != packed.NO_ANSWER
        },
        infusions=[PastInfusion("1", given, treated_area, line=1)],
    )
