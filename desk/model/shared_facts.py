"""Facts that more than one package needs: what a person is entitled to, and which article may help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from desk.language.rich_text import RichText
from desk.model.messages import Address, File

NO_TEXT = RichText("")


class EntitlementStatus(StrEnum):
    """What the entitlement check found (B3)."""

    OK = "ok"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    NOT_COVERED = "not_covered"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a provider's subscribers. ``characteristics`` are what its source has beyond what the desk knows.

    ``status`` is "active", "expired", "blocked", or "unknown" where the source knows keys alone. ``source`` is what
    agents read where it came from, and ``known_at`` when that was true; None for an account that no source gave.
    """

    provider: str
    contract: str
    name: str = ""
    status: str = "active"
    service_level: str = ""
    language: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    address: str = ""
    products: tuple[str, ...] = ()
    valid_to: date | None = None
    characteristics: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    known_at: datetime | None = None

    def keys(self, kind: str) -> tuple[str, ...]:
        """What it is found by of one kind: "contract", "serial", "login", "phone", "email", "reference", "licence"."""
        if kind == "contract":
            return (self.contract,)
        several = {"email": self.emails, "phone": self.phones, "login": self.logins, "serial": self.serials}
        return {**several, "reference": self.references, "licence": self.licences}.get(kind, ())

    def standing(self, today: date) -> EntitlementStatus:
        """Whether service is due today."""
        if self.status == "unknown":
            return EntitlementStatus.UNVERIFIED
        if self.status == "blocked":
            return EntitlementStatus.BLOCKED
        if self.status == "expired" or (self.valid_to is not None and self.valid_to < today):
            return EntitlementStatus.EXPIRED
        return EntitlementStatus.OK


@dataclass(frozen=True, slots=True)
class ContractGuess:
    """A number tried that may be a guess: by whom, and counted under which number.

    ``last`` is "person" or "all" when it spends that budget: the numbers after it are not looked up for a while.
    """

    number: int
    who: str
    last: str = ""


@dataclass(frozen=True, slots=True)
class TypedKey:
    """A key that somebody typed, and of which kind: "serial", "login", "phone" and so on."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class MeantKey:
    """A key on file that looks like one that was typed: its provider, its kind, and its value as it stands there."""

    provider: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Identification:
    """What the message says about whose case it is.

    ``account`` is the one account an exact identifier names, or None. ``contract`` is what the person typed that looks
    like a contract number, even where no account has it; ``key`` what they typed that is a key of another kind.
    ``meant`` are those that look like it, where nobody has exactly that: they are asked about. ``proved`` when the
    sender's own address is on the account and the channel is sure of it. ``guess`` is how the number counts if it may
    be guessed; ``unchecked`` when it was not even looked up, since too many were. ``how`` says what proved it in this
    very message ("phone", "link", "code", "mail"), ``link`` is the hash of the link; ``bound`` are the contracts that
    the sender's chat is bound to.
    """

    account: Account | None = None
    contract: str = ""
    proved: bool = False
    guess: ContractGuess | None = None
    unchecked: bool = False
    key: TypedKey | None = None
    meant: tuple[MeantKey, ...] = ()
    how: str = ""
    link: str = ""
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleSuggestion:
    """An article that may help: ``score`` from 0 to 1, ``sure`` when it is worth showing unasked.

    In a chat a long one is shown ``short`` at first, with the first ``short_pictures`` of its pictures, and the
    ``rest`` when it is asked for; both are empty where it is short anyway. ``source`` is its Markdown, with the
    provider's facts in it.
    """

    article: str
    title: str
    score: float
    sure: bool
    text: RichText
    pictures: tuple[File, ...] = ()
    dialog: str = ""
    category: str = ""
    short: RichText = NO_TEXT
    rest: RichText = NO_TEXT
    short_pictures: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class ArticleSuggestions:
    """Articles for what was said, the best first; empty when nothing fits.

    ``topic`` is what it is about where the articles are known not to be: television, joining, leaving.
    """

    best: tuple[ArticleSuggestion, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class ArticlesNamedByDialog:
    """The articles that the case's dialog names, by id, as its provider tells them: those that can be had."""

    articles: Mapping[str, ArticleSuggestion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outage:
    """A fault of the provider's own network, under which this person is: dialogs ask for it as ``outage_active``.

    No look-up gives one yet, so that is False until outages are known to the desk.
    """


class MailSuppressionCode(StrEnum):
    """Why an automatic message is not sent; the words of each are the template ``suppressed_<code>``."""

    OWN_MAILBOX = "own_mailbox"  # the address is a mailbox of the desk itself
    NO_NOTICES = "no_notices"  # they asked for no notices
    MUTED = "muted"  # the address is muted until one of us writes to it
    TOO_MANY_IN_AN_HOUR = "too_many_in_an_hour"
    TOO_MANY_IN_A_WEEK = "too_many_in_a_week"
    UNPROVED_TODAY = "unproved_today"  # the address has proved nothing, and was written to today already
    UNPROVED_DOMAIN = "unproved_domain"  # many messages went to unproved addresses of one domain within an hour
    DOMAIN = "domain"  # many addresses of one domain were written to
    SAME_WORDS_FROM_DOMAIN = "same_words_from_domain"  # these words came from that domain several times already


@dataclass(frozen=True, slots=True)
class SuppressionReason:
    """Why an automatic message is not sent; ``count`` and ``domain`` where the code speaks of them."""

    code: MailSuppressionCode
    count: int = 0
    domain: str = ""


@dataclass(frozen=True, slots=True)
class AutomaticMessageAllowance:
    """Whether one more automatic message may go to an address. ``peer`` is whom that address belongs to.

    ``refused`` is None, or says why it may not; ``mutes`` when the peer is to be muted for that from now on, until
    a person writes to them. ``number`` is that of the next automatic message to this peer. ``person`` when it answers a
    person, ``tells_number`` when a case's number may be told although it is refused.
    """

    peer: str
    number: int
    refused: SuppressionReason | None = None
    mutes: bool = False
    person: bool = False
    tells_number: bool = False


@dataclass(frozen=True, slots=True)
class SendAllowances:
    """The allowances of the addresses this round may write to; an address without one is not governed."""

    of: Mapping[Address, AutomaticMessageAllowance] = field(default_factory=dict)
