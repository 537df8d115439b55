"""The wiring: the one place where the rooms meet. The order of the rules is the meaning of the desk; read it aloud."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bots.door import TelegramDoor
from bots.lines import Lines
from console.bookcase import Bookcase
from console.chatdoor import ChatDoor
from console.content import ARTICLES, DIALOGS, TEMPLATES, Folders
from desk import inbox
from desk.clerk import Clerk, Lookup
from desk.composing import Composer
from desk.database import Database
from desk.decisions import Act, Governor, Identify, Rule
from desk.doors import Door
from desk.gather import Gatherer
from desk.holders import this_process
from desk.innerdoor import inner_doors
from desk.keyring import Keyring
from desk.knowledge import Account, Suggestions
from desk.lookups import BeforeLookup, HomeLookup, SpeakingLookup, TraitsLookup, WaysLookup
from desk.messages import FRONT, Address, Arrival
from desk.providers import Provider, front_desk, load_all
from desk.sender import Sender
from desk.settings import Settings
from desk.switchboard import Switchboard
from desk.words import Words
from desk.writing import Book, Handler, Writer
from escalation import agents
from escalation import rules as escalation
from escalation.cards import card
from escalation.missed import MissedLookup
from escalation.story import StoryLookup
from intake import asking
from intake import rules as intake
from intake.lookups import Dialogs, Identification, keep_sources
from intake.sources.csv_file import CsvFile
from kb import agents as knowing
from kb import learning
from kb import rules as kb
from kb.lookup import Consulting, Suggesting
from kb.suggesting import Knowledge
from kb.teaching import Teacher
from mail import budgets, ledger
from mail import governor as mail_governor
from mail import rules as mail
from mail.door import MailDoor
from mail.readers import Readers
from mail.turns import Turns

log = logging.getLogger(__name__)

RULES: tuple[Rule, ...] = (
    # What is nobody's word: repeats, machines, letters that prove nothing, buttons of yesterday.
    intake.repeated,
    mail.bounce,
    escalation.about_no_case,
    mail.declines,
    mail.machine,
    mail.unproved,
    intake.nothing,
    intake.stale_button,
    # The desk's own news: what did not arrive, what may have, what the clock says.
    knowing.article_missing,
    escalation.returned,
    escalation.undelivered,
    escalation.maybe_sent,
    escalation.alarm,
    # An agent acts, under a name of the provider's own list.
    agents.only_known_agents,
    agents.case_named,
    knowing.article_chosen,
    agents.over,
    knowing.consulted,
    knowing.which_article,
    agents.take,
    agents.say,
    agents.note,
    agents.eta,
    agents.resolve,
    # A question about the desk itself, or a slip corrected: answered or kept, and nothing moves on.
    intake.asks_help,
    intake.edited,
    # Wherever a subscriber is heard, there they are answered.
    intake.keep_way,
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
    intake.identify,
    kb.helped,
    kb.suggest,
    intake.choose,
    asking.walk,
    asking.summary,
    intake.fallback,
    # Whatever is ready by now becomes a numbered case.
    escalation.register,
)

GOVERNORS: tuple[Governor, ...] = (
    # The last word on what was decided: machines that answer each other stop here.
    mail_governor.govern,
)

HANDLERS: Mapping[type[Act], Handler] = {
    Identify: learning.write_identified,
    learning.Offered: learning.write_offered,
    learning.Came: learning.write_came,
    learning.Linked: learning.write_linked,
    learning.Drafted: learning.write_drafted,
    learning.Validated: learning.write_validated,
    mail_governor.Mailed: budgets.write_mailed,
    mail_governor.Mute: budgets.write_mute,
    mail_governor.Heeded: budgets.write_heeded,
    mail_governor.Decline: budgets.write_decline,
}
BOOKS: tuple[Book, ...] = (ledger.keep_account,)


def now() -> datetime:
    """The desk's clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class House:
    """Everything made and joined, for one process."""

    settings: Settings
    database: Database
    providers: Mapping[str, Provider]
    switchboard: Switchboard
    doors: dict[str, Door]
    words: Words
    keyring: Keyring
    knowledge: Knowledge
    bookcase: Bookcase
    teacher: Teacher
    sources: Mapping[str, CsvFile]
    clerk: Clerk
    sender: Sender
    readers: Readers
    holder: str
    clock: Callable[[], datetime]

    async def close(self) -> None:
        """Closes what was opened."""
        for door in self.doors.values():
            if isinstance(door, (TelegramDoor, MailDoor)):
                await door.close()
        await self.readers.close()
        await self.database.close()


async def build(
    settings: Settings,
    clock: Callable[[], datetime] = now,
    extra_doors: Sequence[Door] = (),
    workers: int = 2,
    staff: Mapping[str, Address] | None = None,
    ticks: Callable[[], float] = time.monotonic,
) -> House:
    """Makes the whole house. Raises the sentences of settings, providers, templates, dialogs and tables.

    ``extra_doors`` stand beside those of the settings, or in their place; ``staff`` names agents' groups, by provider.
    ``workers`` are the children that read mail, ``ticks`` the seconds by which a wire's own limits are kept.
    """
    providers = dict(load_all(settings.root / "providers"))
    providers[FRONT] = front_desk(providers, settings.language)
    folders = Folders(settings.root, settings.packaged_content)
    own = {name: [folders.of(name, "templates", TEMPLATES)[0]] for name in providers if name != FRONT}
    words = Words(TEMPLATES, {**own, "": [settings.root / "templates"]})
    database, keyring = Database(settings.database), Keyring(settings.secret, settings.former_secret)
    readers = Readers(workers=workers)
    doors: dict[str, Door] = {}
    opener = _Opener(database, readers, doors, settings)
    lines = Lines()
    for bot in settings.telegram:
        secret = keyring.derived(f"webhook {bot.name}") if bot.webhook else ""
        doors[bot.door] = TelegramDoor(bot, opener.open, secret, clock, ticks, lines)
    turns = Turns()
    for box in settings.mailboxes:
        doors[box.door] = MailDoor(box, readers, opener.open, database, clock, turns)
    doors |= {one.name: one for one in (ChatDoor(name, opener.open, settings.data / "chat") for name in providers)}
    doors |= {door.name: door for door in extra_doors}
    doors |= {door.name: door for door in inner_doors(doors, opener.arrival)}
    groups, mailboxes = _ways(settings)
    switchboard = Switchboard(doors, providers, {**groups, **(staff or {})}, mailboxes)
    dialogs = Dialogs(database, {name: folders.of(name, "dialogs", DIALOGS) for name in providers})
    await keep_sources(database, dialogs.sources())
    sources = {name: _table(settings.root, name) for name in providers if name != FRONT}
    await asyncio.to_thread(lambda: [source.refresh() for source in sources.values()])
    bookcase = Bookcase(database, settings, providers, clock)
    await bookcase.fill()
    knowledge = await bookcase.open()
    later: Mapping[type, Lookup] = {
        Suggestions: Suggesting(knowledge),
        knowing.Consultation: Consulting(database, knowledge),
    }
    lookups: Sequence[Lookup] = (
        Identification(sources, providers),
        HomeLookup(switchboard),
        SpeakingLookup(switchboard),
        TraitsLookup(switchboard),
        WaysLookup(switchboard),
        BeforeLookup(database),
        budgets.BudgetLookup(database, [box.address for box in settings.mailboxes]),
        dialogs,
        StoryLookup(database),
        MissedLookup(database),
    )
    holder = this_process()
    writer = Writer(database, switchboard, Composer(words, switchboard, keyring, card), HANDLERS, BOOKS)
    clerk = Clerk(database, switchboard, Gatherer(keyring), lookups, later, RULES, writer, holder, clock, GOVERNORS)
    sender = Sender(database, switchboard, holder, clock)
    return House(
        settings=settings,
        database=database,
        providers=providers,
        switchboard=switchboard,
        doors=doors,
        words=words,
        keyring=keyring,
        knowledge=knowledge,
        bookcase=bookcase,
        teacher=Teacher(database, providers, lambda name, contract: _account(sources, name, contract), knowledge.leads),
        sources=sources,
        clerk=clerk,
        sender=sender,
        readers=readers,
        holder=holder,
        clock=clock,
    )


def _ways(settings: Settings) -> tuple[dict[str, Address], dict[str, str]]:
    """The agents' group of each provider, and the mailbox its letters go out from."""
    staff = {
        bot.provider: Address("telegram", bot.door, str(bot.staff_chat))
        for bot in reversed(settings.telegram)
        if bot.staff_chat
    }
    return staff, {box.provider: box.door for box in reversed(settings.mailboxes)}


def _account(sources: Mapping[str, CsvFile], provider: str, contract: str) -> Account | None:
    """Whose contract it is; only one account has it, else nobody."""
    found = sources[provider].find("contract", contract) if provider in sources else ()
    return found[0] if len(found) == 1 else None


def _table(root: Path, provider: str) -> CsvFile:
    return CsvFile(root / "providers" / provider / "entitlements.csv", provider)


class _Opener:
    """Fetches the bytes behind a `File.source`, from whichever room has them."""

    def __init__(self, database: Database, readers: Readers, doors: Mapping[str, Door], settings: Settings) -> None:
        self._database, self._readers, self._doors = database, readers, doors
        root = settings.root
        # Pictures and what was sent from a terminal, and nothing else of the desk folder: neither tables nor secrets.
        self._roots = (ARTICLES, DIALOGS, root / "articles", root / "dialogs", settings.data.resolve() / "chat")
        self._providers = root / "providers"

    async def open(self, source: str) -> bytes:
        """Raises LookupError when they are gone, or were never ours to show."""
        kind, _, rest = source.partition(":")
        if kind == "telegram":
            door = self._doors.get(f"telegram:{rest.partition(':')[0]}")
            if isinstance(door, TelegramDoor):
                return await door.fetch(source)
        elif kind == "arrival":
            arrival_id, _, part = rest.partition(":")
            raw = await inbox.body_of(self._database, int(arrival_id))
            return await self._readers.part(raw, int(part))
        elif kind == "content":
            return await asyncio.to_thread(self._content, Path(rest))
        raise LookupError(f"nothing is behind {source!r}")

    def _content(self, path: Path) -> bytes:
        whole = path.resolve()
        known = any(whole.is_relative_to(root) for root in self._roots) or self._of_provider(whole)
        if known and whole.is_file():
            return whole.read_bytes()
        raise LookupError(f"the picture {path.name} is gone")

    def _of_provider(self, path: Path) -> bool:
        """Whether it lies in some provider's own articles or dialogs."""
        if not path.is_relative_to(self._providers):
            return False
        return path.relative_to(self._providers).parts[1:2] in (("articles",), ("dialogs",))

    async def arrival(self, arrival_id: int) -> Arrival:
        """A stored arrival, to be read again. Raises LookupError."""
        return await inbox.stored(self._database, arrival_id)
