"""Every table of every room, gathered for the migrations."""

from __future__ import annotations

from desk import case, people, queues
from kb import learning, shelf
from mail import tables as mail

__all__ = ["case", "kb_tables", "mail", "people", "queues"]

kb_tables = (learning, shelf)
