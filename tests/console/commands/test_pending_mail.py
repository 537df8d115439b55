"""Mails that prove nothing wait for a person; a terminal shows them, and lets them in or leaves them out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.console.command_line import Terminal
from tests.peers.mail_servers import MailServers

MAILBOX = """
[[mailbox]]
name = "support"
address = "{address}"
provider = "sever"
imap = "imaps://localhost:{imap}"
smtp = "smtps://localhost:{smtp}"
password = "env:SUPPORT_PASSWORD"
authserv_id = "mx.sever.test"
ca_file = "{ca}"
"""


def adds_mailbox(root: Path, mail_servers: MailServers) -> Terminal:
    """Writes the mailbox into firstline.toml; the password stands in the environment."""
    path = root / "firstline.toml"
    section = MAILBOX.format(
        address=mail_servers.box.address,
        imap=mail_servers.dovecot.port,
        smtp=mail_servers.sink.tls_port,
        ca=mail_servers.ca_file,
    )
    path.write_text(path.read_text("utf-8") + section, "utf-8")
    return Terminal(root, {"SUPPORT_PASSWORD": mail_servers.box.password, "FIRSTLINE_AGENT": "ivanova"})


@pytest.fixture
def terminal(folder: Path, mail_servers: MailServers) -> Terminal:
    """A terminal in a desk folder that has a mailbox."""
    return adds_mailbox(folder, mail_servers)


async def waiting(terminal: Terminal, count: int) -> list[dict[str, object]]:
    """The mails that wait, once there are so many."""
    for _ in range(40):
        mails: list[dict[str, object]] = (await terminal.types("pending", "list", "--json")).json()
        if len(mails) == count:
            return mails
        await asyncio.sleep(0.25)
    raise AssertionError(f"there are {len(mails)} mails, not {count}")


async def test_a_person_decides_about_mails_that_prove_nothing(terminal: Terminal, mail_servers: MailServers) -> None:
    """Listed, shown in full, one accepted into its case and one left out; neither can be decided twice."""
    checked = await terminal.types("check")
    assert (checked.code, "mail:support imap localhost" in checked.out) == (0, True), checked.out
    anna = mail_servers.subscriber("anna@example.test", "Анна Смирнова")
    async with terminal.serving() as service:
        await service.logs("connected for the first time")
        await anna.writes("Нет интернета", "Второй день нет интернета, договор 40-1187")
        await anna.hears("быстрая проверка")
        await anna.writes("Ещё", "Лампочка LOS красная, это точно я", authentication="fail")
        await anna.writes("Деньги", "Верните деньги на карту 1234", authentication="fail")
        first, second = await waiting(terminal, 2)
        listed = await terminal.types("pending", "list")
        assert "anna@example.test" in listed.out
        assert "Ещё" in listed.out
        shown = await terminal.types("pending", "show", str(first["id"]))
        assert "Лампочка LOS красная, это точно я" in shown.out
        stranger = await terminal.types("pending", "accept", str(first["id"]), "--as", "stranger")
        assert (stranger.code, "sever has no agent 'stranger'" in stranger.err) == (4, True)
        accepted = await terminal.types("pending", "accept", str(first["id"]))
        assert accepted.code == 0, accepted.err
        assert (await terminal.types("pending", "refuse", str(second["id"]))).code == 0
        assert await waiting(terminal, 0) == []
        for mail in (first, second):
            reload = await terminal.types("pending", "accept", str(mail["id"]))
            assert (reload.code, "already" in reload.err) == (4, True)
        (case,) = (await terminal.types("cases", "--all", "--json")).json()
        whole = (await terminal.types("case", str(case["id"]), "--json")).json()
        said = [line["text"] for line in whole["journal"]]
        assert any("Лампочка LOS красная" in text for text in said)
        assert not any("Верните деньги" in text for text in said)
        audited = (await terminal.types("audit", "--json")).json()
        assert [(one["actor"], one["operation"], one["arrival_id"]) for one in audited[:2]] == [
            ("agent:ivanova", "pending refuse", second["id"]),
            ("agent:ivanova", "pending accept", first["id"]),
        ]
    assert mail_servers.box.password not in service.log
