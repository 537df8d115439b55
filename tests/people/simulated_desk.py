"""A desk without any network: what people write is stored as it would arrive, decided by the real application, and
what would be sent is read from the outbox. Its clock stands still unless it is moved."""

from __future__ import annotations

import itertools
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from sqlalchemy import select, update

from bots.update_to_raw_message import raw_message_of
from console.runtime.wiring import Application, build_application
from desk.model.case import Case
from desk.model.dialog_state import DialogStateRow, dialog_state_of
from desk.model.journal import JournalEntry
from desk.model.messages import RawMessage
from desk.model.settings import MailboxSettings, MailServer, Secret, Settings, TelegramBotSettings
from desk.queues import inbox, timers
from desk.storage.queue_and_lease_tables import arrivals, departures
from mail.receiving.fetcher import sender_lane
from tests.prepared_desks import DeskFiles, SharedReaders

BOT, AGENTS = "telegram:main", -1001
MAILBOX = "help@sever.test"
BORDER = "mx.sever.test"
MORNING = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
"""A Monday, noon in Moscow."""
BETWEEN = timedelta(seconds=25)
"""A person reads and types."""
QUIET_MS = 1300
QUIET = timedelta(seconds=3)
"""Longer than the desk waits for another piece of the same message."""


class Clock:
    """The desk's clock: it moves when it is told to."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        """Some time later."""
        self.at += by


@dataclass(frozen=True, slots=True)
class DeskMessage:
    """One message of the desk as a person reads it. ``options`` are its buttons, labels by option id."""

    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    remote: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    case: int = 0


@dataclass(slots=True)
class Line:
    """A line of a transcript: who, and what. What is sent together has one ``breath``."""

    who: str
    text: str
    options: tuple[str, ...] = ()
    breath: int = 0

    def __str__(self) -> str:
        buttons = f"   [{' | '.join(self.options)}]" if self.options else ""
        return f"{self.who}: {self.text}{buttons}"


class SimulatedDesk:
    """One desk on a database of its own; people are made by `telegram` and `mail`."""

    def __init__(self, application: Application, clock: Clock) -> None:
        self.application, self.clock = application, clock
        self._ids = itertools.count(1)
        self.people: list[SimulatedPerson] = []
        self.agents_saw: list[str] = []

    @classmethod
    async def open(cls, files: DeskFiles, readers: SharedReaders | None = None) -> SimulatedDesk:
        """Builds the application; nothing is listened to."""
        clock = Clock()
        settings = Settings(
            root=files.root,
            database=files.database,
            data=files.root / "data",
            secret=Secret("a secret for people"),
            telegram=(TelegramBotSettings(name="main", token=Secret("1000:x"), provider="sever", agents_chat=AGENTS),),
            mailboxes=(
                MailboxSettings(
                    name="support",
                    address=MAILBOX,
                    imap=MailServer("imaps", MAILBOX, "localhost", 1),
                    smtp=MailServer("smtps", MAILBOX, "localhost", 1),
                    password=Secret("x"),
                    provider="sever",
                    authserv_id=BORDER,
                ),
            ),
        )
        application = await build_application(settings, clock, workers=1, monotonic=lambda: 0.0)
        if readers:
            readers.lend(application.readers)
        return cls(application, clock)

    def telegram(self, name: str = "Анна", language: str = "ru") -> TelegramPerson:
        """Somebody in a chat with the bot."""
        person = TelegramPerson(self, 5000 + len(self.people), name, language)
        self.people.append(person)
        return person

    def mail(self, address: str, name: str = "") -> MailPerson:
        """Somebody who writes letters, whose border server vouches for the address."""
        person = MailPerson(self, address, name)
        self.people.append(person)
        return person

    def next_id(self) -> int:
        """A number nobody had before."""
        return next(self._ids)

    async def accept(self, *raws: RawMessage) -> None:
        """Stores what came."""
        await inbox.accept(self.application.database, list(raws))

    async def settle(self) -> None:
        """Decides everything that came, and hands out what would be sent."""
        for _ in range(12):
            await self._work()
            await self._deliver()
            if not await self._waiting():
                return
            self.clock.move(QUIET)
        raise AssertionError("the desk never came to an end with what it has")

    async def later(self, by: timedelta) -> None:
        """Time passes, and what is due wakes."""
        end = self.clock.at + by
        while self.clock.at < end:
            self.clock.move(min(timedelta(minutes=30), end - self.clock.at))
            await timers.fire_due(self.application.database, self.clock.at)
            await self._work()
            await self._deliver()

    async def cases(self) -> list[Case]:
        """Every case of the provider, oldest first, with what is expected in it."""
        async with self.application.database.read("sever") as session:
            found = list((await session.scalars(select(Case).order_by(Case.id))).all())
            rows = {row.case_id: row for row in (await session.scalars(select(DialogStateRow))).all()}
            for one in found:
                one.dialog_state = dialog_state_of(rows.get(one.id))
            session.expunge_all()
            return found

    async def journal(self, case: Case) -> list[JournalEntry]:
        """The protocol of a case."""
        async with self.application.database.read("sever") as session:
            query = select(JournalEntry).where(JournalEntry.case_id == case.id).order_by(JournalEntry.id)
            return list((await session.scalars(query)).all())

    def begin_day(self) -> datetime:
        """The clock stands at noon of a new day; returns that instant, so that "yesterday" can be told."""
        days = (self.clock.at - MORNING).days + 1
        self.clock.at = MORNING + timedelta(days=days)
        return self.clock.at

    async def close(self, readers: SharedReaders | None = None) -> None:
        """Ends it."""
        if readers:
            readers.take_back(self.application.readers)
        await self.application.close()

    async def _work(self) -> None:
        for _ in range(200):
            if not await self.application.worker.work():
                return

    async def _waiting(self) -> bool:
        async with self.application.database.look() as connection:
            waiting = select(arrivals.c.id).where(arrivals.c.state == "waiting").limit(1)
            return (await connection.execute(waiting)).first() is not None

    async def _deliver(self) -> None:
        """Everything pending counts as sent now, and is read by whom it is for."""
        table = departures
        query = select(table).where(table.c.state == "pending").order_by(table.c.id)
        async with self.application.database.work() as connection:
            rows = list((await connection.execute(query)).mappings())
            for row in rows:
                remote = str(self.next_id())
                changes = {"state": "sent", "remote": remote, "sent_at": self.clock.at}
                await connection.execute(update(table).where(table.c.id == row["id"]).values(changes))
                self._hand_out(dict(row), remote)

    def _hand_out(self, row: Mapping[str, Any], remote: str) -> None:
        for person in self.people:
            if person.receives(row, remote):
                return
        if row["channel"] == BOT:
            self.agents_saw.append(telegram_text(row["body"]))


def telegram_text(body: Mapping[str, Any]) -> str:
    """The words of a Bot API call."""
    params = body.get("params", {})
    return str(params.get("text") or params.get("caption") or "")


class SimulatedPerson(ABC):
    """Somebody who writes, presses, and reads what the desk says."""

    kind = ""

    def __init__(self, desk: SimulatedDesk) -> None:
        self.desk = desk
        self.transcript: list[Line] = []
        self.heard: list[DeskMessage] = []
        self.unread: list[DeskMessage] = []
        self._breath = 0

    @abstractmethod
    def receives(self, row: Mapping[str, Any], remote: str) -> bool:
        """Takes a departure that is for them."""

    @abstractmethod
    async def writes(self, text: str, photo: bool = False) -> None:
        """Sends a message, and waits for nothing."""

    async def says(self, *pieces: str, photo: bool = False) -> list[DeskMessage]:
        """Writes, several pieces at once if there are several, and reads the answer."""
        self.desk.clock.move(BETWEEN)
        self._breath += 1
        for piece in self._pieces(pieces):
            words = " ".join(filter(None, (piece, "[photo]" if photo else "")))
            self.transcript.append(Line("person", words, breath=self._breath))
            await self.writes(piece, photo)
            self.desk.clock.move(timedelta(seconds=1))
        return await self.reads()

    def _pieces(self, pieces: tuple[str, ...]) -> tuple[str, ...]:
        """What is written at once, as this channel sends it."""
        return pieces

    async def reads(self) -> list[DeskMessage]:
        """What came since the last look."""
        await self.desk.settle()
        came, self.unread = self.unread, []
        return came

    def note(self, message: DeskMessage) -> None:
        """One message of the desk arrived."""
        self.heard.append(message)
        self.unread.append(message)
        self.transcript.append(Line("desk", message.text, tuple(message.options.values())))

    @property
    def told(self) -> list[str]:
        """What this person wrote and pressed, in order."""
        return [line.text for line in self.transcript if line.who == "person"]


class TelegramPerson(SimulatedPerson):
    """In a private chat with the bot."""

    kind = "telegram"

    def __init__(self, desk: SimulatedDesk, number: int, name: str, language: str) -> None:
        super().__init__(desk)
        self.number, self.name, self.language = number, name, language
        self._last_said = 0

    async def writes(self, text: str, photo: bool = False) -> None:
        picture = {"file_id": f"p{self.desk.next_id()}", "file_unique_id": "u", "width": 90, "height": 90}
        words = {"photo": [picture], "caption": text} if photo else {"text": text}
        head = self._head()
        self._last_said = head["message_id"]
        await self._update({"message": {**head, **words}})

    async def edits(self, text: str) -> list[DeskMessage]:
        """Changes the last message written."""
        self.desk.clock.move(BETWEEN)
        self._breath += 1
        self.transcript.append(Line("person", f"(edits) {text}", breath=self._breath))
        said = self._last_said
        head = {**self._head(), "message_id": said, "edit_date": int(self.desk.clock.at.timestamp())}
        await self._update({"edited_message": {**head, "text": text}})
        return await self.reads()

    async def presses(self, option: str) -> list[DeskMessage]:
        """Presses a button of the last message that has it."""
        self.desk.clock.move(BETWEEN)
        message = next((one for one in reversed(self.heard) if option in one.data), None)
        assert message is not None, f"there is no button {option!r}"
        self.transcript.append(Line("person", f"[{message.options[option]}]"))
        shown = {**self._head(), "message_id": int(message.remote), "text": message.text or "…"}
        query = {"id": str(self.desk.next_id()), "from": self._user(), "chat_instance": "1", "message": shown}
        await self._update({"callback_query": {**query, "data": message.data[option]}})
        return await self.reads()

    def receives(self, row: Mapping[str, Any], remote: str) -> bool:
        if row["channel"] != BOT or row["body"].get("params", {}).get("chat_id") != self.number:
            return False
        text, markup = telegram_text(row["body"]), row["body"]["params"].get("reply_markup") or {}
        buttons = [one for line in markup.get("inline_keyboard", ()) for one in line if one.get("callback_data")]
        if text or buttons:
            options = {one["callback_data"].split(":", 2)[-1]: one["text"] for one in buttons}
            data = {one["callback_data"].split(":", 2)[-1]: one["callback_data"] for one in buttons}
            self.note(DeskMessage(text, options, data, remote, row["body"]))
        return True

    def _user(self) -> dict[str, Any]:
        return {"id": self.number, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def _head(self) -> dict[str, Any]:
        chat = {"id": self.number, "type": "private", "first_name": self.name}
        return {
            "message_id": self.desk.next_id(),
            "from": self._user(),
            "chat": chat,
            "date": int(self.desk.clock.at.timestamp()),
        }

    async def _update(self, event: Mapping[str, Any]) -> None:
        update_ = {"update_id": self.desk.next_id(), **event}
        await self.desk.accept(raw_message_of(BOT, json.loads(json.dumps(update_)), self.desk.clock.at, QUIET_MS))


class MailPerson(SimulatedPerson):
    """By letter: whoever has had an answer answers the last one, or the last about a certain case, with it quoted
    below."""

    kind = "mail"

    def __init__(self, desk: SimulatedDesk, address: str, name: str = "") -> None:
        super().__init__(desk)
        self.address, self.name = address, name
        self.subject = "Вопрос"
        self.answered_case = 0
        self._typed_into = ""

    def _pieces(self, pieces: tuple[str, ...]) -> tuple[str, ...]:
        return ("\n".join(pieces),)

    async def types_into(self, answers: Mapping[str, str]) -> list[DeskMessage]:
        """Answers the last letter in its own text, each answer as a line below the question that begins so; nothing
        marks what is quoted."""
        told: list[str] = []
        for line in str(self.heard[-1].body["text"]).splitlines():
            told += [line, *(words for begins, words in answers.items() if line.startswith(begins))]
        self._typed_into = "\n".join(["", "-----Исходное сообщение-----", *told])
        self.transcript.append(Line("person", f"(into the letter) {' / '.join(answers.values())}"))
        self.desk.clock.move(BETWEEN)
        await self.writes("")
        self._typed_into = ""
        return await self.reads()

    async def writes(self, text: str, photo: bool = False) -> None:
        about = [one for one in self.heard if one.case == self.answered_case] or self.heard
        last, self.answered_case = about[-1].body if about else None, 0
        letter = EmailMessage()
        letter["From"] = f"{self.name} <{self.address}>" if self.name else self.address
        letter["To"] = str(last["reply_to"]) if last else MAILBOX
        letter["Subject"] = f"Re: {last['subject']}" if last else self.subject
        letter["Message-ID"] = f"<{self.desk.next_id()}@{self.address.partition('@')[2]}>"
        letter["Date"] = self.desk.clock.at
        quoted = ""
        if last:
            letter["In-Reply-To"] = str(last["message_id"])
            letter["References"] = str(last["message_id"])
            lines = re.sub(r"^", "> ", str(last["text"]), flags=re.MULTILINE)
            quoted = f"\n\nпн, 30 нояб. 2026 г. в 12:00, Север <{MAILBOX}>:\n{lines}\n"
        letter.set_content(self._typed_into or text + quoted)
        if photo:
            letter.add_attachment(b"\x89PNG\r\n\x1a\n", "image", "png", filename="photo.png")
        domain = self.address.partition("@")[2]
        border = f"Authentication-Results: {BORDER}; dkim=pass header.d={domain} header.s=mail; spf=pass\r\n"
        raw = border.encode() + letter.as_bytes(policy=SMTP)
        key = f"p{self.desk.next_id()}"
        await self.desk.accept(
            RawMessage("mail:support", key, sender_lane("mail:support", key, raw), raw, self.desk.clock.at)
        )

    def receives(self, row: Mapping[str, Any], remote: str) -> bool:
        if row["channel"] != "mail:support" or row["body"].get("to") != self.address:
            return False
        self.note(DeskMessage(str(row["body"]["text"]), {}, {}, remote, row["body"], row["case_id"]))
        return True


def transcript(people: Sequence[SimulatedPerson]) -> str:
    """What was said, line by line."""
    return "\n".join(str(line) for person in people for line in person.transcript)
