"""The checks of a mailbox for `firstline check`: folder, logins, certificates, authserv_id, and its ledger."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta

import aiosmtplib

from desk.language.translatable import KeptReason, said_by, sentence
from desk.model.check_findings import CheckFinding
from desk.model.settings import MailboxSettings
from desk.storage.database import Database
from mail.receiving import ledger
from mail.receiving.watermarks import load_watermark
from mail.self_test import ForgeryResult, SelfTestReport, SelfTestResult, write_to_itself
from mail.transport import imap, oauth
from mail.transport.remembered_server_abilities import AbilitiesFile
from mail.transport.smtp import SmtpConnection, describe_error

_REMEDY_WITHOUT_ID = (
    "set authserv_id to the name your mail server writes first in Authentication-Results, and make sure the server "
    "removes such headers from strangers' mail (RFC 8601, section 5)"
)
CHECK_TIMEOUT_SECONDS = 15.0
MAX_LOOK_SECONDS = 90
"""Seconds between two looks above which new mail may stay unseen for more than two minutes when IDLE fails."""
DIFFERENCE_SHOWN_FOR = timedelta(days=7)
"""A difference between ledger and server is told of for so long."""


async def check_ledger(database: Database, settings: MailboxSettings, now: datetime) -> list[CheckFinding]:
    """What the ledger says of a mailbox: differences from its server, and mail that nobody decides about."""
    where, todo = (
        f"{settings.channel} ledger",
        sentence("see 'firstline mail ledger --mailbox {name}'", name=settings.name),
    )
    async with database.look() as connection:
        mark = await load_watermark(connection, settings.channel)
        oldest = await ledger.find_oldest_waiting(connection, settings.channel)
    found = []
    if mark and mark.difference and mark.differed_at and mark.differed_at > now - DIFFERENCE_SHOWN_FOR:
        what = sentence(
            "on {differed_at} UTC it differed from the server: {difference}",
            differed_at=f"{mark.differed_at:%Y-%m-%d %H:%M}",
            difference=mark.difference,
        )
        found.append(CheckFinding("warning", where, what, todo))
    if oldest and oldest < now - ledger.LATE_AFTER:
        what = sentence("a mail waits to be decided since {oldest} UTC", oldest=f"{oldest:%Y-%m-%d %H:%M}")
        found.append(
            CheckFinding("warning", where, what, sentence("look whether 'firstline serve' runs, with the role worker"))
        )
    return found


async def check_mailbox(settings: MailboxSettings) -> list[CheckFinding]:
    """Tries the mailbox as `serve` would use it; never raises for what it finds.

    Changes nothing there, but that it writes itself up to three letters, where ``plus_addresses`` is to be found out or
    a border server is believed.
    """
    found = [*await _check_imap(settings), await _check_smtp(settings)]
    works, finds_out = all(one.level != "error" for one in found), settings.plus_addresses == "auto"
    report = await _write_to_itself(settings) if works and (finds_out or settings.authserv_id) else None
    if report and finds_out:
        found.append(_report_tags(settings, report))
    found.append(_check_authserv_id(settings))
    return [*found, _report_forgery(settings, report)] if report and settings.authserv_id else found


async def _write_to_itself(settings: MailboxSettings) -> SelfTestReport:
    try:
        return await write_to_itself(settings)
    except (imap.ConnectionBroken, imap.CommandRefused, OSError, ValueError) as error:
        return SelfTestReport(SelfTestResult.NOTHING_ARRIVED, str(error)[:200])


def _report_forgery(settings: MailboxSettings, report: SelfTestReport) -> CheckFinding:
    """Says whether a stranger could forge the border's word."""
    name = repr(settings.authserv_id)
    todo = sentence(
        "have the server that takes mail from outside remove every Authentication-Results under {name} that a letter "
        "brings with it, then check again; if it does so with mail from outside only, send a forged letter from there",
        name=name,
    )
    match report.forgery:
        case ForgeryResult.REMOVED:
            what = sentence(
                "an Authentication-Results forged under {name} in a letter to itself was removed",
                name=name,
            )
            return CheckFinding("ok", settings.channel, what)
        case ForgeryResult.BELIEVED:
            what = sentence(
                "an Authentication-Results forged under {name} in a letter to itself came through as proved", name=name
            )
        case ForgeryResult.OUTRANKED:
            what = sentence(
                "an Authentication-Results forged under {name} in a letter to itself was left, but proved nothing",
                name=name,
            )
        case ForgeryResult.NOT_SEEN:
            what = sentence(
                "a letter to itself did not arrive: whether a header forged under {name} is removed is not known",
                name=name,
            )
    return CheckFinding("warning", settings.channel, what, todo)


def _report_tags(settings: MailboxSettings, report: SelfTestReport) -> CheckFinding:
    """Keeps whether tagged addresses arrive."""
    abilities, tagged = AbilitiesFile(settings), "{0}+tag@{2}".format(*settings.address.rpartition("@"))
    why = sentence(" ({why})", why=KeptReason(report.why)) if report.why else ""
    if report.result is SelfTestResult.TAGS_ARRIVE:
        abilities.note_tags(True)
        return CheckFinding(
            "ok", settings.channel, sentence("a letter to itself arrives, also as {tagged}", tagged=tagged)
        )
    if report.result is SelfTestResult.TAGS_LOST:
        abilities.note_tags(False)
        what = sentence(
            "mail to {tagged} does not arrive{why}: letters carry their mark in the subject instead",
            tagged=tagged,
            why=why,
        )
        return CheckFinding("ok", settings.channel, what)
    what = sentence(
        "a letter to itself: {value}{why}; whether {tagged} arrives is not known",
        value=report.result.value,
        why=why,
        tagged=tagged,
    )
    todo = sentence('look into the mailbox; write plus_addresses = "yes" or "no" if you know')
    return CheckFinding("warning", settings.channel, what, todo)


async def _check_imap(settings: MailboxSettings) -> list[CheckFinding]:
    where = f"{settings.channel} imap {settings.imap.host}:{settings.imap.port}"
    try:
        connection, folder = await imap.ImapConnection.open(settings, CHECK_TIMEOUT_SECONDS)
    except imap.LoginRefused as error:
        todo = sentence(
            "check the name {user} and the password; many providers want a password for programmes",
            user=repr(settings.imap.user),
        )
        if settings.oauth:
            todo = sentence(
                "run 'firstline mailbox authorize {name}', and see that IMAP is allowed for the mailbox",
                name=settings.name,
            )
        return [CheckFinding("error", where, sentence("the login is refused: {error}", error=error), todo)]
    except (imap.ConnectionBroken, OSError, ValueError) as error:
        return [
            CheckFinding(
                "error",
                where,
                sentence("mail cannot be received: {error}", error=error),
                _suggest_remedy(said_by(error), settings),
            )
        ]
    idle, can_move = connection.can_idle, connection.can_move
    try:
        target = not settings.move_to or await connection.has_folder(settings.move_to)
    except (imap.ConnectionBroken, imap.CommandRefused):
        target = True  # it cannot be asked; that alone is no fault
    await connection.close()
    found = [
        CheckFinding(
            "ok", where, sentence("login, certificate and folder {folder} are fine", folder=repr(settings.folder))
        )
    ]
    if not folder.uidnext:
        found.append(
            CheckFinding("warning", where, sentence("the server does not tell UIDNEXT, so the first look takes longer"))
        )
    if not idle:
        what = sentence(
            "the server has no IDLE: new mail is seen every {look_every} seconds, not at once",
            look_every=settings.look_every,
        )
        found.append(CheckFinding("warning", where, what, sentence("set look_every lower if that is too slow")))
    if settings.look_every > MAX_LOOK_SECONDS:
        what = sentence(
            "look_every is {look_every}: when IDLE fails, new mail is not seen within two minutes",
            look_every=settings.look_every,
        )
        found.append(
            CheckFinding(
                "warning",
                where,
                what,
                sentence("set look_every to {MAX_LOOK_SECONDS} or less", MAX_LOOK_SECONDS=MAX_LOOK_SECONDS),
            )
        )
    if settings.move_to and not can_move:
        what = sentence("mail cannot be moved: the server has neither MOVE nor UIDPLUS")
        found.append(CheckFinding("error", where, what, sentence('write after = "seen"')))
    elif not target:
        what = sentence(
            "there is no folder {move_to} yet: it is made when the first mail is moved", move_to=repr(settings.move_to)
        )
        found.append(CheckFinding("warning", where, what))
    return found


async def _check_smtp(settings: MailboxSettings) -> CheckFinding:
    where = f"{settings.channel} smtp {settings.smtp.host}:{settings.smtp.port}"
    outbound = SmtpConnection(settings, CHECK_TIMEOUT_SECONDS)
    try:
        await outbound.login()
    except (aiosmtplib.SMTPAuthenticationError, oauth.AuthorizationRequired) as error:
        todo = sentence("check the name and the password")
        if settings.oauth and not settings.smtp_password:
            todo = sentence(
                "run 'firstline mailbox authorize {name}', and allow the mailbox SMTP AUTH", name=settings.name
            )
        return CheckFinding(
            "error", where, sentence("the login is refused: {error}", error=describe_error(error)), todo
        )
    except (aiosmtplib.SMTPException, OSError, ValueError, oauth.TokenServerError) as error:
        reason = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
        return CheckFinding(
            "error",
            where,
            sentence("mail cannot be sent: {reason}", reason=describe_error(reason)),
            _suggest_remedy(str(reason), settings),
        )
    finally:
        await outbound.close()
    return CheckFinding("ok", where, sentence("login and certificate are fine"))


def _check_authserv_id(settings: MailboxSettings) -> CheckFinding:
    if settings.authserv_id:
        what = sentence(
            "a sender counts as proved by an aligned pass under {authserv_id}, and by nothing else",
            authserv_id=repr(settings.authserv_id),
        )
        return CheckFinding("ok", settings.channel, what)
    return CheckFinding(
        "warning",
        settings.channel,
        sentence(
            "authserv_id is not set: a reply that carries its case's token is believed from whoever writes that From"
        ),
        sentence(_REMEDY_WITHOUT_ID),
    )


def _suggest_remedy(words: str, settings: MailboxSettings) -> str:
    lowered = words.lower()
    if "certificate" in lowered or "ssl" in lowered or "tls" in lowered:
        return sentence(
            "the name in the settings must stand in the server's certificate; for a private authority set ca_file"
        )
    if "folder" in lowered:
        return sentence("make the folder {folder} on the server, or name another", folder=repr(settings.folder))
    if any(words in lowered for words in ("refused", "is not found", "no network")):
        return sentence("check host and port, and that a firewall lets us through")
    return ""
