"""What of a letter could not be read is told in its case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mail.reading.message import STUB_HEADER
from tests.mail.offline_desk import OfflineDesk, box, mail
from tests.prepared_desks import DeskFiles

TOLD = "the email couldn't be read in full; all of it is kept in the database"
ANNA = "anna@example.test"


@pytest.fixture
async def offline_desk(desk_files: DeskFiles) -> AsyncIterator[OfflineDesk]:
    """A desk with one mailbox."""
    made = await OfflineDesk.opened(desk_files, [box()])
    yield made
    await made.house.close()


async def journal(offline_desk: OfflineDesk, raw: bytes) -> str:
    await offline_desk.receives(raw)
    (case,) = await offline_desk.cases()
    return await offline_desk.journal(case)


async def test_whoever_answers_a_cut_letter_knows_it(offline_desk: OfflineDesk) -> None:
    said = await journal(offline_desk, mail(ANNA, "Нет интернета. " * 100_000))
    assert f"desk mail_incomplete {{'lost': 'text cut'}}: {TOLD}" in said


async def test_a_letter_too_large_to_fetch_is_told_with_its_size(offline_desk: OfflineDesk) -> None:
    raw = STUB_HEADER + b" 40000000\r\n" + mail(ANNA, "")
    lost = "40000000 bytes were left on the mail server"
    assert f"desk mail_incomplete {{'lost': '{lost}'}}: {TOLD}" in await journal(offline_desk, raw)


async def test_of_a_letter_that_is_odd_and_read_whole_nothing_is_told(offline_desk: OfflineDesk) -> None:
    raw = mail(ANNA, "Нет интернета").replace(b"\r\nFrom:", b"\r\nno header this is\r\nFrom:", 1)
    assert TOLD not in await journal(offline_desk, raw)


async def test_a_subject_alone_is_a_letter(offline_desk: OfflineDesk) -> None:
    await offline_desk.receives(mail(ANNA, "", Subject="Второй день нет интернета, договор 40-1187"))
    (case,) = await offline_desk.cases()
    assert (case.contract, case.description) == ("40-1187", "Второй день нет интернета, договор 40-1187")
