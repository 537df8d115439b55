"""What an agent writes or presses in the agents' group, parsed into operations. Pure.

Only what is meant for the desk counts: an answer to one of its messages, a line that names a case, or a command.
Agents may talk among themselves around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.language.typed_durations import parse_minutes
from desk.model.agent_operations import (
    AddNote,
    AgentOperation,
    DeclareNoArticle,
    DraftArticle,
    LinkArticle,
    MarkArticlesNotUseful,
    Reply,
    Resolve,
    SetEta,
    SuggestArticles,
    Take,
)
from desk.model.messages import File


@dataclass(frozen=True, slots=True)
class AgentCommand:
    """An ``operation`` (None for talk among agents), and the case ``number`` as typed, in upper case."""

    operation: AgentOperation | None
    number: str = ""


NO_COMMAND = AgentCommand(None)
_DRAFT_WORDS, _NONE_WORDS = ("draft", "черновик"), ("none", "no", "нет", "без")


def parse_agent_message(text: str, files: tuple[File, ...] = (), replies: bool = False) -> AgentCommand:
    """Reads one message of an agent. ``replies`` when it answers a message, so that the case need not be named."""
    text = text.strip()
    command, rest = _first_word(text)
    name = command.partition("@")[0].lower()
    if name == "/eta":
        return _eta(rest)
    if parse := _COMMANDS.get(name):
        number, words = _number_and_words(rest, replies)
        return AgentCommand(parse(words, files), number)
    if command.startswith("/") and not command.startswith("//"):
        return NO_COMMAND
    number = "" if replies or not command.startswith(("#", "№")) else case_number(command)
    if number:
        text = rest
    if not (replies or number) or not (text or files):
        return NO_COMMAND
    if text.startswith("//"):
        return AgentCommand(AddNote(text[2:].strip(), files), number)
    return AgentCommand(Reply(text, files), number)


def parse_agent_button(option: str) -> AgentOperation | None:
    """What a button under one of the desk's messages means: take, eta:<minutes>, resolve, or one of the articles'."""
    name, _, value = option.partition(":")
    if name == "eta":
        return SetEta(int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else None)
    if name == "kb":
        return _article_button(value)
    return {"take": Take(), "resolve": Resolve()}.get(option)


def _article_button(option: str) -> AgentOperation | None:
    name, _, value = option.partition(":")
    if name == "link":
        return LinkArticle(value) if value else None
    if name == "none":
        return DeclareNoArticle(value)
    plain = {"draft": DraftArticle(), "ask_why": DeclareNoArticle(), "not_useful": MarkArticlesNotUseful()}
    return plain.get(name)


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


def _article_command(words: str) -> AgentOperation:
    """``/articles``, ``/article los-red``, ``/article draft``, ``/article none because ...``."""
    first, rest = _first_word(words)
    word = first.casefold()
    if not word:
        return SuggestArticles()
    if word in _DRAFT_WORDS:
        return DraftArticle()
    return DeclareNoArticle(rest.strip()) if word in _NONE_WORDS else LinkArticle(first)


_COMMANDS: Mapping[str, Callable[[str, tuple[File, ...]], AgentOperation]] = {
    "/take": lambda words, files: Take(),
    "/resolve": lambda words, files: Resolve(words),
    "/note": AddNote,
    "/article": lambda words, files: _article_command(words),
    "/articles": lambda words, files: _article_command(words),
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
