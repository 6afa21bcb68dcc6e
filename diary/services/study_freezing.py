"""Freezes a study's record by its checksum, and says at any time whether it is still the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services.studies import note
from diary.services.study_record import RecordFile, study_files, sums_of
from diary.storage.audit import newest_id
from diary.storage.studies import freezes_of
from diary.storage.tables.study import Study, StudyFreeze
from diary.storage.unit import clinic_of, scope_of


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """Whether one file of the record is still as it was frozen."""

    name: str
    same: bool
    rows_then: int
    rows_now: int


def freeze(session: Session, study: Study, *, now: datetime) -> tuple[StudyFreeze, list[RecordFile]]:
    """Keep the checksum of the record as it stands; the files themselves go to the caller.

    Args:
        session: of the clinic.
        study: held by the caller.
        now: when; the audit trail goes along up to here.

    Raises:
        Refusal: study_wrong_state, when the study is not closed.
    """
    if study.closed_at is None:
        raise Refusal("study_wrong_state", f"Close {study.name} first: its record still grows.")
    trail_id = newest_id(session)
    files = list(study_files(session, study, trail_id=trail_id))
    sums, scope = sums_of(files), scope_of(session)
    kept = StudyFreeze(
        clinic_id=clinic_of(session),
        study_id=study.id,
        n=len(freezes_of(session, study)) + 1,
        frozen_at=now,
        actor_kind=scope.actor_kind,
        actor_id=scope.actor_id,
        trail_id=trail_id,
        sha256=sums.sha256,
        files=[{"name": file.name, "rows": file.rows, "sha256": file.sha256} for file in files],
    )
    session.add(kept)
    session.flush()
    note(session, study, "study.freeze", now=now, n=kept.n, sha256=kept.sha256)
    return kept, [*files, sums]


def compare(session: Session, study: Study, kept: StudyFreeze) -> list[FileVerdict]:
    """Each file of the record as it stands now, held against what was frozen."""
    now = {file.name: file for file in study_files(session, study, trail_id=kept.trail_id)}
    return [
        FileVerdict(
            then["name"],
            same=now[then["name"]].sha256 == then["sha256"],
            rows_then=then["rows"],
            rows_now=now[then["name"]].rows,
        )
        for then in kept.files
    ]


def is_same(verdicts: Sequence[FileVerdict]) -> bool:
    """Whether nothing was changed since."""
    return all(verdict.same for verdict in verdicts)
