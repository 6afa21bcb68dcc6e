"""A day's answer changed twice on a phone without a network, and sent with the newest version first."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from diary.services import entries
from diary.services.entries import VERSIONS_MAX, Answer
from diary.storage.courses import courses_of, days_of
from diary.storage.entries import versions_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.entry import Entry
from schemas.entry import EntryOut
from tests.little_clinic import FIRST_DAY, ZONE, LittleClinic, at
from tests.refusals import refused

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


def change_often(clinic: LittleClinic, patient_id: int, times: int) -> Answer:
    """Change the day's answer so many times; the newest one."""
    newest = None
    for minute in range(times):
        moment = datetime.combine(DAY, time(18), ZONE) + timedelta(minutes=minute)
        newest = Answer(
            new_uid(moment), DAY, minute % 11, moment, moment, ZONE.key,
            supersedes=newest.client_id if newest else None,
        )  # fmt: skip
        assert send(clinic, patient_id, newest)
    assert newest is not None
    return newest


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


def test_a_day_is_changed_only_so_often_by_a_phone_and_still_corrected_by_staff(clinic):
    patient_id = clinic.admit("P-1")
    newest = change_often(clinic, patient_id, VERSIONS_MAX)
    once_more = replace(newest, client_id=new_uid(newest.answered_at), nrs=10, supersedes=newest.client_id)
    with refused("day_changed_too_often"):
        send(clinic, patient_id, once_more)
    assert not send(clinic, patient_id, newest), "sent again, it is known"
    other_day = replace(once_more, day=DAY - timedelta(days=1), supersedes=None)
    assert send(clinic, patient_id, other_day)

    with clinic.unit(write=True) as session:
        standing = next(
            entry for entry in versions_of(session, patient_id) if entry.day == DAY and entry.standing
        )
        patient = patient_by_id(session, patient_id, lock=True)
        entries.correct(session, patient, standing, nrs=2, reason="by phone", now=at(DAY, hour=23))
    assert packed_score(clinic, patient_id) == 2
    assert len([entry for entry in stored(clinic, patient_id) if entry.day == DAY]) == VERSIONS_MAX + 1
