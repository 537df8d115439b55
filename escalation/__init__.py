"""Escalation: registered cases and the people who work on them, from routing to the subscriber's consent."""
