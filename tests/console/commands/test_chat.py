"""A chat in a terminal: a subscriber's words typed, the desk's answers read, agents heard meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chat.terminal_channel import ShownMessage, TerminalChannel, TerminalUser, copy_file, render, without_echo
from desk.language.rich_text import RichText, parse_markdown
from desk.model.events import Pressed, Said
from desk.model.messages import (
    Address,
    ClaimedArrival,
    ClaimedDeparture,
    File,
    OutboundMessage,
    RenderedButton,
    RetryLater,
    UnreadableMessage,
)
from tests.console.command_line import Terminal

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ANNA = TerminalUser("sever", "anna", "Анна", "ru")
FIRST = "Здравствуйте! второй день нет интернета, договор 40-1187"


class OpenChat:
    """A `firstline chat` that stays open: what it prints, and where to type."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.printed = ""
        self._more = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.printed += line.decode()
            self._more.set()

    def types(self, line: str) -> None:
        """Types a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())

    async def hears(self, words: str, seconds: float = 90) -> None:
        """Waits until these words were printed."""
        try:
            async with asyncio.timeout(seconds):
                while words not in self.printed:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"{words!r} was not printed, but:\n{self.printed}") from None

    async def ending(self) -> int:
        """Closes its input, and waits for its end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        async with asyncio.timeout(90):
            code = await self.process.wait()
            await self._reading
        return code


@pytest.fixture
def quiet(folder: Path) -> Terminal:
    """A terminal in a desk folder without a bot."""
    return Terminal(folder)


@asynccontextmanager
async def chatting(folder: Path, *options: str) -> AsyncIterator[OpenChat]:
    """A chat that is open until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.main", "-C", str(folder), "chat", *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    chat = OpenChat(process)
    try:
        yield chat
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


# The command.


async def test_lines_from_a_pipe_are_answered_one_by_one_and_numbers_press_buttons(quiet: Terminal) -> None:
    """Words, a button, a button: each waits for the answer to the one before; the end of the lines ends it with 0."""
    ran = await quiet.types("chat", "--provider", "sever", "--name", "Анна", stdin=f"{FIRST}\n2\n1\n/status\n")
    assert (ran.code, ran.err) == (0, "")
    offer, sorry, place = (ran.out.index(one) for one in ("Помогло?", "Жаль, что не помогло", "По какому адресу"))
    assert offer < sorry < place
    assert "Осталось уточнить пару вещей" in ran.out, "what Telegram knows as a command works here too"
    assert "[picture: check.png] /" in ran.out
    assert "[1] Помогло  [2] Не помогло  [3] Ещё шаги  [4] Оператор" in ran.out
    assert "\x1b" not in ran.out


async def test_whoever_comes_back_finds_the_buttons_where_they_were(quiet: Terminal) -> None:
    """The last message is shown again, so that a number means the button it meant."""
    await quiet.types("chat", "--provider", "sever", "--as", "anna", stdin=FIRST + "\n")
    ran = await quiet.types("chat", "--provider", "sever", "--as", "anna", stdin="1\n")
    assert ran.out.count("[1] Помогло") == 1
    assert "Рады, что всё решилось" in ran.out


async def test_an_agent_is_heard_in_an_open_chat_and_by_nobody_else(quiet: Terminal) -> None:
    """What `firstline say` writes appears in the chat it is for; another person's chat stays silent."""
    quiet.environment["FIRSTLINE_AGENT"] = "ivanova"
    provider = ("--provider", "sever")
    async with (
        chatting(quiet.root, *provider, "--as", "anna") as anna,
        chatting(quiet.root, *provider, "--as", "john") as john,
    ):
        anna.types(FIRST)
        await anna.hears("Помогло?")
        john.types("no internet, contract 40-2203")
        await john.hears("Did that help?")
        anna.types("оператор")
        await anna.hears("SN-2026-000001-")
        assert (await quiet.types("take", "1")).code == 0
        await anna.hears("Мария Иванова")
        said = await quiet.types("say", "1", "Проверяю", "линию")
        assert (said.code, "serve" in said.out) == (0, False)
        await anna.hears("Проверяю линию")
        anna.types("спасибо, жду")
        assert (await anna.ending(), await john.ending()) == (0, 0)
    assert "Мария" not in john.printed
    assert "Did that help" not in anna.printed


async def test_a_running_serve_knows_the_chat_too(quiet: Terminal) -> None:
    """Whichever of the two decides a line, none is quarantined, and the chat alone prints the answers."""
    async with quiet.serving() as service:
        await service.logs("nobody can write to the desk")
        for line in (FIRST, "не помогло"):
            ran = await quiet.types("chat", "--provider", "sever", "--as", "anna", stdin=f"{line}\n")
            assert (ran.code, ran.err) == (0, "")
    assert "На чём не работает" in ran.out
    assert (await quiet.types("quarantine", "list", "--json")).json() == []


async def test_a_picture_is_shown_to_the_desk(quiet: Terminal, tmp_path: Path) -> None:
    """A photo is copied into the desk's own folder, and stands in the protocol under its name."""
    picture = tmp_path / "мой роутер.png"
    picture.write_bytes(b"not really a picture")
    lines = f"{FIRST}\nоператор\n/photo {picture}\n/photo {tmp_path / 'none.png'}\n"
    ran = await quiet.types("chat", "--provider", "sever", stdin=lines)
    assert "none.png:thereisnosuchfile" in "".join(ran.out.split()), "a long path is cut where the line ends"
    picture.unlink()
    (entry,) = [
        one
        for one in (await quiet.types("case", "1", "--json")).json()["journal"]
        if one["files"] and one["actor"] == "subscriber"
    ]
    assert [one["name"] for one in entry["files"]] == ["мой роутер.png"]
    (copy,) = (quiet.root / "data" / "chat").iterdir()
    assert copy.read_bytes() == b"not really a picture"


async def test_a_language_given_is_greeted_in(quiet: Terminal) -> None:
    """With --language the desk greets first; a chat opened again greets no second time."""
    ran = await quiet.types("chat", "--provider", "sever", "--language", "en", "--name", "John", stdin="")
    assert "Hi John! This is Sever Net support." in ran.out
    reload = await quiet.types("chat", "--provider", "sever", "--language", "en", "--name", "John", stdin="")
    assert reload.out.count("This is Sever Net support") == 1


async def test_without_a_provider_the_contract_tells_whose_somebody_is(quiet: Terminal) -> None:
    """Among several providers one chats with the desk they share, and lands with one's own."""
    ran = await quiet.types("chat", stdin=f"{FIRST}\nоператор\n")
    assert "SN-2026-000001-" in ran.out
    assert [one["provider"] for one in (await quiet.types("cases", "--json")).json()] == ["sever"]


async def test_a_provider_that_is_not_there_is_a_wrong_usage(quiet: Terminal) -> None:
    """The sentence names those who are there."""
    ran = await quiet.types("chat", "--provider", "sewer")
    assert ran.code == 2
    assert "there is no provider 'sewer': there is sever, volga" in ran.err


async def test_a_desk_without_a_database_says_what_to_do(quiet: Terminal) -> None:
    """Nobody chats with a desk that cannot remember."""
    for file in (quiet.root / "data").glob("firstline.db*"):
        file.unlink()
    ran = await quiet.types("chat", "--provider", "sever", stdin="привет\n")
    assert ran.code == 5
    assert "firstline migrate" in ran.err


# The channel.


def arrival(body: bytes) -> ClaimedArrival:
    """A stored message of the chat."""
    return ClaimedArrival(7, "chat:sever", "key", "chat:sever:anna", body, NOW)


async def _open(source: str) -> bytes:
    if source == "telegram:main:gone":
        raise LookupError(source)
    return b"bytes of " + source.encode()


@pytest.fixture
def channel(tmp_path: Path) -> TerminalChannel:
    """The chat of Sever Net."""
    return TerminalChannel("sever", _open, tmp_path)


async def test_what_is_typed_is_heard_under_the_typists_name(channel: TerminalChannel) -> None:
    """Words keep every character; name, language and address are the typist's."""
    raw = ANNA.says("нет *интернета* [1]", NOW)
    inbound = await channel.hear(arrival(raw.body))
    assert (raw.channel, raw.lane) == ("chat:sever", "chat:sever:anna")
    assert (inbound.sender, inbound.name, inbound.language) == (Address("chat", "chat:sever", "anna"), "Анна", "ru")
    assert (type(inbound.event), inbound.text) == (Said, "нет *интернета* [1]")
    assert raw.key != ANNA.says("нет *интернета* [1]", NOW).key


async def test_a_button_carries_its_case_and_prompt(channel: TerminalChannel) -> None:
    """So that the desk knows a stale one."""
    raw = ANNA.presses(ShownMessage(RichText("?"), case=1 << 60, prompt=3), "helped", NOW)
    inbound = await channel.hear(arrival(raw.body))
    assert inbound.event == Pressed(1 << 60, 3, "helped")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"id": "a", "event": "order"}', b'{"id": "a", "event": "pressed", "press": [1]}', b"\xff"],
)
async def test_what_no_typist_made_is_unreadable(channel: TerminalChannel, body: bytes) -> None:
    """No agent's order comes through a subscriber's chat."""
    with pytest.raises(UnreadableMessage, match="not a message of a chat"):
        await channel.hear(arrival(body))


async def test_a_message_comes_out_as_it_was_said(channel: TerminalChannel) -> None:
    """Marks, buttons and pictures survive the outbox; a file from Telegram is laid where it can be looked at."""
    files = (
        File("lamps.png", "photo", "image/png", 9, "content:/kb/lamps.png"),
        File("../../photo.JPG", "photo", "image/jpeg", 9, "telegram:main:abc"),
        File("old.png", "photo", "image/png", 9, "telegram:main:gone"),
    )
    options = ((RenderedButton("yes", "Да"), RenderedButton("no", "Нет")), (RenderedButton("operator", "Оператор"),))
    said = OutboundMessage(
        Address("chat", "chat:sever", "anna"),
        parse_markdown("**Жирно** и нет"),
        options=options,
        files=files,
        case=5,
        prompt=2,
    )
    (call,) = channel.render(said)
    assert call.lane == ANNA.lane
    body = json.loads(json.dumps(call.body))
    departure = ClaimedDeparture(1, "7.0", "sever", channel.name, call.lane, call.kind, call.policy, body, 5, 1)
    told: list[ShownMessage] = []

    async def show(one: ShownMessage) -> None:
        told.append(one)

    assert isinstance(await channel.send(departure, {}), RetryLater)
    channel.show = show
    await channel.send(departure, {})
    (shown,) = told
    assert (shown.text, shown.to, shown.case, shown.prompt) == (said.text, "anna", 5, 2)
    assert [one.label for one in shown.options] == ["Да", "Нет", "Оператор"]
    own, laid, gone = (one.path for one in shown.files)
    assert (own, gone) == (Path("/kb/lamps.png"), None)
    assert laid is not None
    assert laid.read_bytes() == b"bytes of telegram:main:abc"


def test_nothing_to_say_makes_no_call() -> None:
    """A press that is only acknowledged shows nothing; a notice is shown alone."""
    silent = OutboundMessage(Address("chat", "chat:sever", "anna"), RichText(), callback="key")
    assert render("chat:sever", silent) == ()
    (notice,) = render("chat:sever", replace(silent, alert="Эта кнопка уже не действует."))
    assert (notice.kind, notice.body["alert"]) == ("callback", "Эта кнопка уже не действует.")


def test_the_question_just_answered_is_not_read_twice() -> None:
    """It is left out where it only repeats the button pressed, and nowhere else."""
    echo = ShownMessage(RichText("✓ Не работает: везде\n\nКогда это началось?"), in_place=True)
    assert without_echo(echo, "Везде").text.plain == "Когда это началось?"
    assert without_echo(echo, "Дома") == echo
    assert without_echo(replace(echo, in_place=False), "Везде").text == echo.text


def test_a_kept_file_is_named_by_its_content(tmp_path: Path) -> None:
    """Whatever its name was, it lies below the folder it was meant for."""
    mine = tmp_path / "..strange name.PNG"
    mine.write_bytes(b"one")
    file = copy_file(mine, tmp_path / "kept")
    assert (file.name, file.kind, file.media_type, file.size) == ("..strange name.PNG", "photo", "image/png", 3)
    assert Path(file.source.removeprefix("content:")).parent == (tmp_path / "kept").resolve()
