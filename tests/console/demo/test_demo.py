"""The demo: the whole desk on one machine, played by itself or with a person in the chat."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from multiprocessing.util import get_temp_dir
from pathlib import Path

import aiosmtplib
import pytest
from click.testing import CliRunner

from chat.terminal_channel import TerminalUser
from console.demo import script
from console.demo.actors import ChatSubscriber, DemoStage, MailSubscriber
from console.demo.desk import StepDidNotHappen, desk_at_work
from console.demo.display import DemoDisplay
from console.demo.folder import PROVIDER
from console.demo.mail_servers import HOST, LoopbackMailServers
from console.main import cli
from console.terminal import extras
from console.terminal.rich_output import Output
from desk.model.settings import MailboxSettings, MailServer, Secret
from mail.reading.message import MailboxReadingOptions, read_message
from mail.transport.imap import ImapConnection
from tests.console.command_line import Terminal


async def test_the_story_plays_by_itself(tmp_path: Path) -> None:
    """Without a terminal everything of the main job is told in its order, in plain characters, and it ends with 0."""
    ran = await Terminal(tmp_path).types("demo", seconds=120)
    assert (ran.code, ran.err) == (0, "")
    told = (
        "второй день нет интернета, договор 40-1187",  # Anna, in the chat
        "[picture: check.png]",
        "[1] Помогло  [2] Не помогло",
        "Жаль, что не помогло",
        "[photo: los.png]",
        "Проверьте, всё ли верно:",
        "Приняли заявку SN-",
        "agents' group",
        "Договор 40-1187",
        "Мария Иванова: [Взять]",
        "[photo: wan.png]",
        "[picture: wan.png]",
        "Вставлен плотно",
        "рассчитываем",
        "To:      anna@example.test",
        "всё сделано",
        "всё работает, кроме тв",
        "работает не всё",
        "Анна: [Нет, не работает]",
        "снова в работе",
        "Анна: [Да, работает, закройте]",
        "закрыта",
        "John Carter writes",  # John, by mail
        "Subject: Re: Internet is down",
        "Did that help? If not, we'll ask",
        "It didn't help.",
        "1) What's affected?",
        "> 1) What's affected?",
        "We've opened case SN-",
        "«John Carter», почта, по-английски",
        "— Oleg Petrov",
        "We expect to have case",
        "can we close it?",
        "Thank you! Case SN-",
        "вайфай очень медленный",  # Irina, who is helped at once
        "Ирина: [Помогло]",
        "Рады, что всё решилось",
        "no number          closed",
    )
    at = 0
    for words in told:
        assert words in ran.out[at:], f"{words!r} does not come after {ran.out[max(0, at - 200) : at]!r}"
        at = ran.out.index(words, at)
    assert "\x1b" not in ran.out
    assert max(map(len, ran.out.splitlines())) <= 96


async def test_nothing_of_the_demo_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder is gone when it ends."""
    get_temp_dir()  # what multiprocessing keeps until this very process ends is made before
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with desk_at_work() as desk:
        root = desk.application.settings.root
        assert root.is_relative_to(tmp_path)
        assert (root / "secret").stat().st_mode & 0o077 == 0
    # Python keeps a folder of its own for the socket of its forkserver, until this process ends.
    assert [name for name in os.listdir(tmp_path) if not name.startswith("pymp-")] == []


async def test_a_closed_terminal_leaves_nothing_either(tmp_path: Path) -> None:
    """Hung up in the middle, the demo still takes its folder along."""
    async with _at_a_terminal(tmp_path) as live:
        await live.hears("resolve 1 --as ivanova")
        live.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(90):
            await live.process.wait()
        root = re.search(r"-C (\S+) cases", live.screen)
        assert root is not None
    assert os.path.basename(root.group(1)) not in os.listdir(tempfile.gettempdir())


def test_without_its_servers_the_demo_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and exit code 1."""
    monkeypatch.setitem(extras.PACKAGES, "demo", ("a_package_that_is_not_there",))
    ran = CliRunner().invoke(cli, ["demo"])
    assert ran.exit_code == 1
    assert "install firstline[demo]" in ran.stderr


def test_a_step_that_does_not_happen_ends_the_demo_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which: here Anna is asked what she has no answer to."""
    answers = {key: one for key, one in script.ANNAS_ANSWERS.items() if key != "адресу"}
    monkeypatch.setattr(script, "ANNAS_ANSWERS", answers)
    ran = CliRunner().invoke(cli, ["demo"])
    assert ran.exit_code == 1
    assert "the demo stopped: Анна does not know what to answer to" in ran.stderr
    assert "По какому адресу подключение?" in ran.stderr


async def test_whoever_waits_for_what_never_comes_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Buttons that are not there, mails that nobody wrote, a desk that never gets done."""
    async with desk_at_work() as desk:
        scene = DemoStage(desk, DemoDisplay(Output()))
        with pytest.raises(StepDidNotHappen, match="wanted to press 'helped', but could press nothing"):
            await ChatSubscriber(scene, TerminalUser(PROVIDER, "anna", "Анна")).presses("helped")
        with pytest.raises(StepDidNotHappen, match="John got no mail to answer"):
            await MailSubscriber(scene, "John", "john@example.test").reply("Hello?")
        desk.mail_servers.delivered += 1
        with pytest.raises(StepDidNotHappen, match="a mail was not fetched from the mailbox"):
            await desk.wait_settled(seconds=0.2)
    assert "Hello?" not in capsys.readouterr().out


# The post of the demo.


@pytest.fixture
async def posted() -> list[EmailMessage]:
    """What the desk has sent."""
    return []


@pytest.fixture
async def mail_servers(tmp_path: Path, posted: list[EmailMessage]) -> AsyncIterator[LoopbackMailServers]:
    """The demo's two servers."""
    made = LoopbackMailServers(tmp_path, "support@sever.test", "a password", posted.append)
    await made.start()
    yield made
    await made.stop()


def letter(subject: str) -> EmailMessage:
    """A subscriber's mail."""
    made = EmailMessage()
    made["From"] = "John Carter <john@example.test>"
    made["To"] = "support@sever.test"
    made["Subject"] = subject
    made["Date"] = "Sat, 21 Nov 2026 12:00:00 +0000"
    made.set_content("No internet.\n")
    return made


async def test_mails_come_with_the_border_servers_word_on_top(
    mail_servers: LoopbackMailServers, tmp_path: Path
) -> None:
    """A real IMAP connection over TLS finds them new, and their sender proved."""
    server = MailServer("imaps", mail_servers.address, HOST, mail_servers.imap_port)
    settings = MailboxSettings(
        "support",
        mail_servers.address,
        server,
        server,
        Secret(mail_servers.password),
        ca_file=str(mail_servers.ca_file),
    )
    connection, folder = await ImapConnection.open(settings)
    try:
        await mail_servers.deliver(letter("Internet is down"))
        (mail,) = await connection.fetch_mails(await connection.list_uids(folder.uidnext), 100_000)
    finally:
        await connection.close()
    raw = mail.body or b""
    assert raw.startswith(b"Authentication-Results: mx.sever.test; dkim=pass header.d=example.test")
    assert read_message(raw, MailboxReadingOptions("support@sever.test", "mx.sever.test")).proof == "sure"
    assert read_message(raw, MailboxReadingOptions("support@sever.test", "other.test")).proof == "doubted"


async def test_who_does_not_trust_the_certificate_sends_nothing(
    mail_servers: LoopbackMailServers, posted: list[EmailMessage]
) -> None:
    """TLS is real: without the demo's own authority no word is said, and a wrong password is refused."""
    message = letter("Hello")
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await aiosmtplib.send(message, hostname=HOST, port=mail_servers.smtp_port, use_tls=True)
    trusting = ssl.create_default_context(cafile=str(mail_servers.ca_file))
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await _sent(message, mail_servers, trusting, "wrong")
    assert posted == []
    await _sent(message, mail_servers, trusting, mail_servers.password)
    assert [str(one["Subject"]) for one in posted] == ["Hello"]


async def _sent(
    message: EmailMessage, mail_servers: LoopbackMailServers, trusting: ssl.SSLContext, password: str
) -> None:
    await aiosmtplib.send(
        message,
        hostname=HOST,
        port=mail_servers.smtp_port,
        use_tls=True,
        tls_context=trusting,
        username=mail_servers.address,
        password=password,
    )


# With a person in the chat.


class Live:
    """A `firstline demo` in a terminal of its own: its screen without colours, and a keyboard."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        self.process = process
        self.screen = ""
        self._terminal = terminal
        self._read = b""
        self._from = 0
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(terminal, self._reads)

    def _reads(self) -> None:
        try:
            self._read += os.read(self._terminal, 65536)
        except OSError:  # the other side is closed
            asyncio.get_running_loop().remove_reader(self._terminal)
        self.screen = re.sub(r"\x1b\[[0-9;]*[mK]", "", self._read.decode("utf-8", "replace"))
        self._more.set()

    def types(self, line: str) -> None:
        """Types a line."""
        self._from = len(self.screen)
        os.write(self._terminal, f"{line}\n".encode())

    async def hears(self, words: str, seconds: float = 90) -> None:
        """Waits until these words stand on the screen, below the last line typed."""
        try:
            async with asyncio.timeout(seconds):
                while words not in self.screen[self._from :]:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"{words!r} was not shown, but:\n{self.screen[self._from :]}") from None


@asynccontextmanager
async def _at_a_terminal(folder: Path) -> AsyncIterator[Live]:
    mine, its = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.main", "-C", str(folder), "demo"),
        stdin=its,
        stdout=its,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "TERM": "xterm-256color", "COLUMNS": "120"},
    )
    os.close(its)
    live = Live(process, mine)
    try:
        yield live
    finally:
        asyncio.get_running_loop().remove_reader(mine)
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(mine)


async def test_in_a_terminal_one_is_the_subscriber(tmp_path: Path) -> None:
    """It says what to try; the agents' card stands beside the chat, and an agent may act from a second terminal."""
    async with _at_a_terminal(tmp_path) as live:
        await live.hears("resolve 1 --as ivanova")
        root = re.search(r"-C (\S+) cases", live.screen)
        assert root is not None
        live.types("нет интернета, договор 40-1187")
        await live.hears("[2] Не помогло")
        live.types("4")
        await live.hears("agents' group")
        await live.hears("To be the agent Maria, type: /take")
        second = Terminal(Path(root.group(1)))
        assert (await second.types("take", "1", "--as", "ivanova")).code == 0
        await live.hears("the card now says")
        live.types("/say Добрый день, проверяю.")
        await live.hears("▌ Добрый день, проверяю.")
        live.types("/eta 2h")
        await live.hears("mail for anna@example.test")
        live.types("/mail no internet, contract 40-2203")
        await live.hears("mail for john@example.test")
        live.types("/quit")
        await live.hears("its folder is gone")
        assert await live.process.wait() == 0
    assert os.path.basename(root.group(1)) not in os.listdir(tempfile.gettempdir())
