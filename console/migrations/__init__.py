"""Migrations: how the database of an earlier version becomes this one's (Alembic)."""
