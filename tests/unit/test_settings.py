"""Settings: where they come from, which wins, and what becomes of them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError

from printflow import Settings
from tests.plugins.settings_sources import refused, toml

pytestmark = pytest.mark.usefixtures("no_settings")

# -- sources --------------------------------------------------------------------------------------


def test_defaults(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.store == tmp_path / "storage"
    assert settings.state_dir == tmp_path / "storage" / ".printflow"
    assert settings.database == f"sqlite:///{(settings.state_dir / 'printflow.db').as_posix()}"
    assert settings.effective_base_url == "http://127.0.0.1:8080"
    assert settings.mail.directory == settings.state_dir / "mail"
    assert settings.mail.sender == "Printflow <printflow@localhost>"
    assert (settings.quote_days, settings.resend_minutes, settings.settle_seconds) == (7, 60, 3)
    assert (settings.max_upload_mb, settings.disk_reserve_mb) == (100, 256)
    assert settings.secret_key is None


def test_each_source_wins_over_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml(
        tmp_path,
        'quote_days = 1\nresend_minutes = 1\nsettle_seconds = 1\n[mail]\nreply_to = "a@b.edu"',
    )
    monkeypatch.setenv("PRINTFLOW_QUOTE_DAYS", "2")
    monkeypatch.setenv("PRINTFLOW_RESEND_MINUTES", "2")
    monkeypatch.setenv("PRINTFLOW_MAIL__TIMEOUT_SECONDS", "22")
    settings = Settings.load(quote_days=3, mail={"deadline_seconds": 33}, store=None)
    assert (settings.quote_days, settings.resend_minutes, settings.settle_seconds) == (3, 2, 1)
    mail = settings.mail
    assert (mail.reply_to, mail.timeout_seconds, mail.deadline_seconds) == ("a@b.edu", 22, 33)
    assert settings.max_upload_mb == 100


def test_the_file_is_the_named_one_then_the_variables_then_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("printflow.toml", "variable.toml", "option.toml"), start=1):
        (tmp_path / name).write_text(f"quote_days = {number}", "utf-8")
    assert Settings.load().quote_days == 1
    assert Settings().quote_days == 7
    monkeypatch.setenv("PRINTFLOW_CONFIG", "variable.toml")
    assert Settings.load().quote_days == 2
    assert Settings.load(tmp_path / "option.toml").quote_days == 3


def test_a_file_that_was_named_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "doesn't exist" in str(refused(tmp_path / "none.toml"))
    assert "isn't a file" in str(refused(tmp_path))
    monkeypatch.setenv("PRINTFLOW_CONFIG", str(tmp_path / "gone.toml"))
    error = refused()
    assert "gone.toml" in str(error)
    assert "PRINTFLOW_CONFIG" in error.source


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"quote_days = \nx", "line 1"),
        (b'store = "C:\\lab"', "single quotes"),
        (b'lab = "\xe9"', "UTF-8"),
        (b"quote_days = 7\nquote_days = 8", "isn't valid TOML"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "printflow.toml"
    path.write_bytes(content)
    error = refused()
    assert said in str(error)
    assert str(path) in str(error)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "printflow.toml").write_bytes(b"\xef\xbb\xbfquote_days = 9")
    assert Settings.load().quote_days == 9


def test_short_names_of_the_mail_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml(
        tmp_path,
        'base_url = "https://prints.example.edu"\n'
        '[mail]\nhost = "a.example.edu"\nport = 25\nusername = "lab@a.edu"\npassword = "p"',
    )
    monkeypatch.setenv("PRINTFLOW_MAIL__HOST", "b.example.edu")
    monkeypatch.setenv("PRINTFLOW_MAIL__SMTP_PORT", "465")
    mail = Settings.load().mail
    assert (mail.smtp_host, mail.smtp_port, mail.smtp_security) == ("b.example.edu", 465, "tls")
    assert mail.sender == "lab@a.edu"
    monkeypatch.setenv("PRINTFLOW_MAIL__SMTP_HOST", "c.example.edu")
    assert "set twice" in str(refused())


@pytest.mark.parametrize("text", ["a.edu, B.edu", '["a.edu", "b.edu"]', "@a.edu,b.edu,"])
def test_lists_in_the_environment(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PRINTFLOW_ALLOWED_EMAIL_DOMAINS", text)
    assert Settings().allowed_email_domains == ("a.edu", "b.edu")


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTFLOW_QUOTE_DAYS", "")
    monkeypatch.setenv("PRINTFLOW_STORE", " ")
    assert Settings().quote_days == 7


def test_paths_of_the_file_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    path = toml(tmp_path / "etc", '[mail]\ndirectory = "mails"\n')
    assert Settings.load(path).mail.directory == tmp_path / "etc" / "mails"


def test_settings_do_not_change_and_hide_their_secrets() -> None:
    settings = Settings(
        secret_key="k" * 32,
        database_url="postgresql://lab:hunter2@db/printflow",
        mail={"smtp_username": "lab", "smtp_password": "hunter2"},
    )
    with pytest.raises(ValidationError):
        settings.quote_days = 3
    with pytest.raises(ValidationError):
        settings.mail.smtp_port = 3
    assert "hunter2" not in repr(settings)
    assert "kkk" not in repr(settings)
    assert settings.mail.smtp_password is not None
    assert settings.mail.smtp_password.get_secret_value() == "hunter2"


# -- store, addresses ------------------------------------------------------------------------------


def test_only_a_script_may_give_a_relative_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings(store="a/../lab").store == tmp_path / "lab"
    assert Settings.load(store=Path("lab")).store == tmp_path / "lab"
    monkeypatch.setenv("PRINTFLOW_STORE", "lab")
    error = refused()
    assert str(tmp_path / "lab") in str(error)
    assert error.source == "PRINTFLOW_STORE"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://prints.example.edu/", "https://prints.example.edu"),
        (" http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("", ""),
    ],
)
def test_base_url(typed: str, kept: str) -> None:
    assert Settings(base_url=typed).base_url == kept


@pytest.mark.parametrize(
    "typed",
    [
        "prints.example.edu",
        "ftp://a.edu",
        "https://",
        "https://a.edu/prints",
        "https://a.edu?x=1",
        "https://a.edu#x",
        "https://lab@a.edu",
        "https://a.edu:port",
        "https://a .edu",
        "//a.edu",
    ],
)
def test_base_url_that_links_cannot_begin_with(typed: str) -> None:
    assert refused(base_url=typed).key == "base_url"


def test_links_follow_the_port_while_no_base_url_is_set() -> None:
    assert Settings(server={"port": 9000}).effective_base_url == "http://127.0.0.1:9000"


# -- mail -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_mail", "port", "security"),
    [
        ({}, 587, "starttls"),
        ({"smtp_port": 587}, 587, "starttls"),
        ({"smtp_port": "465"}, 465, "tls"),
        ({"smtp_port": 25}, 25, "starttls"),
        ({"smtp_port": 2525}, 2525, "starttls"),
        ({"smtp_security": "tls"}, 465, "tls"),
        ({"smtp_security": "starttls"}, 587, "starttls"),
        ({"smtp_security": "none"}, 25, "none"),
        ({"smtp_port": 2525, "smtp_security": "tls"}, 2525, "tls"),
    ],
)
def test_port_and_security(given_mail: dict[str, object], port: int, security: str) -> None:
    mail = Settings(mail=given_mail).mail
    assert (mail.smtp_port, mail.smtp_security) == (port, security)


@pytest.mark.parametrize(
    ("given_mail", "sender"),
    [
        ({"smtp_host": "127.0.0.1"}, "Printflow <printflow@localhost>"),
        (
            {"smtp_host": "a.edu", "smtp_username": "lab@a.edu", "smtp_password": "p"},
            "lab@a.edu",
        ),
        ({"smtp_host": "a.edu", "sender": "Lab <lab@a.edu>"}, "Lab <lab@a.edu>"),
        ({"smtp_host": "a.edu", "sender": "lab@lab.local"}, "lab@lab.local"),
        ({"smtp_host": "a.edu", "sender": "Lab <lab@localhost>"}, "Lab <lab@localhost>"),
    ],
)
def test_sender(given_mail: dict[str, object], sender: str) -> None:
    assert Settings(base_url="https://a.edu", mail=given_mail).mail.sender == sender


def test_ca_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate", "utf-8")
    assert "PEM" in str(refused(mail={"smtp_ca_file": bad}))
    authorities = ssl.create_default_context().get_ca_certs(binary_form=True)
    if authorities:  # of this machine, where they come as one file
        good = tmp_path / "good.pem"
        good.write_text(ssl.DER_cert_to_PEM_cert(authorities[0]), "ascii")
        assert Settings(mail={"ca_file": good}).mail.smtp_ca_file == good
