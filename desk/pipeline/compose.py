"""Composing: the acts of one round become what is said to whom, each audience getting one message.

Text is rendered here, once; the journal keeps what was said, and the channels render it. Nothing is written yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from desk.language.form_of_address import spoken_name
from desk.language.mail_subjects import bare_subject
from desk.language.rich_text import RichText, join_texts
from desk.language.templates import Templates, Value
from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    Audience,
    Button,
    Buttons,
    ExternalAddressee,
    Names,
    PopupNotice,
    RefuseOperation,
    RemoveNotice,
    ReplacePressedMessage,
    RuleAct,
    SayReadyText,
    SayTemplate,
    SuppressedAct,
    UpdateCard,
    is_for_agents,
)
from desk.model.case import Case
from desk.model.channel_interface import ChannelCapabilities
from desk.model.channel_registry import ChannelRegistry
from desk.model.core_facts import CARD, CaseContacts, RecentDialogue
from desk.model.events import Pressed
from desk.model.journal import (
    DialogueMessageLogged,
    SendingSuppressed,
    UnaskedNoticeSent,
)
from desk.model.messages import (
    Address,
    File,
    OutboundMessage,
    QuotedHistoryMessage,
    RedeliveryPolicy,
    RenderedButton,
    RenderedCall,
    SendPriority,
)
from desk.model.provider_files import Provider
from desk.pipeline.arrival_round import Round, address_of, is_proved_sender
from desk.pipeline.recipients import addresses_of, priority_of
from desk.pipeline.reply_tokens import ReplyTokenSigner
from desk.pipeline.round_journal import RoundJournal, actor_of
from desk.queues.question_delivery_times import stored_question

OWN_WORDS = ("name", "contract", "key", "lines", "question", "answer")
"""What sentences repeat of the person's own words: empty where those may not come back."""
CardOf = Callable[[Case, Provider], SayTemplate]
"""What the agents' card of a case says: a package gives it, the wiring hands it over."""


@dataclass(slots=True)
class AudienceDraft:
    """What one audience gets in this round."""

    texts: list[RichText] = field(default_factory=list)
    buttons: Buttons = ()
    files: list[File] = field(default_factory=list)
    files_below: list[int] = field(default_factory=list)
    """For each file, how many of the texts stand above it."""
    policy: RedeliveryPolicy = RedeliveryPolicy.RETRY
    human: bool = False
    rule: str = ""
    priority: SendPriority = SendPriority.STRANGER
    edits: str = ""


@dataclass(frozen=True, slots=True)
class KeyedRenderedCall:
    """One call of a channel, with the key of its departure. ``asks`` is the question open with it: see
    `desk.queues.question_delivery_times`; None for what is no part of the talk with the subscriber."""

    key: str
    channel: str
    call: RenderedCall
    priority: SendPriority
    asks: str | None = None


@dataclass(frozen=True, slots=True)
class ComposedRound:
    """What a round says, and rows of the journal (`desk.model.case.JournalEntry`)."""

    calls: tuple[KeyedRenderedCall, ...]
    journal: tuple[Mapping[str, Any], ...]


class MessageComposer:
    """Renders templates and messages; pure but for the templates read at the start."""

    def __init__(
        self, templates: Templates, registry: ChannelRegistry, reply_tokens: ReplyTokenSigner, card_of: CardOf
    ) -> None:
        self.templates = templates
        self.registry = registry
        self.reply_tokens = reply_tokens
        self.card_of = card_of

    def compose(self, round_: Round, acts: Sequence[RuleAct], rules: Sequence[str]) -> ComposedRound:
        """Everything the acts say, in order. The case in hand already has its number and its new fields.

        ``rules`` names the rule that decided each act.
        """
        return _RoundComposer(self, round_).run(acts, rules)


class _RoundComposer:
    """One round's composing."""

    def __init__(self, by: MessageComposer, round_: Round) -> None:
        self.templates, self.registry, self.reply_tokens = by.templates, by.registry, by.reply_tokens
        self.card_of = by.card_of
        self.round, self.subject, self.inbound = round_, round_.subject, round_.inbound
        self.provider = round_.provider if self.subject is None else self.registry.provider(self.subject.provider)
        self.contact = round_.facts.get(CaseContacts) or CaseContacts(None, None, None)
        self.inside = {self.contact.agents_group} if self.contact.agents_group else set[Address]()
        self.outside = set[Address]()
        self.parts: dict[tuple[Address, str], AudienceDraft] = {}
        self.alert = ""
        self.in_place = False
        self.journal = RoundJournal(round_)
        self.calls: list[KeyedRenderedCall] = []

    def run(self, acts: Sequence[RuleAct], rules: Sequence[str]) -> ComposedRound:
        self.journal.add_inbound()
        for act, self.journal.rule in zip(acts, rules, strict=True):
            self._take(act)
        event = self.inbound.event
        on_media = isinstance(event, Pressed) and event.on_media
        self.in_place = any(isinstance(act, ReplacePressedMessage) for act in acts) and not on_media
        for (address, about), part in self.parts.items():
            self._send(address, part, about)
        if any(isinstance(act, UpdateCard) for act in acts):
            self._card()
        # A reaction or a removal is as little waited for as the answer to a press, and is none.
        if self.inbound.callback and not any(
            one.call.kind == "callback" and "edits" not in one.call.body for one in self.calls
        ):
            self._put(
                OutboundMessage(self.inbound.sender, RichText(), callback=self.inbound.callback, alert=self.alert)
            )
        return ComposedRound(tuple(self.calls), tuple(self.journal.entries))

    @property
    def case(self) -> Case:
        """The case. Raises LookupError in a round without one, in which only agents are answered."""
        return self.round.case

    # what is said to whom

    def _take(self, act: RuleAct) -> None:
        if isinstance(act, AddJournalEntry):
            self.journal.add(act.event, act.text, act.actor or self._decider(), public=act.public, files=act.files)
        elif isinstance(act, RemoveNotice):
            self._remove(act.key)
        elif isinstance(act, RefuseOperation):
            self._refuse(act)
        elif isinstance(act, AddReaction):
            self._react(act)
        elif isinstance(act, PopupNotice):
            self.alert = self._say(act.template, act.names, self._alerted()).plain
        elif isinstance(act, (SayTemplate, SayReadyText)):
            for address in self._audience(act.to):
                self._add(address, act)
        elif isinstance(act, SuppressedAct):
            self._withheld(act)

    def _decider(self) -> str:
        """In whose name an entry beside the dialogue stands: the agent's who ordered it, else the desk's."""
        return actor_of(self.round) if self.inbound.from_agent else "desk"

    def _refuse(self, act: RefuseOperation) -> None:
        """A button answers with a notice over the chat, a typed order with a message."""
        template, whom = f"refused_{act.code}", self._alerted()
        if self.inbound.callback:
            self.alert = self._say(template, act.names, whom).plain
        else:
            self._add(whom, SayTemplate(template, act.names, Addressee.AGENTS))

    def _alerted(self) -> Address:
        """Whoever pressed: an agent reads the language of the group."""
        return (self.contact.agents_group if self.inbound.from_agent else None) or self.inbound.sender

    def _react(self, act: AddReaction) -> None:
        inside = self.inbound.from_agent or bool(act.message)
        where = self.contact.agents_group if inside else self.inbound.sender
        here = where is not None and where.channel == self.inbound.channel and not self.inbound.callback
        message = act.message or (self.inbound.message if here else "")
        if where and message:
            self._put(OutboundMessage(where, RichText(), edits=f"remote:{message}", reaction=act.emoji))

    def _remove(self, key: str) -> None:
        if self.contact.agents_group and key and self._can(self.contact.agents_group).edits:
            self._put(OutboundMessage(self.contact.agents_group, RichText(), edits=key, removes=True))

    def _audience(self, to: Audience) -> list[Address]:
        addresses = addresses_of(to, self.subject, self.inbound, self.contact, self.round.is_new)
        if is_for_agents(to):
            self.inside.update(addresses)
        elif isinstance(to, ExternalAddressee):
            self.outside.update(addresses)
        return addresses

    def _withheld(self, act: SuppressedAct) -> None:
        """What was decided and not sent stands in the journal, where agents see it."""
        for address in self._audience(act.what.to):
            text = (
                act.what.text
                if isinstance(act.what, SayReadyText)
                else self._say(act.what.template, act.what.names, address)
            )
            why = SendingSuppressed(act.why.code, act.why.count, act.why.domain)
            self.journal.add(why, text.plain, "desk")

    def _add(self, address: Address, act: SayTemplate | SayReadyText) -> None:
        about = act.apart if isinstance(act, SayTemplate) else ""
        part = self.parts.setdefault((address, about), AudienceDraft(rule=self.journal.rule))
        if isinstance(act, SayTemplate) and self._can(address).edits:
            part.edits = act.edits or part.edits
        part.priority = min(part.priority, priority_of(act, address, self.inbound, self.contact))
        text = act.text if isinstance(act, SayReadyText) else self._say(act.template, act.names, address)
        part.texts.append(text)
        part.buttons = act.buttons or part.buttons
        part.files += act.files
        part.files_below += [len(part.texts)] * len(act.files)
        part.human = part.human or (isinstance(act, SayTemplate) and act.human)
        part.policy = RedeliveryPolicy.HOLD if RedeliveryPolicy.HOLD in (part.policy, act.policy) else part.policy

    def _can(self, address: Address) -> ChannelCapabilities:
        """What the channel of an address can do; nothing where it is gone."""
        channel = self.registry.channels.get(address.channel)
        return channel.capabilities if channel else ChannelCapabilities(buttons=False, letters=False)

    def _language(self, address: Address) -> str:
        if self.subject is None or address in self.inside | self.outside:
            return self.provider.language
        return self.subject.language

    def _say(self, word: str, names: Names, address: Address) -> RichText:
        language, holder, can = self._language(address), self.round.holder, self._can(address)
        values: dict[str, Value] = {
            **self.provider.facts,
            "number": (self.subject.number if self.subject else "") or "",
            "provider_title": self.provider.title(language),
            "name": spoken_name(holder.name, language) if holder else "",
            "buttons": "1" if can.buttons else "",
            "letter": "1" if can.letters else "",
            "edits": "1" if can.edits else "",
            **names,
        }
        if not self._may_echo(address):
            values.update((name, "") for name in OWN_WORDS if name in values)
        return self.templates.say(self.provider.name, language, word, values)

    def _may_echo(self, address: Address) -> bool:
        """Whether a person's own words may come back there: never to a mail address that somebody may have forged."""
        if address.channel_kind != "mail" or address in self.inside:
            return True
        speaks = self.inbound.from_subscriber and address == self.inbound.sender
        if speaks and is_proved_sender(self.round):
            return True
        return any(one.confirmed and address_of(one) == address for one in self.round.addresses)

    # how it goes out

    def _send(self, address: Address, part: AudienceDraft, about: str = "") -> None:
        text, language = join_texts(part.texts), self._language(address)
        if self.subject is None:
            self._put(self._without_case(address, text, part.policy, language))
            return
        to_agents, can = address in self.inside, self._can(address)
        mine = address == self.inbound.sender or (to_agents and self.in_place and self.inbound.from_agent)
        pressed = bool(self.inbound.callback) and mine and address.channel == self.inbound.channel
        if not to_agents and not part.human:
            self.journal.rule = part.rule
            self.journal.add(
                DialogueMessageLogged() if address == self.inbound.sender else UnaskedNoticeSent(),
                text.plain,
                "desk",
                channel_kind=address.channel_kind,
                files=part.files,
                public=address not in self.outside,
            )
        self._put(
            OutboundMessage(
                to=address,
                text=text,
                policy=part.policy,
                options=self._options(part.buttons, language) if (can.buttons or can.prefilled_answers) else (),
                files=tuple(part.files),
                file_places=tuple(len(join_texts(part.texts[:count]).plain) for count in part.files_below),
                subject=self._subject(address, language),
                language=language,
                case=self.case.id,
                prompt=self.case.dialog_state.prompt,
                edits=part.edits or (f"remote:{self.inbound.message}" if pressed and self.inbound.message else ""),
                keeps=not (self.in_place or part.edits),
                answers=self.case.card if address == self.contact.agents_group else "",
                callback=self.inbound.callback if pressed else "",
                alert=self.alert if pressed else "",
                token=self.reply_tokens.token(address.channel, self.case.id, address.value),
                thread=tuple(self.case.thread) if self._in_thread(address) else (),
                automatic=not part.human,
                sender=self.provider.title(language),
                history=self._history(address, language) if part.human else (),
                notice=address == self.contact.on_file,
                about=about,
                label=(self.case.number or "") if to_agents else "",
                brand=self.provider.brand,
            ),
            part.priority,
            None if to_agents or address in self.outside or address == self.contact.on_file else self._question(),
        )

    def _without_case(
        self, address: Address, text: RichText, policy: RedeliveryPolicy, language: str
    ) -> OutboundMessage:
        """To agents and operators alone: an answer to an order, or an alarm; by mail that is what its subject says."""
        if address.channel_kind != "mail":
            edits = f"remote:{self.inbound.message}" if self.in_place and self.inbound.callback else ""
            return OutboundMessage(address, text, policy=policy, language=language, edits=edits)
        subject = self.templates.label(self.provider.name, language, "alarm_subject")
        sender = self.provider.title(language)
        brand = self.provider.brand
        return OutboundMessage(
            address, text, policy=policy, language=language, subject=subject, sender=sender, brand=brand
        )

    def _question(self) -> str:
        return stored_question(self.case.expecting)

    def _history(self, address: Address, language: str) -> tuple[QuotedHistoryMessage, ...]:
        """What was said before, where it may come back: to whom the talk itself goes, once that address is proved."""
        before = self.round.facts.get(RecentDialogue)
        if before is None or not self._in_thread(address) or not self._may_echo(address):
            return ()
        return tuple(
            QuotedHistoryMessage(
                self.round.person.name if line.actor == "subscriber" else self.provider.title(language),
                f"{line.at.astimezone(self.provider.timezone):%d.%m.%Y %H:%M}",
                line.text,
            )
            for line in before.lines
        )

    def _card(self) -> None:
        if self.contact.agents_group is None:
            return
        act = self.card_of(self.case, self.provider)
        language = self.provider.language
        had = self.case.card
        outgoing = OutboundMessage(
            to=self.contact.agents_group,
            text=self._say(act.template, act.names, self.contact.agents_group),
            policy=RedeliveryPolicy.EDIT if had else RedeliveryPolicy.RETRY,
            options=self._options(act.buttons, language),
            language=language,
            case=self.case.id,
            prompt=self.case.dialog_state.prompt,
            edits=had,
            about=CARD,
        )
        key = self._put(outgoing)
        if not had:
            self.case.card = key

    def _put(
        self, outgoing: OutboundMessage, priority: SendPriority = SendPriority.DIALOG, asks: str | None = None
    ) -> str:
        """Renders one message and gives every call its key. Returns the key of the last: the one with buttons."""
        channel = self.registry.channels.get(outgoing.to.channel)
        if channel is None:
            return ""
        first = f"{self.round.arrival.id}.{len(self.calls)}"
        calls = channel.render(replace(outgoing, key=first))
        for call in calls:
            key = f"{self.round.arrival.id}.{len(self.calls)}"
            says = call.kind not in ("callback", "strip")
            self.calls.append(KeyedRenderedCall(key, outgoing.to.channel, call, priority, asks if says else None))
            if call.remote and self._in_thread(outgoing.to):
                self.case.thread = [*self.case.thread, call.remote][-12:]
        return f"{self.round.arrival.id}.{len(self.calls) - 1}"

    def _in_thread(self, address: Address) -> bool:
        """Message-IDs carry tokens: those of a notice to the address on file are nobody else's, nor the other way."""
        return self.subject is not None and address.value == self.subject.address

    def _options(self, buttons: Buttons, language: str) -> tuple[tuple[RenderedButton, ...], ...]:
        def label(button: Button) -> str:
            return button.label or self.templates.label(self.case.provider, language, button.template)

        return tuple(tuple(RenderedButton(one.id, label(one)) for one in row) for row in buttons)

    def _subject(self, address: Address, language: str) -> str:
        """The person's own subject where it may come back, else the desk's."""
        if address == self.contact.on_file and not self.case.proved:
            return self.templates.label(self.case.provider, language, "holder_subject")
        own = bare_subject(self.case.subject) if self._may_echo(address) else ""
        desks = "case_subject" if self.case.number else "mail_subject"
        subject = own or self.templates.label(self.case.provider, language, desks)
        return f"[{self.case.number}] {subject}" if self.case.number else f"Re: {subject}" if own else subject
