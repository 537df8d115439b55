"""Every table of every room, gathered for the migrations."""

from __future__ import annotations

from desk import case, people, queues
from kb import shelf
from kb import tables as kb
from mail import tables as mail

__all__ = ["case", "kb_tables", "mail", "people", "queues"]

kb_tables = (kb, shelf)
