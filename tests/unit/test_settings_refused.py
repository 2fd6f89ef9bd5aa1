"""Settings that are unknown or wrong: what is said about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow import Settings, SettingsError
from tests.plugins.settings_sources import refused, toml

pytestmark = pytest.mark.usefixtures("no_settings")

SERVED = 'base_url = "https://prints.example.edu"\n'
MAILED = '[mail]\nsmtp_host = "smtp.example.edu"\nsender = "lab@example.edu"\n'


# -- unknown keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[mail]\nsmpt_host = "a"',
            "There's no setting mail.smpt_host. Did you mean mail.smtp_host?",
        ),
        (
            'smpt_host = "a"',
            "There's no setting smpt_host. Did you mean mail.smtp_host, in the section [mail]?",
        ),
        ('[mail]\nbase_url = "a"', "Did you mean base_url, above all sections?"),
        ("[server]\nprot = 1", "There's no setting server.prot. Did you mean server.port?"),
        ("quote_day = 1", "There's no setting quote_day. Did you mean quote_days?"),
        ("Quote_Days = 1", "There's no setting Quote_Days. Did you mean quote_days?"),
        ("[xyzzy]\na = 1", "There's no setting xyzzy. Known here: store, "),
    ],
)
def test_unknown_key_in_the_file(tmp_path: Path, text: str, said: str) -> None:
    path = toml(tmp_path, text)
    error = refused()
    assert said in str(error)
    assert str(path) in str(error)
    assert error.source == str(path)


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        (
            "PRINTFLOW_MAIL__SMPT_HOST",
            "There's no setting PRINTFLOW_MAIL__SMPT_HOST. Did you mean PRINTFLOW_MAIL__SMTP_HOST?",
        ),
        ("PRINTFLOW_SMTP_HOST", "Did you mean PRINTFLOW_MAIL__SMTP_HOST?"),
        (
            "PRINTFLOW_STROE",
            "There's no setting PRINTFLOW_STROE. Did you mean PRINTFLOW_STORE?",
        ),
        ("PRINTFLOW_MAIL", "There's no setting PRINTFLOW_MAIL."),
        ("PRINTFLOW_MAIL__A__B", "There's no setting PRINTFLOW_MAIL__A__B."),
    ],
)
def test_unknown_variable(monkeypatch: pytest.MonkeyPatch, variable: str, said: str) -> None:
    monkeypatch.setenv(variable, "x")
    error = refused()
    assert said in str(error)
    assert error.source == variable
    assert variable in str(error)


def test_variables_that_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTFLOW_TEST_CHROMIUM", "/usr/bin/chromium")
    monkeypatch.setenv("PRINTFLOWER", "a rose")
    assert Settings().quote_days == 7


def test_unknown_keyword() -> None:
    assert "Did you mean store?" in str(refused(stroe="x"))
    assert "Did you mean mail.directory?" in str(refused(mail={"directry": "x"}))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=20))
def test_any_unknown_keyword_is_one_line(key: str) -> None:
    if key in Settings.model_fields or key in {"config", "config_file"}:
        return
    wrong: dict[str, Any] = {key: 1}
    with pytest.raises(SettingsError, match=f"There's no setting {key}\\.") as caught:
        Settings(**wrong)
    assert caught.value.key == key


# -- wrong values ---------------------------------------------------------------------------------

TABLE = [
    ("quote_days = 0", "quote_days", "a whole number of days from 1 to 365, not “0”"),
    ('quote_days = "x"', "quote_days", "a whole number of days from 1 to 365, not “x”"),
    ("quote_days = true", "quote_days", "a whole number of days"),
    ("quote_days = 1.5", "quote_days", "a whole number of days"),
    ("max_upload_mb = -1", "max_upload_mb", "from 1 to"),
    ("mail = 3", "mail", "the section [mail]"),
    ("[server]\nport = 70000", "server.port", "from 0 to 65535, not “70000”"),
    ('[server]\nhost = "http://a"', "server.host", "a host name or address"),
    ('trusted_hosts = "a.edu"', "trusted_hosts", "a list"),
    ('trusted_hosts = ["https://a.edu"]', "trusted_hosts", "not “https://a.edu”"),
    ('secret_key = "short"', "secret_key", "16 characters"),
    ('[mail]\nsmtp_security = "ssl"', "mail.smtp_security", "none, starttls, or tls, not “ssl”"),
    ('[mail]\nport = 465\nsecurity = "starttls"', "mail.smtp_security", "port 465 uses TLS"),
    ('[mail]\nsmtp_port = "x"', "mail.smtp_port", "from 1 to 65535"),
    ('[mail]\nsmtp_host = "a.edu:25"', "mail.smtp_host", "The port has its own setting"),
    ('[mail]\nsmtp_username = "lab"', "mail.smtp_password", "is missing"),
    ('[mail]\nsmtp_password = "hunter2"', "mail.smtp_password", "smtp_username is missing"),
    (
        '[mail]\nsmtp_security = "none"\nsmtp_username = "lab"\nsmtp_password = "hunter2"',
        "mail.smtp_password",
        "allow_cleartext_login = true",
    ),
    ("[mail]\nsmtp_password = 5", "mail.smtp_password", "a text"),
    ('[mail]\nsmtp_ca_file = "none.pem"', "mail.smtp_ca_file", "there's no file"),
    ('[mail]\ntemplates = "none"', "mail.templates", "there's no folder"),
    ('[mail]\nsender = "lab"', "mail.sender", "an email address"),
    ('[mail]\nsender = "Lab <lab@a.edu>\\nBcc: x@b.edu"', "mail.sender", "an email address"),
    ('[mail]\nstaff_address = "Lab <lab@a.edu>"', "mail.staff_address", "an email address"),
    ('[mail]\nreply_to = "a b@lab.local"', "mail.reply_to", "an email address"),
    ('[mail]\nreply_to = "a@b@c"', "mail.reply_to", "an email address"),
    (SERVED + '[mail]\nsmtp_host = "smtp.a.edu"', "mail.sender", "is missing. To send through"),
    (MAILED, "base_url", "is missing. The links in emails need it"),
    ('store = "storage"', "store", "must be a full path"),
    ('store = ""', "store", "must be a full path"),
    ('database_url = "mysql://lab:hunter2@db/x"', "database_url", "mysql isn't supported"),
    ('database_url = "lab.db"', "database_url", "sqlite:/// and the full path"),
    ('database_url = "sqlite://"', "database_url", "doesn't name a file"),
    ('database_url = "sqlite:///:memory:"', "database_url", "doesn't name a file"),
    (
        'database_url = "sqlite:///lab.db"',
        "database_url",
        "must have a full path, such as sqlite:///",
    ),
    ('database_url = "sqlite:////a/b.db?mode=ro"', "database_url", "can't have options"),
    ('database_url = "postgresql+asyncpg://db/x"', "database_url", "can't name a driver"),
    ('database_url = "postgresql://"', "database_url", "isn't complete"),
]


@pytest.mark.parametrize(("text", "key", "said"), TABLE, ids=[row[0] for row in TABLE])
def test_wrong_value(tmp_path: Path, text: str, key: str, said: str) -> None:
    toml(tmp_path, text)
    error = refused()
    assert said in str(error)
    assert error.key == key
    assert key.rpartition(".")[2] in str(error)
    assert "hunter2" not in str(error)


def test_every_wrong_value_is_said_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = toml(tmp_path, "quote_days = 0")
    monkeypatch.setenv("PRINTFLOW_MAIL__PORT", "many")
    error = refused(settle_seconds=-1)
    assert f"{path}: quote_days must" in str(error)
    assert "PRINTFLOW_MAIL__PORT must be a whole number from 1 to 65535, not “many”." in str(error)
    assert str(error).count("must be") == 3


def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTFLOW_SECRET_KEY", "hunter2")
    assert "hunter2" not in str(refused())
    assert "hunter2" not in str(refused(base_url="https://lab:hunter2@a.edu"))
