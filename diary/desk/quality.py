"""How good the alerts were, on one page, with how many there were of each."""

from flask.typing import ResponseReturnValue
from markupsafe import Markup

from diary.charts.reliability import Alike, Forecasts, reliability_chart
from diary.desk.door import at_desk, desk, show
from diary.domain.alert_record import FORECASTS_MIN
from diary.domain.forecast_record import told
from diary.services.alert_quality import AlertQuality, alert_quality


@desk.get("/alerts/quality")
def quality_page() -> ResponseReturnValue:
    """Work items by kind, what came of them, and how the forecast's chances came true."""
    with at_desk() as (unit, frame):
        found = alert_quality(unit.session, now=unit.now)
    return show(
        "quality.html",
        frame,
        found=found,
        chart=_chart(found),
        forecasts_min=FORECASTS_MIN,
        record_words=told(found.forecast.record) if found.forecast else None,
    )


def _chart(found: AlertQuality) -> Markup | None:
    """The calibration as a picture; none in the shadow, or where chance alone would draw it."""
    if found.forecast is None or found.forecast.settled < FORECASTS_MIN:
        return None
    bins = [Alike(one.forecasts, one.told, one.seen) for one in found.forecast.calibration]
    drawn = reliability_chart(
        [("This clinic", [Forecasts("told on days 21, 49, 77 ...", "bold", bins)])],
        title="Chances of loss within 28 days, told and seen",
        above="Came true",
        below="Chance that was told",
        note="A larger mark is of more forecasts.",
    )
    return Markup(drawn)  # noqa: S704 - the charts escape what they write
