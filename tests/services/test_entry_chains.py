"""A day's answer changed twice on a phone without a network, and sent with the newest version first."""

from datetime import datetime, time, timedelta

from diary.services import entries
from diary.services.entries import Answer
from diary.storage.courses import courses_of, days_of
from diary.storage.entries import versions_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.entry import Entry
from schemas.entry import EntryOut
from tests.little_clinic import FIRST_DAY, ZONE, LittleClinic, at

DAY = FIRST_DAY - timedelta(days=5)
SCORES = (3, 5, 7)


def chain() -> list[Answer]:
    """A first answer, a second thought and a third, each naming the one before."""
    made: list[Answer] = []
    for hour, nrs in enumerate(SCORES, start=18):
        moment = datetime.combine(DAY, time(hour), ZONE)
        before = made[-1].client_id if made else None
        made.append(Answer(new_uid(moment), DAY, nrs, moment, moment, ZONE.key, supersedes=before))
    return made


def send(clinic: LittleClinic, patient_id: int, answer: Answer) -> bool:
    """Post one version; whether it was new."""
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        return entries.record(session, patient, answer, now=at(DAY, hour=22)).created


def stored(clinic: LittleClinic, patient_id: int) -> list[Entry]:
    """Every version, in the order of the chain."""
    with clinic.unit() as session:
        return versions_of(session, patient_id)


def packed_score(clinic: LittleClinic, patient_id: int) -> int | None:
    with clinic.unit() as session:
        row = days_of(session, courses_of(session, patient_id)[0].id)
        assert row is not None
        return row.days[(DAY - row.anchor_day).days]


def test_they_are_kept_in_their_order_the_newest_stands_and_the_api_can_show_each(clinic):
    patient_id = clinic.admit("P-1")
    versions = chain()
    assert [send(clinic, patient_id, answer) for answer in reversed(versions)] == [True] * 3
    found = stored(clinic, patient_id)
    assert [(entry.nrs, entry.standing) for entry in found] == [(3, False), (5, False), (7, True)]
    assert [entry.supersedes for entry in found] == [None, versions[0].client_id, versions[1].client_id]
    assert packed_score(clinic, patient_id) == 7
    assert [send(clinic, patient_id, answer) for answer in versions] == [False] * 3
    allowed = EntryOut().fields["version"].limits()
    assert [entry.version for entry in found] == [0, 1, 2]
    assert allowed["minimum"] <= 0
