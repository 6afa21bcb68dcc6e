"""The service starts with settings that are right, or says every fault in one line and does not start."""

import secrets
import subprocess
import sys
from base64 import b32encode, b64encode, urlsafe_b64encode
from datetime import date
from pathlib import Path

import pytest

from config import readers
from config.settings import ABOUT, Settings, SettingsError, env_name, settings_page

ROOT = Path(__file__).parents[2]
SECRET = secrets.token_urlsafe(32)


def read(**given: str) -> Settings:
    return Settings.from_env({"DIARY_SECRET_KEY": SECRET, **given})


def faults(**given: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        read(**given)
    return refused.value.faults


def test_a_secret_is_the_only_thing_one_must_set():
    settings = read()

    assert settings.database_url == f"sqlite:///{ROOT}/var/diary.db"
    assert settings.owner_database_url == settings.database_url
    assert settings.public_url == "http://localhost:8000"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.web_threads == 8
    assert settings.web_workers == 1  # on SQLite, whose writers take turns
    assert settings.tick_s == 60
    assert settings.trusted_proxies == 0
    assert settings.phone_offline
    assert settings.second_factor
    assert settings.sandbox_play is None
    assert settings.secret_key_fallbacks == ()


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000"),
        ("0.0.0.0", "http://127.0.0.1:9000"),
        ("::", "http://[::1]:9000"),
        ("10.0.0.7", "http://10.0.0.7:9000"),
    ],
)
def test_the_web_process_is_asked_where_it_listens(host, own):
    assert read(DIARY_HOST=host, DIARY_PORT="9000").own_url == own


def test_every_setting_can_be_chosen():
    old_secret = secrets.token_hex(32)
    settings = read(
        DIARY_DATABASE_URL="postgresql://diary_app:pw@db.example.org:5433/diary?sslmode=require",
        DIARY_OWNER_DATABASE_URL="postgres://diary_owner:pw@db.example.org/diary",
        DIARY_SECRET_KEY_FALLBACKS=f"{old_secret}, {SECRET}@2026-12-31",
        DIARY_HOST="::1",
        DIARY_PORT="9000",
        DIARY_PUBLIC_URL="https://diary.example.org:8443/",
        DIARY_WEB_WORKERS="3",
        DIARY_WEB_THREADS="4",
        DIARY_TICK_S="0.05",
        DIARY_NIGHT_WORKERS="2",
        DIARY_NIGHT_CLUSTER="tls://night.example.org:8786",
        DIARY_OPERATOR_EMAIL="operator@example.org",
        DIARY_SMTP_URL="smtps://diary:pw@mail.example.org:465",
        DIARY_MAIL_FROM="pain-diary@example.org",
        DIARY_PROVIDER_ISSUER="https://login.example.org/realms/staff",
        DIARY_PROVIDER_CLIENT_ID="pain-diary",
        DIARY_PROVIDER_CLIENT_SECRET="as-they-gave-it",
        DIARY_PROVIDER_NAME="St Anna",
        DIARY_PROVIDER_REQUIRED="on",
        DIARY_PUSH_KEYS=f"{'a' * 43}.B{'b' * 86}",
        DIARY_SECOND_FACTOR="off",
        DIARY_SETUP_CODE=old_secret,
        DIARY_METRICS_TOKEN=old_secret,
        DIARY_LOG_LEVEL="warning",
        DIARY_TRUSTED_PROXIES="1",
        DIARY_PHONE_OFFLINE="off",
        DIARY_SANDBOX_PLAY="var/demo/play.jsonl",
        DIARY_DEMO_KEY=old_secret,
    )

    assert settings == Settings(
        database_url="postgresql+psycopg://diary_app:pw@db.example.org:5433/diary?sslmode=require",
        owner_database_url="postgresql+psycopg://diary_owner:pw@db.example.org/diary",
        secret_key=SECRET,
        secret_key_fallbacks=(
            readers.EarlierSecret(old_secret, None),
            readers.EarlierSecret(SECRET, date(2026, 12, 31)),
        ),
        host="::1",
        port=9000,
        public_url="https://diary.example.org:8443",
        web_workers=3,
        web_threads=4,
        tick_s=0.05,
        night_workers=2,
        night_cluster="tls://night.example.org:8786",
        operator_email="operator@example.org",
        smtp_url="smtps://diary:pw@mail.example.org:465",
        mail_from="pain-diary@example.org",
        provider_issuer="https://login.example.org/realms/staff",
        provider_client_id="pain-diary",
        provider_client_secret="as-they-gave-it",
        provider_name="St Anna",
        provider_required=True,
        push_keys=("a" * 43, "B" + "b" * 86),
        second_factor=False,
        setup_code=old_secret,
        metrics_token=old_secret,
        log_level="WARNING",
        trusted_proxies=1,
        phone_offline=False,
        sandbox_play=ROOT / "var/demo/play.jsonl",
        demo_key=old_secret,
    )


def test_all_faults_are_told_at_once_one_line_each():
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"DIARY_PORT": "80a", "DIARY_TICK_S": "0", "DIARY_HOST": "not a host"})

    assert str(refused.value).splitlines() == [
        "DIARY_SECRET_KEY: is not set; make one with: python -m diary secret",
        "DIARY_HOST: is no address; write one like 127.0.0.1, 0.0.0.0 or ::1",
        "DIARY_PORT: is not a whole number from 1 to 65535",
        "DIARY_TICK_S: is not a number of seconds from 0.05 to 3600",
    ]


@pytest.mark.parametrize(
    "weak",
    [
        "x",
        "a" * 64,
        "ab" * 40,
        "change-me",
        pytest.param("please-ChangeMe-" + SECRET, id="a known word before a good one"),
        "my-secret-key-for-the-clinic-in-the-valley-4711",
        "0123456789abcdef" * 4,
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "correct horse battery staple",
        pytest.param(secrets.token_hex(16), id="16 random bytes in hexadecimal"),
        pytest.param(secrets.token_hex(31), id="31 random bytes in hexadecimal"),
        pytest.param(secrets.token_urlsafe(31), id="31 random bytes in base 64"),
        "73" + "1739205846" * 5,
    ],
)
def test_a_weak_secret_is_refused_and_never_repeated(weak):
    (fault,) = faults(DIARY_SECRET_KEY=weak)

    assert fault.startswith("DIARY_SECRET_KEY: ")
    assert fault.endswith("make one with: python -m diary secret")
    assert len(weak) == 1 or weak not in fault


def test_a_random_secret_of_32_bytes_is_never_refused_however_it_is_written():
    for _ in range(5000):
        found = secrets.token_bytes(32)
        for text in (
            found.hex(),
            b64encode(found).decode(),
            urlsafe_b64encode(found).decode().rstrip("="),
            b32encode(found).decode().rstrip("="),
        ):
            assert readers.secret(text) == text


def test_an_earlier_secret_must_be_as_good_as_the_first():
    assert "well-known word" in faults(DIARY_SECRET_KEY_FALLBACKS=f"{SECRET},changeme")[0]
    assert "keep the newest 3" in faults(DIARY_SECRET_KEY_FALLBACKS=",".join([SECRET] * 4))[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DIARY_DATABASE_URL", "mysql://diary@localhost/diary"),
        ("DIARY_DATABASE_URL", "var/diary.db"),
        ("DIARY_DATABASE_URL", "sqlite://"),
        ("DIARY_DATABASE_URL", "sqlite:///:memory:"),
        ("DIARY_DATABASE_URL", "postgresql://diary_app:pw@localhost"),
        ("DIARY_OWNER_DATABASE_URL", "postgresql://diary_owner:pw@localhost/diary"),
        ("DIARY_HOST", "http://localhost"),
        ("DIARY_PORT", "0"),
        ("DIARY_PORT", "65536"),
        ("DIARY_PORT", "٨٠٠٠"),
        ("DIARY_PORT", "8000.0"),
        ("DIARY_PORT", "9" * 5000),
        ("DIARY_PUBLIC_URL", "diary.example.org"),
        ("DIARY_PUBLIC_URL", "http://diary.example.org"),
        ("DIARY_PUBLIC_URL", "http://localhost.example.org"),
        ("DIARY_PUBLIC_URL", "https://diary.example.org/app"),
        ("DIARY_PUBLIC_URL", "https://nurse@diary.example.org"),
        ("DIARY_PUBLIC_URL", "https://diary.example.org:99999"),
        ("DIARY_PUBLIC_URL", "https://[::1"),
        ("DIARY_PUBLIC_URL", "ftp://localhost"),
        ("DIARY_WEB_WORKERS", "0"),
        ("DIARY_WEB_WORKERS", "65"),
        ("DIARY_WEB_THREADS", "-1"),
        ("DIARY_TICK_S", "nan"),
        ("DIARY_TICK_S", "3601"),
        ("DIARY_TICK_S", "1e3"),
        ("DIARY_LOG_LEVEL", "loud"),
        ("DIARY_TRUSTED_PROXIES", "11"),
        ("DIARY_SANDBOX_PLAY", "var/\x00play"),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_setting(name, text):
    (fault,) = faults(**{name: text})

    assert fault.startswith(f"{name}: ")
    assert "\n" not in fault


@pytest.mark.parametrize(
    "url", ["https://diary.example.org", "http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"]
)
def test_health_data_travels_encrypted_except_on_the_same_machine(url):
    assert read(DIARY_PUBLIC_URL=url).public_url == url


def test_an_empty_value_counts_as_not_set():
    assert read(DIARY_PORT="", DIARY_SANDBOX_PLAY=" ") == read()


def test_a_slip_in_a_name_is_told_since_it_would_leave_the_default_in_force():
    assert faults(DIARY_TRUSTED_PROXYS="1") == (
        "DIARY_TRUSTED_PROXYS: is not a setting; did you mean DIARY_TRUSTED_PROXIES?",
    )


def test_names_that_a_container_platform_sets_by_itself_are_let_through():
    assert read(DIARY_SERVICE_HOST="10.0.0.1", DIARY_PORT_8000_TCP_ADDR="10.0.0.1") == read()


def test_the_link_in_a_letter_follows_the_port_unless_an_address_is_given():
    assert read(DIARY_PORT="8080").public_url == "http://localhost:8080"


def test_no_secret_and_no_password_shows_when_the_settings_are_printed():
    shown = repr(
        read(DIARY_DATABASE_URL="postgresql://diary_app:pw4711@db/diary", DIARY_SECRET_KEY_FALLBACKS=SECRET)
    )

    assert SECRET not in shown
    assert "pw4711" not in shown
    assert "port=8000" in shown


def test_the_reference_page_is_in_step():
    page = (ROOT / "docs/reference/settings.md").read_text("utf-8")

    assert page == settings_page(), "run `make reference`"
    assert all(f"## {env_name(name)}\n" in page for name in ABOUT)


def test_a_process_with_bad_settings_ends_with_code_3_and_plain_lines_only():
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os; from config.settings import settings_or_exit; settings_or_exit(os.environ)",
        ],
        cwd=ROOT,
        env={"DIARY_PORT": "none"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 3
    assert ended.stderr.splitlines() == [
        "DIARY_SECRET_KEY: is not set; make one with: python -m diary secret",
        "DIARY_PORT: is not a whole number from 1 to 65535",
    ]


def test_an_earlier_secret_is_accepted_to_the_end_of_its_last_day_and_the_new_one_signs():
    without_end, ends = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    settings = read(DIARY_SECRET_KEY_FALLBACKS=f"{without_end},{ends}@2026-12-31")
    assert settings.secret_keys_on(date(2026, 12, 31)) == (SECRET, without_end, ends)
    assert settings.secret_keys_on(date(2027, 1, 1)) == (SECRET, without_end)
    assert ends not in repr(settings)
    (fault,) = faults(DIARY_SECRET_KEY_FALLBACKS=f"{ends}@2026-02-30")
    assert "names a last day that no calendar has" in fault
    (fault,) = faults(DIARY_SECRET_KEY_FALLBACKS="short@2026-12-31")
    assert "can be guessed" in fault


@pytest.mark.parametrize(
    "issuer",
    [
        "login.example.org",
        "http://login.example.org",
        "ftp://login.example.org",
        "https://",
        "https://login.example.org?realm=staff",
        "https://login.example.org/#staff",
        "https://user:word@login.example.org",
        "https://login.example.org:0",
        "https://lógin.example.org",
    ],
)
def test_what_is_no_issuer_is_refused(issuer):
    told = faults(DIARY_PROVIDER_ISSUER=issuer, DIARY_PROVIDER_CLIENT_ID="diary")
    assert [fault.partition(":")[0] for fault in told] == ["DIARY_PROVIDER_ISSUER"]


def test_half_a_provider_is_none_and_none_cannot_be_required():
    assert "set both or neither" in faults(DIARY_PROVIDER_ISSUER="https://login.example.org")[0]
    assert "set both or neither" in faults(DIARY_PROVIDER_CLIENT_ID="diary")[0]
    assert "would let nobody in" in faults(DIARY_PROVIDER_REQUIRED="on")[0]
    assert faults(DIARY_PROVIDER_CLIENT_SECRET="a b")[0].startswith("DIARY_PROVIDER_CLIENT_SECRET")
