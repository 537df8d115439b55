"""How the play looks: chats behind bars, letters and the agents' cards in boxes, a narrator's line between."""

from __future__ import annotations

from email.message import EmailMessage

from console.chat import buttons, message
from console.chatdoor import Shown
from console.screen import Screen
from desk.text import Mark, Text

STAFF, MAIL, NARRATOR = "yellow", "magenta", "cyan"
STAFF_INDENT = 14
PAUSE = 0.3
"""Seconds between two messages where somebody watches."""


class Stage:
    """Prints what happens, as it happens."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._scene = 0
        self._cards: dict[int, str] = {}

    def scene(self, title: str, *about: str) -> None:
        """A new part of the story."""
        self._scene += 1
        line, width = self.screen.signs.line, self.screen.width
        head = f"{line * 2} {self._scene}. {title} "
        self.screen.write()
        self.screen.write(self.screen.style(head + line * max(0, width - len(head)), NARRATOR, bold=True))
        self.narrates(" ".join(about))

    def curtain(self) -> None:
        """The end."""
        self.screen.write(self.screen.style("That was all of it.", NARRATOR, bold=True))
        self.narrates(
            "firstline init my-desk makes a desk of your own; firstline demo in a terminal lets you try this one."
        )

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
        self.screen.spoken(name, words, STAFF, STAFF_INDENT)

    def chat(self, shown: Shown) -> None:
        """What the desk says in the chat."""
        message(self.screen, shown, 2, places=False)
        self.screen.write()

    def group(self, shown: Shown) -> None:
        """What the agents see. A card that was brought up to date shows what is new on it."""
        text = shown.text
        if shown.reaction or shown.alert:
            self.screen.spoken("", shown.reaction or f"({shown.alert})", STAFF, STAFF_INDENT)
            return
        title = "agents' group"
        if shown.edit:
            title, text = "agents' group: the card now says", self._news(shown)
            if not text:
                return
        if shown.options:
            self._cards[shown.case] = shown.text.plain
        more = [f"[picture: {one.name}]" for one in shown.pictures]
        more += buttons(shown, self.screen.width - STAFF_INDENT - 4)
        self.screen.boxed(title, text, STAFF, STAFF_INDENT, more)
        self.screen.write()

    def letter(self, letter: EmailMessage, shown: str = "") -> None:
        """A letter of the desk or of a subscriber; with ``shown`` only that of its words, the rest being quoted."""
        body = letter.get_body(("plain",))
        head = [f"{name + ':':9}{_one_line(letter.get(name, ''))}" for name in ("From", "To", "Subject")]
        words = str(body.get_content()).replace("\r\n", "\n").strip("\n") if body else ""
        text = "\n".join([*head, "", shown or words])
        pictures = [
            part.get_filename() for part in letter.walk() if part.get_content_maintype() not in ("text", "multipart")
        ]
        subject = Mark("bold", len("\n".join(head[:2])) + 10, len("\n".join(head)))
        more = [f"[picture: {one}]" for one in pictures]
        if shown:
            more.append("(and below it the letter that is answered, as mail programs quote it)")
        self.screen.boxed("letter", Text(text, (subject,)), MAIL, 2, more)
        self.screen.write()

    def _news(self, shown: Shown) -> Text:
        before = self._cards.get(shown.case, "").split("\n")
        self._cards[shown.case] = shown.text.plain
        lines = shown.text.plain.split("\n")
        fresh = [line for line in lines if line.strip() and line not in before]
        return Text("\n".join([lines[0], *(line for line in fresh if line != lines[0])])) if fresh else Text()


def _one_line(header: object) -> str:
    return " ".join(str(header).split())
