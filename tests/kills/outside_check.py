"""The judgement from outside: by what people wrote and what the servers around the desk logged, and nothing else.

The desk's own tables may be wrong in the same way as the desk is; what people saw is not. Answers often repeat in the
same words, each to a message of its own, so what is seen twice is judged by the order in a chat: the desk sends one
message of a chat at a time, so whatever a kill makes it repeat comes right after itself.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from mail.sending.loop_guard import MAX_PER_HOUR
from tests.kills.outside_record import OutsideRecord, Said, Shown

NUMBER = re.compile(r"\b[A-Z]{2}-\d{4}-\d{6}-\d\b")
Key = TypeVar("Key")
One = TypeVar("One")

IN_FLIGHT = 10.0
"""Seconds before a kill in which a message may have been taken by a server and not yet been known as sent."""

HOUR = 3600.0
BEHIND = 1800.0
"""Seconds after which no answer is one to this message any more, if the person has written again meanwhile."""


@dataclass
class OutsideCheck:
    """One record, judged. ``troubles`` is empty when everything is accounted for; ``counts`` are the figures."""

    record: OutsideRecord
    troubles: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    """Seconds from each text to the next thing its chat was shown."""

    def __post_init__(self) -> None:
        self._taken_in()
        self._letters_answered()
        self._texts_answered()
        self._numbers()
        self._agents_words()
        self._repeated_messages()
        self._repeated_letters()

    def __str__(self) -> str:
        counts = ", ".join(f"{name}: {count}" for name, count in self.counts.items())
        return (
            f"{counts}; seconds to the next thing shown, after a message {_spread(self.delays)}, "
            f"after a kill {_spread(self.recoveries())}; {len(self.troubles)} troubles"
        )

    def recoveries(self) -> list[float]:
        """Seconds from each kill to the next thing that anybody was shown, where that came before the next kill."""
        times = sorted([one.at for one in self.record.shown] + [one.at for one in self.record.letters])
        ends = [*self.record.kills[1:], float("inf")]
        found = []
        for kill, end in zip(self.record.kills, ends, strict=True):
            at = bisect.bisect(times, kill)
            if at < len(times) and times[at] < end:
                found.append(times[at] - kill)
        return found

    # what came in

    def _taken_in(self) -> None:
        """Telegram's updates are all confirmed, and each letter is marked as read on its server."""
        letters = [one for one in self.record.said if not one.bot]
        self.counts["texts written"] = len(self.record.said) - len(letters)
        self.counts["letters written"] = len(letters)
        if self.record.unconfirmed:
            self.troubles.append(f"{self.record.unconfirmed} updates were never confirmed")
        if len(self.record.flags) != len(letters):
            self.troubles.append(f"{len(letters)} letters were written, {len(self.record.flags)} lie in the mailbox")
        unread = [uid for uid, flags in self.record.flags if "\\Seen" not in flags]
        self.troubles += [f"letter with UID {uid} was never marked as read" for uid in unread]

    def _letters_answered(self) -> None:
        """A letter of the desk names in References all that it answers.

        What was written before an earlier letter was answered may get no answer of its own, and what is beyond the
        limits of automatic mail gets none (`mail.sending.loop_guard`): it waits for the agents.
        """
        named = {one for letter in self.record.letters for one in letter.references}
        to_person = _by(self.record.letters, lambda one: one.to)
        to_domain = _by(self.record.letters, lambda one: one.to.rpartition("@")[2])
        for one in self.record.said:
            if one.bot or one.key in named:
                continue
            lately = [letter for letter in to_domain.get(one.who.rpartition("@")[2], []) if one.at - letter.at < HOUR]
            if any(letter.at >= one.at for letter in to_person.get(one.who, [])):
                self.counts["letters answered with others of the person"] += 1
            elif len({letter.message_id for letter in lately}) >= MAX_PER_HOUR:
                self.counts["letters beyond the limit of automatic mail"] += 1
            else:
                self._lost("letter", one)

    def _texts_answered(self) -> None:
        """After each message its chat is shown something, or the agent who has the case reads these words.

        While the desk is behind, the next message may come before the answer to this one.
        """
        answers = _by(self._answers, lambda one: one.chat)
        group = [message for message in self.record.shown if message.chat.startswith("-")]
        for who, said in _by((one for one in self.record.said if one.bot), lambda one: one.who).items():
            shown = sorted(one.at for one in answers.get(who, []))
            following = [*(one.at for one in said[1:]), float("inf")]
            for one, later in zip(said, following, strict=True):
                at = next(iter(shown[bisect.bisect(shown, one.at) :]), float("inf"))
                if any(place.bot == one.bot and place.at >= one.at and one.words in place.words for place in group):
                    self.counts["texts the agent has read"] += 1
                elif at >= later and at - one.at > BEHIND:
                    self._lost("message", one)
                elif at >= later:
                    self.counts["texts answered with others of the person"] += 1
                if at < float("inf"):
                    self.delays.append(at - one.at)

    def _lost(self, what: str, said: Said) -> None:
        self.counts["lost"] += 1
        self.troubles.append(f"nothing came of the {what} {said.key} of {said.who}: {said.words!r}")

    def _numbers(self) -> None:
        """Each person has one matter, so is told one number, and nobody else is told the same."""
        told: defaultdict[str, set[str]] = defaultdict(set)
        for message in self._answers:
            told[message.chat].update(NUMBER.findall(message.words))
        for letter in self.record.letters:
            told[letter.to].update(NUMBER.findall(letter.words))
        self.counts["cases"] = len({number for numbers in told.values() for number in numbers})
        self.troubles += [
            f"{who} was told of {len(numbers)} cases" for who, numbers in told.items() if len(numbers) > 1
        ]
        owners = Counter(number for numbers in told.values() for number in numbers)
        self.troubles += [f"case {number} was told to {count} people" for number, count in owners.items() if count > 1]

    # what went out

    def _agents_words(self) -> None:
        """What the agent says reaches the subscriber; where a kill leaves that in doubt, the group is told so."""
        doubts = [one.words for one in self.record.shown if one.chat.startswith("-") and "мож" in one.words]
        for one in self.record.agent:
            times = sum(one.words in message.words for message in self._answers)
            self.counts["agent's answers"] += 1
            if times == 1:
                continue
            told = any(one.number in words for words in doubts)
            self.counts["agent's answers in doubt"] += told
            if not told:
                self.troubles.append(f"the agent's answer to {one.number} was seen {times} times")

    def _repeated_messages(self) -> None:
        new = [one for one in self.record.shown if one.method.startswith("send")]
        self.counts["messages shown"] = len(new)
        said = defaultdict(list)
        for one in self.record.said:
            said[one.who].append(one.at)
        for chat, messages in _by(new, lambda one: f"{one.bot}:{one.chat}").items():
            written = said[messages[0].chat]
            texts = int(messages[0].method == "sendMessage")
            for before, after in pairwise(messages):
                texts += after.method == "sendMessage"
                if before.words == after.words != "":
                    self._twice(chat, before, after, own=texts <= bisect.bisect(written, after.at))

    def _twice(self, chat: str, before: Shown, after: Shown, own: bool) -> None:
        """``own``: there are enough messages of the person for each answer to have one of its own."""
        kill = self._kill_after(before.at)
        if kill is not None and kill < after.at and kill - before.at <= IN_FLIGHT:
            self.counts["seen twice, by a kill"] += 1
        elif own:
            self.counts["same words to another message"] += 1
        else:
            self.counts["seen twice, unexplained"] += 1
            self.troubles.append(f"{chat} was shown twice, and no kill explains it: {before} {after}")

    def _repeated_letters(self) -> None:
        """A second copy has the Message-ID of the first, and is shown once; a second letter answers something else."""
        letters = self.record.letters
        self.counts["letters sent"] = len({one.message_id for one in letters})
        for message_id, copies in _by(letters, lambda one: one.message_id).items():
            for before, after in pairwise(copies):
                kill = self._kill_after(before.at)
                if kill is not None and kill < after.at and kill - before.at <= IN_FLIGHT:
                    self.counts["second copies of a letter, by a kill"] += 1
                else:
                    self.troubles.append(f"{message_id} came twice, and no kill explains it: {before.at} {after.at}")
        for (to, words, _), same in _by(letters, lambda one: (one.to, one.words, one.references)).items():
            if len({one.message_id for one in same}) > 1:
                self.troubles.append(f"{to} got the same letter under two Message-IDs: {words[:100]!r}")

    # looking

    @cached_property
    def _answers(self) -> list[Shown]:
        return [one for one in self.record.shown if not one.chat.startswith("-")]

    def _kill_after(self, at: float) -> float | None:
        kills = self.record.kills
        number = bisect.bisect(kills, at)
        return kills[number] if number < len(kills) else None


def _by(ones: Iterable[One], key: Callable[[One], Key]) -> Mapping[Key, list[One]]:
    found: defaultdict[Key, list[One]] = defaultdict(list)
    for one in ones:
        found[key(one)].append(one)
    return found


def _spread(seconds: Iterable[float]) -> str:
    found = sorted(seconds)
    if not found:
        return "none"
    return "/".join(f"{found[round(share * (len(found) - 1))]:.1f}" for share in (0.5, 0.95, 1)) + " (p50/p95/most)"
