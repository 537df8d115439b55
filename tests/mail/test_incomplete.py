"""What of a letter could not be read is told in its case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mail.reading.message import STUB_HEADER
from tests.mail.office import Office, box, mail
from tests.ready import Ground

TOLD = "desk finding: not all of the letter could be read: "
ANNA = "anna@example.test"


@pytest.fixture
async def office(ground: Ground) -> AsyncIterator[Office]:
    """A desk with one mailbox."""
    made = await Office.opened(ground, [box()])
    yield made
    await made.house.close()


async def journal(office: Office, raw: bytes) -> str:
    await office.receives(raw)
    (case,) = await office.cases()
    return await office.journal(case)


async def test_whoever_answers_a_cut_letter_knows_it(office: Office) -> None:
    assert TOLD + "text cut" in await journal(office, mail(ANNA, "Нет интернета. " * 100_000))


async def test_a_letter_too_large_to_fetch_is_told_with_its_size(office: Office) -> None:
    raw = STUB_HEADER + b" 40000000\r\n" + mail(ANNA, "")
    assert TOLD + "40000000 bytes were left on the mail server" in await journal(office, raw)


async def test_of_a_letter_that_is_odd_and_read_whole_nothing_is_told(office: Office) -> None:
    raw = mail(ANNA, "Нет интернета").replace(b"\r\nFrom:", b"\r\nno header this is\r\nFrom:", 1)
    assert TOLD not in await journal(office, raw)


async def test_a_subject_alone_is_a_letter(office: Office) -> None:
    await office.receives(mail(ANNA, "", Subject="Второй день нет интернета, договор 40-1187"))
    (case,) = await office.cases()
    assert (case.contract, case.description) == ("40-1187", "Второй день нет интернета, договор 40-1187")
