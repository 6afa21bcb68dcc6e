"""The bill of materials names what is installed: each package once, its files, and what it is there for."""

import json
import subprocess
import sys
from pathlib import Path

from tests.house.test_locks import asked_for, locked, read
from workshop.sbom import SERVICE, bill_of_materials

ROOT = Path(__file__).parents[2]


def test_every_locked_package_stands_in_it_with_its_version_and_every_file():
    bill = bill_of_materials(read("requirements.txt"))
    told = {part["name"]: (part["version"], len(part["hashes"])) for part in bill["components"]}
    assert told == locked(read("requirements.txt"))


def test_every_package_is_there_for_the_service_or_for_another_package():
    bill = bill_of_materials(read("requirements.txt"))
    needs = {one["ref"]: set(one["dependsOn"]) for one in bill["dependencies"]}
    known = {part["bom-ref"] for part in bill["components"]}
    names = {part["bom-ref"]: part["name"] for part in bill["components"]}
    assert {names[ref] for ref in needs[SERVICE]} == set(asked_for(read("requirements.in")))
    assert set.union(*needs.values()) == known


def test_it_is_written_by_one_command_and_is_the_same_each_time():
    command = [sys.executable, "-m", "workshop.sbom"]
    first, again = (subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout for _ in "12")
    assert first == again
    assert json.loads(first)["bomFormat"] == "CycloneDX"
