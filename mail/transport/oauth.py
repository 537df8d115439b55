"""Access tokens of a mailbox: got, kept in a file that only its owner reads, and renewed before they expire.

The file is the one place where tokens are, so all processes of a machine share what one of them renewed. A token server
that is away is waited for; one that says no means that somebody has to authorize the mailbox anew.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desk.language.translatable import sentence
from desk.model.settings.oauth import CLIENT, DEVICE, OAuthSettings

log = logging.getLogger(__name__)

RENEW_BEFORE_SECONDS = 300.0
"""A token that expires within so many seconds is renewed before it is used."""
REQUEST_TIMEOUT_SECONDS = 20.0
DEFAULT_LIFETIME_SECONDS = 3600
"""Where the server does not say how long a token lives (RFC 6749, section 5.1)."""
_REFUSALS = frozenset({
    "invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
    "interaction_required", "consent_required", "access_denied", "invalid_request",
})  # fmt: skip


class AuthorizationRequired(Exception):
    """No token can be had until a person authorizes the mailbox; the text says why and what to do."""


class TokenServerError(Exception):
    """The token server cannot be used just now."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the file keeps. ``expires_at`` are seconds since 1970."""

    access_token: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types at ``url``, and what is asked with meanwhile, every ``interval`` seconds."""

    url: str
    user_code: str
    device_code: str
    interval: float
    expires_in: float


async def access_token(settings: OAuthSettings, fresh: bool = False) -> str:
    """A token that is good for minutes; a ``fresh`` one where the server refused the one at hand.

    Raises `AuthorizationRequired` or `TokenServerError`.
    """
    before = load_tokens(settings.tokens_file)
    if not fresh and _is_good(before):
        return before.access_token
    async with _locked(settings.tokens_file):
        kept = load_tokens(settings.tokens_file)
        if _is_good(kept) and (not fresh or kept.access_token != before.access_token):
            return kept.access_token  # another process was faster
        renewed = await _renew(settings, kept)
        save_tokens(settings.tokens_file, renewed)
        log.info("mail:%s: the access token was renewed", settings.mailbox)
        return renewed.access_token


async def _renew(settings: OAuthSettings, kept: Tokens) -> Tokens:
    if settings.flow == CLIENT:
        return _tokens_of(await _ask(settings, {"grant_type": "client_credentials", "scope": settings.scope}), "")
    if not kept.refresh_token:
        raise AuthorizationRequired(sentence("the mailbox has not been authorized yet: {todo}", todo=_todo(settings)))
    return await redeem(settings, kept.refresh_token)


async def redeem(settings: OAuthSettings, refresh_token: str) -> Tokens:
    """New tokens for a refresh token (RFC 6749, section 6). Raises `AuthorizationRequired` or `TokenServerError`."""
    wanted = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": settings.scope}
    return _tokens_of(await _ask(settings, wanted), refresh_token)


async def request_device_code(settings: OAuthSettings) -> DeviceCode:
    """A code for a person to type (RFC 8628). Raises `AuthorizationRequired` or `TokenServerError`."""
    answer = await _post(settings, settings.device_url, {"client_id": settings.client_id, "scope": settings.scope})
    try:
        return DeviceCode(
            url=str(answer.get("verification_uri") or answer["verification_url"]),
            user_code=str(answer["user_code"]),
            device_code=str(answer["device_code"]),
            interval=float(answer.get("interval", 5)),
            expires_in=float(answer.get("expires_in", 900)),
        )
    except (KeyError, TypeError, ValueError):
        raise TokenServerError(f"{settings.device_url} gives no device code") from None


async def wait_for_device(
    settings: OAuthSettings, code: DeviceCode, sleep: Callable[[float], Any] = asyncio.sleep
) -> Tokens:
    """Waits until a person has typed the code. Raises `AuthorizationRequired` when they refuse or are too late."""
    waited, interval = 0.0, max(code.interval, 0.1)
    wanted = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": code.device_code}
    while waited < code.expires_in:
        await sleep(interval)
        waited += interval
        try:
            return _tokens_of(await _ask(settings, wanted), "")
        except _Pending as pending:
            interval += 5 if pending.slower else 0
    raise AuthorizationRequired(sentence("nobody typed the code in time: {todo}", todo=_todo(settings)))


class _Pending(Exception):
    """The person has not typed the code yet; ``slower`` when the server wants to be asked less often."""

    def __init__(self, slower: bool) -> None:
        super().__init__()
        self.slower = slower


async def _ask(settings: OAuthSettings, wanted: Mapping[str, str]) -> Mapping[str, Any]:
    fields = {"client_id": settings.client_id, **wanted}
    if settings.client_secret:
        fields["client_secret"] = settings.client_secret.reveal()
    return await _post(settings, settings.token_url, fields)


async def _post(settings: OAuthSettings, url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    from aiohttp import ClientError, ClientSession, ClientTimeout  # noqa: PLC0415 (only desks with OAuth need it)

    host = url.partition("://")[2].partition("/")[0]
    try:
        limits = ClientTimeout(total=REQUEST_TIMEOUT_SECONDS)
        async with (
            ClientSession(timeout=limits, trust_env=True) as session,
            session.post(url, data=fields, allow_redirects=False) as response,
        ):
            status, answer = response.status, json.loads(await response.content.read(1_000_000))
    except TimeoutError:
        raise TokenServerError(f"{host} does not answer") from None
    except (ClientError, OSError, ValueError) as error:
        raise TokenServerError(f"{host}: {type(error).__name__}") from None
    if not isinstance(answer, dict):
        raise TokenServerError(f"{host}: HTTP {status} without a readable answer")
    if status == 200 and "error" not in answer:
        return answer
    raise _trouble_of(settings, host, status, answer)


def _trouble_of(settings: OAuthSettings, host: str, status: int, answer: Mapping[str, Any]) -> Exception:
    """What the server's error means (RFC 6749, section 5.2, and RFC 8628, section 3.5)."""
    code = str(answer.get("error", ""))[:60]
    if code in ("authorization_pending", "slow_down"):
        return _Pending(code == "slow_down")
    words = f"{host}: {code or f'HTTP {status}'} {str(answer.get('error_description', ''))[:300]}".strip()
    if code in _REFUSALS or code == "expired_token":
        return AuthorizationRequired(
            sentence("the authorization is refused or revoked ({words}): {todo}", words=words, todo=_todo(settings))
        )
    return TokenServerError(words)


def _todo(settings: OAuthSettings) -> str:
    if settings.flow == CLIENT:
        return sentence("look at client_id, client_secret, tenant and the rights of the application")
    return sentence("run 'firstline mailbox authorize {mailbox}'", mailbox=settings.mailbox)


def _tokens_of(answer: Mapping[str, Any], refresh_token: str) -> Tokens:
    """The tokens in an answer; a refresh token that is not renewed stays."""
    token = answer.get("access_token")
    if not isinstance(token, str) or not token or not token.isascii() or any(char <= " " for char in token):
        raise TokenServerError("the token server gives no access token")
    lifetime = answer.get("expires_in", DEFAULT_LIFETIME_SECONDS)
    seconds = float(lifetime) if str(lifetime).isdigit() else float(DEFAULT_LIFETIME_SECONDS)
    return Tokens(token, str(answer.get("refresh_token") or refresh_token), time.time() + seconds)


def _is_good(tokens: Tokens) -> bool:
    return bool(tokens.access_token) and tokens.expires_at - time.time() > RENEW_BEFORE_SECONDS


def load_tokens(path: Path) -> Tokens:
    """What the file keeps; nothing where there is none. Raises `AuthorizationRequired` where others can read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise AuthorizationRequired(sentence("{path} can be read by others: chmod 600 {path}", path=path))
        found = json.loads(path.read_text("utf-8"))
        return Tokens(str(found["access_token"]), str(found["refresh_token"]), float(found["expires_at"]))
    except FileNotFoundError:
        return Tokens()
    except (OSError, ValueError, KeyError, TypeError):
        raise AuthorizationRequired(sentence("{path} cannot be read: authorize the mailbox anew", path=path)) from None


def save_tokens(path: Path, tokens: Tokens) -> None:
    """Keeps tokens, readable by the owner only; a crash leaves the old ones."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(tokens), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    """One renewal at a time on this machine: a provider may take back what was renewed twice."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            await asyncio.sleep(0.05)
        yield
    finally:
        os.close(lock)


def needs_person(settings: OAuthSettings) -> bool:
    """Whether a person has to authorize the mailbox once."""
    return settings.flow != CLIENT


def by_device(settings: OAuthSettings) -> bool:
    """Whether that person types a code at another device."""
    return settings.flow == DEVICE
