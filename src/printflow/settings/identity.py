"""The section ``[identity]``: signing in by the institution's provider, or by a proxy in front."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from ..domain.text import clean_line
from ..said import say
from . import checks
from .phrases import A_TEXT, SECONDS, TRUE_OR_FALSE, Whole, whole

_FROZEN = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)
_HEADER = re.compile(r"[A-Za-z0-9-]{1,80}")
_FORGEABLE = frozenset(
    ("host", "cookie", "origin", "referer", "user-agent", "accept", "accept-language", "connection")
)
_EVERY_TENANT = ("common", "organizations", "consumers")
_SHORT_ROLES = {"admin": "administrator"}
_A_HEADER = say("the name of a header, such as X-Remote-User")
_LARGEST_SECRET = 4096


class IdentitySettings(BaseModel):
    """Sign-in by OpenID Connect, or by a proxy that names the person in a header.

    Both are off by default. Stations and their passwords stay, unless ``stations = false``.
    """

    model_config = _FROZEN

    issuer: str = Field(
        default="", description=say("a web address such as https://login.example.edu")
    )
    client_id: str = Field(default="", max_length=300, description=A_TEXT)
    client_secret: SecretStr | None = Field(default=None, description=A_TEXT)
    client_secret_file: Path | None = Field(default=None, description=say("a file"))
    provider_name: str = Field(default="", max_length=60, description=A_TEXT)
    scopes: tuple[str, ...] = Field(
        default=("openid", "profile", "email"),
        description=say('a list such as ["openid", "profile", "email"]'),
    )
    role_claim: str = Field(default="roles", max_length=300, description=A_TEXT)
    roles: Mapping[str, str] = Field(
        default_factory=dict,
        description=say(
            'groups or roles with the lab\'s roles, such as { "lab-staff" = "manager" }'
        ),
    )
    default_role: str = Field(default="", max_length=60, description=A_TEXT)
    allowed_domains: tuple[str, ...] = Field(
        default=(), description=say('a list such as ["example.edu"]')
    )
    name_claim: str = Field(default="name", max_length=300, description=A_TEXT)
    email_claim: str = Field(default="email", max_length=300, description=A_TEXT)
    stations: bool = Field(default=True, description=TRUE_OR_FALSE)
    students: Literal["off", "optional", "required"] = Field(
        default="off", description=say("off, optional, or required")
    )
    clock_skew_seconds: Whole = whole(90, 0, 600, SECONDS)
    timeout_seconds: Whole = whole(10, 1, 60, SECONDS)
    ca_file: Path | None = Field(default=None, description=say("a file of certificates"))
    proxy_header: str = Field(default="", description=_A_HEADER)
    proxy_addresses: tuple[str, ...] = Field(
        default=(), description=say('a list of addresses such as ["127.0.0.1"]')
    )
    proxy_name_header: str = Field(default="", description=_A_HEADER)
    proxy_email_header: str = Field(default="", description=_A_HEADER)
    proxy_roles_header: str = Field(default="", description=_A_HEADER)

    @field_validator("issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        text = value.strip()
        if not text:
            return ""
        parts = urlsplit(text)
        local = checks.is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError(
                say(
                    "{name} must start with https://, such as {example}.",
                    name="identity.issuer",
                    example="https://login.example.edu",
                )
            )
        if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError(
                say(
                    "{name} must be the provider's issuer, as its discovery page says it.",
                    name="identity.issuer",
                )
            )
        first = parts.path.strip("/").partition("/")[0].lower()
        if (parts.hostname or "").startswith("login.microsoftonline") and first in _EVERY_TENANT:
            raise ValueError(
                say(
                    "{name} must name your tenant, not “{tenant}”, where accounts of every "
                    "organization can sign in. Use {example} with your directory (tenant) ID.",
                    name="identity.issuer",
                    tenant=first,
                    example="https://login.microsoftonline.com/TENANT-ID/v2.0",
                )
            )
        return text

    @field_validator("client_id")
    @classmethod
    def _client_id(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("issuer") and not value.strip():
            raise ValueError(
                say("identity.client_id is missing. It's needed because identity.issuer is set.")
            )
        return value.strip()

    @field_validator("client_secret_file")
    @classmethod
    def _secret_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return None
        if info.data.get("client_secret") is not None:
            raise ValueError(
                say("Set identity.client_secret or identity.client_secret_file, not both.")
            )
        path = value.expanduser().absolute()
        if not path.is_file():
            raise ValueError(
                say(
                    "{name}: there's no file {path}.",
                    name="identity.client_secret_file",
                    path=str(path),
                )
            )
        return path

    @field_validator("ca_file")
    @classmethod
    def _ca_file(cls, value: Path | None) -> Path | None:
        return None if value is None else checks.ca_file(value, key="identity.ca_file")

    @field_validator("scopes")
    @classmethod
    def _scopes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(one for typed in value for one in typed.split()))
        return found if "openid" in found else ("openid", *found)

    @field_validator("roles")
    @classmethod
    def _roles(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        return {group: _SHORT_ROLES.get(role, role) for group, role in value.items()}

    @field_validator("default_role")
    @classmethod
    def _default_role(cls, value: str) -> str:
        return _SHORT_ROLES.get(value.strip(), value.strip())

    @field_validator("allowed_domains")
    @classmethod
    def _domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return checks.domains("identity.allowed_domains", value)

    @field_validator("students")
    @classmethod
    def _students(cls, value: str, info: ValidationInfo) -> str:
        if value != "off" and not info.data.get("issuer"):
            raise ValueError(
                say(
                    "{name} needs identity.issuer: students sign in at that provider.",
                    name="identity.students",
                )
            )
        return value

    @field_validator(
        "proxy_header", "proxy_name_header", "proxy_email_header", "proxy_roles_header"
    )
    @classmethod
    def _header(cls, value: str, info: ValidationInfo) -> str:
        text = value.strip()
        if text and (not _HEADER.fullmatch(text) or text.lower() in _FORGEABLE):
            raise ValueError(
                say(
                    "{name} must be a header that only your proxy sets, with letters, digits and "
                    "hyphens, such as X-Remote-User, not “{typed}”.",
                    name=f"identity.{info.field_name}",
                    typed=clean_line(text)[:60],
                )
            )
        return text

    @field_validator("proxy_addresses")
    @classmethod
    def _addresses(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        try:
            found = tuple(str(ipaddress.ip_address(one.strip())) for one in value)
        except ValueError:
            raise ValueError(
                say(
                    "{name} must be a list of IP addresses, such as {example}.",
                    name="identity.proxy_addresses",
                    example='["127.0.0.1"]',
                )
            ) from None
        if info.data.get("proxy_header") and not found:
            raise ValueError(
                say(
                    "{name} is missing. List the addresses that your proxy connects from: from any "
                    "other one, anyone could send identity.proxy_header.",
                    name="identity.proxy_addresses",
                )
            )
        return found

    @field_validator("proxy_roles_header")
    @classmethod
    def _way_in(cls, value: str, info: ValidationInfo) -> str:
        given = info.data
        if given.get("stations") is False and not (
            given.get("issuer") or given.get("proxy_header")
        ):
            raise ValueError(
                say(
                    "identity.stations = false leaves no way to sign in. Set identity.issuer first."
                )
            )
        return value

    @property
    def on(self) -> bool:
        """Whether there's an OpenID Connect provider."""
        return bool(self.issuer)

    @property
    def by_proxy(self) -> bool:
        """Whether a proxy in front may name people."""
        return bool(self.proxy_header)

    @property
    def secret(self) -> str:
        """The client's secret ("" is a public client); read from its file each time it's needed.

        Raises OSError when the file can't be read.
        """
        if self.client_secret_file is not None:
            with self.client_secret_file.open(encoding="utf-8") as file:
                return file.read(_LARGEST_SECRET).strip()
        return self.client_secret.get_secret_value() if self.client_secret else ""
