"""The desk answers people and never a machine for long; whoever forges senders makes it write to each once a day."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.model.acts import AddJournalEntry, Addressee, AssignCaseNumber, Facts, SayTemplate, SuppressedAct
from desk.model.agent_operations import Reply, Resolve, Take
from desk.model.case import Case
from desk.model.core_facts import CaseContacts, CaseMatch
from desk.model.events import Event, Inbound, OperationOrdered, Said
from desk.model.journal import PeerMuted
from desk.model.messages import Address
from desk.model.shared_facts import AutomaticMessageAllowance, MailSuppressionCode, SendAllowances, SuppressionReason
from mail.sending.loop_guard import (
    DAY,
    HOUR,
    WEEK,
    AutomaticMailHistory,
    CountAutomaticMail,
    DomainHistory,
    MutePeer,
    ResetPeerCounts,
    compute_allowance,
    guard_loops,
    words_digest,
)
from mail.sending.peer_of_address import peer_of
from tests.mail.offline_desk import OfflineDesk, answer, box, mail
from tests.prepared_desks import DeskFiles

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FORGED = int(os.environ.get("FIRSTLINE_FORGED", "150"))
"""Forged senders; `make test` takes fewer than the promise names, FIRSTLINE_FORGED=1000 all of them."""


@pytest.fixture
async def offline_desk(desk_files: DeskFiles) -> AsyncIterator[OfflineDesk]:
    """One installation of two providers, each with its mailbox."""
    made = await OfflineDesk.opened(desk_files, [box("sever"), box("volga")])
    yield made
    await made.house.close()


class TestAllowance:
    """What the budgets say, one by one."""

    @pytest.mark.parametrize(
        ("mailed", "proved", "allowed", "mutes"),
        [
            ([], True, True, False),
            ([], False, True, False),
            ([MINUTE], True, True, False),
            ([3 * MINUTE, 2 * MINUTE], True, True, False),
            ([3 * MINUTE, 2 * MINUTE, MINUTE], True, False, True),
            ([HOUR, 2 * MINUTE, MINUTE], True, True, False),
            ([5 * DAY, 4 * DAY, 3 * DAY, 2 * DAY], True, True, False),
            ([5 * DAY, 4 * DAY, 3 * DAY, 2 * DAY, DAY], True, False, True),
            ([WEEK, 4 * DAY, 3 * DAY, 2 * DAY, DAY], True, True, False),
            ([MINUTE], False, False, False),
            ([DAY - MINUTE], False, False, False),
            ([DAY], False, True, False),
        ],
    )
    def test_three_in_an_hour_five_in_a_week_and_one_a_day_for_strangers(
        self, mailed: list[timedelta], proved: bool, allowed: bool, mutes: bool
    ) -> None:
        history = AutomaticMailHistory(len(mailed), tuple(NOW - ago for ago in mailed))
        found = compute_allowance("a@b.test", history, NOW, proved=proved, own=False, notice=False)
        assert (not found.refused, found.mutes) == (allowed, mutes)
        assert found.number == len(mailed) + 1

    def test_a_person_who_answers_is_answered_and_the_same_words_again_are_a_program(self) -> None:
        """A person has a limit too, so that two programs that vary their words still stop."""
        said = words_digest("1) везде, на всех устройствах 2) со вчерашнего вечера")
        for sent, muted, answered, allowed in (
            (4, None, frozenset[str](), True),
            (4, NOW - MINUTE, frozenset[str](), True),
            (4, None, frozenset({said}), False),
            (15, None, frozenset[str](), False),
        ):
            history = AutomaticMailHistory(sent, (NOW - MINUTE,) * sent, answered, muted)
            found = compute_allowance("a@b.test", history, NOW, proved=True, own=False, notice=False, says=said)
            assert (not found.refused) is allowed
        stranger = AutomaticMailHistory(1, (NOW - MINUTE,))
        assert compute_allowance("a@b.test", stranger, NOW, proved=False, own=False, notice=False, says=said).refused

    def test_answers_to_a_person_are_no_reason_to_mute_them(self) -> None:
        """The limits for machines count what nobody asked for: a long talk leaves the next letter its answer (M3)."""
        times = tuple(NOW - MINUTE * ago for ago in range(12, 0, -1))
        talked = AutomaticMailHistory(12, times, asked_at=times)
        assert not compute_allowance("a@b.test", talked, NOW, proved=True, own=False, notice=False).refused
        unasked = AutomaticMailHistory(12, times, asked_at=times[:9])
        assert compute_allowance("a@b.test", unasked, NOW, proved=True, own=False, notice=False).mutes

    def test_the_number_of_a_case_is_told_up_to_twice_the_limit(self) -> None:
        """Whoever is muted hears it; a desk that opens case after case does not for long, nor does a stranger or a
        program that says the same once more."""
        for sent, proved, said, told in (
            (3, True, "new", True),
            (5, True, "new", True),
            (6, True, "new", False),
            (3, True, "old", False),
            (3, False, "new", False),
        ):
            history = AutomaticMailHistory(sent, (NOW - MINUTE,) * sent, frozenset({"old"}), muted_at=NOW - MINUTE)
            found = compute_allowance("a@b.test", history, NOW, proved=proved, own=False, notice=False, said=said)
            assert found.refused
            assert found.tells_number is told

    def test_answers_that_differ_in_a_number_are_the_same_words(self) -> None:
        program = "Your request #{} was received at 12:{}. We will answer soon."
        assert words_digest(program.format(4711, "01")) == words_digest(program.format(4712, "02"))
        assert words_digest(program) != words_digest(program + " Thank you.")

    def test_a_muted_peer_stays_muted_for_a_week(self) -> None:
        for ago, refused in ((MINUTE, True), (WEEK - MINUTE, True), (WEEK, False)):
            history = AutomaticMailHistory(3, (), muted_at=NOW - ago)
            assert (
                bool(compute_allowance("a@b.test", history, NOW, proved=True, own=False, notice=False).refused)
                is refused
            )

    def test_who_wants_no_notices_gets_none_and_is_answered_all_the_same(self) -> None:
        history = AutomaticMailHistory(is_unsubscribed=True)
        assert compute_allowance("a@b.test", history, NOW, proved=True, own=False, notice=True).refused
        assert not compute_allowance("a@b.test", history, NOW, proved=True, own=False, notice=False).refused

    def test_strangers_of_one_domain_share_a_budget_and_proved_people_do_not(self) -> None:
        history = AutomaticMailHistory(domain=DomainHistory(messages_in_hour=300))
        assert compute_allowance("a@b.test", history, NOW, proved=False, own=False, notice=False).refused
        assert not compute_allowance("a@b.test", history, NOW, proved=True, own=False, notice=False).refused

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ivan@mail.test", "IVAN@Mail.Test"),
            ("ivan@mail.test", "ivan+1@mail.test"),
            ("ivan@mail.test", "ivan+1+2@mail.test."),
            ("ivan@mail.test", "ｉｖａｎ@mail.test"),
            ("kim@mail.test", "\u212aim@mail.test"),
        ],
    )
    def test_one_mailbox_in_several_spellings_is_one_peer(self, one: str, other: str) -> None:
        assert peer_of(one) == peer_of(other)

    def test_two_people_are_two_peers(self) -> None:
        assert len({peer_of(one) for one in ("a@b.test", "b@b.test", "a@c.test", "+x@b.test")}) == 4


def test_what_is_withheld_is_told_to_the_agents_and_only_mail_is_governed() -> None:
    """The letter is withheld with its reason, the peer muted, the agents told; what goes to them is left as it was."""
    robot = Address("mail", "mail:sever", "robot@peer.test")
    inbound: Inbound[Event] = Inbound("mail:sever", robot, NOW, Said("x"), "sever")
    case = Case(provider="sever", id=1, person_id=1, registered_at=NOW, opened_at=NOW, updated_at=NOW)
    facts = Facts([CaseMatch("token"), CaseContacts(robot, None, Address("telegram", "telegram:main", "-1"))])
    relayed = SayTemplate("subscriber_says", {"text": "x"}, Addressee.AGENTS)
    said = [SayTemplate("added"), relayed]
    facts.put(SendAllowances({robot: AutomaticMessageAllowance("robot@peer.test", 4)}))
    assert list(guard_loops(case, inbound, facts, said)) == [
        *said,
        CountAutomaticMail("robot@peer.test", 4, words_digest("x")),
    ]
    reason = SuppressionReason(MailSuppressionCode.TOO_MANY_IN_AN_HOUR, 3)
    facts.put(SendAllowances({robot: AutomaticMessageAllowance("robot@peer.test", 4, reason, mutes=True)}))
    withheld, kept, mute, record, told = guard_loops(case, inbound, facts, said)
    assert (withheld, kept, mute) == (SuppressedAct(said[0], reason), relayed, MutePeer("robot@peer.test", reason))
    assert record == AddJournalEntry(PeerMuted("robot@peer.test", "too_many_in_an_hour", 3))
    assert isinstance(told, SayTemplate)
    assert (told.template, told.to) == ("agents_muted", Addressee.AGENTS)
    facts.put(SendAllowances({robot: AutomaticMessageAllowance("robot@peer.test", 4, reason, tells_number=True)}))
    numbered = [AssignCaseNumber(), SayTemplate("registered")]
    assert list(guard_loops(case, inbound, facts, numbered))[:2] == numbered
    agent = replace(inbound, event=OperationOrdered(Reply("x")))
    assert list(guard_loops(case, agent, facts, [SayTemplate("agent_says", to=Addressee.SUBSCRIBER)]))[1:] == [
        ResetPeerCounts("robot@peer.test")
    ]


@pytest.mark.parametrize("words", ["/help", "Ваше письмо получено.", "не помогло, нет интернета"])
async def test_a_machine_without_headers_gets_five_letters_in_a_week_at_most(
    offline_desk: OfflineDesk, words: str
) -> None:
    """10,000 virtual minutes against a peer that answers everything at once, and writes by itself every two hours."""
    letters = 0
    for minute in range(0, 10_000, 120):
        await offline_desk.receives(mail("robot@peer.test", f"{words}\n\n-- \n{minute}"))
        while said := await offline_desk.written():
            letters += len(said)
            await offline_desk.receives(*(answer(one, f"{words}\n\n-- \n{minute}+") for one in said))
        offline_desk.passes(minutes=120)
    assert 2 <= letters <= 5
    (case,) = await offline_desk.cases()
    assert case.number, "a person takes over"
    if letters > 2:
        journal = await offline_desk.journal(case)
        why = "too many automatic emails went there within an hour (3)"
        assert f"no more automatic email to robot@peer.test, because {why}" in journal
        assert f"not sent, because {why}" in journal


async def test_a_slow_machine_falls_silent_too(offline_desk: OfflineDesk) -> None:
    """Who answers only every 65 minutes never writes three times in an hour, and is stopped by the week."""
    letters, said = 0, [{"to": ""}]
    for _ in range(0, 10_000, 65):
        raws = [answer(one, "/help") for one in said if one["to"]] or [mail("r@p.test", "/help")]
        await offline_desk.receives(*raws)
        said = [dict(one) for one in await offline_desk.written()]
        letters += len(said)
        offline_desk.passes(minutes=65)
    assert letters == 5


async def test_two_desks_of_one_installation_do_not_talk_to_each_other(offline_desk: OfflineDesk) -> None:
    """Their letters come back stripped of every header that tells a machine: no letter goes to a mailbox of our own."""
    await offline_desk.receives(mail("help@volga.test", "нет интернета"))
    assert await offline_desk.written() == []
    (case,) = await offline_desk.cases()
    assert "one of the desk's own mailboxes" in await offline_desk.journal(case)


async def test_two_desks_of_one_installation_stop_over_a_third_party_too(offline_desk: OfflineDesk) -> None:
    """A redirecting address between them hides whose letters these are: after three they are silent."""
    letters = 0
    await offline_desk.receives(mail("list@between.test", "нет интернета"))
    for _ in range(40):
        said = await offline_desk.written()
        letters += len(said)
        for one in said:
            other = "volga" if one["channel"] == "mail:sever" else "sever"
            raw = mail("list@between.test", one["text"], to=f"help@{other}.test")
            await offline_desk.receives(raw, channel=f"mail:{other}")
        offline_desk.passes(minutes=1)
    assert 1 <= letters <= 3


async def test_a_thousand_forged_senders_are_each_written_to_once_a_day(offline_desk: OfflineDesk) -> None:
    """Whatever they write and to whichever provider: one letter each, without a word of theirs (G6)."""
    canary = "BUY-CHEAP http://evil.example 40-1187"
    victims = [f"victim{number}@v{number % 7}.test" for number in range(FORGED)]
    seen: list[str] = []
    for hour in range(3):
        channel, to = ("mail:volga", "help@volga.test") if hour % 2 else ("mail:sever", "help@sever.test")
        raws = [
            mail(
                f'"{canary}" <{victim}>',
                f"{canary} нет интернета {hour}",
                to=to,
                vouched=False,
                Subject=canary,
            )
            for victim in victims
        ]
        await offline_desk.receives(*raws, channel=channel)
        for one in await offline_desk.written():
            seen.append(one["to"])
            assert not any(word in str(one) for word in ("BUY-CHEAP", "evil", "40-1187"))
        offline_desk.passes(hours=5)
    assert sorted(seen) == sorted(victims)


async def test_a_plus_address_is_no_second_victim(offline_desk: OfflineDesk) -> None:
    """victim+1@, victim+2@ ... lie in one mailbox, which is written to once."""
    for number in range(5):
        await offline_desk.receives(mail(f"victim+{number}@v.test", "нет интернета", vouched=False))
    assert len(await offline_desk.written()) == 1


async def test_a_muted_person_with_another_matter_is_told_its_number(offline_desk: OfflineDesk) -> None:
    """The misunderstandings of one matter have used up the limit; the next letter opens a case, and says which (M3)."""
    await offline_desk.receives(mail("anna@example.test", "нет интернета"))
    for _ in range(6):
        for one in await offline_desk.written():
            await offline_desk.receives(answer(one, "не помогло, всё равно не понимаю"))
    assert await offline_desk.written() == []
    letter = mail("anna@example.test", "Здравствуйте, пришлите счёт за май.", Subject="Счёт за май")
    await offline_desk.receives(letter)
    numbers = {case.number for case in await offline_desk.cases()}
    (told,) = await offline_desk.written()
    assert len(numbers) == 2
    assert any(number and number in told["text"] for number in numbers)


async def test_a_person_who_writes_lets_the_desk_write_again(offline_desk: OfflineDesk) -> None:
    """She says the same again and again: she is told her number (M3), and then gets nothing automatic any more; the
    agents' answer ends that."""
    await offline_desk.receives(mail("anna@example.test", "нет интернета"))
    heard: list[str] = []
    for _ in range(6):
        for one in await offline_desk.written():
            heard.append(one["text"])
            await offline_desk.receives(answer(one, "не помогло, всё равно не понимаю"))
    (case,) = await offline_desk.cases()
    assert case.number
    assert case.number in heard[-1]
    assert len(heard) <= 4, "one answered a person, three nobody had asked for"
    assert await offline_desk.written() == []
    assert "no more automatic email to anna@example.test" in await offline_desk.journal(case)
    await offline_desk.agent(Take(), case)
    (taken,) = await offline_desk.written()
    assert "занимается" in taken["text"]
    await offline_desk.agent(Reply("Здравствуйте! Сейчас посмотрим."), case)
    await offline_desk.agent(Resolve("Готово."), case)
    _, solved = await offline_desk.written()
    await offline_desk.receives(answer(solved, "Да, всё работает, можно закрывать"))
    (closed,) = await offline_desk.written()
    assert "закрыта" in closed["text"]


async def test_numbered_answers_that_come_late_are_a_persons(offline_desk: OfflineDesk) -> None:
    """No program numbers its answers: each is acknowledged, though the case is open already and the words are few."""
    await offline_desk.receives(mail("anna@example.test", "нет интернета, позовите оператора"))
    (registered,) = await offline_desk.written()
    for text in ("1) нормально 2) да", "1) тоже 2) нет", "1) норм", "2) никто", "3) час", "1) всё"):
        await offline_desk.receives(answer(registered, text))
        assert len(await offline_desk.written()) == 1, text


async def test_several_clerks_count_together(desk_files: DeskFiles) -> None:
    """Two processes that answer one peer for two providers at the same instant do not exceed the budget."""
    offline_desk = await OfflineDesk.opened(desk_files, [box("sever"), box("volga")])
    other = await OfflineDesk.beside(offline_desk)
    try:
        for number in range(6):
            channel, to = ("mail:volga", "help@volga.test") if number % 2 else ("mail:sever", "help@sever.test")
            await offline_desk.accepts(mail("robot@peer.test", f"Привет {number}", to=to), channel=channel)
            await asyncio.gather(offline_desk.works(), other.works())
        said = await offline_desk.written()
        assert 1 <= len(said) <= 3
        numbers = await offline_desk.counted("robot@peer.test")
        assert numbers == list(range(1, len(said) + 1))
    finally:
        await other.house.close()
        await offline_desk.house.close()
