"""The play of a sandbox: what its simulated people send to the service, and when, as lines of JSON.

One line is one request:

    {"at": "2026-06-01T19:00:00+00:00", "who": "P-07", "method": "POST", "path": "/v1/entries", "body": {...}}

`who` names the token that it is sent with; the tokens stand in a file of their own beside the play, which
only its owner may read. Two more keys, both optional:

    "keep": {"booking of P-07": "uid"}   a value of the answer, by a name of ours: later requests may say
                                         "{booking of P-07}" in their paths and bodies
    "each": [{...}, ...]                 these requests for each of the answer's `items`; they may say "{uid}"
                                         and any other key of that item
"""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

METHODS: Final = ("GET", "POST", "PATCH", "DELETE")
REQUESTS_MAX: Final = 200_000
BLANK: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, without its moment."""

    method: str
    path: str
    who: str
    body: Any = None
    keep: Mapping[str, str] = field(default_factory=dict)
    each: Sequence["Request"] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """One request and its moment."""

    at: datetime
    request: Request


@dataclass(slots=True)
class PlayState:
    """How far a play has come, and what its requests met."""

    moments: int = 0
    """How many of its moments were performed."""
    sent: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """How often which request failed, and how."""
    kept: dict[str, str] = field(default_factory=dict)
    """Values of answers, by the names that later requests use."""
    ahead: dict[str, int] = field(default_factory=dict)
    """Of a moment that was broken off: how many requests of each person were performed."""


def tokens_path(play: Path) -> Path:
    """Where the tokens of a play stand."""
    return play.with_suffix(".tokens.json")


def write_play(play: Path, cues: Iterable[Cue], tokens: Mapping[str, str]) -> int:
    """Write a play and its tokens; how many requests it has."""
    lines = [
        json.dumps({"at": cue.at.isoformat(), **_as_json(cue.request)})
        for cue in sorted(cues, key=lambda cue: cue.at)
    ]
    play.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _write_for_owner(tokens_path(play), dict(tokens))
    return len(lines)


def read_play(play: Path) -> list[Cue]:
    """Read a play, in the order of its moments; requests of one moment keep the order of their lines.

    Raises:
        ValueError: naming the line that is no request.
        OSError: the file cannot be read.
    """
    cues = []
    with play.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                cues.append(_cue(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{play.name}:{number}: is no request of a play ({error})") from None
            if number > REQUESTS_MAX:
                raise ValueError(f"{play.name}: holds more than {REQUESTS_MAX} requests")
    return sorted(cues, key=lambda cue: cue.at)


def read_tokens(play: Path) -> dict[str, str]:
    """The tokens of a play by name."""
    found: dict[str, str] = json.loads(tokens_path(play).read_text(encoding="utf-8"))
    return found


def state_path(play: Path) -> Path:
    """Where it stands how far a play has come."""
    return play.with_suffix(".state.json")


def read_state(path: Path) -> PlayState:
    """How far a play has come; one that was never performed stands at its beginning."""
    return PlayState(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else PlayState()


def write_state(path: Path, state: PlayState) -> None:
    """Keep how far a play has come."""
    _write_for_owner(path, asdict(state))


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """A path or body with its blanks filled in.

    Raises:
        KeyError: a blank that nothing fills.

    >>> filled({"booking": "{booking of P-07}", "days": [1]}, {"booking of P-07": "b7"})
    {'booking': 'b7', 'days': [1]}
    """
    if isinstance(value, str):
        return BLANK.sub(lambda blank: str(names[blank[1]]), value)
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    return value


def _write_for_owner(path: Path, value: Any) -> None:
    """Whole or not at all, and readable by nobody else."""
    draft = path.with_suffix(".draft")
    owner_only = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(owner_only, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    draft.replace(path)


def _as_json(request: Request) -> dict[str, Any]:
    line: dict[str, Any] = {"who": request.who, "method": request.method, "path": request.path}
    if request.body is not None:
        line["body"] = request.body
    if request.keep:
        line["keep"] = dict(request.keep)
    if request.each:
        line["each"] = [_as_json(one) for one in request.each]
    return line


def _cue(line: dict[str, Any]) -> Cue:
    at = datetime.fromisoformat(line.pop("at"))
    if at.tzinfo is None:
        raise ValueError("'at' needs its offset")
    return Cue(at, _request(line))


def _request(line: dict[str, Any]) -> Request:
    if line["method"] not in METHODS or not line["path"].startswith("/"):
        raise ValueError("'method' or 'path' is wrong")
    each = tuple(_request(one) for one in line.pop("each", ()))
    return Request(**line, each=each)
