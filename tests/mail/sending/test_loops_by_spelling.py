"""No spelling of an address and no new address for each letter gets round the limits of automatic mail."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable

import pytest

from mail.sending.loop_guard import (
    MAX_PEERS_PER_HOUR,
    MAX_PER_HOUR,
    MAX_PER_STEM,
    MAX_PER_WEEK,
    digest_for_likeness,
    words_digest,
)
from mail.sending.peer_of_address import domain_of, hyphen_stem, is_shared_domain, peer_of
from tests.mail.offline_desk import OfflineDesk, answer, box, mail
from tests.prepared_desks import DeskFiles

LETTERS = 400
"""Letters of a peer desk, one each virtual second."""


@pytest.fixture
async def offline_desk(desk_files: DeskFiles) -> AsyncIterator[OfflineDesk]:
    """A desk with one mailbox."""
    made = await OfflineDesk.opened(desk_files, [box("sever")])
    yield made
    await made.house.close()


ONE_MAILBOX = {
    "letter case": ("ivan@mail.test", "IVAN@Mail.Test"),
    "a tag": ("ivan@mail.test", "ivan+1@mail.test", "ivan+1+2@mail.test"),
    "a dot at the end": ("ivan@mail.test", "ivan@mail.test."),
    "full width": ("ivan@mail.test", "ｉｖａｎ@mail.test"),
    "quotes": ("ivan@mail.test", '"ivan"@mail.test', '"iv\\an"@mail.test', '"ivan+7"@mail.test'),
    "dots at Gmail": ("annapetrova@gmail.com", "anna.petrova@gmail.com", "a.n.n.a.p.e.t.r.o.v.a+x@googlemail.com"),
    "Yandex": (
        "a.ivanov@ya.ru",
        "a-ivanov@yandex.ru",
        "A.Ivanov+x@yandex.com",
        "a.ivanov@yandex.kz",
        "a.ivanov@narod.ru",
    ),
    "a hyphen at Yahoo": ("anna@yahoo.com", "anna-shop@yahoo.com"),
    "Proton": ("annap@proton.me", "anna.p@protonmail.com", "anna_p@pm.me"),
    "iCloud": ("anna@icloud.com", "anna@me.com"),
    "xn--": ("anna@почта.рф", "anna@xn--80a1acny.xn--p1ai", "ANNA@ПОЧТА.РФ."),
}
PEOPLE = (
    "ivan@mail.test", "ivan1@mail.test", "+x@mail.test", "a.b@mail.test", "ab@mail.test", "a-b@mail.test",
    "a-ivanov@mail.ru", "a-petrov@mail.ru", "anna@mail.ru", "anna@bk.ru", "anna@outlook.com", "anna@hotmail.com",
    "anna.p@yandex.ru", "annap@yandex.ru", "anna@yahoo.com", "anna@yahoo.de",
)  # fmt: skip


@pytest.mark.parametrize("spellings", ONE_MAILBOX.values(), ids=ONE_MAILBOX)
def test_spellings_of_one_mailbox_are_one_peer(spellings: tuple[str, ...]) -> None:
    assert len(set(map(peer_of, spellings))) == 1


def test_people_stay_apart() -> None:
    assert len(set(map(peer_of, PEOPLE))) == len(PEOPLE)


def test_a_domain_is_what_somebody_registered() -> None:
    assert domain_of("a@t1.desk.peer.test") == "peer.test"
    assert domain_of("a@shop.com.ru") == "shop.com.ru"
    assert is_shared_domain(domain_of(peer_of("a@googlemail.com")))
    assert not is_shared_domain("peer.test")
    assert hyphen_stem("anna-1@isp.test") == "anna@isp.test"
    assert not any(map(hyphen_stem, ("anna@isp.test", "a-ivanov@mail.ru", "-1@isp.test")))


def test_letters_are_alike_whatever_numbers_addresses_and_links_are_in_them() -> None:
    text = "Ваше обращение {0} принято: https://peer.test/{0}, {0}@peer.test. Мы ответим вам в течение суток."
    assert len({digest_for_likeness(text.format(one)) for one in ("A-17x", "17", "Б2")}) == 1
    assert words_digest("нет интернета") != words_digest("интернета нет давно")
    assert not digest_for_likeness("Нет интернета с 10:15")
    assert words_digest("1) б 2) а") != words_digest("1) а 2) а")


def varied(number: int) -> str:
    """Words that are never the same twice."""
    syllables, chance = ("ва", "го", "ди", "ез", "жи", "зо", "ку", "ло", "ми", "ну"), random.Random(number)
    return " ".join("".join(chance.choices(syllables, k=3)) for _ in range(9))


PROGRAMS: dict[str, tuple[Callable[[int], str], int]] = {
    "an acknowledgement": (
        lambda n: f"Здравствуйте! Ваше обращение {n} зарегистрировано, мы ответим в срок.",
        MAX_PER_HOUR,
    ),
    "a trouble": (lambda n: f"Заявка № {n}: не работает интернет, проверьте и ответьте нам.", MAX_PER_HOUR),
    "a short one": (lambda n: f"Получено {n}", MAX_PEERS_PER_HOUR),
    "other words each time": (varied, MAX_PEERS_PER_HOUR),
}


@pytest.mark.parametrize(
    ("program", "sender"),
    [
        ("an acknowledgement", "ticket-{0}@peer.test"),
        ("an acknowledgement", "t{0}@peer.test"),
        ("a trouble", "desk@t{0}.peer.test"),
        ("a short one", "t{0}@peer.test"),
        ("other words each time", "desk@t{0}.peer.test"),
    ],
)
async def test_a_peer_desk_with_a_new_address_for_each_letter_falls_silent(
    offline_desk: OfflineDesk, program: str, sender: str
) -> None:
    """400 letters could go out in 400 virtual seconds; the border vouches for every address."""
    text, limit = PROGRAMS[program]
    number = letters = 0
    await offline_desk.receives(mail(sender.format(number), text(number)))
    while (said := await offline_desk.written()) and number < LETTERS:
        letters += len(said)
        for _ in said:
            number += 1
            await offline_desk.receives(mail(sender.format(number), text(number), Subject=f"[{number}] Принято"))
    assert letters == limit
    (*_, last) = await offline_desk.cases()
    assert last.number, "a person takes over"
    assert "not sent, because" in await offline_desk.journal(last)


async def test_a_program_that_goes_on_gets_five_letters_in_a_week(offline_desk: OfflineDesk) -> None:
    text, _ = PROGRAMS["an acknowledgement"]
    letters = 0
    for hour in range(0, 160, 5):
        await offline_desk.receives(mail(f"ticket-{hour}@peer.test", text(hour)))
        letters += len(await offline_desk.written())
        offline_desk.passes(hours=5)
    assert letters == MAX_PER_WEEK


async def test_a_crowd_in_one_batch_is_a_crowd_too(offline_desk: OfflineDesk) -> None:
    """Letters that are decided together do not each see that nothing was written yet."""
    await offline_desk.receives(
        *(mail(f"t{number}@peer.test", varied(number)) for number in range(MAX_PEERS_PER_HOUR + 20))
    )
    assert len(await offline_desk.written()) <= MAX_PEERS_PER_HOUR


VICTIM = {
    "dots at Gmail": [
        f"{'victim'[:at]}.{'victim'[at:]}@g{mail_}mail.com" for at in range(1, 6) for mail_ in ("", "oogle")
    ],
    "Yandex": [f"victim@{one}" for one in ("ya.ru", "yandex.ru", "yandex.com", "yandex.by", "yandex.kz")],
    "a hyphen at Yahoo": [f"victim-{number}@yahoo.com" for number in range(10)],
    "quotes": ['"victim"@v.test', "victim@v.test", '"vic\\tim"@v.test'],
    "xn--": ["victim@почта.рф", "victim@xn--80a1acny.xn--p1ai"],
}


@pytest.mark.parametrize("kind", VICTIM)
async def test_forged_spellings_of_one_mailbox_bring_it_one_letter(offline_desk: OfflineDesk, kind: str) -> None:
    for sender in VICTIM[kind]:
        await offline_desk.receives(mail(sender, "нет интернета", vouched=False))
    assert len(await offline_desk.written()) == 1


async def test_forged_tags_behind_a_hyphen_bring_three_a_day(offline_desk: OfflineDesk) -> None:
    for number in range(20):
        await offline_desk.receives(mail(f"victim-{number}@v.test", "нет интернета", vouched=False))
    assert len(await offline_desk.written()) == MAX_PER_STEM


async def test_an_outage_makes_many_write_the_same_and_all_are_answered(offline_desk: OfflineDesk) -> None:
    """At big providers and at the desk's own domain strangers share a domain."""
    words = "Добрый день, у нас на Озёрной улице со вчерашнего дня не работает интернет"
    assert digest_for_likeness(words)
    senders = [f"person{number}@{domain}" for number in range(12) for domain in ("gmail.com", "mail.ru", "sever.test")]
    await offline_desk.receives(*(mail(one, words) for one in senders))
    assert {one["to"] for one in await offline_desk.written()} == set(senders)


async def test_a_person_in_a_crowded_domain_is_still_answered(offline_desk: OfflineDesk) -> None:
    """Who answers a letter of the desk is a person, and one that is written to already."""
    await offline_desk.receives(mail("anna@peer.test", "нет интернета"))
    (said,) = await offline_desk.written()
    await offline_desk.receives(
        *(mail(f"t{number}@peer.test", varied(number)) for number in range(MAX_PEERS_PER_HOUR + 20))
    )
    await offline_desk.written()
    await offline_desk.receives(answer(said, "не помогло, договор 40-1187, второй день нет интернета"))
    assert "anna@peer.test" in {one["to"] for one in await offline_desk.written()}
