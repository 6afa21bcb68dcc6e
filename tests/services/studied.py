"""A study in a small clinic: begun, with a list, and people who took part in it."""

from diary.services.studies import found_study
from diary.services.study_list import Place, allot, keep_list
from diary.services.study_steps import record_step
from diary.storage.patients import patient_by_id
from diary.storage.studies import study_named
from diary.storage.tables.study import Study, StudyCourse
from tests.little_clinic import FIRST_DAY, LittleClinic, at

NAME = "Second trial"
ARMS = ("ketamine", "placebo")
NOW = at(FIRST_DAY)
LIST = (
    Place("left", "1-001", "placebo"),
    Place("left", "1-002", "ketamine"),
    Place("right", "2-001", "ketamine"),
)


def begin(clinic: LittleClinic, *, estimand: str = "treatment_policy") -> None:
    """A masked study with a list of two strata."""
    with clinic.unit(write=True) as session:
        study = found_study(session, name=NAME, arms=ARMS, masking="masked", estimand=estimand, now=NOW)
        keep_list(session, study, LIST, made={"source": "made"}, now=NOW)


def the_study(session) -> Study:
    """The study that `begin` began."""
    study = study_named(session, NAME)
    assert study is not None
    return study


def consented(clinic: LittleClinic, patient_id: int) -> None:
    """Screened, and agreed."""
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id)
        for kind in ("screened", "consented"):
            record_step(
                session, the_study(session), patient, kind=kind, day=FIRST_DAY, today=FIRST_DAY, now=NOW
            )


def allotted(clinic: LittleClinic, patient_id: int, stratum: str = "left") -> StudyCourse:
    """Agreed, and given the next place."""
    consented(clinic, patient_id)
    with clinic.unit(write=True) as session:
        return allot(
            session, the_study(session), patient_by_id(session, patient_id), stratum=stratum, now=NOW
        )
