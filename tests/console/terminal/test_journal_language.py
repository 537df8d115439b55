"""The protocol of a case reads in one language from top to bottom; only names, ids and quotes stand as they are."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.runtime.content_folders import TEMPLATES
from console.terminal.table_labels import labels
from desk.api.journal_text import JournalText
from desk.language.templates import Templates
from desk.model.case import TRIAGE
from desk.model.journal import (
    KINDS,
    AccountVerified,
    ArticleDrafted,
    ArticleLinked,
    ArticleShown,
    ArticleTried,
    AutomaticMailCame,
    ButtonPressed,
    CallbackEnded,
    CallbackPromised,
    CallMade,
    CaseRouted,
    ChangeAnswered,
    ChangeProposed,
    ChangeReported,
    ClocksMoved,
    ClosingAgreed,
    DeliveryUnknown,
    DialogStarted,
    DialogueMessageLogged,
    EtaLapseTold,
    EtaPromised,
    FloodQuarantined,
    GuessingSuspected,
    JournalEntry,
    KeptSilent,
    LetterForwarded,
    LevelRaised,
    MailIncomplete,
    NoArticleApplies,
    NotDelivered,
    NoteAdded,
    PeerMuted,
    SendingSuppressed,
    SolutionNoted,
    SourceSilent,
    StateChanged,
    SubscriberOpenedChat,
    SubscriberReacted,
    TakenUpAgain,
    UnaskedNoticeSent,
    WordsCorrected,
    WordsHeld,
    stored_data,
)
from desk.model.journal_data import JournalEntryData
from desk.model.operations.case_operations import HELD_REASONS, PENDING_REASONS, REJECTED_REASONS
from desk.model.operations.journal_of_moves import CaseClassified, CaseMoved, CasesRelated, Consulted, MoveUndone
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Team
from desk.model.shared_facts import MailSuppressionCode
from desk.model.states import CaseState

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
SEVER = Provider("sever", {"ru": "Север", "en": "Sever"}, teams=(Team("l1", "queue", {"ru": "Первая", "en": "First"}),))
MACHINES = ("own", "bounce", "feedback", "challenge", "list", "auto-reply", "reaction", "nobody")
BUTTONS = ("helped", "not_helped", "operator", "consent_yes", "consent_no", "skip", "back", "no_contract")
SAID = "<said>"
"""Marks what a person or another program wrote, and ids: it stands as it is in every language."""


def reasons() -> set[str]:
    """Every reason with which a rule moves a case, read from the source."""
    found = {"intake"}
    for package in ("desk", "escalation", "intake", "kb", "mail"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ChangeState":
                    reason = node.args[1]
                    found.add(str(reason.value) if isinstance(reason, ast.Constant) else TRIAGE)
    return found


EVENTS: tuple[JournalEntryData, ...] = (
    DialogueMessageLogged(),
    UnaskedNoticeSent(),
    NoteAdded(),
    SubscriberReacted(SAID),
    WordsHeld(SAID),
    WordsHeld(SAID, taken_back=True),
    WordsCorrected(SAID),
    SolutionNoted(),
    *(ButtonPressed(option) for option in BUTTONS),
    ButtonPressed(SAID),
    SubscriberOpenedChat(),
    SubscriberOpenedChat(SAID),
    *(StateChanged(state, reason, "acknowledged") for state in CaseState for reason in sorted(reasons())),
    ClosingAgreed("telegram", "5001", "7", SAID),
    ClosingAgreed("telegram", "5001", "7", "consent_yes"),
    ClosingAgreed("telegram", "5001", "7", "helped"),
    *(CaseRouted("queue:l1", by, SAID) for by in ("policy", "dialog", "default")),
    DialogStarted(SAID, SAID),
    EtaPromised("2026-11-30T15:00+03:00", 2),
    CallbackPromised("2026-11-30T15:00+03:00"),
    CallbackPromised(),
    CallMade("no_answer", 2),
    CallbackEnded(),
    ClocksMoved(({"clock": "callback", "move": "start"},), "residential"),
    LevelRaised(SAID, SAID, "1:abc", "resolution"),
    AccountVerified(SAID, "active", 2),
    SourceSilent(),
    ChangeProposed("2026-12-03T02:00+03:00", "2026-12-03T04:00+03:00", 1),
    *(
        ChangeAnswered(side, yes, 1, "telegram", "5001", "7", SAID)
        for side in ("customer", "provider")
        for yes in (True, False)
    ),
    ChangeAnswered("customer", True, 1, "telegram", "5001", "7", "change_yes"),
    ChangeAnswered("provider", True, 1, "telegram", "700001", "9", "change_approve"),
    ChangeReported(True),
    ChangeReported(False),
    ChangeReported(lapsed=True),
    ArticleShown(SAID),
    ArticleTried(SAID, helped=True),
    ArticleTried(SAID, helped=False),
    ArticleLinked(SAID),
    ArticleDrafted(SAID),
    *(NoArticleApplies(why) for why in ("known", "once", "outside", SAID)),
    NotDelivered(),
    NotDelivered(SAID),
    DeliveryUnknown(),
    *(AutomaticMailCame(machine) for machine in MACHINES),
    LetterForwarded(SAID),
    MailIncomplete(SAID),
    *(SendingSuppressed(code, 3, SAID) for code in MailSuppressionCode),
    PeerMuted(SAID, MailSuppressionCode.TOO_MANY_IN_AN_HOUR, 3),
    PeerMuted(SAID, MailSuppressionCode.TOO_MANY_IN_A_WEEK, 5),
    FloodQuarantined(17),
    GuessingSuspected(),
    KeptSilent("small talk"),
    KeptSilent("asked twice"),
    EtaLapseTold(2),
    TakenUpAgain(2),
    CaseMoved("hand_over", "queue:l1", "queue:l1"),
    CaseMoved("release", "queue:l1", "queue:l1"),
    CaseMoved("merge", SAID, SAID),
    *(CaseMoved("pend", target=reason) for reason in PENDING_REASONS),
    *(CaseMoved("hold", target=reason) for reason in HELD_REASONS),
    *(CaseMoved("reject", target=reason) for reason in REJECTED_REASONS),
    CaseMoved("cancel", target="customer_withdrew"),
    CaseMoved("resume", "third_party"),
    *(MoveUndone(one) for one in ("pend", "hold", "resume", "reject", "cancel", "release", "hand_over", "escalate")),
    MoveUndone("merge"),
    *(CaseClassified(SAID, SAID, SAID, one) for one in (True, False)),
    Consulted(SAID),
    CasesRelated(SAID, SAID),
)


@pytest.fixture(scope="module")
def templates() -> Templates:
    """The packaged sentences."""
    return Templates(TEMPLATES)


def shown(templates: Templates, event: JournalEntryData, language: str) -> str:
    """One entry as a reader of this language sees it."""
    entry = JournalEntry(
        provider="sever", case_id=1, id=1, at=NOW, kind=event.kind, data=stored_data(event), actor="desk", text=SAID
    )
    return JournalText(templates, language, labels(language)).of(entry, SEVER)


def test_every_kind_of_entry_and_machine_is_tried_here() -> None:
    assert {one.kind for one in EVENTS} == set(KINDS)
    documented = (ROOT / "mail" / "automatic" / "classify.py").read_text("utf-8")
    assert all(f'"{machine}"' in documented for machine in MACHINES)


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_no_english_word_stands_in_a_russian_protocol_and_no_russian_one_in_an_english(
    templates: Templates, event: JournalEntryData
) -> None:
    russian = shown(templates, event, "ru").replace(SAID, "")
    english = shown(templates, event, "en").replace(SAID, "")
    assert re.search(r"[A-Za-z]", russian) is None, russian
    assert re.search(r"[а-яёА-ЯЁ]", english) is None, english


@pytest.mark.parametrize("event", EVENTS, ids=str)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_entry_says_something_and_leaves_no_hole(
    templates: Templates, event: JournalEntryData, language: str
) -> None:
    words = shown(templates, event, language)
    assert words.strip()
    assert re.search(r"\{|\}|«»|“”|\(\)|: *$|  ", words) is None, words


def test_codes_are_told_in_words(templates: Templates) -> None:
    routed, agreed = CaseRouted("queue:l1", "policy", "3"), ClosingAgreed("telegram", "5001", "7", "consent_yes")
    assert shown(templates, routed, "ru") == "направлена команде «Первая» по правилам провайдера 3"
    assert shown(templates, routed, "en") == "routed to First by the provider's policy 3"
    assert "consent_yes" not in shown(templates, agreed, "ru")
    assert shown(templates, AutomaticMailCame("auto-reply"), "ru") == "автоматическое письмо: автоответ"
    assert shown(templates, EtaPromised("2026-11-30T15:00+03:00"), "ru") == "обещано решение к 30.11.2026 15:00"
    muted = PeerMuted("r@p.test", "too_many_in_an_hour", 3)
    assert shown(templates, muted, "en").endswith("because too many automatic emails went there within an hour (3)")
