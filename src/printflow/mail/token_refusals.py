"""What an administrator can do when a token endpoint refuses, by the code that it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..said import Said, say

_NUMBER = re.compile(r"AADSTS(\d+)")

_NEW_SECRET = say(
    "Create a new client secret in Entra (App registrations › Certificates & secrets), and set "
    "mail.oauth_client_secret to its value."
)
_NEW_CONSENT = say(
    "Sign in to the mailbox's account again to get a new refresh token, and set "
    "mail.oauth_refresh_token to it."
)
_TENANT = say("Check mail.oauth_tenant (in Entra under Overview).")
_CLIENT = say("Check mail.oauth_client_id and mail.oauth_tenant.")
_SCOPE = say(
    "Check mail.oauth_scope. For an app without a refresh token in Microsoft 365, it's "
    "https://outlook.office365.com/.default."
)
_BLOCKED = say(
    "A policy of your organization blocks this sign-in. Ask the people who run Entra to allow it "
    "(Conditional Access, security defaults), or use an app with SMTP.SendAsApp, which needs no "
    "person's sign-in."
)
_PERSON = say(
    "Something is wrong with the account that the refresh token belongs to. Check in Entra that it's "
    "enabled and not locked."
)
_CONSENT = say(
    "An administrator must grant the app consent in Entra (App registrations › API permissions)."
)

_MICROSOFT: Mapping[str, Said] = {
    "7000215": say(
        "The client secret is wrong. Set mail.oauth_client_secret to the secret's value, not its ID."
    ),
    "7000222": _NEW_SECRET,
    "7000218": say("Set mail.oauth_client_secret: the app needs one."),
    "7000112": say("The app is disabled in Entra (Enterprise applications › Properties)."),
    "700016": _CLIENT,
    "700027": _NEW_SECRET,
    "90002": _TENANT,
    "900023": _TENANT,
    "900021": _TENANT,
    "700082": _NEW_CONSENT,
    "700081": _NEW_CONSENT,
    "700084": _NEW_CONSENT,
    "70008": _NEW_CONSENT,
    "70043": _NEW_CONSENT,
    "70000": _NEW_CONSENT,
    "50173": _NEW_CONSENT,
    "9002313": _NEW_CONSENT,
    "65001": _CONSENT,
    "70011": _SCOPE,
    "1002012": _SCOPE,
    "500011": _SCOPE,
    "50076": _BLOCKED,
    "50079": _BLOCKED,
    "50158": _BLOCKED,
    "53000": _BLOCKED,
    "53003": _BLOCKED,
    "530003": _BLOCKED,
    "530034": _BLOCKED,
    "50053": _PERSON,
    "50057": _PERSON,
    "50034": _PERSON,
    "50055": _PERSON,
}

_GENERAL: Mapping[str, Said] = {
    "invalid_client": say(
        "Check mail.oauth_client_id and mail.oauth_client_secret. The secret may have expired."
    ),
    "deleted_client": say("The OAuth client was deleted. Create a new one in the console."),
    "disabled_client": say("The OAuth client is disabled. Enable it in the console."),
    "invalid_grant": say(
        "The refresh token has expired or was revoked, for example because the account's password "
        "changed. Get a new one, and set mail.oauth_refresh_token to it. (At Google, tokens of an app "
        "in testing end after 7 days: publish the app, or make it internal.)"
    ),
    "unauthorized_client": say(
        "The app may not get tokens this way. Check mail.oauth_client_id, and what the app is allowed "
        "to do in the console."
    ),
    "unsupported_grant_type": say(
        "The endpoint gives no tokens this way. Check mail.oauth_token_endpoint, and whether it needs "
        "mail.oauth_refresh_token."
    ),
    "invalid_scope": say("Check mail.oauth_scope."),
    "invalid_request": say("Check mail.oauth_token_endpoint and mail.oauth_scope."),
    "access_denied": _BLOCKED,
    "admin_policy_enforced": _BLOCKED,
    "org_internal": say("The app is internal to another organization. Use an account of that one."),
    "interaction_required": _BLOCKED,
}


def why_refused(error: str, description: str) -> str:
    """What to do about an answer with this ``error`` and ``error_description``; "" if unknown."""
    for number in _NUMBER.findall(description):
        if number in _MICROSOFT:
            return _MICROSOFT[number]
    return _GENERAL.get(error, "")
