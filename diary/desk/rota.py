"""Who works when, at the desk: cover for who is away, working days and holidays, teams."""

from flask.typing import ResponseReturnValue

from config.words import WEEKDAYS
from diary.desk.account import me
from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form
from diary.desk.stale import found
from diary.services.clinics import the_clinic
from diary.services.covers import arrange_cover, can_cover, end_cover
from diary.services.own_week import set_week, week_of, weeks_with_days_off
from diary.services.teams import add_team, join_team, leave_team
from diary.services.working_days import add_holiday, desk_weekdays, set_weekdays, take_back_holiday
from diary.storage.rota import cover_of, covers_from, holidays_from, members, team_by_uid, teams
from diary.storage.staff import staff_by_uid, staff_of_clinic
from schemas.rota import (
    CoverEndsIn,
    CoverIn,
    HolidayBackIn,
    HolidayIn,
    MemberIn,
    OwnWeekIn,
    TeamIn,
    WorkingWeekIn,
)


@desk.route("/settings/cover", methods=["GET", "POST"])
def covers_page() -> ResponseReturnValue:
    """Who is away and who takes their work, and a new cover."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(CoverIn)
            with staff_work(write=True) as unit:
                absent, cover = (
                    found(staff_by_uid(unit.session, given.pop(name))) for name in ("absent", "cover")
                )
                arrange_cover(unit.session, absent=absent, cover=cover, **given, now=unit.now)
            return done("cover", "desk.covers_page")
    with at_desk() as (unit, frame):
        people = {person.id: person for person in staff_of_clinic(unit.session)}
        known = covers_from(unit.session, frame.today)
        weeks = [week for week in weeks_with_days_off(unit.session) if can_cover(people[week.staff_id])]
    treating = [(person.uid, person.name) for person in people.values() if can_cover(person)]
    return show(
        "covers.html", frame, form=form, covers=known, weeks=weeks, people=people, choices=treating
    ), form.status


@desk.post("/settings/cover/end")
def end_cover_now() -> ResponseReturnValue:
    """The work goes back."""
    with staff_work(write=True) as unit:
        given = Form().read(CoverEndsIn)
        absent = found(staff_by_uid(unit.session, given["absent"]))
        arranged = cover_of(unit.session, absent.id, given["first_day"])
        if arranged is not None:
            end_cover(unit.session, arranged, absent, now=unit.now)
    return done("cover_ended", "desk.covers_page")


@desk.route("/account/week", methods=["GET", "POST"])
def week_page() -> ResponseReturnValue:
    """The weekdays on which the person who asks works, and who has their work on the others."""
    with at_desk() as (unit, frame):
        person = me(unit)[0]
        week = week_of(unit.session, person)
        people = [one for one in staff_of_clinic(unit.session) if can_cover(one) and one.id != person.id]
    known = next((one.uid for one in people if one.id == week.cover_id), None)
    form = Form({"weekdays": week.weekdays, "cover": known})
    if form.sent:
        with form.refusals():
            given = form.read(OwnWeekIn)
            with staff_work(write=True) as unit:
                cover = found(staff_by_uid(unit.session, given["cover"])) if "cover" in given else None
                set_week(unit.session, me(unit)[0], weekdays=given["weekdays"], cover=cover, now=unit.now)
            return done("week", "desk.account")
    choices = [(one.uid, one.name) for one in people]
    return show("week.html", frame, form=form, choices=choices), form.status


@desk.route("/settings/days", methods=["GET", "POST"])
def working_days_page() -> ResponseReturnValue:
    """The desk's weekdays and holidays, and a new holiday."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(HolidayIn)
            with staff_work(write=True) as unit:
                add_holiday(unit.session, **given, now=unit.now)
            return done("holiday", "desk.working_days_page")
    with at_desk() as (unit, frame):
        weekdays = [WEEKDAYS[day - 1] for day in desk_weekdays(the_clinic(unit.session))]
        known = holidays_from(unit.session, frame.today)
    return show("working_days.html", frame, form=form, weekdays=weekdays, holidays=known), form.status


@desk.post("/settings/days/week")
def change_week() -> ResponseReturnValue:
    """Other weekdays from now on."""
    with staff_work(write=True) as unit:
        set_weekdays(unit.session, Form().read(WorkingWeekIn)["weekdays"], now=unit.now)
    return done("saved", "desk.working_days_page")


@desk.post("/settings/days/take-back")
def take_back() -> ResponseReturnValue:
    """Somebody works on these days after all."""
    with staff_work(write=True) as unit:
        take_back_holiday(unit.session, **Form().read(HolidayBackIn), now=unit.now)
    return done("holiday_back", "desk.working_days_page")


@desk.route("/settings/teams", methods=["GET", "POST"])
def teams_page() -> ResponseReturnValue:
    """Who works in which team, and a new team."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(TeamIn)
            with staff_work(write=True) as unit:
                add_team(unit.session, **given, now=unit.now)
            return done("saved", "desk.teams_page")
    with at_desk() as (unit, frame):
        people = [person for person in staff_of_clinic(unit.session) if person.disabled_at is None]
        known = teams(unit.session)
        inside = {(row.team_id, row.staff_id) for row in members(unit.session)}
    return show("teams.html", frame, form=form, teams=known, people=people, inside=inside), form.status


@desk.post("/settings/teams/<uid:uid>/<any(join, leave):step>")
def change_team(uid: str, step: str) -> ResponseReturnValue:
    """Somebody joins a team or leaves it."""
    given = Form().read(MemberIn)
    with staff_work(write=True) as unit:
        team = found(team_by_uid(unit.session, uid))
        person = found(staff_by_uid(unit.session, given["staff"]))
        {"join": join_team, "leave": leave_team}[step](unit.session, team, person, now=unit.now)
    return done("saved", "desk.teams_page")
