"""How gunicorn serves `wsgi:app`. Each number with its reason; started by `python -m diary serve`.

gunicorn --config python:config.gunicorn wsgi:app
"""

import logging.config
import os
from pathlib import Path

from config.logging import logging_config
from config.settings import settings_or_exit

_settings = settings_or_exit(os.environ)

bind = (
    f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
)

# Threads, so that slow phones do not hold up the others: with four sync workers and eight slow clients none
# of four good requests was answered in 3 s; with two times eight threads all four were.
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
# Each worker opens its own connections: those inherited over fork broke 48 of 800 posts. Starting takes 1 s.
preload_app = False

# A worker that has not beaten for 30 s hangs and is replaced. Requests have their own clock in the web room.
timeout = 30
# A request under way at TERM may finish; the supervisor waits five seconds longer than this.
graceful_timeout = 30
# Direct clients, and proxies that are told to keep connections shorter than this, save a handshake a request.
keepalive = 5

# An address with its cursor stays under 1 kB; a cookie, a bearer token, a proxy's header each under 4 kB.
limit_request_line = 2048
limit_request_fields = 64
limit_request_field_size = 4096
# Connections waiting to be accepted: about 10 s of work at 200 requests a second; beyond that, refuse.
backlog = 2048

# Heartbeats touch a file: in memory where there is such a place, since a busy disk stalls them for seconds.
_MEMORY = Path("/dev/shm")  # noqa: S108 - only the heartbeat, a file without a name
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None
# gunicorn's own default lets everyone on the machine write what the service writes.
umask = 0o077
# A second way in, in the home directory, that nothing here uses.
control_socket_disable = True
# One place believes proxies: the application, by DIARY_TRUSTED_PROXIES.
forwarded_allow_ips = ""
forwarder_headers = ""

# The settings made for this, errorlog and logconfig_dict, would write each line twice, and put together an
# access line for each request only to drop it (26 us of CPU).
errorlog = None


def on_starting(_server: object) -> None:
    """Log as the rest of the service does, before the first socket is opened and the first worker made."""
    logging.config.dictConfig(logging_config(_settings.log_level))
