"""A client's system asked over HTTP: what it answers, and every way in which it could lead the desk elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from desk.model.settings import Secret
from intake.identity.asking import http_source
from intake.identity.asking.allowed_addresses import is_allowed, networks
from intake.identity.asking.http_source import HttpSource, url_of
from intake.identity.asking.source_guard import SourceTrouble
from intake.identity.asking.source_settings import HttpSourceSettings

LOCAL = networks(["127.0.0.1"])
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[int]:
    """A system of a client on this machine; gives its port."""
    application = web.Application()
    application.router.add_get(r"/{rest:[\s\S]*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def source(url: str, private: Any = LOCAL, lookup: Any = None, **more: Any) -> HttpSource:
    return HttpSource(
        HttpSourceSettings("crm", "sever", url, Secret("a long token"), private=private, **more), "", lookup
    )


async def asked(client: HttpSource, value: str = "40-1187", kind: str = "contract") -> Any:
    try:
        return await client.ask(kind, value)
    finally:
        await client.close()


def names_of(*addresses: str) -> Any:
    async def lookup(host: str, port: int) -> list[str]:
        return list(addresses)

    return lookup


async def test_an_answer_becomes_an_account() -> None:
    seen: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request)
        record = {
            "contract": "40-1187",
            "name": "Анна",
            "status": "blocked",
            "phones": ["+7 900 1", "+7 900 2"],
            "x": 7,
        }
        return web.json_response({"accounts": [record, {"contract": ""}]})

    async with answering(handler) as port:
        (anna,) = await asked(source(f"http://127.0.0.1:{port}/accounts?{{kind}}={{value}}"))
    assert (anna.name, anna.status, anna.phones) == ("Анна", "blocked", ("+7 900 1", "+7 900 2"))
    assert anna.characteristics == {"x": "7"}
    (request,) = seen
    assert request.raw_path == "/accounts?contract=40-1187"
    assert request.headers["Authorization"] == "Bearer a long token"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("../admin", "/a/%2E%2E%2Fadmin?k=contract"),
        ("..", "/a/%2E%2E?k=contract"),
        ("x?y=1#z", "/a/x%3Fy%3D1%23z?k=contract"),
        ("a\r\nHost: evil", "/a/a%0D%0AHost%3A%20evil?k=contract"),
        ("@evil.example/", "/a/%40evil%2Eexample%2F?k=contract"),
        ("%2e%2e/", "/a/%252e%252e%2F?k=contract"),
        ("Ж", "/a/%D0%96?k=contract"),
    ],
)
async def test_nothing_of_a_key_reaches_beyond_its_place(value: str, path: str) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.json_response([])

    async with answering(handler) as port:
        pattern = f"http://127.0.0.1:{port}/a/{{value}}?k={{kind}}"
        assert await asked(source(pattern), value) == ()
        assert url_of(pattern, "contract", value).host == "127.0.0.1"
    assert seen == [path]


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:a9fe:a9fe",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "64:ff9b:1::a00:1",
        ),
        *("2001:0:7f00:1::", "2001:db8::1", "no address", ""),
    ],
)
def test_no_private_address_is_allowed_in_any_form(address: str) -> None:
    assert not is_allowed(address, ())


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4010:c0e::8b"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address, ())


def test_a_private_address_is_allowed_where_it_is_named_and_no_other() -> None:
    named = networks(["10.1.0.0/16", "fd00::/8", "64:ff9b::/96"])
    assert is_allowed("10.1.2.3", named)
    assert is_allowed("fd00::5", named)
    assert not is_allowed("10.2.0.1", named)
    assert not is_allowed("64:ff9b::7f00:1", named), "what is within counts too"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "0"],
)
async def test_this_machine_is_reached_by_no_spelling_of_it(host: str) -> None:
    reached = []

    async def handler(request: web.Request) -> web.Response:
        reached.append(request)
        return web.json_response([])

    async with answering(handler) as port:
        with pytest.raises(SourceTrouble):
            await asked(source(f"http://{host}:{port}/{{value}}", private=()))
    assert reached == []


async def test_a_name_with_one_private_address_is_refused_whole() -> None:
    with pytest.raises(SourceTrouble, match="cannot be reached"):
        await asked(source("http://crm.example:9/{value}", private=(), lookup=names_of("8.8.8.8", "127.0.0.1")))


async def test_a_name_that_is_bound_anew_leads_nowhere() -> None:
    """Each question resolves once, and connects to what was looked at; the DNS's next answer is looked at again."""
    reached, answers = [], [["127.0.0.1"], ["127.0.0.2"]]

    async def handler(request: web.Request) -> web.Response:
        reached.append(request.host)
        return web.json_response([])

    async def lookup(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async with answering(handler) as port:
        client = source(f"http://crm.example:{port}/{{value}}", lookup=lookup)
        assert await client.ask("contract", "1") == ()
        with pytest.raises(SourceTrouble):
            await client.ask("contract", "2")
        await client.close()
    assert reached == [f"crm.example:{port}"]
    assert answers == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    reached = []

    async def handler(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response(status=status, headers={"Location": "/secret"})

    async with answering(handler) as port:
        with pytest.raises(SourceTrouble, match=str(status)):
            await asked(source(f"http://127.0.0.1:{port}/{{value}}"))
    assert reached == ["/40-1187"]


async def test_an_endless_answer_is_cut_off() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(64):
            await response.write(b" " * 65536)
        return response

    async with answering(handler) as port:
        with pytest.raises(SourceTrouble, match=r"too large|cannot be reached"):
            await asked(source(f"http://127.0.0.1:{port}/{{value}}"))


@pytest.mark.parametrize("first", [b"", b"["])
async def test_a_slow_answer_is_not_waited_for(first: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one that never begins nor one that comes byte by byte."""
    monkeypatch.setattr(http_source, "WHOLE", 0.3)
    over = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while first and not over.is_set():
            await response.write(b" ")
            await asyncio.sleep(0.02)
        await over.wait()
        return response

    async with answering(handler) as port:
        with pytest.raises(SourceTrouble, match="in time"):
            await asked(source(f"http://127.0.0.1:{port}/{{value}}"))
        over.set()


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b'"text"', b"[1]", b'[{"name": "x"}]', b"[" * 100_000, b'{"accounts": [null]}', b"\xff"]
)
async def test_what_cannot_be_understood_is_trouble_and_no_crash(body: bytes) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body)

    async with answering(handler) as port:
        with pytest.raises(SourceTrouble):
            await asked(source(f"http://127.0.0.1:{port}/{{value}}"))


async def test_a_packed_answer_is_not_unpacked() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    async with answering(handler) as port:
        with pytest.raises(SourceTrouble, match="packed"):
            await asked(source(f"http://127.0.0.1:{port}/{{value}}"))


async def test_who_has_nobody_may_say_so_in_three_ways() -> None:
    answers = [web.Response(status=404), web.json_response([]), web.Response(body=b"null")]

    async def handler(request: web.Request) -> web.Response:
        return answers.pop()

    async with answering(handler) as port:
        for _ in range(3):
            assert await asked(source(f"http://127.0.0.1:{port}/{{value}}")) == ()


async def test_at_most_fifty_accounts_are_taken() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response([{"contract": str(one)} for one in range(1, 80)])

    async with answering(handler) as port:
        assert len(await asked(source(f"http://127.0.0.1:{port}/{{value}}"))) == 50


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=json.dumps({"contract": "1"}))

    async with answering(handler) as port:
        assert len(await asked(source(f"http://127.0.0.1:{port}/{{value}}"))) == 1
