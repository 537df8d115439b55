"""The switchboard: which doors there are, and through which of them a provider's people and agents are reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desk.model.channel import Door
from desk.model.messages import FRONT, Address
from desk.model.policy import Provider


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Made by the wiring. ``staff`` maps a provider (or FRONT, for those without) to the agents' group."""

    doors: Mapping[str, Door]
    providers: Mapping[str, Provider]
    staff: Mapping[str, Address] = field(default_factory=dict)
    mailboxes: Mapping[str, str] = field(default_factory=dict)

    def provider(self, name: str) -> Provider:
        """A provider by name. Raises LookupError with a sentence when its folder is missing."""
        try:
            return self.providers[name]
        except KeyError:
            raise LookupError(
                f"there is no provider {name!r}: make providers/{name} or correct firstline.toml"
            ) from None

    def staff_of(self, provider: str) -> Address | None:
        """The agents' group for a provider's cases."""
        return self.staff.get(provider) or self.staff.get(FRONT)

    def mail_to(self, provider: str, address: str) -> Address | None:
        """A mail address as reached from the provider's mailbox; None when it has none."""
        door = self.mailboxes.get(provider) or self.mailboxes.get(FRONT)
        return Address("mail", door, address) if door else None
