"""Writes the software bill of materials from a lock file, as CycloneDX 1.6: the same for the same lock.

python -m workshop.sbom > sbom.json
"""

import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements.txt"
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;\\]+)")
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Names the document by what it says, not by when it was made.
NAMESPACE: Final = uuid.UUID("0b0d4f6e-6d0f-4c57-9d0c-0d5a3a5f2c11")
SERVICE: Final = "pain-diary"


def bill_of_materials(lock: str) -> dict[str, Any]:
    """Every package of the lock with its version, the files that may stand for it, and who asks for it."""
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", lock) if PIN.match(entry)]
    packages = {PIN.match(entry)[1].lower(): entry for entry in entries}  # type: ignore[index]
    asked_by = {name: _asked_by(entry) for name, entry in packages.items()}
    direct = sorted(name for name, by in asked_by.items() if any(one.startswith("-r") for one in by))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, lock)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": SERVICE, "name": SERVICE}},
        "components": [_component(name, entry) for name, entry in sorted(packages.items())],
        "dependencies": [
            {"ref": SERVICE, "dependsOn": [_ref(name, packages[name]) for name in direct]},
            *(
                {
                    "ref": _ref(name, packages[name]),
                    "dependsOn": sorted(
                        _ref(other, packages[other]) for other, by in asked_by.items() if name in by
                    ),
                }
                for name in sorted(packages)
            ),
        ],
    }


def _component(name: str, entry: str) -> dict[str, Any]:
    found = PIN.match(entry)
    assert found is not None
    return {
        "type": "library",
        "bom-ref": _ref(name, entry),
        "name": name,
        "version": found[2],
        "purl": _ref(name, entry),
        # One for each file that a platform may install.
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in HASH.findall(entry)],
    }


def _ref(name: str, entry: str) -> str:
    found = PIN.match(entry)
    assert found is not None
    return f"pkg:pypi/{name}@{found[2]}"


def _asked_by(entry: str) -> set[str]:
    """The packages, or the file, that a lock file says an entry is there for."""
    comments = entry.split("# via", 1)[1] if "# via" in entry else ""
    return {line.strip("# ").lower() for line in comments.splitlines() if line.strip("# ")}


if __name__ == "__main__":
    json.dump(bill_of_materials(LOCK.read_text("utf-8")), sys.stdout, indent=2)
    sys.stdout.write("\n")
