"""How the demo looks: chats beside a bar, mails and the agents' cards in frames, comments between them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.message import EmailMessage

from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chat.terminal_channel import ShownMessage
from console.commands.chat_session import print_message
from console.terminal.rich_output import Output, button_lines, indented, message, text
from desk.language.rich_text import RichText

AGENTS, MAIL, COMMENT = "yellow", "magenta", "cyan"
AGENTS_INDENT = 14
CARD_FRAME = 4
"""Columns that a card's frame takes."""
PAUSE = 0.3
"""Seconds between two messages where somebody watches."""


class DemoDisplay:
    """Prints what happens, as it happens."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self._scene = 0
        self._cards: dict[int, str] = {}

    def show_intro(self, *about: str) -> None:
        """What the demo is."""
        self.output.print(text("Firstline: a support desk for internet providers.", f"bold {COMMENT}"), "")
        for paragraph in about:
            self.comment(paragraph)

    def scene(self, title: str, *about: str) -> None:
        """The heading of a new part of the story."""
        self._scene += 1
        line = "─" if self.output.is_terminal else "-"
        heading = Text(f"{line * 2} {self._scene}. {title}")
        self.output.print("", Rule(heading, characters=line, style=f"bold {COMMENT}", align="left"))
        self.comment(" ".join(about))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows whose columns stand below each other."""
        grid = Table.grid(padding=(0, 3, 0, 0))
        for row in rows:
            grid.add_row(*map(text, row))
        self.output.print(indented(grid, 3), "")

    async def pause(self) -> None:
        """A moment to read, where somebody watches."""
        if self.output.is_terminal:
            await asyncio.sleep(PAUSE)

    def comment(self, sentence: str) -> None:
        """A line that nobody in the story says."""
        self.output.print(indented(text(sentence, COMMENT), 3), "")

    def show_typed(self, name: str, words: str) -> None:
        """Somebody's own words in the chat."""
        self._speech(name, words, "bold", 2)

    def presses(self, name: str, label: str) -> None:
        """Somebody presses a button in the chat."""
        self._speech(name, f"[{label}]", "bold", 2)

    def agent(self, name: str, words: str) -> None:
        """An agent does or writes something in the group."""
        self._speech(name, words, f"bold {AGENTS}", AGENTS_INDENT)

    def chat(self, shown: ShownMessage) -> None:
        """A message of the desk in the chat."""
        print_message(self.output, shown, 2, paths=False)
        self.output.print()

    def group(self, shown: ShownMessage) -> None:
        """A message in the agents' group. A card that was brought up to date shows what is new on it."""
        words = shown.text
        if shown.reaction or shown.alert:
            self._speech("", shown.reaction or f"({shown.alert})", "", AGENTS_INDENT)
            return
        title = "agents' group"
        if shown.edit:
            title, words = "agents' group: the card now says", self._new_lines(shown)
            if not words:
                return
        if shown.options:
            self._cards[shown.case] = shown.text.plain
        buttons = button_lines(
            (f"[{one.label}]" for one in shown.options), self.output.width - AGENTS_INDENT - CARD_FRAME
        )
        pictures = [text(f"[picture: {one.name}]", "dim") for one in shown.files]
        card = self.output.card(title, message(words), *buttons, *pictures, style=AGENTS)
        self.output.print(indented(card, AGENTS_INDENT), "")

    def mail(self, mail: EmailMessage, shown: str = "") -> None:
        """A mail of the desk or of a subscriber; with ``shown`` only that of its words, the rest being quoted."""
        sender, recipient = mail["From"].addresses[0], mail["To"].addresses[0]
        to_desk = recipient.addr_spec.partition("@")[0].partition("+")[0] == "support"
        title = f"{sender.display_name} writes" if to_desk else f"mail for {recipient.addr_spec}"
        body = mail.get_body(("plain",))
        words = str(body.get_content()).replace("\r\n", "\n").strip("\n") if body else ""
        pictures = [part for part in mail.walk() if part.get_content_maintype() not in ("text", "multipart")]
        content: list[RenderableType] = [_headers(mail), "", message(RichText(shown or words))]
        content += [text(f"[picture: {part.get_filename()}]", "dim") for part in pictures]
        if shown and mail["In-Reply-To"]:
            content.append(text("(the rest is the mail that is answered, quoted)", "dim"))
        self.output.print(indented(self.output.card(title, *content, style=MAIL)), "")

    def _speech(self, name: str, words: str, style: str, indent: int) -> None:
        """Words after the speaker's name; further lines stand below the first."""
        grid = Table.grid()
        grid.add_column(no_wrap=True)
        grid.add_column()
        grid.add_row(text(f"{name}: " if name else "", style), text(words))
        self.output.print(indented(grid, indent), "")

    def _new_lines(self, shown: ShownMessage) -> RichText:
        before = self._cards.get(shown.case, "").split("\n")
        self._cards[shown.case] = shown.text.plain
        lines = shown.text.plain.split("\n")
        fresh = [line for line in lines if line.strip() and line not in before]
        return RichText("\n".join([lines[0], *(line for line in fresh if line != lines[0])])) if fresh else RichText()


def _headers(mail: EmailMessage) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    for name in ("From", "To", "Subject"):
        value = " ".join(str(mail.get(name, "")).split())
        grid.add_row(text(f"{name}:", "dim"), text(value, "bold" if name == "Subject" else ""))
    return grid
