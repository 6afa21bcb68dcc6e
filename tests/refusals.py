"""Says in a test which refusal must come."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from diary.domain.errors import Refusal


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What stands inside is refused with this code."""
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code
