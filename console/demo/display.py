"""How the play looks: chats behind bars, letters and the agents' cards in boxes, a narrator's line between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.message import EmailMessage

from chat.terminal_channel import TerminalMessage
from console.commands.chat_session import print_message
from console.terminal.screen import Screen, packed
from desk.language.rich_text import RichText, TextMark, join_texts

AGENTS, MAIL, NARRATOR = "yellow", "magenta", "cyan"
AGENTS_INDENT = 14
PAUSE = 0.3
"""Seconds between two messages where somebody watches."""


class DemoDisplay:
    """Prints what happens, as it happens."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._scene = 0
        self._cards: dict[int, str] = {}

    def show_intro(self, *about: str) -> None:
        """What this is."""
        self.screen.write(self.screen.style("Firstline: a support desk for internet providers.", NARRATOR, bold=True))
        self.screen.write()
        for paragraph in about:
            self.narrate(paragraph)

    def scene(self, title: str, *about: str) -> None:
        """A new part of the story."""
        self._scene += 1
        self.screen.write()
        line, width = self.screen.signs.line, self.screen.width
        head = f"{line * 2} {self._scene}. {title} "
        self.screen.write(self.screen.style(head + line * max(0, width - len(head)), NARRATOR, bold=True))
        self.narrate(" ".join(about))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows with their columns one below the other."""
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.screen.write(f"   {'   '.join(cells)}".rstrip())
        self.screen.write()

    async def pause(self) -> None:
        """A moment to read, where somebody watches."""
        if self.screen.is_terminal:
            await asyncio.sleep(PAUSE)

    def narrate(self, sentence: str) -> None:
        """A line that nobody in the story says."""
        self.screen.barless(sentence, NARRATOR)
        self.screen.write()

    def show_typed(self, name: str, words: str) -> None:
        """Somebody's own words in the chat."""
        self.screen.spoken(name, words, "white", 2)

    def presses(self, name: str, label: str) -> None:
        """Somebody presses a button in the chat."""
        self.screen.spoken(name, f"[{label}]", "white", 2)

    def agent(self, name: str, words: str) -> None:
        """An agent does or writes something in the group."""
        self.screen.spoken(name, words, AGENTS, AGENTS_INDENT)

    def chat(self, message: TerminalMessage) -> None:
        """What the desk says in the chat."""
        print_message(self.screen, message, 2, places=False)
        self.screen.write()

    def group(self, message: TerminalMessage) -> None:
        """What the agents see. A card that was brought up to date shows what is new on it."""
        text = message.text
        if message.reaction or message.alert:
            self.screen.spoken("", message.reaction or f"({message.alert})", AGENTS, AGENTS_INDENT)
            return
        title = "agents' group"
        if message.edit:
            title, text = "agents' group: the card now says", self._new_lines(message)
            if not text:
                return
        if message.options:
            self._cards[message.case] = message.text.plain
        files = [f"[picture: {one.name}]" for one in message.files]
        rows = packed([f"[{one.label}]" for one in message.options], self.screen.width - AGENTS_INDENT - 4)
        text = join_texts([text, *(RichText(row, (TextMark("bold", 0, len(row)),)) for row in rows)], between="\n")
        self.screen.boxed(title, text, AGENTS, AGENTS_INDENT, files)
        self.screen.write()

    def letter(self, letter: EmailMessage, message: str = "") -> None:
        """A letter of the desk or of a subscriber; with ``message`` only that of its words, the rest being quoted."""
        sender, recipient = letter["From"].addresses[0], letter["To"].addresses[0]
        to_desk = recipient.addr_spec.partition("@")[0].partition("+")[0] == "support"
        title = f"{sender.display_name} writes" if to_desk else f"a letter for {recipient.addr_spec}"
        body = letter.get_body(("plain",))
        head = [f"{name + ':':9}{_unfolded(letter.get(name, ''))}" for name in ("From", "To", "Subject")]
        words = str(body.get_content()).replace("\r\n", "\n").strip("\n") if body else ""
        text = "\n".join([*head, "", message or words])
        files = [
            part.get_filename() for part in letter.walk() if part.get_content_maintype() not in ("text", "multipart")
        ]
        subject = TextMark("bold", len("\n".join(head[:2])) + 10, len("\n".join(head)))
        more = [f"[picture: {one}]" for one in files]
        if message and letter["In-Reply-To"]:
            more.append("(the rest is the letter that is answered, quoted)")
        self.screen.boxed(title, RichText(text, (subject,)), MAIL, 2, more)
        self.screen.write()

    def _new_lines(self, message: TerminalMessage) -> RichText:
        before = self._cards.get(message.case, "").split("\n")
        self._cards[message.case] = message.text.plain
        lines = message.text.plain.split("\n")
        fresh = [line for line in lines if line.strip() and line not in before]
        return RichText("\n".join([lines[0], *(line for line in fresh if line != lines[0])])) if fresh else RichText()


def _unfolded(header: object) -> str:
    return " ".join(str(header).split())
