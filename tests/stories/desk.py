"""One desk at work, and its agents in their group. Subscribers are in `tests.stories.subscribers`.

Everything is real but Telegram itself, whose Bot API is our own emulator over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select, update

from chat.terminal_channel import ShowMessage, ShownMessage, TerminalChannel, TerminalUser
from console.commands.chat_session import ChatSession
from console.runtime.channel_listeners import ROLES
from console.runtime.serve_loops import Server
from console.runtime.wiring import Application, build_application
from console.terminal.rich_output import Output
from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.messages import FRONT
from desk.model.settings import Secret, Settings, TelegramBotSettings
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures, pending
from kb.storage.usage_tables import ArticleOfferRow
from mail.receiving.tables import mailboxes
from tests import wording
from tests.peers.botapi import BotApi, Group, Message, User
from tests.peers.mail_servers import MailServers
from tests.prepared_desks import DeskFiles, SharedReaders

T = TypeVar("T")
TOKEN = "1000:telegram-canary"
AGENTS = -1001
IVANOVA = 700001


def hurried() -> float:
    """Telegram's limits are proved in tests/bots; in a story nobody waits for them."""
    return time.monotonic() * 100


class Clock:
    """The desk's clock, which a story may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclasses.dataclass
class Desk:
    """A desk at work. ``application`` is the running one; ``mail_servers`` are where its mailbox is,
    if it has one.

    The database is looked into only where a story asks for figures.
    """

    settings: Settings
    api: BotApi
    clock: Clock
    mail_servers: MailServers | None = None
    readers: SharedReaders | None = None
    application: Application | None = None
    server: Server | None = None
    tasks: list[asyncio.Task[None]] = dataclasses.field(default_factory=list)
    terminals: dict[str, ShowMessage] = dataclasses.field(default_factory=dict)

    @property
    def provider(self) -> str:
        """Whose subscribers write here; a desk shared by all providers has a name of its own."""
        return self.settings.telegram[0].provider

    async def opens(self, roles: Sequence[str] = ROLES) -> None:
        """The desk starts to serve. What comes into its mailbox from now on is its own."""
        self.application = await build_application(self.settings, self.clock, workers=1, monotonic=hurried)
        if self.readers and self.mail_servers:
            self.readers.lend(self.application.readers)
        self.server = Server(self.application, roles, refresh_interval=0.5)
        self.tasks = [asyncio.create_task(self.server.run())]
        if self.mail_servers:
            await self._has_looked_into_its_mailbox()

    async def closes(self) -> None:
        """The desk finishes what it has in hand, and stops."""
        if self.server and self.application:
            self.server.stop()
            serving, *terminals = self.tasks
            await asyncio.wait_for(serving, 60)
            for one in terminals:
                one.cancel()
            await asyncio.gather(*terminals, return_exceptions=True)
            if self.readers:
                self.readers.take_back(self.application.readers)
            await self.application.close()
        self.application = self.server = None
        self.tasks, self.terminals = [], {}

    def terminal(self, user: TerminalUser, show: Callable[[ShownMessage], None]) -> ChatSession:
        """Opens a chat in a terminal, as ``firstline chat`` does, several at once if need be."""
        assert self.application is not None
        session = ChatSession(self.application, user, Output(), show)
        channel = self.application.channels[user.channel]
        assert isinstance(channel, TerminalChannel)
        assert channel.show is not None, "the session shows what comes"
        self.terminals[user.id] = channel.show
        channel.show = self._shows
        self.tasks.append(asyncio.create_task(session.deliver_until_cancelled()))
        return session

    async def _shows(self, message: ShownMessage) -> None:
        await self.terminals[message.to](message)

    async def settled(self) -> None:
        """Waits until everything that people did so far is decided, and everything that was to be said is sent."""
        database = Database(self.settings.database)
        undecided = select(arrivals.c.id).where(arrivals.c.state == "waiting").limit(1)
        unsent = select(departures.c.id).where(departures.c.state.in_(("pending", "sending"))).limit(1)
        mails = select(func.count()).where(arrivals.c.channel == "mail:support")

        async def nothing_is_left() -> bool:
            stored = not any(bot.pending for bot in self.api.bots.values())
            async with database.look() as connection:
                if self.mail_servers:
                    count = (await connection.execute(mails)).scalar_one()
                    stored = stored and count >= len(self.mail_servers.dovecot.uids(self.mail_servers.box))
                if not stored or (await connection.execute(undecided)).first():
                    return False
                return (await connection.execute(unsent)).first() is None

        try:
            await eventually(nothing_is_left)
        finally:
            await database.close()

    async def cases(self, provider: str = "sever") -> list[Case]:
        """Every case of a provider, oldest first."""
        database = Database(self.settings.database)
        try:
            async with database.read(provider) as session:
                return list((await session.scalars(select(Case).order_by(Case.id))).all())
        finally:
            await database.close()

    async def journal(self, case: Case) -> list[JournalEntry]:
        """The protocol of a case."""
        database = Database(self.settings.database)
        try:
            async with database.read(case.provider) as session:
                query = select(JournalEntry).where(JournalEntry.case_id == case.id).order_by(JournalEntry.id)
                return list((await session.scalars(query)).all())
        finally:
            await database.close()

    async def _has_looked_into_its_mailbox(self) -> None:
        """Waits until the first connection is made: only what comes after it is the desk's."""
        database = Database(self.settings.database)

        async def known() -> bool:
            async with database.look() as connection:
                return (await connection.execute(select(mailboxes.c.channel))).first() is not None

        await eventually(known)
        await database.close()

    async def pending(self) -> list[tuple[str, str, int]]:
        """Letters that wait for an agent's word: sender, why, arrival."""
        database = Database(self.settings.database)
        query = select(pending.c.sender, pending.c.why, pending.c.arrival_id).where(pending.c.state == "waiting")
        async with database.read("sever", "volga", FRONT) as session:
            rows = [(row.sender, row.why, row.arrival_id) for row in await session.execute(query)]
        await database.close()
        return rows

    async def suggestions(self, provider: str = "sever") -> list[tuple[str, str]]:
        """Every article offered, and what came of it."""
        database = Database(self.settings.database)
        try:
            async with database.read(provider) as session:
                return [(one.article, one.outcome) for one in (await session.scalars(select(ArticleOfferRow))).all()]
        finally:
            await database.close()

    async def forgets_what_was_sent(self) -> None:
        """As after a kill between sending and writing down: no sent message has an id any more."""
        await self.settled()
        database = Database(self.settings.database)
        async with database.work() as connection:
            await connection.execute(update(departures).values(remote=""))
        await database.close()

    def later(self, **time: float) -> None:
        """The clock moves on."""
        self.clock.ahead += timedelta(**time)


def new_desk(
    desk_files: DeskFiles,
    api: BotApi,
    mail_servers: MailServers | None = None,
    *,
    shared: bool = False,
    readers: SharedReaders | None = None,
    wait_for_more_ms: int = 0,
) -> Desk:
    """A desk with one bot, and one mailbox if there is mail; not serving yet. It waits for no more pieces, unless told
    to."""
    provider = FRONT if shared else "sever"
    telegram = TelegramBotSettings(
        name="main",
        token=Secret(TOKEN),
        provider=provider,
        api=api.url,
        agents_chat=AGENTS,
        wait_for_more_ms=wait_for_more_ms,
    )
    settings = Settings(
        root=desk_files.root,
        database=desk_files.database,
        data=desk_files.root / "data",
        secret=Secret("a secret for tests"),
        telegram=(telegram,),
        mailboxes=(mail_servers.settings(provider=provider),) if mail_servers else (),
    )
    return Desk(settings, api, Clock(), mail_servers, readers)


async def eventually(check: Callable[[], Awaitable[T]], seconds: float = 60) -> T:
    """Waits until the check gives something true, and returns it; its last value in the complaint."""
    deadline = asyncio.get_running_loop().time() + seconds
    value: T | None = None
    while asyncio.get_running_loop().time() < deadline:
        with contextlib.suppress(LookupError):
            if value := await check():
                return value
        await asyncio.sleep(0.02)
    raise AssertionError(f"it did not come to pass within {seconds} s; last: {value!r}")


class AgentsGroup:
    """The agents' group, and one agent in it. Sentences go by the names of their templates, buttons by their ids."""

    language = "ru"

    def __init__(self, desk: Desk, group: Group, agent: User) -> None:
        self.desk, self.group, self.agent = desk, group, agent

    async def sees(self, template: str, **known: str) -> Message:
        """Waits for this sentence of the desk, with these values."""
        return await self._next(wording.template(template, self.language, tuple(known.items())))

    async def reads(self, words: str) -> Message:
        """Waits for words that somebody of the story chose."""
        return await self._next(wording.words(words))

    async def sees_file(self) -> Message:
        """Waits for a picture or a file."""
        return await self.group.hears("", where=lambda one: one.file is not None)

    async def presses(self, message: Message, option: str, says: str = "") -> None:
        """Taps a button once it is there, and reads the notice that comes up: that of a template, if one is named."""
        query = await self.agent.presses(message, await self.button(message, option))
        notice = await query.reply() or ""
        if says:
            assert wording.template(says, self.language).is_in(notice), f"{notice!r} is not {says}"

    async def replies(self, message: Message, text: str) -> None:
        """Answers a message of the group."""
        await self.agent.says(self.group, text, reply_to=message)

    def said(self, template: str, **known: str) -> list[Message]:
        """Every message of the desk here that says this."""
        pattern = wording.template(template, self.language, tuple(known.items()))
        return [one for one in self.group.said if pattern.is_in(one.words)]

    async def _next(self, pattern: wording.Pattern) -> Message:
        try:
            return await self.group.hears("", where=lambda one: pattern.is_in(one.words))
        except AssertionError as error:
            raise AssertionError(f"the agents did not see {pattern}: {error}") from None

    async def button(self, message: Message, option: str) -> str:
        """The data of the button of that id, or of that label."""

        async def there() -> str:
            return next((one.data or "" for one in message.buttons if option in (one.text, option_id(one.data))), "")

        return await eventually(there)


def option_id(data: str | None) -> str:
    """The id of the option that a button's data stands for: <case>:<prompt>:<option>."""
    return (data or "").split(":", 2)[-1]
