"""``serve``: the desk is run."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from logging import getLogger

import click

from console.commands.sighup_reload import serve_with_reload
from console.runtime.channel_listeners import ROLES
from console.runtime.resilient_loop import when_database_is_free
from console.runtime.watch.own_process import OwnProcess
from console.runtime.watch.service_manager import ServiceManager
from console.terminal import logging
from console.terminal.command_context import (
    USAGE,
    WRONG,
    DeskFolder,
    open_database,
    pass_folder,
    refuse,
    run,
)
from console.terminal.json_logging import JsonFormatter
from console.terminal.language import catalog
from desk.clock import now
from desk.language.operator_file_faults import Fault
from desk.language.translatable import one_below_the_other, sentence, translated
from desk.model.check_findings import CheckFinding
from desk.model.settings import Settings
from desk.model.settings.watch import WatchSettings, is_address

LOG_FORMATS: Mapping[str, logging.MakeFormatter] = {
    "text": logging.OneLineFormatter,
    "json": JsonFormatter,
}

log = getLogger(__name__)


@click.command()
@click.option(
    "--only",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    help="Do only this; may be given several times. Everything by default.",
)
@click.option(
    "--log-format",
    type=click.Choice(list(LOG_FORMATS)),
    default="text",
    help="One line a message, or one JSON object a line, for a collector.",
)
@click.option(
    "--watch",
    metavar="HOST:PORT",
    default="",
    help="Answer probes and metrics there, instead of at [watch] listen: each process needs an address of its own.",
)
@pass_folder
def serve(folder: DeskFolder, roles: Sequence[str], log_format: str, watch: str) -> None:
    """Run the desk until it is stopped.

    It listens at every bot and mailbox of firstline.toml, decides, and sends. Several may run on one database: who
    listens is agreed among them. SIGTERM or Ctrl-C ends it after what is in hand, within 20 seconds; whatever is left
    waits in the database. SIGHUP lets it read firstline.toml, the files that hold secrets, and all providers' files
    anew; where something is wrong in them the log says so, and it goes on as before. The log goes to stderr.

    With [watch] listen in firstline.toml it answers /livez, /readyz and /metrics (Prometheus) over HTTP. Under systemd
    it says when it is ready, and gives signs of life while its loops go on.

    \b
    Examples:
      firstline -C my-desk serve
      firstline -C my-desk serve --only receiver --only sender
      firstline -C my-desk serve --log-format json --watch 127.0.0.1:9464
    """
    if watch and not is_address(watch):
        refuse(sentence("--watch takes host:port, say 127.0.0.1:9464"), USAGE)
    form = LOG_FORMATS[log_format]
    settings = _watched(folder.settings(), watch)
    redact = logging.SecretRedactor(logging.secrets_of(settings))
    logging.configure(redact, folder.debug, language=folder.language, make=form)
    run(_serve(folder, settings, roles or ROLES, watch, form))


def _watched(settings: Settings, watch: str) -> Settings:
    return replace(settings, watch=WatchSettings(watch)) if watch else settings


async def _serve(
    folder: DeskFolder, settings: Settings, roles: Sequence[str], watch: str, form: logging.MakeFormatter
) -> None:
    stop, reload = asyncio.Event(), asyncio.Event()
    # A terminal that is closed hangs up too: a desk begun there ends with it.
    hangup = stop if sys.stdin is not None and sys.stdin.isatty() else reload
    for number, event in ((signal.SIGTERM, stop), (signal.SIGINT, stop), (signal.SIGHUP, hangup)):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    if hasattr(signal, "pthread_sigmask"):
        # What `console.start` held back until now is handled at once.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    known = logging.secrets_of(settings)
    manager = ServiceManager()
    sentences = catalog(folder.language)
    own = OwnProcess(dict.fromkeys(roles), tell=lambda said: logging.SecretRedactor(known)(translated(said, sentences)))

    async def read() -> Settings:
        new_settings = _watched(folder.settings(), watch)
        if new_settings.fixed_secrets:
            log.warning(
                "secrets of the environment are as they were at the start, only a new start renews them: %s",
                ", ".join(new_settings.fixed_secrets),
            )
        known.extend(logging.secrets_of(new_settings))  # the old ones too: they are used to the end
        logging.configure(logging.SecretRedactor(known), folder.debug, language=folder.language, make=form)
        await _require_valid_content(new_settings)
        await _require_ready_database(new_settings, "reload")
        return new_settings

    async with _telling(manager, own, stop):
        await when_database_is_free(lambda: _require_ready_database(settings), stop)
        await serve_with_reload(settings, read, own, manager, stop, reload)


@asynccontextmanager
async def _telling(manager: ServiceManager, own: OwnProcess, stop: asyncio.Event) -> AsyncIterator[None]:
    """The service manager hears how the process is, to its end."""

    async def tell_of_stop() -> None:
        await stop.wait()
        manager.stopping()

    tasks = [asyncio.create_task(manager.keep_told(own)), asyncio.create_task(tell_of_stop())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _require_valid_content(settings: Settings) -> None:
    """Refuses what 'firstline check' calls an error: the desk would not start with it, or forget its tables."""
    from console.commands.checking.account_tables import tables_in_use  # noqa: PLC0415
    from console.commands.checking.content import check_templates  # noqa: PLC0415
    from console.commands.checking.settings_and_provider_files import check_files  # noqa: PLC0415

    tables = await tables_in_use(settings)

    def found() -> list[CheckFinding]:
        return [*check_files(settings, [], tables)[1], *check_templates(settings)]

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
