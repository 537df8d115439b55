"""``take``, ``say``, ``note``, ``eta`` and ``resolve``: what an agent does to a case from a terminal.

A command is an arrival at the channel "desk" and goes through the same pipeline as a button in the agents' group; so
the same rules hold, and two agents who take a case at once do not both have it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from console.commands import submit_and_wait as waiting
from console.commands.agent_name_and_time_zone import zone_of
from console.commands.case_lookup import find
from console.commands.command_actor import require_agent
from console.commands.solving_article_options import ResolvingArticleOptions, article_options, require_article
from console.commands.submit_and_wait import OutgoingStatus
from console.runtime.content_folders import TEMPLATES
from console.terminal.command_context import (
    NO_SUCH,
    REFUSED,
    USAGE,
    WRONG,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from console.terminal.times import full_time
from desk.api.submit_operation import ArrivalStatus, submit
from desk.clock import now
from desk.language.templates import Templates
from desk.language.translatable import sentence
from desk.language.typed_durations import parse_minutes
from desk.model.agent_operations import AddNote, Reply, Resolve, SetEta, Take
from desk.model.arrival_outcomes import Done, OperationRefusalCode, OperationRefused, stored_outcome
from desk.model.case import Case
from desk.model.operations.base import AgentOperation


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What became of a command. ``language`` is that of the command."""

    case: Case
    language: str
    status: ArrivalStatus
    departures: tuple[OutgoingStatus, ...]
    sender: bool


def options(command: Callable[..., None]) -> Callable[..., None]:
    """What every one of them takes."""
    every: tuple[Callable[..., Any], ...] = (
        pass_folder,
        json_option,
        click.option("--provider", default="", help="Whose case, where two providers have that number."),
        click.option(
            "--as",
            "agent",
            metavar="AGENT",
            envvar="FIRSTLINE_AGENT",
            required=True,
            show_envvar=True,
            help="Who acts: an agent's id of teams.toml.",
        ),
        click.argument("number", metavar="N"),
    )
    for option in every:
        command = option(command)
    return command


@click.command()
@options
def take(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool) -> None:
    """Take case N: it is yours, and the subscriber is told who helps.

    \b
    Example:
      firstline take SN-2026-000012-3 --as ivanova
    """
    done = run(perform(folder, Take(), number, agent, provider))
    report(folder, done, sentence("{number} is yours", number=done.case.number), as_json)


@click.command()
@options
@click.argument("text", nargs=-1)
def say(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, text: Sequence[str]) -> None:
    """Write TEXT to the subscriber of case N. Without TEXT it is read from standard input.

    Whoever answers a case that nobody has taken, takes it.

    \b
    Examples:
      firstline say 12 --as ivanova "Проверьте, пожалуйста, сейчас"
      firstline say 12 --as ivanova < answer.txt
    """
    done = run(perform(folder, Reply(_text(text)), number, agent, provider))
    report(folder, done, sentence("{number}: your words are for the subscriber", number=done.case.number), as_json)


@click.command()
@options
@click.argument("text", nargs=-1)
def note(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, text: Sequence[str]) -> None:
    """Leave TEXT in the journal of case N, for agents only. Without TEXT it is read from standard input.

    \b
    Example:
      firstline note 12 --as ivanova "на линии затухание 28 дБ"
    """
    done = run(perform(folder, AddNote(_text(text)), number, agent, provider))
    report(folder, done, sentence("{number}: noted; the subscriber does not see it", number=done.case.number), as_json)


@click.command()
@options
@click.argument("duration", nargs=-1, required=True)
def eta(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, duration: Sequence[str]) -> None:
    """Promise the subscriber of case N that it will be done in DURATION: 30m, 2h, "1d 4h".

    \b
    Example:
      firstline eta SN-2026-000012-3 2h --as ivanova
    """
    span = parse_minutes(" ".join(duration))
    if span is None:
        refuse(sentence("{names} is no length of time: write 30m, 2h or 1d", names=repr(" ".join(duration))), USAGE)
    done = run(perform(folder, SetEta(span), number, agent, provider))
    at = full_time(done.case.eta, zone_of(done.case, folder.desks()))
    report(
        folder,
        done,
        sentence("{number}: promised for {at}; the subscriber is told", number=done.case.number, at=at),
        as_json,
    )


@click.command()
@options
@click.argument("text", nargs=-1)
@article_options
def resolve(
    folder: DeskFolder,
    number: str,
    agent: str,
    provider: str,
    as_json: bool,
    text: Sequence[str],
    choice: ResolvingArticleOptions,
) -> None:
    """Say that case N is solved, and how (TEXT). The subscriber is asked whether it works; their yes closes it.

    Say too which article solved it, or take the draft made from the case, or why none is needed. That can wait:
    'firstline kb link' says it later.

    \b
    Examples:
      firstline resolve 12 --as ivanova "Заменили порт" --article los-red
      firstline resolve 12 --as ivanova "Переключили на порт LAN 4" --draft
      firstline resolve 12 --as ivanova "Готово" --no-article "разовый случай"
    """
    answer = choice.answer()
    done = run(perform(folder, Resolve(" ".join(text), answer), number, agent, provider))
    report(
        folder,
        done,
        sentence("{number} is solved; the subscriber is asked whether it may be closed", number=done.case.number),
        as_json,
    )
    if answer is None and not as_json:
        tell(sentence("Which article solved it? Say so with 'firstline kb link {number}'.", number=done.case.number))


def _text(words: Sequence[str]) -> str:
    """The words of the command line, or else of standard input."""
    text = " ".join(words)
    if not text and not sys.stdin.isatty():
        text = sys.stdin.read()
    if not text.strip():
        refuse(sentence("there is no text: write it after the number, or give it on standard input"), USAGE)
    return text.strip()


async def perform(
    folder: DeskFolder, operation: AgentOperation, number: str, agent: str, provider: str
) -> CommandOutcome:
    """Carries out one operation of an agent, and says what became of it."""
    settings, providers = folder.settings(), folder.desks()
    async with open_database(settings) as database:
        case = await find(database, providers, number, provider)
        if case.number is None:
            refuse(
                sentence(
                    "case {number} has no number yet: the desk is still talking with the subscriber", number=number
                ),
                REFUSED,
            )
        await require_agent(folder, database, agent, case.provider)
        await require_article(
            database, case.provider, operation.article if isinstance(operation, Resolve) else operation
        )
        receipt = await submit(database, operation, now(), actor=agent, provider=case.provider, number=case.number)
        (status,) = await waiting.wait_decided(settings, database, [receipt.arrival_id])
        sends = tuple(await waiting.departures_of(database, receipt.arrival_id))
        sender = await waiting.serving(database, {f"send:{one.channel}" for one in sends}) if sends else True
        after = await find(database, providers, case.number, case.provider)
        return CommandOutcome(after, folder.language, status, sends, sender)


def report(folder: DeskFolder, done: CommandOutcome, said: str, as_json: bool) -> None:
    """Says what became of it; a refusal is an exit code too."""
    if as_json:
        print_json(_outcome_json(done))
    status = done.status
    if status.state == "quarantined":
        refuse(sentence("it could not be decided and is quarantined: {problem}", problem=status.problem), WRONG)
    if isinstance(status.outcome, OperationRefused):
        gone = status.outcome.code is OperationRefusalCode.NO_SUCH_CASE
        refuse(_refusal(folder, done, status.outcome), NO_SUCH if gone else REFUSED)
    if status.case_id is None:
        refuse(
            sentence(
                "{number}: the desk did not do it ({value})",
                number=done.case.number,
                value=stored_outcome(status.outcome or Done()),
            ),
            REFUSED,
        )
    if as_json:
        return
    tell(sentence("{said}.", said=said))
    if not done.sender:
        chatting = all(one.channel.startswith("chat:") for one in done.departures)
        tell(sentence("It goes out as soon as 'firstline {value}' runs.", value="chat" if chatting else "serve"))


def _refusal(folder: DeskFolder, done: CommandOutcome, refused: OperationRefused) -> str:
    """The refusal in the words of its template, in the language of the command."""
    templates = Templates(TEMPLATES, {"": [folder.settings().root / "templates"]})
    values = {"number": done.case.number or "", "typed": done.case.number or "", **refused.names}
    return templates.say(done.case.provider, done.language, f"refused_{refused.code}", values).plain


def _outcome_json(done: CommandOutcome) -> dict[str, Any]:
    outcome = done.status.outcome
    return {
        "number": done.case.number,
        "provider": done.case.provider,
        "state": done.case.state,
        "owner": done.case.owner,
        "eta": done.case.eta,
        "arrival": done.status.id,
        "done": done.status.case_id is not None,
        "outcome": stored_outcome(outcome) if outcome else "",
        "departures": [asdict(one) for one in done.departures],
        "sender": done.sender,
    }
