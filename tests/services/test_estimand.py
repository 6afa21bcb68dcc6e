"""What a rescue drug or a booster does to a study's figures: nothing, or later answers are set aside."""

import numpy as np
import pytest

from diary.domain.packed import NO_ANSWER
from diary.services.clinical_events import record_event
from diary.services.diaries_as_of import as_of_now
from diary.services.study_figures import Arm, pooled_figures, read_arms
from diary.services.study_words import told_pooled
from diary.storage.patients import patient_by_id
from tests.little_clinic import at, day_number
from tests.services.studied import allotted, begin, the_study

NOW = at(day_number(20), hour=23)


def last_answers(arm: Arm) -> list[int]:
    """By patient the last course day whose answer counts."""
    return [int(np.flatnonzero(row != NO_ANSWER).max()) + 1 for row in arm.scores]


@pytest.mark.parametrize(
    ("estimand", "rescued", "others"), [("treatment_policy", [20], [20, 20]), ("hypothetical", [9], [4, 20])]
)
def test_answers_from_a_rescue_drug_or_a_booster_on_count_as_the_estimand_says(
    sqlite_clinic, estimand, rescued, others
):
    begin(sqlite_clinic, estimand=estimand)
    people = [sqlite_clinic.treated(name, "3 " * 20) for name in ("P-rescued", "P-boosted", "P-plain")]
    for patient_id, stratum in zip(people, ("left", "left", "right"), strict=True):
        sqlite_clinic.rename_drug(patient_id)
        allotted(sqlite_clinic, patient_id, stratum)
    facts = {"day": day_number(10), "detail": None, "alt_u_l": None, "ast_u_l": None}
    with sqlite_clinic.unit(write=True) as session:
        patient = patient_by_id(session, people[0])
        record_event(session, patient, kind="rescue_drug", **facts, today=day_number(20), now=NOW)
    sqlite_clinic.infuse(people[1], first_day=day_number(5), classified_as="booster", agent="study_drug")
    with sqlite_clinic.unit() as session:
        study, as_of = the_study(session), as_of_now(session, NOW)
        ketamine, placebo = read_arms(session, study, as_of)
        said = told_pooled(pooled_figures(session, study, as_of), masked=True).told[1]
    assert (last_answers(placebo), last_answers(ketamine)) == (rescued, others)
    assert said.startswith("Treatment policy" if others[0] == 20 else "Hypothetical")
    assert ("This concerns 2 patients." in said) == (estimand == "hypothetical")
