"""Mail that means harm is read within its limits, or degraded, and never lost: every generator, with a few seeds.

``FIRSTLINE_HOSTILE_SEEDS=250`` is the long form. How long each takes and how much memory is measured by
``benchmarks.inspect``.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio

from mail.content import body
from mail.reading import message_to_json
from mail.reading.message import MailboxReadingOptions
from mail.reading.sandbox import MessageReaderPool
from tests.mail.conftest import letter
from tests.mail.hostile import GENERATORS, SENDER
from tests.mail.hostile.making import FROM

SEEDS = int(os.environ.get("FIRSTLINE_HOSTILE_SEEDS", "2"))
HERE = MailboxReadingOptions("help@sever.test", "mx.sever.test")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[MessageReaderPool]:
    """Two children for all attacks: whatever one of them does to a child, the next must not feel it."""
    readers = MessageReaderPool(workers=2)
    yield readers
    await readers.close()


@pytest.mark.parametrize("name", GENERATORS)
async def test_each_attack_ends_as_a_letter_that_can_be_kept_and_shown(pool: MessageReaderPool, name: str) -> None:
    for seed in range(SEEDS):
        raw = GENERATORS[name](Random(f"{name} {seed}"))
        one = await pool.read(raw, HERE)
        if raw.startswith(FROM):
            assert one.sender.address == SENDER, seed
        assert not any("while reading" in problem for problem in one.problems), (seed, one.problems)
        assert len(one.full_text) <= body.MAX_TEXT_BYTES
        assert len(one.subject) <= 8192
        assert len(one.attachments) <= 1000
        line = message_to_json.to_json_line("attack.eml", one, HERE)
        assert "\0" not in json.loads(line)["body"]
        line.encode("utf-8")


@pytest.mark.parametrize("name", ["random_bytes", "ten_thousand_parts", "words_that_only_open", "entities"])
async def test_an_ordinary_letter_is_read_beside_an_attack(pool: MessageReaderPool, name: str) -> None:
    attack = asyncio.create_task(pool.read(GENERATORS[name](Random(name)), HERE))
    assert (await pool.read(letter("Нет интернета"), HERE)).text == "Нет интернета"
    await attack


async def test_there_are_at_least_forty_kinds_of_attack() -> None:
    assert len(GENERATORS) >= 40


async def test_an_attack_is_the_same_for_the_same_seed() -> None:
    assert GENERATORS["pieces_of_mail"](Random("1")) == GENERATORS["pieces_of_mail"](Random("1"))
