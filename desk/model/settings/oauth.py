"""How a mailbox logs in without a password: OAuth 2.0 (RFC 6749) and the token that IMAP and SMTP take (XOAUTH2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from desk.language.translatable import sentence
from desk.model.settings.secret import Secret
from desk.model.toml_table import TomlTable

DEVICE, REFRESH, CLIENT = "device", "refresh", "client"
FLOWS = (DEVICE, REFRESH, CLIENT)
"""Where the first token comes from: a code typed at another device (RFC 8628), a refresh token that somebody pastes, or
the application's own secret (RFC 6749, section 4.4)."""
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
_OUTLOOK_SCOPES = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"


@dataclass(frozen=True, slots=True)
class OAuthProvider:
    """A provider of tokens by what it publishes. Google lets no device code reach mail: ``flow`` is the usual one."""

    token_url: str = ""
    device_url: str = ""
    scope: str = ""
    application_scope: str = ""
    flow: str = DEVICE


OAUTH_PROVIDERS: Mapping[str, OAuthProvider] = {
    "microsoft": OAuthProvider(
        f"{_MICROSOFT}/token",
        f"{_MICROSOFT}/devicecode",
        _OUTLOOK_SCOPES,
        "https://outlook.office365.com/.default",
    ),
    "google": OAuthProvider(
        "https://oauth2.googleapis.com/token", "", "https://mail.google.com/", "https://mail.google.com/", REFRESH
    ),
    "other": OAuthProvider(),
}


@dataclass(frozen=True, slots=True)
class OAuthSettings:
    """How one mailbox gets its tokens. ``tokens_file`` keeps them, readable by its owner only."""

    mailbox: str
    flow: str
    client_id: str
    client_secret: Secret
    token_url: str
    device_url: str
    scope: str
    tokens_file: Path


def read_oauth(table: TomlTable, mailbox: str, folder: Path, secret: Callable[..., Secret]) -> OAuthSettings:
    """The section [mailbox.oauth]. ``secret`` reads a secret that a key names. What is wrong is noted there."""
    known = OAUTH_PROVIDERS[table.choice("provider", tuple(OAUTH_PROVIDERS), "other")]
    tenant = table.text("tenant", "common")
    flow = table.choice("flow", FLOWS, known.flow)
    settings = OAuthSettings(
        mailbox=mailbox,
        flow=flow,
        client_id=table.text("client_id"),
        client_secret=secret(table, "client_secret", ""),
        token_url=table.text("token_url", "") or known.token_url.format(tenant=tenant),
        device_url=table.text("device_url", "") or known.device_url.format(tenant=tenant),
        scope=table.text("scope", "") or (known.application_scope if flow == CLIENT else known.scope),
        tokens_file=folder / "oauth" / f"{mailbox}.json",
    )
    _check(settings, tenant, table)
    table.report_unknown_keys()
    return settings


def _check(settings: OAuthSettings, tenant: str, table: TomlTable) -> None:
    if not settings.token_url:
        table.report(sentence("needs a token_url where provider is not microsoft or google"))
    if settings.flow == DEVICE and not settings.device_url:
        what = 'needs a device_url, or flow = "refresh": Google lets no device code reach mail'
        table.report(sentence(what), "flow")
    if settings.flow == CLIENT and not settings.client_secret:
        table.report(sentence('flow = "client" needs a client_secret = env:NAME or file:PATH'), "flow")
    if settings.flow == CLIENT and "/common/" in settings.token_url:
        what = 'flow = "client" needs the tenant of the mailbox, not {tenant}'
        table.report(sentence(what, tenant=repr(tenant)), "tenant")
    for key, url in (("token_url", settings.token_url), ("device_url", settings.device_url)):
        parts = urlsplit(url)
        if url and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            what = "{url} must begin with https://: a secret is sent there"
            table.report(sentence(what, url=repr(url)), key)
