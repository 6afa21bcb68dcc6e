"""What a check of an alert's own copy can say, and having one made elsewhere: the web loads no detector."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from config.settings import env_name

Outcome = Literal["agrees", "differs", "inputs_changed", "needs_release", "not_judged"]
# What each outcome is called on a list.
WORDS: Final[dict[Outcome, str]] = {
    "agrees": "agrees",
    "differs": "DIFFERS",
    "inputs_changed": "INPUTS CHANGED",
    "needs_release": "inputs intact, needs another release",
    "not_judged": "inputs intact; nothing was judged",
}
ROOT: Final = Path(__file__).resolve().parents[2]
# It takes a second or two; a machine that needs longer than this has other worries.
LIMIT_S: Final = 30.0
_turn: Final = Lock()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One night of an alert: what was told then, and what its copy gives now."""

    night: date
    told: str
    outcome: Outcome
    says: str


def check_elsewhere(
    uid: str, *, clinic_uid: str, database_url: str, secret_key: str
) -> tuple[Verdict, ...] | None:
    """Have `diary alert verify` check one alert, one at a time; None where no answer came in time.

    Args:
        uid: of the alert.
        clinic_uid: whose it is.
        database_url: where the other process reads; handed over by its environment, which no list shows.
        secret_key: the installation's, without which no command starts.
    """
    command = (sys.executable, "-m", "diary", "alert", "verify", uid, "--clinic", clinic_uid, "--json")
    own = {env_name("database_url"): database_url, env_name("secret_key"): secret_key}
    if not _turn.acquire(timeout=LIMIT_S):
        return None
    try:
        ended = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **own}, capture_output=True, timeout=LIMIT_S, check=False
        )
        return tuple(_verdict(row) for row in json.loads(ended.stdout))
    except (subprocess.TimeoutExpired, ValueError):
        return None
    finally:
        _turn.release()


def _verdict(row: dict[str, str]) -> Verdict:
    outcome = next(outcome for outcome, word in WORDS.items() if word == row["verdict"])
    return Verdict(date.fromisoformat(row["night"]), row["kind"], outcome, row["found"])
