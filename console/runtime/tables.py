"""Every table of every package, imported in one place so that the migrations see them all."""

from __future__ import annotations

from desk.agents import tables as agent_tables
from desk.model import case, dialog_state, journal, subscribers
from desk.storage import audit, worker_tables
from intake.identity import guess_count_table as intake_tables
from kb.storage import article_store
from kb.storage import usage_tables as kb_tables
from mail.receiving import tables as mail_tables

__all__ = [
    "agent_tables",
    "article_store",
    "audit",
    "case",
    "dialog_state",
    "intake_tables",
    "journal",
    "kb_tables",
    "mail_tables",
    "subscribers",
    "worker_tables",
]
