"""Every table of every room, gathered for the migrations."""

from __future__ import annotations

from desk import case, people, queues
from intake import tables as intake
from kb import shelf
from kb import tables as kb
from mail import tables as mail

__all__ = ["case", "intake", "kb_tables", "mail", "people", "queues"]

kb_tables = (kb, shelf)
