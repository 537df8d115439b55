"""``mailbox``: logging a mailbox in without a password."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from console.terminal.command_context import NO_SUCH, USAGE, WRONG, DeskFolder, pass_folder, refuse, run, tell
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from desk.model.settings import MailboxSettings
    from desk.model.settings.oauth import OAuthSettings


@click.group()
def mailbox() -> None:
    """Mailboxes that log in by OAuth 2.0 instead of a password.

    \b
    Example:
      firstline mailbox authorize support
    """


@mailbox.command()
@click.argument("name")
@pass_folder
def authorize(folder: DeskFolder, name: str) -> None:
    """Let the desk into the mailbox NAME by OAuth 2.0, once, as its [mailbox.oauth] says.

    flow = "device" shows a code that you type at another device, logged in as the mailbox (Microsoft 365).

    flow = "refresh" asks for a refresh token, or reads it from standard input (Google gives one to an OAuth client of
    type "Desktop app").

    flow = "client" needs nobody: it tries client_id and client_secret (Exchange Online with the rights
    IMAP.AccessAsApp and SMTP.SendAsApp).

    The tokens lie in the desk's data folder, readable by their owner only, and are
    renewed by themselves. A running desk takes them within a minute.

    \b
    Examples:
      firstline -C my-desk mailbox authorize support
      firstline -C my-desk mailbox authorize support < refresh-token.txt
    """
    settings = folder.settings()
    box = next((one for one in settings.mailboxes if one.name == name), None)
    if box is None:
        known = ", ".join(one.name for one in settings.mailboxes) or sentence("none")
        refuse(sentence("there is no mailbox {name}: there are {known}", name=repr(name), known=known), NO_SUCH)
    if box.oauth is None:
        refuse(
            sentence("mailbox {name} logs in by a password: write [mailbox.oauth] below its [[mailbox]]", name=name),
            USAGE,
        )
    run(_authorize(box, box.oauth))
    tell(sentence("The desk may read and send as {address}. See 'firstline check'.", address=box.address))


async def _authorize(box: MailboxSettings, settings: OAuthSettings) -> None:
    from mail.transport import oauth  # noqa: PLC0415 - help and usage come at once

    try:
        if not oauth.needs_person(settings):
            await oauth.access_token(settings, fresh=True)
        elif oauth.by_device(settings):
            code = await oauth.request_device_code(settings)
            tell(
                sentence(
                    "Open {url} and type {user_code}, logged in as {user}. Waiting ...",
                    url=code.url,
                    user_code=code.user_code,
                    user=box.imap.user,
                )
            )
            oauth.save_tokens(settings.tokens_file, await oauth.wait_for_device(settings, code))
        else:
            oauth.save_tokens(settings.tokens_file, await oauth.redeem(settings, _read_refresh_token()))
    except (oauth.AuthorizationRequired, oauth.TokenServerError) as error:
        refuse(sentence("mailbox {name}: {error}", name=box.name, error=error), WRONG)


def _read_refresh_token() -> str:
    """Typed without being shown, or piped in; never an argument, which other users could see."""
    typed = click.prompt("Refresh token", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    token = str(typed).strip()
    if not token:
        refuse(sentence("no refresh token was given"), USAGE)
    return token
