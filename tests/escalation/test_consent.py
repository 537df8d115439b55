"""The answer to "may we close it?": what closes, what reopens, and everything else, which closes nothing (C7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.runtime.rule_order import RULEBOOK
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    Facts,
    Ignore,
    PopupNotice,
    RefuseOperation,
    SayTemplate,
    SetTimer,
)
from desk.model.agent_operations import Reply, Resolve
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.core_facts import CaseMatch, Now
from desk.model.dialog_state import CONSENT
from desk.model.events import Event, Inbound, Pressed, Said, TimerFired
from desk.model.journal import ClosingAgreed, KeptSilent
from desk.model.messages import Address, File
from desk.pipeline.decide import apply_rules
from desk.understanding.reading.observations import Act
from tests.escalation.conftest import Understands
from tests.escalation.rounds import CONTACT, NOW, PROVIDER, a_case, decided, in_progress, ordered, resolved, templates
from tests.wording import labels


def test_yes_closes_and_the_journal_has_who_said_so(meaning: Understands) -> None:
    case = resolved()
    acts = decided(case, Said(meaning("да, всё работает", Act.AGREE, closes=True)))
    assert (case.state, case.reason, case.consent["address"]) == ("closed", "customer_verified", "42")
    assert ClosingAgreed("telegram", "42", "", "да, всё работает") in [
        act.event for act in acts if isinstance(act, AddJournalEntry)
    ]


@pytest.mark.parametrize("besides", [(), (Act.STATUS,), (Act.ANGRY,), (Act.THANKS,)])
def test_no_reopens_under_the_same_number_whatever_is_asked_besides(
    meaning: Understands, besides: tuple[Act, ...]
) -> None:
    case = resolved(eta=NOW, eta_version=1)
    acts = decided(case, Said(meaning("нет, не работает", Act.DENY, *besides)))
    assert (case.state, case.reason, case.number, case.eta) == ("inProgress", "reopened", "SN-1", None)
    assert templates(acts) == ["reopened", "agents_reopened"]
    timer = SetTimer("eta_missing", NOW + PROVIDER.first_eta_within, "eta")
    assert timer in acts, "a new time is asked for"


@pytest.mark.parametrize(
    ("text", "acts", "word"),
    [
        ("работает еле-еле", (Act.RESERVED,), "consent_reserved"),
        ("всё работает кроме тв", (Act.AGREE, Act.RESERVED), "consent_reserved"),
        ("не всё работает", (Act.DENY, Act.RESERVED), "consent_reserved"),
        ("работает, а перерасчёт когда", (Act.AGREE, Act.STATUS), "consent_passed_on"),
        ("вроде да, а перерасчёт будет?", (Act.RESERVED,), "consent_passed_on"),
        ("завтра проверю", (Act.WAIT,), "consent_wait"),
        ("ок", (Act.AGREE,), "consent_again"),
        ("спасибо", (Act.THANKS,), "consent_again"),
    ],
)
def test_anything_besides_closes_nothing_and_the_agent_reads_it(
    meaning: Understands, text: str, acts: tuple[Act, ...], word: str
) -> None:
    case = resolved()
    said = templates(decided(case, Said(meaning(text, *acts))))
    assert (case.state, case.expecting.owner, case.unread) == ("resolved", CONSENT, 1)
    assert said == ["subscriber_says", word]


@pytest.mark.parametrize("words", ["всё работает кроме тв", "еле еле работает", "вроде да, а перерасчёт будет?"])
def test_the_agent_resolves_again_after_a_reservation_and_the_subscriber_is_asked_again(words: str) -> None:
    case = in_progress()
    ordered(case, Resolve("Заменили порт"))
    again = ordered(case, Resolve(""))
    assert again == [RefuseOperation(OperationRefusalCode.ALREADY_RESOLVED)], "nothing was said since"
    decided(case, Said(words))
    ordered(case, Reply("Проверьте теперь"))
    asked = ordered(case, Resolve("Настроили и ТВ"))
    assert "resolved_ask" in templates(asked, Addressee.SUBSCRIBER)
    assert (case.state, case.expecting.owner, case.unread) == ("resolved", CONSENT, 0)
    decided(case, Said("да, всё работает"))
    assert case.state == "closed"


def test_words_that_nothing_is_made_of_go_to_the_agent(meaning: Understands) -> None:
    case = resolved()
    said = meaning("Работает. Когда сделаете перерасчёт?", Act.AGREE, Act.STATUS)
    assert templates(decided(case, Said(said))) == ["subscriber_says", "consent_passed_on"]
    assert case.state == "resolved"


def test_a_photo_with_a_yes_closes_nothing(meaning: Understands) -> None:
    case = resolved()
    photo = File("x.jpg", "photo", "image/jpeg", 3, "telegram:main:x")
    said = templates(decided(case, Said(meaning("да", Act.AGREE, closes=True), files=(photo,))))
    assert (said, case.state) == (["subscriber_says", "consent_passed_on"], "resolved")


def test_the_same_answer_is_never_given_twice_in_a_row(meaning: Understands) -> None:
    case, said = resolved(), []
    for words in ("работает еле-еле", "и ещё тв не идёт", "ну и звук", "и картинка"):
        acts = decided(case, Said(meaning(words, Act.RESERVED)))
        said += [act.names["again"] for act in acts if isinstance(act, SayTemplate) and "again" in act.names]
    assert said == ["", "1", "", "1"]


def test_the_question_is_put_again_once_and_then_the_silence_is_recorded(meaning: Understands) -> None:
    case = resolved()
    assert "consent_again" in templates(decided(case, Said(meaning("спасибо", Act.THANKS))))
    acts = decided(case, Said(meaning("спасибо вам", Act.THANKS)))
    assert templates(acts, Addressee.SPEAKER) == []
    assert KeptSilent("asked twice") in [act.event for act in acts if isinstance(act, AddJournalEntry)]


@pytest.mark.parametrize(("option", "state"), [("consent_yes", "closed"), ("consent_no", "inProgress")])
def test_a_button_answers_too(option: str, state: str) -> None:
    case = resolved()
    decided(case, Pressed(1, 0, option))
    assert case.state == state


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    ("asks", "option", "state"),
    [
        ("", "consent_yes", "closed"),
        ("", "consent_no", "inProgress"),
        ("отмените, больше не нужно", "withdraw_yes", "cancelled"),
        ("отмените, больше не нужно", "withdraw_no", "acknowledged"),
    ],
)
def test_what_stands_on_a_button_says_the_same_when_it_comes_as_words(
    asks: str, option: str, state: str, language: str
) -> None:
    """By mail the words of an option are sent as an answer, and are read like any other."""
    case = a_case() if asks else resolved()
    if asks:
        assert "withdraw_ask" in templates(decided(case, Said(asks)))
    decided(case, Said(labels(option, language)[0]))
    assert (case.state, case.expecting.owner) == (state, "")


def test_a_button_of_an_earlier_prompt_changes_nothing() -> None:
    case = resolved()
    acts = decided(case, Pressed(1, 7, "consent_yes"))
    assert acts == [PopupNotice("stale_button"), Ignore(IgnoredCode.STALE_BUTTON)]
    assert case.state == "resolved"


def test_another_person_whose_mail_was_accepted_agrees_to_nothing() -> None:
    case, stranger = resolved(), Address("mail", "mail:support", "boris@mail.test")
    inbound: Inbound[Event] = Inbound("mail:support", stranger, NOW, Said("да"), accepted_by="ivanova")
    facts = Facts([Now(NOW), CaseMatch("named"), PROVIDER, CONTACT])
    with pytest.raises(StopIteration):
        next(apply_rules(RULEBOOK, case, inbound, facts, NOW))
    assert case.state == "resolved"


class TestItWorksAlready:
    def test_it_is_asked_about_and_a_yes_closes_with_its_reason(self, meaning: Understands) -> None:
        case = a_case()
        acts = decided(case, Said(meaning("всё заработало, отмените", Act.WORKS_ALREADY, Act.CANCEL)))
        assert (case.state, case.expecting.owner) == ("acknowledged", CONSENT)
        assert templates(acts) == ["works_ask"]
        acts = decided(case, Said(meaning("да", Act.AGREE, closes=True)))
        assert (case.state, case.reason, case.resolved_at) == ("closed", "customer_verified", NOW)
        assert templates(acts) == ["closed_thanks", "agents_closed_unasked"]

    def test_a_no_leaves_it_as_it_was(self, meaning: Understands) -> None:
        case = in_progress()
        decided(case, Said(meaning("заработало", Act.WORKS_ALREADY)))
        acts = decided(case, Said(meaning("нет, опять пропал", Act.DENY)))
        assert (case.state, case.reason, case.expecting.owner) == ("inProgress", "diagnosing", "")
        assert templates(acts) == ["subscriber_says", "stays_open"]

    def test_another_question_is_answered_and_the_yes_may_still_come(self, meaning: Understands) -> None:
        case = a_case()
        decided(case, Said(meaning("заработало", Act.WORKS_ALREADY)))
        assert "waiting_state" in templates(decided(case, Said(meaning("а когда мастер?", Act.STATUS))))
        decided(case, Pressed(1, case.dialog_state.prompt, "consent_yes"))
        assert case.state == "closed"


class TestCalledOff:
    @pytest.mark.parametrize("yes", ["да", "отменяйте"])
    def test_a_yes_cancels_it(self, meaning: Understands, yes: str) -> None:
        case = a_case()
        assert templates(decided(case, Said(meaning("не надо, отмените", Act.CANCEL)))) == ["withdraw_ask"]
        assert case.state == "acknowledged"
        meaning("да", Act.AGREE, closes=True)
        meaning("отменяйте", Act.CANCEL)
        acts = decided(case, Said(yes))
        assert (case.state, case.reason, case.consent["words"]) == ("cancelled", "customer_withdrew", yes)
        assert templates(acts) == ["withdrawn", "agents_closed_unasked"]

    def test_saying_it_again_with_a_condition_cancels_nothing(self, meaning: Understands) -> None:
        case = a_case()
        decided(case, Said(meaning("отмените", Act.CANCEL)))
        decided(case, Said(meaning("отмените, если завтра не придёт", Act.CANCEL, leftover=True)))
        assert case.state == "acknowledged"


class TestReminders:
    def test_a_reminder_of_a_case_that_is_closed_is_obsolete(self) -> None:
        case = a_case(state="closed", reason="customer_verified")
        assert decided(case, TimerFired("consent_reminder")) == [Ignore(IgnoredCode.TIMER_OBSOLETE)]

    def test_the_next_one_is_set_and_the_last_asks_a_person_to_call(self) -> None:
        first, second, third = PROVIDER.remind_after
        acts = decided(resolved(), TimerFired("consent_reminder"), at=NOW + first)
        assert templates(acts) == ["consent_reminder"]
        assert [act.at for act in acts if isinstance(act, SetTimer)] == [NOW + second]
        acts = decided(resolved(), TimerFired("consent_reminder"), at=NOW + third)
        assert templates(acts) == ["consent_reminder", "agents_call_task"]
        assert not [act for act in acts if isinstance(act, SetTimer)]

    def test_after_downtime_one_stands_for_all(self) -> None:
        """A single timer, so that what fell due meanwhile is said once."""
        late = NOW + max(PROVIDER.remind_after) + timedelta(days=1)
        acts = decided(resolved(), TimerFired("consent_reminder"), at=late)
        assert templates(acts) == ["consent_reminder", "agents_call_task"]

    def test_who_answered_and_waits_is_not_reminded_but_their_agent_is(self) -> None:
        acts = decided(resolved(unread=1), TimerFired("consent_reminder"), at=NOW + min(PROVIDER.remind_after))
        assert templates(acts) == ["agents_unanswered"]
