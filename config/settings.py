"""The settings of one installation: read once from the environment, checked whole, or refused."""

import difflib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from config import readers

PREFIX: Final = "DIARY_"

# What one request may carry. Declared here, since the doors, the web server and the documents share it.
BODY_MAX_BYTES: Final = 64 * 1024
BATCH_BODY_MAX_BYTES: Final = 1024 * 1024
BATCH_MAX_ENTRIES: Final = 500

# gunicorn gives up, instead of starting workers for ever, when one ends with this code.
EXIT_BAD_SETTINGS: Final = 3

# Names with our prefix that others read: the tests, and their search for a browser.
NOT_SETTINGS: Final = frozenset({"DIARY_CHROMIUM", "DIARY_TEST_PG_URL"})


class SettingsError(Exception):
    """One line for each fault: the name, what is wrong, what to do. Never a value, which may be secret."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known about a setting before it is read."""

    read: Callable[[str], Any]
    default: (
        str | Callable[[Mapping[str, Any]], Any] | None
    )  # text, or made from the settings above; None: required
    default_shown: str
    allowed: str
    meaning: str


def setting(
    read: Callable[[str], Any],
    default: str | Callable[[Mapping[str, Any]], Any] | None,
    *,
    allowed: str,
    meaning: str,
    default_shown: str | None = None,
    secret: bool = False,
) -> Any:
    """A dataclass field that knows how it is read and how it is documented; a secret stays out of repr."""
    shown = default_shown or (default if isinstance(default, str) else "none: required")
    about = About(read=read, default=default, default_shown=shown, allowed=allowed, meaning=meaning)
    return field(repr=not secret, metadata={"about": about})


def default_workers(values: Mapping[str, Any]) -> int:
    """As many as cores, within what the database bears.

    SQLite has one writer: the threads of one process take turns, those of two wake each other at random (a
    p99 of 229 ms against 63, and no more posts a second). On PostgreSQL eight workers of eight threads hold
    64 connections, which leaves room under its default limit of 100.
    """
    most = 1 if values["database_url"].startswith("sqlite") else 8
    return min(os.cpu_count() or 1, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one installation may choose. Secrets, and addresses that can hold a password, stay out of repr."""

    database_url: str = setting(
        readers.database_url,
        "sqlite:///var/diary.db",
        allowed="sqlite:///path (from the checkout; four slashes for a full path), "
        "postgresql://user:password@host/database",
        meaning="The database. On PostgreSQL (15 or newer) the app role, which row-level security binds.",
        secret=True,
    )
    owner_database_url: str = setting(
        readers.database_url,
        lambda values: values["database_url"],
        default_shown="the value of DIARY_DATABASE_URL",
        allowed="as DIARY_DATABASE_URL, and the same kind of database",
        meaning="The role that owns the tables on PostgreSQL. Only `python -m diary migrate` uses it.",
        secret=True,
    )
    secret_key: str = setting(
        readers.secret,
        None,
        allowed=f"{readers.SECRET_MIN_BITS} random bits or more",
        meaning="Signs cookies and links. `python -m diary secret` makes one; keep it out of the repository.",
        secret=True,
    )
    secret_key_fallbacks: tuple[readers.EarlierSecret, ...] = setting(
        readers.secrets,
        lambda _: (),
        default_shown="none",
        allowed=f"up to {readers.SECRET_FALLBACKS_MAX}, separated by commas; each may end with @ and "
        "its last day, such as @2026-12-31",
        meaning="Earlier secrets, still accepted while a new one takes over, to the end of their day (UTC).",
        secret=True,
    )
    host: str = setting(
        readers.host,
        "127.0.0.1",
        allowed="an address or a host name",
        meaning="Where the web process listens.",
    )
    port: int = setting(
        readers.whole(1, 65535),
        "8000",
        allowed="1 to 65535",
        meaning="The port the web process listens on.",
    )
    public_url: str = setting(
        readers.public_url,
        lambda values: f"http://localhost:{values['port']}",
        default_shown="http://localhost: and the port",
        allowed="https://host, with a port if need be; http:// for localhost only",
        meaning="The address that patients and staff open; links in letters and messages start with it.",
    )
    web_workers: int = setting(
        readers.whole(1, 64),
        default_workers,
        default_shown="1 on SQLite; on PostgreSQL the number of cores, at most 8",
        allowed="1 to 64",
        meaning="Processes that answer requests.",
    )
    web_threads: int = setting(
        readers.whole(1, 64),
        "8",
        allowed="1 to 64",
        meaning="Threads in each web process; each may hold one database connection.",
    )
    tick_s: float = setting(
        readers.seconds(0.05, 3600),
        "60",
        allowed="0.05 to 3600",
        meaning="Seconds between two looks of the scheduler for nights and messages that are due.",
    )
    night_workers: int = setting(
        readers.whole(0, 256),
        "1",
        allowed="0 to 256",
        meaning="Processes that work on the nights: a course that hangs or breaks one is told apart, and the "
        "night goes on. 0: the scheduler works on them itself, without this guard. More than 1 is worth it "
        "from about 100,000 followed courses on.",
    )
    night_cluster: str | None = setting(
        readers.cluster,
        lambda _: None,
        default_shown="none",
        allowed="tls://host:port; tcp:// for localhost only",
        meaning="A Dask scheduler whose workers work on the nights instead, on so many shards at once as "
        "there are night workers: at most the threads of the cluster.",
    )
    operator_email: str | None = setting(
        readers.email,
        lambda _: None,
        default_shown="none: nobody is told",
        allowed="one address",
        meaning="Who is told when a night is overdue, a job stands still or a course could not be assessed.",
    )
    smtp_url: str | None = setting(
        readers.smtp_url,
        lambda _: None,
        default_shown="none: no message leaves",
        allowed="smtps://user:password@host:port, or smtp:// for a server that offers STARTTLS",
        meaning="The mail server that takes messages.",
        secret=True,
    )
    mail_from: str = setting(
        readers.email,
        lambda values: f"diary@{urlsplit(values['public_url']).hostname}",
        default_shown="diary@ and the host of the public address",
        allowed="one address",
        meaning="The sender of messages.",
    )
    second_factor: bool = setting(
        readers.on_or_off,
        "on",
        allowed="on, off",
        meaning="Whether staff of a live installation need a second factor. Without one, signing in leads to "
        "its set-up and nowhere else. In a sandbox nobody needs one.",
    )
    provider_issuer: str | None = setting(
        readers.issuer,
        lambda _: None,
        default_shown="none: staff sign in by passkey or password",
        allowed="https://host and perhaps a path, as the provider writes it; http:// for localhost only",
        meaning="The identity provider of your organisation (OpenID Connect). See docs/how-to/"
        "sign-in-by-your-organisation.md.",
    )
    provider_client_id: str | None = setting(
        readers.client_id,
        lambda _: None,
        default_shown="none: needed with an issuer",
        allowed="up to 200 characters without spaces",
        meaning="What the provider calls this service.",
    )
    provider_client_secret: str | None = setting(
        readers.client_secret,
        lambda _: None,
        default_shown="none: a public client, held by PKCE alone",
        allowed="as the provider gave it",
        meaning="Proves to the provider that a call is this service's.",
        secret=True,
    )
    provider_name: str = setting(
        readers.short_name,
        "your organisation",
        allowed="up to 40 characters",
        meaning="How the sign-in page names it: Sign in with ...",
    )
    provider_required: bool = setting(
        readers.on_or_off,
        "off",
        allowed="on, off",
        meaning="Whether staff of a live installation must sign in by the provider. Clinic admins may come "
        "in otherwise, too, for the day on which the provider is away.",
    )
    push_keys: tuple[str, str] | None = setting(
        readers.push_keys,
        lambda _: None,
        default_shown="none: no note reaches a phone",
        allowed="what `python -m diary push-keys` prints",
        meaning="Signs the notes that phones are sent (Web Push). With another pair every phone has to agree "
        "anew; keep it out of the repository.",
        secret=True,
    )
    metrics_token: str | None = setting(
        readers.secret,
        lambda _: None,
        default_shown="none: there is no /metrics",
        allowed="as DIARY_SECRET_KEY",
        meaning="Opens /metrics to your monitoring, as a bearer token.",
        secret=True,
    )
    log_level: str = setting(
        readers.log_level,
        "INFO",
        allowed=", ".join(readers.LOG_LEVELS),
        meaning="The least weighty line that is logged.",
    )
    trusted_proxies: int = setting(
        readers.whole(0, 10),
        "0",
        allowed="0 to 10",
        meaning="Proxies in front whose X-Forwarded headers are believed. Too many, and clients can lie.",
    )
    phone_offline: bool = setting(
        readers.on_or_off,
        "on",
        allowed="on, off",
        meaning="Whether phones keep the diary, so that it opens without a signal. Off: those that keep it "
        "forget the kept pages when they next reach the service; answers that wait stay, and are sent.",
    )
    setup_code: str | None = setting(
        readers.secret,
        lambda _: None,
        default_shown="none: `serve` makes one while nothing is set up, and prints it",
        allowed="as DIARY_SECRET_KEY",
        meaning="Opens /setup in the browser, once: while nothing is set up.",
        secret=True,
    )
    sandbox_play: Path | None = setting(  # noqa: RUF009 - made once, as the others
        readers.path,
        lambda _: None,
        default_shown="none",
        allowed="a path (from the checkout, or a full one)",
        meaning="File of the sandbox's simulated phones, played as its clock moves on.",
    )
    demo_key: str | None = setting(
        readers.secret,
        lambda _: None,
        default_shown="none",
        allowed="as DIARY_SECRET_KEY",
        meaning="Opens the demo's signed-in links at the desk, in a sandbox only. The demo makes it.",
        secret=True,
    )

    def secret_keys_on(self, day: date) -> tuple[str, ...]:
        """All that are accepted on a day, the one that signs first."""
        earlier = self.secret_key_fallbacks
        return (
            self.secret_key,
            *(one.secret for one in earlier if one.last_day is None or day <= one.last_day),
        )

    @property
    def own_url(self) -> str:
        """Where this installation's own web process answers on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - no binding
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and check every setting; a value left empty counts as not set.

        Raises:
            SettingsError: with all faults at once.
        """
        faults = _misspelt(environ)
        values: dict[str, Any] = {}
        for name, about in ABOUT.items():
            try:
                values[name] = _value(about, text=environ.get(env_name(name), "").strip(), above=values)
            except ValueError as fault:
                faults.append(f"{env_name(name)}: {fault}")
            except KeyError:
                continue  # its default is made from a setting that is at fault itself, and already named
        faults += _at_odds(values)
        if faults:
            raise SettingsError(tuple(faults))
        return cls(**values)


ABOUT: Final[Mapping[str, About]] = {
    declared.name: declared.metadata["about"] for declared in fields(Settings)
}


def env_name(name: str) -> str:
    """The environment's name of a setting.

    >>> env_name("tick_s")
    'DIARY_TICK_S'
    """
    return f"{PREFIX}{name.upper()}"


def settings_or_exit(environ: Mapping[str, str]) -> Settings:
    """The settings; or each fault as a line on stderr, and the end of the process with code 3."""
    try:
        return Settings.from_env(environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(EXIT_BAD_SETTINGS) from None


def _value(about: About, *, text: str, above: Mapping[str, Any]) -> Any:
    if not text and about.default is None:
        raise ValueError(f"is not set; {readers.HOW_TO_MAKE_ONE}")
    if not text and callable(about.default):
        return about.default(above)
    if not text.isprintable():
        raise ValueError("holds a control character; type it again")
    return about.read(text or str(about.default))


def _at_odds(values: Mapping[str, Any]) -> list[str]:
    """Faults that lie between two settings."""
    faults = []
    urls = [values[name] for name in ("database_url", "owner_database_url") if name in values]
    if len({url.partition(":")[0] for url in urls}) > 1:
        faults.append(
            f"{env_name('owner_database_url')}: is another kind of database than DIARY_DATABASE_URL"
        )
    if {"provider_issuer", "provider_client_id"} <= values.keys():
        alone = values["provider_issuer"] is None
        if alone != (values["provider_client_id"] is None):
            faults.append("DIARY_PROVIDER_ISSUER: goes with DIARY_PROVIDER_CLIENT_ID; set both or neither")
        if alone and values.get("provider_required"):
            faults.append("DIARY_PROVIDER_REQUIRED: would let nobody in; set DIARY_PROVIDER_ISSUER, too")
    return faults


def _misspelt(environ: Mapping[str, str]) -> list[str]:
    """A name that is nearly a setting's is a slip: silently ignored, it would leave a default in force.

    Other names with our prefix are let through; container platforms set some of their own.
    """
    known = sorted(env_name(name) for name in ABOUT)
    faults = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in NOT_SETTINGS and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
            faults += [f"{name}: is not a setting; did you mean {near[0]}?"] if near else []
    return faults


def settings_page() -> str:
    """The reference page of all settings, as Markdown; `make reference` writes it."""
    lines = [
        "# Settings",
        "",
        "Read from the environment when a process starts. All faults are reported at once, one line each,",
        f"and the process ends with code {EXIT_BAD_SETTINGS}. A value left empty counts as not set.",
        "`make reference` makes this page from `config/settings.py`.",
    ]
    for name, about in ABOUT.items():
        lines += ["", f"## {env_name(name)}", "", about.meaning, ""]
        lines += [f"- Default: {about.default_shown}", f"- Allowed: {about.allowed}"]
    return "\n".join(lines) + "\n"
