"""``serve``: the desk is run."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from logging import getLogger

import click

from console.commands.sighup_reload import serve_with_reload
from console.runtime.channel_listeners import ROLES
from console.runtime.resilient_loop import when_database_is_free
from console.terminal import logging
from console.terminal.command_context import (
    WRONG,
    DeskFolder,
    open_database,
    pass_folder,
    refuse,
    run,
)
from desk.clock import now
from desk.language.operator_file_faults import Fault
from desk.language.translatable import one_below_the_other
from desk.model.check_findings import CheckFinding
from desk.model.settings import Settings

log = getLogger(__name__)


@click.command()
@click.option(
    "--only",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    help="Do only this; may be given several times. Everything by default.",
)
@pass_folder
def serve(folder: DeskFolder, roles: Sequence[str]) -> None:
    """Run the desk until it is stopped.

    It listens at every bot and mailbox of firstline.toml, decides, and sends. Several may run on one database: who
    listens is agreed among them. SIGTERM or Ctrl-C ends it after what is in hand, within 20 seconds; whatever is left
    waits in the database. SIGHUP lets it read firstline.toml, the files that hold secrets, and all providers' files
    anew; where something is wrong in them the log says so, and it goes on as before. The log goes to stderr.

    \b
    Examples:
      firstline -C my-desk serve
      firstline -C my-desk serve --only receiver --only sender
    """
    settings = folder.settings()
    logging.configure(logging.SecretRedactor(logging.secrets_of(settings)), folder.debug, language=folder.language)
    run(_serve(folder, settings, roles or ROLES))


async def _serve(folder: DeskFolder, settings: Settings, roles: Sequence[str]) -> None:
    stop, reload = asyncio.Event(), asyncio.Event()
    # A terminal that is closed hangs up too: a desk begun there ends with it.
    hangup = stop if sys.stdin is not None and sys.stdin.isatty() else reload
    for number, event in ((signal.SIGTERM, stop), (signal.SIGINT, stop), (signal.SIGHUP, hangup)):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    if hasattr(signal, "pthread_sigmask"):
        # What `console.start` held back until now is handled at once.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    known = logging.secrets_of(settings)

    async def read() -> Settings:
        new_settings = folder.settings()
        if new_settings.fixed_secrets:
            log.warning(
                "secrets of the environment are as they were at the start, only a new start renews them: %s",
                ", ".join(new_settings.fixed_secrets),
            )
        known.extend(logging.secrets_of(new_settings))  # the old ones too: they are used to the end
        logging.configure(logging.SecretRedactor(known), folder.debug, language=folder.language)
        await _require_valid_content(new_settings)
        await _require_ready_database(new_settings, "reload")
        return new_settings

    await when_database_is_free(lambda: _require_ready_database(settings), stop)
    await serve_with_reload(settings, read, roles, stop, reload)


async def _require_valid_content(settings: Settings) -> None:
    """Refuses what 'firstline check' calls an error: the desk would not start with it, or forget its tables."""
    from console.commands.checking.content import check_templates  # noqa: PLC0415
    from console.commands.checking.settings_and_provider_files import check_files  # noqa: PLC0415

    def found() -> list[CheckFinding]:
        return [*check_files(settings, [])[1], *check_templates(settings)]

    if wrong := [one for one in await asyncio.to_thread(found) if one.level == "error"]:
        faults = tuple(Fault(one.where, one.line, one.what) for one in wrong[:5])
        refuse(one_below_the_other([one.sentence for one in faults]), WRONG)


async def _require_ready_database(settings: Settings, operation: str = "") -> None:
    """Refuses a database that is not of this version or not safe, and else tells the audit of the operation."""
    async with open_database(settings) as database:
        if operation:
            from desk.storage import audit  # noqa: PLC0415 (a start need not wait for it)

            async with database.work() as connection:
                await audit.record(connection, at=now(), actor=audit.operator(), operation=operation)
