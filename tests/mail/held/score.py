"""How the held-out letters are read: ``python -m tests.mail.held.score [-v]`` prints the shares and what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from mail.reading.message import MailMessage
from tests.mail.held import letters
from tests.mail.held.letters import HeldLetter, Judged


@dataclass(slots=True)
class Share:
    """Of so many how many were right, and what was told of the others."""

    name: str
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, right: bool, told: str) -> None:
        """One more."""
        self.asked += 1
        if not right:
            self.wrong.append(told)

    @property
    def right(self) -> float:
        """From 0 to 1."""
        return 1 - len(self.wrong) / max(self.asked, 1)


def folding(replies: Iterable[HeldLetter]) -> dict[str, Share]:
    """Whether the new text has all a person wrote, and whether quotes and signatures are folded exactly."""
    shares = {
        name: Share(name) for name in ("nothing lost", "quotes exact", "whole exact", "outside English", "English")
    }
    for one in replies:
        read = letters.read(one.raw)
        told = _told(one, read)
        whole = _parts(read) == (one.text, one.signature, one.quoted)
        shares["nothing lost"].count(not one.lost(read), told)
        shares["quotes exact"].count(_parts(read)[2] == one.quoted, told)
        shares["whole exact"].count(whole, told)
        shares["English" if one.language == "en" else "outside English"].count(whole, told)
    return shares


def _parts(read: MailMessage) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return tuple(read.text.split()), tuple(read.signature.split()), tuple(read.quoted.split())


def _told(one: HeldLetter, read: MailMessage) -> str:
    return (
        f"{one.language} {one.name}\n--- new\n{read.text}\n--- signature\n{read.signature}\n--- quoted\n{read.quoted}"
        f"\n--- lost: {one.lost(read)}\n"
    )


def senders(judged: Iterable[Judged]) -> dict[str, Share]:
    """Whether machines are known as such and people as people, and whom a report names."""
    shares = {name: Share(name) for name in ("people", "automatic", "bounces", "addresses")}
    for one in judged:
        read = letters.read(one.raw)
        failed = tuple(sorted(recipient.address for recipient in read.failed_recipients))
        told = f"{one.name}: {one.expected}, read as {read.automatic!r} {read.report_class} {failed}"
        if one.expected == "person":
            shares["people"].count(not read.automatic and read.report_class == "none", told)
        elif one.expected == "auto":
            shares["automatic"].count(bool(read.automatic) and read.report_class not in {"failed", "delayed"}, told)
        else:
            shares["bounces"].count(read.report_class == one.expected, told)
            shares["addresses"].count(failed == tuple(sorted(one.addresses)), told)
    return shares


def ordinary_letters(judged: Iterable[Judged]) -> dict[str, Share]:
    """Of ordinary letters none is a bounce, and nearly none automatic."""
    shares = {name: Share(name) for name in ("ordinary: no bounce", "ordinary: not automatic")}
    for one in judged:
        read = letters.read(one.raw)
        told = f"{one.name}: {read.automatic!r} {read.report_class}"
        shares["ordinary: no bounce"].count(read.report_class not in {"failed", "delayed"}, told)
        shares["ordinary: not automatic"].count(not read.automatic, told)
    return shares


def html(replies: Iterable[tuple[str, bytes, str]]) -> dict[str, Share]:
    """Whether of answers in HTML the new words are read, all of them and nothing else."""
    share = Share("HTML exact")
    for name, raw, new in replies:
        read = " ".join(letters.read(raw).text.split())
        share.count(read == new, f"{name}: {new}, read as {read}")
    return {share.name: share}


def main() -> None:
    shares = (
        folding(letters.replies())
        | html(letters.html_replies())
        | senders(letters.correspondents())
        | ordinary_letters(letters.ordinary())
    )
    if "-v" in sys.argv:
        for told in dict.fromkeys(told for share in shares.values() for told in share.wrong):
            print(told)
    for share in shares.values():
        print(f"{share.name:24} {share.asked - len(share.wrong):5} of {share.asked:5}  {share.right:.2%}")


if __name__ == "__main__":
    main()
