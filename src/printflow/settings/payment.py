"""The section ``[payment]`` of the settings: the service that students pay online with."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from ..said import say
from . import checks
from .phrases import A_TEXT, MINUTES, Whole, whole

_LEAST_SECRET = 32
_PLACE = re.compile(r"\{([^{}]*)\}")
PLACES = (
    *("job", "reference", "amount", "amount_cents", "currency", "return_url", "signature"),
)  # fmt: skip


class PaymentSettings(BaseModel):
    """Paying online: where students are sent to pay, and who may say that they have paid. Off while
    ``url_template`` is empty.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    secret: SecretStr | None = Field(default=None, description=A_TEXT)
    url_template: str = Field(
        default="",
        max_length=1000,
        description=say("a web address such as https://pay.example.edu/?ref={reference}"),
    )
    pay_from: Literal["confirmed", "completed"] = Field(
        default="completed", description=say("confirmed or completed")
    )
    callback_minutes: Whole = whole(5, 1, 60, MINUTES)

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if len(value.get_secret_value()) < _LEAST_SECRET:
            raise ValueError(
                say(
                    "{name} must have at least {least} characters.",
                    name="payment.secret",
                    least=_LEAST_SECRET,
                )
            )
        return value

    @field_validator("url_template")
    @classmethod
    def _url_template(cls, value: str, info: ValidationInfo) -> str:
        text = value.strip()
        if not text:
            return ""
        if info.data.get("secret") is None:
            raise ValueError(
                say("payment.secret is missing. It's needed because payment.url_template is set.")
            )
        bare = _PLACE.sub("x", text)
        try:
            parts = urlsplit(bare)
            host = parts.hostname or ""
        except ValueError:
            host = ""
        safe = host and (
            parts.scheme == "https" or (parts.scheme == "http" and checks.is_loopback(host))
        )
        # A place in the host would let an amount say where people are sent.
        fixed = "{" not in text.partition("://")[2].partition("/")[0].partition("?")[0]
        if not safe or not fixed or "{" in bare or "}" in bare or re.search(r"\s", text):
            raise ValueError(
                say(
                    "{name} must be a web address that begins with https://, such as {example}.",
                    name="payment.url_template",
                    example="https://pay.example.edu/?ref={reference}&amount={amount}",
                )
            )
        places = set(_PLACE.findall(text))
        if unknown := sorted(places - set(PLACES)):
            raise ValueError(
                say(
                    "{name} has the unknown place {place}. It can have: {known}.",
                    name="payment.url_template",
                    place=f"{{{unknown[0][:40]}}}",
                    known=", ".join(f"{{{place}}}" for place in PLACES),
                )
            )
        if "reference" not in places or not places & {"amount", "amount_cents"}:
            raise ValueError(
                say(
                    "{name} needs the places {reference} and {amount}.",
                    name="payment.url_template",
                    reference="{reference}",
                    amount="{amount}",
                )
            )
        return text
