"""`firstline check` says of a mailbox what is wrong and what to do."""

from __future__ import annotations

from dataclasses import replace

from desk.model.settings import Secret
from mail.diagnostics import check_mailbox
from tests.peers.post import Post


async def levels(settings: object) -> list[str]:
    return [finding.level for finding in await check_mailbox(settings)]  # type: ignore[arg-type]


async def test_a_sound_mailbox_has_nothing_to_complain_about(post: Post) -> None:
    assert await levels(post.settings()) == ["ok", "ok", "ok"]
    assert await levels(post.settings(starttls=True)) == ["ok", "ok", "ok"]


async def test_a_wrong_password_is_told_for_both_ways_without_showing_it(post: Post) -> None:
    found = await check_mailbox(replace(post.settings(), password=Secret("n0t this one")))
    assert [finding.level for finding in found] == ["error", "error", "ok"]
    assert all("refused" in finding.what and finding.todo for finding in found[:2])
    assert "n0t this one" not in repr(found)


async def test_a_certificate_nobody_vouches_for_is_an_error_with_advice(post: Post) -> None:
    found = await check_mailbox(replace(post.settings(), ca_file=""))
    assert [finding.level for finding in found] == ["error", "error", "ok"]
    assert all("ca_file" in finding.todo for finding in found[:2])


async def test_a_missing_folder_and_a_missing_server_are_told_apart(post: Post) -> None:
    (folder, *_) = await check_mailbox(replace(post.settings(), folder="Поддержка"))
    assert "Поддержка" in folder.what
    assert "make the folder" in folder.todo
    (gone, *_) = await check_mailbox(replace(post.settings(), imap=replace(post.settings().imap, port=1)))
    assert "firewall" in gone.todo


async def test_an_unset_authserv_id_is_a_warning_that_says_what_it_means(post: Post) -> None:
    *_, last = await check_mailbox(replace(post.settings(), authserv_id=""))
    assert last.level == "warning"
    assert "believed" in last.what
    assert "Authentication-Results" in last.todo


async def test_a_server_that_hides_starttls_never_hears_the_password(post: Post) -> None:
    post.sink.offers_starttls = False
    _, sending, _ = await check_mailbox(post.settings(starttls=True))
    assert sending.level == "error"
    assert post.sink.logins == []
