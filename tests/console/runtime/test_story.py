"""The day of an agent who has a terminal and nothing else: a real `serve`, a real subscriber in Telegram."""

from __future__ import annotations

import signal

from tests import wording
from tests.console.command_line import TOKEN, Terminal
from tests.peers.botapi import BotApi, Group, User

FIRST = "Здравствуйте! второй день нет интернета, договор 40-1187"


async def registered(api: BotApi, anna: User) -> None:
    """Anna writes, and asks for a person: her matter gets a number."""
    bot = api.bot(TOKEN)
    await anna.starts(bot)
    await anna.says(bot, FIRST)
    await anna.presses(await anna.hears("Помогло?"), "Не помогло")
    await anna.hears("На чём не работает")
    await anna.says(bot, "оператор")
    await anna.hears("SN-")


async def test_an_agent_works_a_case_from_a_terminal(
    terminal: Terminal, api: BotApi, anna: User, agents_group: Group
) -> None:
    """Taken, answered, promised and resolved by commands; the subscriber reads every word in the chat."""
    terminal.environment["FIRSTLINE_AGENT"] = "ivanova"
    async with terminal.serving() as service:
        await service.logs("channels: telegram:main")
        await registered(api, anna)
        (case,) = (await terminal.types("cases", "--json")).json()
        number = case["number"]
        assert (case["state"], case["contract"], case["owner"]) == ("acknowledged", "40-1187", "")

        taken = await terminal.types("take", number)
        assert (taken.code, taken.out, taken.err) == (0, f"{number} is yours.\n", "")
        await anna.hears("Мария Иванова")
        reload = await terminal.types("take", number, "--as", "petrov")
        assert (reload.code, reload.err) == (4, f"Error: Case {number} is already with Мария Иванова.\n")

        assert (await terminal.types("say", number, stdin="Добрый день! Проверяю линию.\n")).code == 0
        await anna.hears("Проверяю линию")
        assert (await terminal.types("note", "1", "сосед", "тоже", "жаловался")).code == 0
        promised = await terminal.types("eta", number, "2h", "--json")
        assert promised.json()["eta"]
        assert {one["channel"] for one in promised.json()["departures"]} == {"telegram:main"}
        await anna.hears("рассчитываем всё сделать")
        assert (await terminal.types("resolve", number, "Заменили порт.")).code == 0
        await anna.hears("заявку можно закрыть?")
        over = await terminal.types("eta", number, "2h")
        assert (over.code, over.err.startswith("Error: ")) == (4, True)
        assert wording.template("refused_case_resolved", "en", (("number", number),)).is_in(over.err)

        shown = await terminal.types("case", number)
        for words in (number, "resolved", "Проверяю линию.", "сосед тоже жаловался", "Северная сеть"):
            assert words in shown.out
        assert max(map(len, shown.out.splitlines())) <= 80
        whole = (await terminal.types("case", number, "--json")).json()
        assert (whole["state"], whole["owner"], whole["number"]) == ("resolved", "ivanova", number)
        assert [one["text"] for one in whole["journal"] if one["kind"] == "note_added"] == ["сосед тоже жаловался"]
        assert await service.stops() == 0
    assert "the desk is closed" in service.log
    assert TOKEN.partition(":")[2] not in service.log


async def test_an_agent_moves_a_case_on_from_a_terminal(
    terminal: Terminal, api: BotApi, anna: User, agents_group: Group
) -> None:
    """It waits for the subscriber, goes on, is classed, passed on and given back; what cannot be says why, with 4."""
    terminal.environment["FIRSTLINE_AGENT"] = "ivanova"
    async with terminal.serving() as service:
        await service.logs("channels: telegram:main")
        await registered(api, anna)
        for command in (
            ("pend", "1", "no_access", "Когда можно зайти?"),
            ("resume", "1"),
            ("classify", "1", "--severity", "critical", "--why", "больница"),
            ("escalate", "1", "нет прав"),
            ("handover", "1", "petrov", "порт проверен"),
            ("undo", "1"),
            ("hold", "1", "spare_part", "КАНАРЕЙКА"),
        ):
            done = await terminal.types(*command)
            assert (done.code, done.err) == (0, ""), command
        await anna.hears("нужное оборудование ещё не пришло")
        for command in (
            ("handover", "1", "mars", "почему"),
            ("reject", "1", "spam"),
            ("classify", "1", "--category", "mars", "--why", "x"),
        ):
            refused = await terminal.types(*command)
            assert (refused.code, refused.err.startswith("Error: ")) == (4, True), command
        (case,) = (await terminal.types("cases", "--json")).json()
        assert (case["state"], case["owner"]) == ("held", "ivanova")
        shown = (await terminal.types("case", "1")).out
        assert "КАНАРЕЙКА" in shown
        assert await service.stops() == 0


async def test_what_an_agent_does_while_nobody_serves_is_decided_at_once_and_goes_out_later(
    terminal: Terminal, api: BotApi, anna: User, agents_group: Group
) -> None:
    """The command goes through the pipeline itself, says that nothing goes out yet, and the next `serve` sends it."""
    async with terminal.serving() as service:
        await service.logs("channels: telegram:main")
        await registered(api, anna)
    taken = await terminal.types("take", "1", "--as", "ivanova")
    assert taken.code == 0, taken.err
    assert "It goes out as soon as 'firstline serve' runs." in taken.out
    assert not [one for one in anna.reads() if "Мария Иванова" in one.words]
    async with terminal.serving():
        await anna.hears("Мария Иванова")


async def test_an_update_that_cannot_be_decoded_is_set_aside_seen_and_tried_again(
    terminal: Terminal, api: BotApi, anna: User, agents_group: Group
) -> None:
    """The next message goes on; the odd one is listed, shown whole, and quarantined again by a replay."""
    bot = api.bot(TOKEN)
    bot.push_raw({"message": {"message_id": "seven", "canary": "odd"}})
    async with terminal.serving() as service:
        await anna.starts(bot)
        await anna.says(bot, FIRST)
        await anna.hears("Помогло?")
        (odd,) = (await terminal.types("quarantine", "list", "--json")).json()
        assert odd["channel"] == "telegram:main"
        assert b'"canary"' in await terminal.raw("quarantine", "show", str(odd["id"]), "--raw")
        replayed = await terminal.types("replay", str(odd["id"]))
        assert (replayed.code, replayed.out.split()[0]) == (1, str(odd["id"]))
        assert "quarantined again" in replayed.out
        assert await service.stops(signal.SIGINT) == 0


async def test_a_desk_checks_its_bot_and_group(terminal: Terminal, api: BotApi, agents_group: Group) -> None:
    """All is well at first; a wrong token is an error with a sentence, and the token is not in it."""
    well = await terminal.types("check", "--json")
    assert well.code == 0, well.out
    assert {"telegram:main", "sever", "volga", "database", "disk", "clock"} <= {one["where"] for one in well.json()}
    terminal.environment["TELEGRAM_TOKEN"] = "4242:another-canary"
    wrong = await terminal.types("check")
    assert wrong.code == 1
    assert "Telegram does not know this token" in wrong.out
    assert "canary" not in wrong.out + wrong.err
    del terminal.environment["TELEGRAM_TOKEN"]
    missing = await terminal.types("check")
    assert missing.code == 1
    assert "the environment has no TELEGRAM_TOKEN" in " ".join(missing.out.split())
