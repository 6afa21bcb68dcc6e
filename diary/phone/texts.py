"""Every sentence that a patient reads on the phone, by key, in one place.

Written for a reading age of 9 to 11 (PIF TICK): you and your clinic, verbs first, one idea a sentence, digits
for numbers. tests/phone/test_texts.py holds the reading level and the words that are never said.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

# Stored with each consent. It changes with any word of the consent below; a test holds the two together.
CONSENT_VERSION: Final = "2026-11"
CONSENT_KEYS: Final = ("consent.why", "consent.daily", "consent.seen", "consent.not_live", "consent.stop")

ENGLISH: Final[Mapping[str, str]] = {
    "app": "Diary",
    "simulated": "A test. No one here is real.",
    "error": "Error",
    "back": "Back",
    # The three places, and help
    "nav": "Pages",
    "nav.today": "Today",
    "nav.days": "My days",
    "nav.settings": "Settings",
    "nav.help": "Help",
    # Days
    "day.month": "{day} {month}",
    "day.long": "{weekday} {day_month}",
    # What waits on this phone
    "app.waits_one": "1 answer waits on this phone.",
    "app.waits": "{n} answers wait on this phone.",
    "app.offline": "We will send it when you are online.",
    "app.stuck": "We can not send it yet. Open this app when you have a signal. Do not delete the app.",
    "app.signed_out": "This phone is not signed in. Ask your clinic for a new code.",
    "app.stranger": "The answers on this phone are from another diary. We did not send them.",
    "app.clock": "The clock of this phone is wrong. Set it right. Then answer again.",
    "app.lost": "This phone deleted {n} of your answers. They were not sent. Look at My days.",
    "app.refused": "We could not save {nrs} for {day}.",
    "app.refused_other": "Call your clinic. They can write it down.",
    "app.refused_read": "I have read this",
    "app.away.title": "No signal",
    "app.away": "This page needs a signal. Your answers on this phone are safe.",
    "app.away_sent": "Did you press a button? Then check later if it worked.",
    "app.blocked": "An answer waits on this phone. Go where you have a signal. Then sign out.",
    # Joining
    "join.title": "Join your clinic",
    "join.intro": "Type the code from your card. It has 8 letters and numbers.",
    "join.code": "Your code",
    "join.next": "Next",
    "join.no_code": "Do you have no code? Ask your clinic for one.",
    "consent.title": "Join {clinic}?",
    "consent.why": "Your clinic wants to know how long your treatment helps.",
    "consent.daily": "Each day you give one pain score. It takes about 10 seconds.",
    "consent.seen": "Your care team can see your scores.",
    "consent.not_live": "Nobody reads them straight away. If you need help now, call your clinic.",
    "consent.stop": "You can stop at any time.",
    "consent.agree": "I agree",
    "consent.disagree": "If you do not agree, close this page.",
    "zone.label": "Where you are now",
    "zone.hint": "So we know when your day starts. Change it if it is wrong.",
    "ready.title": "You are in",
    "ready.home": "Add this page to your home screen. Then you can find it each day.",
    "ready.once": "Answer once a day. The evening is a good time.",
    "ready.start": "Start",
    # The question
    "today.title": "Today",
    "question.anchor": "{nrs} = {anchor}",
    "question.save": "Save",
    "question.after_midnight": "It is after midnight. This is still for {weekday}.",
    "question.earlier": "You answered {nrs}.",
    "question.night": "{weekday} night, {day_month}",
    "question.change_title": "Change",
    "question.add_title": "Add",
    "question.paused": "Your diary is paused. You can still answer.",
    # Saved
    "saved.title": "Saved",
    "saved.number": "Saved: {nrs}",
    "saved.thanks": "Thank you. You can change this answer until {weekday} night.",
    "saved.closed": "You can no longer change this answer.",
    "saved.change": "Change",
    "saved.add_yesterday": "Add your answer for {weekday}",
    "saved.corrected": "Your clinic wrote down {nrs} for this day.",
    "saved.voided": "Your clinic does not count this answer.",
    # Somebody answered on another phone, or this page is older than the answer
    "conflict.title": "This day has an answer",
    "conflict.now": "The answer for {day} is {nrs}. You chose {chosen}.",
    "conflict.voided": "Your clinic does not count the answer for {day}. You chose {chosen}.",
    "conflict.change": "Change to {chosen}",
    "conflict.keep": "Keep {nrs}",
    "conflict.leave": "Leave it",
    # My days
    "days.title": "My days",
    "days.chart": "Each dot is one day. Lower is less pain. A gap means no answer that day.",
    "days.chart_title": "Your pain scores",
    "days.treatment": "Treatment",
    "days.hide": "Hide chart",
    "days.show": "Show chart",
    "days.withheld": "Answer for today first. Then you see the number for {weekday}.",
    "days.none": "no answer",
    "days.paused": "pause",
    "days.answered": "answered",
    "days.changed": "changed from {nrs}",
    "days.late": "late",
    "days.by_clinic": "told to your clinic",
    "days.corrected": "your clinic wrote {nrs}",
    "days.voided": "your clinic does not count this",
    "days.change": "Change",
    "days.add": "Add",
    "days.older": "Older days",
    "days.newer": "Newer days",
    "days.older_wrong": "Is an older day wrong? Ask your clinic to correct it.",
    "days.empty": "There are no days here.",
    # Help and the call
    "help.title": "Help",
    "help.call": "Call {clinic}",
    "help.hours": "When the clinic answers",
    "help.emergency": "In an emergency",
    "help.not_live": "Nobody reads your answers straight away. Your clinic looks at them on working days.",
    "help.now": "If you need help now, call your clinic.",
    "call.title": "Please call me",
    "call.link": "Please call me about my treatment",
    "call.what": "Your clinic will call you to talk about your treatment. This is not for urgent things.",
    "call.when": "They call when the clinic is open:",
    "call.ask": "Please call me",
    "call.asked": "You asked for a call on {day}. Your clinic will call you.",
    # What else was felt; the words stand for the codes of config/scales.py
    "more.title": "Anything else today?",
    "more.skip": "You can skip this. Tick what is true for today.",
    "more.save": "Save these",
    "more.plain": "Your clinic can see this.",
    "more.serious.title": "Call your clinic now",
    "more.serious": "This can be serious. Do not wait for us to call you. We tell your clinic, too.",
    "item.flare": "My pain flared up",
    "item.nausea": "I felt sick",
    "item.unreal": "Dizzy or far away",
    "item.bad_dreams": "Bad dreams",
    "item.headache": "Headache",
    "item.palpitations": "My heart raced",
    "item.other": "Something else",
    "item.urine": "It hurts or is hard to pee",
    "item.liver_signs": "Dark pee, yellow eyes or skin",
    "item.fever_or_rash": "Fever, rash or itch",
    "item.hallucinations": "I saw or heard things that are not there",
    # A date that the clinic offers
    "offer.title": "A date for your treatment",
    "offer.link": "Your clinic offers you a date.",
    "offer.from_to": "{first} to {last}",
    "offer.offered": "Your clinic offers you these days. Can you come?",
    "offer.accepted": "You said that you can come. Your clinic will tell you when it is sure.",
    "offer.confirmed": "It is sure. Your clinic expects you.",
    "offer.declined": "You said that you cannot come. Your clinic will look for other days.",
    "offer.none": "There is no date to answer now.",
    "offer.changed": "Your clinic changed this. Nothing was sent. Look again.",
    "offer.can": "I can",
    "offer.cannot": "I cannot",
    "offer.call": "Call me first",
    # Settings
    "settings.title": "Settings",
    "settings.layout": "How the numbers look",
    "settings.grid4": "Big buttons, 4 in a row",
    "settings.list1": "A list, one in a row",
    "settings.row11": "One long row, for a wide screen",
    "settings.save": "Save",
    "settings.saved": "Saved.",
    "settings.zone": "Where you are now",
    "settings.zone_change": "Change where you are",
    "settings.leave": "Sign out on this phone",
    "leave.title": "Sign out on this phone?",
    "leave.what": "Your answers stay with your clinic. You need a new code to come back.",
    "leave.yes": "Sign out",
    "leave.no": "Stay signed in",
    "left.title": "You are signed out",
    "left.what": "This phone no longer shows your diary. Ask your clinic for a new code to come back.",
    # What was wrong with a form
    "error.nrs": "Choose a number from 0 to 10",
    "error.code": "Type the 8 letters and numbers of your code",
    "error.code_wrong": "We do not know this code. Check each letter, or ask your clinic for a new one.",
    "error.code_used": "This code was used before. Ask your clinic for a new one.",
    "error.code_expired": "This code is too old. Ask your clinic for a new one.",
    "error.too_many_devices": "You have too many phones in use. Ask your clinic to take one out.",
    "error.too_many_attempts": "You tried too often. Wait {minutes} minutes. Then try again.",
    "error.cookies": "This phone did not keep a note for us. Allow cookies for this site. Then try again.",
    "error.zone": "Choose a place from the list",
    # What stands in the way of a page
    "problem.not_signed_in.title": "This phone is not signed in",
    "problem.not_signed_in": "Nothing was saved. Ask your clinic for a new code. Then you can go on.",
    "problem.not_signed_in.next": "Type a code",
    "problem.csrf_failed.title": "This page was open too long",
    "problem.csrf_failed": "Nothing was saved. Open the page again. Then give your answer.",
    "problem.not_found.title": "There is no such page",
    "problem.not_found": "Go to today and start from there.",
    "problem.day_closed.title": "This day is closed",
    "problem.day_closed": "You can no longer change it here. Ask your clinic to correct it.",
    "problem.day_changed_too_often.title": "This day was changed too often",
    "problem.day_changed_too_often": "You can no longer change it here. Ask your clinic to correct it.",
    "problem.day_in_future.title": "This day has not started yet",
    "problem.day_in_future": "Come back when the day is here.",
    "problem.patient_not_followed.title": "This diary has ended",
    "problem.patient_not_followed": "Do you want to take part again? Call your clinic.",
    "problem.storage_busy.title": "We could not save it now",
    "problem.storage_busy": "Nothing was saved. Go back, wait a moment, and press Save again.",
    "problem.other.title": "That did not work",
    "problem.other": "Nothing was saved. Go back and try again. If it stays so, call your clinic.",
    "problem.next": "Go to today",
}

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def say(key: str, **values: object) -> str:
    """The sentence of a key with its values in place.

    >>> say("saved.number", nrs=7)
    'Saved: 7'
    """
    return ENGLISH[key].format(**values)


def weekday(day: date) -> str:
    """The name of the day of the week."""
    return WEEKDAYS[day.weekday()]


def day_month(day: date) -> str:
    """Day and month, such as 21 November."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def long_day(day: date) -> str:
    """A day in full.

    >>> long_day(date(2026, 11, 21))
    'Saturday 21 November'
    """
    return f"{weekday(day)} {day_month(day)}"


def short_day(day: date) -> str:
    """A day in a list.

    >>> short_day(date(2026, 11, 21))
    'Sat 21 Nov'
    """
    return f"{weekday(day)[:3]} {day.day} {MONTHS[day.month - 1][:3]}"
