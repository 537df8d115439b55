"""Who plays in the demo, and what they do: type, press, write mails, take cases."""

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

from chat.terminal_channel import ShownMessage, TerminalUser, copy_file, without_echo
from console.demo.desk import DemoDesk, StepDidNotHappen
from console.demo.display import DemoDisplay
from console.demo.folder import MAILBOX
from desk.clock import now
from desk.model.messages import File, RawMessage

T = TypeVar("T")
_mail_ids = itertools.count(1)


@dataclass(slots=True)
class DemoStage:
    """The desk and its display. Whatever is done is shown with all that comes of it, before anything else is done.

    ``inbound`` is what was said in the chats and ``read`` what came by mail after the last thing done; ``offers`` are
    the messages of the agents' group that have, or had, buttons.
    """

    desk: DemoDesk
    display: DemoDisplay
    inbound: list[ShownMessage] = field(default_factory=list)
    read: list[EmailMessage] = field(default_factory=list)
    offers: list[ShownMessage] = field(default_factory=list)
    pressed: str = ""
    prompts: dict[str, ShownMessage] = field(default_factory=dict)

    async def submit(self, raw: RawMessage) -> None:
        """Somebody does something in a terminal."""
        await self.desk.submit(raw)
        await self.show_results(raw.channel == self.desk.agents_group.name)

    async def show_results(self, agents_first: bool = False) -> None:
        """Waits until the desk has done everything, and shows it, the answer to whoever acted first."""
        await self.desk.wait_settled()
        self.inbound, group, self.read = _drain(self.desk.chats), _drain(self.desk.group), _drain(self.desk.mails)
        self.prompts |= {one.to: one for one in self.inbound if one.options}
        self.offers += (one for one in group if one.options)
        short = [one for one in group if agents_first and (one.alert or one.reaction)]
        shows: list[Callable[[], None]] = [partial(self.display.group, one) for one in short]
        shows += [partial(self.display.chat, without_echo(one, self.pressed)) for one in self.inbound]
        shows += [partial(self.display.mail, mail) for mail in self.read]
        shows += [partial(self.display.group, one) for one in group if one not in short]
        for show in shows:
            show()
            await self.display.pause()

    def copied(self, picture: Path) -> File:
        """A picture as somebody's own file."""
        return copy_file(picture, self.desk.application.settings.data / "chat")

    def now(self) -> datetime:
        """The desk's time."""
        return self.desk.application.clock()


@dataclass(frozen=True, slots=True)
class ChatSubscriber:
    """A subscriber in the chat."""

    scene: DemoStage
    typist: TerminalUser

    async def says(self, words: str) -> None:
        """Types a line."""
        self.scene.display.show_typed(self.typist.name, words)
        await self.scene.submit(self.typist.says(words, self.scene.now()))

    async def shows(self, picture: Path) -> None:
        """Sends a photo."""
        self.scene.display.show_typed(self.typist.name, f"[photo: {picture.name}]")
        await self.scene.submit(self.typist.says("", self.scene.now(), (self.scene.copied(picture),)))

    async def presses(self, option: str) -> None:
        """Presses a button of the last message that has some. Raises `StepDidNotHappen` when it is not there."""
        labels = self.labels
        if option not in labels:
            there = ", ".join(labels.values()) or "nothing"
            raise StepDidNotHappen(f"{self.typist.name} wanted to press {option!r}, but could press {there}")
        prompt = self.scene.prompts.pop(self.typist.id)
        self.scene.display.presses(self.typist.name, labels[option])
        self.scene.pressed = labels[option]
        await self.scene.submit(self.typist.presses(prompt, option, self.scene.now()))

    async def answers(self, known: Mapping[str, str | Path], last: str) -> None:
        """Answers questions until the button ``last`` is there, and presses it.

        ``known`` maps words of a question to a button's id, to words, or to a photo.
        """
        for _ in range(20):
            labels = self.labels
            if last in labels:
                await self.presses(last)
                return
            await self._answer_prompt(known, labels)
        raise StepDidNotHappen(f"{self.typist.name} was asked twenty questions and never offered {last!r}")

    async def _answer_prompt(self, known: Mapping[str, str | Path], labels: Mapping[str, str]) -> None:
        prompt = self.scene.prompts.get(self.typist.id)
        if prompt is None:
            raise StepDidNotHappen(f"{self.typist.name} was asked nothing more")
        asked = without_echo(prompt, self.scene.pressed).text.plain
        answer = next((one for words, one in known.items() if words in asked), "")
        if isinstance(answer, Path):
            self.scene.prompts.pop(self.typist.id)
            await self.shows(answer)
        elif answer in labels:
            await self.presses(answer)
        elif not answer:
            raise StepDidNotHappen(f"{self.typist.name} does not know what to answer to: {asked}")
        else:
            self.scene.prompts.pop(self.typist.id)
            await self.says(answer)

    @property
    def labels(self) -> dict[str, str]:
        """The buttons that can be pressed now: labels by id."""
        prompt = self.scene.prompts.get(self.typist.id)
        return {one.id: one.label for one in prompt.options} if prompt else {}


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An agent in the group."""

    scene: DemoStage
    id: str
    name: str

    async def presses(self, option: str) -> None:
        """Presses a button, of the last message that has it. Raises `StepDidNotHappen` when none has."""
        for shown in reversed(self.scene.offers):
            for button in shown.options:
                if button.id == option:
                    self.scene.display.agent(self.name, f"[{button.label}]")
                    await self.scene.submit(
                        self.scene.desk.agents_group.presses(self.id, shown, option, self.scene.now())
                    )
                    return
        raise StepDidNotHappen(f"{self.name} wanted to press {option!r}, but no card has it")

    async def says(self, words: str, picture: Path | None = None) -> None:
        """Answers the card of the newest case, with words or a command."""
        number = (await self.scene.desk.cases())[-1].number or ""
        files = (self.scene.copied(picture),) if picture else ()
        self.scene.display.agent(self.name, f"{words} [photo: {picture.name}]" if picture else words)
        await self.scene.submit(self.scene.desk.agents_group.says(self.id, words, number, self.scene.now(), files))


@dataclass(slots=True)
class MailSubscriber:
    """A subscriber who writes mails."""

    scene: DemoStage
    name: str
    address: str
    last: EmailMessage | None = None

    async def write(self, subject: str, words: str) -> None:
        """Writes a first mail."""
        await self._send(self._compose(MAILBOX, subject, words))

    async def reply(self, words: str) -> None:
        """Answers the last mail, quoting it below as mail programs do."""
        await self._send(self._reply_to(self._last_mail(), words), shown=words)

    async def post(self, words: str) -> None:
        """Puts a mail into the mailbox, a reply if there is something to reply to, and waits for nothing."""
        mail = self._compose(MAILBOX, words[:60], words) if self.last is None else self._reply_to(self.last, words)
        self.scene.display.mail(mail, words)
        await self.scene.desk.mail_servers.deliver(mail)

    async def answer_inline(self, known: Mapping[str, str]) -> None:
        """Answers below each quoted question that holds words of ``known``."""
        last = self._last_mail()
        lines, shown = [_attribution(last)], []
        for line in _text(last).split("\n"):
            lines.append(f"> {line}".rstrip())
            if answer := next((one for words, one in known.items() if words in line), ""):
                lines += ["", answer, ""]
                shown += [lines[-4], answer, ""]
        await self._send(self._compose_answer(last, "\n".join(lines) + "\n"), shown="\n".join(shown).rstrip())

    async def _send(self, mail: EmailMessage, shown: str = "") -> None:
        self.scene.display.mail(mail, shown)
        await self.scene.desk.mail_servers.deliver(mail)
        await self.scene.show_results()
        self.find_latest()

    def find_latest(self) -> None:
        """Looks through what came by mail; the last mail is the one to be answered."""
        mine = [one for one in self.scene.read if self.address in str(one["To"])]
        self.last = mine[-1] if mine else self.last

    def _last_mail(self) -> EmailMessage:
        self.find_latest()
        if self.last is None:
            raise StepDidNotHappen(f"{self.name} got no mail to answer")
        return self.last

    def _reply_to(self, mail: EmailMessage, words: str) -> EmailMessage:
        return self._compose_answer(mail, f"{words}\n\n{_attribution(mail)}\n{_quoted(_text(mail))}\n")

    def _compose_answer(self, mail: EmailMessage, body: str) -> EmailMessage:
        to = mail["Reply-To"] or mail["From"]
        subject = str(mail["Subject"])
        made = self._compose(
            str(to.addresses[0].addr_spec), subject if subject.startswith("Re: ") else f"Re: {subject}", body
        )
        made["In-Reply-To"] = str(mail["Message-ID"])
        made["References"] = " ".join(f"{mail.get('References', '')} {mail['Message-ID']}".split())
        return made

    def _compose(self, to: str, subject: str, body: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = formataddr((self.name, self.address))
        mail["To"] = to
        mail["Subject"] = subject
        mail["Date"] = format_datetime(now())
        mail["Message-ID"] = f"<{next(_mail_ids)}.demo@{self.address.rpartition('@')[2]}>"
        mail.set_content(body)
        return mail


def _drain(messages: list[T]) -> list[T]:
    drained = list(messages)
    messages.clear()
    return drained


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()).replace("\r\n", "\n").strip("\n") if body else ""


def _attribution(mail: EmailMessage) -> str:
    written = mail["Date"].datetime
    return f"On {written:%a, %b} {written.day}, {written.year} at {written:%I:%M %p} <{MAILBOX}> wrote:"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
