"""The registry: which channels there are, and through which of them a provider's people and agents are reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desk.model.acts import AgentAddressee, TeamAddressee
from desk.model.channel_interface import Channel
from desk.model.messages import FRONT, Address
from desk.model.provider_files import Provider


@dataclass(frozen=True, slots=True)
class ChannelRegistry:
    """Made by the wiring. ``agents_group`` maps a provider (or FRONT, for those without) to the agents' group."""

    channels: Mapping[str, Channel]
    providers: Mapping[str, Provider]
    agents_group: Mapping[str, Address] = field(default_factory=dict)
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Mapping[TeamAddressee | AgentAddressee, Address]] = field(default_factory=dict)
    """By provider, where a team or an agent is reached alone."""

    def provider(self, name: str) -> Provider:
        """A provider by name. Raises LookupError with a sentence when its folder is missing."""
        try:
            return self.providers[name]
        except KeyError:
            raise LookupError(
                f"there is no provider {name!r}: make providers/{name} or correct firstline.toml"
            ) from None

    def agents_group_of(self, provider: str) -> Address | None:
        """The agents' group for a provider's cases."""
        return self.agents_group.get(provider) or self.agents_group.get(FRONT)

    def outlets(self, provider: str) -> dict[str, str]:
        """By kind of channel the one through which a provider writes to whom it does not know."""
        own = {one.channel_kind: name for name, one in self.channels.items() if one.provider == provider}
        shared = {one.channel_kind: name for name, one in self.channels.items() if one.provider == FRONT}
        mailbox = self.mailboxes.get(provider) or self.mailboxes.get(FRONT)
        return {**shared, **own, **({"mail": mailbox} if mailbox else {})}

    def mail_to(self, provider: str, address: str) -> Address | None:
        """A mail address as reached from the provider's mailbox; None when it has none."""
        channel = self.mailboxes.get(provider) or self.mailboxes.get(FRONT)
        return Address("mail", channel, address) if channel else None
