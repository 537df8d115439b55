"""Backups: a desk in one file, and moving its rows between SQLite and PostgreSQL."""
