"""The sections of the settings: ``[mail]``, ``[share]``, ``[server]`` and ``[log]``."""

from __future__ import annotations

import ipaddress
import sys
from datetime import date
from pathlib import Path, PureWindowsPath
from typing import Any, Literal

from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..domain.network_address import LogAddresses
from ..domain.text import clean_line
from ..said import Said, say
from . import checks
from .mail_sign_in import FROZEN, MailSignIn
from .phrases import (
    A_FOLDER,
    A_TEXT,
    AN_ADDRESS,
    BYTES,
    DAYS,
    FILES,
    HOURS,
    MEGABYTES,
    MINUTES,
    SECONDS,
    TRUE_OR_FALSE,
    Whole,
    whole,
)

Security = Literal["none", "starttls", "tls"]

_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_SENDER = "Printflow <printflow@localhost>"


class MailSettings(MailSignIn):
    """How email is sent: through an SMTP server, or saved as files if no ``smtp_host`` is set."""

    smtp_host: str = Field(default="", description=say("a host name"))
    smtp_port: Whole = whole(587, 1, 65_535)
    smtp_security: Security = Field(default="starttls", description=say("none, starttls, or tls"))
    smtp_username: str = Field(default="", description=A_TEXT)
    smtp_password: SecretStr | None = Field(default=None, description=A_TEXT)
    smtp_ca_file: Path | None = Field(default=None, description=say("a file of certificates"))
    sender: str = Field(default=_SENDER, description=AN_ADDRESS)
    reply_to: str = Field(default="", description=AN_ADDRESS)
    staff_address: str = Field(default="", description=AN_ADDRESS)
    print_started: bool = Field(default=False, description=TRUE_OR_FALSE)
    copies_ready: bool = Field(default=False, description=TRUE_OR_FALSE)
    print_failed: bool = Field(default=False, description=TRUE_OR_FALSE)
    receipts: bool = Field(default=False, description=TRUE_OR_FALSE)
    directory: Path | None = Field(default=None, description=A_FOLDER)
    templates: Path | None = Field(default=None, description=A_FOLDER)
    timeout_seconds: Whole = whole(30, 1, 600, SECONDS)
    deadline_seconds: Whole = whole(60, 1, 3600, SECONDS)
    request_wait_minutes: Whole = whole(60, 0, 10_080, MINUTES)
    ready_email: Literal["each", "together"] = Field(
        default="each", description=say("each or together")
    )
    ready_wait_hours: Whole = whole(48, 1, 8_760, HOURS)

    @model_validator(mode="before")
    @classmethod
    def _match_port_and_security(cls, data: Any) -> Any:
        """The port and the security each set the other's default. Encryption is only off if set."""
        if not isinstance(data, dict):
            return data
        port, security = data.get("smtp_port"), data.get("smtp_security")
        if security is None and port is not None:
            number = int(port) if str(port).isdecimal() else 0
            return {**data, "smtp_security": "tls" if number == _PORTS["tls"] else "starttls"}
        if port is None and security is not None:
            return {**data, "smtp_port": _PORTS.get(str(security), 587)}
        return data

    @field_validator("smtp_host")
    @classmethod
    def _host(cls, value: str) -> str:
        return checks.host("mail.smtp_host", value)

    @field_validator("smtp_security")
    @classmethod
    def _security(cls, value: Security, info: ValidationInfo) -> Security:
        if value == "starttls" and info.data.get("smtp_port") == 465:
            raise ValueError(
                say(
                    '{name}: port 465 uses TLS from the start. Set mail.smtp_security to "tls", or '
                    "mail.smtp_port to 587.",
                    name="mail.smtp_security",
                )
            )
        return value

    @field_validator("smtp_username")
    @classmethod
    def _username(cls, value: str, info: ValidationInfo) -> str:
        given, tokens = info.data, info.data.get("auth") == "xoauth2"
        if tokens and given.get("smtp_host") and not value:
            raise ValueError(
                say(
                    "{name} is missing. Set it to the address of the mailbox that the tokens are for.",
                    name="mail.smtp_username",
                )
            )
        open_line = given.get("smtp_security") == "none" and not given.get("allow_cleartext_login")
        if tokens and value and open_line:
            raise ValueError(_open("mail.auth"))
        return value

    @field_validator("smtp_password")
    @classmethod
    def _password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        given = bool(value and value.get_secret_value())
        if info.data.get("auth") == "xoauth2":
            return value if given else None
        if info.data.get("smtp_username") and not given:
            raise ValueError(
                say("mail.smtp_password is missing. It's needed because mail.smtp_username is set.")
            )
        if given and not info.data.get("smtp_username"):
            raise ValueError(
                say("mail.smtp_username is missing. It's needed because mail.smtp_password is set.")
            )
        open_line = info.data.get("smtp_security") == "none"
        if given and open_line and not info.data.get("allow_cleartext_login"):
            raise ValueError(_open("mail.smtp_password"))
        return value if given else None

    @field_validator("smtp_ca_file")
    @classmethod
    def _ca_file(cls, value: Path | None) -> Path | None:
        return None if value is None else checks.ca_file(value)

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str, info: ValidationInfo) -> str:
        host, user = info.data.get("smtp_host", ""), info.data.get("smtp_username", "")
        if value not in {"", _SENDER}:
            return checks.address("mail.sender", value)
        if not host or (checks.is_loopback(host) and value):
            return value or _SENDER
        if "@" in user:
            return checks.address("mail.sender", user)
        raise ValueError(
            say(
                "mail.sender is missing. To send through {host}, set it to the address that emails "
                "come from, such as Print lab <printlab@example.edu>.",
                host=host,
            )
        )

    @field_validator("reply_to")
    @classmethod
    def _reply_to(cls, value: str) -> str:
        return checks.address("mail.reply_to", value) if value else ""

    @field_validator("staff_address")
    @classmethod
    def _staff_address(cls, value: str) -> str:
        return checks.address("mail.staff_address", value, named=False) if value else ""

    @field_validator("directory", "templates")
    @classmethod
    def _folder(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return None
        if info.field_name == "templates":
            return checks.folder("mail.templates", value)
        return value.expanduser().absolute()

    @property
    def sender_domain(self) -> str:
        """The domain that emails come from, as in their Message-IDs."""
        return self.sender.rpartition("@")[2].strip(" >") or "localhost"


def _open(name: str) -> Said:
    return say(
        "{name} would be sent without encryption. Set mail.smtp_security to "
        '"starttls" or "tls". If the connection to the SMTP server is secure anyway, set '
        "mail.allow_cleartext_login = true.",
        name=name,
    )


class ShareSettings(BaseModel):
    """The store's path on staff PCs, by operating system. Their openers use it."""

    model_config = FROZEN

    windows: str = Field(default="", max_length=260, description=say("a path such as Z:\\3DPrint"))
    linux: str = Field(default="", max_length=1000, description=say("a path such as /mnt/3dprint"))
    macos: str = Field(
        default="", max_length=1000, description=say("a path such as /Volumes/3dprint")
    )

    @field_validator("windows")
    @classmethod
    def _windows(cls, value: str) -> str:
        if value and not PureWindowsPath(value).is_absolute():
            raise ValueError(
                say(
                    "{name} must be a full path, such as {one} or {other}.",
                    name="share.windows",
                    one=r"Z:\3DPrint",
                    other=r"\\server\3DPrint",
                )
            )
        return value

    @field_validator("linux", "macos")
    @classmethod
    def _posix(cls, value: str, info: ValidationInfo) -> str:
        if value and not value.startswith("/"):
            raise ValueError(
                say(
                    "{name} must be a full path, such as {example}.",
                    name=f"share.{info.field_name}",
                    example="/mnt/3dprint",
                )
            )
        return value


class ServerSettings(BaseModel):
    """Where and how ``printflow serve`` listens."""

    model_config = FROZEN

    host: str = Field(default="127.0.0.1", min_length=1, description=say("a host name or address"))
    port: Whole = whole(8080, 0, 65_535)
    workers: Whole = whole(1, 1, 64)
    threads: Whole = whole(8, 1, 256)
    connection_limit: Whole = whole(400 if sys.platform == "win32" else 1000, 10, 10_000)
    connections_per_client: Whole = whole(250, 1, 10_000)
    header_seconds: Whole = whole(10, 1, 600, SECONDS)
    body_grace_seconds: Whole = whole(15, 1, 600, SECONDS)
    body_bytes_per_second: Whole = whole(2048, 1, 10_000_000, BYTES)
    spool: Path | None = Field(default=None, description=A_FOLDER)
    spool_mb: Whole = whole(1024, 1, 10_000_000, MEGABYTES)
    trusted_proxy: str = Field(
        default="",
        description=say(
            'the address of the proxy in front of Printflow, or "*" if only the proxy can connect'
        ),
    )
    metrics_token: SecretStr | None = Field(default=None, description=A_TEXT)
    confirm_sensitive_minutes: Whole = whole(0, 0, 720, MINUTES)
    log_addresses: LogAddresses = Field(default="short", description=say("full, short, or none"))
    security_contact: str = Field(
        default="",
        description=say("a web address, or an email address such as security@example.edu"),
    )
    security_policy: str = Field(default="", description=say("a web address"))
    security_expires: date | None = Field(
        default=None, description=say("a date such as 2027-06-30")
    )

    @field_validator("security_contact")
    @classmethod
    def _security_contact(cls, value: str) -> str:
        return checks.security_contact("server.security_contact", value)

    @field_validator("security_policy")
    @classmethod
    def _security_policy(cls, value: str) -> str:
        return checks.https_address("server.security_policy", value)

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        return checks.host("server.host", value)

    @field_validator("spool")
    @classmethod
    def _spool(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    @field_validator("trusted_proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        if value in ("", "*"):
            return value
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            raise ValueError(
                say(
                    '{name} must be an IP address, or "*", not “{typed}”.',
                    name="server.trusted_proxy",
                    typed=clean_line(value)[:60],
                )
            ) from None

    @field_validator("metrics_token")
    @classmethod
    def _metrics_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError(
                say(
                    "{name} must have at least {least} characters.",
                    name="server.metrics_token",
                    least=16,
                )
            )
        return value


class RetentionSettings(BaseModel):
    """How many days each part of a job is kept after the job is archived. 0 means forever."""

    model_config = FROZEN

    automatic: bool = Field(default=False, description=TRUE_OR_FALSE)
    files_days: Whole = whole(365, 0, 36_500, DAYS)
    mails_days: Whole = whole(365, 0, 36_500, DAYS)
    personal_days: Whole = whole(365, 0, 36_500, DAYS)
    events_days: Whole = whole(365, 0, 36_500, DAYS)
    payments_days: Whole = whole(365, 0, 36_500, DAYS)
    jobs_days: Whole = whole(365, 0, 36_500, DAYS)
    audit_days: Whole = whole(365, 0, 36_500, DAYS)

    @field_validator("personal_days")
    @classmethod
    def _files_first(cls, value: int, info: ValidationInfo) -> int:
        files = info.data.get("files_days", 0)
        if value and (files == 0 or files > value):
            raise ValueError(
                say(
                    "{name} can't be shorter than retention.files_days, because the files' names "
                    "say whose they are.",
                    name="retention.personal_days",
                )
            )
        return value


class SlicerSettings(BaseModel):
    """The slicer that estimates each model's weight and print time. Off while ``command`` is empty."""

    model_config = FROZEN

    command: str = Field(
        default="", max_length=1000, description=say("a program such as prusa-slicer")
    )
    profiles: Path | None = Field(default=None, description=A_FOLDER)
    seconds: Whole = whole(120, 5, 3600, SECONDS)
    memory_mb: Whole = whole(4096, 512, 65_536, MEGABYTES)

    @field_validator("profiles")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None


class LogSettings(BaseModel):
    """The log files of the server and workers."""

    model_config = FROZEN

    format: Literal["text", "json"] = Field(default="text", description=say("text or json"))
    max_mb: Whole = whole(5, 1, 1000, MEGABYTES)
    keep: Whole = whole(4, 1, 100, FILES)
