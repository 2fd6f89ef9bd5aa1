"""What an administrator can do about what a mail server refused, by its code and words."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Sequence

from ..said import Said, say, sentences

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")

_SMTP_AUTH_OFF = say(
    "In Microsoft 365, SMTP AUTH is turned off for this mailbox or the whole organization. Turn on "
    "Authenticated SMTP for the mailbox (admin center › Active users › Manage email apps). It can take "
    "an hour until it works."
)
_SECURITY_DEFAULTS = say(
    "Security defaults or a Conditional Access policy block this sign-in in Microsoft 365. Use "
    'mail.auth = "xoauth2", or ask the people who run Entra for an exception.'
)
_PASSWORDS_OVER = say(
    'Microsoft 365 doesn\'t accept passwords for SMTP here any more. Set mail.auth = "xoauth2".'
)
_SEND_AS = say(
    "The account may not send as mail.sender. Set mail.sender to the mailbox's own address, or give "
    "the account the permission Send As."
)
_APP_PASSWORD = say(
    "Google doesn't accept the account's own password here. Set mail.auth = \"xoauth2\", or use an app "
    "password."
)
_GOOGLE_SIGN_IN = say(
    "Google wants someone to sign in to the account in a browser once, to confirm that it's yours."
)
_RELAY = say(
    "The server doesn't relay email for Printflow. Set mail.smtp_username so that it signs in, or ask "
    "the people who run the server to allow this machine's address."
)
_NOT_SIGNED_IN = say("The server wants a sign-in. Set mail.smtp_username, and mail.auth if needed.")
_STARTTLS_FIRST = say('The server wants encryption first. Set mail.smtp_security = "starttls".')
_MANY = say("The account has reached its sending limit. Email continues when the limit is over.")
_IP_BLOCKED = say(
    "The server doesn't accept email from this machine's address. Ask the people who run it."
)
_TOKEN = say(
    "The token is good, but the mailbox doesn't accept it. Check that mail.smtp_username is the "
    "mailbox's address, that mail.oauth_scope is right for SMTP, and in Microsoft 365 that the app has "
    "the permission SMTP.SendAsApp with consent, that its service principal has access to the mailbox, "
    "and that Authenticated SMTP is turned on for it."
)
_PASSWORD = say("Check mail.smtp_username and mail.smtp_password.")

_PHRASES: Sequence[tuple[str, Said]] = (
    ("smtpclientauthentication is disabled", _SMTP_AUTH_OFF),
    ("smtp auth is disabled", _SMTP_AUTH_OFF),
    ("security defaults", _SECURITY_DEFAULTS),
    ("conditional access", _SECURITY_DEFAULTS),
    ("basic authentication is disabled", _PASSWORDS_OVER),
    ("basic authentication is not supported", _PASSWORDS_OVER),
    ("sendasdenied", _SEND_AS),
    ("send as this sender", _SEND_AS),
    ("application-specific password", _APP_PASSWORD),
    ("badcredentials", _APP_PASSWORD),
    ("web browser", _GOOGLE_SIGN_IN),
    ("weblogin", _GOOGLE_SIGN_IN),
    ("relay", _RELAY),
    ("starttls", _STARTTLS_FIRST),
)
"""In this order: a server's words say more than its code."""

_CODES = {
    "5.7.139": _SMTP_AUTH_OFF,
    "5.2.252": _SEND_AS,
    "5.7.60": _SEND_AS,
    "5.7.9": _APP_PASSWORD,
    "5.7.14": _GOOGLE_SIGN_IN,
    "5.7.54": _RELAY,
    "5.7.57": _NOT_SIGNED_IN,
    "5.4.5": _MANY,
    "5.7.708": _IP_BLOCKED,
    "5.7.606": _IP_BLOCKED,
}


def hint(code: int, words: str, *, signing_in: str = "") -> str:
    """What to do about an answer; "" where nothing is known. ``signing_in`` is "password" or
    "xoauth2" for the answer to a login, "" for any other.
    """
    text = words.lower()
    for phrase, said in _PHRASES:
        if phrase in text:
            return said
    for one in _ENHANCED.findall(words):
        if one in _CODES:
            return _CODES[one]
    if signing_in:
        return _TOKEN if signing_in == "xoauth2" else _PASSWORD
    return _NOT_SIGNED_IN if code == 530 else ""


# -- certificates ---------------------------------------------------------------------------------

_EXPIRED, _NOT_YET, _REVOKED = 10, 9, 23  # numbers of OpenSSL
_OTHER_NAME, _OTHER_ADDRESS = 62, 64
_UNKNOWN = (2, 18, 19, 20, 21)


def certificate_step(error: ssl.SSLCertVerificationError) -> Said:
    """What to do about a certificate that can't be trusted."""
    code = error.verify_code
    if code == _EXPIRED:
        return say(
            "It has expired: ask the people who run the server to renew it. If it hasn't, this "
            "machine's clock is wrong."
        )
    if code == _NOT_YET:
        return say("It isn't valid yet. Check this machine's clock.")
    if code in (_OTHER_NAME, _OTHER_ADDRESS):
        return say("It's for another name: set mail.smtp_host to a name that it's for.")
    if code == _REVOKED:
        return say("It was revoked: ask the people who run the server to replace it.")
    if code in _UNKNOWN:
        return say(
            "This machine doesn't know who issued it: set mail.smtp_ca_file to the certificates of "
            "your own authority, or ask the people who run the server for the complete chain."
        )
    return say("Ask the people who run the server.")


# -- connections ----------------------------------------------------------------------------------


def connection_step(error: OSError, *, port: int, security: str) -> str:
    """What to do where no connection came about; "" where nothing is known."""
    usual = say("Usual: 587 with starttls, 465 with tls, 25 for an internal relay.")
    if isinstance(error, ConnectionRefusedError):
        return sentences(
            (
                say("Nothing accepts connections there. Check mail.smtp_host and mail.smtp_port."),
                usual,
            )
        )
    if isinstance(error, socket.gaierror):
        return say("No machine has this name. Check mail.smtp_host, and this machine's DNS.")
    if isinstance(error, TimeoutError):
        return sentences((say("A firewall may block port {port}.", port=str(port)), usual))
    if isinstance(error, ssl.SSLError):
        if security == "tls":
            return say(
                "The server may not begin with TLS on port {port}. Then set mail.smtp_security = "
                '"starttls".',
                port=str(port),
            )
        return say("The server's TLS may be too old. Ask the people who run it.")
    return ""
