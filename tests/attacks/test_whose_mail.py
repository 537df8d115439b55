"""Whose mail it is: a case is joined by its keyed token from the recipient's own address, and by nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from desk.model.agent_operations import AddNote, Reply, Resolve, SetEta, Take
from desk.model.case import Case
from tests.mail.offline_desk import OfflineDesk, answer, box, mail
from tests.prepared_desks import DeskFiles

WORDS = "закройте заявку и пришлите пароль"
ANNA, THIEF = "anna@example.test", "thief@evil.test"
Body = Mapping[str, Any]


@pytest.fixture
async def offline_desk(desk_files: DeskFiles) -> AsyncIterator[OfflineDesk]:
    """A desk whose border server vouches for senders."""
    made = await OfflineDesk.opened(desk_files, [box("sever"), box("volga")])
    yield made
    await made.house.close()


async def opened(offline_desk: OfflineDesk) -> tuple[Case, Body]:
    """Anna's case with its number, and the letter that told her."""
    await offline_desk.receives(mail(ANNA, "нет интернета, оператор"))
    (letter,) = await offline_desk.written()
    (case,) = await offline_desk.cases()
    assert case.number
    assert case.number in letter["subject"]
    return case, letter


TRIES: Mapping[str, Callable[[Case, Body], bytes]] = {
    "the number in the subject": lambda case, _: mail(THIEF, WORDS, Subject=f"Re: [{case.number}] Нет интернета"),
    "the number in the text": lambda case, _: mail(THIEF, f"{WORDS} {case.number}"),
    "the case's id in the subject": lambda case, _: mail(THIEF, WORDS, Subject=f"case:{case.id} #{case.id}"),
    "the number and Anna's name": lambda case, _: mail(
        f'"{ANNA}" <{THIEF}>', WORDS, Subject=f"Re: [{case.number}] x", Reply_To=ANNA, Sender=ANNA
    ),
    "her letter's thread": lambda _, letter: mail(THIEF, WORDS, In_Reply_To=letter["message_id"]),
    "her letter's references": lambda _, letter: mail(
        THIEF, WORDS, References=f"<a@b.test> {letter['message_id']} <c@d.test>"
    ),
    "her reply address": lambda _, letter: mail(THIEF, WORDS, to=letter["reply_to"]),
    "her reply address in Cc": lambda _, letter: mail(THIEF, WORDS, Cc=letter["reply_to"]),
    "her reply address where it was delivered": lambda _, letter: mail(THIEF, WORDS, Delivered_To=letter["reply_to"]),
    "everything of hers but the address": lambda _, letter: answer(letter, WORDS, From=THIEF),
    "her address without the border's word": lambda _, letter: answer(letter, WORDS, vouched=False),
    "her address and a forged verdict": lambda _, letter: answer(
        letter, WORDS, Authentication_Results="mx.evil.test; dmarc=pass header.from=example.test"
    ),
    "her address, and the thief's verdict": lambda _, letter: answer(
        letter, WORDS, Authentication_Results="mx.sever.test; dmarc=pass header.from=evil.test"
    ),
    "her address without a token and the border's word": lambda case, _: mail(
        ANNA, WORDS, vouched=False, Subject=f"Re: [{case.number}] x"
    ),
    "her address and the thief's": lambda _, letter: answer(letter, WORDS, From=f"{ANNA}, {THIEF}"),
    "her address in other letters": lambda _, letter: answer(letter, WORDS, From="\u0430nna@example.test"),
    "her address in full width": lambda _, letter: answer(letter, WORDS, From="\uff41nna@example.test"),
    "her address with a tag": lambda _, letter: answer(letter, WORDS, From="anna+x@example.test"),
    "her address at a subdomain": lambda _, letter: answer(letter, WORDS, From="anna@x.example.test"),
    "a token with another code": lambda _, letter: _with_token(letter, lambda token: token[:-1] + _other(token[-1])),
    "a token with another key": lambda _, letter: _with_token(letter, lambda token: _other(token[0]) + token[1:]),
    "a token of another case": lambda _, letter: _with_token(
        letter, lambda token: token[:3] + _other(token[3]) + token[4:]
    ),
    "no token but its shape": lambda _, letter: _with_token(letter, lambda token: token[:-16] + "a" * 16),
}  # fmt: skip


def _other(letter: str) -> str:
    return "b" if letter != "b" else "c"


def _with_token(letter: Body, change: Callable[[str], str]) -> bytes:
    token = letter["reply_to"].partition("+")[2].partition("@")[0]
    changed = {name: value.replace(token, change(token)) for name, value in letter.items() if isinstance(value, str)}
    return answer({**letter, **changed, "references": []}, WORDS, vouched=False)


@pytest.mark.parametrize("attempt", TRIES)
async def test_nobody_else_gets_into_a_case(offline_desk: OfflineDesk, attempt: str) -> None:
    """The letter waits for an agent or is a matter of its own; the case is as it was, and Anna is written nothing."""
    case, letter = await opened(offline_desk)
    before = await offline_desk.journal(case)
    await offline_desk.receives(TRIES[attempt](case, letter))
    (after,) = [one for one in await offline_desk.cases() if one.id == case.id]
    assert await offline_desk.journal(case) == before
    assert (after.revision, after.state, after.address) == (case.revision, case.state, case.address)
    for one in await offline_desk.written():
        assert one["to"] != ANNA
        assert str(case.number) not in str(one)
    own = [one for one in await offline_desk.cases() if one.id != case.id]
    assert len(await offline_desk.waiting()) + len(own) == 1, "and it is not lost"


async def test_her_own_answer_joins_it(offline_desk: OfflineDesk) -> None:
    """The token from her own address, vouched for by the border: what all the others lack."""
    case, letter = await opened(offline_desk)
    await offline_desk.receives(answer(letter, "горит красная лампочка"))
    assert "горит красная лампочка" in await offline_desk.journal(case)
    assert await offline_desk.waiting() == []


async def test_a_doubtful_letter_joins_by_one_action_of_an_agent(offline_desk: OfflineDesk) -> None:
    """Until then it has no effect; then it is read to the agents, and its sender gets no rights by it."""
    case, letter = await opened(offline_desk)
    await offline_desk.receives(answer(letter, WORDS, From=THIEF))
    assert WORDS not in await offline_desk.journal(case)
    await offline_desk.accepts_pending(case)
    assert WORDS in await offline_desk.journal(case)
    (joined,) = await offline_desk.cases()
    assert joined.address == ANNA
    await offline_desk.agent(Reply("Здравствуйте!"), case)
    assert {one["to"] for one in await offline_desk.written()} == {ANNA}


async def test_a_copy_gives_no_rights(offline_desk: OfflineDesk) -> None:
    """Whoever stands in Cc, or in Reply-To, of her answer gets no letter, and may not speak in her case (T38)."""
    case, letter = await opened(offline_desk)
    await offline_desk.receives(answer(letter, "добавлю коллегу", Cc=THIEF, Reply_To=THIEF, Resent_To=THIEF))
    await offline_desk.agent(Reply("Здравствуйте!"), case)
    written = await offline_desk.written()
    assert {one["to"] for one in written} == {ANNA}
    assert "thief" not in str(written)
    await offline_desk.receives(answer(written[-1], WORDS, From=THIEF, To=f"{written[-1]['reply_to']}, {ANNA}"))
    assert WORDS not in await offline_desk.journal(case)
    assert len(await offline_desk.waiting()) == 1


VERIFICATION = "Ваш код 482913. Подтвердите адрес: https://service.test/confirm?key=Zk38s"


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}], ids=str)
async def test_another_services_verification_mail_is_never_shown_to_a_subscriber(
    offline_desk: OfflineDesk, headers: dict[str, str]
) -> None:
    """The Ticket Trick: a service writes to a case's address. It waits, and once let in it still reaches nobody."""
    case, letter = await opened(offline_desk)
    service = mail("no-reply@service.test", VERIFICATION, to=letter["reply_to"], Subject="Confirm", **headers)  # type: ignore[arg-type]
    await offline_desk.receives(service)
    assert await offline_desk.written() == []
    assert len(await offline_desk.waiting()) == 1
    assert "service.test" not in await offline_desk.journal(case)
    await offline_desk.accepts_pending(case)
    await offline_desk.agent(Reply("Что-нибудь ещё?"), case)
    await offline_desk.agent(Resolve("Готово."), case)
    for one in await offline_desk.written():
        assert not any(secret in str(one) for secret in ("482913", "service.test", "Zk38s"))


async def test_a_verification_mail_to_the_desk_itself_opens_nothing_for_anybody_else(offline_desk: OfflineDesk) -> None:
    """A service that was told the desk's own address writes to it: whatever comes of it, Anna sees nothing."""
    await opened(offline_desk)
    await offline_desk.receives(mail("no-reply@service.test", VERIFICATION))
    written = await offline_desk.written()
    assert {one["to"] for one in written} <= {"no-reply@service.test"}
    assert not any(secret in str(written) for secret in ("482913", "Zk38s"))


@pytest.mark.parametrize(
    "raw",
    [
        mail("help@sever.test", "нет интернета"),
        mail("HELP@sever.test", "нет интернета"),
        mail("Мы <help@sever.test>", "нет интернета", vouched=False),
    ],
    ids=["as it is", "in capitals", "forged"],
)
async def test_our_own_mail_makes_no_case(offline_desk: OfflineDesk, raw: bytes) -> None:
    """A letter from the mailbox itself is dropped, and nobody is written to."""
    await offline_desk.receives(raw)
    assert await offline_desk.cases() == []
    assert await offline_desk.written() == []
    assert await offline_desk.outcomes() == ["own"]


async def test_our_own_letter_that_comes_back_makes_no_case(offline_desk: OfflineDesk) -> None:
    """Redirected to us with its Message-ID, whatever its From says by now."""
    _, letter = await opened(offline_desk)
    await offline_desk.receives(mail("list@between.test", letter["text"], Message_ID=letter["message_id"]))
    assert len(await offline_desk.cases()) == 1
    assert await offline_desk.written() == []


async def test_what_a_letter_quotes_is_the_persons_own_talk_and_no_note(offline_desk: OfflineDesk) -> None:
    """An agent's letter quotes what both sides said; notes of agents and letters of strangers are never in it."""
    case, letter = await opened(offline_desk)
    await offline_desk.receives(answer(letter, "горит красная лампочка"))
    await offline_desk.receives(answer(letter, WORDS, From=THIEF))
    await offline_desk.accepts_pending(case)
    await offline_desk.agent(AddNote("абонент опять выключил роутер сам"), case)
    await offline_desk.agent(Reply("Здравствуйте! Мастер приедет завтра."), case)
    said = (await offline_desk.written())[-1]
    for body in (said["text"], said["html"]):
        assert "горит красная лампочка" in body
        assert "Раньше в этой переписке" in body
        assert "выключил" not in body
        assert "пароль" not in body


@pytest.mark.parametrize(("subject", "words"), [("unsubscribe", ""), ("", "Отписаться."), ("", "unsubscribe")])
async def test_a_notice_is_declined_by_its_own_token_only(offline_desk: OfflineDesk, subject: str, words: str) -> None:
    """The holder's "unsubscribe" ends the notices; a forged one, or one without the token, ends nothing."""
    await offline_desk.receives(mail(THIEF, "нет интернета, договор 40-1187, оператор"))
    (case,) = await offline_desk.cases()
    await offline_desk.agent(Take(), case)
    await offline_desk.agent(SetEta(240), case)
    (notice,) = [one for one in await offline_desk.written() if one["to"] == ANNA]
    assert notice["notice"]
    for forged in (
        answer(notice, "", From=THIEF, Subject="unsubscribe"),
        answer(notice, "", Subject="unsubscribe", vouched=False),
        mail(ANNA, "-", Subject="unsubscribe", vouched=False),
    ):
        await offline_desk.receives(forged)
    assert "declined" not in await offline_desk.outcomes()
    await offline_desk.receives(answer(notice, "Отписаться от рассылки соседа?"))
    assert "declined" not in await offline_desk.outcomes()
    await offline_desk.receives(answer(notice, words, **({"Subject": subject} if subject else {})))
    assert (await offline_desk.outcomes())[-1] == "declined"
