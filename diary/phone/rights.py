"""Who may use which address of the phone."""

from diary.web.rights import ANYONE, PATIENT, Right

_OPEN: Right = frozenset({ANYONE})
_OWN: Right = frozenset({PATIENT})

PHONE: dict[str, Right] = {
    "GET phone.static": _OPEN,
    "GET phone.script": _OPEN,
    "GET phone.worker": _OPEN,
    "GET phone.manifest": _OPEN,
    "GET phone.join": _OPEN,
    "POST phone.consent": _OPEN,
    "POST phone.agree": _OPEN,
    "GET phone.left": _OPEN,
    "GET phone.ready": _OWN,
    "GET phone.offline": _OWN,
    "GET phone.today": _OWN,
    "GET phone.one_day": _OWN,
    "GET phone.change": _OWN,
    "POST phone.save": _OWN,
    "GET phone.days": _OWN,
    "POST phone.show_chart": _OWN,
    "GET phone.help_page": _OWN,
    "GET phone.call": _OWN,
    "POST phone.ask": _OWN,
    "GET phone.more": _OWN,
    "POST phone.tell": _OWN,
    "GET phone.week": _OWN,
    "POST phone.tell_week": _OWN,
    "GET phone.offer": _OWN,
    "POST phone.answer_offer": _OWN,
    "GET phone.settings": _OWN,
    "POST phone.keep_settings": _OWN,
    "GET phone.place": _OWN,
    "POST phone.keep_place": _OWN,
    "GET phone.leave": _OWN,
    "POST phone.sign_out": _OWN,
}
