"""Whose work goes to whom: a cover who is away is covered in turn."""

from collections.abc import Mapping


def works_for(person_id: int, covers: Mapping[int, int]) -> int:
    """Who does a person's work on a day: the last of the chain; themselves where the chain goes in a circle.

    Work is never nobody's: where everybody of a circle is away, it stays where it is.

    Args:
        person_id: whose work it is.
        covers: who covers for each person who is away on that day.

    >>> works_for(1, {1: 2, 2: 3}), works_for(4, {1: 2}), works_for(1, {1: 2, 2: 1})
    (3, 4, 1)
    """
    at, met = person_id, {person_id}
    while at in covers:
        at = covers[at]
        if at in met:
            return person_id
        met.add(at)
    return at
