"""The wiring: the one place where the packages meet. The rules and their order are in `console.runtime.rule_order`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from chat.terminal_channel import TerminalChannel
from console.runtime.accounts.own_tables import ProviderTables
from console.runtime.agents_and_teams_loading import ProvidersWithAgents
from console.runtime.channel_kinds import sources_of_providers
from console.runtime.content_folders import DIALOGS, TEMPLATES, ContentSearchPath
from console.runtime.knowledge_loader import KnowledgeLoader
from console.runtime.receiver_wiring import Receiver, build_receiver
from console.runtime.rule_order import RULEBOOK, TIMERS
from desk.agents.front_desk_provider import front_desk
from desk.alarms import alarm_table
from desk.alarms.alarm_policy import BringTimersForward, EndAlarm, RaiseAlarm
from desk.alarms.alarm_watch import AlarmWatch
from desk.clock import Clock, now
from desk.language.templates import Templates
from desk.model.acts import ActFilter, RuleAct, SayTemplate, SetCaseAccount
from desk.model.case import Case
from desk.model.channel_interface import Channel
from desk.model.channel_registry import ChannelRegistry
from desk.model.messages import FRONT, Address
from desk.model.provider_files import Provider, load_all
from desk.model.settings import MailboxSettings, Settings, TelegramBotSettings
from desk.model.shared_facts import Account, ArticlesNamedByDialog, ArticleSuggestions
from desk.pipeline.audit_operations import audit_operation
from desk.pipeline.compose import CardOf, MessageComposer
from desk.pipeline.core_lookups import (
    ActingAgentLookup,
    CapabilitiesLookup,
    ProviderAfterRoundLookup,
    ReachableAddressesLookup,
    RecentDialogueLookup,
)
from desk.pipeline.internal_channel import internal_channels
from desk.pipeline.lookup import SenderAndCaseLookup
from desk.pipeline.send import OutboxSender
from desk.pipeline.worker import Lookup, Worker
from desk.pipeline.write import ActWriter, DecisionWriter, OutcomeListener
from escalation.agent_messages import AgentMessagesLookup
from escalation.callbacks.callback_table import CaseCallback, CaseCallbackLookup, WriteCallback, write_callback
from escalation.cards import case_card
from escalation.earlier_cases import EarlierCases, EarlierCasesLookup
from escalation.find_undelivered_text import UndeliveredTextLookup
from escalation.folded_text import FoldedTextLookup
from escalation.hands.joining_rules import OtherCaseLookup
from escalation.hands.list_rules import CaseListLookup
from escalation.hands.undo_rules import LastMoveLookup
from escalation.said_while_untaken import TranscriptLookup, UnreadLookup
from escalation.sla.calendar_version_table import with_calendar_versions
from escalation.sla.clock_table import CaseClocks, CaseClocksLookup, WriteClocks, write_clocks
from escalation.usual_restore import UsualRestore, UsualRestoreLookup
from escalation.usual_wait import UsualWait, UsualWaitLookup
from intake.desk_sentences import LetterSentencesLookup
from intake.dialog_set_lookup import DialogSetLookup, articles_named, articles_of_zone, store_dialog_sources
from intake.identity import guess_budget
from intake.identity.asking.source_questions import SlowSourcesLookup, write_question
from intake.identity.asking.source_rules import AskSource
from intake.identity.guess_limiter import GuessLimiter, write_counted_guess
from intake.identity.identification_lookup import IdentificationLookup
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.proof import codes, proof_acts
from intake.identity.proof.code_lookup import CODE_PURPOSE, CodeLookup, code_writer, write_code_try
from intake.identity.proof.read_proofs import LINK_PURPOSE, ProofReader
from intake.identity.sources import AccountFinder
from intake.limits import rate_rules
from intake.limits.rate_lookup import SenderPaceLookup, write_quarantine_backlog
from intake.previous_answer_lookup import PreviousAnswer, PreviousAnswerLookup
from intake.settled_before_lookup import SettledBefore, SettledBeforeLookup
from kb.agent_rules import KnowledgeForAgentCommand
from kb.article_lookups import AgentArticlesLookup, ArticlesNamedByDialogLookup, SuggestionsLookup
from kb.learning import article_use_acts as kb_acts
from kb.phrase_learner import PhraseLearner
from kb.search.knowledge_of_all_providers import KnowledgeOfAllProviders
from kb.storage import act_writers as kb_act_writers
from mail import pending_letter_store, pending_letters
from mail.receiving import ledger
from mail.sending import loop_guard, loop_guard_store

log = logging.getLogger(__name__)

ACT_FILTERS: tuple[ActFilter, ...] = (
    # The last word on what was decided: guesses are counted, and machines that answer each other stop here.
    guess_budget.count_guesses,
    loop_guard.guard_loops,
)

ACT_WRITERS: Mapping[type[RuleAct], ActWriter] = {
    WriteClocks: write_clocks,
    WriteCallback: write_callback,
    SetCaseAccount: kb_act_writers.write_account_assignment,
    kb_acts.RecordArticleShown: kb_act_writers.write_suggestion,
    kb_acts.RecordSuggestionOutcome: kb_act_writers.write_suggestion_outcome,
    kb_acts.RecordAgentArticleUse: kb_act_writers.write_link,
    kb_acts.CreateDraft: kb_act_writers.write_draft,
    kb_acts.MarkArticleValidated: kb_act_writers.write_validation,
    rate_rules.QuarantineWaitingMessages: write_quarantine_backlog,
    guess_budget.CountGuess: write_counted_guess,
    proof_acts.BindAccount: proof_acts.write_binding,
    proof_acts.UnbindAccounts: proof_acts.write_unbinding,
    codes.TryCode: write_code_try,
    proof_acts.UseLink: proof_acts.write_link_use,
    AskSource: write_question,
    RaiseAlarm: alarm_table.write_raised,
    EndAlarm: alarm_table.write_ended,
    BringTimersForward: alarm_table.write_timers_forward,
    loop_guard.CountAutomaticMail: loop_guard_store.write_counted_mail,
    loop_guard.MutePeer: loop_guard_store.write_mute,
    loop_guard.ResetPeerCounts: loop_guard_store.write_forget_counts,
    loop_guard.OptOutOfNotices: loop_guard_store.write_decline,
    pending_letters.DecideLetter: pending_letter_store.write_decision,
}
OUTCOME_LISTENERS: tuple[OutcomeListener, ...] = (ledger.record_outcome, audit_operation)


@dataclass(slots=True)
class Application(Receiver):
    """Everything made and joined, for one process."""

    providers: Mapping[str, Provider]
    registry: ChannelRegistry
    templates: Templates
    knowledge: KnowledgeOfAllProviders
    providers_with_agents: ProvidersWithAgents
    article_loader: KnowledgeLoader
    phrase_learner: PhraseLearner
    accounts: AccountFinder
    tables: ProviderTables
    worker: Worker
    sender: OutboxSender
    alarm_watch: AlarmWatch


async def build_application(
    settings: Settings,
    clock: Clock = now,
    extra_channels: Sequence[Channel] = (),
    workers: int = 2,
    agents_group: Mapping[str, Address] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Application:
    """Makes everything at once: `console.runtime.receiver_wiring.build_receiver`, then `assemble_application`."""
    return await assemble_application(build_receiver(settings, clock, workers, monotonic), extra_channels, agents_group)


async def assemble_application(
    receiver: Receiver, extra_channels: Sequence[Channel] = (), agents_group: Mapping[str, Address] | None = None
) -> Application:
    """Everything beyond the receiver. Raises what is wrong with providers, templates, dialogs, articles and tables.

    ``extra_channels`` stand beside those of the settings, or in their place; ``agents_group`` names agents' groups,
    by provider. Whatever the receiver is sent meanwhile is stored, and waits.
    """
    settings, database, clock, channels = receiver.settings, receiver.database, receiver.clock, receiver.channels
    providers = dict(await asyncio.to_thread(load_all, settings.root / "providers"))
    providers = await with_calendar_versions(database, providers, clock())
    providers[FRONT] = front_desk(providers, settings)
    providers_with_agents = ProvidersWithAgents(database, providers, clock)
    await providers_with_agents.fill()
    folders = ContentSearchPath(settings)
    own_templates = {name: [folders.of(name, TEMPLATES)[0]] for name in providers if name != FRONT}
    templates = await asyncio.to_thread(Templates, TEMPLATES, {**own_templates, "": [settings.root / "templates"]})
    template_folders = {name: [one for one in folders.of(name, TEMPLATES) if one != TEMPLATES] for name in providers}
    sentences = await asyncio.to_thread(LetterSentencesLookup, TEMPLATES, template_folders)
    attachments = receiver.attachments
    channels |= {
        one.name: one
        for one in (TerminalChannel(name, attachments.open, settings.data / "chat", clock) for name in providers)
    }
    channels |= {channel.name: channel for channel in extra_channels}
    channels |= {channel.name: channel for channel in internal_channels(channels, attachments.arrival, TIMERS)}
    groups, mailboxes = _groups_and_mailboxes(settings)
    registry = ChannelRegistry(channels, providers, {**groups, **(agents_group or {})}, mailboxes)
    dialogs = await asyncio.to_thread(
        DialogSetLookup, database, {name: folders.of(name, DIALOGS) for name in providers}
    )
    await store_dialog_sources(database, dialogs.sources_by_hash())
    tables, accounts = ProviderTables(database, settings, providers, clock), IndexedAccounts(database)
    await tables.refresh()
    article_loader = KnowledgeLoader(database, settings, providers, clock)
    await article_loader.import_files()
    knowledge = await article_loader.build_knowledge_base()
    lazy_lookups: Mapping[type, Lookup] = {
        ArticleSuggestions: SuggestionsLookup(knowledge),
        ArticlesNamedByDialog: ArticlesNamedByDialogLookup(knowledge, articles_named),
        KnowledgeForAgentCommand: AgentArticlesLookup(database, knowledge, articles_of_zone),
        UsualWait: UsualWaitLookup(database),
        UsualRestore: UsualRestoreLookup(database),
        CaseCallback: CaseCallbackLookup(database),
        CaseClocks: CaseClocksLookup(database),
        EarlierCases: EarlierCasesLookup(database),
        PreviousAnswer: PreviousAnswerLookup(database),
        SettledBefore: SettledBeforeLookup(database),
    }
    letters = pending_letter_store.PendingLetterLookup(database)
    listed = CaseListLookup(database, providers)
    without_case: Sequence[Lookup] = (ActingAgentLookup(registry), ReachableAddressesLookup(registry), letters, listed)
    code_key = receiver.reply_tokens.derived(CODE_PURPOSE)
    proofs = ProofReader(database, receiver.reply_tokens.derived(LINK_PURPOSE))
    lookups: Sequence[Lookup] = (
        SenderPaceLookup(database, registry),
        SlowSourcesLookup(sources_of_providers(settings)),
        CodeLookup(database, code_key),
        IdentificationLookup(accounts, providers, GuessLimiter(database), proofs),
        ProviderAfterRoundLookup(registry),
        ActingAgentLookup(registry),
        CapabilitiesLookup(registry),
        ReachableAddressesLookup(registry),
        RecentDialogueLookup(database),
        loop_guard_store.SendAllowanceLookup(database, [box.address for box in settings.mailboxes]),
        dialogs,
        sentences,
        TranscriptLookup(database),
        UnreadLookup(database),
        FoldedTextLookup(database),
        AgentMessagesLookup(database),
        UndeliveredTextLookup(database),
        LastMoveLookup(database),
        OtherCaseLookup(database),
        listed,
        letters,
    )
    holder, case_lookup = receiver.holder, SenderAndCaseLookup(receiver.reply_tokens)
    writer = DecisionWriter(
        database,
        registry,
        MessageComposer(templates, registry, receiver.reply_tokens, _card_renderer(knowledge)),
        {**ACT_WRITERS, codes.SendCode: code_writer(code_key)},
        OUTCOME_LISTENERS,
    )
    return Application(
        **{one.name: getattr(receiver, one.name) for one in fields(receiver)},
        providers=providers,
        registry=registry,
        templates=templates,
        knowledge=knowledge,
        providers_with_agents=providers_with_agents,
        article_loader=article_loader,
        phrase_learner=PhraseLearner(
            database, providers, lambda name, contract: _find_account(accounts, name, contract), knowledge.matching_ids
        ),
        accounts=accounts,
        tables=tables,
        worker=Worker(
            database,
            registry,
            case_lookup,
            lookups,
            lazy_lookups,
            without_case,
            RULEBOOK,
            writer,
            holder,
            clock,
            ACT_FILTERS,
            lambda: knowledge.read_at,
            receiver.own.counts.count_decided,
        ),
        sender=OutboxSender(database, registry, holder, clock, on_settled=receiver.own.counts.count_sent),
        alarm_watch=AlarmWatch(database, registry, operator_addresses(settings), clock),
    )


def operator_addresses(settings: Settings) -> list[Address]:
    """Where an operator reads alarms: in the chat, at the mail addresses."""
    alarms = settings.alarms
    bot, mailbox = alarms.bot or _first(settings.telegram), alarms.mailbox or _first(settings.mailboxes)
    chat = [Address("telegram", f"telegram:{bot}", str(alarms.chat))] if alarms.chat and bot else []
    mail = [Address("mail", f"mail:{mailbox}", one) for one in alarms.mail] if mailbox else []
    return [*chat, *mail]


def _first(channels: Sequence[TelegramBotSettings] | Sequence[MailboxSettings]) -> str:
    return channels[0].name if channels else ""


def _groups_and_mailboxes(settings: Settings) -> tuple[dict[str, Address], dict[str, str]]:
    """The agents' group of each provider, and the mailbox its mails go out from."""
    agents_group = {
        bot.provider: Address("telegram", bot.channel, str(bot.agents_chat))
        for bot in reversed(settings.telegram)
        if bot.agents_chat
    }
    return agents_group, {box.provider: box.channel for box in reversed(settings.mailboxes)}


def _card_renderer(knowledge: KnowledgeOfAllProviders) -> CardOf:
    """The agents' cards, in which an article stands by its title."""

    def card_of(case: Case, provider: Provider) -> SayTemplate:
        return case_card(case, provider, lambda article: knowledge.title(case.provider, article, provider.language))

    return card_of


async def _find_account(accounts: AccountFinder, provider: str, contract: str) -> Account | None:
    """Whose contract it is; only one account has it, else nobody."""
    found = await accounts.find([provider], "contract", contract) if provider != FRONT else ()
    return found[0] if len(found) == 1 else None
