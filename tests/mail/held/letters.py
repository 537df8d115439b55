"""The held-out letters: written before a look at the rules of `mail`, read whole, as they would come.

``clients.toml`` has the shapes of mail programs in ten languages, ``letters.txt`` replies written out and
``machines.txt`` reports, answers that nobody wrote, and people who sound like either; ``machines2.txt`` has more of
these, written after the first ones were read rightly, and so was ``html.txt``, what programs write in HTML.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import product
from pathlib import Path

from mail.reading.message import MailboxReadingOptions, MailMessage, read_message

FOLDER = Path(__file__).parent
SENTENCES = FOLDER.parents[1] / "understanding" / "sets"
DESK = MailboxReadingOptions("help@sever.test", groups=("support@sever.test",))
SIGNS = "+~|"


@dataclass(frozen=True, slots=True)
class HeldLetter:
    """A letter, and the words of it that are new, signed and quoted."""

    language: str
    kind: str
    name: str
    raw: bytes
    text: tuple[str, ...]
    signature: tuple[str, ...]
    quoted: tuple[str, ...]
    new_lines: tuple[str, ...]

    def lost(self, read: MailMessage) -> list[str]:
        """The lines of the person that are not in the new text."""
        left = [line.strip() for line in read.text.splitlines()]
        return [line for line in self.new_lines if line not in left]


@dataclass(frozen=True, slots=True)
class Judged:
    """A letter of a person or a machine: ``expected`` is "person", "auto" or "failed" and the like, with addresses."""

    name: str
    raw: bytes
    expected: str
    addresses: tuple[str, ...] = ()


def replies() -> list[HeldLetter]:
    """All letters whose new words are to be found."""
    return [*_letters_of_clients(), *_letters_written_out()]


def _letters_of_clients() -> Iterator[HeldLetter]:
    for language, spoken in tomllib.loads((FOLDER / "clients.toml").read_text("utf-8")).items():
        signs = spoken["signs"]
        for at, (shape, number) in enumerate(product(spoken["shapes"], range(len(spoken["new"])))):
            sign = signs[(at + at // len(signs)) % len(signs)]
            lines = _lines_of_shape(spoken["shapes"][shape], spoken["new"][number], sign, spoken["old"])
            author = next((one for one in sign.splitlines() if one.istitle() and "," not in one), "")
            yield _letter(language, shape, f"{language}-{shape}-{number}", lines, author, first=False, forward=False)


def _lines_of_shape(shape: str, new: str, sign: str, old: str) -> list[tuple[str, str]]:
    written = {
        "NEW": [("+", line) for line in new.split("\n")],
        "SIGN": [("~", line) for line in sign.split("\n")],
        "OLD": [("|", line) for line in old.split("\n")],
        ">OLD": [("|", f"> {line}".rstrip()) for line in old.split("\n")],
    }
    lines: list[tuple[str, str]] = []
    for line in shape.split("\n"):
        lines += written.get(line, [(line[:1], line[2:])])
    return lines


def _letters_written_out() -> Iterator[HeldLetter]:
    for piece in (FOLDER / "letters.txt").read_text("utf-8").split("\n=== ")[1:]:
        head, _, body = piece.partition("\n")
        language, kind, name, *more = head.split()
        author = next((one.removeprefix("author=").replace("_", " ") for one in more if one.startswith("author=")), "")
        lines = [(line[:1], line[2:]) for line in body.rstrip("\n").split("\n")]
        yield _letter(language, kind, name, lines, author, first="first" in more, forward="fw" in more)


def _letter(
    language: str, kind: str, name: str, lines: list[tuple[str, str]], author: str, first: bool, forward: bool
) -> HeldLetter:
    message = EmailMessage()
    message["From"] = f"{author} <person@c.test>".strip()
    message["To"] = DESK.address
    message["Subject"] = f"Fwd: {name}" if forward else name if first else f"Re: {name}"
    message["Message-ID"] = f"<{abs(hash(name))}@c.test>"
    if not first and not forward:
        message["In-Reply-To"] = "<1.x@sever.test>"
    message.set_content("\n".join(line for _, line in lines) + "\n")
    parts = [_words("\n".join(line for sign, line in lines if sign == known)) for known in SIGNS]
    new = tuple(line.strip() for sign, line in lines if sign == "+" and line.strip())
    return HeldLetter(language, kind, name, message.as_bytes(), parts[0], parts[1], parts[2], new)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def html_replies() -> Iterator[tuple[str, bytes, str]]:
    """Answers of HTML alone: name, letter, and the new words of it in one line."""
    for piece in (FOLDER / "html.txt").read_text("utf-8").split("\n=== ")[1:]:
        name, new, source = piece.split("\n", 2)
        message = EmailMessage()
        message["From"], message["To"] = "Иван Петров <person@c.test>", DESK.address
        message["Subject"], message["In-Reply-To"] = "Re: x", "<1.x@sever.test>"
        message.set_content(source, subtype="html")
        yield name, message.as_bytes(), new


def correspondents() -> Iterator[Judged]:
    """People and machines, written out."""
    texts = ((FOLDER / name).read_text("utf-8") for name in ("machines.txt", "machines2.txt"))
    for piece in (piece for text in texts for piece in text.split("\n=== ")[1:]):
        name, expected, raw = piece.split("\n", 2)
        kind, _, addresses = expected.partition(":")
        yield Judged(name, raw.encode(), kind, tuple(one.strip() for one in addresses.split(";") if one.strip()))


def ordinary() -> Iterator[Judged]:
    """Ordinary letters of people: the held-out replies, and each labelled sentence as subject and words of one."""
    for letter in replies():
        yield Judged(letter.name, letter.raw, "person")
    for sentence in sorted(sentences()):
        message = EmailMessage()
        message["From"] = "person@c.test"
        message["To"] = DESK.address
        message["Subject"] = " ".join(sentence.split())[:120]
        message.set_content(f"{sentence}\n")
        yield Judged(sentence, message.as_bytes(), "person")


def sentences() -> set[str]:
    """What people said, of all labelled sets."""
    lines = (line for path in SENTENCES.glob("*.jsonl") for line in path.read_text("utf-8").splitlines())
    return {text for line in lines if line.strip() and isinstance(text := json.loads(line).get("text"), str) and text}


def read(raw: bytes) -> MailMessage:
    """As the desk reads it."""
    return read_message(raw, DESK)
