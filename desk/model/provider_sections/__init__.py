"""Sections of a provider's files, each with what it becomes: members and teams, limits and promises."""
