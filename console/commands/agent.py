"""``take``, ``say``, ``note``, ``eta`` and ``resolve``: what an agent does to a case from a terminal.

A command is an arrival at the channel "desk" and walks the same corridor as a button in the agents' group; so the same
rules hold, and two agents who take a case at once do not both have it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from bots.agent_commands import parse_minutes
from console.commands import submit
from console.commands.article_options import ArticleOptions, article_options, require_article
from console.commands.cases import Providers, agent_name, zone_of
from console.commands.find_case import find
from console.commands.submit import ArrivalStatus, DepartureStatus
from console.terminal.context import (
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
)
from console.terminal.labels import labels
from console.terminal.tables import local_long
from desk.clock import now
from desk.model.case import Case
from desk.model.messages import Verb
from desk.pipeline.internal_channel import command_message

NO_CASE = "no such case"


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What became of a command."""

    case: Case
    ledger: ArrivalStatus
    leaving: tuple[DepartureStatus, ...]
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
    done = run(perform(folder, Verb.TAKE, number, agent, provider))
    report(folder, done, f"{done.case.number} is yours", as_json)


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
    done = run(perform(folder, Verb.SAY, number, agent, provider, text=_text(text)))
    report(folder, done, f"{done.case.number}: your words are for the subscriber", as_json)


@click.command()
@options
@click.argument("text", nargs=-1)
def note(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, text: Sequence[str]) -> None:
    """Leave TEXT in the journal of case N, for agents only. Without TEXT it is read from standard input.

    \b
    Example:
      firstline note 12 --as ivanova "на линии затухание 28 дБ"
    """
    done = run(perform(folder, Verb.NOTE, number, agent, provider, text=_text(text)))
    report(folder, done, f"{done.case.number}: noted; the subscriber does not see it", as_json)


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
        refuse(f"{' '.join(duration)!r} is no length of time: write 30m, 2h or 1d", USAGE)
    done = run(perform(folder, Verb.ETA, number, agent, provider, duration=str(span)))
    at = local_long(done.case.eta, zone_of(done.case, folder.providers()))
    report(folder, done, f"{done.case.number}: promised for {at}; the subscriber is told", as_json)


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
    choice: ArticleOptions,
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
    as_detail = choice.as_detail()
    done = run(perform(folder, Verb.RESOLVE, number, agent, provider, text=" ".join(text), **as_detail))
    report(folder, done, f"{done.case.number} is solved; the subscriber is asked whether it may be closed", as_json)
    if not as_detail and not as_json:
        click.echo(f"Which article solved it? Say so with 'firstline kb link {done.case.number}'.")


def _text(words: Sequence[str]) -> str:
    """The words of the command line, or else of standard input."""
    text = " ".join(words)
    if not text and not sys.stdin.isatty():
        text = sys.stdin.read()
    if not text.strip():
        refuse("there is no text: write it after the number, or give it on standard input", USAGE)
    return text.strip()


async def perform(
    folder: DeskFolder, verb: Verb, number: str, agent: str, provider: str, **as_detail: str
) -> CommandOutcome:
    """Carries out one order of an agent, and says what became of it."""
    settings, providers = folder.settings(), folder.providers()
    async with open_database(settings) as database:
        case = await find(database, providers, number, provider)
        if case.number is None:
            refuse(f"case {number} has no number yet: the desk is still talking with the subscriber", REFUSED)
        known_agent(providers, case.provider, agent)
        await require_article(database, case.provider, as_detail)
        message = command_message(verb, now(), provider=case.provider, number=case.number, agent=agent, **as_detail)
        arrival_id = await submit.accept(database, message)
        (ledger,) = await submit.wait_decided(settings, database, [arrival_id])
        sends = tuple(await submit.departures_of(database, arrival_id))
        sender = await submit.serving(database, {f"send:{one.channel}" for one in sends}) if sends else True
        return CommandOutcome(await find(database, providers, case.number, case.provider), ledger, sends, sender)


def known_agent(providers: Providers, provider: str, agent: str) -> None:
    """Ends the command unless the provider knows this agent."""
    home = providers.get(provider)
    if home and home.agent(agent) is None:
        known = ", ".join(one.id for one in home.agents) or "nobody yet"
        refuse(f"{provider} has no agent {agent!r}: providers/{provider}/teams.toml has {known}", REFUSED)


def report(folder: DeskFolder, done: CommandOutcome, sentence: str, as_json: bool) -> None:
    """Says what became of it; a refusal is an exit code too."""
    if as_json:
        print_json(_told(done))
    if done.ledger.state == "quarantined":
        refuse(f"it could not be decided and is set aside: {done.ledger.problem}", WRONG)
    if done.ledger.case_id is None:
        refuse(_refusal(folder, done), NO_SUCH if done.ledger.outcome == NO_CASE else REFUSED)
    if as_json:
        return
    click.echo(f"{sentence}.")
    if not done.sender:
        chatting = all(one.channel.startswith("chat:") for one in done.leaving)
        click.echo(f"It goes out as soon as 'firstline {'chat' if chatting else 'serve'}' runs.")


def _refusal(folder: DeskFolder, done: CommandOutcome) -> str:
    """The rules' own reason, as a sentence."""
    case = done.case
    if done.ledger.outcome == "already taken":
        providers = folder.providers()
        return f"{case.number} is taken already, by {agent_name(case.owner, case.provider, providers, labels('en'))}"
    sentences: Mapping[str, str] = {
        "the case is closed": f"{case.number} is {labels('en')[case.state]}: only a note may still be left",
        "the case is resolved": f"{case.number} is resolved: there is nothing to promise any more",
        "already resolved": f"{case.number} is resolved already and waits for the subscriber's consent",
        "no such article": "there is no such article: see 'firstline kb articles'",
        "unclear time": "a promise is from 5 minutes to 30 days ahead",
        NO_CASE: f"there is no case {case.number}",
    }
    return sentences.get(done.ledger.outcome, f"{case.number}: the desk did not do it ({done.ledger.outcome})")


def _told(done: CommandOutcome) -> dict[str, Any]:
    return {
        "number": done.case.number,
        "provider": done.case.provider,
        "state": done.case.state,
        "owner": done.case.owner,
        "eta": done.case.eta,
        "arrival": done.ledger.id,
        "done": done.ledger.case_id is not None,
        "outcome": done.ledger.outcome,
        "departures": [asdict(one) for one in done.leaving],
        "sender": done.sender,
    }
