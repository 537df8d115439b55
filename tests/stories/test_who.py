"""Whose account it is: by every key, asked about where it only looks like one, and told to nobody before proof."""

from __future__ import annotations

import pytest

from tests.peers.botapi import BotApi
from tests.stories.conftest import Newcomer
from tests.stories.desk import AGENTS, IVANOVA, AgentsGroup, Desk
from tests.stories.subscribers import CHANNELS, MailSubscriber, Subscriber, TelegramSubscriber

PROBLEM = "второй день нет интернета"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("договор 40-1187", ""),
        ("договор 40 1187", ""),
        ("серийный номер терминала sngp0051beef", "serial"),
        ("логин sn401187", "login"),
    ],
)
async def test_each_key_in_free_text_names_the_account(
    desk: Desk, newcomer: Newcomer, channel: str, told: str, kind: str
) -> None:
    """In any words, in whatever channel; nothing is proved by it, and the contract itself is not told."""
    boris = newcomer("Борис")
    await boris.says(f"{PROBLEM}, {told}")
    await boris.hears("key_noted" if kind else "contract_noted")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.entitlement, case.proved) == ("40-1187", "ok", False)
    assert [one["kind"] for one in case.keys] == ([kind] if kind else [])
    if kind:
        assert not any("1187" in one.replace("sn401187", "") for one in boris.everything())


async def test_a_key_comes_in_any_message_of_a_dialog(desk: Desk, newcomer: Newcomer, channel: str) -> None:
    """Not in the first one only."""
    boris = newcomer("Борис")
    await boris.says(PROBLEM)
    await boris.hears("contract_by_mail" if channel == "mail" else "ask_contract")
    await boris.says("нашла на коробке: серийный номер SNGP0051BEEF")
    await boris.hears("key_noted")
    await desk.settled()
    (case,) = await desk.cases()
    assert case.contract == "40-1187"


@pytest.mark.channels("telegram", "terminal", because="by mail nothing is asked alone")
@pytest.mark.parametrize(
    ("told", "contract"),
    [("+7 000 555-00-01", "40-1187"), ("anna@example.test", "40-1187"), ("SNGP0051BEEF", "40-1187")],
)
async def test_whose_account_it_is_may_be_answered_by_any_key(
    desk: Desk, newcomer: Newcomer, told: str, contract: str
) -> None:
    """A phone or an address, too, where the desk has asked."""
    boris = newcomer("Борис")
    await boris.says(PROBLEM)
    await boris.hears("ask_contract")
    await boris.says(told)
    await boris.hears("key_noted")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.proved) == (contract, False)


@pytest.mark.channels("telegram", "terminal", because="letters carry tokens and numbers of their own")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("договор 40-1187", "договор 40-9999"),
        ("серийный номер SNGP0051BEEF", "серийный номер SNGP0099BEEF"),
        ("логин sn401187", "логин sn409999"),
    ],
)
async def test_a_key_that_exists_sounds_like_one_that_does_not(
    desk: Desk, newcomer: Newcomer, right: str, wrong: str
) -> None:
    """Word for word, but for what was typed."""
    said = []
    for told in (right, wrong):
        person = newcomer("Борис")
        await person.says(f"{PROBLEM}, {told}")
        await person.catches_up()
        words = told.split()[-1]
        said.append([one.replace(words, "#") for one in person.everything()])
    assert said[0] == said[1]


async def test_a_look_alike_is_asked_about_and_never_taken(desk: Desk, newcomer: Newcomer, channel: str) -> None:
    """The letter O at a digit's place: "did you mean 40-1187?"."""
    boris = newcomer("Борис")
    await boris.says(f"{PROBLEM}, договор 4О-1187")
    await boris.hears("meant_by_mail" if channel == "mail" else "meant_ask", meant="40-1187")
    await desk.settled()
    (case,) = await desk.cases()
    assert case.entitlement == "unverified"
    if channel == "mail":
        await boris.says("да, 40-1187")
    else:
        await boris.answers("meant_0")
        await boris.hears("did_it_help")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.entitlement, case.proved) == ("40-1187", "ok", False)


@pytest.mark.channels("telegram", "terminal", because="by mail the number itself answers")
@pytest.mark.parametrize(("answer", "contract"), [("да", "40-1187"), ("40-1187", "40-1187"), ("нет", "")])
async def test_the_question_is_answered_in_words(
    desk: Desk, subscriber: Subscriber, answer: str, contract: str
) -> None:
    """Yes takes it, no asks for the number once more."""
    await subscriber.says(PROBLEM)
    await subscriber.hears("ask_contract")
    await subscriber.says("4О-1187")
    await subscriber.hears("meant_ask")
    await subscriber.says(answer)
    await subscriber.hears("did_it_help" if contract else "meant_none")
    await desk.settled()
    (case,) = await desk.cases()
    assert case.contract == contract


@pytest.mark.channels("telegram", "terminal", because="by mail the address on file tells the provider at once")
async def test_a_serial_leads_from_the_front_desk_to_its_provider(front: Desk, channel: str, api: BotApi) -> None:
    """It names the provider, and nothing else is told of the account."""
    agents = AgentsGroup(front, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))
    boris = CHANNELS[channel](front, "Борис", "ru")
    await boris.says(PROBLEM)
    await boris.hears("ask_contract")
    await boris.says("SNGP0051BEEF")
    await boris.hears("did_it_help")
    await boris.says("оператор")
    await boris.hears("registered")
    await agents.sees("card", state="acknowledged")
    (case,) = await front.cases("sever")
    assert (case.contract, case.proved) == ("40-1187", False)


async def test_a_number_that_is_none(desk: Desk, newcomer: Newcomer, channel: str) -> None:
    """An amount or a phone is no contract."""
    boris = newcomer("Борис")
    await boris.says(f"{PROBLEM}, заплатила 2000 рублей, мой телефон 8 900 555-00-01")
    await boris.hears("contract_by_mail" if channel == "mail" else "ask_contract")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.keys) == ("", [])


BLOCKED_PHONE, BLOCKED = "+7 000 555-00-98", "40-1370"


@pytest.mark.channels("telegram", because="a phone is shared in Telegram")
async def test_a_blocked_subscriber_hears_about_the_balance_in_two_messages(desk: Desk) -> None:
    """One that tells the trouble, one that shares the phone: then the balance, and how to pay, before any lamp."""
    valentina = TelegramSubscriber(desk, "Валентина")
    await valentina.says(PROBLEM)
    await valentina.hears("ask_contract")
    await valentina.user.shares_contact(valentina.bot, BLOCKED_PHONE)
    told = await valentina.hears("lane_blocked", contract=BLOCKED)
    assert "my.sever.test" in told.text
    await valentina.answers("balance_not")
    await valentina.hears("did_it_help")
    await valentina.answers("not_helped")
    await valentina.is_asked("scope")
    assert valentina.heard("lane_blocked") == 1


@pytest.mark.channels("telegram", because="a phone is shared in Telegram")
@pytest.mark.parametrize(("answer", "state"), [("balance_helped", "closed"), ("balance_paid", "acknowledged")])
async def test_what_is_said_of_the_balance(desk: Desk, newcomer: Newcomer, answer: str, state: str) -> None:
    """That it works settles the matter; what is paid already is looked for."""
    valentina = TelegramSubscriber(desk, "Валентина")
    await valentina.says(PROBLEM)
    await valentina.hears("ask_contract")
    await valentina.user.shares_contact(valentina.bot, BLOCKED_PHONE)
    await valentina.hears("lane_blocked")
    await valentina.answers(answer)
    await valentina.hears("settled_thanks" if state == "closed" else "payment_looked_for")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.state, case.proved, case.entitlement) == (state, True, "blocked")


@pytest.mark.channels("mail", because="an address on file proves itself by mail only")
async def test_a_blocked_subscriber_hears_about_the_balance_by_mail(desk: Desk) -> None:
    """In the first letter; and of lamps only once the balance is not it."""
    valentina = MailSubscriber(desk, "Валентина", address="valentina.kalinina@example.test")
    await valentina.says(PROBLEM)
    await valentina.hears("lane_blocked")
    await valentina.says("Нет, дело не в балансе")
    await valentina.catches_up()
    assert valentina.heard("lane_blocked") == 1


@pytest.mark.channels("telegram", "terminal", because="whoever proved nothing hears nothing")
async def test_who_proved_nothing_hears_nothing_of_the_balance(desk: Desk, newcomer: Newcomer) -> None:
    """A number alone identifies, and the questions begin as for anybody."""
    boris = newcomer("Борис")
    await boris.says(f"{PROBLEM}, договор {BLOCKED}")
    await boris.hears("did_it_help")
    assert boris.heard("lane_blocked") == 0


@pytest.mark.channels("telegram", because="a contact is forwarded in Telegram")
async def test_anothers_contact_proves_nothing(desk: Desk, newcomer: Newcomer) -> None:
    """Only the sender's own one does."""
    boris, valentina = TelegramSubscriber(desk, "Борис"), TelegramSubscriber(desk, "Валентина")
    await boris.says(PROBLEM)
    await boris.hears("ask_contract")
    await boris.user.shares_contact(boris.bot, BLOCKED_PHONE, of=valentina.user)
    await boris.catches_up()
    (case,) = await desk.cases()
    assert (case.contract, case.proved) == ("", False)
    assert boris.heard("lane_blocked") == 0
