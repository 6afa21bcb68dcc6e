"""Says in a test which refusal must come."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from diary.domain.errors import Refusal


@contextmanager
def refused(code: str, pointer: str | None = None) -> Iterator[None]:
    """What stands inside is refused with this code, and at this field where one is named."""
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code
    assert pointer is None or caught.value.pointer == pointer
