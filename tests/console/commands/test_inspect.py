"""``firstline mail inspect`` shows mails lying in files as the desk would read them, without any desk."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.console.command_line import Ran, Terminal
from tests.mail.conftest import letter


@pytest.fixture
def bare(tmp_path: Path) -> Terminal:
    """A terminal in a folder that is no desk."""
    return Terminal(tmp_path)


def lying(root: Path, name: str, raw: bytes) -> str:
    """A mail as a file, and where it lies."""
    path = root / name
    path.write_bytes(raw)
    return str(path)


def lines(ran: Ran) -> list[dict[str, Any]]:
    """One object a line."""
    return [json.loads(line) for line in ran.out.splitlines()]


async def test_a_mail_is_shown_to_a_person(bare: Terminal) -> None:
    ran = await bare.types("mail", "inspect", lying(bare.root, "one.eml", letter("Нет\n\n-- \nИван")))
    assert ran.code == 0
    assert "Помогите" in ran.out
    assert "ivan@mail.test" in ran.out
    assert "3 more lines" in ran.out


async def test_a_mail_is_told_to_a_machine(bare: Terminal) -> None:
    path = lying(bare.root, "one.eml", letter("Нет\n\n-- \nИван", Message_ID="<a@b.test>", In_Reply_To="<0@b.test>"))
    ran = await bare.types("mail", "inspect", "--json", path)
    (found,) = lines(ran)
    assert found | {"language": ""} == {
        "file": path,
        "message_id": "<a@b.test>",
        "in_reply_to": "<0@b.test>",
        "references": [],
        "subject": "Помогите",
        "from": "ivan@mail.test",
        "from_name": "",
        "sent_on_by": "",
        "to": ["help@sever.test"],
        "date": None,
        "text": "Нет",
        "text_and_signature": "Нет\n\n--\nИван",
        "quoted": "",
        "html_text": "",
        "body": "Нет\n\n-- \nИван",
        "attachments": [],
        "language": "",
        "automatic": False,
        "unanswered": "",
        "report_class": "none",
        "bounced": [],
        "authenticated": None,
        "problems": [],
    }


async def test_many_files_listed_on_standard_input_keep_their_order(bare: Terminal) -> None:
    paths = [lying(bare.root, f"{number}.eml", letter(f"письмо {number}")) for number in range(100)]
    ran = await bare.types("mail", "inspect", "--json", "--stdin-list", stdin="\n".join(paths) + "\n\n")
    assert [one["text"] for one in lines(ran)] == [f"письмо {number}" for number in range(100)]
    assert [one["file"] for one in lines(ran)] == paths
    assert (ran.code, ran.err) == (0, "")


async def test_a_file_that_cannot_be_opened_does_not_stop_the_others(bare: Terminal) -> None:
    paths = [lying(bare.root, "1.eml", letter("раз")), str(bare.root / "none.eml"), str(bare.root)]
    ran = await bare.types("mail", "inspect", "--json", *paths, lying(bare.root, "2.eml", letter("два")))
    assert [one["text"] for one in lines(ran)] == ["раз", "два"]
    assert ran.code == 3
    assert "none.eml: there is no such file" in ran.err
    assert "2 of the files could not be opened" in ran.err


async def test_a_pipe_is_no_file_and_blocks_nothing(bare: Terminal) -> None:
    os.mkfifo(bare.root / "pipe")
    ran = await bare.types("mail", "inspect", str(bare.root / "pipe"))
    assert (ran.code, ran.out) == (3, "")


@pytest.mark.parametrize(
    ("options", "expected"), [((), None), (("--authserv-id", "mx.test"), True), (("--authserv-id", "other"), False)]
)
async def test_only_a_named_border_server_vouches(
    bare: Terminal, options: tuple[str, ...], expected: bool | None
) -> None:
    raw = letter(Authentication_Results="mx.test; dkim=pass header.d=mail.test")
    ran = await bare.types("mail", "inspect", "--json", *options, lying(bare.root, "1.eml", raw))
    assert lines(ran)[0]["authenticated"] is expected


async def test_without_a_file_the_command_says_what_it_needs(bare: Terminal) -> None:
    ran = await bare.types("mail", "inspect")
    assert ran.code == 2
    assert "--stdin-list" in ran.err


async def test_a_file_name_that_is_not_utf_8_is_shown_as_well_as_it_can_be(bare: Terminal) -> None:
    path = lying(bare.root, os.fsdecode(b"\xef\xe8\xf1\xfc\xec\xee.eml"), letter("да"))
    (found,) = lines(await bare.types("mail", "inspect", "--json", path))
    assert found["text"] == "да"
    assert found["file"].endswith("\ufffd.eml")


FOLDED = "Нет\n\nС уважением,\nИван\n\n> Работает?\n> Служба"


async def test_what_is_folded_is_shown_to_who_asks(bare: Terminal) -> None:
    path = lying(bare.root, "one.eml", letter(FOLDED, In_Reply_To="<0@b.test>"))
    folded, unfolded = await bare.types("mail", "inspect", path), await bare.types("mail", "inspect", "--unfold", path)
    assert "--unfold shows them" in folded.out
    assert "> Работает?" not in folded.out
    assert "> Работает?" in unfolded.out
    assert "more lines" not in unfolded.out


async def test_a_mail_may_come_on_standard_input(bare: Terminal) -> None:
    ran = await bare.types("mail", "inspect", "--json", "-", stdin=letter("Нет интернета").decode())
    (found,) = lines(ran)
    assert (found["file"], found["text"]) == ("-", "Нет интернета")
    both = await bare.types("mail", "inspect", "-", "--stdin-list")
    assert (both.code, "either a mail (-) or a list" in both.err) == (2, True)


async def test_an_empty_file_is_called_so(bare: Terminal) -> None:
    ran = await bare.types("mail", "inspect", lying(bare.root, "empty.eml", b""))
    assert "empty file" in ran.out


async def test_a_letter_of_a_machine_is_automatic_wherever_it_says_so(bare: Terminal) -> None:
    """What gets no answer because a machine wrote it is never called a person's."""
    raw = letter("Я в отпуске", Auto_Submitted="auto-replied", Subject="Автоответ: заявка")
    (found,) = lines(await bare.types("mail", "inspect", "--json", lying(bare.root, "away.eml", raw)))
    assert (found["automatic"], found["unanswered"]) == (True, "auto-reply")


async def test_a_list_that_is_held_open_is_answered_name_by_name(bare: Terminal) -> None:
    """Whoever writes names into a pipe sees each mail before they write the next."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.main", "mail", "inspect", "--json", "--stdin-list"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path.cwd(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for name in ("one", "two"):
        process.stdin.write(f"{lying(bare.root, f'{name}.eml', letter(name))}\n".encode())
        async with asyncio.timeout(120):
            assert json.loads(await process.stdout.readline())["text"] == name
    process.stdin.close()
    assert await process.wait() == 0
