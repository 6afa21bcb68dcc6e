"""A process that looks at a week, and kills itself as it writes into a table.

python -m tests.services.week_to_kill DATABASE_URL CLINIC_ID SUNDAY TABLE
"""

import os
import signal
import sys
from datetime import date
from typing import Any

from sqlalchemy import event

from diary.domain.days import night_due
from diary.services.forecast_weeks import Week, run_week
from diary.storage.engine import make_engine
from tests.little_clinic import ALWAYS_HERE


def main(url: str, clinic_id: str, sunday: str, table: str) -> None:
    """Look at the week, up to the first write into the table."""
    engine = make_engine(url)

    @event.listens_for(engine, "before_cursor_execute")
    def kill(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(f"INSERT INTO {table} "):
            os.kill(os.getpid(), signal.SIGKILL)

    night = date.fromisoformat(sunday)
    run_week(engine, Week(int(clinic_id), night), now=night_due(night, ALWAYS_HERE))


if __name__ == "__main__":
    main(*sys.argv[1:])
