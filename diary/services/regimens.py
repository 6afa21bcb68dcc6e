"""Declares regimens: how a clinic plans its infusions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.storage.ids import new_uid
from diary.storage.tables.course import Regimen
from diary.storage.unit import clinic_of, own


def add_regimen(
    session: Session,
    *,
    name: str,
    agent: str,
    setting: str,
    infusion_days: int,
    hours_a_day: float,
    dose_as_written: str,
    dose_mg_kg_h: float | None,
    series_gap_max_days: int,
    adjuncts: Sequence[str],
    now: datetime,
) -> Regimen:
    """A new regimen to plan with.

    Raises:
        Refusal: regimen_name_taken, also by one that is retired: what was given under it keeps its name.
    """
    if session.scalars(own(session, Regimen).where(Regimen.name == name)).first() is not None:
        raise Refusal("regimen_name_taken", "Another regimen has this name. Choose another.", pointer="/name")
    regimen = Regimen(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        name=name,
        agent=agent,
        setting=setting,
        infusion_days=infusion_days,
        hours_a_day=hours_a_day,
        dose_as_written=dose_as_written,
        dose_mg_kg_h=dose_mg_kg_h,
        series_gap_max_days=series_gap_max_days,
        adjuncts=list(adjuncts),
        version=1,
    )
    session.add(regimen)
    session.flush()
    audit.note(session, "regimen.add", now=now, object="regimen", object_uid=regimen.uid)
    return regimen


def check_in_use(regimen: Regimen) -> None:
    """Nothing new is planned with a regimen that is retired; what was given under it is still recorded.

    Raises:
        Refusal: regimen_retired.
    """
    if regimen.retired_at is not None:
        raise Refusal("regimen_retired", "This regimen is retired. Choose one in use.", pointer="/regimen")


def change_regimen(session: Session, regimen: Regimen, values: Mapping[str, Any], *, now: datetime) -> None:
    """Change how it is planned from now on, retire it, or take it into use again.

    Raises:
        Refusal: regimen_name_taken.
    """
    name = values.get("name", regimen.name)
    others = own(session, Regimen).where(Regimen.name == name, Regimen.id != regimen.id)
    if session.scalars(others).first() is not None:
        raise Refusal("regimen_name_taken", "Another regimen has this name. Choose another.", pointer="/name")
    for field, value in values.items():
        if field == "retired":
            regimen.retired_at = (regimen.retired_at or now) if value else None
        else:
            setattr(regimen, field, value)
    regimen.version += 1
    session.flush()
    audit.note(
        session,
        "regimen.change",
        now=now,
        object="regimen",
        object_uid=regimen.uid,
        detail={"changed": sorted(values)},
    )
