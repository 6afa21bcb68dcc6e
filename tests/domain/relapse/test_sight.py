"""What else a night sees of every course is what the outlook says, which is held against the long way."""

import numpy as np
import pytest

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain import outlook
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.assess import assess
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.outlook import outlooks
from diary.domain.sight import pack, unpack
from diary.domain.simulation.cohort import simulate
from tests.domain.relapse.test_forecast import as_bytes
from tests.makers import carried

# No half percent is told apart from the next.
STEP = 0.005


def test_a_course_that_is_looked_at_is_seen_as_its_outlook_says():
    cohort = simulate(60, rng=np.random.default_rng(14), days=70)
    nights = np.random.default_rng(15).integers(14, 71, 60)
    scores = np.where(np.arange(1, 71) <= nights[:, None], cohort.scores, NO_ANSWER).astype(np.uint8)
    known = own_baselines(cohort.before, DEFAULT)
    due = nights % 7 != 3
    found = assess(scores, known, protocol=DEFAULT, prior=SHIPPED, only=nights, sighted=due).sights
    assert found is not None
    assert np.isnan(found.relief).tolist() == (~due).tolist(), "of those that were asked for, and no others"
    for row, kept in enumerate(outlooks(scores, nights, known, prior=SHIPPED)):
        assert kept is not None
        if not due[row]:
            continue
        said = outlook.unpack(kept)
        assert abs(said.relief - found.relief[row]) < STEP
        assert abs(said.narrowed - found.narrowed[row]) < STEP
        assert np.abs(np.array(list(said.families.values())) - found.families[row]).max() < STEP
        assert found.families[row].sum() == pytest.approx(1)


def test_without_a_baseline_nothing_is_seen():
    found = assess(
        as_bytes([2] * 40),
        carried([np.nan]),
        protocol=DEFAULT,
        prior=SHIPPED,
        only=np.array([40]),
        sighted=np.array([True]),
    ).sights
    assert found is not None
    assert np.isnan(found.relief[0])


def test_bytes_of_another_release_are_refused():
    kept = pack(0.5, 0.5, [1, 0, 0, 0, 0, 0, 0])
    assert len(kept) == 10
    for other in (b"\x09" + kept[1:], kept[:-1], b""):
        with pytest.raises(ValueError, match="no sight that this release knows"):
            unpack(other)
