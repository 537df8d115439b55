"""The wiring: the one place where the rooms meet. The order of the rules is the meaning of the desk; read it aloud."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from chat.terminal_channel import ChatDoor
from console.runtime.article_loader import Bookcase
from console.runtime.content_folders import DIALOGS, TEMPLATES, Folders
from console.runtime.entrance import Entrance, entered
from desk.clock import Clock, now
from desk.language.templates import Words
from desk.model.acts import Act, Governor, Identify, Rule, Say
from desk.model.case import Case
from desk.model.channel import Door
from desk.model.channels import Switchboard
from desk.model.messages import FRONT, Address
from desk.model.policy import Provider, front_desk, load_all
from desk.model.settings import Settings
from desk.model.shared_facts import Account, Named, Suggestions
from desk.pipeline.common_lookups import BeforeLookup, HomeLookup, SpeakingLookup, TraitsLookup, WaysLookup
from desk.pipeline.compose import CardOf, Composer
from desk.pipeline.internal_channel import inner_doors
from desk.pipeline.lookup import Gatherer
from desk.pipeline.send import Sender
from desk.pipeline.worker import Clerk, Lookup
from desk.pipeline.write import Book, Handler, Writer
from escalation import agent_rules
from escalation import rules as escalation
from escalation.cards import card
from escalation.transcript import StoryLookup
from escalation.undelivered import MissedLookup
from intake import rules as intake
from intake.engine import rules
from intake.identity import guess_budget
from intake.identity.guess_limiter import Guessing, write_guessed
from intake.identity.lookups import Dialogs, Identification, articles_named, keep_sources
from intake.identity.sources.csv_file import CsvFile
from intake.limits import rate_rules
from intake.limits.rate_lookup import HasteLookup, write_fold
from kb import agent_rules as kb_agent_rules
from kb import subscriber_rules as kb
from kb.learning import events
from kb.learning.learner import Teacher
from kb.lookups import Consulting, Naming, Suggesting
from kb.search.service import Knowledge
from mail import rules as mail
from mail.receiving import ledger
from mail.sending import loop_guard as mail_governor
from mail.sending import loop_guard_store

log = logging.getLogger(__name__)

RULES: tuple[Rule, ...] = (
    # Nobody is heard at the price of all others.
    rate_rules.too_fast,
    # What is nobody's word: repeats, machines, letters that prove nothing, buttons of yesterday.
    intake.repeated,
    mail.bounce,
    escalation.about_no_case,
    mail.declines,
    mail.machine,
    mail.unproved,
    intake.nothing,
    intake.stale_button,
    intake.silent,
    # The desk's own news: what did not arrive, what may have, what the clock says.
    kb_agent_rules.article_missing,
    escalation.returned,
    escalation.undelivered,
    escalation.maybe_sent,
    escalation.alarm,
    # An agent acts, under a name of the provider's own list.
    agent_rules.only_known_agents,
    agent_rules.case_named,
    kb_agent_rules.article_chosen,
    agent_rules.over,
    kb_agent_rules.consulted,
    kb_agent_rules.which_article,
    agent_rules.take,
    agent_rules.say,
    agent_rules.note,
    agent_rules.eta,
    agent_rules.resolve,
    # A question about the desk itself, or a slip corrected: answered or kept, and nothing moves on.
    intake.asks_help,
    intake.edited,
    # Wherever a subscriber is heard, there they are answered; what was lost of their letter is told.
    intake.keep_way,
    mail.incomplete,
    # A subscriber whose case has its number.
    escalation.consent,
    escalation.human_wanted,
    escalation.relay,
    # A subscriber with a new matter: greeted, known, helped, asked.
    intake.thanks,
    intake.greet,
    intake.recognise,
    intake.operator,
    intake.unanswerable,
    rate_rules.too_often,
    intake.identify,
    kb.helped,
    kb.suggest,
    intake.choose,
    rules.walk,
    kb.named,
    rules.summary,
    intake.fallback,
    # Whatever is ready by now becomes a numbered case.
    escalation.register,
)

GOVERNORS: tuple[Governor, ...] = (
    # The last word on what was decided: guesses are counted, and machines that answer each other stop here.
    guess_budget.govern,
    mail_governor.govern,
)

HANDLERS: Mapping[type[Act], Handler] = {
    Identify: events.write_identified,
    events.Offered: events.write_offered,
    events.Came: events.write_came,
    events.Linked: events.write_linked,
    events.Drafted: events.write_drafted,
    events.Validated: events.write_validated,
    rate_rules.Fold: write_fold,
    guess_budget.Guessed: write_guessed,
    mail_governor.Mailed: loop_guard_store.write_mailed,
    mail_governor.Mute: loop_guard_store.write_mute,
    mail_governor.Heeded: loop_guard_store.write_heeded,
    mail_governor.Decline: loop_guard_store.write_decline,
}
BOOKS: tuple[Book, ...] = (ledger.keep_account,)


@dataclass(slots=True)
class House(Entrance):
    """Everything made and joined, for one process."""

    providers: Mapping[str, Provider]
    switchboard: Switchboard
    words: Words
    knowledge: Knowledge
    bookcase: Bookcase
    teacher: Teacher
    sources: Mapping[str, CsvFile]
    clerk: Clerk
    sender: Sender


async def build(
    settings: Settings,
    clock: Clock = now,
    extra_doors: Sequence[Door] = (),
    workers: int = 2,
    staff: Mapping[str, Address] | None = None,
    ticks: Callable[[], float] = time.monotonic,
) -> House:
    """Makes the whole house at once: `console.runtime.entrance.entered`, and `furnished`."""
    return await furnished(entered(settings, clock, workers, ticks), extra_doors, staff)


async def furnished(
    entrance: Entrance, extra_doors: Sequence[Door] = (), staff: Mapping[str, Address] | None = None
) -> House:
    """The house behind an entrance. Raises the sentences of providers, templates, dialogs, articles and tables.

    ``extra_doors`` stand beside those of the settings, or in their place; ``staff`` names agents' groups, by provider.
    Whatever comes in at the entrance meanwhile is stored, and waits.
    """
    settings, database, clock, doors = entrance.settings, entrance.database, entrance.clock, entrance.doors
    providers = dict(await asyncio.to_thread(load_all, settings.root / "providers"))
    providers[FRONT] = front_desk(providers, settings.language)
    folders = Folders(settings)
    own = {name: [folders.of(name, TEMPLATES)[0]] for name in providers if name != FRONT}
    words = await asyncio.to_thread(Words, TEMPLATES, {**own, "": [settings.root / "templates"]})
    opener = entrance.opener
    doors |= {one.name: one for one in (ChatDoor(name, opener.open, settings.data / "chat") for name in providers)}
    doors |= {door.name: door for door in extra_doors}
    doors |= {door.name: door for door in inner_doors(doors, opener.arrival)}
    groups, mailboxes = _ways(settings)
    switchboard = Switchboard(doors, providers, {**groups, **(staff or {})}, mailboxes)
    dialogs = await asyncio.to_thread(Dialogs, database, {name: folders.of(name, DIALOGS) for name in providers})
    await keep_sources(database, dialogs.sources())
    sources = {name: _table(settings.root, name) for name in providers if name != FRONT}
    await asyncio.to_thread(lambda: [source.refresh() for source in sources.values()])
    bookcase = Bookcase(database, settings, providers, clock)
    await bookcase.fill()
    knowledge = await bookcase.open()
    later: Mapping[type, Lookup] = {
        Suggestions: Suggesting(knowledge),
        Named: Naming(knowledge, articles_named),
        kb_agent_rules.Consultation: Consulting(database, knowledge),
    }
    lookups: Sequence[Lookup] = (
        HasteLookup(database, switchboard),
        Identification(sources, providers, Guessing(database)),
        HomeLookup(switchboard),
        SpeakingLookup(switchboard),
        TraitsLookup(switchboard),
        WaysLookup(switchboard),
        BeforeLookup(database),
        loop_guard_store.BudgetLookup(database, [box.address for box in settings.mailboxes]),
        dialogs,
        StoryLookup(database),
        MissedLookup(database),
    )
    holder, gatherer = entrance.holder, Gatherer(entrance.keyring)
    writer = Writer(
        database, switchboard, Composer(words, switchboard, entrance.keyring, _cards(knowledge)), HANDLERS, BOOKS
    )
    return House(
        **{one.name: getattr(entrance, one.name) for one in fields(entrance)},
        providers=providers,
        switchboard=switchboard,
        words=words,
        knowledge=knowledge,
        bookcase=bookcase,
        teacher=Teacher(database, providers, lambda name, contract: _account(sources, name, contract), knowledge.leads),
        sources=sources,
        clerk=Clerk(database, switchboard, gatherer, lookups, later, RULES, writer, holder, clock, GOVERNORS),
        sender=Sender(database, switchboard, holder, clock),
    )


def _ways(settings: Settings) -> tuple[dict[str, Address], dict[str, str]]:
    """The agents' group of each provider, and the mailbox its letters go out from."""
    staff = {
        bot.provider: Address("telegram", bot.door, str(bot.staff_chat))
        for bot in reversed(settings.telegram)
        if bot.staff_chat
    }
    return staff, {box.provider: box.door for box in reversed(settings.mailboxes)}


def _cards(knowledge: Knowledge) -> CardOf:
    """The agents' cards, in which an article stands by its title."""

    def card_of(case: Case, provider: Provider) -> Say:
        return card(case, provider, lambda article: knowledge.title(case.provider, article, provider.language))

    return card_of


def _account(sources: Mapping[str, CsvFile], provider: str, contract: str) -> Account | None:
    """Whose contract it is; only one account has it, else nobody."""
    found = sources[provider].find("contract", contract) if provider in sources else ()
    return found[0] if len(found) == 1 else None


def _table(root: Path, provider: str) -> CsvFile:
    return CsvFile(root / "providers" / provider / "entitlements.csv", provider)
