"""The core's own look-ups: who the agent is, what the subscriber's channel can do, and the ways to everybody."""

from __future__ import annotations

from sqlalchemy import select

from desk.model.agent_operations import EditWords, Reply, Resolve, SayNote
from desk.model.channel_registry import ChannelRegistry
from desk.model.core_facts import ActingAgent, CaseContacts, DialogueLine, RecentDialogue
from desk.model.events import OperationOrdered, TimerFired
from desk.model.journal import DialogueMessageLogged, JournalEntry
from desk.model.messages import FRONT, Address
from desk.model.provider_files import Provider
from desk.model.shared_facts import Identification
from desk.pipeline.arrival_round import Round, address_of, sender_address_row
from desk.storage.database import Database

QUOTED_LINES = 3
"""Lines of the dialogue that a mail quotes."""
_WITH_HISTORY = (Reply, Resolve, SayNote, EditWords)


class ActingAgentLookup:
    """Which agent speaks: by Telegram user id, or by the id a command of the terminal gives."""

    def __init__(self, registry: ChannelRegistry) -> None:
        self._registry = registry

    async def __call__(self, round_: Round) -> object | None:
        """A `ActingAgent` for an agent's arrival; its agent is None for a stranger."""
        if not round_.inbound.from_agent:
            return None
        sender, provider = round_.inbound.sender, round_.facts.need(Provider)
        if sender.channel_kind == "telegram":
            return ActingAgent(provider.agent_on_telegram(sender.value))
        return ActingAgent(provider.active_agent(sender.value))


class ProviderAfterRoundLookup:
    """Whose the case will be after this round: at a shared front desk the provider of the account just identified."""

    def __init__(self, registry: ChannelRegistry) -> None:
        self._registry = registry

    async def __call__(self, round_: Round) -> object | None:
        """The `Provider` to take the place of the front desk's; None where nothing changes."""
        identified = round_.facts.get(Identification)
        if identified is None or identified.account is None or round_.case.registered:
            return None
        moves = round_.case.provider == FRONT and identified.account.provider != FRONT
        return self._registry.provider(identified.account.provider) if moves else None


class CapabilitiesLookup:
    """What the channel can do through which the subscriber writes."""

    def __init__(self, registry: ChannelRegistry) -> None:
        self._registry = registry

    async def __call__(self, round_: Round) -> object | None:
        """The channel's `ChannelCapabilities`; None where that channel is gone."""
        inbound = round_.inbound
        channel = inbound.channel if inbound.from_subscriber else round_.case.channel
        found = self._registry.channels.get(channel)
        return found.capabilities if found else None


class ReachableAddressesLookup:
    """The ways to reach the subscriber and the agents. Comes after the account is known."""

    def __init__(self, registry: ChannelRegistry) -> None:
        self._registry = registry
        self._outlets = {name: registry.outlets(name) for name in registry.providers}

    async def __call__(self, round_: Round) -> object | None:
        """A `CaseContacts`; of a round without a case it has the agents' group alone."""
        agents_group = self._registry.agents_group_of(round_.facts.need(Provider).name)
        if round_.subject is None:
            return CaseContacts(None, None, agents_group)
        case, inbound = round_.case, round_.inbound
        here: Address | None = Address(case.channel_kind, case.channel, case.address) if case.address else None
        blocked = {address_of(one) for one in round_.addresses if one.blocked}
        row = sender_address_row(round_) if inbound.from_subscriber else None
        returned = row is not None and bool(row.blocked)
        if here in blocked and not (returned and here == inbound.sender):
            here = None
        provider = round_.facts.need(Provider).name
        return CaseContacts(
            here,
            self._on_file(round_, here, blocked),
            self._registry.agents_group_of(provider),
            returned,
            self._beside(round_),
            self._outlets[provider],
            self._registry.places.get(provider, {}),
        )

    def _beside(self, round_: Round) -> Address | None:
        """The last known of the person's other addresses that are surely theirs and open."""
        used = Address(round_.case.channel_kind, round_.case.channel, round_.case.address)
        others = [
            one
            for one in round_.addresses
            if one.confirmed and not one.blocked and address_of(one) != used and one.channel in self._registry.channels
        ]
        return address_of(max(others, key=lambda one: one.since)) if others else None

    def _on_file(self, round_: Round, here: Address | None, blocked: set[Address]) -> Address | None:
        """The account's mail address, if it is another than the one in use and nothing came back from it."""
        identified, case = round_.facts.get(Identification), round_.case
        account = identified.account if identified else None
        if account is None or not account.emails or case.entitlement == "unverified":
            return None
        address = self._registry.mail_to(case.provider, account.emails[0].strip().lower())
        if address is None or address in blocked or (here is not None and here.value == address.value):
            return None
        return address


class RecentDialogueLookup:
    """What people said before, for an agent's words that go out as mail: the desk's own forms would bury it. Stands
    after the ways are known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `RecentDialogue`; None where nobody is answered by mail."""
        inbound, contact = round_.inbound, round_.facts.get(CaseContacts)
        by_mail = contact is not None and contact.current is not None and contact.current.channel_kind == "mail"
        event = inbound.event
        ordered = isinstance(event, OperationOrdered) and isinstance(event.operation, _WITH_HISTORY)
        if round_.is_new or not by_mail or not (ordered or isinstance(event, TimerFired)):
            return None
        query = (
            select(JournalEntry.actor, JournalEntry.at, JournalEntry.text)
            .where(JournalEntry.provider == round_.case.provider, JournalEntry.case_id == round_.case.id)
            .where(JournalEntry.kind == DialogueMessageLogged.kind, JournalEntry.public, JournalEntry.text != "")
            .where(JournalEntry.actor != "desk")
            .order_by(JournalEntry.id.desc())
            .limit(QUOTED_LINES)
        )
        async with self._database.read(round_.case.provider) as session:
            rows = (await session.execute(query)).all()
        return RecentDialogue(tuple(DialogueLine(row.actor, row.at, row.text) for row in reversed(rows)))
