"""The twin of every channel: keeps what it is handed, and answers as it was told to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from diary.domain.delivery import Result, Tried


@dataclass(frozen=True, slots=True)
class Kept:
    """Keeps the newest parcels in memory. In a sandbox it stands for all that would leave the machine."""

    result: Result = "delivered"
    detail: str | None = None
    place: Callable[[Any], str] = lambda _parcel: "here"
    answer: Callable[[Any], Tried] | None = None
    sent: list[Any] = field(default_factory=list)
    keeps: int = 1000

    def destination(self, parcel: Any) -> str:
        """Where it would go."""
        return self.place(parcel)

    def send(self, parcel: Any) -> Tried:
        """Keep it."""
        self.sent.append(parcel)
        del self.sent[: -self.keeps]
        return self.answer(parcel) if self.answer is not None else Tried(self.result, self.detail)
