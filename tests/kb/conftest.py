"""The shelf and what is learned live in a database of either kind."""

from tests.stories.conftest import database_url

__all__ = ["database_url"]
