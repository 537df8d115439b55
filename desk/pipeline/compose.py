"""Composing: the acts of one round become what is said to whom, each audience getting one message.

Text is rendered here, once; the journal keeps what was said, and the doors dress it. Nothing is written yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from desk.language.rich_text import Text, joined
from desk.language.templates import Value, Words
from desk.model.acts import Act, Alert, Button, Buttons, Card, InPlace, Names, React, Record, Say, Show, To, Withheld
from desk.model.case import Case, JournalKind
from desk.model.channels import Switchboard
from desk.model.facts import Before, Speaking, Ways
from desk.model.messages import Address, File, Heard, Option, Outgoing, Parcel, Policy, Quoted, Role, Verb
from desk.model.policy import Provider
from desk.pipeline.lookup import Round, address_of, sender_row, surely_theirs
from desk.pipeline.recipients import audience
from desk.pipeline.reply_tokens import Keyring
from desk.storage.ids import Ids

_MARKS = re.compile(r"^\s{0,9}(?:(?:re|aw|fwd?|отв|пер|ответ)\s?:|\[[a-z0-9]{1,20}-\d{4}-\d{6,9}-\d\])", re.IGNORECASE)
OWN_WORDS = ("name", "contract", "lines", "question", "answer")
"""What sentences repeat of the person's own words: empty where those may not come back."""
CardOf = Callable[[Case, Provider], Say]
"""What the agents' card of a case says: a room gives it, the wiring hands it over."""


@dataclass(slots=True)
class Part:
    """What one audience gets in this round."""

    texts: list[Text] = field(default_factory=list)
    buttons: Buttons = ()
    files: list[File] = field(default_factory=list)
    policy: Policy = Policy.RETRY
    human: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """What a round says: parcels with their keys, and rows of the journal (`desk.model.case.JournalEntry`)."""

    parcels: tuple[tuple[str, str, Parcel], ...]  # (key, door, parcel)
    journal: tuple[Mapping[str, Any], ...]


class Composer:
    """Renders and dresses; pure but for the templates read at the start."""

    def __init__(self, words: Words, switchboard: Switchboard, keyring: Keyring, card_of: CardOf) -> None:
        self.words = words
        self.switchboard = switchboard
        self.keyring = keyring
        self.card_of = card_of
        self.ids = Ids()

    def compose(self, round_: Round, acts: Sequence[Act]) -> Composed:
        """Everything the acts say, in order. The case in hand already has its number and its new fields."""
        return _Composing(self, round_).run(acts)


class _Composing:
    """One round's composing."""

    def __init__(self, by: Composer, round_: Round) -> None:
        self.words, self.switchboard, self.keyring = by.words, by.switchboard, by.keyring
        self.card_of, self.ids = by.card_of, by.ids
        self.round, self.case, self.heard = round_, round_.case, round_.heard
        self.provider = self.switchboard.provider(round_.case.provider)
        self.ways = round_.facts.get(Ways) or Ways(None, None, None)
        self.parts: dict[Address, Part] = {}
        self.alert = ""
        self.in_place = False
        self.journal: list[dict[str, Any]] = []
        self.parcels: list[tuple[str, str, Parcel]] = []

    def run(self, acts: Sequence[Act]) -> Composed:
        self._journal_heard()
        for act in acts:
            self._take(act)
        self.in_place = any(isinstance(act, InPlace) for act in acts) and not self.heard.detail.get("media")
        for address, part in self.parts.items():
            self._send(address, part)
        if any(isinstance(act, Card) for act in acts):
            self._card()
        if self.heard.callback and not any(parcel.kind == "callback" for _, _, parcel in self.parcels):
            self._put(Outgoing(self.heard.sender, Text(), callback=self.heard.callback, alert=self.alert))
        return Composed(tuple(self.parcels), tuple(self.journal))

    # what is said to whom

    def _take(self, act: Act) -> None:
        if isinstance(act, Record):
            by_agent = self.heard.role is Role.AGENT
            self._note(act.kind, act.text, "" if by_agent else "desk", public=act.public)
        elif isinstance(act, React):
            self._react(act.emoji)
        elif isinstance(act, Alert):
            self.alert = self._say(act.word, act.names, self._alerted()).plain
        elif isinstance(act, (Say, Show)):
            for address in self._audience(act.to):
                self._add(address, act)
        elif isinstance(act, Withheld):
            self._withheld(act)

    def _alerted(self) -> Address:
        """Whoever pressed: an agent reads the language of the group."""
        return (self.ways.staff if self.heard.role is Role.AGENT else None) or self.heard.sender

    def _react(self, emoji: str) -> None:
        where = self.ways.staff if self.heard.role is Role.AGENT else self.heard.sender
        if where and where.door == self.heard.door and self.heard.message and not self.heard.callback:
            self._put(Outgoing(where, Text(), edits=f"remote:{self.heard.message}", reaction=emoji))

    def _audience(self, to: To) -> list[Address]:
        return audience(to, self.case, self.heard, self.ways, self.round.is_new)

    def _withheld(self, act: Withheld) -> None:
        """What was decided and not sent stands in the journal, where agents see it."""
        for address in self._audience(act.what.to):
            text = act.what.text if isinstance(act.what, Show) else self._say(act.what.word, act.what.names, address)
            self._note(JournalKind.FINDING, f"not sent automatically, since {act.why}: {text.plain}", "desk")

    def _add(self, address: Address, act: Say | Show) -> None:
        part = self.parts.setdefault(address, Part())
        text = act.text if isinstance(act, Show) else self._say(act.word, act.names, address)
        part.texts.append(text)
        part.buttons = act.buttons or part.buttons
        part.files += act.files
        part.human = part.human or (isinstance(act, Say) and act.human)
        part.policy = Policy.HOLD if Policy.HOLD in (part.policy, act.policy) else part.policy

    def _taps(self, address: Address) -> bool:
        """Whether buttons can be tapped there; where not, the sentences say what to answer."""
        door = self.switchboard.doors.get(address.door)
        return door is not None and door.traits.buttons

    def _language(self, address: Address) -> str:
        return self.provider.language if address == self.ways.staff else self.case.language

    def _say(self, word: str, names: Names, address: Address) -> Text:
        case, language = self.case, self._language(address)
        values: dict[str, Value] = {
            **self.provider.facts,
            "number": case.number or "",
            "provider_title": self.provider.title(language),
            "name": self.round.person.name,
            "buttons": "1" if self._taps(address) else "",
            **names,
        }
        if not self._may_echo(address):
            values.update((name, "") for name in OWN_WORDS if name in values)
        return self.words.say(case.provider, language, word, values)

    def _may_echo(self, address: Address) -> bool:
        """Whether a person's own words may come back there: never to a mail address that somebody may have forged."""
        if address.channel != "mail" or address == self.ways.staff:
            return True
        speaks = self.heard.role is Role.SUBSCRIBER and address == self.heard.sender
        if speaks and surely_theirs(self.round):
            return True
        return any(one.confirmed and address_of(one) == address for one in self.round.addresses)

    # how it goes out

    def _send(self, address: Address, part: Part) -> None:
        text = joined(part.texts)
        language = self._language(address)
        to_staff = address == self.ways.staff
        mine = address == self.heard.sender or (to_staff and self.in_place and self.heard.role is Role.AGENT)
        pressed = self.heard.verb is Verb.PRESS and mine and address.door == self.heard.door
        if not to_staff and not part.human:
            kind = JournalKind.DIALOGUE if address == self.heard.sender else JournalKind.NOTIFICATION
            self._note(kind, text.plain, "desk", channel=address.channel, files=part.files, public=True)
        self._put(
            Outgoing(
                to=address,
                text=text,
                policy=part.policy,
                options=self._options(part.buttons, language) if self._taps(address) else (),
                files=tuple(part.files),
                subject=self._subject(address, language),
                language=language,
                case=self.case.id,
                prompt=self.case.prompt,
                edits=f"remote:{self.heard.message}" if pressed and self.heard.message else "",
                keeps=not self.in_place,
                answers=self.case.card if to_staff else "",
                callback=self.heard.callback if pressed else "",
                alert=self.alert if pressed else "",
                token=self.keyring.token(address.door, self.case.id, address.value),
                thread=tuple(self.case.thread) if self._in_thread(address) else (),
                automatic=not part.human,
                sender=self.provider.title(language),
                history=self._history(address, language) if part.human else (),
                notice=address == self.ways.on_file,
            )
        )

    def _history(self, address: Address, language: str) -> tuple[Quoted, ...]:
        """What was said before, where it may come back: to whom the talk itself goes, once that address is proved."""
        before = self.round.facts.get(Before)
        if before is None or not self._in_thread(address) or not self._may_echo(address):
            return ()
        return tuple(
            Quoted(
                self.round.person.name if line.author == "subscriber" else self.provider.title(language),
                f"{line.at.astimezone(self.provider.timezone):%d.%m.%Y %H:%M}",
                line.text,
            )
            for line in before.lines
        )

    def _card(self) -> None:
        if self.ways.staff is None:
            return
        act = self.card_of(self.case, self.provider)
        language = self.provider.language
        had = self.case.card
        outgoing = Outgoing(
            to=self.ways.staff,
            text=self._say(act.word, act.names, self.ways.staff),
            policy=Policy.EDIT if had else Policy.RETRY,
            options=self._options(act.buttons, language),
            language=language,
            case=self.case.id,
            prompt=self.case.prompt,
            edits=had,
        )
        key = self._put(outgoing)
        if not had:
            self.case.card = key

    def _put(self, outgoing: Outgoing) -> str:
        """Dresses one message and gives every parcel its key. Returns the key of the last: the one with buttons."""
        door = self.switchboard.doors.get(outgoing.to.door)
        if door is None:
            return ""
        first = f"{self.round.arrival.id}.{len(self.parcels)}"
        parcels = door.dress(replace(outgoing, key=first))
        for parcel in parcels:
            key = f"{self.round.arrival.id}.{len(self.parcels)}"
            self.parcels.append((key, outgoing.to.door, parcel))
            if parcel.remote and self._in_thread(outgoing.to):
                self.case.thread = [*self.case.thread, parcel.remote][-12:]
        return f"{self.round.arrival.id}.{len(self.parcels) - 1}"

    def _in_thread(self, address: Address) -> bool:
        """Message-IDs carry tokens: those of a notice to the address on file are nobody else's, nor the other way."""
        return address.value == self.case.address

    def _options(self, buttons: Buttons, language: str) -> tuple[tuple[Option, ...], ...]:
        def label(button: Button) -> str:
            return button.label or self.words.label(self.case.provider, language, button.word)

        return tuple(tuple(Option(one.id, label(one)) for one in row) for row in buttons)

    def _subject(self, address: Address, language: str) -> str:
        """The person's own subject where it may come back, else the desk's."""
        own = bare_subject(self.case.subject) if self._may_echo(address) else ""
        subject = own or self.words.label(self.case.provider, language, "mail_subject")
        return f"[{self.case.number}] {subject}" if self.case.number else f"Re: {subject}" if own else subject

    # the journal

    def _journal_heard(self) -> None:
        heard = self.heard
        if heard.role is Role.DESK or heard.verb not in (Verb.SAY, Verb.NOTE, Verb.PRESS, Verb.START):
            return
        if not heard.text and not heard.files:
            return
        kind = JournalKind.NOTE if heard.verb is Verb.NOTE else JournalKind.DIALOGUE
        self._note(
            kind,
            heard.text,
            author_of(heard, self.round),
            channel=heard.sender.channel,
            files=heard.files,
            public=heard.verb is not Verb.NOTE and not self._of_a_stranger(),
        )

    def _of_a_stranger(self) -> bool:
        """Whether an agent let a letter of somebody else into the case: agents read it, the subscriber never does."""
        return bool(self.heard.detail.get("vouched")) and not self.round.is_new and sender_row(self.round) is None

    def _note(
        self,
        kind: str,
        text: str,
        author: str = "",
        *,
        channel: str = "",
        files: Sequence[File] = (),
        public: bool = False,
    ) -> None:
        self.journal.append(
            {
                "provider": self.case.provider,
                "id": self.ids.take(self.round.now),
                "case_id": self.case.id,
                "at": self.round.now,
                "kind": str(kind),
                "author": author or author_of(self.heard, self.round),
                "channel": channel,
                "text": text,
                "files": [asdict(one) for one in files],
                "public": public,
                "arrival_id": self.round.arrival.id,
            }
        )


def bare_subject(subject: str) -> str:
    """A subject without the marks of answers, and without a case number in brackets, which may be another's."""
    for _ in range(10):
        shorter = _MARKS.sub("", subject, count=1)
        if shorter == subject:
            break
        subject = shorter
    return subject.strip()


def author_of(heard: Heard, round_: Round) -> str:
    """In whose name the journal notes this arrival: "subscriber", "desk" or "agent:<id>"."""
    speaking = round_.facts.get(Speaking)
    if heard.role is Role.AGENT:
        return f"agent:{speaking.agent.id}" if speaking and speaking.agent else "agent:?"
    return "subscriber" if heard.role is Role.SUBSCRIBER else "desk"
