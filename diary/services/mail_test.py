"""Sends one test message, and says what the mail server answered."""

import smtplib

from diary.gateways.mail import Mail, MailFailed, SmtpMailer

SUBJECT = "Pain diary: a test message"
TEXT = "This server takes messages of your pain diary. Nothing else is to be done.\n"


def try_mail(url: str, *, sender: str, to: str, key: str) -> str | None:
    """None where the server took it; else why not, in its own words as far as it gave any."""
    try:
        SmtpMailer(url, sender).send(Mail(to, SUBJECT, TEXT, key))
    except MailFailed as error:
        return _answer(error.__cause__) or str(error)
    return None


def _answer(cause: BaseException | None) -> str | None:
    if isinstance(cause, smtplib.SMTPResponseException):
        told = cause.smtp_error
        return f"{cause.smtp_code} {told.decode(errors='replace') if isinstance(told, bytes) else told}"
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        return "; ".join(
            f"{code} {text.decode(errors='replace')}" for code, text in cause.recipients.values()
        )
    return None
