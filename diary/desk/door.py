"""The desk's door: its blueprint, its unit of work, and how its pages and problems are shown."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from diary.charts.course import course_chart
from diary.charts.course_data import CourseChart
from diary.charts.loss_dots import LossDots, describe, loss_dots
from diary.charts.scale import count_text, mean_text, span_text
from diary.charts.sparkline import sparkline
from diary.desk import message_words, words
from diary.desk.frame import Frame, frame_of
from diary.desk.labels import LABELS
from diary.web.asking import CSRF_FIELD, STAFF_COOKIE
from diary.web.codes import Problem
from diary.web.doors import OWN_FILES, Door
from diary.web.work import SAFE_METHODS, Work, request_id, roof, work

# An alert's uid and the version in which it can still be put back.
UNDO: Final = re.compile(r"(?P<uid>[0-9a-f-]{36})\.(?P<version>[0-9]{1,9})", re.ASCII)

# The parts of an address that are written down once.
_UID: Final = frozenset({"uid"})
_FILE: Final = frozenset({"filename"})
_ANY_UID: Final = "00000000-0000-7000-8000-000000000000"

desk = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates", static_folder="static")


def provider_name() -> str | None:
    """How the organisation's sign-in is called; None where there is none."""
    settings = roof().settings
    return settings.provider_name if settings.provider_issuer is not None else None


def _course_svg(chart: CourseChart, width_px: int, *, linked: bool = False) -> Markup:
    return Markup(course_chart(chart, width_px=width_px, linked=linked))  # noqa: S704 - the charts escape what they write


def _dots_svg(dots: LossDots, width_px: int) -> Markup:
    return Markup(loss_dots(dots, width_px=width_px))  # noqa: S704 - the same


def _spark_svg(scores: Sequence[int | None], **lines_nrs: float | None) -> Markup:
    return Markup(sparkline(scores, **lines_nrs))  # noqa: S704 - the same


@contextmanager
def staff_work(*, write: bool) -> Iterator[Work]:
    """The unit of work of a person at the desk."""
    with work(write=write, cookie=STAFF_COOKIE) as unit:
        yield unit


@contextmanager
def at_desk(*, write: bool = False) -> Iterator[tuple[Work, Frame]]:
    """The unit of work together with the surround of its page; the page is shown after it is committed."""
    with staff_work(write=write) as unit:
        yield unit, frame_of(unit)


def frame_alone() -> Frame:
    """The surround of a page that needs nothing else from the database."""
    with at_desk() as (_, frame):
        return frame


def show(template: str, frame: Frame | None, **facts: Any) -> str:
    """A page."""
    notice = words.NOTICES.get(request.args.get("done", ""))
    undo = UNDO.fullmatch(request.args.get("undo", "")) if notice else None
    return render_template(f"desk/{template}", frame=frame, notice=notice, undo=undo, **NAMES, **facts)


def done(notice: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """Go and see what was done: 303, so that reloading the page repeats nothing."""
    return redirect(url_for(endpoint, done=notice, **values), 303)


def done_at(path: str, notice: str, *, undo: str = "") -> ResponseReturnValue:
    """The same, back where the asker came from; `undo` names what can be taken back, see `UNDO`."""
    told = f"done={notice}&undo={undo}" if undo else f"done={notice}"
    return redirect(f"{path}{'&' if '?' in path else '?'}{told}", 303)


def own_path(text: str | None, *, otherwise: str) -> str:
    """A path of the desk to go back to; anything else, which could lead off the site, is not followed."""
    safe = text is not None and text.startswith("/desk/") and "\\" not in text and text.isprintable()
    return text if safe and text is not None else otherwise


def page_number() -> int:
    """The page asked for in the address; 1 for anything that is no number."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def here() -> str:
    """This page's own address, to come back to: its tab and page, without what it said last.

    A page shown in answer to a form may have no address that can be opened again.
    """
    if request.method not in SAFE_METHODS:
        return url_for("desk.worklist")
    kept = [(key, value) for key, value in request.args.items() if key not in ("done", "undo")]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def show_problem(problem: Problem) -> ResponseReturnValue:
    """A page in plain words; who is not signed in goes to sign in and comes back."""
    if problem.code == "not_signed_in":
        back = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
        return redirect(url_for("desk.sign_in", back=back), 303)
    if problem.code == "sign_in_again":
        back = request.values.get("back") or url_for("desk.account")
        return redirect(url_for("desk.sign_in", back=back, done=problem.code), 303)
    if problem.code in ("second_factor_missing", "provider_missing"):
        return redirect(url_for("desk.account", done=problem.code), 303)
    return show("problem.html", None, problem=problem)


DOOR = Door(prefix="/desk", content_policy=OWN_FILES, show_problem=show_problem)


@lru_cache(maxsize=512)
def _around(endpoint: str) -> tuple[str, str]:
    """What stands before and after the id in the address of a page about one thing."""
    before, _, after = url_for(endpoint, uid=_ANY_UID).partition(_ANY_UID)
    return before, after


@lru_cache(maxsize=256)
def _alone(endpoint: str, filename: str | None) -> str:
    return url_for(endpoint) if filename is None else url_for(endpoint, filename=filename)


def page_address(endpoint: str, **values: Any) -> str:
    """As `url_for` has it, at a tenth of its price: a page of the worklist holds two hundred addresses."""
    if values.keys() == _UID:
        before, after = _around(endpoint)
        return f"{before}{values['uid']}{after}"
    if values.keys() <= _FILE:
        return _alone(endpoint, values.get("filename"))
    return url_for(endpoint, **values)


# What every template may call. Handed over with each page, since an unknown address has no blueprint.
NAMES: Final[Mapping[str, object]] = {
    "words": words,
    "url_for": page_address,
    "message_words": message_words,
    "LABELS": LABELS,
    "here": here,
    "request_id": request_id,
    "provider_name": provider_name,
    "csrf_field": CSRF_FIELD,
    "count": count_text,
    "mean": mean_text,
    "span": span_text,
    "course_svg": _course_svg,
    "dots_svg": _dots_svg,
    "dots_words": describe,
    "spark_svg": _spark_svg,
}
