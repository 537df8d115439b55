"""The golden replies: what programs and people really write, with what is new, signed and quoted in each.

``python -m tests.mail.replies.golden_replies -v`` prints the score by kind and by language, and what is read wrongly.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mail.content.html_to_text import html_to_marked_text
from mail.replies.quotes import ReplySections, fold_quotes

GOLDEN = Path(__file__).parents[1] / "golden" / "replies"
OLD = "Hello Ivan,\nplease look whether the lamp is on.\n\nSever Net"
SIGNS = "+~|"


@dataclass(frozen=True, slots=True)
class Reply:
    """A letter's text, or its HTML, and what each part of the view must be, white space aside."""

    language: str
    kind: str
    name: str
    source: str
    text: str
    signature: str = ""
    quoted: str = ""
    author: str = ""
    forwarded: bool = False
    html: bool = False

    def view(self) -> ReplySections:
        """How the letter is folded."""
        if self.html:
            full, marks = html_to_marked_text(self.source)
            return fold_quotes(full, author=self.author, forwarded=self.forwarded, marks=marks)
        return fold_quotes(self.source, author=self.author, forwarded=self.forwarded)

    def wrong(self) -> str:
        """What is read otherwise than a person reads it; "" when nothing is."""
        view = self.view()
        for part in ("text", "signature", "quoted"):
            found, wanted = getattr(view, part), getattr(self, part)
            if _words(found, self.html) != _words(wanted, self.html):
                return f"{self.name}: {part}\n--- wanted\n{wanted}\n--- found\n{found}\n--- of\n{self.source}\n"
        return ""


def _words(text: str, html: bool) -> list[str]:
    """White space aside; in HTML a blank line of a quote is white space too."""
    return [word for line in text.split("\n") if not (html and line == ">") for word in line.split()]


def everything() -> list[Reply]:
    """All golden replies."""
    return [*phrase_replies(), *file_replies("letters"), *file_replies("traps"), *html_replies()]


# Letters made of one piece in every language


def phrase_replies() -> Iterator[Reply]:
    """From ``phrases.toml``: each opening, head, divider, forward, advertisement and closing in its usual places."""
    for language, tongue in tomllib.loads((GOLDEN / "phrases.toml").read_text("utf-8")).items():
        new, says = tongue["new"], tongue["says"]
        for number, say in enumerate(says):
            yield from _attributions(language, number, new, say)
        for number, head in enumerate(tongue["heads"]):
            yield from _heads(language, number, new, head)
        for number, divider in enumerate(tongue["dividers"]):
            quoted = f"{divider}\n{tongue['heads'][0]}\n\n{OLD}"
            yield Reply(language, "divider", f"{language}-divider-{number}", f"{new}\n\n{quoted}", new, quoted=quoted)
        for number, forward in enumerate(tongue["forwards"]):
            whole = f"{new}\n\n{forward}\n{tongue['heads'][0]}\n\n{OLD}"
            yield Reply(language, "forward", f"{language}-forward-{number}", whole, whole)
        for kind, below in (("advert", tongue["adverts"]), ("closing", tongue["closings"])):
            for number, signature in enumerate(below):
                yield from _signed(language, kind, number, new, signature, says[0])


def _attributions(language: str, number: int, new: str, say: str) -> Iterator[Reply]:
    name = f"{language}-says-{number}"
    marked_old = "\n".join(f"> {line}".rstrip() for line in OLD.split("\n"))
    quoted = f"{say}\n{marked_old}"
    yield Reply(language, "top", f"{name}-top", f"{new}\n\n{quoted}\n", new, quoted=quoted)
    yield Reply(language, "spaced", f"{name}-spaced", f"{new}\n{say}\n\n{marked_old}\n", new, quoted=quoted)
    yield Reply(language, "bottom", f"{name}-bottom", f"{quoted}\n\n{new}\n", new, quoted=quoted)
    if say[0] != ">":
        yield Reply(language, "unmarked", f"{name}-unmarked", f"{new}\n\n{say}\n\n{OLD}", new, quoted=f"{say}\n{OLD}")
    if (wrapped := _wrapped(say)) != say:
        quoted = f"{wrapped}\n{marked_old}"
        yield Reply(language, "wrapped", f"{name}-wrapped", f"{new}\n\n{quoted}\n", new, quoted=quoted)


def _wrapped(say: str) -> str:
    """The same, broken before its address and before its last word."""
    if "\n" in say or say[0] == ">":
        return say
    broken = say.replace(" <help", "\n<help", 1).replace("> ", ">\n", 1)
    return broken if broken[:1] != "\n" else say


def _heads(language: str, number: int, new: str, head: str) -> Iterator[Reply]:
    name = f"{language}-head-{number}"
    quoted = f"{head}\n\n{OLD}"
    yield Reply(language, "head", name, f"{new}\n\n{quoted}", new, quoted=quoted)
    yield Reply(language, "head", f"{name}-rule", f"{new}\n\n{'_' * 32}\n{quoted}", new, quoted=f"{'_' * 32}\n{quoted}")
    whole = f"{new}\n\n{quoted}"
    yield Reply(language, "forward", f"{name}-fw", whole, whole, forwarded=True)


def _signed(language: str, kind: str, number: int, new: str, signature: str, say: str) -> Iterator[Reply]:
    name = f"{language}-{kind}-{number}"
    quoted = f"{say}\n> {OLD.splitlines()[0]}"
    yield Reply(language, kind, name, f"{new}\n\n{signature}\n", new, signature)
    yield Reply(language, kind, f"{name}-top", f"{new}\n\n{signature}\n\n{quoted}\n", new, signature, quoted)
    if kind == "advert":
        return
    yield Reply(language, kind, f"{name}-bottom", f"{quoted}\n\n{new}\n\n{signature}\n", new, signature, quoted)


# Letters written out


def file_replies(file: str) -> Iterator[Reply]:
    """From a file of letters: each begins with ``=== language kind name [author=...] [fw]``; before every line stands
    what it is: ``+`` shown, ``~`` signature, ``|`` quoted."""
    for piece in (GOLDEN / f"{file}.txt").read_text("utf-8").split("\n=== ")[1:]:
        head, _, body = piece.partition("\n")
        language, kind, name, *more = head.split()
        author = next((one.removeprefix("author=").replace("_", " ") for one in more if one.startswith("author=")), "")
        lines = [(line[:1], line[2:].removesuffix("$")) for line in body.rstrip("\n").split("\n")]
        strange = {sign for sign, _ in lines} - set(SIGNS) - {""}
        if strange:
            raise ValueError(f"{file}.txt, {name}: {strange}")
        source = "\n".join(line for _, line in lines)
        text, signature, quoted = _parts(lines)
        yield Reply(language, kind, name, source, text, signature, quoted, author, "fw" in more)


def html_replies() -> Iterator[Reply]:
    """From ``html.txt``: the same head, the HTML, a line ``---``, and its text with the same signs."""
    for piece in (GOLDEN / "html.txt").read_text("utf-8").split("\n=== ")[1:]:
        head, _, body = piece.partition("\n")
        language, kind, name, *more = head.split()
        source, _, wanted = body.partition("\n---\n")
        lines = [(line[:1], line[2:]) for line in wanted.rstrip("\n").split("\n")]
        text, signature, quoted = _parts(lines)
        yield Reply(language, f"html-{kind}", name, source, text, signature, quoted, "", "fw" in more, html=True)


def _parts(lines: list[tuple[str, str]]) -> list[str]:
    """The lines of each sign, joined, in the order of a reply's fields."""
    return ["\n".join(line for sign, line in lines if sign == known) for known in SIGNS]


def main() -> int:
    """Prints the score."""
    replies = everything()
    wrong = {reply: told for reply in replies if (told := reply.wrong())}
    if "-v" in sys.argv:
        for told in wrong.values():
            print(told)
    for what in ("kind", "language"):
        asked = Counter(getattr(reply, what) for reply in replies)
        failed = Counter(getattr(reply, what) for reply in wrong)
        print("\n".join(f"{what:9} {one:12} {count - failed[one]:4} of {count:4}" for one, count in asked.items()))
    print(f"all: {len(replies) - len(wrong)} of {len(replies)}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
