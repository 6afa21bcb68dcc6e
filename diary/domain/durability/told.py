"""What durability's figures say in words, and as rows for a file; nothing of a group too small to draw."""

from collections.abc import Sequence
from typing import Final

from diary.domain.durability.groups import PATIENTS_MIN, Factor, Group
from diary.domain.durability.outcomes import WEEK_DAYS
from diary.domain.durability.repeats import Repeats

NOT_RANDOMISED: Final = (
    "Not randomised: sicker patients may get other regimens, and a difference here proves none to be better. "
    "Courses in a masked study, on a placebo or on a study drug are left out."
)
COUNT_COLUMNS: Final = (
    *("factor", "group", "week", "under_watch", "known", "relief_30_share", "relief_50_share"),
    *("still_relieved_share", "lost_share", "treated_again_share"),
)


def weeks_text(days: int | None) -> str:
    """Days as weeks.

    >>> weeks_text(70), weeks_text(None)
    ('10.0 weeks', 'not reached')
    """
    return "not reached" if days is None else f"{days / WEEK_DAYS:.1f} weeks"


def lasted_text(group: Group) -> str:
    """The median with its interval; empty for a group that is not drawn."""
    found = group.median
    if found is None:
        return ""
    low, high = (None if day is None else f"{day / WEEK_DAYS:.1f}" for day in (found.low, found.high))
    if low is None:
        return weeks_text(found.day)
    return f"{weeks_text(found.day)} ({low} {'or more' if high is None else f'to {high}'})"


def too_few_text() -> str:
    """Of a group that is not drawn."""
    return f"under {PATIENTS_MIN}"


def log_rank_text(factor: Factor) -> str:
    """Whether the drawn groups differ; empty where there is nothing to hold against each other."""
    found = factor.log_rank
    if found is None:
        return ""
    p = "< 0.001" if found.p < 0.001 else f"= {found.p:.3f}"
    return f"Log-rank: chi-square {found.chi_square:.2f}, {found.df} df, P {p}."


def repeats_text(found: Repeats) -> str:
    """Whether later courses last shorter, over the clinic."""
    if not found.pairs:
        return "No patient has two courses with relief to lose yet."
    p = "" if found.p is None else f" (sign test P {'< 0.001' if found.p < 0.001 else f'= {found.p:.3f}'})"
    return (
        f"Of {len(found.pairs)} times that a course with relief followed another in the same patient, relief "
        f"lasted shorter {found.shorter} times and longer {found.longer} times{p}; {found.undecided} times "
        "nobody can say, mostly because one of them still lasts or was treated again."
    )


def count_rows(factors: Sequence[Factor]) -> list[list[str | int | float]]:
    """Under COUNT_COLUMNS a row for each drawn group and week; of the others nothing."""
    rows: list[list[str | int | float]] = []
    for factor in factors:
        for group in factor.groups:
            for place, (known, third, half) in enumerate(group.shares):
                week = place + 1
                watched = group.at_risk[week // 4] if week % 4 == 0 else ""
                lost, again = group.ends[place]
                shares = (third, half) if known >= PATIENTS_MIN else ("", "")
                told = known if known >= PATIENTS_MIN else too_few_text()
                rows.append(
                    [factor.name, group.name, week, watched, told, *shares, group.checked[place], lost, again]
                )
    return rows
