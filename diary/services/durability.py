"""How long relief lasts in a clinic, by what was given: read from its courses, with nobody's name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from diary.domain.durability.given import FACTORS, Block, CourseGiven
from diary.domain.durability.groups import PATIENTS_MIN, Factor, compare
from diary.domain.durability.outcomes import Followed, Outcomes, outcomes_of
from diary.domain.durability.repeats import Lasted, Repeats, repeats_of
from diary.domain.durability.told import NOT_RANDOMISED, lasted_text, log_rank_text, repeats_text
from diary.services.diaries_as_of import AsOf, Diaries, read_diaries
from diary.services.night_shard import day_number
from diary.storage.durability import CourseOf, blocks_given, courses_of_clinic
from diary.storage.foretold import newest_courses, next_starts

# The newest of them: practice changes, and a clinic has fewer in ten years.
COURSES_MOST: Final = 50_000
# Read and judged together: a few megabytes of days.
BLOCK_COURSES: Final = 2_000
PAIRS_SHOWN: Final = 200
# What a group of few says of them. Of a group that is not drawn, none of it leaves.
COUNTS: Final = ("patients", "courses", "responders", "no_response", "unknown", "lost", "treated_again")
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Durability:
    """A clinic's, as of a night."""

    night: date
    courses: int
    patients: int
    weak: int
    """Courses without a baseline, which have no relief to speak of; in no curve."""
    factors: tuple[Factor, ...]
    repeats: Repeats

    def to_values(self) -> dict[str, Any]:
        """Ready for JSON, small cells None, with what the figures say in words: a page only shows them."""
        values = asdict(self)
        values |= {"night": self.night.isoformat(), "told": NOT_RANDOMISED}
        for factor, shown in zip(self.factors, values["factors"], strict=True):
            shown["told"] = log_rank_text(factor)
            for group, of_group in zip(factor.groups, shown["groups"], strict=True):
                of_group |= {"drawn": group.drawn, "lasted": lasted_text(group)}
                of_group["shares"] = [
                    (known, third, half) if known >= PATIENTS_MIN else (None, None, None)
                    for known, third, half in group.shares
                ]
                if not group.drawn:
                    of_group |= dict.fromkeys(COUNTS)
        values["repeats"] |= {
            "told": repeats_text(self.repeats),
            "pairs": values["repeats"]["pairs"][:PAIRS_SHOWN],
        }
        return values


@dataclass(frozen=True, slots=True)
class _Read:
    """Some courses, and what became of them."""

    courses: Sequence[CourseOf]
    carried: Sequence[bool]
    given: Sequence[CourseGiven]
    outcomes: Outcomes
    without_baseline: int


def durability(
    session: Session, as_of: AsOf, *, seen: Callable[[int], object] = lambda _: None
) -> Durability:
    """Every course on ketamine whose infusion had ended by that night, followed or closed.

    None in a masked study, and none on a placebo or on a study drug of which it is not known.

    seen: told how many more courses were read.
    """
    ids = newest_courses(session, ended_by=as_of.night, most=COURSES_MOST)
    blocks = [ids[first : first + BLOCK_COURSES] for first in range(0, len(ids), BLOCK_COURSES)]
    read: list[_Read] = []
    for block in blocks:
        read += _read(session, sorted(block), as_of)
        seen(len(block))
    courses = [course for one in read for course in one.courses]
    given = [course for one in read for course in one.given]
    carried = [is_carried for one in read for is_carried in one.carried]
    weak = sum(one.without_baseline for one in read)
    patients = np.array([course.patient_id for course in courses], dtype=np.int64)
    if not courses:
        return Durability(as_of.night, 0, 0, weak, (), repeats_of([]))
    outcomes = _together([one.outcomes for one in read])
    factors = [
        compare(name, [of(course) for course in given], patients, outcomes) for name, of in FACTORS.items()
    ]
    return Durability(
        as_of.night,
        len(courses),
        len(np.unique(patients)),
        weak,
        tuple(factors),
        repeats_of(_lasted(courses, carried, outcomes)),
    )


def _read(session: Session, ids: Sequence[int], as_of: AsOf) -> Iterator[_Read]:
    diaries = read_diaries(session, ids, as_of)
    if diaries is None:
        return
    known = np.isfinite(diaries.arrays.baselines.nrs)
    without = int((~known).sum())
    kept = diaries.rows(np.flatnonzero(known))
    ids = [one.course.id for one in kept.courses]
    of, blocks = courses_of_clinic(session, ids), blocks_given(session, ids)
    yield _Read(
        courses=[of[course_id] for course_id in ids],
        carried=[one.baseline_kind == "carried" for one in kept.courses],
        given=[
            CourseGiven(of[course_id].number, tuple(Block(*block) for block in blocks.get(course_id, ())))
            for course_id in ids
        ],
        outcomes=outcomes_of(_followed(session, kept), protocol=as_of.protocol),
        without_baseline=without,
    )


def _followed(session: Session, diaries: Diaries) -> Followed:
    starts = next_starts(session, [one.course.id for one in diaries.courses])
    again = [
        one.course.id in starts and day_number(one.course, starts[one.course.id] - ONE_DAY) == int(end)
        for one, end in zip(diaries.courses, diaries.ends, strict=True)
    ]
    return Followed(
        scores=diaries.arrays.scores,
        baseline_nrs=diaries.arrays.baselines.nrs,
        ends=diaries.ends,
        treated_again=np.array(again, dtype=np.bool_),
        boosters=diaries.arrays.boosters,
        expected=diaries.arrays.expected,
    )


def _together(parts: Sequence[Outcomes]) -> Outcomes:
    return Outcomes(*(np.concatenate([getattr(part, name) for part in parts]) for name in Outcomes.__slots__))


def _lasted(
    courses: Sequence[CourseOf], carried: Sequence[bool], outcomes: Outcomes
) -> list[tuple[str, list[Lasted]]]:
    """By pseudonym the courses that had relief to lose, first to last."""
    found: dict[str, list[Lasted]] = {}
    for row in np.flatnonzero(outcomes.responders).tolist():
        one = Lasted(
            courses[row].number, int(outcomes.judged_last[row]), bool(outcomes.lost[row]), carried[row]
        )
        found.setdefault(courses[row].pseudonym, []).append(one)
    return [(name, sorted(found[name], key=lambda one: one.number)) for name in sorted(found)]
