"""What an agent orders in the agents' group: commands, notes, words to the subscriber, buttons. Pure.

Only what is meant for the desk counts: an answer to one of its messages, a line that names a case, or a command.
Agents may talk among themselves around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desk.model.messages import Verb

LONGEST_ETA = 90 * 24 * 60
"""Minutes. Nobody plans a repair further ahead; a larger number is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class AgentCommand:
    """``number`` is a case number as typed, upper case. ``detail["duration"]`` is in whole minutes."""

    verb: Verb
    text: str = ""
    number: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


_COMMANDS = {
    "/take": Verb.TAKE,
    "/eta": Verb.ETA,
    "/resolve": Verb.RESOLVE,
    "/note": Verb.NOTE,
    "/article": Verb.ARTICLE,
    "/articles": Verb.ARTICLE,
}


def parse_agent_message(text: str, has_files: bool = False, replies: bool = False) -> AgentCommand:
    """Reads one message of an agent. ``replies`` when it answers a message, so that the case need not be named."""
    text = text.strip()
    command, rest = _word(text)
    if verb := _COMMANDS.get(command.partition("@")[0].lower()):
        return _command(verb, rest, replies)
    if command.startswith("/") and not command.startswith("//"):
        return AgentCommand(Verb.NOTHING, text)
    number = "" if replies or not command.startswith(("#", "№")) else case_number(command)
    if number:
        text = rest
    if not (replies or number) or not (text or has_files):
        return AgentCommand(Verb.NOTHING, text)
    if text.startswith("//"):
        return AgentCommand(Verb.NOTE, text[2:].strip(), number)
    return AgentCommand(Verb.SAY, text, number)


def _command(verb: Verb, rest: str, replies: bool) -> AgentCommand:
    if verb is Verb.ETA:
        return _eta(rest)
    first, after = _word(rest)
    number = case_number(first)
    # "/resolve 2024 routers replaced", written as an answer, begins with a word of the text and not with a case.
    if not number or (replies and first.isdecimal()):
        return AgentCommand(verb, rest)
    return AgentCommand(verb, after, number)


def _eta(rest: str) -> AgentCommand:
    number = ""
    found = parse_minutes(rest)
    if found is None:
        first, after = _word(rest)
        if number := case_number(first):
            found = parse_minutes(after)
    if found is None:
        return AgentCommand(Verb.ETA, rest, number, {"problem": "duration"})
    return AgentCommand(Verb.ETA, "", number, {"duration": str(found)})


def parse_agent_button(option: str) -> AgentCommand:
    """What a button under a card means: take, eta:<minutes> or resolve; any other is an ordinary press."""
    name, _, value = option.partition(":")
    if name == "eta":
        sound = value.isascii() and value.isdecimal() and 0 < int(value[:9]) <= LONGEST_ETA
        return AgentCommand(Verb.ETA, detail={"duration": str(int(value))} if sound else {"problem": "duration"})
    return AgentCommand({"take": Verb.TAKE, "resolve": Verb.RESOLVE}.get(option, Verb.PRESS))


def case_number(word: str) -> str:
    """The case number in a word, upper case, or "": four digits or more, alone or with letters behind dashes."""
    word = word.lstrip("#№").rstrip(":,.").upper()
    if len(word) > 40 or not word.isascii() or not word.replace("-", "").isalnum():
        return ""
    if "-" not in word and not word.isdecimal():
        return ""
    return word if sum(char.isdigit() for char in word) >= 4 else ""


_UNITS = (
    (1, ("m", "min", "mins", "minute", "minutes", "м", "мин", "минут", "минута", "минуты", "минуту")),
    (60, ("h", "hr", "hrs", "hour", "hours", "ч", "час", "часа", "часов")),
    (24 * 60, ("d", "day", "days", "д", "дн", "день", "дня", "дней", "сут", "сутки", "суток")),
)
_MINUTES = {name: size for size, names in _UNITS for name in names}


def parse_minutes(text: str) -> int | None:
    """Reads "2h", "30 m", "1d 4h", "2 ч 30 мин" as whole minutes; None for what is no duration ("soon", "1.5h")."""
    total, digits, unit = 0, "", ""
    if len(text) > 40:
        return None
    for char in text.lower() + " 0":
        if char.isascii() and char.isdecimal():
            if unit:
                if not digits or unit not in _MINUTES:
                    return None
                total, digits, unit = total + int(digits) * _MINUTES[unit], "", ""
            digits += char
        elif char.isalpha():
            unit += char
        elif char != " " and not (unit and char in ".,"):
            return None
    return total if digits == "0" and 0 < total <= LONGEST_ETA else None


def _word(text: str) -> tuple[str, str]:
    """The first word and the rest, whatever white space is between them."""
    parts = text.split(maxsplit=1)
    return (parts[0] if parts else ""), (parts[1] if len(parts) > 1 else "")
