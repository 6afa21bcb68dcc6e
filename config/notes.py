"""What a phone shows on its lock screen. No name, no pain, no treatment and no clinic: others can read it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Note(NamedTuple):
    """A line to see at a glance, and a second one."""

    title: str
    body: str


FIRST_LANGUAGE: Final = "en"
RIGHT_TO_LEFT: Final = frozenset({"ar"})

# By language and kind of message; `tomorrow` is a visit's on the day before. The second words of an evening
# are as calm as the first.
NOTES: Final[Mapping[str, Mapping[str, Note]]] = MappingProxyType(
    {
        "en": {
            "reminder": Note("Time for your daily answer", "It takes about 10 seconds."),
            "nudge": Note("Your daily answer", "There is still time for today."),
            "offer": Note("A question for you", "Open the app to answer it."),
            "visit": Note("News of your dates", "Open the app to see it."),
            "tomorrow": Note("Your dates begin tomorrow", "Open the app to see them."),
        },
        "nl": {
            "reminder": Note("Tijd voor uw dagelijkse antwoord", "Het duurt ongeveer 10 seconden."),
            "nudge": Note("Uw dagelijkse antwoord", "Het kan vandaag nog."),
            "offer": Note("Een vraag voor u", "Open de app om te antwoorden."),
            "visit": Note("Nieuws over uw data", "Open de app om het te zien."),
            "tomorrow": Note("Uw data beginnen morgen", "Open de app om ze te zien."),
        },
        "de": {
            "reminder": Note("Zeit für Ihre tägliche Antwort", "Es dauert etwa 10 Sekunden."),
            "nudge": Note("Ihre tägliche Antwort", "Heute ist noch Zeit dafür."),
            "offer": Note("Eine Frage an Sie", "Öffnen Sie die App, um zu antworten."),
            "visit": Note("Neues zu Ihren Terminen", "Öffnen Sie die App, um es zu sehen."),
            "tomorrow": Note("Ihre Termine beginnen morgen", "Öffnen Sie die App, um sie zu sehen."),
        },
        "es": {
            "reminder": Note("Es hora de su respuesta diaria", "Lleva unos 10 segundos."),
            "nudge": Note("Su respuesta diaria", "Todavía hay tiempo hoy."),
            "offer": Note("Una pregunta para usted", "Abra la aplicación para responder."),
            "visit": Note("Novedades sobre sus fechas", "Abra la aplicación para verlas."),
            "tomorrow": Note("Sus fechas empiezan mañana", "Abra la aplicación para verlas."),
        },
        "ar": {
            "reminder": Note("حان وقت إجابتك اليومية", "تستغرق حوالي 10 ثوانٍ."),
            "nudge": Note("إجابتك اليومية", "ما زال هناك وقت اليوم."),
            "offer": Note("سؤال لك", "افتح التطبيق للإجابة."),
            "visit": Note("جديد عن مواعيدك", "افتح التطبيق لرؤيته."),
            "tomorrow": Note("مواعيدك تبدأ غدًا", "افتح التطبيق لرؤيتها."),
        },
    }
)


def note_for(kind: str, locale: str) -> tuple[Note, str]:
    """The words of a kind in a patient's language, and which one it is.

    >>> note_for("reminder", "nl-BE")
    (Note(title='Tijd voor uw dagelijkse antwoord', body='Het duurt ongeveer 10 seconden.'), 'nl')
    """
    language = locale.partition("-")[0]
    language = language if language in NOTES else FIRST_LANGUAGE
    return NOTES[language][kind], language
