"""Who plays in the demo, and what they do: type, press, write letters, take cases."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import partial
from pathlib import Path
from typing import TypeVar

from chat.terminal_channel import TerminalMessage, TerminalUser, copy_file, without_echo
from console.demo.desk import DemoDesk, StepDidNotHappen
from console.demo.display import DemoDisplay
from console.demo.folder import MAILBOX
from desk.clock import now
from desk.model.messages import File, RawMessage

T = TypeVar("T")
_letters = itertools.count(1)


@dataclass(slots=True)
class DemoScene:
    """The town on a stage. Whatever is done is shown with all that comes of it, before anything else is done.

    ``heard`` is what was said in the chats and ``read`` what came by mail after the last thing done.
    """

    town: DemoDesk
    stage: DemoDisplay
    inbound: list[TerminalMessage] = field(default_factory=list)
    read: list[EmailMessage] = field(default_factory=list)
    card: TerminalMessage | None = None
    pressed: str = ""
    prompts: dict[str, TerminalMessage] = field(default_factory=dict)

    async def does(self, raw: RawMessage) -> None:
        """Somebody does something in a terminal."""
        await self.town.accepts(raw)
        await self.goes_on(raw.channel == self.town.agents_group.name)

    async def goes_on(self, agents_first: bool = False) -> None:
        """Waits until the desk has done everything, and shows it, the answer to whoever acted first."""
        await self.town.settles()
        self.inbound, group, self.read = _taken(self.town.chats), _taken(self.town.group), _taken(self.town.letters)
        self.prompts |= {one.to: one for one in self.inbound if one.options}
        self.card = next((one for one in reversed(group) if one.options), self.card)
        short = [one for one in group if agents_first and (one.alert or one.reaction)]
        shows: list[Callable[[], None]] = [partial(self.stage.group, one) for one in short]
        shows += [partial(self.stage.chat, without_echo(one, self.pressed)) for one in self.inbound]
        shows += [partial(self.stage.letter, letter) for letter in self.read]
        shows += [partial(self.stage.group, one) for one in group if one not in short]
        for show in shows:
            show()
            await self.stage.pauses()

    def kept(self, picture: Path) -> File:
        """A picture as somebody's own file."""
        return copy_file(picture, self.town.house.settings.data / "chat")

    def now(self) -> datetime:
        """The desk's time."""
        return self.town.house.clock()


@dataclass(frozen=True, slots=True)
class ChatSubscriber:
    """A subscriber in the chat."""

    play: DemoScene
    typist: TerminalUser

    async def says(self, words: str) -> None:
        """Types a line."""
        self.play.stage.types(self.typist.name, words)
        await self.play.does(self.typist.says(words, self.play.now()))

    async def shows(self, picture: Path) -> None:
        """Sends a photo."""
        self.play.stage.types(self.typist.name, f"[photo: {picture.name}]")
        await self.play.does(self.typist.says("", self.play.now(), (self.play.kept(picture),)))

    async def presses(self, option: str) -> None:
        """Presses a button of the last message that has some. Raises `StepDidNotHappen` when it is not there."""
        labels = self.labels
        if option not in labels:
            there = ", ".join(labels.values()) or "nothing"
            raise StepDidNotHappen(f"{self.typist.name} wanted to press {option!r}, but could press {there}")
        prompt = self.play.prompts.pop(self.typist.id)
        self.play.stage.presses(self.typist.name, labels[option])
        self.play.pressed = labels[option]
        await self.play.does(self.typist.presses(prompt, option, self.play.now()))

    async def answers(self, known: Mapping[str, str | Path], last: str) -> None:
        """Answers questions until the button ``last`` is there, and presses it.

        ``known`` maps words of a question to a button's id, to words, or to a photo.
        """
        for _ in range(20):
            labels = self.labels
            if last in labels:
                await self.presses(last)
                return
            await self._answers(known, labels)
        raise StepDidNotHappen(f"{self.typist.name} was asked twenty questions and never offered {last!r}")

    async def _answers(self, known: Mapping[str, str | Path], labels: Mapping[str, str]) -> None:
        prompt = self.play.prompts.get(self.typist.id)
        if prompt is None:
            raise StepDidNotHappen(f"{self.typist.name} was asked nothing more")
        asked = without_echo(prompt, self.play.pressed).text.plain
        answer = next((one for words, one in known.items() if words in asked), "")
        if isinstance(answer, Path):
            self.play.prompts.pop(self.typist.id)
            await self.shows(answer)
        elif answer in labels:
            await self.presses(answer)
        elif not answer:
            raise StepDidNotHappen(f"{self.typist.name} does not know what to answer to: {asked}")
        else:
            self.play.prompts.pop(self.typist.id)
            await self.says(answer)

    @property
    def labels(self) -> dict[str, str]:
        """The buttons that can be pressed now: labels by id."""
        prompt = self.play.prompts.get(self.typist.id)
        return {one.id: one.label for one in prompt.options} if prompt else {}


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An agent in the group."""

    play: DemoScene
    id: str
    name: str

    async def presses(self, option: str) -> None:
        """Presses a button of the last card. Raises `StepDidNotHappen` when it is not there."""
        card = self.play.card
        label = next((one.label for one in card.options if one.id == option), None) if card else None
        if card is None or label is None:
            raise StepDidNotHappen(f"{self.name} wanted to press {option!r}, but no card has it")
        self.play.stage.agent(self.name, f"[{label}]")
        await self.play.does(self.play.town.agents_group.presses(self.id, card, option, self.play.now()))

    async def says(self, words: str, picture: Path | None = None) -> None:
        """Answers the card of the newest case, with words or a command."""
        number = (await self.play.town.cases())[-1].number or ""
        files = (self.play.kept(picture),) if picture else ()
        self.play.stage.agent(self.name, f"{words} [photo: {picture.name}]" if picture else words)
        await self.play.does(self.play.town.agents_group.says(self.id, words, number, self.play.now(), files))


@dataclass(slots=True)
class MailSubscriber:
    """A subscriber who writes letters."""

    play: DemoScene
    name: str
    address: str
    last: EmailMessage | None = None

    async def writes(self, subject: str, words: str) -> None:
        """Writes a first letter."""
        await self._sends(self._letter(MAILBOX, subject, words))

    async def replies(self, words: str) -> None:
        """Answers the last letter, quoting it below as mail programs do."""
        await self._sends(self._reply(self._last(), words), shown=words)

    async def posts(self, words: str) -> None:
        """Puts a letter into the mailbox, a reply if there is something to reply to, and waits for nothing."""
        letter = self._letter(MAILBOX, words[:60], words) if self.last is None else self._reply(self.last, words)
        self.play.stage.letter(letter, words)
        await self.play.town.office.delivers(letter)

    async def answers_inline(self, known: Mapping[str, str]) -> None:
        """Answers below each quoted question that holds words of ``known``."""
        last = self._last()
        lines, shown = [_attribution(last)], []
        for line in _text(last).split("\n"):
            lines.append(f"> {line}".rstrip())
            if answer := next((one for words, one in known.items() if words in line), ""):
                lines += ["", answer, ""]
                shown += [lines[-4], answer, ""]
        await self._sends(self._answer(last, "\n".join(lines) + "\n"), shown="\n".join(shown).rstrip())

    async def _sends(self, letter: EmailMessage, shown: str = "") -> None:
        self.play.stage.letter(letter, shown)
        await self.play.town.office.delivers(letter)
        await self.play.goes_on()
        self.hears()

    def hears(self) -> None:
        """Looks through what came by mail; the last letter is the one to be answered."""
        mine = [one for one in self.play.read if self.address in str(one["To"])]
        self.last = mine[-1] if mine else self.last

    def _last(self) -> EmailMessage:
        self.hears()
        if self.last is None:
            raise StepDidNotHappen(f"{self.name} got no letter to answer")
        return self.last

    def _reply(self, letter: EmailMessage, words: str) -> EmailMessage:
        return self._answer(letter, f"{words}\n\n{_attribution(letter)}\n{_quoted(_text(letter))}\n")

    def _answer(self, letter: EmailMessage, body: str) -> EmailMessage:
        to = letter["Reply-To"] or letter["From"]
        subject = str(letter["Subject"])
        made = self._letter(
            str(to.addresses[0].addr_spec), subject if subject.startswith("Re: ") else f"Re: {subject}", body
        )
        made["In-Reply-To"] = str(letter["Message-ID"])
        made["References"] = " ".join(f"{letter.get('References', '')} {letter['Message-ID']}".split())
        return made

    def _letter(self, to: str, subject: str, body: str) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = formataddr((self.name, self.address))
        letter["To"] = to
        letter["Subject"] = subject
        letter["Date"] = format_datetime(now())
        letter["Message-ID"] = f"<{next(_letters)}.demo@{self.address.rpartition('@')[2]}>"
        letter.set_content(body)
        return letter


def _taken(messages: list[T]) -> list[T]:
    taken = list(messages)
    messages.clear()
    return taken


def _text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return str(body.get_content()).replace("\r\n", "\n").strip("\n") if body else ""


def _attribution(letter: EmailMessage) -> str:
    written = letter["Date"].datetime
    return f"On {written:%a, %b} {written.day}, {written.year} at {written:%I:%M %p} <{MAILBOX}> wrote:"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
