"""Whatever order a phone's answers and corrections arrive in, the diary and the night are the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import count, pairwise, permutations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.protocol import Protocol
from diary.domain.errors import Refusal
from diary.services import entries
from diary.services.entries import Answer
from diary.services.night_judging import judge_shard
from diary.services.night_shard import NightFrame, read_shard
from diary.services.nights import nights_due, run_night
from diary.storage.courses import course_rows
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.ids import new_uid
from diary.storage.nights import assessments
from diary.storage.patients import patient_by_id
from diary.storage.shards import stretches
from diary.storage.tables.alert import Alert
from diary.storage.unit import Scope, own, unit
from tests.little_clinic import FIRST_DAY, SHOWN, ZONE, LittleClinic, at, day_number, found

LAST = day_number(90)
CAME_AT = at(LAST + timedelta(days=1), hour=1)
MEANT = (
    "state",
    "answered_14d",
    "mean_7d",
    "relief_7d",
    "best_14d",
    "below_since",
    "loss_day",
    "baseline_nrs",
    "p_lost",
    "p_lost_lead",
    "lost_p50",
)


@dataclass(frozen=True, slots=True)
class Diary:
    """A clinic, and the numbers of its patients so far."""

    clinic: LittleClinic
    numbers: Iterator[int]

    def patient(self) -> int:
        patient_id = self.clinic.admit(f"P-{next(self.numbers)}")
        self.clinic.infuse(patient_id)
        return patient_id

    def receive(self, patient_id: int, answers: Sequence[Answer]) -> list[str]:
        """Each in turn, all on the same morning; the codes of those refused."""
        refused = []
        with unit(
            self.clinic.engine, Scope(self.clinic.clinic_id, "patient", patient_id), write=True
        ) as session:
            patient = patient_by_id(session, patient_id, lock=True)
            for answer in answers:
                try:
                    entries.record(session, patient, replace(answer, sent_at=CAME_AT), now=CAME_AT)
                except Refusal as refusal:
                    refused.append(refusal.code)
        return refused

    def scores(self, patient_id: int) -> list[tuple[str, int | None]]:
        with self.clinic.unit() as session:
            return [(str(one.day), one.nrs) for one in versions_of(session, patient_id) if one.standing]

    def packed(self, patient_id: int) -> list[bytes | None]:
        with self.clinic.unit() as session:
            return [course.days for course in course_rows(session, patient_id)]

    def next_night(self) -> dict[int, tuple[object, ...]]:
        """What the next night finds of each patient, and does about alerts; nothing is written."""
        (due,) = nights_due(self.clinic.engine, now=at(LAST + timedelta(days=1)))
        frame = NightFrame(
            clinic_id=due.clinic_id,
            night=due.night,
            cutoff_at=due.cutoff_at,
            run_id=0,
            protocol_id=0,
            protocol=Protocol(),
            foresight=SHOWN,
            now=due.cutoff_at,
            late=False,
        )
        with self.clinic.unit() as session:
            (stretch,) = stretches(session, most=1000)
            shard = read_shard(session, frame, stretch)
        return {
            found.one.course.patient_id: (found.state, found.acts, found.figures)
            for found in judge_shard(shard, frame)
        }

    def found(self, patient_id: int) -> tuple[list[object], list[tuple[object, ...]]]:
        """The finding and the alerts, without their numbers."""
        with self.clinic.unit() as session:
            (course,) = course_rows(session, patient_id)
            finding = assessments(session, [course.id])[course.id]
            alerts = session.scalars(own(session, Alert).where(Alert.patient_id == patient_id)).all()
            return (
                [getattr(finding, name) for name in MEANT],
                sorted((one.kind, one.level or "", one.status, str(one.facts)) for one in alerts),
            )


@pytest.fixture
def diary(database_url: str) -> Iterator[Diary]:
    engine = make_engine(database_url)
    yield Diary(found(engine, first_night=LAST), count(1))
    engine.dispose()


def chain(day, scores: Sequence[int]) -> list[Answer]:
    """An answer and its corrections, each naming the one before it, ten minutes apart."""
    first_at = datetime.combine(day, time(20), ZONE)
    made = []
    for place, nrs in enumerate(scores):
        answered_at = first_at + timedelta(minutes=10 * place)
        names = made[-1].client_id if made else None
        made.append(
            Answer(new_uid(answered_at), day, nrs, answered_at, answered_at, ZONE.key, supersedes=names)
        )
    return made


DAYS = [FIRST_DAY - timedelta(days=n) for n in range(1, 15)] + [day_number(n) for n in range(1, 91)]
HELD_BACK = st.lists(
    st.lists(st.integers(0, 10), min_size=0, max_size=3), min_size=len(DAYS), max_size=len(DAYS)
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(held=HELD_BACK, seed=st.integers(0, 2**32))
def test_ninety_days_held_back_by_a_phone_arrive_in_any_order(diary, held, seed):
    answers = [answer for day, scores in zip(DAYS, held, strict=True) for answer in chain(day, scores)]
    meant = sorted((str(day), scores[-1]) for day, scores in zip(DAYS, held, strict=True) if scores)
    shuffled = Random(seed).sample(answers, len(answers))
    in_order, in_disorder = diary.patient(), diary.patient()

    assert diary.receive(in_order, answers) == []
    assert diary.receive(in_disorder, shuffled) == []

    assert diary.scores(in_order) == diary.scores(in_disorder) == meant
    assert diary.packed(in_order) == diary.packed(in_disorder)
    judged = diary.next_night()
    assert judged[in_order] == judged[in_disorder]


def test_the_night_after_them_is_the_same_too(diary):
    draw = Random(20090904)
    held = [[9, 8] if day < FIRST_DAY else [2, 3] if day < day_number(50) else [8] for day in DAYS]
    answers = [answer for day, scores in zip(DAYS, held, strict=True) for answer in chain(day, scores)]
    patients = [diary.patient() for _ in range(4)]
    for patient_id in patients:
        assert diary.receive(patient_id, answers) == []
        draw.shuffle(answers)
    (due,) = nights_due(diary.clinic.engine, now=at(LAST + timedelta(days=1)))

    run_night(diary.clinic.engine, due, now=due.cutoff_at, wall=lambda: due.cutoff_at, owner="me")

    finding, alerts = diary.found(patients[0])
    assert finding[0] == "loss"
    assert [alert[0] for alert in alerts] == ["loss", "review"]
    for patient_id in patients[1:]:
        assert diary.found(patient_id) == (finding, alerts)


@pytest.mark.parametrize("versions", [2, 3, 4])
def test_of_a_chain_of_corrections_the_last_stands_in_every_order_of_arrival(diary, versions):
    for order in permutations(range(versions)):
        answers = chain(FIRST_DAY - timedelta(days=1), [9, 3, 6, 1][:versions])
        patient_id = diary.patient()

        assert diary.receive(patient_id, [answers[place] for place in order]) == [], order

        assert diary.scores(patient_id) == [(str(answers[0].day), answers[-1].nrs)], order
        with diary.clinic.unit() as session:
            stored = versions_of(session, patient_id)
        assert len(stored) == versions
        assert stored[-1].standing
        assert all(lower.version < higher.version for lower, higher in pairwise(stored))


def test_of_two_first_answers_the_first_received_stands(diary):
    day = FIRST_DAY - timedelta(days=1)
    (early,), (late,) = chain(day, [4]), chain(day, [7])
    late = replace(late, answered_at=late.answered_at + timedelta(minutes=5))
    for first, second in ((early, late), (late, early)):
        patient_id = diary.patient()
        assert diary.receive(patient_id, [first, second]) == ["day_already_answered"]
        assert diary.scores(patient_id) == [(str(day), first.nrs)]


def test_two_corrections_of_one_answer_are_rivals_too(diary):
    day = FIRST_DAY - timedelta(days=1)
    first, second = chain(day, [4, 7])
    rival = replace(second, client_id=new_uid(CAME_AT), nrs=2)
    patient_id = diary.patient()
    assert diary.receive(patient_id, [first, second, rival]) == ["superseded_version_changed"]
    assert diary.scores(patient_id) == [(str(day), 7)]
