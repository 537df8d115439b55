"""``firstline``: one console command. Each of its parts is loaded when it is called, so that help comes at once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from console.terminal.command_context import EXIT_CODES, CommandError, DeskFolder
from console.terminal.help_language import folder_named, teach_click, translate_help
from console.terminal.language import catalog, command_language

COMMANDS: Mapping[str, tuple[str, str]] = {
    # A desk is made, looked over and run.
    "init": ("console.commands.init:init", "Make a desk folder."),
    "check": ("console.commands.check:check", "Say what is wrong and what to do."),
    "migrate": ("console.commands.maintenance.migrate:migrate", "Bring the database to this version."),
    "serve": ("console.commands.serve:serve", "Run the desk."),
    "status": ("console.commands.maintenance.status:status", "Say who serves, what waits, what is in trouble."),
    # It is kept going for years.
    "backup": ("console.commands.maintenance.backup:backup", "Write the whole desk into one file."),
    "restore": ("console.commands.maintenance.restore:restore", "Make a desk out of its backup."),
    "copy": ("console.commands.maintenance.copy:copy", "Copy the desk into another database."),
    "outbox": ("console.commands.maintenance.outbox:outbox", "Messages held since a restore."),
    # Agents look and act.
    "cases": ("console.commands.list_and_show_cases:cases", "List cases."),
    "case": ("console.commands.list_and_show_cases:case", "Show one case with its journal."),
    "take": ("console.commands.agent:take", "Take a case."),
    "say": ("console.commands.agent:say", "Write to the subscriber of a case."),
    "note": ("console.commands.agent:note", "Note something the subscriber does not see."),
    "eta": ("console.commands.agent:eta", "Promise when it will be done."),
    "change": ("console.commands.sla.change:change", "Agree on a window for a change, and report it."),
    "resolve": ("console.commands.agent:resolve", "Say that it is done."),
    "called": ("console.commands.promises.called:called", "Say how a call to the subscriber ended."),
    # Cases pass from hand to hand.
    "pend": ("console.commands.case_moves.states:pend", "Wait for the subscriber."),
    "hold": ("console.commands.case_moves.states:hold", "Put a case on hold."),
    "resume": ("console.commands.case_moves.states:resume", "Go on with a case that waited."),
    "reject": ("console.commands.case_moves.states:reject", "End a case that is none of the desk's."),
    "cancel": ("console.commands.case_moves.states:cancel", "End a case that was withdrawn."),
    "undo": ("console.commands.case_moves.states:undo", "Take back your last move."),
    "release": ("console.commands.case_moves.hands:release", "Give a case back to its queue."),
    "handover": ("console.commands.case_moves.hands:handover", "Hand a case to a person or a team."),
    "escalate": ("console.commands.case_moves.hands:escalate", "Raise a case by a level."),
    "consult": ("console.commands.case_moves.hands:consult", "Ask somebody about a case."),
    "merge": ("console.commands.case_moves.hands:merge", "Join two cases of one subscriber."),
    "relate": ("console.commands.case_moves.hands:relate", "Note how two cases are related."),
    "classify": ("console.commands.case_moves.classes:classify", "Class a case anew, with a reason."),
    # What waits for a person.
    "pending": ("console.commands.unproved_mail:pending", "Mails whose sender is not proved."),
    "quarantine": ("console.commands.quarantine:quarantine", "Messages that could not be read."),
    "replay": ("console.commands.quarantine:replay", "Read quarantined messages once more."),
    # Who is entitled to what.
    "entitlement": (
        "console.commands.entitlement.group:entitlement",
        "Tables of subscribers, look-ups, customers.",
    ),
    # Who works here, and what was done.
    "agents": ("console.commands.agents.command_group:agents", "Agents: who they are, and for whom they work."),
    "audit": ("console.commands.audit:audit", "List who did what, and what came of it."),
    # Whose account it is.
    "link": ("console.commands.proof.link:link", "Make a one-time link that proves a contract to the bot."),
    # What is kept of people.
    "retention": (
        "console.commands.maintenance.retention:retention",
        "What is kept for how long; purge it, hold it.",
    ),
    "forget": ("console.commands.maintenance.forget:forget", "Erase a person who asks to be forgotten."),
    "export": ("console.commands.maintenance.export_person:export", "Hand over all that is known of a person."),
    # What is promised, and when it is due.
    "sla": ("console.commands.sla.group:sla", "Service levels: what is due when, and why."),
    "calendar": ("console.commands.sla.calendar:calendar", "Calendars of working hours, with their holidays."),
    # What the desk makes of words.
    "understand": (
        "console.commands.understanding.understand:understand",
        "Show what the desk makes of a sentence.",
    ),
    "dialog": (
        "console.commands.understanding.dialog_letter_preview:dialog",
        "Dialogs: their letter, and what letters answer to it.",
    ),
    # What is added to a desk, and where its cases go.
    "new": ("console.commands.authoring.new:new", "Begin a dialog, an article or a routing rule."),
    "words": ("console.commands.authoring.words:words", "The sentences of the desk, and how one reads."),
    "route": ("console.commands.routing.command_group:route", "Which rule takes a case, and why."),
    # Packages with commands of their own.
    "mail": ("console.commands.mail.group:mail", "Mails as the desk reads them, and what became of each."),
    "mailbox": (
        "console.commands.mail.mailbox_authorize:mailbox",
        "Mailboxes without passwords (OAuth 2.0).",
    ),
    "kb": ("console.commands.kb.group:kb", "The knowledge base: search, measure, fill, print."),
    # To try it.
    "chat": ("console.commands.chat:chat", "Be a subscriber, in this terminal."),
    "demo": ("console.demo:demo", "See the whole desk at work, in a temporary folder."),
}
"""Where each command stands ("module:attribute") and what the overview says of it."""


class LazyCommandGroup(click.Group):
    """Loads a command when it is called, gives each of them ``-C`` and ``--debug``, and tells trouble in a sentence."""

    language = "en"
    """In which the help is."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of work, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        return _prepared(command, self.language)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, without importing anything."""
        words = catalog(self.language, "help")
        with formatter.section(words.get("Commands", "Commands")):
            formatter.write_dl([(name, words.get(told, told)) for name, (_, told) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what is known to go wrong ends in one sentence, unless ``--debug`` asks for all of it."""
        try:
            return super().invoke(ctx)
        except CommandError as error:
            folder = ctx.ensure_object(DeskFolder)
            raise CommandError(folder.redact(folder.told(error.message)), error.exit_code) from None
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise  # click knows what to do, also where whoever reads us (a pager, "head") has seen enough
        except Exception as error:
            folder = ctx.ensure_object(DeskFolder)
            if folder.debug:
                click.echo(folder.redact(importlib.import_module("traceback").format_exc()), err=True)
            # Loaded only now: it imports every package's own errors, and help should not wait for that.
            trouble: CommandError = importlib.import_module("console.terminal.errors").error_of(error)
            raise CommandError(folder.redact(folder.told(trouble.message)), trouble.exit_code) from None


def _folder(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(DeskFolder).root = value


def _debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(DeskFolder).debug = True


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    metadata = importlib.import_module("importlib.metadata")  # loaded only now, as it takes as long as all of the help
    try:
        version = metadata.version("firstline")
    except metadata.PackageNotFoundError:
        version = "from a checkout"
    pattern = "%(prog)s, version %(version)s"
    click.echo(catalog(cli.language, "help").get(pattern, pattern) % {"prog": "firstline", "version": version})
    ctx.exit()


def _common_options() -> list[click.Parameter]:
    folder = click.Option(
        ["-C", "folder"],
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="The desk folder; the current one by default.",
        expose_value=False,
        callback=_folder,
    )
    debug = click.Option(
        ["--debug"], is_flag=True, help="Show tracebacks and more log.", expose_value=False, callback=_debug
    )
    return [folder, debug]


def _prepared(command: click.Command, language: str) -> click.Command:
    """The command with the options that all have, its help in this language; once."""
    if not any(option.name == "folder" for option in command.params):
        command.params += _common_options()
        translate_help(command, language)
        for sub in command.commands.values() if isinstance(command, click.Group) else ():
            _prepared(sub, language)
    return command


@click.group(
    cls=LazyCommandGroup,
    params=_common_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=EXIT_CODES,
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """A first-line support desk for internet providers: Telegram and mail, cases, agents, promises.

    \b
    To see it at work:   firstline demo
    To begin:            firstline init my-desk
    """


def speak(language: str) -> None:
    """Puts help and usage into this language. Once in a process, before a command is loaded."""
    cli.language = language
    teach_click(language)
    translate_help(cli, language)


def main() -> None:
    """The console command, in the language of ``LANG`` or the desk."""
    speak(command_language(folder_named(sys.argv[1:])))
    cli(prog_name="firstline")


if __name__ == "__main__":
    main()
