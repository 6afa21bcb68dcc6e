"""When a part of the figures was measured, and with what."""

import platform
import subprocess
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from bench.detector.pictures import ROOT

# The detector, what it believes and when it rings.
_DETECTOR: Final = ("diary/domain/relapse", "config/prior.toml", "config/protocol.py")


def today() -> dict[str, Any]:
    """What is noted of a part that was measured just now."""
    return {
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": last_commit(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "processor": f"{platform.machine()}, {_instructions()}",
    }


def last_commit() -> str:
    """The last commit that changed the detector, in short; "" outside a checkout."""
    command = ["git", "log", "-1", "--format=%h", "--abbrev=7", "--", *_DETECTOR]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def _instructions() -> str:
    """The widest vectors that numpy found the processor to have."""
    has = np._core._multiarray_umath.__cpu_features__
    return next((name for name in ("AVX512F", "AVX2", "ASIMD") if has.get(name)), "no wide vectors")
