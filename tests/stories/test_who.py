"""Whose account it is: by every key, asked about where it only looks like one, and told to nobody before proof."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from desk.model.journal import AccountVerified
from desk.pipeline.reply_tokens import ReplyTokenSigner
from desk.storage.database import Database
from intake.identity.proof.codes import MOST_ATTEMPTS, OF_CONTRACT
from intake.identity.proof.make_link import make_link
from intake.identity.proof.proof_tables import proof_codes
from intake.identity.proof.read_proofs import LINK_PURPOSE
from mail.receiving.tables import muted_peers
from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles
from tests.stories.conftest import Newcomer
from tests.stories.desk import AGENTS, IVANOVA, AgentsGroup, Desk, eventually, new_desk
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


async def linked(desk: Desk, contract: str, hours: int = 24) -> str:
    """The token of a new link to this contract."""
    database = Database(desk.settings.database)
    secrets = ReplyTokenSigner(desk.settings.secret, desk.settings.former_secret)
    at = desk.clock()
    async with database.write("sever") as session:
        made = await make_link(
            session, secrets.derived(LINK_PURPOSE), "sever", contract, at, at + timedelta(hours=hours)
        )
    await database.close()
    return made


@pytest.mark.channels("telegram", because="links lead to a bot")
async def test_a_link_proves_once(desk: Desk, channel: str) -> None:
    """Who opens it is the holder, in this matter and the next; for whoever has it after them it is no proof."""
    valentina, thief = TelegramSubscriber(desk, "Валентина"), TelegramSubscriber(desk, "Борис")
    token = await linked(desk, BLOCKED)
    await valentina.user.starts(valentina.bot, token)
    await valentina.hears("link_proved", contract=BLOCKED)
    await thief.user.starts(thief.bot, token)
    await thief.hears("link_over")
    await thief.says("нет интернета")
    await thief.hears("ask_contract")
    await desk.settled()
    told = {case.address: (case.contract, case.proved) for case in await desk.cases()}
    assert told == {str(valentina.user.id): (BLOCKED, True), str(thief.user.id): ("", False)}
    await valentina.says("/me")
    await valentina.hears("me", bound=BLOCKED)
    await valentina.says("/forget")
    await valentina.hears("forget_ask")
    await valentina.says("/forget yes")
    await valentina.hears("forgotten")
    await valentina.says("/me")
    assert BLOCKED not in (await valentina.hears("me")).text


@pytest.mark.channels("telegram", because="links lead to a bot")
async def test_a_link_that_is_over_proves_nothing(desk: Desk, channel: str) -> None:
    """Neither after its hours, nor one that somebody made up."""
    boris = TelegramSubscriber(desk, "Борис")
    late = await linked(desk, BLOCKED, hours=1)
    desk.later(hours=2)
    for token in (late, "p_" + "A" * 22):
        await boris.user.starts(boris.bot, token)
        await boris.hears("link_over")
    await desk.settled()
    assert [(case.contract, case.proved) for case in await desk.cases()] == [("", False)]


@pytest.mark.channels("telegram", because="a phone is shared in Telegram")
async def test_a_chat_is_bound_once(desk: Desk, channel: str) -> None:
    """The next matter begins proved: the balance is told at once."""
    valentina = TelegramSubscriber(desk, "Валентина")
    await valentina.says(PROBLEM)
    await valentina.hears("ask_contract")
    await valentina.answers("prove_phone")
    await valentina.hears("share_phone")
    await valentina.user.shares_contact(valentina.bot, BLOCKED_PHONE)
    await valentina.hears("lane_blocked")
    await valentina.answers("balance_helped")
    await valentina.hears("settled_thanks")
    await valentina.says("опять нет интернета")
    await valentina.hears("lane_blocked")
    await desk.settled()
    assert [(case.contract, case.proved) for case in await desk.cases()] == [(BLOCKED, True)] * 2


@pytest.fixture
async def two_contracts(desk_files: DeskFiles, api: BotApi) -> AsyncIterator[Desk]:
    """A desk in whose table one phone stands on two contracts."""
    made = new_desk(desk_files, api)
    table = made.settings.root / "providers" / "sever" / "entitlements.csv"
    rows = "".join(f"40-700{one},Ирина,active,residential,ru,+7 000 555-09-99,,,,,,,,,\n" for one in (1, 2))
    table.write_text(table.read_text("utf-8") + rows, "utf-8")
    await made.opens()
    yield made
    await made.closes()


@pytest.mark.channels("telegram", because="a phone is shared in Telegram")
async def test_who_holds_two_contracts_is_asked_which(two_contracts: Desk) -> None:
    """One phone on two contracts: which of them is the matter?"""
    irina = TelegramSubscriber(two_contracts, "Ирина")
    await irina.says(PROBLEM)
    await irina.hears("ask_contract")
    await irina.user.shares_contact(irina.bot, "+7 000 555-09-99")
    asked = await irina.hears("which_contract")
    assert {"40-7001", "40-7002"} <= set(asked.options.values())
    await irina.answers("meant_1")
    await irina.hears("did_it_help")
    await two_contracts.settled()
    (case,) = await two_contracts.cases()
    assert (case.contract, case.proved) == ("40-7002", True)


async def test_an_unknown_number_is_verified_by_a_later_table(desk: Desk, newcomer: Newcomer, channel: str) -> None:
    """The case opens all the same; once the table has the number, its journal says so, and nothing is told."""
    boris = newcomer("Борис")
    await boris.says(f"{PROBLEM}, серийный номер SNGP00AA77FF, оператор")
    await boris.hears("registered")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.entitlement) == ("", "unverified")
    said = len(boris.everything())
    table = desk.settings.root / "providers" / "sever" / "entitlements.csv"
    row = "40-7003,Борис Новый,active,residential,ru,,,,SNGP00AA77FF,,,,,,\n"
    table.write_text(table.read_text("utf-8") + row, "utf-8")

    async def verified() -> bool:
        (case,) = await desk.cases()
        return (case.contract, case.entitlement, case.proved) == ("40-7003", "ok", False)

    await eventually(verified, 60)
    assert any(line.kind == AccountVerified.kind for line in await desk.journal(case))
    assert len(boris.everything()) == said


@pytest.mark.channels("mail", because="the code is read in a letter, and typed in Telegram")
async def test_a_code_by_mail_proves_the_chat(desk: Desk, channel: str) -> None:
    """It goes to the address on file, and is typed back in the chat that asked for it."""
    valentina = TelegramSubscriber(desk, "Валентина")
    by_mail = MailSubscriber(desk, "Валентина", address="valentina.kalinina@example.test")
    await valentina.says(f"{PROBLEM}, договор {BLOCKED}")
    await valentina.hears("did_it_help")
    await valentina.says("/code")
    await valentina.hears("code_sent")
    letter = await by_mail.hears("code_letter")
    code = re.findall(r"\b\d{6}\b", letter.text)[0]
    await valentina.says(f"{int(code) ^ 1:06d}")
    await valentina.hears("code_wrong")
    await valentina.says(code)
    await valentina.hears("code_right")
    assert valentina.heard("lane_blocked") == 1
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.proved) == (BLOCKED, True)


@pytest.mark.channels("mail", because="a code leaves by mail where there is an address")
async def test_no_code_is_guessed_and_none_tells_anything(desk: Desk, channel: str) -> None:
    """Word for word the same for a contract with an address and for one that nobody has; attempts are few."""
    said = []
    for contract in (BLOCKED, "40-9998"):
        person = TelegramSubscriber(desk, "Борис")
        await person.says(f"{PROBLEM}, договор {contract}")
        await person.hears("did_it_help")
        await person.says("/code")
        await person.hears("code_sent")
        for number in range(7):
            await person.says(f"00000{number}")
            await desk.settled()
        await person.catches_up()
        said.append([one.replace(contract, "#") for one in person.everything()])
        assert person.heard("code_wrong") == MOST_ATTEMPTS
    assert said[0] == said[1]
    assert not any(case.proved for case in await desk.cases())


@pytest.mark.channels("mail", because="a code leaves by mail where there is an address")
async def test_strangers_do_not_use_up_the_codes_of_the_holder(desk: Desk, channel: str) -> None:
    """Two chats ask until no more are made; for who proved the contract once one is made all the same."""
    valentina = TelegramSubscriber(desk, "Валентина")
    await valentina.says(PROBLEM)
    await valentina.hears("ask_contract")
    await valentina.user.shares_contact(valentina.bot, BLOCKED_PHONE)
    await valentina.hears("lane_blocked")
    for _ in range(2):
        stranger = TelegramSubscriber(desk, "Борис")
        await stranger.says(f"{PROBLEM}, договор {BLOCKED}")
        await stranger.hears("did_it_help")
        for _ in range(3):
            await stranger.says("/code")
            await stranger.hears("code_sent")
    await valentina.says("/code")
    await valentina.hears("code_sent")
    database = Database(desk.settings.database)
    async with database.read("sever") as session:
        made = (await session.execute(select(proof_codes.c.contract).order_by(proof_codes.c.number))).scalars().all()
        muted = (await session.execute(select(muted_peers.c.peer))).scalars().all()
    await database.close()
    assert made == [*[BLOCKED] * OF_CONTRACT, "", BLOCKED]
    assert muted == [], "what strangers ask for mutes no address of the holder"


@pytest.mark.channels("telegram", because="a phone is shared in Telegram")
async def test_a_phone_shared_later_proves_too(desk: Desk, channel: str) -> None:
    """The case has its number already; the chat is bound, and the card is right."""
    valentina = TelegramSubscriber(desk, "Валентина")
    await valentina.says(f"{PROBLEM}, договор {BLOCKED}, оператор")
    await valentina.hears("registered")
    await valentina.user.shares_contact(valentina.bot, BLOCKED_PHONE)
    await valentina.hears("phone_known")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.proved) == (BLOCKED, True)
    await valentina.says("/me")
    await valentina.hears("me", bound=BLOCKED)


EXPIRED_PHONE, EXPIRED_MAIL, EXPIRED = "+7 000 555-01-07", "galina.gavrilova@example.test", "40-3347"


@pytest.mark.channels("telegram", "mail", because="in a terminal nobody proves who they are")
async def test_the_holder_of_an_expired_contract_hears_that_it_is_over(desk: Desk, channel: str) -> None:
    """Before any question about lamps; whoever wants to go on with it is passed on."""
    galina: Subscriber
    if channel == "mail":
        galina = MailSubscriber(desk, "Галина", address=EXPIRED_MAIL)
        await galina.says(PROBLEM)
    else:
        galina = TelegramSubscriber(desk, "Галина")
        await galina.says(PROBLEM)
        await galina.hears("ask_contract")
        await galina.user.shares_contact(galina.bot, EXPIRED_PHONE)
    await galina.hears("lane_expired", contract=EXPIRED)
    await galina.answers("renew")
    await galina.hears("renewal_passed_on")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.contract, case.entitlement, case.proved) == (EXPIRED, "expired", True)
    assert (case.category, case.state) == ("billing", "acknowledged")


COVERAGE = """
[[coverage]]
words = ["major upgrade", "новая версия программы"]
covered = { ru = "обновления и исправления", en = "patches" }
"""


@pytest.fixture
async def with_coverage(desk_files: DeskFiles, api: BotApi) -> AsyncIterator[Desk]:
    """A desk whose policy leaves new versions of programs out."""
    made = new_desk(desk_files, api)
    policy = made.settings.root / "providers" / "sever" / "policy.toml"
    policy.write_text(policy.read_text("utf-8") + COVERAGE, "utf-8")
    await made.opens()
    yield made
    await made.closes()


@pytest.mark.channels("telegram", because="the phone that proves is shared there")
async def test_what_is_not_covered_is_said_with_what_is(with_coverage: Desk) -> None:
    """To its proved holder; an agent answers all the same."""
    anna = TelegramSubscriber(with_coverage, "Анна")
    await anna.says("/phone")
    await anna.user.shares_contact(anna.bot, "+7 000 555-00-01")
    await anna.says("нужна новая версия программы")
    await anna.hears("lane_not_covered", covered="обновления и исправления")
    await with_coverage.settled()
    (case,) = await with_coverage.cases()
    assert (case.entitlement, case.proved, case.ticket_type) == ("not_covered", True, "service_request")
    assert case.registered
