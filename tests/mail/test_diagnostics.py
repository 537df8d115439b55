"""`firstline check` says of a mailbox what is wrong and what to do."""

from __future__ import annotations

from dataclasses import replace

from desk.model.settings import Secret
from mail.diagnostics import check_mailbox
from tests.mail.test_self_test import post_office
from tests.peers.mail_servers import MailServers


async def levels(settings: object) -> list[str]:
    return [finding.level for finding in await check_mailbox(settings)]  # type: ignore[arg-type]


async def test_a_sound_mailbox_has_nothing_to_complain_about(mail_servers: MailServers) -> None:
    mail_servers.sink.deliver = post_office(mail_servers, tags=True)
    assert await levels(mail_servers.settings()) == ["ok", "ok", "ok", "ok"]
    assert await levels(mail_servers.settings(starttls=True)) == ["ok", "ok", "ok", "ok"]


async def test_a_wrong_password_is_told_for_both_ways_without_showing_it(mail_servers: MailServers) -> None:
    found = await check_mailbox(replace(mail_servers.settings(), password=Secret("n0t this one")))
    assert [finding.level for finding in found] == ["error", "error", "ok"]
    assert all("refused" in finding.what and finding.todo for finding in found[:2])
    assert "n0t this one" not in repr(found)


async def test_a_certificate_nobody_vouches_for_is_an_error_with_advice(mail_servers: MailServers) -> None:
    found = await check_mailbox(replace(mail_servers.settings(), ca_file=""))
    assert [finding.level for finding in found] == ["error", "error", "ok"]
    assert all("ca_file" in finding.todo for finding in found[:2])


async def test_a_missing_folder_and_a_missing_server_are_told_apart(mail_servers: MailServers) -> None:
    (folder, *_) = await check_mailbox(replace(mail_servers.settings(), folder="Поддержка"))
    assert "Поддержка" in folder.what
    assert "make the folder" in folder.todo
    (gone, *_) = await check_mailbox(
        replace(mail_servers.settings(), imap=replace(mail_servers.settings().imap, port=1))
    )
    assert "firewall" in gone.todo


async def test_an_unset_authserv_id_is_a_warning_that_says_what_it_means(mail_servers: MailServers) -> None:
    *_, last = await check_mailbox(replace(mail_servers.settings(), authserv_id=""))
    assert last.level == "warning"
    assert "believed" in last.what
    assert "Authentication-Results" in last.todo


async def test_a_server_that_hides_starttls_never_hears_the_password(mail_servers: MailServers) -> None:
    mail_servers.sink.offers_starttls = False
    _, sending, _ = await check_mailbox(mail_servers.settings(starttls=True))
    assert sending.level == "error"
    assert mail_servers.sink.logins == []
