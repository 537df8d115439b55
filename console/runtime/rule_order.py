"""The rules of the desk in their order, which is their meaning: read it aloud from top to bottom.

A stage is asked for the events it hears, while its condition holds. The first decision that is done ends the round.
"""

from __future__ import annotations

from typing import Any

from desk.alarms.alarm_policy import CARD_AGAIN
from desk.model.acts import Facts
from desk.model.agent_operations import (
    AcceptLetter,
    AddNote,
    ApproveChange,
    CallDone,
    DeclareNoArticle,
    DraftArticle,
    EditWords,
    LinkArticle,
    MarkArticlesNotUseful,
    ProposeChange,
    ReadFolded,
    ReadUnread,
    RefuseLetter,
    Reply,
    ReportChange,
    Resolve,
    SayNote,
    SetEta,
    ShowHelp,
    SuggestArticles,
    Take,
    TakeBackWords,
    UnknownCommand,
)
from desk.model.case import Case
from desk.model.core_facts import CaseContacts, RecentCaseCount
from desk.model.dialog_state import (
    BALANCE,
    CATEGORY,
    CHANGE,
    CONSENT,
    IDENTIFIER,
    MEANT,
    OTHER,
    QUESTION,
    RESTART,
    RESUME,
    SELF_HELP,
    SETTLED,
    SUMMARY,
)
from desk.model.events import (
    AccountAnswered,
    DeliveryFailed,
    Inbound,
    MaybeSent,
    NotForDesk,
    OpenedChat,
    OperationOrdered,
    Pressed,
    Reacted,
    Said,
    TimerFired,
)
from desk.model.operations.case_operations import (
    Cancel,
    Classify,
    Consult,
    Escalate,
    FindCases,
    HandOver,
    Hold,
    ListMine,
    ListQueue,
    Merge,
    Pend,
    Reject,
    Relate,
    Release,
    Resume,
    ShowChoices,
)
from desk.pipeline.rulebook import Rulebook, RulesByKey, Stage, expectation_owner, operation_type, timer_kind
from escalation import after_closing_rules as closed
from escalation import agent_rules as agents
from escalation import agent_words as words
from escalation import alarm_rules as alarms
from escalation import consent_rules as consent
from escalation import folded_text as folded
from escalation import promised_time_rules as promises
from escalation import registered_case_rules as waiting
from escalation import subscriber_rules as escalation
from escalation.agent_messages import SAY_HELD
from escalation.callbacks.callback_rules import CALLBACK_TIMER, call_done, callback_fires, promise_callback
from escalation.changes import change_rules as changes
from escalation.changes import customer_rules as windows
from escalation.changes import window_timers
from escalation.hands import choice_rules as choices
from escalation.hands import class_rules as classes
from escalation.hands import hand_over_rules as hands
from escalation.hands import joining_rules as joining
from escalation.hands import list_rules as lists
from escalation.hands import state_rules as states
from escalation.hands import undo_rules as undo
from escalation.hands.moves import TELL_MOVE
from escalation.sla.clock_rules import CLOCK_TIMER, clock_fires, run_clocks
from intake import command_rules as commands
from intake import contract_number_rules as account
from intake import edit_and_late_answer_rules as turns
from intake import first_words_rules as first_words
from intake import later_facts_rules as later
from intake import matter_rules as matter
from intake import meant_key_rules as meant
from intake import other_matters as others
from intake import proof_rules as proofs
from intake import repeated_stale_or_empty_rules as arrivals
from intake import standing_rules as standing
from intake import talk_about_the_talk_rules as repair
from intake.engine.completion import is_complete
from intake.engine.rules import dialog_rules as dialogs
from intake.engine.rules import summary_rules as summary
from intake.identity.asking import source_rules as sources
from intake.identity.asking.source_rules import SlowSources
from intake.limits import rate_rules
from intake.limits.rate_rules import SenderPace
from kb import agent_rules
from kb import self_help_rules as kb
from mail import pending_letters as letters
from mail import rules as mail

SPOKEN = (Said, Pressed, OpenedChat)
"""Events in which a subscriber speaks."""


def by_mail(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether it came by mail, where strangers and machines can write in anybody's name."""
    return inbound.sender.channel_kind == "mail"


def in_a_hurry(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether this person writes faster than anybody can read."""
    return facts.get(SenderPace) is not None


def back_again(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the address they speak from was marked as closed."""
    return facts.need(CaseContacts).returned


def a_command(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the words are a command of the chat, such as /help."""
    return bool(inbound.text.lstrip().startswith("/"))


def edited(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether an earlier message was changed, while the desk still asks."""
    return bool(inbound.event.edited) and not is_complete(case)


def by_mail_in_intake(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Both `by_mail` and `in_intake`."""
    return by_mail(case, inbound, facts) and in_intake(case, inbound, facts)


def own_phone_in_intake(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether somebody shares their own phone while the desk still asks."""
    return bool(inbound.event.phone_is_own) and in_intake(case, inbound, facts)


def once_more_today(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether somebody known begins another matter."""
    return facts.get(RecentCaseCount) is not None and not is_complete(case)


def registered(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the case has its number."""
    return case.registered


def answers_registered(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether a case has its number, and what came may be the answer to what was asked in it."""
    return case.registered and turns.is_answer(case, inbound, facts)


def in_intake(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the desk still has to find out what the matter is."""
    return case.open and not is_complete(case)


def sources_in_intake(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the provider has systems of its own that can be asked, while the desk still asks."""
    return in_intake(case, inbound, facts) and facts.get(SlowSources) is not None


def holder_in_intake(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the desk still asks somebody who proved that the account is theirs."""
    return case.proved and in_intake(case, inbound, facts)


def out_of_turn(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether a message is no answer to what the desk asked last: an edit, or written before it could be read."""
    return in_intake(case, inbound, facts) and (bool(inbound.event.edited) or turns.is_out_of_turn(facts))


def of_another_matter(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the subject is changed while the desk asks."""
    return in_intake(case, inbound, facts) and others.speaks_of_another_matter(case, inbound, facts)


def of_the_talk(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the talk itself is spoken of while the desk asks, or a question in between."""
    return in_intake(case, inbound, facts) and repair.speaks_of_the_talk(case, inbound, facts)


TIMERS = {
    sources.SILENT_TIMER: (sources.tell_silence,),
    "silent": (arrivals.close_abandoned,),
    "not_taken": (promises.press_not_taken,),
    "not_taken_told": (promises.press_not_taken,),
    "eta_missing": (promises.warn_eta_missing,),
    "eta_soon": (promises.warn_eta_soon,),
    "eta_over": (promises.tell_eta_lapsed,),
    "eta_news": (promises.tell_no_new_eta,),
    "eta_owed": (promises.press_for_eta,),
    "consent_reminder": (consent.remind_consent,),
    CALLBACK_TIMER: (callback_fires,),
    window_timers.REMINDER: (window_timers.remind_of_window,),
    window_timers.OVER: (window_timers.ask_for_result,),
    window_timers.LAPSED: (window_timers.let_window_lapse,),
    CLOCK_TIMER: (clock_fires,),
    CARD_AGAIN: (alarms.try_card_again,),
    "take_up": (others.take_up_waiting,),
    SAY_HELD: (words.say_held,),
    TELL_MOVE: (states.tell_move,),
    agent_rules.REMINDER_TIMER: (agent_rules.remind_to_link_article,),
}
"""The kinds of timers. One of another kind is quarantined, so that nobody can miss it."""

OPERATIONS = {
    Take: (agent_rules.show_articles, agents.take),
    Reply: (words.reply,),
    AddNote: (agent_rules.show_articles, agents.add_note),
    EditWords: (words.edit_words,),
    TakeBackWords: (undo.undo_move, words.take_back),
    SayNote: (words.say_note,),
    ReadUnread: (agents.read_unread,),
    ReadFolded: (folded.read_folded,),
    ShowHelp: (agents.show_help,),
    UnknownCommand: (agents.refuse_unknown_command,),
    AcceptLetter: (letters.decide_letter,),
    RefuseLetter: (letters.decide_letter,),
    SetEta: (agents.set_eta,),
    CallDone: (call_done,),
    ProposeChange: (changes.propose_change,),
    ApproveChange: (changes.approve_change,),
    ReportChange: (changes.report_change,),
    Resolve: (changes.refuse_unagreed, agent_rules.ask_which_article, agents.resolve),
    LinkArticle: (agent_rules.answer_which_article,),
    DraftArticle: (agent_rules.answer_which_article,),
    DeclareNoArticle: (agent_rules.answer_which_article,),
    SuggestArticles: (agent_rules.list_articles,),
    MarkArticlesNotUseful: (agent_rules.mark_not_useful,),
    Pend: (changes.refuse_leaving_window, states.pend),
    Hold: (changes.refuse_leaving_window, states.hold),
    Resume: (changes.refuse_leaving_window, states.resume),
    Reject: (states.reject,),
    Cancel: (states.cancel,),
    Release: (hands.release,),
    HandOver: (hands.hand_over,),
    Escalate: (hands.escalate,),
    Consult: (hands.consult,),
    Classify: (classes.classify,),
    Merge: (joining.merge,),
    Relate: (joining.relate,),
    ShowChoices: (choices.show_choices,),
    ListMine: (lists.list_cases,),
    ListQueue: (lists.list_cases,),
    FindCases: (lists.list_cases,),
}

ANSWERS = {
    IDENTIFIER: (account.take_identifier,),
    CATEGORY: (matter.take_category,),
    SELF_HELP: (kb.self_help_outcome,),
    QUESTION: (dialogs.take_answer,),
    SUMMARY: (summary.confirm_summary,),
}
"""Whoever asked hears the answer first."""

ASKED_LATER = {CONSENT: (consent.take_consent,), CHANGE: (windows.take_window_answer,)}
"""What is asked of a case that has its number."""

BETWEEN = {
    SETTLED: (repair.take_settled,),
    RESUME: (repair.take_go_on,),
    RESTART: (repair.take_go_on,),
    OTHER: (others.take_other,),
    MEANT: (meant.take_meant,),
    BALANCE: (standing.take_standing,),
}
"""Questions put in between. What answers none of them is heard as an answer to the one that waits behind."""

RULEBOOK = Rulebook(
    (
        # One person's flood must not delay all others.
        Stage("pace", SPOKEN, (rate_rules.slow_down,), when=in_a_hurry),
        # What is nobody's word: repeats, machines, mail that proves nothing, empty messages, buttons of yesterday.
        Stage("bounces", (DeliveryFailed,), (arrivals.ignore_duplicate, mail.ignore_unproved_bounce), when=by_mail),
        Stage(
            "mail",
            (Said,),
            (arrivals.ignore_duplicate, mail.stop_notices, mail.keep_automatic_mail, mail.keep_unproved_pending),
            when=by_mail,
        ),
        Stage("reactions", (Reacted,), (escalation.note_reaction,)),
        Stage("service messages", (NotForDesk,), (arrivals.not_for_desk,)),
        Stage("empty messages", (Said,), (arrivals.ignore_empty,)),
        Stage("buttons", (Pressed,), (arrivals.refuse_stale_button,)),
        # The desk's own news: what did not arrive, what may have, which timer fired.
        Stage("delivery", (DeliveryFailed,), (escalation.mark_undelivered,)),
        Stage("delivery", (MaybeSent,), (escalation.warn_maybe_sent,)),
        RulesByKey("timers", (TimerFired,), timer_kind, TIMERS),
        Stage("answers of sources", (AccountAnswered,), (sources.take_source_answer,)),
        # An agent orders an operation, under a name that the provider knows, where its policy allows it.
        Stage(
            "agents",
            (OperationOrdered,),
            (agents.refuse_unknown_agent, words.refuse_two_cases, agents.refuse_not_allowed),
        ),
        RulesByKey("operations", (OperationOrdered,), operation_type, OPERATIONS),
        # Subscribers are answered where they wrote; a question about the desk itself changes nothing.
        Stage("back again", SPOKEN, (escalation.reachable_again,), when=back_again),
        Stage("agents in private", (Said,), (escalation.send_agent_to_group,), when=escalation.agent_in_private),
        Stage("commands", (Said,), (commands.answer_command, proofs.answer_about_me, proofs.send_code), when=a_command),
        Stage("codes", (Said,), (proofs.take_code,), when=proofs.gives_code),
        Stage("edits", (Said,), (turns.correct_message,), when=edited),
        Stage("last channel", SPOKEN, (arrivals.remember_channel,)),
        Stage("incomplete mail", (Said,), (mail.note_lost_parts, mail.note_forwarder), when=by_mail),
        # What is said of a case that was closed: its trouble is back, or thanks.
        Stage("closed", (Said,), (closed.take_up_again, closed.answer_courtesy), when=closed.is_closed),
        # A link that proves whose chat it is, before anything is made of its opening.
        Stage("links", (OpenedChat,), (proofs.prove_by_link,), when=proofs.may_prove_by_link),
        # A subscriber whose case has its number.
        RulesByKey("answers", (Said, Pressed), expectation_owner, ASKED_LATER, when=answers_registered),
        Stage("own phone", (Said,), (proofs.take_own_phone_later,), when=proofs.own_phone_later),
        Stage("registered", (OpenedChat,), (waiting.show_state_on_opening,), when=registered),
        Stage("registered", (Pressed,), (waiting.press_for_human,), when=registered),
        Stage(
            "registered",
            (Said,),
            (
                escalation.note_contract,
                later.note_later_facts,
                waiting.answer_who_waits,
                waiting.relay_to_agent,
            ),
            when=registered,
        ),
        # A subscriber with a new matter: greeted, known, and a human at any moment.
        Stage("opening", (OpenedChat,), (first_words.welcome,), when=in_intake),
        Stage("other matters", (Said,), (others.offer_kept,), when=others.begins_anew),
        Stage(
            "first words",
            (Said,),
            (
                first_words.answer_thanks,
                first_words.note_anger,
                first_words.greet,
                first_words.describe_problem,
                dialogs.note_facts,
            ),
            when=in_intake,
        ),
        Stage("own phone", (Said,), (account.note_own_phone,), when=own_phone_in_intake),
        Stage("sources", (Said,), (sources.ask_sources,), when=sources_in_intake),
        Stage("intake", SPOKEN, (account.recognise_account, matter.bring_human), when=in_intake),
        Stage("silenced", SPOKEN, (matter.nobody_to_answer,), when=by_mail_in_intake),
        Stage("too often", SPOKEN, (rate_rules.too_many_cases,), when=once_more_today),
        # How the account stands, to whom it may be told, comes before any question about lamps.
        Stage("standing", SPOKEN, (standing.tell_standing, standing.tell_not_covered), when=holder_in_intake),
        # The talk is mended: another language, "it works already", calling off, a question in between, a long silence.
        Stage(
            "repair",
            (Said,),
            (
                repair.change_language,
                repair.put_in_other_language,
                repair.ask_whether_settled,
                repair.call_off,
                repair.begin_anew,
                repair.answer_between,
                repair.resume,
            ),
            when=of_the_talk,
        ),
        # What cannot have been written in answer to the open question: corrections, earlier questions, earlier words.
        Stage(
            "turns",
            (Said,),
            (turns.confirm_correction, turns.answer_earlier_question, turns.keep_early_words),
            when=out_of_turn,
        ),
        Stage("other matters", (Said,), (others.beside_by_mail,), when=by_mail_in_intake),
        Stage("other matters", (Said,), (others.another_matter,), when=of_another_matter),
        Stage("other service", (Said,), (matter.hand_over_other_service,), when=matter.is_of_other_service),
        Stage("kindred dialog", (Said,), (matter.turn_to_kindred_dialog,), when=matter.may_turn_to_kindred_dialog),
        RulesByKey("questions in between", (Said, Pressed), expectation_owner, BETWEEN, when=in_intake),
        # The open question is answered; then the next step is found: what, whose, an article, a dialog, its questions.
        RulesByKey("answers", SPOKEN, expectation_owner, ANSWERS, when=in_intake),
        Stage("what and whose", SPOKEN, (matter.ask_problem, account.ask_identifier), when=in_intake),
        Stage("own dialog", SPOKEN, (matter.begin_own_dialog,), when=matter.may_begin_own_dialog),
        Stage(
            "next step",
            SPOKEN,
            (
                kb.suggest_article,
                matter.choose_dialog,
                dialogs.ask_questions,
                kb.show_dialog_article,
                matter.hand_to_agent,
            ),
            when=in_intake,
        ),
        # Whatever is ready by now becomes a numbered case.
        Stage("registration", SPOKEN, (escalation.register_case,)),
        # What was said of another matter meanwhile is come back to.
        Stage("other matters", SPOKEN, (others.come_back,), when=others.has_kept),
    ),
    # What belongs to no case: an order that names none is refused, a button of nobody's is stale, the rest is ignored.
    without_case=(
        alarms.tell_alarms,
        alarms.agents_group_changed,
        letters.decide_letter_without_case,
        lists.listed,
        agents.order_without_case,
        arrivals.stale_button_without_case,
        arrivals.not_for_desk_without_case,
        mail.unproved_bounce_without_case,
        escalation.news_without_case,
    ),
    # Whoever wished to be called is promised a call; whatever a round did to a case, its clocks hear of it.
    consequences=(promise_callback, run_clocks),
)
