"""How long phones wait while a night runs beside them: `make bench-posts_at_night`, each database.

The service as it is run, gunicorn with two workers; phones that post 100 answers a second, evenly, each timed
from when it was due to be sent. First alone, then while `python -m diary night` judges 60,000 courses; of the
second only the posts count that were due before the night was done.
"""

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bench.databases import DATABASES, EmptyDatabase
from bench.many_courses import Size, analyse, drawn_clinic, multiply
from bench.night import run as run_night
from bench.post_entry import serving
from diary.domain.days import night_due
from diary.services import enrolment
from diary.storage.patients import patient_by_id
from diary.storage.unit import Scope, unit
from tests.api.people import SECRET, answer_of, set_clock
from tests.jobs.processes import ROOT, environment
from tests.little_clinic import ALWAYS_HERE, ZONE, LittleClinic, at

SIZE: Final = Size(60_000, 84, 1)
PHONES: Final = 1_200
EACH_S: Final = 1 / 100
AT_ONCE: Final = 8


def main() -> None:
    """Measure both databases."""
    for name, furnished in DATABASES.items():
        with furnished() as database, tempfile.TemporaryDirectory() as folder:
            report(name, database, Path(folder))


def report(name: str, database: EmptyDatabase, folder: Path) -> None:
    """Furnish a clinic, and time posts without and with a night beside them."""
    clinic = drawn_clinic(database.url, SIZE)
    analyse(database.unbound_url)
    run_night(database.url, SIZE.night - timedelta(days=1), 0)
    multiply(database.unbound_url, SIZE)
    tokens = furnish(clinic, SIZE.night)
    set_clock(clinic, night_due(SIZE.night, ALWAYS_HERE) + timedelta(minutes=5))
    with serving("the service", "wsgi:app", database.url, folder, DIARY_WEB_WORKERS="2") as target:
        post(target.port, tokens[:100], SIZE.night)  # warms up
        alone = [wait_s for _, wait_s in post(target.port, tokens[100:], SIZE.night)]
        env = environment(database_url=database.url) | {"DIARY_SECRET_KEY": SECRET}
        command = [sys.executable, "-m", "diary", "night", "--json"]
        with (
            ThreadPoolExecutor(1) as one,
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as night,
        ):
            posting = one.submit(post, target.port, tokens, SIZE.night + timedelta(days=1))
            assert night.stdout is not None
            (told,) = json.loads(night.stdout.read())
            done_s = time.monotonic()
            beside = [wait_s for due_s, wait_s in posting.result() if due_s < done_s]
    clinic.engine.dispose()
    print(f"\n{name}: a night of {told['seen']:,} courses, {told['seconds']} s beside posts")
    for what, waits in (("alone", alone), ("beside the night", beside)):
        p50, p95 = (1000 * quantile(waits, percent) for percent in (50, 95))
        print(f"  {what:18}{len(waits):6} posts  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")
    print(f"  p95 beside the night, against alone: {quantile(beside, 95) / quantile(alone, 95):.1f}")


def furnish(clinic: LittleClinic, night: date) -> list[str]:
    """Patients who answer before an infusion, each with a phone; the phones' tokens."""
    tokens, now = [], at(night - timedelta(days=3))
    for number in range(PHONES):
        patient_id = clinic.admit(f"X-{number}", first_day=night + timedelta(days=6))
        with clinic.unit(write=True) as session:
            patient = patient_by_id(session, patient_id)
            code, _ = enrolment.make_code(session, patient, secret_key=SECRET, now=now)
        with unit(clinic.engine, Scope(None, "patient"), write=True) as session:
            phone = enrolment.Phone(ZONE.key, "en", "1")
            tokens.append(enrolment.redeem(session, code, phone, secret_keys=(SECRET,), now=now).token)
    return tokens


def post(port: int, tokens: Sequence[str], day: date) -> list[tuple[float, float]]:
    """Each phone's answer of a day, at an even rate: when it was due, and seconds until it was stored."""
    begin_s = time.monotonic()

    def line(first: int) -> list[tuple[float, float]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        took = []
        for place in range(first, len(tokens), AT_ONCE):
            due_s = begin_s + place * EACH_S
            time.sleep(max(0.0, due_s - time.monotonic()))
            headers = {"Authorization": f"Bearer {tokens[place]}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/entries", json.dumps(answer_of(day, 5)), headers)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 201, (answer.status, body)
            took.append((due_s, time.monotonic() - due_s))
        connection.close()
        return took

    with ThreadPoolExecutor(AT_ONCE) as lines:
        return [one for took in lines.map(line, range(AT_ONCE)) for one in took]


def quantile(waits_s: Sequence[float], percent: int) -> float:
    """The wait that so many percent do not exceed."""
    return statistics.quantiles(waits_s, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    main()
