"""The settings by which Printflow signs in to a mailbox, and what is said where they're wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from printflow import Settings
from printflow.settings.sections import MailSettings
from tests.plugins.settings_sources import refused, toml

pytestmark = pytest.mark.usefixtures("no_settings")

APP = {
    "auth": "xoauth2",
    "smtp_username": "printlab@example.edu",
    "oauth_client_id": "11112222",
    "oauth_client_secret": "hunter2",
}


def test_a_password_is_the_default() -> None:
    assert (MailSettings().auth, MailSettings().token_endpoint) == ("password", "")


def test_microsoft_365() -> None:
    mail = Settings(mail={**APP, "oauth_provider": "microsoft365", "oauth_tenant": "a.edu"}).mail
    assert mail.token_endpoint == "https://login.microsoftonline.com/a.edu/oauth2/v2.0/token"
    assert mail.token_scope == "https://outlook.office365.com/.default"
    person = Settings(
        mail={
            **APP,
            "oauth_provider": "microsoft365",
            "oauth_tenant": "a.edu",
            "oauth_refresh_token": "r",
        }
    ).mail
    assert person.token_scope == "https://outlook.office.com/SMTP.Send offline_access"


def test_google() -> None:
    mail = Settings(mail={**APP, "oauth_provider": "google", "oauth_refresh_token": " r "}).mail
    assert mail.token_endpoint == "https://oauth2.googleapis.com/token"
    assert (mail.token_scope, mail.refresh_token()) == ("", "r")


def test_any_other_endpoint_and_scope() -> None:
    there = {"oauth_token_endpoint": "https://login.a.edu/token", "oauth_scope": "smtp imap"}
    mail = Settings(mail={**APP, "oauth_provider": "google", "oauth_refresh_token": "r", **there})
    assert mail.mail.token_endpoint == "https://login.a.edu/token"
    assert mail.mail.token_scope == "smtp imap"


def test_files_of_secrets_are_found_beside_the_settings(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "secret").write_text("hunter2\n", "utf-8")
    text = """[mail]
        auth = "xoauth2"
        smtp_username = "printlab@example.edu"
        oauth_client_id = "1111"
        oauth_client_secret_file = "secret"
        oauth_provider = "microsoft365"
        oauth_tenant = "a.edu"
        """
    mail = Settings.load(toml(folder, text)).mail
    assert mail.client_secret() == "hunter2"
    assert "hunter2" not in repr(mail)


SHORT = {"oauth_tenant": "a.edu", "oauth_provider": "microsoft365"}


@pytest.mark.parametrize(
    ("given", "key", "said"),
    [
        ({"auth": "oauth"}, "auth", "password or xoauth2"),
        ({**APP, **SHORT, "oauth_client_id": ""}, "oauth_client_id", "is missing"),
        ({**APP, **SHORT, "oauth_client_secret": ""}, "oauth_token_endpoint", "client_secret is"),
        ({**APP, "oauth_provider": "google"}, "oauth_token_endpoint", "refresh_token is missing"),
        ({**APP}, "oauth_token_endpoint", "set mail.oauth_provider"),
        ({**APP, **SHORT, "oauth_tenant": "common"}, "oauth_tenant", "ID or domain"),
        ({**APP, **SHORT, "oauth_tenant": ""}, "oauth_tenant", "ID or domain"),
        ({**APP, **SHORT, "oauth_tenant": "a/../b"}, "oauth_tenant", "ID or domain"),
        ({**APP, "oauth_token_endpoint": "http://a.edu/t"}, "oauth_token_endpoint", "https://"),
        ({**APP, "oauth_token_endpoint": "ftp://a.edu/t"}, "oauth_token_endpoint", "web address"),
        ({**APP, "oauth_token_endpoint": "https://u:p@a.edu"}, "oauth_token_endpoint", "address"),
        ({**APP, "oauth_token_endpoint": "https://a.edu:x/"}, "oauth_token_endpoint", "address"),
        ({**APP, **SHORT, "oauth_client_secret_file": "x"}, "oauth_client_secret_file", "both set"),
        ({**SHORT, "oauth_client_secret_file": "/no/x"}, "oauth_client_secret_file", "be read"),
        (
            {**APP, **SHORT, "smtp_host": "a.edu", "smtp_username": ""},
            "smtp_username",
            "mailbox that the tokens are for",
        ),
        ({**APP, **SHORT, "smtp_security": "none"}, "smtp_username", "without encryption"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, Any], key: str, said: str) -> None:
    error = refused(mail=given)
    assert error.key == f"mail.{key}"
    assert said in str(error)
    assert "hunter2" not in str(error)


def test_a_file_that_holds_no_secret(tmp_path: Path) -> None:
    for wrong in (b"", b"two words", b"\xff\xfe\x00", b"a\nb"):
        (tmp_path / "secret").write_bytes(wrong)
        error = refused(mail={"oauth_refresh_token_file": str(tmp_path / "secret")})
        assert "must contain the secret and nothing else" in str(error)


def test_a_token_endpoint_without_tls_only_on_this_machine_or_where_allowed() -> None:
    here = Settings(mail={**APP, "oauth_token_endpoint": "http://127.0.0.1:9/t"}).mail
    assert here.token_endpoint == "http://127.0.0.1:9/t"
    there = {**APP, "oauth_token_endpoint": "http://a.edu/t", "allow_cleartext_login": True}
    assert Settings(mail=there).mail.token_endpoint == "http://a.edu/t"


# -- encryption -----------------------------------------------------------------------------------

OLD = "smtp_allow_plaintext_login"


def test_the_old_name_of_cleartext_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_line = {"smtp_security": "none", "smtp_username": "lab", "smtp_password": "p"}
    assert Settings(mail={**open_line, OLD: True}).mail.allow_cleartext_login
    toml(tmp_path, f"[mail]\n{OLD} = true")
    assert Settings.load().mail.allow_cleartext_login
    monkeypatch.setenv(f"PRINTFLOW_MAIL__{OLD.upper()}", "false")
    assert not Settings.load().mail.allow_cleartext_login
    monkeypatch.setenv("PRINTFLOW_MAIL__ALLOW_CLEARTEXT_LOGIN", "true")
    assert "set twice" in str(refused())


@pytest.mark.parametrize("port", [25, 587, 2525, 465, None])
@pytest.mark.parametrize("way", ["keyword", "section", "environment", "file", "short", "mixed"])
def test_every_port_but_465_begins_with_starttls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int | None, way: str
) -> None:
    given: dict[str, Any] = {}
    if port is not None:
        match way:
            case "keyword":
                given = {"mail": {"smtp_port": port}}
            case "section":
                given = {"mail": MailSettings(smtp_port=port)}
            case "environment":
                monkeypatch.setenv("PRINTFLOW_MAIL__SMTP_PORT", f" {port} ")
            case "file":
                toml(tmp_path, f"[mail]\nsmtp_port = {port}")
            case "short":
                toml(tmp_path, f'[mail]\nport = "{port}"')
            case "mixed":
                toml(tmp_path, "[mail]\nsmtp_port = 465")
                monkeypatch.setenv("PRINTFLOW_MAIL__PORT", str(port))
    mail = Settings.load(**given).mail
    assert mail.smtp_port == (port or 587)
    assert mail.smtp_security == ("tls" if port == 465 else "starttls")


def test_nothing_empties_encryption(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    toml(tmp_path, "[mail]\nsmtp_port = 25")
    monkeypatch.setenv("PRINTFLOW_MAIL__SMTP_SECURITY", "")
    assert Settings.load().mail.smtp_security == "starttls"
    assert "none, starttls, or tls" in str(refused(mail={"smtp_security": ""}))
