"""The detector cannot change and keep its name, so that an alert's copy is never judged by another one."""

from pathlib import Path
from typing import Any

from diary.domain.relapse.version import DETECTOR_VERSION
from tests.domain.relapse.reference import FILE, name_for, read, renewed, same, verdicts

NUMBER = int(DETECTOR_VERSION.split()[1])


def changed(reference: dict[str, Any], **numbers: float) -> list[tuple[str, str]]:
    """Kept verdicts of reference diaries that the detector does not give, beside those that it gives."""
    pairs = []
    for diary, found in zip(reference["diaries"], verdicts(reference, **numbers), strict=True):
        of_night = {verdict.split()[0]: verdict for verdict in found}
        pairs += [(kept, of_night[kept.split()[0]]) for kept in diary["verdicts"]]
    return [pair for pair in pairs if not same(*pair)]


def test_it_says_of_the_reference_diaries_what_its_version_stands_for():
    off = changed(read())
    assert not off, (
        f"it judges {len(off)} nights otherwise than {DETECTOR_VERSION} did, the first {off[0]}: call it "
        f'"{name_for(renewed(), NUMBER + 1)}". Run `python -m tests.domain.relapse.reference`, write what it '
        "says into diary/domain/relapse/version.py and CHANGELOG.md, and make the figures of "
        "`make bench-detector` anew"
    )


def test_its_version_is_that_of_the_verdicts_that_are_kept():
    kept = FILE.read_text("utf-8")
    assert name_for(kept, NUMBER) == DETECTOR_VERSION, f"call it {name_for(kept, NUMBER + 1)}"


def test_a_number_that_moves_by_half_a_percent_is_seen():
    reference = read()
    few = {**reference, "diaries": reference["diaries"][:6]}
    assert changed(few, noise_median_nrs=1.206)
    assert not changed(few)


def test_the_changelog_says_in_which_release_it_is():
    """An alert that asks for a release with some detector is answered there."""
    assert DETECTOR_VERSION in (Path(__file__).parents[3] / "CHANGELOG.md").read_text("utf-8")
