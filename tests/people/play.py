"""Plays one persona against a simulated desk, and says what is not as a good first line would have it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desk.language.normalize import normalized
from desk.model.case import Case
from desk.model.dialog_state import CATEGORY, CONSENT, IDENTIFIER, PROBLEM, QUESTION, SELF_HELP, SUMMARY
from desk.model.states import CaseState
from desk.understanding.reading.observations import Act, Situation
from desk.understanding.understand import understand
from intake.engine.answer_parsing import ON_FILE
from intake.engine.dialog_set import DialogSet
from intake.engine.model import Question
from tests.people.persona import Answer, Edit, Expected, Later, Move, Persona, Photo, Press
from tests.people.simulated_desk import MORNING, MailPerson, SimulatedDesk, SimulatedPerson, TelegramPerson

MOST_ANSWERS = 14
MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(slots=True)
class Played:
    """What came of it. ``faults`` are sentences; none means a good first line would sign it."""

    persona: Persona
    channel: str
    lines: list[str] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    messages: int = 0

    def __str__(self) -> str:
        head = f"=== {self.persona.id} ({self.channel})"
        cards = [json.dumps(one, ensure_ascii=False, default=str) for one in self.cards]
        return "\n".join(
            [head, *self.lines, *(f"card: {one}" for one in cards), *(f"FAULT: {one}" for one in self.faults)]
        )


async def play(desk: SimulatedDesk, persona: Persona, channel: str, dialogs: DialogSet) -> Played:
    """The whole script, and then the judgement."""
    noon = desk.begin_day()
    name = f"{persona.id.replace('_', '.')}@people.test"
    person: SimulatedPerson = desk.mail(name) if channel == "mail" else desk.telegram("Анна", persona.language)
    known = {case.id for case in await desk.cases()}
    played = Played(persona, channel)
    player = _Player(desk, person, persona, dialogs, known, played)
    for move in persona.script:
        await player.make(move)
    played.lines = [str(line) for line in person.transcript]
    played.messages = len(person.told)
    cases = await player.cases()
    played.cards = [card_of(case) for case in cases]
    played.faults += judge(persona.expected, cases, played, noon - MORNING)
    played.faults += silent_moments(person)
    return played


class _Player:
    def __init__(
        self,
        desk: SimulatedDesk,
        person: SimulatedPerson,
        persona: Persona,
        dialogs: DialogSet,
        known: set[int],
        played: Played,
    ) -> None:
        self.desk, self.person, self.persona, self.dialogs = desk, person, persona, dialogs
        self.known, self.played = known, played

    async def cases(self) -> list[Case]:
        return [case for case in await self.desk.cases() if case.id not in self.known]

    async def make(self, move: Move) -> None:
        if isinstance(move, Answer):
            for _ in range(1 if move.once or move.into_letter else MOST_ANSWERS):
                if not await self._answer(move.into_letter):
                    return
            if not (move.once or move.into_letter):
                self.played.faults.append(f"the desk still asks after {MOST_ANSWERS} answers")
        elif isinstance(move, Press):
            await self._press(move)
        elif isinstance(move, Photo):
            await self.person.says(move.words, photo=True)
        elif isinstance(move, Later):
            await self.desk.later(timedelta(hours=move.hours))
        elif isinstance(move, Edit):
            await (
                self.person.edits(move.words)
                if isinstance(self.person, TelegramPerson)
                else self.person.says(move.words)
            )
        elif isinstance(move, tuple):
            await self.person.says(*move)
        else:
            await self.person.says(move)

    async def _press(self, move: Press) -> None:
        last = self.person.heard[-1] if self.person.heard else None
        if isinstance(self.person, TelegramPerson) and last and move.option in last.data:
            await self.person.presses(move.option)
        elif isinstance(self.person, TelegramPerson) and move.option in ("not_helped", "helped"):
            return  # no article was shown: nothing to say about it
        elif move.option in ("not_helped", "helped") and not await self._expects(SELF_HELP):
            return
        else:
            await self.person.says(move.words)

    async def _expects(self, owner: str) -> bool:
        cases = await self.cases()
        return bool(cases) and cases[-1].expecting.owner == owner

    async def _answer(self, into_letter: bool = False) -> bool:
        """Answers what the desk asks now. Whether it asked anything."""
        cases = await self.cases()
        case = next((one for one in reversed(cases) if one.expecting), None)
        if case is None or (case.registered and case.expecting.owner != CONSENT):
            return False
        owner, answers = case.expecting.owner, self.persona.answers
        if isinstance(self.person, MailPerson):
            self.person.answered_case = case.id
        if owner == QUESTION:
            asked = [question for name in case.dialog_state.asked if (question := self._question(case, name))]
            self.played.asked += [question.id for question in asked]
            words = self._letter(asked) if self.person.kind == "mail" else self._words(asked[0])
            if into_letter and isinstance(self.person, MailPerson):
                await self.person.types_into({f"{at})": self._words(one) for at, one in enumerate(asked, 1)})
                return True
        elif owner == SUMMARY:
            words = "send"
        else:
            default = {
                SELF_HELP: "не помогло",
                CATEGORY: "нет интернета",
                PROBLEM: "нет интернета",
                CONSENT: "да, закрывайте",
            }
            words = answers.get({IDENTIFIER: "contract"}.get(owner, owner), default.get(owner, "не знаю"))
        if (
            words == "send"
            and isinstance(self.person, TelegramPerson)
            and any("send" in one.data for one in self.person.heard[-1:])
        ):
            await self.person.presses("send")
        else:
            await self.person.says("да, всё верно" if words == "send" else words)
        return True

    def _question(self, case: Case, name: str) -> Question | None:
        dialog = self.dialogs.get(case.dialog, case.dialog_state.dialog_hash)
        return dialog.question(name) if dialog else None

    def _words(self, question: Question) -> str:
        answers = self.persona.answers
        if question.request:
            return "пропустить" if self.persona.language == "ru" else "skip"
        return answers.get(question.means) or answers.get(question.id) or "не знаю"

    def _letter(self, asked: list[Question]) -> str:
        if len(asked) == 1:
            return self._words(asked[0])
        return "\n".join(f"{number}) {self._words(question)}" for number, question in enumerate(asked, 1))


def card_of(case: Case) -> dict[str, Any]:
    """What an agent reads of a case."""
    names = ("number", "state", "reason", "dialog", "contract", "language", "upset", "description", "circumstances")
    card = {name: getattr(case, name) for name in names}
    card |= {"answers": dict(case.answers), "occurred": case.occurred, "place": case.place, "queue": case.queue}
    return card | {"present": list(case.present), "absent": list(case.absent), "articles": list(case.articles)}


def judge(expected: Expected, cases: list[Case], played: Played, later: timedelta) -> list[str]:
    """Sentences on what is not as expected; the story was played so much ``later`` than its times are told."""
    if (expected.cases and len(cases) != expected.cases) or not cases:
        return [f"there are {len(cases)} cases, not {expected.cases}"]
    case, faults = cases[-1], []
    outcome = _outcome(case)
    if expected.outcome and outcome != expected.outcome:
        faults.append(f"the matter is {outcome}, not {expected.outcome}")
    for name, value in expected.values.items():
        found = case.answers.get(name, {}).get("value")
        if found != value:
            faults.append(f"{name} is {found!r}, not {value!r}")
    if expected.since:
        faults += _since_faults(case, expected.since, later)
    whole = json.dumps([card_of(one) for one in cases], ensure_ascii=False, default=str)
    told = normalized(" ".join(f"{one.description} {one.circumstances} {' '.join(one.present)}" for one in cases))
    faults += [f"{words!r} is lost" for words in expected.kept if normalized(words) not in told]
    faults += [f"{words!r} stands on the card" for words in expected.never if words in whole]
    for name in ("contract", "dialog", "language"):
        wanted = getattr(expected, name)
        if wanted and getattr(case, name) != wanted:
            faults.append(f"{name} is {getattr(case, name)!r}, not {wanted!r}")
    if expected.queue and case.queue.rpartition(":")[2] != expected.queue:
        faults.append(f"queue is {case.queue!r}, not {expected.queue!r}")
    if expected.upset is not None and case.upset != expected.upset:
        faults.append(f"upset is {case.upset}")
    if len(case.articles) > expected.articles_at_most:
        faults.append(f"{len(case.articles)} articles were shown: {case.articles}")
    faults += [f"{name} was asked, though it was told" for name in expected.asked_never if name in played.asked]
    faults += [
        f"{name} was asked {played.asked.count(name)} times"
        for name in set(played.asked)
        if played.asked.count(name) > 2
    ]
    return faults + false_lines(case, played)


def _outcome(case: Case) -> str:
    if case.state == CaseState.CLOSED:
        return "closed" if case.number else "settled"
    if case.state == CaseState.CANCELLED:
        return "cancelled"
    return "registered" if case.registered else "asking"


def _since_faults(case: Case, since: str, later: timedelta) -> list[str]:
    parsed: Mapping[str, Any] = next(
        (one.get("parsed", {}) for one in case.answers.values() if "from" in one.get("parsed", {})), {}
    )
    if not parsed:
        return ["since when is not known"]
    start, end = (datetime.fromisoformat(str(parsed[name])) for name in ("from", "to"))
    moment = datetime.fromisoformat(since).replace(tzinfo=MOSCOW) + later
    return [] if start <= moment <= end else [f"since {start:%d.%m %H:%M}-{end:%d.%m %H:%M} UTC does not hold {since}"]


def false_lines(case: Case, played: Played) -> list[str]:
    """Structured lines of a card that the person did not say or press."""
    said = normalized("\n".join(line.removeprefix("person: ") for line in played.lines if line.startswith("person: ")))
    faults = []
    for name, answer in case.answers.items():
        if answer.get("value") in (None, "", ON_FILE) and not answer.get("text"):
            continue
        words = normalized(str(answer.get("text", "")))
        if words and words not in said:
            faults.append(f"the answer to {name} has words nobody said: {answer['text']!r}")
    return faults


def silent_moments(person: SimulatedPerson) -> list[str]:
    """Messages nobody answered, and the same sentence twice in a row. A last word of thanks may stay without one."""
    faults, lines = [], person.transcript
    for before, after in itertools.pairwise(lines):
        if before.who == after.who == "desk" and before.text == after.text:
            faults.append(f"said twice: {after.text[:60]!r}")
    prompts = [line.text for line in lines if line.who == "desk"]
    faults += [f"the same words twice in a row: {a[:60]!r}" for a, b in itertools.pairwise(prompts) if a == b]
    if lines and lines[-1].who == "person" and not understand(lines[-1].text, Situation()).says(Act.THANKS):
        faults.append(f"silence after {lines[-1].text[:60]!r}")
    for at in range(len(lines) - 1):
        if lines[at].who == lines[at + 1].who == "person" and not _same_breath(person, at):
            faults.append(f"silence after {lines[at].text[:60]!r}")
    return faults


def _same_breath(person: SimulatedPerson, at: int) -> bool:
    return person.transcript[at].breath == person.transcript[at + 1].breath
