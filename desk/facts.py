"""Facts the ground itself gathers for the rules, beside those of the look-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.messages import Address
from desk.providers import Agent


@dataclass(frozen=True, slots=True)
class Now:
    """The instant of this round: rules read no clock."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Picked:
    """How the case was found: "token", "button", "reply", "number", "named", "only" (the open one), "new" or "none".

    ``several`` counts the person's open cases; ``doubt`` says why a letter does not prove that it belongs there;
    ``stranger`` that the case named belongs to somebody else.
    """

    how: str
    several: int = 0
    doubt: str = ""
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Speaking:
    """The agent who speaks, when it is one; `agent` is None for a stranger in the agents' group."""

    agent: Agent | None


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to the case's person and to its agents.

    ``here`` is the door last heard, None once it is blocked; ``on_file`` the mail address of the account, where it is
    another one and the provider has a mailbox; ``staff`` the agents' group. ``returned`` when the speaker's own address
    was marked as closed, and yet they speak.
    """

    here: Address | None
    on_file: Address | None
    staff: Address | None
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """This very letter was handled before, under another key."""

    arrival_id: int
