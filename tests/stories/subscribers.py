"""A subscriber, who writes in Telegram, by mail or at a terminal, and reads what the desk answers there.

A story speaks to `Subscriber` and plays on every channel. Sentences of the desk go by the names of their templates,
questions by their ids in the dialogs, options by their ids; only what people say stands in their own words. Another
channel is one more class here, and its entry in `CHANNELS`.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chat.terminal_channel import ShownMessage, TerminalUser
from console.commands.chat_session import ChatSession
from tests import wording
from tests.peers import mail_servers as mail
from tests.peers.botapi import Message
from tests.peers.received_mail import Attachment, ReceivedMail
from tests.stories.desk import TOKEN, Desk, option_id

PATIENCE = 60.0
MOST_QUESTIONS = 30
_NUMBERED = re.compile(r"^(\d{1,2})\) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of the desk. ``text`` leaves out the question just answered, which a chat shows above the next one.

    ``options`` are its buttons, labels by id; ``files`` their contents by name. ``original`` is the message as the
    channel has it.
    """

    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, bytes], ...] = ()
    original: object = None


class Subscriber(ABC):
    """A person who writes to the desk. ``proved`` tells whether their channel proves who they are to it."""

    proved = False

    def __init__(self, desk: Desk, name: str, language: str) -> None:
        self.desk, self.name, self.language = desk, name, language
        self.last = Heard("")

    async def starts(self) -> None:  # noqa: B027 - not every channel has something to open
        """Opens the chat."""

    @abstractmethod
    async def says(self, text: str, files: Sequence[tuple[str, bytes]] = ()) -> None:
        """Writes something, and shows pictures with it."""

    @abstractmethod
    async def answers(self, option: str) -> None:
        """Presses that button of the last message; where there are none, writes what stands on it."""

    @abstractmethod
    def everything(self) -> list[str]:
        """Every message of the desk to this person, as it reads now."""

    @abstractmethod
    def unread(self) -> list[str]:
        """What came and was not heard yet."""

    @abstractmethod
    async def _hears(self, wanted: Callable[[Heard], bool]) -> Heard:
        """Waits for the oldest unread message that is wanted. Raises `AssertionError`."""

    async def hears(self, template: str, **known: str) -> Heard:
        """Waits for this sentence of the desk, with these values."""
        return await self._next(self._template(template, **known))

    async def is_asked(self, question: str) -> Heard:
        """Waits for a question of a dialog."""
        return await self._next(wording.question(question, self.language))

    async def is_shown(self, article: str) -> Heard:
        """Waits for an article."""
        return await self._next(wording.article(article, self.language))

    async def reads(self, words: str) -> Heard:
        """Waits for words that an agent chose."""
        return await self._next(wording.words(words))

    async def hears_nothing(self) -> None:
        """Nothing is left to be heard, once the desk has done all it has to do."""
        await self.desk.settled()
        assert (unread := self.unread()) == [], unread

    async def catches_up(self) -> None:
        """Reads everything that came, once the desk has done all it has to do."""
        await self.desk.settled()
        while self.unread():
            self.last = await self._hears(lambda _: True)

    def heard(self, template: str, **known: str) -> int:
        """How often the desk said this so far."""
        pattern = self._template(template, **known)
        return sum(map(pattern.is_in, self.everything()))

    async def goes_through(self, answers: Mapping[str, str], until: str, **known: str) -> Heard:
        """Answers what is asked, one by one or several in one letter, until this sentence comes; returns its message.

        ``answers`` gives an option's id or words for each sentence and question.
        """
        end, left = self._template(until, **known), dict(answers)
        for _ in range(MOST_QUESTIONS):
            asked = await self._next(end, *map(self._pattern, left))
            if end.is_in(asked.text):
                return asked
            now = [one for one in left if self._pattern(one).is_in(asked.text)]
            await self._answers_all(asked, {one: left[one] for one in now})
            for one in now:
                if not self._is_template(one):
                    del left[one]
        raise AssertionError(f"{self.name} was asked {MOST_QUESTIONS} times and never heard {until}")

    async def _answers_all(self, asked: Heard, answers: Mapping[str, str]) -> None:
        """Answers the one thing that a chat asks at a time."""
        answer = next(iter(answers.values()))
        if answer in asked.options:
            await self.answers(answer)
        else:
            await self.says(answer)

    async def _next(self, *patterns: wording.Pattern) -> Heard:
        try:
            self.last = await self._hears(lambda one: any(pattern.is_in(one.text) for pattern in patterns))
        except AssertionError as error:
            raise AssertionError(f"{self.name} did not hear {' or '.join(map(str, patterns))}: {error}") from None
        return self.last

    def _template(self, name: str, **known: str) -> wording.Pattern:
        return wording.template(name, self.language, tuple(known.items()))

    def _pattern(self, asked: str) -> wording.Pattern:
        return self._template(asked) if self._is_template(asked) else wording.question(asked, self.language)

    def _is_template(self, asked: str) -> bool:
        return asked in wording.names(self.language)


class TelegramSubscriber(Subscriber):
    """In Telegram."""

    _ids = itertools.count(5001)

    def __init__(self, desk: Desk, name: str, language: str = "ru") -> None:
        super().__init__(desk, name, language)
        self.user = desk.api.user(next(self._ids), name, language_code=language)
        self.bot = desk.api.bot(TOKEN)

    async def starts(self) -> None:
        await self.user.starts(self.bot)

    async def says(self, text: str, files: Sequence[tuple[str, bytes]] = ()) -> None:
        if not files:
            await self.user.says(self.bot, text)
        for place, (_, content) in enumerate(files):
            await self.user.sends_photo(self.bot, content, None if place else text)

    async def answers(self, option: str) -> None:
        await self.presses(self.last, option)

    async def presses(self, heard: Heard, option: str) -> str:
        """Presses a button of any message, however old, and returns the notice that came up."""
        assert isinstance(heard.original, Message)
        data = [one.data for one in heard.original.buttons_ever() if option_id(one.data) == option]
        assert data, f"there is no button {option!r} on {heard.original!r}"
        stale = data[0] not in [one.data for one in heard.original.buttons]
        return await (await self.user.presses(heard.original, data[0] or "", stale=stale)).reply() or ""

    def everything(self) -> list[str]:
        return [one.words for one in self.user.dialog(self.bot).said]

    def unread(self) -> list[str]:
        return [one.words for one in self.user.dialog(self.bot).unread if not one.deleted]

    async def _hears(self, wanted: Callable[[Heard], bool]) -> Heard:
        message = await self.user.hears("", where=lambda one: wanted(_of_telegram(one)), timeout=PATIENCE)
        return _of_telegram(message)


def _of_telegram(message: Message) -> Heard:
    options = {option_id(one.data): one.text for one in message.buttons}
    files = ((message.file.name, message.file.content),) if message.file else ()
    return Heard(_without_echo(message.words), options, files, message)


class MailSubscriber(Subscriber):
    """By mail. Whoever has had an answer answers that; "Анна" and "John" write from addresses that are on file."""

    ADDRESSES: Mapping[str, str] = {"Анна": "anna@example.test", "John": "john@example.test"}
    SUBJECTS: Mapping[str, str] = {"ru": "Вопрос", "en": "A question"}
    _numbers = itertools.count(1)

    def __init__(
        self,
        desk: Desk,
        name: str,
        language: str = "ru",
        address: str = "",
        authentication: mail.Authentication = "pass",
    ) -> None:
        super().__init__(desk, name, language)
        assert desk.mail_servers is not None, "this desk has no mailbox"
        self.proved = name in self.ADDRESSES
        address = address or self.ADDRESSES.get(name) or f"somebody{next(self._numbers)}@example.test"
        self.person = desk.mail_servers.subscriber(address, name, authentication)

    async def gets(self, template: str, **known: str) -> ReceivedMail:
        """`hears`, for a story that is about the letter itself. `person` writes and answers letters."""
        heard = await self.hears(template, **known)
        assert isinstance(heard.original, ReceivedMail)
        return heard.original

    async def says(self, text: str, files: Sequence[tuple[str, bytes]] = ()) -> None:
        attachments = [Attachment(name, "image/png", content) for name, content in files]
        subject = "" if isinstance(self.last.original, ReceivedMail) else self.SUBJECTS[self.language]
        letter = self.last.original if isinstance(self.last.original, ReceivedMail) else None
        await self.person.writes(subject, text, attachments=attachments, reply_to=letter)

    async def answers(self, option: str) -> None:
        labels = wording.labels(option, self.language)
        assert labels, f"no button or option is called {option!r}"
        await self.says(labels[0])

    async def _answers_all(self, asked: Heard, answers: Mapping[str, str]) -> None:
        """Answers the questions of a letter by their numbers, and what is no question in one's own words."""
        lines = []
        for number, question in _numbered(asked.text):
            for name, answer in answers.items():
                if not self._is_template(name) and self._pattern(name).is_in(question):
                    lines.append(f"{number}) {wording.label(name, answer, self.language)}")
        name, answer = next(iter(answers.items()))
        if lines:
            await self.says("\n".join(lines))
        elif not self._is_template(name):  # a single question has no number
            await self.says(wording.label(name, answer, self.language))
        else:
            await (self.answers(answer) if wording.labels(answer, self.language) else self.says(answer))

    def everything(self) -> list[str]:
        letters = self.person.mail_servers.sink.letters
        return [one.text for one in letters if one.is_to(self.person.address)]

    def unread(self) -> list[str]:
        return [one.text for one in self.person.unread()]

    async def _hears(self, wanted: Callable[[Heard], bool]) -> Heard:
        sink = self.person.mail_servers.sink
        letter = await sink.hears(to=self.person.address, where=lambda one: wanted(_of_mail(one)), timeout=PATIENCE)
        return _of_mail(letter)


def _of_mail(letter: ReceivedMail) -> Heard:
    files = tuple((one.name, one.content) for one in letter.files)
    return Heard(f"{letter.subject}\n{letter.text}", {}, files, letter)


def _numbered(text: str) -> list[tuple[str, str]]:
    """The numbered questions of a letter: number, and text up to the next one."""
    pieces = _NUMBERED.split(text)
    return list(zip(pieces[1::2], pieces[2::2], strict=True))


class TerminalSubscriber(Subscriber):
    """At a terminal, in ``firstline chat``."""

    _ids = itertools.count(1)

    def __init__(self, desk: Desk, name: str, language: str) -> None:
        super().__init__(desk, name, language)
        self.typist = TerminalUser(desk.provider, f"terminal{next(self._ids)}", name, language)
        self.shown: list[Heard] = []
        self._unread: list[Heard] = []
        self._more = asyncio.Event()
        self._open: ChatSession | None = None
        self._desk: object = None

    @property
    def session(self) -> ChatSession:
        """The open chat. A desk that was started anew is opened anew."""
        if self._open is None or self._desk is not self.desk.application:
            self._open, self._desk = self.desk.terminal(self.typist, self._show), self.desk.application
        return self._open

    async def starts(self) -> None:
        await self.session.types("/start")

    async def says(self, text: str, files: Sequence[tuple[str, bytes]] = ()) -> None:
        if text:
            await self.session.types(text)
        for name, content in files:
            path = Path(self.desk.settings.root, name)
            await asyncio.to_thread(path.write_bytes, content)
            await self.session.types(f"/photo {path}")

    async def answers(self, option: str) -> None:
        assert option in self.last.options, f"there is no button {option!r} under {self.last.text!r}"
        await self._presses(self.last, option)

    async def presses(self, heard: Heard, option: str) -> str:
        """Presses a button of any message, however old, and returns the notice that came up."""
        await self._presses(heard, option)
        return (await self._hears(lambda one: isinstance(one.original, ShownMessage) and bool(one.original.alert))).text

    async def _presses(self, heard: Heard, option: str) -> None:
        assert isinstance(heard.original, ShownMessage)
        await self.session.accepts(self.typist.presses(heard.original, option, self.desk.clock()), wait=False)

    def everything(self) -> list[str]:
        return [one.text for one in self.shown]

    def unread(self) -> list[str]:
        return [one.text for one in self._unread]

    async def _hears(self, wanted: Callable[[Heard], bool]) -> Heard:
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    self._more.clear()
                    if found := next((one for one in self._unread if wanted(one)), None):
                        self._unread.remove(found)
                        return found
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"unread: {self.unread()}") from None

    def _show(self, message: ShownMessage) -> None:
        files = tuple((one.name, one.path.read_bytes() if one.path else b"") for one in message.files)
        text = message.alert or message.reaction or _without_echo(message.text.plain)
        heard = Heard(text, {one.id: one.label for one in message.options}, files, message)
        self.shown.append(heard)
        self._unread.append(heard)
        self._more.set()


def _without_echo(text: str) -> str:
    """A chat shows the question just answered above the next one, with a tick before the answer."""
    first, _, rest = text.partition("\n\n")
    return rest if rest and "\n✓ " in first else text


CHANNELS: Mapping[str, type[Subscriber]] = {
    "telegram": TelegramSubscriber,
    "mail": MailSubscriber,
    "terminal": TerminalSubscriber,
}
"""Every story runs over these, unless a ``channels`` mark says over which of them, and why."""
