"""Seals audit rows into their clinic's chain, so that a change or a loss shows."""

from diary.services.audit_seal import seal_everything
from jobs.duty import Duty


def run(duty: Duty) -> None:
    """Seal what was written since the last tick."""
    seal_everything(duty.engine, now=duty.wall())
