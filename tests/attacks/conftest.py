"""Attacks are stories too: told on both databases, over the same channels."""

from tests.stories.conftest import agents, anna, api, database_url, desk, front, mail_world, world

__all__ = ["agents", "anna", "api", "database_url", "desk", "front", "mail_world", "world"]
