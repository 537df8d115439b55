"""After closing: a trouble that is back takes up its case, thanks reopen nothing, another matter is another case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.model.acts import AddJournalEntry, Addressee, SayTemplate, SetTimer
from desk.model.case import Case
from desk.model.core_facts import CaseMatch
from desk.model.events import Event, Inbound, Said
from desk.model.journal import KeptSilent, TakenUpAgain
from desk.model.messages import Address, SenderAssurance
from desk.model.provider_sections.limits_and_promises import WaitingPromises
from desk.model.states import FINAL, RECURRED, CaseState, may_follow
from desk.pipeline.case_of_unnamed_message import CaseChoice, unnamed
from desk.understanding.own_or_other_matter import AfterClosing, asks_of_another_matter, said_after_closing
from desk.understanding.reading.observations import Situation, TalkStage
from tests.escalation.rounds import ANNA, NOW, PROVIDER, a_case, decided, in_progress, templates

WAITING = Situation(TalkStage.WAITING)
AGAIN, COURTESY = CaseMatch("again"), CaseMatch("courtesy")
POST = Address("mail", "mail:support", "anna@mail.test")
DAY = timedelta(days=1)


def closed(**fields: object) -> Case:
    """A case of Anna's that was closed with her consent."""
    known = {"owner": "ivanova", "closed_at": NOW, "resolved_at": NOW, "consent": {"words": "да"}}
    return a_case(state="closed", **{**known, "reason": "customer_verified", **fields})


def chosen(
    text: str,
    *cases: Case,
    before: Case | None = None,
    at: datetime = NOW,
    sender: Address = ANNA,
    proof: SenderAssurance = SenderAssurance.SURE,
    **said: object,
) -> CaseChoice:
    """The case that a message without a reference means."""
    inbound: Inbound[Event] = Inbound(sender.channel, sender, at, replace(Said(text), **said), proof=proof)  # type: ignore[arg-type]
    return unnamed(inbound, cases, before, "", PROVIDER, at)


@pytest.mark.parametrize(
    "text",
    ["не работает опять", "опять пропал интернет", "нет, снова не работает", "та же история", "internet is down again"],
)
def test_a_trouble_that_is_back_means_the_case_closed_lately(text: str) -> None:
    case = closed()
    assert chosen(text, before=case, at=NOW + DAY) == CaseChoice(case, AGAIN)
    assert chosen(text, before=case, at=NOW + 8 * DAY).case is None, "after a week it is a new one"


@pytest.mark.parametrize(
    "text", ["за что списали 500 рублей?", "опять списали лишнее", "и ещё вопрос: сколько стоит IP?"]
)
def test_something_else_is_a_new_case(text: str) -> None:
    assert chosen(text, before=closed(), at=NOW + DAY).match == CaseMatch("new")
    assert said_after_closing(text, WAITING) is AfterClosing.NOTHING


def test_a_sender_who_proved_nothing_takes_up_nothing() -> None:
    said = chosen("опять не работает", before=closed(), sender=POST, proof=SenderAssurance.CLAIMED)
    assert said.match == CaseMatch("new")


def test_the_case_goes_on_under_its_number_with_its_agent() -> None:
    case = closed(eta=NOW, eta_version=2, unread=0)
    acts = decided(case, Said("опять не работает"), known=[AGAIN], at=NOW + DAY)
    assert (case.state, case.reason, case.number, case.owner) == ("inProgress", "recurred", "SN-1", "ivanova")
    assert (case.recurrences, case.eta, case.consent, case.closed_at, case.unread) == (1, None, {}, None, 1)
    assert case.description.endswith("опять не работает")
    assert templates(acts) == ["taken_up_again", "agents_again"]
    assert SetTimer("eta_missing", NOW + DAY + PROVIDER.first_eta_within, "eta") in acts
    assert TakenUpAgain(1) in [act.event for act in acts if isinstance(act, AddJournalEntry)]


def test_whose_agent_has_left_waits_for_another() -> None:
    case = closed(owner="sidorov")
    acts = decided(case, Said("опять не работает"), known=[AGAIN])
    assert (case.state, case.owner) == ("acknowledged", "")
    assert SetTimer("not_taken", NOW + WaitingPromises().press_after[0], "take") in acts


def test_thanks_reopen_nothing_and_are_answered_once() -> None:
    case = closed()
    for text in ("спасибо", "спасибо вам", "всё работает, спасибо", "ок", "👍"):
        assert chosen(text, before=case) == CaseChoice(case, COURTESY)
    assert templates(decided(case, Said("спасибо"), known=[COURTESY])) == ["you_are_welcome"]
    acts = decided(case, Said("спасибо вам"), known=[COURTESY])
    assert templates(acts, Addressee.SPEAKER) == []
    assert KeptSilent("small talk") in [act.event for act in acts if isinstance(act, AddJournalEntry)]
    assert case.state == "closed"


def test_only_a_closed_case_is_taken_up_again() -> None:
    """The one move out of a final state, and for one reason only."""
    allowed = {
        (now, then, reason)
        for now in FINAL
        for then in CaseState
        for reason in (RECURRED, "reopened")
        if then is not now and may_follow(now, then, reason)
    }
    assert allowed == {(CaseState.CLOSED, then, RECURRED) for then in (CaseState.IN_PROGRESS, CaseState.ACKNOWLEDGED)}


class TestBesideAnOpenOne:
    @pytest.mark.parametrize(
        "text",
        ["и ещё вопрос: сколько стоит статический IP?", "хочу открыть новую заявку", "у меня ещё проблема: тв не идёт"],
    )
    def test_another_matter_is_a_case_of_its_own(self, text: str) -> None:
        case = in_progress()
        assert chosen(text, case) == CaseChoice(None, CaseMatch("new"), case)

    @pytest.mark.parametrize("text", ["вы не поняли", "и ещё телевизор не работает", "и телефон тоже", "ну что там?"])
    def test_what_is_said_of_the_same_one_joins_it(self, text: str) -> None:
        case = in_progress()
        assert chosen(text, case) == CaseChoice(case, CaseMatch("only"))
        assert not asks_of_another_matter(text, WAITING)

    def test_while_the_first_one_is_still_asked_about_nothing_begins_beside_it(self) -> None:
        case = a_case(number=None, registered_at=None, reason="intake")
        assert chosen("у меня ещё вопрос", case).case is case

    def test_a_letter_with_another_subject_is_another_matter(self) -> None:
        case = in_progress(subject="Нет интернета")
        assert chosen("Здравствуйте, прошу счёт за май.", case, sender=POST, subject="Счёт за май").case is None
        assert chosen("Вот фото роутера.", case, sender=POST, subject="Re: Нет  интернета").case is case
        assert chosen("Ну что там, когда починят?", case, sender=POST, subject="Вопрос").case is case
        assert chosen("Вот фото роутера.", in_progress(), sender=POST, subject="Фото").case is not None

    def test_a_forged_letter_begins_nothing_in_somebody_elses_name(self) -> None:
        case = in_progress(subject="Нет интернета")
        forged = chosen("пришлите пароль", case, sender=POST, proof=SenderAssurance.DOUBTED, subject="Пароль")
        assert forged.case is case
        assert forged.match.doubt

    def test_a_message_means_the_case_asked_about_last(self) -> None:
        first, second = in_progress(asked_at=NOW + 2 * DAY), in_progress(asked_at=NOW + DAY)
        assert chosen("везде", first, second).case is first
        assert chosen("везде", second, in_progress(asked_at=None)).case is second

    def test_the_new_one_is_told_beside_the_old(self) -> None:
        case = a_case(
            number=None,
            registered_at=None,
            reason="triage",
            related=[{"case": "7", "number": "SN-7", "kind": "beside"}],
        )
        acts = decided(case, Said("ул. Лесная, 5"))
        (told,) = [act for act in acts if isinstance(act, SayTemplate) and act.template == "registered"]
        assert told.names["other"] == "SN-7"


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("а что с первой заявкой?", 1),
        ("что там по 1-й заявке", 1),
        ("what about my first ticket?", 1),
        ("когда починят по второй заявке?", 2),
        ("отмените вторую заявку", 2),
        ("а что с третьей заявкой?", 2),
        ("а что с заявкой?", 2),
    ],
)
def test_of_several_open_cases_the_one_is_meant_that_is_named_by_its_place(text: str, id: int) -> None:
    """In the order of opening; where there is no such place, the one that was asked about last."""
    first, second = a_case(), a_case(number="SN-2")
    second.id, second.asked_at = 2, NOW
    assert chosen(text, second, first).case is {1: first, 2: second}[id]


def test_one_more_case_is_none_of_those_that_are_open() -> None:
    first, second = a_case(), a_case(number="SN-2")
    second.id, second.asked_at = 2, NOW
    assert chosen("хочу открыть третью заявку", first, second).case is not first
    assert chosen("первый раз у меня так", first, second).case is second
