"""Probes and metrics of a running desk, as Kubernetes, a load balancer and Prometheus ask for them."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession
from prometheus_client.parser import text_string_to_metric_families

from console.runtime.channel_listeners import ROLES
from console.runtime.watch import probes
from console.runtime.watch.desk_status import ChannelStatus
from console.runtime.watch.own_process import OwnProcess, Phase
from console.runtime.watch.prometheus_text import OTHER, Observed, metrics_text
from console.runtime.watch.status_cache import Look, StatusCache
from desk.alarms.alarm_condition_queries import UnsentOfChannel, Waiting, WhatWaits
from desk.alarms.alarm_policy import AlarmKind
from desk.model.settings import Settings, load
from desk.model.states import CaseState
from desk.storage.database import Database
from tests.console.command_line import TOKEN, Terminal
from tests.console.watch.test_status import NOW, TROUBLES, status_of
from tests.peers.botapi import BotApi, User
from tests.peers.local_process import free_port
from tests.peers.promtool import Promtool

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@dataclass
class Prober:
    """Somebody who asks a desk how it is."""

    address: str
    http: ClientSession

    async def asks(self, path: str, accept: str = "") -> tuple[int, str]:
        """The status and the text of the answer; 0 where nobody answers."""
        try:
            async with self.http.get(f"http://{self.address}{path}", headers={"Accept": accept}) as answer:
                return answer.status, await answer.text()
        except ClientError:
            return 0, ""

    async def hears(self, path: str, status: int, words: str = "", seconds: float = 60) -> str:
        """The answer, once it has this status and these words."""
        async with asyncio.timeout(seconds):
            while True:
                found, text = await self.asks(path)
                if found == status and words in text:
                    return text
                await asyncio.sleep(0.1)


@pytest.fixture
async def prober() -> AsyncIterator[Prober]:
    async with ClientSession() as http:
        yield Prober(f"127.0.0.1:{free_port()}", http)


@asynccontextmanager
async def watched(terminal: Terminal, prober: Prober, *options: str) -> AsyncIterator[None]:
    """The desk at work, with [watch] in its settings."""
    toml = terminal.root / "firstline.toml"
    toml.write_text(f'{toml.read_text("utf-8")}\n[watch]\nlisten = "{prober.address}"\n', "utf-8")
    await terminal.types("migrate")
    async with terminal.serving(*options) as service:
        yield
        assert "canary" not in service.log


async def test_a_desk_tells_of_itself(
    terminal: Terminal, prober: Prober, api: BotApi, anna: User, promtool: type[Promtool]
) -> None:
    """Ready once it serves; what passed through it is counted; all metrics of the board and the rules are there."""
    async with watched(terminal, prober):
        ready = await prober.hears("/readyz", 200, "telegram:main: listens and sends")
        assert ready.endswith("readyz passed\n")
        assert (await prober.asks("/livez"))[0] == 200
        assert json.loads((await prober.asks("/readyz", "application/json"))[1])["passed"] is True
        await anna.says(api.bot(TOKEN), "Здравствуйте! нет интернета, договор 40-1187")
        await anna.hears("Помогло?", timeout=60)
        metrics = await prober.hears(
            "/metrics", 200, 'firstline_departures_total{channel="telegram:main",result="sent"} 1'
        )
        assert promtool.run("check", "metrics", stdin=metrics) == (0, "")
        values = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
        }
        channel = ("channel", "telegram:main")
        assert values["firstline_arrivals_total", channel] == values["firstline_decisions_total", channel] >= 1
        assert values["firstline_decision_seconds_count",] == values["firstline_decisions_total", channel]
        assert values["firstline_channel_up", channel] == 1
        assert values["firstline_channel_last_success_timestamp_seconds", channel] > datetime.now(UTC).timestamp() - 300
        assert "Анна" not in metrics
        assert "40-1187" not in metrics
        names = {name for name, *_ in values} | set(re.findall(r"(?m)^# TYPE (\S+)", metrics))
        for file in ("prometheus/firstline.rules.yml", "grafana/firstline.json"):
            used = set(re.findall(r"\b(?:firstline|process)_[a-z_]+", (ROOT / "deploy" / file).read_text("utf-8")))
            used = {one for one in used if one not in ("firstline_build_info",)}
            assert len(used) > 8
            assert used <= names, file
        openmetrics = await prober.asks("/metrics", "application/openmetrics-text; version=1.0.0")
        assert openmetrics[1].endswith("# EOF\n")
        await api.stop()
        # The others go on: a probe that failed for one bot would have all of it begun anew.
        ill = await prober.hears("/readyz", 200, "nothing is received for")
        assert "[!] telegram:main" in ill
        assert "canary" not in ill
        await prober.hears("/metrics", 200, 'firstline_channel_up{channel="telegram:main"} 0')


async def test_two_processes_of_a_machine_each_have_an_address(terminal: Terminal, prober: Prober) -> None:
    """By --watch; at one address the second waits, does its work, and answers once the first is gone."""
    other = Prober(f"127.0.0.1:{free_port()}", prober.http)
    async with watched(terminal, prober):
        await prober.hears("/readyz", 200)
        async with terminal.serving("--only", "worker", "--watch", other.address):
            await other.hears("/readyz", 200)
            await prober.hears("/metrics", 200, 'firstline_processes{role="worker"} 2')
        async with terminal.serving("--only", "worker") as second:
            await second.logs("cannot be listened at")
            await second.logs(" serves: ")


async def test_settings_that_are_read_anew_move_the_address_and_lose_no_count(
    terminal: Terminal, prober: Prober, api: BotApi, anna: User
) -> None:
    """SIGHUP begins the desk anew within its process: what it has counted stays."""
    other = Prober(f"127.0.0.1:{free_port()}", prober.http)
    toml = terminal.root / "firstline.toml"
    toml.write_text(f'{toml.read_text("utf-8")}\n[watch]\nlisten = "{prober.address}"\n', "utf-8")
    await terminal.types("migrate")
    async with terminal.serving() as service:
        await prober.hears("/readyz", 200)
        await anna.says(api.bot(TOKEN), "Здравствуйте! нет интернета, договор 40-1187")
        await anna.hears("Помогло?", timeout=60)
        counted = r'(?m)^firstline_arrivals_total\{channel="telegram:main"\} (\d+)'
        before = re.search(counted, await prober.hears("/metrics", 200))
        toml.write_text(toml.read_text("utf-8").replace(prober.address, other.address), "utf-8")
        service.process.send_signal(signal.SIGHUP)
        await other.hears("/readyz", 200)
        after = re.search(counted, await other.hears("/metrics", 200))
        assert before
        assert after
        assert int(after[1]) >= int(before[1]) >= 1
        assert await prober.asks("/livez") == (0, "")


async def test_without_a_section_nothing_is_opened(terminal: Terminal) -> None:
    await terminal.types("migrate")
    async with terminal.serving() as service:
        await service.logs(" serves: ")
        assert "probes and metrics" not in service.log


# without a process


@pytest.fixture
def settings(terminal: Terminal) -> Settings:
    return load(terminal.root, terminal.environment)


def test_every_label_comes_from_the_settings_or_from_a_fixed_list(settings: Settings) -> None:
    """Whatever else the database names, of an earlier desk or by an intruder, becomes one series."""
    person = "anna@example.test +7 999 123-45-67"
    own = OwnProcess(ROLES)
    own.counts.stored[person] += 1
    own.counts.decided["telegram:gone"] += 1
    own.counts.decided["clock"] += 1
    own.counts.sent[person, "sent"] += 1
    waits = WhatWaits(
        Waiting(1, NOW),
        Waiting(),
        [UnsentOfChannel(person, Waiting(1, NOW), Waiting(1, NOW), person)],
        {person: 1},
        {person: Waiting(1, NOW)},
        {person: 1},
        {person: 1},
    )
    look = Look(status_of(waits), 0.1, cases={(person, "closed"): 1, ("sever", person): 1})
    known = ["telegram:main", "clock", "mail:a"]
    observed = Observed(own, look, settings, known, {"telegram:main": NOW, "mail:a": None}, ROLES)
    text = metrics_text(observed)[0].decode()
    assert person not in text
    allowed = {
        "channel": {*known, OTHER},
        "provider": {"sever", "volga", "_front"},
        "result": {"sent", "later", "rejected", "unknown"},
        "state": {one.value for one in CaseState} - {"closed", "rejected", "cancelled"},
        "kind": {one.value for one in AlarmKind},
        "role": set(ROLES),
    }
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                assert name in ("le", "version") or value in allowed[name], sample
    assert f'firstline_arrivals_total{{channel="{OTHER}"}} 1.0' in text


def test_without_a_database_the_process_still_tells_of_itself(settings: Settings) -> None:
    observed = Observed(OwnProcess(ROLES), Look(None, 5.0, "away"), settings, [], {}, ROLES)
    text = metrics_text(observed)[0].decode()
    assert "firstline_database_up 0.0" in text
    assert "firstline_inbox_undecided " not in text


def served(roles: tuple[str, ...] = ROLES) -> OwnProcess:
    own = OwnProcess(roles)
    own.phase = Phase.SERVING
    return own


def failed(own: OwnProcess, look: Look) -> list[str]:
    return [str(one.where) for one in probes.readiness(own, look) if one.level == "error"]


def test_a_process_is_ready_while_it_serves_and_its_desk_can_be_reached() -> None:
    """Content read, database there, every channel listened to by somebody; all else is told and is no reason."""
    well = Look(status_of(), 0.1)
    assert failed(served(), well) == []
    own = served()
    for phase in (Phase.STARTING, Phase.STOPPING):
        own.phase = phase
        assert failed(own, well) == ["process"]
    assert failed(served(), Look(None, 5.0, "connection refused")) == ["database"]
    unheard = replace(status_of(), channels=[ChannelStatus("mail:a", None, None)])
    assert failed(served(), Look(unheard, 0.1)) == ["mail:a"]
    assert failed(served(("worker",)), Look(unheard, 0.1)) == []
    for waits in TROUBLES.values():
        assert failed(served(), Look(status_of(waits), 0.1)) == []


async def test_many_who_ask_at_once_cost_one_look(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """And after some seconds another one; a database that is away is not asked by each of them either."""
    looks, ticks = 0, 0.0

    async def look(*_: object) -> object:
        nonlocal looks
        looks += 1
        if looks > 1:
            raise OSError("away")
        return status_of()

    monkeypatch.setattr("console.runtime.watch.status_cache.load_desk_status", look)
    database = Database(settings.database)
    cache = StatusCache(database, settings, [], lambda: NOW, lambda: ticks)
    assert len({id(one) for one in await asyncio.gather(*(cache.look() for _ in range(20)))}) == 1
    ticks += 6
    assert [(await cache.look()).why for _ in range(3)] == ["away"] * 3
    assert looks == 2
    await database.close()


def test_what_a_loop_has_in_hand_too_long_is_stuck_and_waiting_is_not() -> None:
    ticks = 0.0
    own = OwnProcess(ROLES, ticks=lambda: ticks)
    own.phase = Phase.SERVING
    with own.turns.at_work("worker"):
        ticks += 119
        assert own.turns.stuck() == []
        ticks += 2
        assert own.turns.stuck() == [("worker", 121)]
    ticks += 1000
    assert own.turns.stuck() == []


# what is delivered with it


def test_the_rules_are_right_and_fire_as_they_should(promtool: type[Promtool]) -> None:
    rules = ROOT / "deploy" / "prometheus"
    for words in (("check", "rules", "firstline.rules.yml"), ("test", "rules", "firstline.rules.test.yml")):
        code, said = promtool.run(*words[:2], str(rules / words[2]))
        assert code == 0, said
    code, said = promtool.run("check", "config", str(rules / "prometheus.yml"))
    assert code == 0, said


def test_each_question_of_the_board_is_one_that_prometheus_understands(
    promtool: type[Promtool], tmp_path: Path
) -> None:
    board = json.loads((ROOT / "deploy/grafana/firstline.json").read_text("utf-8"))
    panels = [one for one in board["panels"] if one["type"] != "row"]
    assert len({one["id"] for one in board["panels"]}) == len(board["panels"])
    asked = [target["expr"] for one in panels for target in one["targets"]]
    lines = ["groups:", "- name: board", "  rules:"]
    for number, expression in enumerate(asked):
        plain = expression.replace("$__rate_interval", "1m").replace("$job", ".*")
        lines += [f"  - record: asked:{number}", f"    expr: {json.dumps(plain)}"]
    (tmp_path / "board.yml").write_text("\n".join(lines), "utf-8")
    code, said = promtool.run("check", "rules", str(tmp_path / "board.yml"))
    assert code == 0, said
    places = [
        (x, y)
        for one in board["panels"]
        for x in range(one["gridPos"]["x"], one["gridPos"]["x"] + one["gridPos"]["w"])
        for y in range(one["gridPos"]["y"], one["gridPos"]["y"] + one["gridPos"]["h"])
    ]
    assert len(places) == len(set(places)), "no panel lies upon another"
