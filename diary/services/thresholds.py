"""Changes to a clinic's thresholds: each is a new version from now on, and no old alert is touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from config.protocol import DEFAULT, Protocol
from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.clinics import new_protocol
from diary.storage.protocols import protocol_versions
from diary.storage.tables.clinic import ProtocolVersion

PHYSICIANS_OWN: Final = "minimum_interval_days"


@dataclass(frozen=True, slots=True)
class Change:
    """One version, and what it changed of the one before."""

    version: ProtocolVersion
    changed: tuple[tuple[str, Any, Any], ...]
    """Name, before, after."""


def change_thresholds(
    session: Session, changes: Mapping[str, Any], *, by_physician: bool, note: str, now: datetime
) -> ProtocolVersion:
    """From the next night on these values count. Nights and alerts of before keep the version they used.

    Raises:
        Refusal: thresholds_at_odds; thresholds_unchanged; physician_sets_interval.
    """
    values = _whole(protocol_versions(session)[-1])
    wanted = {**values, **changes}
    if wanted[PHYSICIANS_OWN] != values[PHYSICIANS_OWN] and not by_physician:
        raise Refusal(
            "physician_sets_interval",
            "Only a physician sets the minimum interval between two infusions.",
            pointer=f"/{PHYSICIANS_OWN}",
        )
    try:
        protocol = Protocol.from_values(wanted)
    except ValueError as error:
        raise Refusal("thresholds_at_odds", f"These values do not go together. {error}.") from None
    if protocol.to_values() == values:
        raise Refusal("thresholds_unchanged", "Nothing differs from what is in force. Change a value first.")
    version = new_protocol(session, protocol, note=note, now=now)
    changed = [name for name, value in protocol.to_values().items() if value != values[name]]
    audit.note(
        session, "protocol.change", now=now, object="protocol", detail={"n": version.n, "changed": changed}
    )
    return version


def history(session: Session) -> list[Change]:
    """All versions, the newest first."""
    versions = protocol_versions(session)
    before = [DEFAULT.to_values(), *(_whole(version) for version in versions[:-1])]
    return [
        Change(version, _unlike(earlier, _whole(version)))
        for version, earlier in zip(reversed(versions), reversed(before), strict=True)
    ]


def _whole(version: ProtocolVersion) -> dict[str, Any]:
    """Every value of a version; one from before a field was there takes its default."""
    return Protocol.from_values(version.values).to_values()


def _unlike(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    return tuple((name, before[name], after[name]) for name in after if before[name] != after[name])
