"""Every table of every package, imported in one place so that the migrations see them all."""

from __future__ import annotations

from bots import moved_groups
from desk.agents import tables as agent_tables
from desk.alarms import alarm_table
from desk.model import case, dialog_state, journal, subscribers
from desk.storage import audit, queue_and_lease_tables, retention_tables
from desk.storage.base import METADATA
from escalation.callbacks import callback_table
from escalation.sla import calendar_version_table, clock_table
from intake.identity import guess_count_table as intake_tables
from intake.identity.index import account_tables
from intake.identity.proof import proof_tables
from kb.storage import article_store
from kb.storage import usage_tables as kb_tables
from mail.receiving import tables as mail_tables

UNGUARDED = {
    "alarms": "counts, names of channels and reasons, which tell of nobody; one process tells those of all providers",
    "departures": "whoever works the queues works for all providers",
    "timers": "whoever works the queues works for all providers",
    "provider_routes": "it says whose somebody is: it is asked before any provider can be named",
    "fingerprints": "hashes of letters, which name nobody",
    "counters": "numbers that the next case or guess gets; one of them is read for all providers",
    "articles": "what a provider tells its subscribers; each process loads those of all providers to index them",
    "article_versions": "earlier texts of the same articles",
}
"""Tables that name a provider and have no row-level security, and why not. What they tell of people, if anything, is
read again under the provider's name. All others are guarded by the migration."""

__all__ = [
    "METADATA",
    "account_tables",
    "agent_tables",
    "alarm_table",
    "article_store",
    "audit",
    "calendar_version_table",
    "callback_table",
    "case",
    "clock_table",
    "dialog_state",
    "intake_tables",
    "journal",
    "kb_tables",
    "mail_tables",
    "moved_groups",
    "proof_tables",
    "queue_and_lease_tables",
    "retention_tables",
    "subscribers",
]
