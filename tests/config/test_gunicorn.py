"""The web server as it really runs: gunicorn with our configuration, in front of a tiny application."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPLICATION = """
def app(environ, start_response):
    if environ["PATH_INFO"] == "/fails":
        raise ValueError("nrs 7 of Lena")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(environ["wsgi.url_scheme"] + " " + environ["SCRIPT_NAME"]).encode()]
"""


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "DIARY_SECRET_KEY": secrets.token_urlsafe(32), **more}


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", *more]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[HTTPConnection, "subprocess.Popen[str]"]]:
    """A running server on a free port, and the way to talk to it."""
    (tmp_path / "tiny.py").write_text(APPLICATION)
    server = subprocess.Popen(
        # Port 0 cannot be asked for by a setting; the kernel's choice is read from the log.
        [*command("--bind", "127.0.0.1:0", "--pythonpath", str(tmp_path)), "tiny:app"],
        cwd=ROOT,
        env=environment(HOME=str(tmp_path), DIARY_WEB_WORKERS="1"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr
    line = next(line for line in server.stderr if "Listening at" in line)
    (port,) = re.findall(r"127\.0\.0\.1:(\d+)", line)
    connection = HTTPConnection("127.0.0.1", int(port), timeout=20)
    yield connection, server
    connection.close()
    server.kill()
    server.communicate()


def stop(server: "subprocess.Popen[str]") -> list[str]:
    server.send_signal(signal.SIGTERM)
    _, lines = server.communicate(timeout=20)
    assert server.returncode == 0
    return lines.splitlines()


def test_it_answers_and_stops_when_told_with_every_log_line_in_json(served):
    connection, server = served
    connection.request("GET", "/patients/lena?code=ABCD")
    answer = connection.getresponse()
    assert answer.status == 200
    answer.read()

    lines = stop(server)

    assert all(json.loads(line)["logger"] == "gunicorn.error" for line in lines)
    assert "ABCD" not in "".join(lines)


def test_an_error_in_a_request_is_logged_without_its_address_and_its_words(served):
    connection, server = served
    connection.request("GET", "/fails?code=ABCD")
    assert connection.getresponse().status == 500

    lines = stop(server)

    (error,) = [json.loads(line) for line in lines if json.loads(line)["level"] == "error"]
    assert error["error"] == "ValueError"
    assert not any(word in "".join(lines) for word in ("Lena", "ABCD", "/fails"))


def test_a_client_that_claims_to_be_a_proxy_is_not_believed_by_the_server(served):
    connection, _ = served
    connection.request("GET", "/", headers={"X-Forwarded-Proto": "https", "SCRIPT_NAME": "/evil"})

    assert connection.getresponse().read() == b"http "


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/" + "x" * 3000, {}, 414),
        ("/", {"X-Long": "x" * 5000}, 431),
        ("/", {f"X-{n}": "x" for n in range(100)}, 431),
    ],
)
def test_addresses_and_headers_have_limits(served, path, headers, status):
    connection, _ = served
    connection.request("GET", path, headers=headers)

    assert connection.getresponse().status in (400, status)


def test_bad_settings_end_it_with_code_3_and_no_trace():
    ended = subprocess.run(
        [*command(), "tiny:app"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DIARY_PORT": "none"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert ended.returncode == 3
    assert ended.stderr.splitlines() == [
        "DIARY_SECRET_KEY: is not set; make one with: python -m diary secret",
        "DIARY_PORT: is not a whole number from 1 to 65535",
    ]


def test_what_gunicorn_understood_is_what_was_meant():
    """A misspelt name would be passed over in silence, so gunicorn itself is asked."""
    shown = subprocess.run(
        [*command("--print-config"), "wsgiref.simple_server:demo_app"],
        cwd=ROOT,
        env=environment(DIARY_HOST="::1", DIARY_WEB_WORKERS="3", DIARY_WEB_THREADS="5"),
        capture_output=True,
        text=True,
        check=True,
    )
    understood = dict(re.findall(r"(?m)^(\w+) += (.*)$", shown.stdout))

    assert understood["bind"] == "['[::1]:8000']"
    assert understood["worker_class"] == "gthread"
    assert (understood["workers"], understood["threads"]) == ("3", "5")
    assert understood["preload_app"] == "False"
    assert understood["control_socket_disable"] == "True"
    assert understood["graceful_timeout"] == "30"
    assert understood["umask"] == str(0o077)
