"""Values for the questions of a dialog, found wherever in a message they stand: since when, on what, which lamps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from desk.understanding.contract_numbers import contract_told
from desk.understanding.phone_numbers import phones_told
from desk.understanding.reading.normalized_message import Reading, read
from desk.understanding.reading.observations import ObservedValue, Situation, TalkStage
from desk.understanding.slots.addresses import place
from desk.understanding.slots.changed import changed
from desk.understanding.slots.lamps import lamps
from desk.understanding.slots.moments import Moment, moments_in
from desk.understanding.slots.money import amount
from desk.understanding.slots.money_matters import money_matter
from desk.understanding.slots.neighbours_online import neighbours
from desk.understanding.slots.paid_by import paid_by
from desk.understanding.slots.rebooted import rebooted
from desk.understanding.slots.scope import scope
from desk.understanding.slots.since import HINT, money_date, since
from desk.understanding.slots.sites import site

_Finder: TypeAlias = Callable[[Reading, bool], ObservedValue | None]

_FINDERS: Mapping[str, _Finder] = {
    "scope": scope,
    "lamps": lamps,
    "rebooted": rebooted,
    "neighbours": neighbours,
    "place": place,
    "site": site,
    "amount": amount,
    "money_matter": money_matter,
    "paid_by": paid_by,
    "changed": changed,
}
_SLOT_OF_QUESTION = {"address": "place", "lights": "lamps", "reboot": "rebooted", "which_site": "site"}
_SLOTS_OF_WORDS = ("since", "date", "place", "site", "changed")
_OPEN_COMMANDS = ("/", "\\")
_OPENER = re.compile(
    r"\s*(?:ой|ох|упс|oh|oops|ah)\b[\s,.!-]*(?:нет|не то|no)\b(?:[\s,.!-]*(?:нет|no)\b)*\s*[,.!-]+\s*(?=\w)"
)
"""How a correction begins: its "no" is said of what was told before, and answers nothing where a fact follows."""


def facts_told(text: str, situation: Situation) -> tuple[ObservedValue, ...]:
    """All values of known meaning in the text, each with its words; those of the open question may be terse.

    Where the writer corrects their own words ("вчера, ой нет, позавчера"), what comes later counts. A command
    ("/cancel") tells nothing.
    """
    if text.lstrip().startswith(_OPEN_COMMANDS):
        return ()
    reading = read(text)
    question = _SLOT_OF_QUESTION.get(situation.question, situation.question)
    found = _found_in(reading, question, situation)
    if (opener := _OPENER.match(reading.text)) and (
        rest := _found_in(reading.part(opener.end(), len(reading.text)), question, situation)
    ):
        found = rest
    if place_of_correction := reading.correction:
        mended = _found_in(reading.part(place_of_correction, len(reading.text)), question, situation)
        found = found | mended
    if question in ("amount", "phone"):  # digits that answer these are nothing else
        found = {
            slot: one for slot, one in found.items() if slot == question or not _overlaps(one, found.get(question))
        }
    phones = phones_told(text, asked=question == "phone")
    if phones:
        number, start, end = phones[-1]
        found["phone"] = ObservedValue("phone", number, start, end)
        found = {slot: one for slot, one in found.items() if slot == "phone" or not _overlaps(one, found["phone"])}
    if "place" in found and _is_contract(text, found["place"], situation):
        del found["place"]
    return tuple(_in_own_words(text, one) for one in found.values())


def _is_contract(text: str, one: ObservedValue, situation: Situation) -> bool:
    """Whether the number of an address is one of a contract: "правильный 40-1222"."""
    contract = contract_told(text, situation.contract_shapes, asked=False)
    return contract is not None and one.start < contract.end and contract.start < one.end


def _in_own_words(text: str, one: ObservedValue) -> ObservedValue:
    """With the person's own words as the value, where the words are the value."""
    return replace(one, value=text[one.start : one.end]) if one.slot in _SLOTS_OF_WORDS else one


def _found_in(reading: Reading, question: str, situation: Situation) -> dict[str, ObservedValue]:
    if not reading.text.strip():
        return {}
    return {one.slot: one for one in _values(reading, question, situation)}


def _values(reading: Reading, question: str, situation: Situation) -> Iterator[ObservedValue]:
    moments: list[Moment] = []
    if situation.now is not None and HINT.search(reading.text):
        moments = list(moments_in(reading, situation.now, situation.zone))
    if moments:
        may_be_bare = situation.context in (TalkStage.FIRST, TalkStage.QUESTION)
        for found in (since(reading, moments, question, may_be_bare), money_date(reading, moments, question)):
            if found:
                yield found
    for slot, find in _FINDERS.items():
        if found := find(reading, question == slot):
            yield found


def _overlaps(one: ObservedValue, other: ObservedValue | None) -> bool:
    return other is not None and one.start < other.end and other.start < one.end
