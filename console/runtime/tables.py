"""Every table of every room, gathered for the migrations."""

from __future__ import annotations

from desk.model import case, people
from desk.storage import queue_tables
from intake.identity import tables as intake
from kb.content import article_store
from kb.content import tables as kb
from mail.receiving import tables as mail

__all__ = ["case", "intake", "kb_tables", "mail", "people", "queues"]

kb_tables = (kb, article_store)
