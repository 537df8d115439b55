"""What an agent writes or presses in the agents' group, parsed into operations. Pure.

Only what is meant for the desk counts: an answer to one of its messages, a line that names a case, or a command.
Agents may talk among themselves around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bots.parse_case_command import CASE_COMMANDS, LIST_COMMANDS, parse_case_button
from desk.language.typed_durations import parse_minutes
from desk.model.agent_operations import (
    AcceptLetter,
    AddNote,
    ApproveChange,
    CallDone,
    DeclareNoArticle,
    DraftArticle,
    EditWords,
    LinkArticle,
    MarkArticlesNotUseful,
    ProposeChange,
    ReadFolded,
    ReadUnread,
    RefuseLetter,
    Reply,
    ReportChange,
    Resolve,
    SayNote,
    SetEta,
    ShowHelp,
    SuggestArticles,
    Take,
    TakeBackWords,
    UnknownCommand,
)
from desk.model.calendars.typed_windows import begins_with_date, typed_window
from desk.model.messages import File
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import Merge


@dataclass(frozen=True, slots=True)
class AgentCommand:
    """An ``operation`` (None for talk among agents), and the case ``number`` as typed, in upper case."""

    operation: AgentOperation | None
    number: str = ""


NO_COMMAND = AgentCommand(None)
CARD_BUTTONS = (["take"], ["resolve"], ["eta:60"], ["eta:240"], ["eta:1440"])
"""Options, split off a button's data, that only the card of a case offers."""
_TAKE_BACK = frozenset({"отменить", "отмена", "undo"})
_CALL_RESULTS = (
    (
        ("не тот номер", "не тот", "чужой номер", "неверный номер", "wrong number", "wrong_number", "wrong"),
        "wrong_number",
    ),
    (
        ("не ответили", "не ответил", "не ответила", "не дозвонились", "не дозвонился", "не дозвонилась", "не берут",
         "не берет", "недозвон", "нет ответа", "нет", "no_answer", "no answer", "not reached", "no"),
        "no_answer",
    ),
    (("дозвонились", "дозвонился", "дозвонилась", "поговорили", "да", "reached", "yes", "ok"), "reached"),
)  # fmt: skip
"""How an agent tells how a call ended; the longer words of two that begin alike stand first."""
_APPROVE_WORDS = ("ok", "ок", "approve", "approved", "согласен", "согласна", "согласовано")
_DONE_WORDS, _FAILED_WORDS = ("done", "сделано", "готово"), ("failed", "отмена", "cancel")
_DRAFT_WORDS, _NONE_WORDS = ("draft", "черновик"), ("none", "no", "нет", "без")


def parse_agent_message(text: str, files: tuple[File, ...] = (), replies: bool = False) -> AgentCommand:
    """Reads one message of an agent. ``replies`` when it answers a message, so that the case need not be named."""
    text = text.strip()
    command, rest = _first_word(text)
    name = command.partition("@")[0].lower()
    if known := _known_command(name, rest, files, replies):
        return known
    if command.startswith("/") and not command.startswith("//"):
        # "/lunch" may be for another bot, or for people; as an answer to one of the desk's messages it is for the desk.
        return AgentCommand(UnknownCommand(command[:40])) if replies and "@" not in command else NO_COMMAND
    number = _named(command, replies)
    text = rest if number else text
    if not (replies or number) or not (text or files):
        return NO_COMMAND
    return AgentCommand(_words(text, files), number)


def _known_command(name: str, rest: str, files: tuple[File, ...], replies: bool) -> AgentCommand | None:
    """What a command orders; None for one of others."""
    if asks := LIST_COMMANDS.get(name):
        return AgentCommand(asks(rest))
    if name in ("/eta", "/merge"):
        return _eta(rest) if name == "/eta" else _merge(rest, replies)
    if name == "/change":
        number, words = ("", rest) if begins_with_date(rest) else _number_and_words(rest, replies)
        return AgentCommand(_change(words), number)
    if parse := _COMMANDS.get(name):
        number, words = _number_and_words(rest, replies)
        return AgentCommand(parse(words, files), number)
    return None


def _words(text: str, files: tuple[File, ...]) -> AgentOperation:
    """Words are for the subscriber, or a note by the two strokes they begin with; "undo" is a word for the desk."""
    if text.startswith("//"):
        return AddNote(text[2:].strip(), files)
    taken_back = text.casefold().rstrip(".!") in _TAKE_BACK and not files
    return TakeBackWords() if taken_back else Reply(text, files)


def edited_operation(command: AgentCommand, text: str, files: tuple[File, ...] = ()) -> EditWords:
    """What an edited message orders: its own change, and nothing else. ``command`` is how it reads now."""
    operation = command.operation
    words = operation.text if isinstance(operation, (Reply, AddNote)) else text.strip()
    return EditWords(words, operation.name if operation else "", files)


_OF_LETTERS: Mapping[str, Callable[[int], AgentOperation]] = {
    "accept": AcceptLetter,
    "refuse": RefuseLetter,
    "folded": ReadFolded,
}


def parse_agent_button(option: str) -> AgentOperation | None:
    """What a button under one of the desk's messages means: take, eta:<minutes>, resolve, called:<result>, one of the
    articles'; of words undo:<message>, say:<message>, read; of a mail folded:<arrival>, accept:<arrival>,
    refuse:<arrival>; and what moves a case (`bots.parse_case_command.parse_case_button`)."""
    if moved := parse_case_button(option) or _change_button(option):
        return moved
    name, _, value = option.partition(":")
    if name in _OF_LETTERS:
        return _OF_LETTERS[name](int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else 0)
    if name in ("undo", "say") and value:
        return TakeBackWords(value) if name == "undo" else SayNote(value)
    if name == "eta":
        return SetEta(int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else None)
    if name in ("called", "kb"):
        return CallDone(value) if name == "called" else _article_button(value)
    return {"take": Take(), "resolve": Resolve(), "read": ReadUnread()}.get(option)


def _article_button(option: str) -> AgentOperation | None:
    name, _, value = option.partition(":")
    if name == "link":
        return LinkArticle(value) if value else None
    if name == "none":
        return DeclareNoArticle(value)
    plain = {"draft": DraftArticle(), "ask_why": DeclareNoArticle(), "not_useful": MarkArticlesNotUseful()}
    return plain.get(name)


def _change_button(option: str) -> AgentOperation | None:
    """Under a window for a change: change:ok:<version>, change:done:<version>, change:undone:<version>."""
    name, _, value = option.removeprefix("change:").partition(":")
    version = int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else 0
    known = {
        "ok": ApproveChange(version),
        "done": ReportChange(True, version=version),
        "undone": ReportChange(False, version=version),
    }
    return known.get(name) if version and option.startswith("change:") else None


def _change(words: str) -> AgentOperation:
    """``/change 2026-12-03 02:00-04:00 what for``, ``/change ok``, ``/change done how``, ``/change failed why``."""
    first, rest = _first_word(words)
    second, after = _first_word(rest)
    word = first.casefold().rstrip(".,:!")
    if word in ("не", "not") and second.casefold().rstrip(".,:!") in _DONE_WORDS:
        return ReportChange(False, after)
    if word in _DONE_WORDS or word in _FAILED_WORDS:
        return ReportChange(word in _DONE_WORDS, rest)
    if word in _APPROVE_WORDS and not rest:
        return ApproveChange()
    window = typed_window(words)
    return ProposeChange(window.begins, window.ends, window.what)


def _named(command: str, replies: bool) -> str:
    """The case that a line begins with: "#SN-2026-000123-4", "№1234567". An answer is to a case already: "№1234567 is
    the wrong contract" names none, and a number of the desk's own shape has dashes."""
    number = case_number(command) if command.startswith(("#", "№")) else ""
    return number if "-" in number or not replies else ""


def _number_and_words(rest: str, replies: bool) -> tuple[str, str]:
    """The case number behind a command, if there is one, and the words behind it."""
    first, after = _first_word(rest)
    number = case_number(first)
    # "/resolve 2024 routers replaced", written as an answer, begins with a word of the text and not with a case.
    if not number or (replies and first.isdecimal()):
        return "", rest
    return number, after


def _eta(rest: str) -> AgentCommand:
    """``/eta 2h``, ``/eta SN-2026-000123-4 1d``; what is no sensible duration may begin with a case number."""
    whole = SetEta(parse_minutes(rest))
    first, after = _first_word(rest)
    number = "" if whole.span else case_number(first)
    return AgentCommand(SetEta(parse_minutes(after)) if number else whole, number)


def _merge(rest: str, replies: bool) -> AgentCommand:
    """``/merge SN-2026-000124-1`` as an answer; else with the number of the case that ends before it."""
    first, after = _first_word(rest)
    second, why = _first_word(after)
    if not replies or ("-" in first and "-" in second and case_number(second)):
        return AgentCommand(Merge(case_number(second), why), case_number(first))
    return AgentCommand(Merge(case_number(first), after))


def _article_command(words: str) -> AgentOperation:
    """``/articles``, ``/article los-red``, ``/article draft``, ``/article none because ...``."""
    first, rest = _first_word(words)
    word = first.casefold()
    if not word:
        return SuggestArticles()
    if word in _DRAFT_WORDS:
        return DraftArticle()
    return DeclareNoArticle(rest.strip()) if word in _NONE_WORDS else LinkArticle(first)


def _called(words: str) -> AgentOperation:
    """``/called reached``, ``/called не ответили, перезвонить вечером``: how the call ended, and a note."""
    said = words.casefold().replace("ё", "е")
    for ways, result in _CALL_RESULTS:
        for way in ways:
            if said.startswith(way) and not said[len(way) : len(way) + 1].isalnum():
                return CallDone(result, words[len(way) :].strip(" ,.:;-—\n"))
    return CallDone("", words)


_COMMANDS: Mapping[str, Callable[[str, tuple[File, ...]], AgentOperation]] = {
    "/take": lambda words, files: Take(),
    "/resolve": lambda words, files: Resolve(words, files=files),
    "/called": lambda words, files: _called(words),
    "/read": lambda words, files: ReadUnread(),
    "/folded": lambda words, files: ReadFolded(),
    "/undo": lambda words, files: TakeBackWords(),
    "/help": lambda words, files: ShowHelp(),
    "/note": AddNote,
    "/article": lambda words, files: _article_command(words),
    "/articles": lambda words, files: _article_command(words),
    **CASE_COMMANDS,
}


def case_number(word: str) -> str:
    """The case number in a word, upper case, or "": four digits or more, alone or with letters behind dashes."""
    word = word.lstrip("#№").rstrip(":,.").upper()
    if len(word) > 40 or not word.isascii() or not word.replace("-", "").isalnum():
        return ""
    if "-" not in word and not word.isdecimal():
        return ""
    return word if sum(char.isdigit() for char in word) >= 4 else ""


def _first_word(text: str) -> tuple[str, str]:
    """The first word and the rest, whatever white space is between them."""
    parts = text.split(maxsplit=1)
    return (parts[0] if parts else ""), (parts[1] if len(parts) > 1 else "")
