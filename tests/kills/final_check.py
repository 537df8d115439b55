"""After all kills, every message and every answer must be accounted for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row, select

from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.messages import RedeliveryPolicy
from desk.model.subscribers import PersonAddress
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures
from tests.kills.kill_run import Kill
from tests.kills.traffic import Person
from tests.peers.received_mail import ReceivedMail

Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class FinalCheck:
    """What stands in the desk's database, and what arrived at the servers around it."""

    arrivals: Rows
    departures: Rows
    cases: Sequence[Case]
    journal: Sequence[JournalEntry]
    addresses: Sequence[PersonAddress]
    seen: Sequence[Mapping[str, Any]]
    letters: Sequence[ReceivedMail]
    kills: Sequence[Kill]
    tokens: Mapping[str, str]
    """The channel of each bot by its token."""

    @classmethod
    async def read(
        cls,
        database: Database,
        providers: Sequence[str],
        seen: Sequence[Mapping[str, Any]],
        letters: Sequence[ReceivedMail],
        kills: Sequence[Kill],
        tokens: Mapping[str, str],
    ) -> FinalCheck:
        """Reads the desk's own books."""
        async with database.look() as connection:
            came = (await connection.execute(select(arrivals).order_by(arrivals.c.id))).all()
            went = (await connection.execute(select(departures).order_by(departures.c.id))).all()
        async with database.read(*providers) as session:
            cases = (await session.scalars(select(Case))).all()
            journal = (await session.scalars(select(JournalEntry).order_by(JournalEntry.id))).all()
            addresses = (await session.scalars(select(PersonAddress))).all()
        return cls(came, went, cases, journal, addresses, seen, letters, kills, tokens)

    def troubles(self, people: Sequence[Person]) -> list[str]:
        """Everything that is not as it was promised, one sentence each; empty when all is accounted for."""
        return [
            *self._lost(people),
            *self._second_cases(people),
            *self._disorder(people),
            *self._silence(people),
            *self._unexplained(),
            *self._second_mails(),
        ]

    # what came in

    def _lost(self, people: Sequence[Person]) -> list[str]:
        """Each message is stored once and decided."""
        found = [
            f"arrival {row.id} of {row.channel} is {row.state}: {row.problem}"
            for row in self.arrivals
            if row.state != "done"
        ]
        chats = {
            (row.channel, row.key)
            for row in self.arrivals
            if row.channel.startswith("telegram:") and ":-" not in row.lane  # what agents say is no subscriber's
        }
        told = {(self.tokens[one.reach], str(update)) for one in people if one.reach for update in one.updates}
        found += [f"update {key} of {channel} was never stored" for channel, key in sorted(told - chats)]
        found += [
            f"update {key} of {channel} was stored, though nobody sent it" for channel, key in sorted(chats - told)
        ]
        mails = sum(row.channel.startswith("mail:") for row in self.arrivals)
        written = sum(one.said for one in people if not one.reach)
        if mails != written:
            found.append(f"{written} letters were written and {mails} stored")
        return found

    def _second_cases(self, people: Sequence[Person]) -> list[str]:
        found = []
        for one, cases in self._cases_of(people):
            if len(cases) != 1:
                found.append(f"{one.name} has {len(cases)} cases for one matter")
        return found

    def _disorder(self, people: Sequence[Person]) -> list[str]:
        """The protocol tells a person's words in the order they were said, every one, once."""
        found = []
        by_case = defaultdict(list)
        for line in self.journal:
            if line.actor == "subscriber" and line.kind == "dialogue":
                by_case[line.case_id].append(line)
        for one, cases in self._cases_of(people):
            lines = [line for case in cases for line in by_case[case]]
            ids = [line.arrival_id or 0 for line in lines]
            if ids != sorted(set(ids)):
                found.append(f"the protocol of {one.name} is out of order: {ids}")
            said = [line.text.strip() for line in lines]
            if said != one.words[: one.said]:
                found.append(f"{one.name} said {one.words[: one.said]}, the protocol has {said}")
        return found

    def _cases_of(self, people: Sequence[Person]) -> list[tuple[Person, list[int]]]:
        persons = {(row.channel, row.value): row.person_id for row in self.addresses}
        cases = defaultdict(list)
        for case in self.cases:
            cases[case.person_id].append(case.id)
        return [(one, cases[persons.get(self._address(one), 0)]) for one in people if one.said]

    def _address(self, one: Person) -> tuple[str, str]:
        return (self.tokens[one.reach], str(one.id)) if one.reach else ("mail:support", one.address)

    # what went out

    def _silence(self, people: Sequence[Person]) -> list[str]:
        """Every person was answered, and whatever counts as sent was seen."""
        chats = {str(call["params"]["chat_id"]) for call in self.seen}
        mailed = {recipient for letter in self.letters for recipient in letter.recipients}
        found = [
            f"{one.name} got no answer"
            for one in people
            if one.said and (str(one.id) not in chats if one.reach else one.address not in mailed)
        ]
        shown = {(call["bot_id"], str(call["message_id"])) for call in self.seen}
        bots = {channel: int(token.partition(":")[0]) for token, channel in self.tokens.items()}
        for row in self.departures:
            # What was being sent at two kills is not sent a third time, and what passes between people not a second
            # time: its fate is told instead (T07).
            enough = 1 if row.policy == RedeliveryPolicy.HOLD else 2
            known = row.state == "unknown" and self._doubts(row.key) >= enough
            if row.state not in ("sent", "superseded") and not known:
                found.append(f"departure {row.key} to {row.lane} is {row.state}: {row.problem}")
            single = _is_new_message(row) and row.body["method"] != "sendMediaGroup"
            if row.state == "sent" and single and (bots[row.channel], row.remote) not in shown:
                found.append(f"departure {row.key} to {row.lane} counts as sent, and nobody saw it")
        return found

    def _doubts(self, key: str) -> int:
        """At how many kills a departure was being sent."""
        return self._sent_at_kills[key]

    @cached_property
    def _sent_at_kills(self) -> Counter[str]:
        return Counter(key for kill in self.kills for key in {sending for sending, _ in kill.sending})

    def _unexplained(self) -> list[str]:
        """What was read twice was being sent at a kill, once for each time too many; one of a lane at each kill."""
        found = []
        for number, kill in enumerate(self.kills, 1):
            twice = [lane for lane, count in Counter(lane for _, lane in kill.sending).items() if count > 1]
            found += [f"at kill {number} two messages of {lane} were being sent" for lane in twice]
        meant, allowed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for row in self.departures:
            if _is_new_message(row):
                what = (row.lane, _words(row.body["params"]))
                meant[what] += row.state == "sent"
                allowed[what] += self._doubts(row.key)
            elif row.body.get("method") == "editMessageText":
                # A card whose own fate a kill left in doubt is not known to be there: its next edit shows it anew.
                what = (row.lane, _words(row.body["params"]))
                allowed[what] += self._doubts(str(row.body.get("edits", "")))
        for what, times in self.shown().items():
            if times > meant[what] + allowed[what]:
                found.append(f"{what} was seen {times} times, meant {meant[what]}, explained {allowed[what]}")
        return found

    def shown(self) -> Counter[tuple[str, str]]:
        """How often each text was put before each chat."""
        channels = {int(token.partition(":")[0]): channel for token, channel in self.tokens.items()}
        return Counter(
            (f"{channels[call['bot_id']]}:{call['params']['chat_id']}", _words(call["params"])) for call in self.seen
        )

    def repeats(self) -> int:
        """How many messages were seen once more than they were meant, all explained by a kill."""
        meant = Counter(
            (row.lane, _words(row.body["params"]))
            for row in self.departures
            if row.state in ("sent", "unknown") and _is_new_message(row)
        )
        return sum((self.shown() - meant).values())

    def _second_mails(self) -> list[str]:
        """Copies of one letter have one Message-ID; there are as many as letters were decided."""
        ids = {letter.message_id for letter in self.letters}
        meant = {row.remote for row in self.departures if row.kind == "mail" and row.state == "sent"}
        found = [f"letter {one} was sent without being decided" for one in sorted(ids - meant)]
        return found + [f"letter {one} counts as sent, and did not arrive" for one in sorted(meant - ids)]


def _is_new_message(row: Row[Any]) -> bool:
    """Whether a departure shows somebody something new, in Telegram."""
    return bool(row.channel.startswith("telegram:") and row.body["method"].startswith("send"))


def _words(params: Mapping[str, Any]) -> str:
    return str(params.get("text") or params.get("caption") or "")
