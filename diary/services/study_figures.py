"""A study's two arms compared, from what the database holds of its courses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from diary.domain import packed
from diary.domain.errors import Refusal
from diary.domain.trials.fading import draw_trials
from diary.domain.trials.repeated import Repeated, repeated_measures
from diary.domain.trials.weeks import WEEKS, ArmWeek, Week, arm_week, compare_weeks, last_day, week_means
from diary.services.diaries_as_of import AsOf, Diaries, read_diaries
from diary.storage.courses import rescue_days
from diary.storage.studies import allotted_courses, arms_of
from diary.storage.tables.study import Study

# The year of the trial that the service grew from, as the demo's trial has it: fixed before anyone looked.
SIMULATED_SEED: Final = 2009
ESTIMAND_TOLD: Final[Mapping[str, str]] = {
    "treatment_policy": (
        "Treatment policy, the estimand: every answer counts, whatever else the patient was given; rescue "
        "medicine and boosters are part of what the arms are compared in."
    ),
    "hypothetical": (
        "Hypothetical, the estimand: as if no rescue drug and no booster had been given. They are "
        "intercurrent events: answers from the first of them on are set aside, and the model takes them as "
        "missing at random."
    ),
}


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: its patients' scores from day 1 on, and their baselines."""

    name: str
    scores: NDArray[np.uint8]
    baseline_nrs: NDArray[np.float64]
    set_aside: int = 0
    """Patients of whom answers were set aside, as the estimand says."""

    def answered(self, weeks: int) -> list[tuple[int, int]]:
        """By week: days that were answered, and days there were, over all patients."""
        came = self.scores != packed.NO_ANSWER
        found = []
        for week in range(1, weeks + 1):
            days = came[:, max(0, last_day(week - 1)) : last_day(week)]
            found.append((int(days.sum()), days.size))
        return found


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """Two arms compared as of a day."""

    study: str
    estimand: str
    set_aside: int
    """Patients of whom answers were."""
    as_of: date
    arms: tuple[str, str]
    patients: tuple[int, int]
    weeks: tuple[Week, ...]
    answered: tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]
    model: Repeated | None
    no_model: str | None
    """Why there is none."""

    @property
    def smaller_arm(self) -> int:
        """What simulated trials of its size have an arm: of unlike arms the smaller counts."""
        return max(2, min(self.patients))


@dataclass(frozen=True, slots=True)
class PooledFigures:
    """All arms of a masked study together, as of a day."""

    study: str
    estimand: str
    set_aside: int
    as_of: date
    patients: int
    weeks: tuple[ArmWeek, ...]
    answered: Sequence[tuple[int, int]]


def study_figures(session: Session, study: Study, as_of: AsOf) -> StudyFigures:
    """Compare the arms of a study that has two, week by week and over the whole period.

    Raises:
        Refusal: study_masked while it is; study_not_comparable where it has not two arms with patients.
    """
    if study.unblinded_at is None:
        raise Refusal(
            "study_masked",
            f"{study.name} is masked: its arms are compared once two people have unblinded it.",
        )
    arms = read_arms(session, study, as_of)
    if not comparable(arms):
        raise Refusal(
            "study_not_comparable",
            f"{study.name} has not two arms with patients who were infused; nothing can be compared yet.",
        )
    return compare_arms(study, arms[0], arms[1], as_of=as_of.night)


def pooled_figures(session: Session, study: Study, as_of: AsOf) -> PooledFigures:
    """The arms of a study together, which tells nobody who was given what."""
    arms = read_arms(session, study, as_of)
    together = Arm(
        "",
        np.concatenate([arm.scores for arm in arms]),
        np.concatenate([arm.baseline_nrs for arm in arms]),
        sum(arm.set_aside for arm in arms),
    )
    means = week_means(together.scores, weeks=WEEKS)
    return PooledFigures(
        study.name,
        study.estimand,
        together.set_aside,
        as_of.night,
        len(together.scores),
        tuple(arm_week(week, means) for week in range(1, WEEKS + 1)),
        together.answered(WEEKS),
    )


def comparable(arms: Sequence[Arm]) -> bool:
    """Whether there are two arms, each with patients."""
    return len(arms) == 2 and all(len(arm.scores) for arm in arms)


def compare_arms(study: Study, first: Arm, second: Arm, *, as_of: date) -> StudyFigures:
    """The same of arms that were read."""
    one, other = (week_means(arm.scores, weeks=WEEKS) for arm in (first, second))
    try:
        model, no_model = repeated_measures(one, other, first.baseline_nrs, second.baseline_nrs), None
    except ValueError as error:
        model, no_model = None, str(error)
    return StudyFigures(
        study=study.name,
        estimand=study.estimand,
        set_aside=first.set_aside + second.set_aside,
        as_of=as_of,
        arms=(first.name, second.name),
        patients=(len(first.scores), len(second.scores)),
        weeks=tuple(compare_weeks(one, other)),
        answered=(first.answered(WEEKS), second.answered(WEEKS)),
        model=model,
        no_model=no_model,
    )


def trials_like(figures: StudyFigures, trials: int, *, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Simulated trials of a study's size, in blocks: in which weeks each is significant."""
    weeks = len(figures.weeks)
    return draw_trials(trials, patients_per_arm=figures.smaller_arm, seed=seed, weeks=weeks)


def read_arms(session: Session, study: Study, as_of: AsOf) -> list[Arm]:
    """The arms by name; courses whose infusion has not ended, or whose days cannot be read, are left out."""
    arm_of = allotted_courses(session, study)
    diaries = read_diaries(session, sorted(arm_of), as_of)
    names = {arm.id: arm.name for arm in arms_of(session, study)}
    days = last_day(WEEKS)
    if diaries is None:
        nobody = np.zeros((0, days), dtype=np.uint8)
        return [Arm(name, nobody, np.zeros(0)) for name in names.values()]
    scores = np.full((diaries.count, days), packed.NO_ANSWER, dtype=np.uint8)
    kept = diaries.arrays.scores[:, :days]
    own = np.arange(1, kept.shape[1] + 1) <= diaries.ends[:, None]
    scores[:, : kept.shape[1]] = np.where(own, kept, packed.NO_ANSWER)
    ends = np.full(len(scores), days + 1)
    if study.estimand == "hypothetical":
        ends = _intercurrent(session, diaries, ends)
    late = np.arange(1, days + 1) >= ends[:, None]
    cut = ((scores != packed.NO_ANSWER) & late).any(axis=1)
    scores[late] = packed.NO_ANSWER
    in_arm = np.array([arm_of[one.course.id] for one in diaries.courses])
    return [
        Arm(
            name,
            scores[in_arm == arm],
            diaries.arrays.baselines.nrs[in_arm == arm],
            int(cut[in_arm == arm].sum()),
        )
        for arm, name in names.items()
    ]


def _intercurrent(session: Session, diaries: Diaries, ends: NDArray[np.int_]) -> NDArray[np.int_]:
    """The course day of each patient's first rescue drug or booster; what is given where there is none."""
    found = ends.copy()
    boosters = diaries.arrays.boosters
    if boosters is not None:
        found = np.where(boosters.any(axis=1), np.minimum(found, boosters.argmax(axis=1) + 1), found)
    rescued = rescue_days(session, [one.course.patient_id for one in diaries.courses])
    for row, one in enumerate(diaries.courses):
        for day in rescued.get(one.course.patient_id, ()):
            number = (day - one.course.last_infusion_day).days if one.course.last_infusion_day else 0
            if 1 <= number < found[row]:
                found[row] = number
    return found
