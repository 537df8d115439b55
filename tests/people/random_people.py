"""Random people: each says things of which is known what they mean, in any order, and answers what is asked or not.

What a fragment truly says stands beside it, so a line of a card that nobody said is found. Pure: the rules alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.language.normalize import normalized
from desk.language.rich_text import RichText
from desk.model.acts import RuleAct, SayReadyText, SayTemplate
from desk.model.dialog_state import CONSENT, IDENTIFIER, QUESTION, SELF_HELP, SUMMARY
from desk.model.shared_facts import ArticleSuggestion, ArticleSuggestions
from desk.model.states import CaseState
from intake.engine.answer_parsing import ON_FILE
from intake.engine.dialog_file import parse_dialog
from intake.engine.model import Dialog
from tests.intake.talk import Talk
from tests.people.random_words import RUSSIAN, Fragment, Speech

PACKAGED = Path(__file__).parents[2] / "intake" / "dialogs"


THANKED = ["you_are_welcome "]
"""Thanks before a matter begins are kept nowhere, so each is answered by itself."""


@dataclass(slots=True)
class RandomPerson:
    """One talk with its random choices, and what was found wrong in it."""

    seed: int
    by_mail: bool
    speech: Speech = RUSSIAN
    faults: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    said: list[Fragment] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    messages: int = 0
    cards: int = 0

    def plays(self, dialog: Dialog) -> None:
        """From the first word until the case is registered, settled or cancelled."""
        chance = random.Random(self.seed)
        talk = _RandomTalk(dialog, articles=dialog.articles, batch=self.by_mail, contract_shape="99-9999")
        talk.offers = chance.random() < 0.7
        previous: list[str] = []
        while self.messages < 14 and not _is_over(talk):
            fragments = self._next(talk, chance)
            self.messages += 1
            self._say(talk, fragments, chance)
            self._look(talk, fragments, previous)
            previous = _prompt(talk.acts)
        if not _is_over(talk):
            self._say(talk, [self.speech.human[self.seed % len(self.speech.human)]], chance)
            if not talk.case.registered:
                self.faults.append("a human was not reached in one message")
        self._judge(talk)

    def _next(self, talk: Talk, chance: random.Random) -> list[Fragment]:
        roll, owner, words = chance.random(), talk.case.expecting.owner, self.speech
        if not self.messages:
            told = [chance.choice(words.facts[slot]) for slot in words.facts if chance.random() < 0.25]
            first = [chance.choice(words.trouble), *told]
            noise = chance.choice(words.noise)
            return [noise, *first] if roll < 0.2 else [noise] if roll < 0.3 else first
        for limit, among in ((0.02, words.human), (0.06, words.angry), (0.28, words.noise)):
            if roll < limit:
                return [chance.choice(among)]
        if owner == QUESTION:
            return self._answers(talk, chance)
        return [chance.choice(_to(words, owner, roll))]

    def _answers(self, talk: Talk, chance: random.Random) -> list[Fragment]:
        asked = [talk.dialog.question(name) for name in talk.case.dialog_state.asked]
        found: list[Fragment] = []
        for question in asked:
            known = self.speech.terse.get(question.means if question else "")
            if question is None or question.request or not known:
                found.append(chance.choice(self.speech.skip))
            elif chance.random() < 0.75 or self.by_mail:
                found.append(chance.choice(known))
            else:
                found.append(chance.choice(self.speech.facts.get(question.means, known)))
        if chance.random() < 0.25 and not self.by_mail:
            facts = self.speech.facts
            found.append(chance.choice(facts[chance.choice(list(facts))]))
        return found

    def _say(self, talk: Talk, fragments: Sequence[Fragment], chance: random.Random) -> None:
        self.said += fragments
        many = self.by_mail and talk.case.expecting.owner == QUESTION and len(fragments) > 1
        text = (
            "\n".join(f"{at}) {one.text}" for at, one in enumerate(fragments, 1))
            if many
            else ", ".join(one.text for one in fragments)
        )
        self.lines.append(f"person: {text}")
        before = talk.case.dialog_state.asked if talk.case.expecting.owner == QUESTION else []
        talk.says(text)
        now = talk.case.dialog_state.asked if talk.case.expecting.owner == QUESTION else []
        if {"back_again", "tell_other"} & set(talk.words):
            self.asked.clear()  # who goes back, or turns to another matter, is asked anew
        elif list(now) != list(before):
            self.asked += now
        self.lines.append(f"desk: {' '.join(talk.words)} {talk.shown[:70]!r} -> {talk.case.expecting}")

    def _look(self, talk: Talk, fragments: Sequence[Fragment], previous: Sequence[str]) -> None:
        if not talk.acts:
            self.faults.append(f"silence after {fragments[0].text!r}")
        prompt = _prompt(talk.acts)
        if prompt and prompt == previous and prompt != THANKED:
            self.faults.append(f"two prompts in a row are the same after {fragments[0].text!r}: {prompt[0][:50]!r}")
        closed = talk.case.state == CaseState.CLOSED
        if closed and not any(one.act == "agree" for one in fragments):
            self.faults.append(f"closed on {[one.text for one in fragments]}")
        for name in talk.case.dialog_state.asked if talk.case.expecting.owner == QUESTION else ():
            if name in talk.case.answers and talk.case.answers[name].get("value") is not None:
                self.faults.append(f"{name} is asked, though its answer is known")

    def _judge(self, talk: Talk) -> None:
        for name in set(self.asked):
            if self.asked.count(name) > 2:
                self.faults.append(f"{name} was put {self.asked.count(name)} times")
        truths: dict[str, set[Any]] = {}
        words: dict[str, str] = {}
        for fragment in self.said:
            for slot, value in fragment.tells.items():
                truths.setdefault(slot, set()).add(value)
                words[slot] = f"{words.get(slot, '')} {normalized(fragment.text)}"
        for name, answer in talk.case.answers.items():
            question, value = talk.dialog.question(name), answer.get("value")
            if question is None or value in (None, "", ON_FILE, "unknown", "unknown_answer"):
                continue
            self.cards += 1
            if question.means in ("scope", "lamps", "rebooted", "neighbours"):
                if value not in truths.get(question.means, set()):
                    self.faults.append(f"false: {name} = {value!r}, told {truths.get(question.means)}")
            elif question.means and not _overlaps(str(answer.get("text", "")), words.get(question.means, "")):
                self.faults.append(f"false: {name} = {answer.get('text')!r}, told {words.get(question.means)!r}")


class _RandomTalk(Talk):
    """A talk in which the knowledge base has an article for the trouble, or none."""

    __slots__ = ("offers",)
    offers: bool

    def more_facts(self) -> list[object]:
        best = (ArticleSuggestion("no-internet", self.dialog.id, 1.0, True, RichText("article no-internet")),)
        return [ArticleSuggestions(best if self.offers else ())]


def _to(words: Speech, owner: str, roll: float) -> Sequence[Fragment]:
    """What may be answered to whoever asks; ``roll`` decides between the usual and the rarer."""
    usual = roll < 0.75
    return {
        SELF_HELP: words.not_helped if usual else [*words.never_closes, *words.agree],
        IDENTIFIER: [Fragment("40-1187")] if usual else words.no_number,
        CONSENT: words.agree if usual else words.never_closes,
        SUMMARY: words.right,
    }.get(owner, words.trouble)


def _is_over(talk: Talk) -> bool:
    return talk.case.registered or not talk.case.open


def _prompt(acts: Sequence[RuleAct]) -> list[str]:
    """What was said last, as far as it can be compared."""
    return [
        one.text.plain if isinstance(one, SayReadyText) else f"{one.template} {one.names.get('again', '')}"
        for one in acts
        if isinstance(one, (SayReadyText, SayTemplate))
    ]


def _overlaps(text: str, told: str) -> bool:
    return bool(set(normalized(text).split()) & set(told.split()))


def play_random(count: int, first_seed: int = 1, speech: Speech = RUSSIAN) -> list[RandomPerson]:
    """So many people, half of them by letter, each with its faults."""
    dialog = parse_dialog((PACKAGED / "no_internet.toml").read_bytes(), "no_internet.toml")
    people = [RandomPerson(seed, seed % 2 == 0, speech) for seed in range(first_seed, first_seed + count)]
    for one in people:
        one.plays(dialog)
    return people
