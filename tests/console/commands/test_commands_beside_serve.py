"""Commands beside a `serve` and beside each other: nobody is in two minds, and nothing waits for nobody."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stdnum import damm

from desk.model.agent_operations import AddNote
from desk.model.case import Case
from desk.model.messages import FRONT, RawMessage
from desk.model.settings import load
from desk.model.states import CaseState
from desk.model.subscribers import Person
from desk.pipeline.internal_channel import order_message
from desk.queues import inbox
from desk.storage.database import Database
from desk.storage.ids import IdGenerator
from tests.console.command_line import Terminal
from tests.console.conftest import Typist
from tests.peers.botapi import Group

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IDS = IdGenerator()


async def put(folder: Path, provider: str, prefix: str, count: int) -> str:
    """A registered case that nobody has taken, of somebody in Telegram. Returns its number."""
    number = f"{prefix}-2026-{count:06d}-{damm.calc_check_digit(f'2026{count:06d}')}"
    database = Database(load(folder, {"TELEGRAM_TOKEN": "1:a"}).database)
    async with database.write(provider) as session:
        person = Person(provider=provider, id=IDS.next_id(NOW), name="Анна", created_at=NOW)
        case = Case(
            provider=provider,
            id=IDS.next_id(NOW),
            number=number,
            person_id=person.id,
            channel="telegram:main",
            channel_kind="telegram",
            address="5001",
            state=CaseState.ACKNOWLEDGED.value,
            reason="queued",
            queue="queue:l1",
            opened_at=NOW,
            updated_at=NOW,
            registered_at=NOW,
        )
        session.add_all([person, case])
    await database.close()
    return number


async def accepts(folder: Path, raw: RawMessage) -> None:
    """Something lies in the inbox."""
    database = Database(load(folder, {"TELEGRAM_TOKEN": "1:a"}).database)
    await inbox.accept(database, [raw])
    await database.close()


async def test_of_two_agents_who_take_a_case_at_once_one_has_it(terminal: Terminal) -> None:
    """One command ends with 0, the other with 4 and the name of the first."""
    number = await put(terminal.root, "sever", "SN", 12)
    ran = await asyncio.gather(*(terminal.types("take", number, "--as", who) for who in ("ivanova", "petrov")))
    assert sorted(one.code for one in ran) == [0, 4], ran
    (case,) = (await terminal.types("cases", "--json")).json()
    assert case["owner"] == ("ivanova" if ran[0].code == 0 else "petrov")


async def test_a_serve_without_a_worker_keeps_nobody_waiting(terminal: Terminal, agents_group: Group) -> None:
    """The command decides itself when the running process does not."""
    number = await put(terminal.root, "sever", "SN", 12)
    async with terminal.serving("--only", "receiver") as service:
        await service.logs("channels: telegram:main")
        taken = await terminal.types("take", number, "--as", "ivanova")
        assert (taken.code, taken.out.splitlines()[0]) == (0, f"{number} is yours.")


def test_a_count_that_two_providers_have_is_asked_back(typist: Typist) -> None:
    """Which case is meant is never guessed; the whole number, or the provider, tells."""
    first = asyncio.run(put(typist.folder, "sever", "SN", 12))
    second = asyncio.run(put(typist.folder, "volga", "VL", 12))
    both = typist.types("case", "12")
    assert both.exit_code == 2
    assert f"{first} of sever, {second} of volga" in both.output
    for words in (["12", "--provider", "volga"], [second], [f"#{second.lower()}"]):
        found = typist.types("case", *words, "--json")
        assert json.loads(found.output)["number"] == second
    assert [one["number"] for one in json.loads(typist.types("cases", "--provider", "volga", "--json").output)] == [
        second
    ]


def test_cases_are_chosen_by_queue_state_and_owner(typist: Typist) -> None:
    """Each option leaves only those; what is in none of them is told so."""
    number = asyncio.run(put(typist.folder, "sever", "SN", 12))
    for words in (["--queue", "l1"], ["--queue", "queue:l1"], ["--state", "acknowledged"], ["--provider", "sever"]):
        assert number in typist.types("cases", *words).output
    for words in (["--queue", "field"], ["--state", "held"], ["--owner", "ivanova"], ["--provider", "volga"]):
        assert typist.types("cases", *words).output == "There are no such cases.\n"


def test_an_agent_of_another_provider_may_not_act(typist: Typist) -> None:
    """Whoever is in volga's teams.toml takes no case of sever."""
    number = asyncio.run(put(typist.folder, "sever", "SN", 12))
    result = typist.types("take", number, "--as", "lugovaya")
    assert (result.exit_code, "sever has no agent 'lugovaya'" in result.output) == (4, True)


@pytest.mark.parametrize(("words", "code", "said"), [(["1"], 0, "read and decided (reply)"), (["1", "2"], 3, "2")])
def test_what_was_set_aside_wrongly_is_decided_by_a_replay(
    typist: Typist, words: list[str], code: int, said: str
) -> None:
    """A message that can be read now does what it should have done; a number that is not there changes nothing."""
    number = asyncio.run(put(typist.folder, "sever", "SN", 12))
    order = order_message(AddNote("найден обрыв"), NOW, provider="sever", number=number, agent="ivanova")
    raw = replace(order, problem="it could not be read yesterday")
    asyncio.run(accepts(typist.folder, raw))
    assert "it could not be read yesterday" in typist.types("quarantine", "list").output
    assert "найден обрыв" in json.loads(typist.types("quarantine", "show", "1", "--raw").output)["operation"]["text"]
    result = typist.types("replay", *words)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    journal = json.loads(typist.types("case", number, "--json").output)["journal"]
    assert [line["text"] for line in journal] == (["найден обрыв"] if code == 0 else [])


def test_orders_on_a_case_of_the_front_desk(typist: Typist) -> None:
    """They are done without a word of complaint, and the promised time is told by the front desk's own clock."""
    settings = typist.folder / "firstline.toml"
    text = settings.read_text("utf-8").replace("[front_desk]", '[front_desk]\ntimezone = "Asia/Omsk"\n#')
    settings.write_text(text, "utf-8")
    number = asyncio.run(put(typist.folder, FRONT, "FL", 3))
    for words in (["take", number], ["note", number, "ждём номер договора"], ["eta", number, "2h"]):
        result = typist.types(*words, "--as", "lugovaya")
        assert (result.exit_code, "there is no provider" in result.output) == (0, False), result.output
    assert "+06" in result.output, "the front desk's own zone"
    assert "Вера Луговая" in typist.types("case", number, env={"LANG": "ru_RU.UTF-8"}).output
    assert number in typist.types("cases", "--provider", FRONT).output


def test_ids_are_strings_for_machines(typist: Typist) -> None:
    """A program that reads numbers as JavaScript does would round them."""
    number = asyncio.run(put(typist.folder, "sever", "SN", 12))
    taken = json.loads(typist.types("take", number, "--as", "ivanova", "--json").output)
    assert isinstance(taken["arrival"], str)
    case = json.loads(typist.types("case", number, "--json").output)
    assert case["id"].isdecimal()
    assert case["person_id"] == case["person"]["id"]
    assert all(isinstance(line["id"], str) for line in case["journal"])
    assert all(isinstance(one["case_id"], str) for one in case["journal"])


def test_why_names_the_rules_round_by_round(typist: Typist) -> None:
    """In the order in which they decided; without --why none is named."""
    number = asyncio.run(put(typist.folder, "sever", "SN", 12))
    for words in (["take", number, "--as", "ivanova"], ["note", number, "обрыв у дома", "--as", "petrov"]):
        assert typist.types(*words).exit_code == 0
    refused = typist.types("take", number, "--as", "petrov")
    assert refused.exit_code == 4
    plain, why = typist.types("case", number), typist.types("case", number, "--why")
    assert (plain.exit_code, why.exit_code) == (0, 0), why.output
    assert "Rounds:" not in plain.output
    assert "escalation." not in plain.output
    told = why.output.partition("Rounds: which rules decided")[2]
    took, noted = told.index("escalation.take"), told.index("escalation.add_note")
    assert took < told.index("обрыв у дома") < noted, "each round begins with what was said in it"
    rounds = json.loads(typist.types("case", number, "--json").output)["rounds"]
    assert [(one["channel"], one["outcome"]) for one in rounds[:2]] == [("desk", "reply"), ("desk", "reply")]
    assert ["escalation.take" in one["decided_by"] for one in rounds[:2]] == [True, False]
    assert "escalation.add_note" in rounds[1]["decided_by"]
    assert rounds[2:] == [], "what was refused changed nothing of the case"
