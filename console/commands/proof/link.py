"""``link``: a one-time link by which a subscriber proves in Telegram whose contract it is."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    NO_SUCH,
    USAGE,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from desk.clock import now
from desk.language.translatable import sentence

LONGEST = 24 * 90


@dataclass(frozen=True, slots=True)
class _Wanted:
    contract: str
    provider: str
    hours: int
    agent: str


@click.command()
@click.argument("contract", metavar="CONTRACT")
@click.option("--provider", default="", help="Whose contract it is, where the desk has several providers.")
@click.option(
    "--hours", type=click.IntRange(1, LONGEST), default=24, show_default=True, help="How long the link is good."
)
@click.option("--bot", default="", help="The bot's @name; without it Telegram is asked.")
@acting
@json_option
@pass_folder
def link(folder: DeskFolder, /, contract: str, provider: str, hours: int, bot: str, agent: str, as_json: bool) -> None:
    """Make a one-time link, with its QR code, that proves CONTRACT to the bot.

    Whoever opens it first is the holder: hand it only to them, in the cabinet, in an office, on paper. It is good once,
    and is kept as a keyed hash; the audit has who made it.

    \b
    Examples:
      firstline link 40-1187
      firstline link V14350 --provider volga --hours 72 --bot @volga_support_bot
    """
    providers = folder.providers()
    if provider:
        folder.require_provider(provider)
    elif len(providers) != 1:
        refuse(sentence("name the provider with --provider: there is {known}", known=", ".join(providers)), USAGE)
    wanted = _Wanted(contract, provider or next(iter(providers)), hours, agent)
    from console.commands.kb.brochure import ask_bot_name  # noqa: PLC0415 (help and usage come at once)

    name = bot.lstrip("@") or run(ask_bot_name(folder.settings(), wanted.provider))
    token, kept, expires = run(_make(folder, wanted))
    address = f"https://t.me/{name}?start={token}" if name else ""
    if as_json:
        print_json({"contract": kept, "link": address, "start": token, "expires": expires.isoformat()})
        return
    tell(
        sentence("Contract {contract}, good once, until {until}:", contract=kept, until=f"{expires:%Y-%m-%d %H:%M} UTC")
    )
    click.echo(address or f"?start={token}")
    if address and importlib.util.find_spec("segno"):
        import segno  # noqa: PLC0415

        segno.make(address, error="m", micro=False).terminal(compact=True)


async def _make(folder: DeskFolder, wanted: _Wanted) -> tuple[str, str, datetime]:
    """The token, the contract as the table has it, and when it expires."""
    from console.runtime.accounts.own_tables import ProviderTables  # noqa: PLC0415 (help and usage come at once)
    from desk.pipeline.reply_tokens import ReplyTokenSigner  # noqa: PLC0415
    from desk.storage import audit  # noqa: PLC0415
    from intake.identity.index.find_accounts import IndexedAccounts  # noqa: PLC0415
    from intake.identity.proof.make_link import make_link  # noqa: PLC0415
    from intake.identity.proof.read_proofs import LINK_PURPOSE  # noqa: PLC0415

    settings = folder.settings()
    key = ReplyTokenSigner(settings.secret, settings.former_secret).derived(LINK_PURPOSE)
    async with open_database(settings) as database:
        actor = await actor_of(folder, database, wanted.agent, wanted.provider)
        of_one = {wanted.provider: folder.providers()[wanted.provider]}
        await ProviderTables(database, settings, of_one, now).refresh()  # a desk that never served has not taken it yet
        found = await IndexedAccounts(database).find([wanted.provider], "contract", wanted.contract)
        if len(found) != 1:
            what = "{provider} has no contract {contract}"
            refuse(sentence(what, provider=wanted.provider, contract=repr(wanted.contract)), NO_SUCH)
        at = now()
        expires = at + timedelta(hours=wanted.hours)
        async with database.write(wanted.provider) as session:
            token = await make_link(session, key, wanted.provider, found[0].contract, at, expires)
            details = {"contract": found[0].contract, "hours": wanted.hours}
            row = {"at": at, "actor": actor, "operation": "link", "provider": wanted.provider, "details": details}
            await audit.record(session, **row)
    return token, found[0].contract, expires
