"""The web's front door: `gunicorn wsgi:app`. Reads the settings and hands over the real clock."""

import os
from datetime import UTC, datetime

from config.settings import settings_or_exit
from diary.app import create_app


def utc_now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)


app = create_app(settings_or_exit(os.environ), utc_now)
