"""Somebody else's generator, over the whole OpenAPI description, as each of four callers.

Its environment is made for the run and is no part of ours (docs/decisions/0003-dependencies.md).
"""

import subprocess
import sys
from typing import Final

import pytest

from diary.web.rights import INTEGRATION, PATIENT
from tests.desk.house import serving
from tests.web.ground import clinics

RELEASE: Final = "schemathesis==4.32.5"
# What the description does not promise is not looked for: it refuses less than a door does, and says so.
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


@pytest.mark.soak
@pytest.mark.parametrize("role", [PATIENT, "nurse", "physician", INTEGRATION])
def test_no_answer_is_a_fault_of_ours_or_one_that_the_description_does_not_name(sqlite_url, role, tmp_path):
    with clinics(sqlite_url, count=1) as (here,), serving(here.app) as base:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "uv", "tool", "run", "--from", RELEASE, "schemathesis"),
                *("run", f"{base}/openapi.json", "--no-color", "--seed", "1", "--checks", ",".join(CHECKS)),
                *("--header", f"Authorization: Bearer {here.callers[role].token}"),
            ],
            cwd=tmp_path,  # it keeps what it found where it runs
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
