"""A letter that kills its reader costs a child and nothing else: the next one is read, and the desk is not held up."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from desk.backoff import Backoff
from desk.model.messages import UnreadableMessage
from mail.reading import message, message_to_json
from mail.reading.message import MailboxReadingOptions
from mail.reading.message_to_json import UnopenableFile
from mail.reading.sandbox import MEBIBYTE, LetterAtFault, MessageReaderPool
from tests.mail.conftest import eventually, letter

CHECKOUT = Path(__file__).resolve().parents[3]
HERE = MailboxReadingOptions("help@sever.test")


def spin(raw: bytes, reading: MailboxReadingOptions) -> message.MailMessage:
    """A reader that never comes back, in native code as far as it can."""
    while True:
        sum(range(10**6))


def swell(raw: bytes, reading: MailboxReadingOptions) -> message.MailMessage:
    """A reader that wants more memory than it may have."""
    return message.read_degraded(raw, reading, str(len(bytearray(2**30))))


def die(*args: object) -> message.MailMessage:
    """A reader that crashes as native code does, whatever it is given."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError(args)


def deadly_file(path: str, reading: MailboxReadingOptions) -> str | UnopenableFile:
    """A letter whose name says that it kills its reader."""
    return str(die()) if "deadly" in path else message_to_json.convert_file(path, reading)


async def test_a_letter_is_read_in_another_process(readers: MessageReaderPool) -> None:
    assert (await readers.read(letter("Привет"), HERE)).text == "Привет"
    assert await readers._run_in_child(os.getpid) != os.getpid()


@pytest.mark.parametrize(("fault", "told"), [(spin, "died|out of time"), (swell, "memory"), (die, "died")])
async def test_a_letter_that_kills_its_reader_comes_back_degraded(
    readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch, fault: object, told: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("mail.reading.message.read_message", fault)
        one = await readers.read(letter("Помогите"), HERE)
    assert re.search(told, one.problems[0]), "on a busy machine the clock may be quicker than the processor's seconds"
    assert "Помогите" in one.text
    assert (one.sender.address, one.subject) == ("ivan@mail.test", "Помогите")
    assert (await readers.read(letter("дальше"), HERE)).problems == ()


async def test_a_letter_that_kills_three_readers_is_unreadable(
    readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("mail.reading.message.read_message", die)
        patched.setattr("mail.reading.message.read_degraded", die)
        with pytest.raises(UnreadableMessage, match="three times"):
            await readers.read(letter(), HERE)
    assert (await readers.read(letter("дальше"), HERE)).text == "дальше"


def picky(raw: bytes, reading: MailboxReadingOptions) -> message.MailMessage:
    """A reader that dies of one letter only."""
    return die() if b"deadly" in raw else message.read_message(raw, reading)


async def test_a_letter_that_kills_its_reader_costs_those_read_with_it_nothing(
    readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters that wait go to a child several at a time."""
    bodies = ["one", "deadly", *map(str, range(30))]
    with monkeypatch.context() as patched:
        patched.setattr("mail.reading.sandbox.message.read_message", picky)
        found = await asyncio.gather(*(readers.read(letter(body), HERE) for body in bodies))
    assert [one.text.strip() for one in found if not one.problems] == [body for body in bodies if body != "deadly"]
    assert "died" in found[1].problems[0]


NO_DESCRIPTORS = """
import asyncio, os, resource, sys
from mail.reading.message import MailboxReadingOptions
from mail.reading.sandbox import MessageReaderPool

async def main():
    readers = MessageReaderPool(workers=1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    taken = []
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    raw = b"From: ivan@mail.test\\r\\nSubject: hi\\r\\n\\r\\nno internet\\r\\n"
    reading = asyncio.create_task(readers.read(raw, MailboxReadingOptions("desk@sever.test")))
    await asyncio.sleep(2)
    assert not reading.done(), reading
    print("waits")
    for one in taken:
        os.close(one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    found = await asyncio.wait_for(reading, 60)
    print(found.subject, list(found.problems))
    await readers.close()

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_a_machine_without_descriptors_is_waited_for_and_no_letter_pays_for_it(tmp_path: Path) -> None:
    """No reader can be started: the letter waits, and is read whole once one can."""
    script = tmp_path / "no_descriptors.py"
    script.write_text(NO_DESCRIPTORS)
    ran = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await ran.communicate()
    assert out.decode().split() == ["waits", "hi", "[]"], err.decode()


async def test_readers_that_cannot_be_forked_are_waited_for_and_the_log_says_so(
    readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Three letters at once, and none is degraded or refused for it."""
    made, refused = readers._get_pool, 0

    def out_of_processes() -> object:
        nonlocal refused
        refused += 1
        if refused <= 6:
            raise BlockingIOError("Resource temporarily unavailable")
        return made()

    monkeypatch.setattr(readers, "_get_pool", out_of_processes)
    found = await asyncio.gather(*(readers.read(letter(str(one)), HERE) for one in range(3)))
    assert [(one.text, list(one.problems)) for one in found] == [("0", []), ("1", []), ("2", [])]
    assert "cannot be started: BlockingIOError" in caplog.text
    assert "works again" in caplog.text


class TooLarge:
    """What the desk itself has no memory for, on its way to a reader."""

    def __reduce__(self) -> str:
        raise MemoryError


def refuse(raw: bytes, reading: MailboxReadingOptions) -> message.MailMessage:
    """A reader that fails as if the machine were at fault, with this letter each time."""
    raise OSError("Too many levels of symbolic links")


async def test_a_letter_that_alone_finds_no_reader_is_degraded_and_others_are_read(
    readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks like trouble of the machine for ever; but whatever is tried beside it goes well."""
    monkeypatch.setattr(readers, "_backoff", Backoff("readers", sleep=lambda _: asyncio.sleep(0)))
    with monkeypatch.context() as patched:
        patched.setattr("mail.reading.message.read_message", refuse)
        one = await readers.read(letter("Помогите"), HERE)
    assert "Помогите" in one.text
    assert "no reader can be given it" in one.problems[0]
    assert not (await readers.read(letter("Привет"), HERE)).problems


async def test_what_kills_the_thread_that_hands_letters_over_stops_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The desk has no memory to hand one over: it is given up after some tries, others are read meanwhile."""
    monkeypatch.setattr("mail.reading.sandbox.START_SECONDS", 1.0)
    readers = MessageReaderPool(workers=2, seconds=0.2)
    monkeypatch.setattr(readers, "_backoff", Backoff("readers", sleep=lambda _: asyncio.sleep(0)))
    handed = asyncio.create_task(readers._run_in_child(len, TooLarge()))  # type: ignore[arg-type]
    found = await asyncio.gather(*(readers.read(letter(str(one)), HERE) for one in range(3)))
    assert [one.text for one in found] == ["0", "1", "2"]
    with pytest.raises(LetterAtFault):
        await handed
    await readers.close()


async def test_the_loop_goes_on_while_a_reader_is_stuck(
    readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mail.reading.message.read_message", spin)
    reading = asyncio.create_task(readers.read(letter(), HERE))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 20


async def test_children_killed_while_idle_are_replaced(readers: MessageReaderPool) -> None:
    os.kill(await readers._run_in_child(os.getpid), signal.SIGKILL)
    await asyncio.sleep(0.5)
    assert (await readers.read(letter("дальше"), HERE)).text == "дальше"


async def test_a_large_letter_is_read_within_its_memory(readers: MessageReaderPool) -> None:
    raw = letter("слово " * 2_000_000)
    assert "text cut" in (await readers.read(raw, HERE)).problems
    status = await readers._run_in_child(Path("/proc/self/status").read_text)
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert peak * 1024 < 256 * MEBIBYTE


async def test_parts_that_are_not_there_are_told(readers: MessageReaderPool) -> None:
    assert await readers.read_part(letter("x"), 0) == b"x\r\n"
    with pytest.raises(LookupError):
        await readers.read_part(letter("x"), 5)


async def test_closing_ends_the_children() -> None:
    readers = MessageReaderPool(workers=2)
    await readers.warm()
    pid = await readers._run_in_child(os.getpid)
    await readers.close()
    await eventually(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether the process is there."""
    return Path(f"/proc/{pid}/stat").exists()


class TestFiles:
    """Letters lying in files, several for one child."""

    async def test_a_letter_that_kills_its_reader_does_not_cost_its_neighbours(
        self, readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        paths = [tmp_path / name for name in ("1.eml", "deadly.eml", "3.eml")]
        for path in paths:
            path.write_bytes(letter(path.stem))
        monkeypatch.setattr("mail.reading.message_to_json.convert_file", deadly_file)
        found = [json.loads(str(one)) for one in await readers.read_files([str(path) for path in paths], HERE)]
        assert [one["text"] for one in found[::2]] == ["1", "3"]
        assert "died" in found[1]["problems"][0]
        assert "deadly" in found[1]["text"]

    async def test_a_letter_that_kills_every_reader_is_still_told(
        self, readers: MessageReaderPool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "deadly.eml").write_bytes(letter("deadly"))
        for name in ("convert_file", "convert_file_degraded"):
            monkeypatch.setattr(f"mail.reading.message_to_json.{name}", die)
        (found,) = await readers.read_files([str(tmp_path / "deadly.eml")], HERE)
        assert "three times" in json.loads(str(found))["problems"][0]

    async def test_a_file_that_is_not_there_is_said_to_be_missing(
        self, readers: MessageReaderPool, tmp_path: Path
    ) -> None:
        (found,) = await readers.read_files([str(tmp_path / "none.eml")], HERE)
        assert found == UnopenableFile(str(tmp_path / "none.eml"), "there is no such file")
