"""How the play looks: chats behind bars, letters and the agents' cards in boxes, a narrator's line between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.message import EmailMessage

from chat.terminal_channel import TerminalMessage
from console.commands.chat_session import message
from console.terminal.screen import Screen, packed
from desk.language.rich_text import RichText, TextMark, join_texts

AGENTS, MAIL, NARRATOR = "yellow", "magenta", "cyan"
STAFF_INDENT = 14
PAUSE = 0.3
"""Seconds between two messages where somebody watches."""


class DemoDisplay:
    """Prints what happens, as it happens."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._scene = 0
        self._cards: dict[int, str] = {}

    def opening(self, *about: str) -> None:
        """What this is."""
        self.screen.write(self.screen.style("Firstline: a support desk for internet providers.", NARRATOR, bold=True))
        self.screen.write()
        for paragraph in about:
            self.narrates(paragraph)

    def scene(self, title: str, *about: str) -> None:
        """A new part of the story."""
        self._scene += 1
        self.screen.write()
        line, width = self.screen.signs.line, self.screen.width
        head = f"{line * 2} {self._scene}. {title} "
        self.screen.write(self.screen.style(head + line * max(0, width - len(head)), NARRATOR, bold=True))
        self.narrates(" ".join(about))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows with their columns one below the other."""
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.screen.write(f"   {'   '.join(cells)}".rstrip())
        self.screen.write()

    async def pauses(self) -> None:
        """A moment to read, where somebody watches."""
        if self.screen.is_terminal:
            await asyncio.sleep(PAUSE)

    def narrates(self, sentence: str) -> None:
        """A line that nobody in the story says."""
        self.screen.barless(sentence, NARRATOR)
        self.screen.write()

    def types(self, name: str, words: str) -> None:
        """Somebody's own words in the chat."""
        self.screen.spoken(name, words, "white", 2)

    def presses(self, name: str, label: str) -> None:
        """Somebody presses a button in the chat."""
        self.screen.spoken(name, f"[{label}]", "white", 2)

    def agent(self, name: str, words: str) -> None:
        """An agent does or writes something in the group."""
        self.screen.spoken(name, words, AGENTS, STAFF_INDENT)

    def chat(self, shown: TerminalMessage) -> None:
        """What the desk says in the chat."""
        message(self.screen, shown, 2, places=False)
        self.screen.write()

    def group(self, shown: TerminalMessage) -> None:
        """What the agents see. A card that was brought up to date shows what is new on it."""
        text = shown.text
        if shown.reaction or shown.alert:
            self.screen.spoken("", shown.reaction or f"({shown.alert})", AGENTS, STAFF_INDENT)
            return
        title = "agents' group"
        if shown.edit:
            title, text = "agents' group: the card now says", self._news(shown)
            if not text:
                return
        if shown.options:
            self._cards[shown.case] = shown.text.plain
        pictures = [f"[picture: {one.name}]" for one in shown.pictures]
        rows = packed([f"[{one.label}]" for one in shown.options], self.screen.width - STAFF_INDENT - 4)
        text = join_texts([text, *(RichText(row, (TextMark("bold", 0, len(row)),)) for row in rows)], between="\n")
        self.screen.boxed(title, text, AGENTS, STAFF_INDENT, pictures)
        self.screen.write()

    def letter(self, letter: EmailMessage, shown: str = "") -> None:
        """A letter of the desk or of a subscriber; with ``shown`` only that of its words, the rest being quoted."""
        sender, recipient = letter["From"].addresses[0], letter["To"].addresses[0]
        own = recipient.addr_spec.partition("@")[0].partition("+")[0] == "support"
        title = f"{sender.display_name} writes" if own else f"a letter for {recipient.addr_spec}"
        body = letter.get_body(("plain",))
        head = [f"{name + ':':9}{_one_line(letter.get(name, ''))}" for name in ("From", "To", "Subject")]
        words = str(body.get_content()).replace("\r\n", "\n").strip("\n") if body else ""
        text = "\n".join([*head, "", shown or words])
        pictures = [
            part.get_filename() for part in letter.walk() if part.get_content_maintype() not in ("text", "multipart")
        ]
        subject = TextMark("bold", len("\n".join(head[:2])) + 10, len("\n".join(head)))
        more = [f"[picture: {one}]" for one in pictures]
        if shown and letter["In-Reply-To"]:
            more.append("(the rest is the letter that is answered, quoted)")
        self.screen.boxed(title, RichText(text, (subject,)), MAIL, 2, more)
        self.screen.write()

    def _news(self, shown: TerminalMessage) -> RichText:
        before = self._cards.get(shown.case, "").split("\n")
        self._cards[shown.case] = shown.text.plain
        lines = shown.text.plain.split("\n")
        fresh = [line for line in lines if line.strip() and line not in before]
        return RichText("\n".join([lines[0], *(line for line in fresh if line != lines[0])])) if fresh else RichText()


def _one_line(header: object) -> str:
    return " ".join(str(header).split())
