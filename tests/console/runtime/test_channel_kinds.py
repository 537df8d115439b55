"""A kind of channel is one module and one entry: then it is configured, heard, answered, checked and kept secret.

The kind here is a pager without buttons: what a person types arrives as text, and what the desk says is text.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from console.commands import check
from console.commands.checking import settings_and_provider_files
from console.runtime import channel_kinds
from console.runtime.channel_kinds import CHANNEL_KINDS, ChannelDependencies, ChannelKind, section_readers
from console.runtime.serve_loops import Server
from console.runtime.wiring import build_application
from console.terminal import logging as logs
from desk.model.channel_interface import Channel, ChannelCapabilities, StoreMessages
from desk.model.check_findings import CheckFinding
from desk.model.events import Event, Inbound, Said
from desk.model.messages import (
    Address,
    ClaimedArrival,
    ClaimedDeparture,
    OutboundMessage,
    RawMessage,
    RenderedCall,
    SendResult,
    Sent,
)
from desk.model.settings import DeskSettingsReader, Secret, load, provider_of
from desk.model.toml_table import TomlTable
from tests import wording
from tests.prepared_desks import DeskFiles
from tests.stories.desk import eventually

NO_BUTTONS = ChannelCapabilities(buttons=False, letters=False)
CANARY = "pager-canary-7781"
FILE = """
[desk]
database = "sqlite:///unused.db"

[[pager]]
name = "main"
provider = "sever"
key = "file:key"
"""


@dataclass(frozen=True, slots=True)
class PagerSettings:
    """One pager."""

    name: str
    key: Secret
    provider: str

    @property
    def channel(self) -> str:
        """The channel's name."""
        return f"pager:{self.name}"


@dataclass
class PagerChannel:
    """A `desk.model.channel_interface.Channel`, with the air between in two queues."""

    settings: PagerSettings
    tools: ChannelDependencies
    air: asyncio.Queue[tuple[str, str]] = field(default_factory=asyncio.Queue)
    said: list[tuple[str, str]] = field(default_factory=list)
    channel_kind: str = "pager"
    capabilities: ChannelCapabilities = NO_BUTTONS

    def __post_init__(self) -> None:
        self.name, self.provider = self.settings.channel, self.settings.provider

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        number, text = json.loads(arrival.body)
        event = Said(text=text, full_text=text)
        return Inbound(self.name, Address("pager", self.name, number), arrival.received_at, event, provider="sever")

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        lane = f"{self.name}:{outgoing.to.value}"
        body = {"to": outgoing.to.value, "text": outgoing.text.plain}
        return (RenderedCall(lane, "page", outgoing.policy, body),)

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        self.said.append((departure.body["to"], departure.body["text"]))
        return Sent(f"{len(self.said)}")

    async def listen(self, accept: StoreMessages) -> None:
        for count in range(1_000):
            number, text = await self.air.get()
            body = json.dumps([number, text]).encode()
            await accept([RawMessage(self.name, f"{count}", f"{self.name}:{number}", body, self.tools.clock())])


def read_pager(section: TomlTable, reader: DeskSettingsReader) -> PagerSettings:
    """One section [[pager]]."""
    section.set_name(name := section.text("name"))
    pager = PagerSettings(name, reader.secret(section, "key"), provider_of(section))
    section.report_unknown_keys()
    return pager


def make_pagers(configured: Sequence[PagerSettings], tools: ChannelDependencies) -> dict[str, Channel]:
    return {one.channel: PagerChannel(one, tools) for one in configured}


async def check_pager(pager: PagerSettings) -> list[CheckFinding]:
    return [CheckFinding("ok", pager.channel, f"there is air, and {pager.key.reveal()} opens it")]


PAGER = ChannelKind(
    "pager",
    ("pager", "pagers"),
    make_pagers,
    check_pager,
    lambda pager, reply_tokens: [pager.key.reveal()],
    read=read_pager,
)


@pytest.fixture
def pager(monkeypatch: pytest.MonkeyPatch, desk_files: DeskFiles) -> DeskFiles:
    """A desk folder with a pager, in a desk that has the one more entry."""
    for module in (channel_kinds, settings_and_provider_files):
        monkeypatch.setattr(module, "CHANNEL_KINDS", (*CHANNEL_KINDS, PAGER))
    desk_files.root.joinpath("firstline.toml").write_text(FILE, "utf-8")
    for name, words in (("key", CANARY), ("secret", "a secret for tests that is long enough")):
        path = desk_files.root / name
        path.write_text(words, "utf-8")
        path.chmod(0o600)
    return desk_files


async def test_it_is_heard_and_answered(pager: DeskFiles) -> None:
    """A whole talk, up to the number of a case, without a line about pagers anywhere else. It has no buttons and is
    no letter: what it says are the words of a talk."""
    said_there = "{% if letter %}письмом{% elif buttons %}кнопками{% else %}разговором{% endif %} зовём человека"
    own = pager.root / "templates" / "ru" / "operator_coming.txt"
    own.parent.mkdir(parents=True)
    own.write_text(said_there, "utf-8")
    settings = replace(load(pager.root, {}, section_readers()), database=pager.database)
    application = await build_application(settings)
    serving = Server(application, refresh_interval=0.5)
    task = asyncio.create_task(serving.run())
    channel = application.channels["pager:main"]
    assert isinstance(channel, PagerChannel)

    async def hears(pattern: wording.Pattern) -> bool:
        return any(pattern.is_in(text) for number, text in channel.said if number == "42")

    await channel.air.put(("42", "второй день нет интернета, договор 40-1187"))
    await eventually(lambda: hears(wording.words("40-1187")))
    await channel.air.put(("42", "оператор"))
    await eventually(lambda: hears(wording.template("registered", "ru")))
    assert await hears(wording.words("разговором зовём человека"))
    serving.stop()
    await asyncio.wait_for(task, 60)
    await application.close()


async def test_it_is_checked_and_its_secret_stays_out_of_the_log(pager: DeskFiles) -> None:
    settings = load(pager.root, {}, section_readers())
    found = [*settings_and_provider_files.check_settings(settings), *await check._check_channels(settings)]
    assert [(one.level, one.where) for one in found] == [("ok", "firstline.toml"), ("ok", "pager:main")]
    assert "no bots, no mailboxes, 1 pager" in found[0].what
    stream = io.StringIO()
    logs.configure(logs.SecretRedactor(logs.secrets_of(settings)), stream=stream)
    logging.getLogger("pager").warning("%s", found[1].what)
    assert CANARY not in stream.getvalue()
    assert logs.REDACTED in stream.getvalue()


def test_a_provider_that_is_not_there_is_told(pager: DeskFiles) -> None:
    path = pager.root / "firstline.toml"
    path.write_text(path.read_text("utf-8").replace('"sever"', '"nobody"'), "utf-8")
    found = list(settings_and_provider_files.check_settings(load(pager.root, {}, section_readers())))
    assert ("error", "firstline.toml", "pager:main: there is no provider 'nobody'") in [
        (one.level, one.where, one.what) for one in found
    ]
