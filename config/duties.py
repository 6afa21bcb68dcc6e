"""What is watched: how old a clinic's last complete night may be, and how long a job may not succeed."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

# A night a day, and two hours' grace: past this, alerts are old and staff must know.
NIGHT_AGE_MAX: Final = timedelta(hours=26)
# A night that has been due for so long is that old.
NIGHT_OVERDUE_AFTER: Final = NIGHT_AGE_MAX - timedelta(hours=24)

# By the name of the job. Each looks at least once an hour (DIARY_TICK_S), and to find nothing is success;
# messages are looked for every five seconds.
JOB_SILENT_MAX: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "night": timedelta(hours=2),
        "relearn": timedelta(hours=2),
        "deliver": timedelta(hours=1),
        "results": timedelta(hours=2),
        "sandbox": timedelta(hours=2),
        "seal": timedelta(hours=2),
    }
)
# A message whose next try is so long overdue is stuck: somebody is told nothing.
MESSAGE_OVERDUE_AFTER: Final = timedelta(minutes=30)
# How often a job writes down that it succeeded: often enough for the limits above, and no write a tick.
BEAT_EVERY: Final = timedelta(minutes=1)

# How often the operator is told again of what still holds.
TELL_AGAIN_AFTER: Final = timedelta(hours=24)
# How often the supervisor looks.
LOOK_EVERY: Final = timedelta(minutes=10)
# One that takes longer hangs: it asks the database some questions, and a mail server at most once.
LOOK_MAX: Final = timedelta(minutes=5)
