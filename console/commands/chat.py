"""``firstline chat``: be a subscriber in this terminal. What is typed goes through the same pipeline as any message."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import logging
from collections.abc import Mapping

import click

from chat.terminal_channel import TerminalUser
from console.commands.chat_session import ChatSession, read_lines
from console.runtime.serve_loops import Server
from console.runtime.wiring import build_application
from console.terminal import logging as logs
from console.terminal.command_context import DeskFolder, open_database, pass_folder, run
from console.terminal.rich_output import READABLE, Output
from desk.language.translatable import sentence
from desk.model.messages import FRONT
from desk.model.provider_files import Provider
from desk.model.settings import Settings


@click.command()
@click.option(
    "--provider",
    metavar="NAME",
    help="Whose subscriber you are. By default the only one's, or that of a desk shared by all.",
)
@click.option("--language", type=click.Choice(["ru", "en"]), help="Your language, until your words show it.")
@click.option("--name", default="", help="Your name.")
@click.option("--as", "who", default="", metavar="ID", help="Who you are to the desk; your user name by default.")
@pass_folder
def chat(folder: DeskFolder, provider: str | None, language: str | None, name: str, who: str) -> None:
    """Be a subscriber, in this terminal.

    What you type is decided like any message, by this process or by 'firstline serve' beside it. What an agent says
    meanwhile is shown too. Without a terminal, lines are read from standard input, and it ends after the last answer.

    \b
    Example:
      firstline -C my-desk chat --provider sever --name Anna
      echo "нет интернета, договор 40-1187" | firstline -C my-desk chat --provider sever
    """
    settings = folder.settings()
    user = TerminalUser(_choose_provider(provider, folder.providers()), who or _user_name(), name, language or "")
    logs.configure(logs.SecretRedactor(logs.secrets_of(settings)), folder.debug, language=folder.language)
    if not folder.debug:
        logging.getLogger().setLevel(logging.WARNING)  # a chat is not the place for a log
    with contextlib.suppress(KeyboardInterrupt):
        run(_chat(settings, user))


async def _chat(settings: Settings, user: TerminalUser) -> None:
    async with open_database(settings):
        application = await build_application(settings, workers=1)
    # Deciding only: channels and their sending are the business of 'serve', which may run beside this.
    server = Server(application, ("worker", "timers"))
    serving = asyncio.create_task(server.run())
    try:
        await ChatSession(application, user, Output(widest=READABLE)).run(read_lines())
    finally:
        server.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        await application.close()


def _choose_provider(provider: str | None, providers: Mapping[str, Provider]) -> str:
    """The only provider; among several, the desk they share, where the contract tells whose somebody is."""
    names = sorted(name for name in providers if name != FRONT)
    if provider is None:
        return names[0] if len(names) == 1 else FRONT
    if provider not in providers:
        raise click.UsageError(
            sentence(
                "there is no provider {provider}: there is {known}",
                provider=repr(provider),
                known=", ".join(names) or "none",
            )
        )
    return provider


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "guest"
